#include "base/test.h"
#include "base/when.h"
#include "report/build.h"
#include "report/test_events.h"

static struct slots
slots_of(struct test_report *x, bool days_only)
{
	report_free(&x->report);
	x->report = report_new("mailtally test");
	x->build.report = x->report;
	x->build.o = &x->options;
	return build_slots(&x->build, days_only);
}

/* Every row ends where the next one begins. */
static void
assert_whole(const struct slots *s)
{
	for (size_t i = 0; i < s->n; i++) {
		assert_true(s->rows[i].start_s < s->rows[i].end_s);
		if (i > 0)
			assert_int_equal(s->rows[i].start_s,
			    s->rows[i - 1].end_s);
		assert_int_equal(slots_find(s, s->rows[i].start_s), i);
		assert_int_equal(slots_find(s, s->rows[i].end_s - 1), i);
	}
}

TEST(a_day_has_a_row_for_each_hour)
{
	struct test_report x;
	struct slots s;

	test_open(&x, "UTC");
	test_period(&x, "2026-03-10", "2026-03-11");
	s = slots_of(&x, false);
	assert_int_equal(s.unit, SLOT_HOUR);
	assert_int_equal(s.n, 24);
	assert_whole(&s);
	assert_str(s.rows[0].label, "2026-03-10, 00");
	assert_str(s.rows[23].label, "2026-03-10, 23");
	for (size_t i = 0; i < s.n; i++)
		assert_false(s.rows[i].partial);
	assert_int_equal(slots_find(&s, s.rows[0].start_s - 1), s.n);
	assert_int_equal(slots_find(&s, s.rows[23].end_s), s.n);
	test_close(&x);
}

TEST(a_missing_hour_has_no_row)
{
	struct test_report x;
	struct slots s;

	test_open(&x, "Europe/Berlin");
	test_period(&x, "2026-03-29", "2026-03-30");
	s = slots_of(&x, false);
	assert_int_equal(s.n, 23);
	assert_whole(&s);
	assert_str(s.rows[1].label, "2026-03-29, 01");
	assert_str(s.rows[2].label, "2026-03-29, 03");
	test_close(&x);
}

TEST(a_repeated_hour_has_two_rows)
{
	struct test_report x;
	struct slots s;

	test_open(&x, "Europe/Berlin");
	test_period(&x, "2026-10-25", "2026-10-26");
	s = slots_of(&x, false);
	assert_int_equal(s.n, 25);
	assert_whole(&s);
	assert_str(s.rows[2].label, "2026-10-25, 02");
	assert_str(s.rows[3].label, "2026-10-25, 02 (+0100)");
	assert_str(s.rows[4].label, "2026-10-25, 03");
	test_close(&x);
}

TEST(the_label_of_an_hour_does_not_depend_on_the_period)
{
	struct test_report x;
	struct slots s;

	test_open(&x, "America/New_York");
	/* 01:00 EDT is 05:00 UTC, 01:00 EST an hour later. */
	test_period(&x, "2026-11-01T06:00:00Z", "2026-11-01T08:00:00Z");
	s = slots_of(&x, false);
	assert_int_equal(s.n, 2);
	assert_str(s.rows[0].label, "2026-11-01, 01 (-0500)");
	assert_str(s.rows[1].label, "2026-11-01, 02");
	test_close(&x);
}

TEST(hours_of_a_half_hour_zone_begin_at_local_minute_0)
{
	struct test_report x;
	struct slots s;

	test_open(&x, "Asia/Kolkata");
	test_period(&x, "2026-03-10", "2026-03-11");
	s = slots_of(&x, false);
	assert_int_equal(s.n, 24);
	assert_whole(&s);
	assert_str(s.rows[0].label, "2026-03-10, 00");
	assert_int_equal(s.rows[0].start_s % 3600, 1800);
	test_close(&x);
}

