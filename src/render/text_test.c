#include "render/render.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "render/human.h"
#include "render/test_report.h"

static const struct render_options utf8 = { .utf8 = true, .columns = 80 };
static const struct render_options ascii = { .columns = 80 };

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

static void
assert_prints(const struct report *r, const struct render_options *o,
    const char *expected)
{
	int status;
	struct buf b = test_render(&render_text, r, o, &status, NULL);

	assert_int_equal(status, 0);
	assert_string_equal(b.p, expected);
	buf_clear(&b);
}

/* What is printed from the first section on. */
static void
assert_prints_section(const struct report *r, const struct render_options *o,
    const char *expected)
{
	int status;
	struct buf b = test_render(&render_text, r, o, &status, NULL);
	const char *section = strstr(b.p, "UTC\n\n");

	assert_int_equal(status, 0);
	assert_non_null(section);
	assert_string_equal(section + strlen("UTC\n\n"), expected);
	buf_clear(&b);
}

static struct table *
add_table(struct report *r)
{
	return section_table(r, report_section(r, "s", "Section"), NULL, NULL);
}

static void
a_whole_report(void **state)
{
	struct report *r = test_report_new(*state);
	struct report_input *in = report_input(r, STR("/var/log/qpsmtpd/current"));

	in->bytes = 123456;
	r->first_ns = TEST_DAY_NS + 5 * TEST_MINUTE_NS;
	r->last_ns = TEST_DAY_NS + 210 * TEST_MINUTE_NS;
	r->seconds_taken = 0.25;
	report_head(r, "examined", "All SMTP connections accepted", VALUE_COUNT,
	    value_count(10));
	report_head(r, "per_hour", "Messages per hour", VALUE_REAL,
	    value_real(10 / 24.0))->digits = 1;
	report_head(r, "avg", "Average ham score", VALUE_REAL, value_null());
	report_head(r, NULL, "Reject level", VALUE_COUNT,
	    value_count(0))->note = STR("nothing is rejected");
	test_add_hours(r);
	test_add_codes(r);
	assert_prints(r, &utf8,
	    "Report for mx1 from 2026-03-10\n"
	    "══════════════════════════════\n"
	    "\n"
	    "Program                        mailtally 0.1.0\n"
	    "Input                          /var/log/qpsmtpd/current, 120.6 KiB\n"
	    "Log lines                      2026-03-10 00:05:00 to 2026-03-10 03:30:00\n"
	    "Period                         2026-03-10 00:00:00 to 2026-03-11 00:00:00\n"
	    "Length                         24.00 hours\n"
	    "Time zone                      UTC\n"
	    "All SMTP connections accepted  10\n"
	    "Messages per hour              0.4\n"
	    "Reject level                   0 (nothing is rejected)\n"
	    "Report produced in             0.250s\n"
	    "\n"
	    "Mail by hour\n"
	    "════════════\n"
	    "Hour            Local RBL/DNS Qued.Spam?   Ham Totals\n"
	    "─────────────────────────────────────────────────────\n"
	    "2026-03-10, 00      0       1          1     1      3\n"
	    "2026-03-10, 01      1       0          0     1      2\n"
	    "2026-03-10, 03*     0       4          0     1      5\n"
	    "─────────────────────────────────────────────────────\n"
	    "Totals              1       5          1     3     10\n"
	    "Percentages     10.0%   50.0%      10.0% 30.0% 100.0%\n"
	    "\n"
	    "Disposition codes\n"
	    "═════════════════\n"
	    "Reason             Count  Percent\n"
	    "─────────────────────────────────\n"
	    "queued                 4    57.1%\n"
	    "check_earlytalker      1    14.3%\n"
	    "dnsbl                  2    28.6%\n"
	    "─────────────────────────────────\n"
	    "Totals                 7   100.0%\n");
	report_free(&r);
}

static void
alerts_stand_before_the_head(void **state)
{
	struct report *r = test_report_new(*state);

	r->host = str_none();
	r->period = (struct period){ INT64_MIN, INT64_MAX };
	r->hours = -1;
	report_alert(r, "The list %s refuses to answer: such a server rejects "
	    "all of its mail.", "bl.example.net");
	report_alert(r, "Second.");
	assert_prints(r, &ascii,
	    "Report\n"
	    "======\n"
	    "\n"
	    "ALERT: The list bl.example.net refuses to answer: such a server rejects all of\n"
	    "       its mail.\n"
	    "ALERT: Second.\n"
	    "\n"
	    "Program    mailtally 0.1.0\n"
	    "Period     everything\n"
	    "Time zone  UTC\n");
	report_free(&r);
}

