#include <stdio.h>

#include "base/test.h"
#include "base/when.h"
#include "report/report.h"
#include "report/test_events.h"

static void
mail(struct test_report *x, const char *time, const char *code)
{
	test_mail(x, &(struct test_mail){ .time = time, .client = "192.0.2.1",
	    .disposition = code ? "helo" : "queued", .code = code });
}

/* The row of an hour of the day, as text. */
static const char *
hour_row(struct test_report *x, const char *hour)
{
	static char line[200];
	const char *at = test_table(x, "traffic-hours", 0);

	while (strncmp(at, hour, strlen(hour)) != 0) {
		at = strchr(at, '\n');
		assert_non_null(at);
		at++;
	}
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
	return line;
}

static struct log_stream
stream(const struct test_report *x, const char *first, const char *last)
{
	return (struct log_stream){ .name = "log", .counts = {
		.first_ns = test_time(x, first), .last_ns = test_time(x, last) } };
}

TEST(days_tell_what_was_received_deferred_and_rejected)
{
	struct test_report x;

	test_open(&x, "Europe/Berlin");
	test_period(&x, "2026-03-10", "2026-03-12 12:00");
	mail(&x, "2026-03-10 00:30", NULL);
	mail(&x, "2026-03-10 23:30", "902");
	mail(&x, "2026-03-12 00:30", "901");
	mail(&x, "2026-03-12 00:30", "903");
	mail(&x, NULL, NULL);
	test_report(&x, "traffic-days");
	assert_string_equal(test_titles(&x, "traffic-days", 0),
	    "Day|Received|Deferred|Rejected");
	assert_string_equal(test_table(&x, "traffic-days", 0),
	    "2026-03-10|1|1|0\n"
	    "2026-03-11|0|0|0\n"
	    "2026-03-12|0|0|2*\n"
	    "(no time)|1|0|0\n"
	    "--\n"
	    "Totals|2|1|2\n");
	test_close(&x);
}

TEST(one_day_has_no_daily_means)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_period(&x, "2026-03-10", "2026-03-11");
	mail(&x, "2026-03-10 00:30", NULL);
	mail(&x, "2026-03-10 07:30", "901");
	test_report(&x, "traffic-hours");
	assert_string_equal(test_titles(&x, "traffic-hours", 0),
	    "Hour|Received|Deferred|Rejected");
	assert_int_equal(test_section(&x, "traffic-hours")->tables[0]->n_rows,
	    24);
	assert_string_equal(hour_row(&x, "00"), "00|1|0|0");
	assert_string_equal(hour_row(&x, "07"), "07|0|0|1");
	assert_string_equal(hour_row(&x, "Totals"), "Totals|1|0|1");
	test_close(&x);
}

TEST(means_are_over_the_days_that_the_log_covers_for_the_hour)
{
	struct test_report x;
	struct log_stream st;

	test_open(&x, "UTC");
	st = stream(&x, "2026-03-10 08:20", "2026-03-12 09:10");
	x.build.streams = &st;
	x.build.n_streams = 1;
	mail(&x, "2026-03-10 08:30", NULL);
	mail(&x, "2026-03-11 08:30", NULL);
	mail(&x, "2026-03-12 09:05", NULL);
	mail(&x, "2026-03-10 20:00", "901");
	test_report(&x, "traffic-hours");
	assert_string_equal(test_titles(&x, "traffic-hours", 0),
	    "Hour|Received|Deferred|Rejected|Days|Received/day|Deferred/day|"
	    "Rejected/day");
	assert_string_equal(hour_row(&x, "07"), "07|0|0|0|2|0.0|0.0|0.0");
	assert_string_equal(hour_row(&x, "08"), "08|2|0|0|3|0.7|0.0|0.0");
	assert_string_equal(hour_row(&x, "09"), "09|1|0|0|3|0.3|0.0|0.0");
	assert_string_equal(hour_row(&x, "20"), "20|0|0|1|2|0.0|0.0|0.5");
	test_close(&x);
}