TEST(a_clock_that_moves_half_an_hour_makes_a_short_row)
{
	struct test_report x;
	struct slots s;

	/* At 02:00 local: on to 02:30 in October, back to 01:30 in April. */
	test_open(&x, "Australia/Lord_Howe");
	test_period(&x, "2026-10-04", "2026-10-05");
	s = slots_of(&x, false);
	assert_int_equal(s.n, 24);
	assert_whole(&s);
	assert_str(s.rows[2].label, "2026-10-04, 02");
	assert_int_equal(s.rows[2].end_s - s.rows[2].start_s, 1800);
	assert_false(s.rows[2].partial);
	test_period(&x, "2026-04-05", "2026-04-06");
	s = slots_of(&x, false);
	assert_int_equal(s.n, 25);
	assert_whole(&s);
	assert_str(s.rows[1].label, "2026-04-05, 01");
	assert_int_equal(s.rows[1].end_s - s.rows[1].start_s, 3600);
	assert_str(s.rows[2].label, "2026-04-05, 01 (+1030)");
	assert_int_equal(s.rows[2].end_s - s.rows[2].start_s, 1800);
	test_close(&x);
}

TEST(cut_hours_are_partial_and_shown_whole)
{
	struct test_report x;
	struct slots s;

	test_open(&x, "UTC");
	test_period(&x, "2026-03-10 10:20", "2026-03-10 12:30");
	s = slots_of(&x, false);
	assert_int_equal(s.n, 3);
	assert_true(s.rows[0].partial);
	assert_false(s.rows[1].partial);
	assert_true(s.rows[2].partial);
	assert_int_equal(s.rows[0].end_s - s.rows[0].start_s, 3600);
	assert_int_equal(slots_find(&s, test_time(&x, "2026-03-10 10:00") /
	    WHEN_SECOND), 0);
	test_close(&x);
}

TEST(a_fraction_of_a_second_cuts_an_hour_too)
{
	struct test_report x;
	struct slots s;

	test_open(&x, "UTC");
	test_period(&x, "2026-03-10 10:00:00.5", "2026-03-10 11:00:00.5");
	s = slots_of(&x, false);
	assert_int_equal(s.n, 2);
	assert_true(s.rows[0].partial);
	assert_true(s.rows[1].partial);
	test_close(&x);
}

TEST(an_open_period_goes_from_the_first_line_to_the_last)
{
	struct test_report x;
	struct slots s;

	test_open(&x, "UTC");
	x.build.first_ns = test_time(&x, "2026-03-10 10:20");
	x.build.last_ns = test_time(&x, "2026-03-10 12:30");
	s = slots_of(&x, false);
	assert_int_equal(s.n, 3);
	for (size_t i = 0; i < s.n; i++)
		assert_false(s.rows[i].partial);
	test_period(&x, "2026-03-10 09:30", NULL);
	s = slots_of(&x, false);
	assert_int_equal(s.n, 4);
	assert_true(s.rows[0].partial);
	assert_false(s.rows[3].partial);
	x.build.last_ns = test_time(&x, "2026-03-10 12:00");
	s = slots_of(&x, false);
	assert_int_equal(s.n, 4);
	test_close(&x);
}

TEST(nothing_read_in_an_open_period_has_no_rows)
{
	struct test_report x;
	struct slots s;

	test_open(&x, "UTC");
	s = slots_of(&x, false);
	assert_int_equal(s.n, 0);
	assert_int_equal(slots_find(&s, 0), 0);
	test_period(&x, "2026-03-10", NULL);
	assert_int_equal(slots_of(&x, false).n, 0);
	test_close(&x);
}