static void
several_inputs_and_what_is_wrong_with_them(void **state)
{
	struct report *r = test_report_new(*state);
	struct report_input *in = report_input(r, STR("a.log"));

	in->bytes = UINT64_MAX;
	in = report_input(r, STR("b.gz"));
	in->bytes = 1;
	in->packed = "gzip";
	in->note = STR("a copy of a.log: not counted");
	report_input(r, STR("c.log"))->error = STR("Permission denied");
	r->period.start_ns = INT64_MIN;
	r->first_ns = r->last_ns = TEST_DAY_NS - 1;
	assert_prints(r, &ascii,
	    "Report for mx1 from 2026-03-09\n"
	    "==============================\n"
	    "\n"
	    "Program    mailtally 0.1.0\n"
	    "Input      3 files, 8.0 EiB (1 compressed)\n"
	    "Note       b.gz: a copy of a.log: not counted\n"
	    "Not read   c.log: Permission denied\n"
	    "Log lines  2026-03-09 23:59:59 to 2026-03-09 23:59:59\n"
	    "Period     until 2026-03-11 00:00:00\n"
	    "Length     24.00 hours\n"
	    "Time zone  UTC\n");
	report_free(&r);
}

static void
every_type_of_value_and_a_sub_table(void **state)
{
	struct report *r = test_report_new(*state);

	test_add_types(r);
	assert_prints_section(r, &ascii,
	    "All types\n"
	    "=========\n"
	    "Name        IP             Size  Delay  Score  Last                 Hit\n"
	    "-----------------------------------------------------------------------\n"
	    "ann         192.0.2.10  1.5 KiB  12.5s  -1.00  2026-03-10 00:05:00  !\n"
	    "nobody      -                 -      -      -  -                    -\n"
	    "both                          -      -      -\n"
	    "\n"
	    "(2 others)                  7 B      -      -\n"
	    "\n"
	    "Slowest\n"
	    "Process\n"
	    "-------\n"
	    "   4711\n"
	    "\n"
	    "A note.\n");
	report_free(&r);
}

static void
an_empty_section_says_none(void **state)
{
	const struct render_options quiet = { .quiet_empty = true };
	struct report *r = test_report_new(*state);
	struct section *s = report_section(r, "viruses", "Viruses");
	struct table *t = section_table(r, s, NULL, NULL);

	table_column(r, t, "Name", VALUE_TEXT);
	table_footer(r, t, "totals")[0] = value_text(STR("Totals"));
	test_add_codes(r);
	assert_prints_section(r, &ascii,
	    "Viruses\n"
	    "=======\n"
	    "none\n"
	    "\n"
	    "Disposition codes\n"
	    "=================\n"
	    "Reason             Count  Percent\n"
	    "---------------------------------\n"
	    "queued                 4    57.1%\n"
	    "check_earlytalker      1    14.3%\n"
	    "dnsbl                  2    28.6%\n"
	    "---------------------------------\n"
	    "Totals                 7   100.0%\n");
	assert_prints_section(r, &quiet,
	    "Disposition codes\n"
	    "=================\n"
	    "Reason             Count  Percent\n"
	    "---------------------------------\n"
	    "queued                 4    57.1%\n"
	    "check_earlytalker      1    14.3%\n"
	    "dnsbl                  2    28.6%\n"
	    "---------------------------------\n"
	    "Totals                 7   100.0%\n");
	report_free(&r);
}

static void
an_empty_first_table_does_not_hide_the_second(void **state)
{
	const struct render_options quiet = { .quiet_empty = true };
	struct report *r = test_report_new(*state);
	struct section *s = report_section(r, "s", "Section");
	struct table *t = section_table(r, s, NULL, "First");

	table_column(r, t, "A", VALUE_COUNT);
	t = section_table(r, s, "second", "Second");
	table_column(r, t, "A", VALUE_COUNT);
	table_row(r, t)->values[0] = value_int(1);
	assert_prints_section(r, &ascii,
	    "Section\n"
	    "=======\n"
	    "First\n"
	    "none\n"
	    "\n"
	    "Second\n"
	    "A\n"
	    "-\n"
	    "1\n");
	assert_prints_section(r, &quiet,
	    "Section\n"
	    "=======\n"
	    "Second\n"
	    "A\n"
	    "-\n"
	    "1\n");
	report_free(&r);
}