TEST(an_hour_wholly_in_a_gap_is_not_covered_unless_by_another_stream)
{
	struct test_report x;
	struct log_stream st[2];
	struct scan_gap gap;

	test_open(&x, "UTC");
	gap.from_ns = test_time(&x, "2026-03-10 09:59");
	gap.until_ns = test_time(&x, "2026-03-10 12:00");
	st[0] = stream(&x, "2026-03-10 08:20", "2026-03-11 23:00");
	st[0].gaps = &gap;
	st[0].n_gaps = 1;
	st[1] = stream(&x, "2026-03-10 11:30", "2026-03-10 11:40");
	x.build.streams = st;
	x.build.n_streams = 1;
	mail(&x, "2026-03-10 08:30", NULL);
	mail(&x, "2026-03-11 08:30", NULL);
	test_report(&x, "traffic-hours");
	assert_string_equal(hour_row(&x, "09"), "09|0|0|0|2|0.0|0.0|0.0");
	assert_string_equal(hour_row(&x, "10"), "10|0|0|0|1|0.0|0.0|0.0");
	assert_string_equal(hour_row(&x, "11"), "11|0|0|0|1|0.0|0.0|0.0");
	assert_string_equal(hour_row(&x, "12"), "12|0|0|0|2|0.0|0.0|0.0");
	x.build.n_streams = 2;
	test_report(&x, "traffic-hours");
	assert_string_equal(hour_row(&x, "10"), "10|0|0|0|1|0.0|0.0|0.0");
	assert_string_equal(hour_row(&x, "11"), "11|0|0|0|2|0.0|0.0|0.0");
	test_close(&x);
}

TEST(the_period_limits_what_is_covered)
{
	struct test_report x;
	struct log_stream st;

	test_open(&x, "UTC");
	st = stream(&x, "2026-03-01 00:00", "2026-03-31 23:00");
	x.build.streams = &st;
	x.build.n_streams = 1;
	test_period(&x, "2026-03-10", "2026-03-12 12:00");
	mail(&x, "2026-03-10 08:30", NULL);
	test_report(&x, "traffic-hours");
	assert_string_equal(hour_row(&x, "08"), "08|1|0|0|3|0.3|0.0|0.0");
	assert_string_equal(hour_row(&x, "11"), "11|0|0|0|3|0.0|0.0|0.0");
	assert_string_equal(hour_row(&x, "12"), "12|0|0|0|2|0.0|0.0|0.0");
	test_close(&x);
}

TEST(the_hour_that_a_clock_leaves_out_is_not_covered_and_a_double_one_once)
{
	struct test_report x;

	test_open(&x, "Europe/Berlin");
	test_period(&x, "2026-03-28", "2026-03-30");
	mail(&x, "2026-03-28 00:00", NULL);
	mail(&x, "2026-03-29 23:59", NULL);
	test_report(&x, "traffic-hours");
	assert_string_equal(hour_row(&x, "01"), "01|0|0|0|2|0.0|0.0|0.0");
	assert_string_equal(hour_row(&x, "02"), "02|0|0|0|1|0.0|0.0|0.0");
	assert_string_equal(hour_row(&x, "03"), "03|0|0|0|2|0.0|0.0|0.0");
	test_close(&x);

	test_open(&x, "Europe/Berlin");
	test_period(&x, "2026-10-25", "2026-10-27");
	mail(&x, "2026-10-25 00:00", NULL);
	mail(&x, "2026-10-25T00:30Z", NULL);
	mail(&x, "2026-10-25T01:30Z", NULL);
	mail(&x, "2026-10-26 23:59", NULL);
	test_report(&x, "traffic-hours");
	assert_string_equal(hour_row(&x, "02"), "02|2|0|0|2|1.0|0.0|0.0");
	test_close(&x);
}

TEST(hours_of_half_hour_zones_are_those_of_the_wall)
{
	struct test_report x;

	test_open(&x, "Asia/Kolkata");
	mail(&x, "2026-03-10 08:59", NULL);
	mail(&x, "2026-03-10 09:00", "901");
	mail(&x, NULL, "901");
	test_report(&x, "traffic-hours");
	assert_string_equal(hour_row(&x, "08"), "08|1|0|0");
	assert_string_equal(hour_row(&x, "09"), "09|0|0|1");
	assert_string_equal(hour_row(&x, "(no time)"), "(no time)|0|0|1");
	assert_string_equal(hour_row(&x, "Totals"), "Totals|1|0|2");
	test_close(&x);
}

TEST(no_mail_is_an_empty_section)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_period(&x, "2026-03-10", "2026-03-12");
	test_report(&x, "traffic-days,traffic-hours");
	assert_true(section_is_empty(test_section(&x, "traffic-days")));
	assert_true(section_is_empty(test_section(&x, "traffic-hours")));
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_tell_what_was_received_deferred_and_rejected),
		cmocka_unit_test(one_day_has_no_daily_means),
		cmocka_unit_test(means_are_over_the_days_that_the_log_covers_for_the_hour),
		cmocka_unit_test(an_hour_wholly_in_a_gap_is_not_covered_unless_by_another_stream),
		cmocka_unit_test(the_period_limits_what_is_covered),
		cmocka_unit_test(the_hour_that_a_clock_leaves_out_is_not_covered_and_a_double_one_once),
		cmocka_unit_test(hours_of_half_hour_zones_are_those_of_the_wall),
		cmocka_unit_test(no_mail_is_an_empty_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
