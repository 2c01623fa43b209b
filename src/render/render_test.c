/*
 * What every renderer promises, whichever it is.
 */
#include "render/render.h"

#include <setjmp.h>
#include <stdarg.h>

#include <sys/stat.h>

#include <fcntl.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "render/test_report.h"

static const struct render_options plain = { .utf8 = true, .csv_safe = true };

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
renderers_are_found_by_name(void **state)
{
	(void)state;
	assert_ptr_equal(render_find("text"), &render_text);
	assert_ptr_equal(render_find("json"), &render_json);
	assert_ptr_equal(render_find("jsonl"), &render_jsonl);
	assert_ptr_equal(render_find("csv"), &render_csv);
	assert_null(render_find("tex"));
	assert_null(render_find(""));
	for (size_t i = 0; renderers[i] != NULL; i++) {
		assert_ptr_equal(render_find(renderers[i]->name), renderers[i]);
		assert_non_null(renderers[i]->help);
	}
}

static void
the_same_report_gives_the_same_bytes(void **state)
{
	struct report *r = test_report_new(*state);

	test_add_types(r);
	for (size_t i = 0; renderers[i] != NULL; i++) {
		int status[2];
		struct buf a = test_render(renderers[i], r, &plain, &status[0], NULL);
		struct buf b = test_render(renderers[i], r, &plain, &status[1], NULL);

		assert_int_equal(status[0] | status[1], 0);
		assert_true(a.n > 0);
		assert_true(str_eq(buf_str(&a), buf_str(&b)));
		buf_clear(&a);
		buf_clear(&b);
	}
	report_free(&r);
}

/* The only control characters are line ends, and all of it is UTF-8. */
static void
assert_harmless(struct str s, bool ascii)
{
	while (s.n > 0) {
		uint32_t c;
		size_t n = utf8_decode(s, &c);

		assert_true(n > 0);
		assert_true(!ascii || n == 1);
		assert_true(c == '\n' || (c >= 0x20 && c < 0x7f) || c >= 0xa0);
		assert_false((c >= 0x200b && c <= 0x200f) || c == 0xfeff);
		assert_false(c >= 0x2028 && c <= 0x202e);
		assert_false((c >= 0x2060 && c <= 0x2069) || c == 0x61c);
		assert_false(c >= 0xe0000);
		s = str_skip(s, n);
	}
}

/* RFC 4180 wants CRLF: there, and only there, a CR is no stranger's. */
static void
drop_csv_line_ends(struct buf *b)
{
	size_t kept = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (b->p[i] != '\r' || b->p[i + 1] != '\n')
			b->p[kept++] = b->p[i];
	}
	b->n = kept;
}

static void
hostile_text_is_harmless_everywhere(void **state)
{
	const struct render_options ascii = { .csv_safe = true };
	struct report *r = test_hostile_report(*state);

	for (size_t i = 0; renderers[i] != NULL; i++) {
		int status;
		struct buf b = test_render(renderers[i], r, &plain, &status, NULL);

		assert_int_equal(status, 0);
		if (renderers[i] == &render_csv)
			drop_csv_line_ends(&b);
		assert_harmless(buf_str(&b), false);
		buf_clear(&b);
		b = test_render(&render_text, r, &ascii, &status, NULL);
		assert_harmless(buf_str(&b), true);
		buf_clear(&b);
	}
	report_free(&r);
}

static void
quiet_leaves_empty_sections_out(void **state)
{
	const struct render_options quiet = { .quiet_empty = true };
	struct report *r = test_report_new(*state);
	struct section *s = report_section(r, "viruses", "Viruses");

	section_table(r, s, NULL, NULL);
	assert_true(render_shows(&plain, s));
	assert_false(render_shows(&quiet, s));
	s->always = true;
	assert_true(render_shows(&quiet, s));
	report_free(&r);
}

static void
a_full_disk_is_reported_by_the_output(void **state)
{
	struct report *r = test_report_new(*state);

	test_add_hours(r);
	for (size_t i = 0; renderers[i] != NULL; i++) {
		int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
		struct out *out = out_open_fd(fd, "full");
		struct err err = { 0 };

		assert_true(fd >= 0);
		assert_int_equal(renderers[i]->render(r, &plain, out, &err), 0);
		assert_int_equal(out_flush(out, &err), -1);
		assert_int_equal(err.kind, ERR_IO);
		assert_non_null(strstr(err.text, "full"));
		out_close(&out, NULL);
		close(fd);
	}
	report_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renderers_are_found_by_name),
		cmocka_unit_test(the_same_report_gives_the_same_bytes),
		cmocka_unit_test(hostile_text_is_harmless_everywhere),
		cmocka_unit_test(quiet_leaves_empty_sections_out),
		cmocka_unit_test(a_full_disk_is_reported_by_the_output),
	};

	return cmocka_run_group_tests(tests, open_utc, close_utc);
}
