#include "render/render.h"

#include <sys/stat.h>

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "render/test_report.h"

static const struct render_options safe = { .csv_safe = true };

static int
open_utc(void **state)
{
	struct zone *z;

	if (zone_open(&z, "UTC", NULL) < 0)
		return -1;
	*state = z;
	return 0;
}

static int
close_utc(void **state)
{
	struct zone *z = *state;

	zone_close(&z);
	return 0;
}

/*
 * Takes a cell (RFC 4180) from *s and undoes its quotes; *last tells that the
 * line ends behind it.  False where the rules are broken.
 */
static bool
take_cell(struct str *s, struct buf *cell, bool *last)
{
	bool quoted = str_starts(*s, STR("\""));

	buf_reset(cell);
	if (quoted)
		*s = str_skip(*s, 1);
	while (s->n > 0) {
		if (quoted && str_starts(*s, STR("\"\"")))
			*s = str_skip(*s, 1);
		else if (quoted && s->p[0] == '"')
			break;
		else if (!quoted && strchr(",\r\n\"", s->p[0]) != NULL)
			break;
		buf_add_char(cell, s->p[0]);
		*s = str_skip(*s, 1);
	}
	if (quoted) {
		if (s->n == 0)
			return false;
		*s = str_skip(*s, 1);
	}
	*last = str_starts(*s, STR("\r\n"));
	if (!*last && !str_starts(*s, STR(",")))
		return false;
	*s = str_skip(*s, *last ? 2 : 1);
	return true;
}

static void
assert_prints(const struct report *r, const struct render_options *o,
    const char *expected)
{
	struct err err = { 0 };
	int status;
	struct buf b = test_render(&render_csv, r, o, &status, &err);

	assert_string_equal(err.text, "");
	assert_int_equal(status, 0);
	assert_string_equal(b.p, expected);
	buf_clear(&b);
}

static void
one_section_goes_to_the_output(void **state)
{
	struct report *r = test_report_new(*state);

	test_add_hours(r);
	assert_prints(r, &safe,
	    "Hour,Fetchmail,Local,RBL/DNS,Qued.Spam?,Ham,Totals\r\n"
	    "\"2026-03-10, 00\",0,0,1,1,1,3\r\n"
	    "\"2026-03-10, 01\",0,1,0,0,1,2\r\n"
	    "\"2026-03-10, 03\",0,0,4,0,1,5\r\n"
	    "Totals,0,1,5,1,3,10\r\n"
	    "Percentages,0.0,10.0,50.0,10.0,30.0,100.0\r\n");
	report_free(&r);
}

static void
values_are_plain_and_unknown_ones_empty(void **state)
{
	struct report *r = test_report_new(*state);

	test_add_types(r);
	assert_prints(r, &safe,
	    "Name,IP,Size,Delay,Score,Last,Hit\r\n"
	    "ann,192.0.2.10,1536,12.5,-1.0,2026-03-10T00:05:00Z,true\r\n"
	    "nobody,,,,,,\r\n"
	    "both,,,,,,false\r\n"
	    "(2 others),,7,,,,\r\n");
	report_free(&r);
}

static void
several_sections_need_a_directory(void **state)
{
	struct report *r = test_report_new(*state);
	struct err err = { 0 };
	int status;
	struct buf b;

	test_add_hours(r);
	test_add_codes(r);
	b = test_render(&render_csv, r, &safe, &status, &err);
	assert_int_equal(status, -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_non_null(strstr(err.text, "-d DIR"));
	assert_non_null(strstr(err.text, "--sections"));
	assert_int_equal(b.n, 0);
	buf_clear(&b);
	report_free(&r);
}

static void
formulas_are_disarmed_in_text_only(void **state)
{
	static const char *const cells[] = { "=1", "+1", "-1", "@A1", "\t=1",
		"\r=1", "1=1", " =1", "'=1", "" };
	const struct render_options unsafe = { .csv_safe = false };
	struct report *r = test_report_new(*state);
	struct table *t = section_table(r, report_section(r, "s", "S"), NULL,
	    NULL);

	table_column(r, t, "-Text", VALUE_TEXT);
	table_column(r, t, "Number", VALUE_COUNT);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		struct value *v = table_row(r, t)->values;

		v[0] = value_text(str_from(cells[i]));
		v[1] = value_int(-1);
	}
	assert_prints(r, &safe,
	    "'-Text,Number\r\n"
	    "'=1,-1\r\n"
	    "'+1,-1\r\n"
	    "'-1,-1\r\n"
	    "'@A1,-1\r\n"
	    "'\\x09=1,-1\r\n"
	    "'\\x0D=1,-1\r\n"
	    "1=1,-1\r\n"
	    " =1,-1\r\n"
	    "'=1,-1\r\n"
	    ",-1\r\n");
	assert_prints(r, &unsafe,
	    "-Text,Number\r\n"
	    "=1,-1\r\n"
	    "+1,-1\r\n"
	    "-1,-1\r\n"
	    "@A1,-1\r\n"
	    "\\x09=1,-1\r\n"
	    "\\x0D=1,-1\r\n"
	    "1=1,-1\r\n"
	    " =1,-1\r\n"
	    "'=1,-1\r\n"
	    ",-1\r\n");
	report_free(&r);
}