TEST(a_long_period_has_a_row_per_day_and_a_longer_one_per_month)
{
	struct test_report x;
	struct slots s;

	test_open(&x, "Europe/Berlin");
	/* 31 days without a change of the clock are 744 hours. */
	test_period(&x, "2026-01-01", "2026-02-01");
	assert_int_equal(slots_of(&x, false).n, 744);
	test_period(&x, "2026-01-01", "2026-02-01 00:01");
	s = slots_of(&x, false);
	assert_int_equal(s.unit, SLOT_DAY);
	assert_int_equal(s.n, 32);
	assert_whole(&s);
	assert_str(s.rows[0].label, "2026-01-01");
	assert_true(s.rows[31].partial);
	test_period(&x, "2023-01-01", "2026-01-05");
	s = slots_of(&x, false);
	assert_int_equal(s.unit, SLOT_DAY);
	assert_int_equal(s.n, 1100);
	test_period(&x, "2023-01-01", "2026-01-06");
	s = slots_of(&x, false);
	assert_int_equal(s.unit, SLOT_MONTH);
	assert_int_equal(s.n, 37);
	assert_whole(&s);
	assert_str(s.rows[0].label, "2023-01");
	assert_str(s.rows[12].label, "2024-01");
	assert_true(s.rows[36].partial);
	test_close(&x);
}

TEST(the_number_of_hour_rows_is_an_option)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_period(&x, "2026-01-01", "2026-01-02");
	x.options.max_hour_rows = 23;
	assert_int_equal(slots_of(&x, false).n, 1);
	x.options.max_hour_rows = 24;
	assert_int_equal(slots_of(&x, false).n, 24);
	assert_int_equal(slots_of(&x, true).n, 1);
	assert_int_equal(slots_of(&x, true).unit, SLOT_DAY);
	test_close(&x);
}

TEST(days_follow_the_clock)
{
	struct test_report x;
	struct slots s;

	test_open(&x, "Europe/Berlin");
	test_period(&x, "2026-10-24", "2026-10-27");
	s = slots_of(&x, true);
	assert_int_equal(s.n, 3);
	assert_whole(&s);
	assert_int_equal(s.rows[1].end_s - s.rows[1].start_s, 25 * 3600);
	test_close(&x);
	/* Here midnight itself is left out, or comes an hour late. */
	test_open(&x, "America/Sao_Paulo");
	test_period(&x, "2018-11-03", "2018-11-06");
	s = slots_of(&x, true);
	assert_int_equal(s.n, 3);
	assert_whole(&s);
	assert_int_equal(s.rows[1].end_s - s.rows[1].start_s, 23 * 3600);
	assert_str(s.rows[1].label, "2018-11-04");
	test_period(&x, "2018-02-16", "2018-02-19");
	s = slots_of(&x, true);
	assert_int_equal(s.n, 3);
	assert_whole(&s);
	assert_int_equal(s.rows[1].end_s - s.rows[1].start_s, 25 * 3600);
	assert_str(s.rows[2].label, "2018-02-18");
	test_close(&x);
}

TEST(the_ends_of_time_have_rows)
{
	struct test_report x;
	struct slots s;

	test_open(&x, "Asia/Kolkata");
	x.build.first_ns = INT64_MIN + 1;
	x.build.last_ns = INT64_MAX;
	s = slots_of(&x, false);
	assert_int_equal(s.unit, SLOT_MONTH);
	assert_whole(&s);
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_has_a_row_for_each_hour),
		cmocka_unit_test(a_missing_hour_has_no_row),
		cmocka_unit_test(a_repeated_hour_has_two_rows),
		cmocka_unit_test(the_label_of_an_hour_does_not_depend_on_the_period),
		cmocka_unit_test(hours_of_a_half_hour_zone_begin_at_local_minute_0),
		cmocka_unit_test(a_clock_that_moves_half_an_hour_makes_a_short_row),
		cmocka_unit_test(cut_hours_are_partial_and_shown_whole),
		cmocka_unit_test(a_fraction_of_a_second_cuts_an_hour_too),
		cmocka_unit_test(an_open_period_goes_from_the_first_line_to_the_last),
		cmocka_unit_test(nothing_read_in_an_open_period_has_no_rows),
		cmocka_unit_test(a_long_period_has_a_row_per_day_and_a_longer_one_per_month),
		cmocka_unit_test(the_number_of_hour_rows_is_an_option),
		cmocka_unit_test(days_follow_the_clock),
		cmocka_unit_test(the_ends_of_time_have_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