static void
a_bar_fills_the_space_at_the_right(void **state)
{
	const struct render_options blocks = {
		.utf8 = true, .bars = true, .columns = 50,
	};
	const struct render_options hashes = { .bars = true, .columns = 50 };
	const struct render_options narrow = { .bars = true, .columns = 40 };
	struct report *r = test_report_new(*state);

	test_add_codes(r);
	assert_prints_section(r, &blocks,
	    "Disposition codes\n"
	    "═════════════════\n"
	    "Reason             Count  Percent\n"
	    "─────────────────────────────────\n"
	    "queued                 4    57.1%  ███████████████\n"
	    "check_earlytalker      1    14.3%  ███▊\n"
	    "dnsbl                  2    28.6%  ███████▌\n"
	    "─────────────────────────────────\n"
	    "Totals                 7   100.0%\n");
	assert_prints_section(r, &hashes,
	    "Disposition codes\n"
	    "=================\n"
	    "Reason             Count  Percent\n"
	    "---------------------------------\n"
	    "queued                 4    57.1%  ###############\n"
	    "check_earlytalker      1    14.3%  ####\n"
	    "dnsbl                  2    28.6%  ########\n"
	    "---------------------------------\n"
	    "Totals                 7   100.0%\n");
	assert_prints_section(r, &narrow,
	    "Disposition codes\n"
	    "=================\n"
	    "Reason             Count  Percent\n"
	    "---------------------------------\n"
	    "queued                 4    57.1%\n"
	    "check_earlytalker      1    14.3%\n"
	    "dnsbl                  2    28.6%\n"
	    "---------------------------------\n"
	    "Totals                 7   100.0%\n");
	report_free(&r);
}

static void
a_bar_of_little_is_still_a_bar(void **state)
{
	static const int64_t counts[] = { 1000000, 1, 0, -5 };
	const struct render_options bars = {
		.utf8 = true, .bars = true, .columns = 20,
	};
	struct report *r = test_report_new(*state);
	struct table *t = add_table(r);
	struct row *others;

	table_column(r, t, "N", VALUE_COUNT)->bar = true;
	for (size_t i = 0; i < 4; i++)
		table_row(r, t)->values[0] = value_int(counts[i]);
	others = table_row(r, t);
	others->values[0] = value_int(5000000);
	others->flags = ROW_OTHERS;
	table_row(r, t);
	assert_prints_section(r, &bars,
	    "Section\n"
	    "═══════\n"
	    "      N\n"
	    "───────\n"
	    "1000000  ███████████\n"
	    "      1  ▏\n"
	    "      0\n"
	    "     -5\n"
	    "5000000\n"
	    "      -\n");
	report_free(&r);
}

static void
wide_columns_are_shortened_to_fit(void **state)
{
	const struct render_options utf8_50 = { .utf8 = true, .columns = 50 };
	const struct render_options ascii_50 = { .columns = 50 };
	struct report *r = test_report_new(*state);
	struct table *t = add_table(r);
	struct value *v;

	table_column(r, t, "Reason", VALUE_TEXT)->wide = true;
	table_column(r, t, "Count", VALUE_COUNT);
	table_column(r, t, "Example", VALUE_TEXT)->wide = true;
	v = table_row(r, t)->values;
	v[0] = value_text(STR("connection timed out while talking"));
	v[1] = value_int(7);
	v[2] = value_text(STR("some example text of the log"));
	v = table_row(r, t)->values;
	v[0] = value_text(STR("short"));
	v[1] = value_int(8);
	v[2] = value_text(STR("bytes \xff and \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"));
	assert_prints_section(r, &utf8_50,
	    "Section\n"
	    "═══════\n"
	    "Reason                Count  Example\n"
	    "──────────────────────────────────────────────────\n"
	    "connection timed ou…      7  some example text of…\n"
	    "short                     8  bytes \\xFF and 日本語\n");
	assert_prints_section(r, &ascii_50,
	    "Section\n"
	    "=======\n"
	    "Reason                Count  Example\n"
	    "--------------------------------------------------\n"
	    "connection timed ...      7  some example text ...\n"
	    "short                     8  bytes \\xFF and \\xE...\n");
	report_free(&r);
}