/* Read back, a hostile cell is what utf8_escape makes of it, no more. */
static void
hostile_cells_are_read_back(void **state)
{
	struct report *r = test_hostile_report(*state);
	const size_t rows = 1 + TEST_HOSTILE + 2;
	struct buf b, cell = { 0 }, expected = { 0 };
	struct str rest;
	bool last;
	int status;

	b = test_render(&render_csv, r, &safe, &status, NULL);
	assert_int_equal(status, 0);
	rest = buf_str(&b);
	for (size_t row = 0; row < rows; row++) {
		for (size_t column = 0; column < 4; column++) {
			struct str text;

			assert_true(take_cell(&rest, &cell, &last));
			assert_int_equal(last, column == 3);
			if (row == 0 || row > TEST_HOSTILE)
				continue;
			text = test_hostile[row - 1];
			buf_reset(&expected);
			if (text.n > 0 && strchr("=+-@\t\r", text.p[0]))
				buf_add_char(&expected, '\'');
			utf8_escape(&expected, text);
			assert_true(str_eq(buf_str(&cell), buf_str(&expected)));
		}
	}
	assert_int_equal(rest.n, 0);
	buf_clear(&expected);
	buf_clear(&cell);
	buf_clear(&b);
	report_free(&r);
}

static void
read_file(const char *directory, const char *name, struct buf *b)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "r");
	assert_non_null(file);
	buf_reset(b);
	for (size_t n = 1; n > 0; b->n += n)
		n = fread(buf_reserve(b, 4096), 1, 4096, file);
	buf_add(b, "", 0);
	fclose(file);
}

/* Removes the files too; returns how many there were. */
static size_t
remove_directory(const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	size_t files = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		assert_int_equal(unlinkat(dirfd(dir), entry->d_name, 0), 0);
		files++;
	}
	closedir(dir);
	assert_int_equal(rmdir(directory), 0);
	return files;
}

static void
a_directory_gets_a_file_for_each_table(void **state)
{
	char base[] = "/tmp/mailtally-csv-XXXXXX";
	char directory[64];
	const struct render_options o = {
		.csv_safe = true, .quiet_empty = true, .directory = directory,
	};
	struct report *r = test_report_new(*state);
	struct buf file = { 0 };

	assert_non_null(mkdtemp(base));
	snprintf(directory, sizeof(directory), "%s/new", base);
	report_head(r, "examined", "Examined", VALUE_COUNT, value_count(10));
	report_head(r, NULL, "Only for people", VALUE_COUNT, value_count(1));
	report_alert(r, "=Alert, first.");
	test_add_hours(r);
	test_add_types(r);
	section_table(r, report_section(r, "viruses", "Viruses"), NULL, NULL);
	assert_prints(r, &o, "");
	assert_prints(r, &o, ""); /* over the old files */
	read_file(directory, "head.csv", &file);
	assert_string_equal(file.p,
	    "item,value\r\n"
	    "program,mailtally 0.1.0\r\n"
	    "host,mx1\r\n"
	    "since,2026-03-10T00:00:00Z\r\n"
	    "until,2026-03-11T00:00:00Z\r\n"
	    "zone,UTC\r\n"
	    "hours,24.0\r\n"
	    "examined,10\r\n"
	    "alert,\"'=Alert, first.\"\r\n");
	read_file(directory, "types-slow.csv", &file);
	assert_string_equal(file.p, "Process\r\n4711\r\n");
	read_file(directory, "hours.csv", &file);
	assert_non_null(strstr(file.p, "\r\nTotals,0,1,5,1,3,10\r\n"));
	read_file(directory, "types.csv", &file);
	assert_non_null(strstr(file.p, "Name,IP,Size"));
	assert_int_equal(remove_directory(directory), 4);
	assert_int_equal(rmdir(base), 0);
	buf_clear(&file);
	report_free(&r);
}

static void
a_directory_that_cannot_be_made_is_an_error(void **state)
{
	const struct render_options o = { .directory = "/dev/null/reports" };
	struct report *r = test_report_new(*state);
	struct err err = { 0 };
	int status;
	struct buf b;

	test_add_hours(r);
	b = test_render(&render_csv, r, &o, &status, &err);
	assert_int_equal(status, -1);
	assert_int_equal(err.kind, ERR_CREATE);
	assert_non_null(strstr(err.text, "/dev/null/reports"));
	buf_clear(&b);
	report_free(&r);
}

static void
a_file_in_the_place_of_the_directory_is_an_error(void **state)
{
	const struct render_options o = { .directory = "/dev/null" };
	struct report *r = test_report_new(*state);
	struct err err = { 0 };
	int status;
	struct buf b;

	test_add_hours(r);
	b = test_render(&render_csv, r, &o, &status, &err);
	assert_int_equal(status, -1);
	assert_non_null(strstr(err.text, "/dev/null"));
	buf_clear(&b);
	report_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_section_goes_to_the_output),
		cmocka_unit_test(values_are_plain_and_unknown_ones_empty),
		cmocka_unit_test(several_sections_need_a_directory),
		cmocka_unit_test(formulas_are_disarmed_in_text_only),
		cmocka_unit_test(hostile_cells_are_read_back),
		cmocka_unit_test(a_directory_gets_a_file_for_each_table),
		cmocka_unit_test(a_directory_that_cannot_be_made_is_an_error),
		cmocka_unit_test(a_file_in_the_place_of_the_directory_is_an_error),
	};

	return cmocka_run_group_tests(tests, open_utc, close_utc);
}
