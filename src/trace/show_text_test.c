#include "trace/show.h"

#include "base/buf.h"
#include "base/test.h"
#include "base/when.h"
#include "trace/story.h"

static struct zone *utc;

static int
open_zone(void **state)
{
	(void)state;
	return zone_open(&utc, "UTC", NULL);
}

static int
close_zone(void **state)
{
	(void)state;
	zone_close(&utc);
	return 0;
}

#define TIME (INT64_C(1767225605) * WHEN_SECOND + 7000000)

static struct story
story(void)
{
	return (struct story){ .verdict = STORY_REJECTED, .time_ns = TIME,
		.begun_ns = TIME, .pid = STR("26351"),
		.client = STR("192.0.2.1"), .score_milli = EVENT_NO_NUMBER,
		.required_milli = EVENT_NO_NUMBER,
		.duration_ns = EVENT_NO_NUMBER };
}

static void
assert_row(const struct story *s, const struct show_options *o,
    const char *should)
{
	struct buf b = { 0 };

	show_row(&b, s, o);
	assert_str(buf_str(&b), should);
	buf_clear(&b);
}

TEST(a_row_says_who_and_what_became_of_it)
{
	struct show_options o = { .zone = utc, .utf8 = true };
	struct str recipients[] = { STR("a@x"), STR("b@x"), STR("c@x") };
	struct story s = story();

	s.by = STR("dnsbl");
	assert_row(&s, &o, "2026-01-01 00:00:05 26351   rejected   192.0.2.1, "
	    "dnsbl\n");
	s.sender = STR("");
	s.recipients = recipients;
	s.n_recipients = 3;
	s.by = str_none();
	s.reason = STR("too large");
	assert_row(&s, &o, "2026-01-01 00:00:05 26351   rejected   192.0.2.1 <> "
	    "-> a@x +2, too large\n");
	s = story();
	s.verdict = STORY_ACCEPTED;
	s.client = str_none();
	s.sender = STR("e@y");
	s.time_ns = WHEN_NONE;
	assert_row(&s, &o, "- 26351   accepted   - e@y -> -\n");
}

TEST(long_and_hostile_texts_are_cut_and_escaped)
{
	struct show_options o = { .zone = utc, .utf8 = true };
	struct story s = story();
	struct buf by = { 0 }, b = { 0 };

	buf_add_str(&by, STR("\x1b]0;x\x07"));
	buf_add_repeated(&by, 'x', 1000);
	s.by = buf_str(&by);
	show_row(&b, &s, &o);
	assert_true(b.n < 150);
	assert_int_equal(str_index(buf_str(&b), '\x1b'), b.n);
	assert_true(str_find(buf_str(&b), STR("\\x1B]0;x\\x07")) < b.n);
	buf_clear(&by);
	buf_clear(&b);
}

TEST(outside_of_utf8_all_is_ascii)
{
	struct show_options o = { .zone = utc };
	struct story s = story();

	s.by = STR("\xc3\xa4");
	assert_row(&s, &o, "2026-01-01 00:00:05 26351   rejected   192.0.2.1, "
	    "\\xC3\\xA4\n");
}

TEST(lines_have_their_time_process_and_mark)
{
	struct show_options o = { .zone = utc, .utf8 = true };
	struct story_line lines[] = {
		{ .time_ns = TIME, .mark = MARK_PASS, .pid = STR("26351"),
		    .text = STR("dnsbl: pass") },
		{ .time_ns = WHEN_NONE, .pid = STR("7"), .text = STR("x\ty") },
		{ .time_ns = -1, .mark = MARK_SKIP, .pid = STR("123456789"),
		    .text = STR("") },
	};
	struct story s = story();
	struct buf b = { 0 };

	s.lines = lines;
	s.n_lines = 3;
	show_story(&b, &s, &o);
	assert_str(str_head(buf_str(&b), 148),
	    "2026-01-01 00:00:05.007 26351   pass      dnsbl: pass\n"
	    "-                       7                 x\\x09y\n"
	    "1969-12-31 23:59:59.999 123456789 skip      \n");
	buf_clear(&b);
}

TEST(colours_end_before_the_line_does)
{
	struct show_options o = { .zone = utc, .utf8 = true, .color = true };
	struct story_line line = { .time_ns = TIME, .mark = MARK_FAIL,
		.pid = STR("1"), .text = STR("x") };
	struct story s = story();
	struct buf b = { 0 };
	struct str rest, one;

	s.lines = &line;
	s.n_lines = 1;
	show_story(&b, &s, &o);
	show_row(&b, &s, &o);
	rest = buf_str(&b);
	while (str_cut(&rest, '\n', &one) && one.n > 0) {
		size_t on = str_find(one, STR("\033[")), off;

		off = str_find(one, STR("\033[0m"));
		assert_true(on < off && off < one.n);
	}
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_says_who_and_what_became_of_it),
		cmocka_unit_test(long_and_hostile_texts_are_cut_and_escaped),
		cmocka_unit_test(outside_of_utf8_all_is_ascii),
		cmocka_unit_test(lines_have_their_time_process_and_mark),
		cmocka_unit_test(colours_end_before_the_line_does),
	};

	return cmocka_run_group_tests(tests, open_zone, close_zone);
}