static void
a_table_that_cannot_fit_is_not_wrapped(void **state)
{
	const struct render_options narrow = { .columns = 20 };
	struct report *r = test_report_new(*state);

	test_add_hours(r);
	assert_prints_section(r, &narrow,
	    "Mail by hour\n"
	    "============\n"
	    "Hour            Local RBL/DNS Qued.Spam?   Ham Totals\n"
	    "-----------------------------------------------------\n"
	    "2026-03-10, 00      0       1          1     1      3\n"
	    "2026-03-10, 01      1       0          0     1      2\n"
	    "2026-03-10, 03*     0       4          0     1      5\n"
	    "-----------------------------------------------------\n"
	    "Totals              1       5          1     3     10\n"
	    "Percentages     10.0%   50.0%      10.0% 30.0% 100.0%\n");
	report_free(&r);
}

/* C.2: max(6, label length + 1); more where a number needs more. */
static void
a_column_is_as_wide_as_its_min_width_says(void **state)
{
	struct report *r = test_report_new(*state);
	struct table *t = add_table(r);
	struct value *v;

	table_column(r, t, "Hour", VALUE_TEXT)->min_width = 16;
	table_column(r, t, "Ham", VALUE_COUNT)->min_width = 6;
	table_column(r, t, "Ham", VALUE_COUNT)->min_width = 6;
	v = table_row(r, t)->values;
	v[0] = value_text(STR("2026-10-25, 02 (+0100)"));
	v[1] = value_int(12345);
	v[2] = value_int(1234567);
	assert_prints_section(r, &ascii,
	    "Section\n"
	    "=======\n"
	    "Hour                     Ham     Ham\n"
	    "------------------------------------\n"
	    "2026-10-25, 02 (+0100) 12345 1234567\n");
	report_free(&r);
}

static void
notes_are_wrapped_but_words_are_not_broken(void **state)
{
	const struct render_options narrow = { .columns = 20 };
	struct report *r = test_report_new(*state);
	struct table *t = add_table(r);
	struct section *s = r->sections[0];

	table_column(r, t, "A", VALUE_COUNT);
	table_row(r, t)->values[0] = value_int(1);
	section_note(r, s, "One two three four five six.");
	section_note(r, s, "See http://www.example.org/a/long/path now.");
	assert_prints_section(r, &narrow,
	    "Section\n"
	    "=======\n"
	    "A\n"
	    "-\n"
	    "1\n"
	    "\n"
	    "One two three four\n"
	    "  five six.\n"
	    "See\n"
	    "  http://www.example.org/a/long/path\n"
	    "  now.\n");
	report_free(&r);
}

static void
colours_mark_titles_rules_and_rows(void **state)
{
	const struct render_options color = { .color = true, .columns = 80 };
	struct report *r = test_report_new(*state);
	struct table *t = add_table(r);

	table_column(r, t, "A", VALUE_COUNT);
	for (int tone = TONE_NONE; tone <= TONE_DIM; tone++) {
		struct row *row = table_row(r, t);

		row->values[0] = value_int(tone);
		row->tone = tone;
	}
	table_row(r, t)->flags = ROW_SUBTOTAL;
	assert_prints_section(r, &color,
	    "\033[1mSection\033[0m\n"
	    "\033[2m=======\033[0m\n"
	    "A\n"
	    "\033[2m-\033[0m\n"
	    "0\n"
	    "\033[32m1\033[0m\n"
	    "\033[31m2\033[0m\n"
	    "\033[33m3\033[0m\n"
	    "\033[2m4\033[0m\n"
	    "\033[1m-\033[0m\n");
	report_free(&r);
}

static size_t
count_lines(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

/* One line a row, and each row as it would be without the hostility. */
static void
hostile_cells_stay_in_their_rows(void **state)
{
	struct report *r = test_report_new(*state);
	struct table *t = add_table(r);
	struct buf b;
	int status;

	table_column(r, t, "Text", VALUE_TEXT);
	table_column(r, t, "Count", VALUE_COUNT);
	for (size_t i = 0; i < TEST_HOSTILE; i++) {
		struct value *v = table_row(r, t)->values;

		v[0] = value_text(test_hostile[i]);
		v[1] = value_int(12345);
	}
	b = test_render(&render_text, r, &utf8, &status, NULL);
	/* title 3, head 4, blank, section 2, header 2 */
	assert_int_equal(count_lines(buf_str(&b)), 12 + TEST_HOSTILE);
	assert_non_null(strstr(b.p, "\n\\x1B[2J\\x1B[31mred "));
	assert_non_null(strstr(b.p, "\nnul\\x00inside "));
	assert_non_null(strstr(b.p, "\n\\xE2\\x80\\xAEgpj.exe "));
	assert_non_null(strstr(b.p, "\ngr\u00fc\u00df \u65e5\u672c "));
	buf_clear(&b);
	report_free(&r);
}

/* Neither a long cell nor one of characters without width fills the screen. */
static void
a_huge_cell_is_cut(void **state)
{
	static char huge[1 << 20], marks[1 << 20];
	struct report *r = test_report_new(*state);
	struct table *t = add_table(r);
	struct buf b;
	int status;

	memset(huge, '\033', sizeof(huge));
	for (size_t i = 0; i < sizeof(marks); i += 2)
		memcpy(marks + i, "\xcc\x81", 2);
	table_column(r, t, "Text", VALUE_TEXT);
	table_column(r, t, "More", VALUE_TEXT);
	for (int i = 0; i < 100; i++) {
		struct value *v = table_row(r, t)->values;

		v[0] = value_text(str_make(huge, sizeof(huge)));
		v[1] = value_text(str_make(marks + 1, sizeof(marks) - 1));
	}
	b = test_render(&render_text, r, &utf8, &status, NULL);
	assert_true(b.n < 100 * 8192);
	buf_clear(&b);
	report_free(&r);
}

static void
sizes_have_binary_units(void **state)
{
	static const struct {
		int64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0 B" }, { 1023, "1023 B" }, { 1024, "1.0 KiB" },
		{ 1536, "1.5 KiB" }, { 1048524, "1023.9 KiB" },
		{ 1048575, "1.0 MiB" }, { INT64_C(5) << 30, "5.0 GiB" },
		{ INT64_C(1) << 40, "1.0 TiB" }, { INT64_C(1) << 50, "1.0 PiB" },
		{ INT64_MAX, "8.0 EiB" }, { INT64_MIN, "-8.0 EiB" },
		{ -1, "-1 B" }, { -2048, "-2.0 KiB" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = { 0 };

		human_bytes(&b, cases[i].bytes);
		assert_string_equal(b.p, cases[i].text);
		buf_clear(&b);
	}
}

static void
numbers_may_stand_where_the_column_holds_others(void **state)
{
	static const struct {
		struct column column;
		struct value value;
		const char *text;
	} cases[] = {
		{ { .type = VALUE_COUNT },
		  { .is = VALUE_IS_REAL, .r = 2.25 }, "2.2" },
		{ { .type = VALUE_PERCENT, .digits = 2 },
		  { .is = VALUE_IS_INT, .i = 7 }, "7%" },
		{ { .type = VALUE_REAL, .digits = 2 },
		  { .is = VALUE_IS_INT, .i = 7 }, "7" },
		{ { .type = VALUE_FLAG }, { .is = VALUE_IS_INT, .i = 1 }, "*" },
		{ { .type = VALUE_TIME, .form = WHEN_HOUR },
		  { .is = VALUE_IS_INT, .i = TEST_DAY_NS }, "2026-03-10, 00" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = { 0 };

		assert_true(human_value(&b, &cases[i].column, *state,
		    cases[i].value));
		assert_string_equal(b.p, cases[i].text);
		buf_clear(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_report),
		cmocka_unit_test(alerts_stand_before_the_head),
		cmocka_unit_test(several_inputs_and_what_is_wrong_with_them),
		cmocka_unit_test(every_type_of_value_and_a_sub_table),
		cmocka_unit_test(an_empty_section_says_none),
		cmocka_unit_test(an_empty_first_table_does_not_hide_the_second),
		cmocka_unit_test(a_bar_fills_the_space_at_the_right),
		cmocka_unit_test(a_bar_of_little_is_still_a_bar),
		cmocka_unit_test(wide_columns_are_shortened_to_fit),
		cmocka_unit_test(a_table_that_cannot_fit_is_not_wrapped),
		cmocka_unit_test(a_column_is_as_wide_as_its_min_width_says),
		cmocka_unit_test(notes_are_wrapped_but_words_are_not_broken),
		cmocka_unit_test(colours_mark_titles_rules_and_rows),
		cmocka_unit_test(hostile_cells_stay_in_their_rows),
		cmocka_unit_test(a_huge_cell_is_cut),
		cmocka_unit_test(sizes_have_binary_units),
		cmocka_unit_test(numbers_may_stand_where_the_column_holds_others),
	};

	return cmocka_run_group_tests(tests, open_utc, close_utc);
}
