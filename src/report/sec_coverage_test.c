#include "base/test.h"
#include "base/when.h"
#include "report/report.h"
#include "report/test_events.h"

#define HOUR_NS (WHEN_HOUR_S * WHEN_SECOND)

/* A multilog directory of ten files that holds ten days, 1000 bytes each. */
static struct log_stream
ten_days(const struct test_report *x)
{
	static struct scan_day days[] = { { 20510, 900 }, { 20511, 1500 } };

	return (struct log_stream){ .name = "/var/log/qpsmtpd",
		.format = "qpsmtpd", .multilog = true, .finished = 8,
		.unprocessed = 1, .current = 1, .disk_bytes = 10000,
		.largest_file = 1100, .days = days, .n_days = 2,
		.counts = { .bytes = 10000,
		    .first_ns = test_time(x, "2026-03-01 00:00"),
		    .last_ns = test_time(x, "2026-03-11 00:00") } };
}

static void
report_on(struct test_report *x, const struct log_stream *streams, size_t n)
{
	x->build.streams = streams;
	x->build.n_streams = n;
	test_report(x, "coverage");
}

TEST(a_stream_tells_its_files_and_its_rate)
{
	struct test_report x;
	struct log_stream st;

	test_open(&x, "UTC");
	st = ten_days(&x);
	report_on(&x, &st, 1);
	assert_string_equal(test_titles(&x, "coverage", 0),
	    "Stream|Files|Bytes|On disk|Processed|Unprocessed|Current|Oldest|"
	    "Newest|Gaps|Mean/day|Peak/day");
	assert_string_equal(test_table(&x, "coverage", 0),
	    "/var/log/qpsmtpd|10|10000|10000|8|1|1|2026-03-01 00:00:00|"
	    "2026-03-11 00:00:00|0|1000|1500\n");
	test_close(&x);
}

TEST(the_limits_hold_as_long_as_the_files_at_the_mean_rate)
{
	struct test_report x;
	struct log_stream st;

	test_open(&x, "UTC");
	st = ten_days(&x);
	report_on(&x, &st, 1);
	assert_string_equal(test_titles(&x, "coverage", 1),
	    "Stream|Files kept|File size|Days held|Files for 7 days|"
	    "Files for 30 days|Files for 90 days");
	/* 7000 / 1100 = 6.4, 30000 / 1100 = 27.3, 90000 / 1100 = 81.8. */
	assert_string_equal(test_table(&x, "coverage", 1),
	    "/var/log/qpsmtpd|10|1100|11.0|7|28|82\n");
	test_close(&x);
}

TEST(the_size_of_compressed_files_is_their_mean_unpacked)
{
	struct test_report x;
	struct log_stream st;

	test_open(&x, "UTC");
	st = ten_days(&x);
	st.packed = 8;
	st.largest_file = 90;
	report_on(&x, &st, 1);
	assert_string_equal(test_table(&x, "coverage", 1),
	    "/var/log/qpsmtpd|10|1000|10.0|7|30|90\n");
	test_close(&x);
}

TEST(without_finished_files_or_time_there_is_no_forecast)
{
	struct test_report x;
	struct log_stream st[2];

	test_open(&x, "UTC");
	st[0] = st[1] = ten_days(&x);
	st[0].name = "a";
	st[0].finished = 0;
	st[0].largest_file = 0;
	st[1].name = "b";
	st[1].counts.first_ns = st[1].counts.last_ns = WHEN_NONE;
	st[1].n_days = 0;
	report_on(&x, st, 2);
	assert_string_equal(test_table(&x, "coverage", 1),
	    "a|2|-|-|-|-|-\n"
	    "b|10|1100|-|-|-|-\n");
	assert_string_equal(test_table(&x, "coverage", 0),
	    "a|2|10000|10000|0|1|1|2026-03-01 00:00:00|2026-03-11 00:00:00|0|1000|1500\n"
	    "b|10|10000|10000|8|1|1|-|-|0|-|-\n");
	test_close(&x);
}

TEST(plain_files_have_no_limits_and_streams_stand_by_name)
{
	struct test_report x;
	struct log_stream st[2] = {
		{ .name = "b", .plain = 2, .counts = { .first_ns = WHEN_NONE,
		    .last_ns = WHEN_NONE } },
		{ .name = "a", .plain = 1, .unreadable = 1,
		    .counts = { .first_ns = WHEN_NONE, .last_ns = WHEN_NONE } },
	};

	test_open(&x, "UTC");
	report_on(&x, st, 2);
	assert_string_equal(test_table(&x, "coverage", 0),
	    "a|1|0|0|-|-|-|-|-|0|-|-\n"
	    "b|2|0|0|-|-|-|-|-|0|-|-\n");
	assert_int_equal(test_section(&x, "coverage")->n_tables, 1);
	assert_string_equal(test_notes(&x, "coverage"),
	    "In a 1 file could not be read.\n");
	test_close(&x);
}

TEST(gaps_have_a_table_of_their_own)
{
	struct test_report x;
	struct log_stream st;
	struct scan_gap gap;

	test_open(&x, "UTC");
	gap.from_ns = test_time(&x, "2026-03-02 10:00");
	gap.until_ns = test_time(&x, "2026-03-02 12:30");
	st = ten_days(&x);
	st.multilog = false;
	st.gaps = &gap;
	st.n_gaps = 1;
	report_on(&x, &st, 1);
	assert_string_equal(test_titles(&x, "coverage", 1),
	    "Stream|From|Until|Length");
	assert_string_equal(test_table(&x, "coverage", 1),
	    "/var/log/qpsmtpd|2026-03-02 10:00:00|2026-03-02 12:30:00|"
	    "9000000000000\n");
	test_close(&x);
}

TEST(a_period_that_the_logs_cover_but_for_an_hour_raises_no_alert)
{
	struct test_report x;
	struct log_stream st;

	test_open(&x, "UTC");
	st = ten_days(&x);
	x.build.period.start_ns = st.counts.first_ns - HOUR_NS;
	x.build.period.end_ns = st.counts.last_ns + HOUR_NS;
	report_on(&x, &st, 1);
	assert_int_equal(x.report->n_alerts, 0);
	x.build.period.start_ns--;
	x.build.period.end_ns++;
	report_on(&x, &st, 1);
	assert_int_equal(x.report->n_alerts, 1);
	assert_str(x.report->alerts[0], "The period is not fully covered: what "
	    "was read of the logs begins only at 2026-03-01 00:00:00 and ends "
	    "already at 2026-03-11 00:00:00.");
	test_close(&x);
}

TEST(what_is_yet_to_come_is_not_missing)
{
	struct test_report x;
	struct log_stream st;

	test_open(&x, "UTC");
	st = ten_days(&x);
	test_period(&x, "2026-03-10", "2026-03-12");
	x.build.now_ns = st.counts.last_ns + HOUR_NS / 2;
	report_on(&x, &st, 1);
	assert_int_equal(x.report->n_alerts, 0);
	x.build.now_ns = 0;
	report_on(&x, &st, 1);
	assert_int_equal(x.report->n_alerts, 1);
	test_close(&x);
}

TEST(of_several_streams_the_one_that_stops_early_is_named)
{
	struct test_report x;
	struct log_stream st[2];

	test_open(&x, "UTC");
	st[0] = st[1] = ten_days(&x);
	st[1].name = "/var/log/sqpsmtpd";
	st[1].counts.last_ns = test_time(&x, "2026-03-09 12:00");
	st[1].multilog = st[0].multilog = false;
	test_period(&x, "2026-03-10", "2026-03-11");
	report_on(&x, st, 2);
	assert_int_equal(x.report->n_alerts, 0);
	assert_string_equal(test_notes(&x, "coverage"), "The log of "
	    "/var/log/sqpsmtpd ends already at 2026-03-09 12:00:00.\n");
	test_close(&x);
}

TEST(less_than_a_day_is_extrapolated_with_a_note)
{
	struct test_report x;
	struct log_stream st;

	test_open(&x, "UTC");
	st = ten_days(&x);
	st.multilog = false;
	st.counts.last_ns = st.counts.first_ns + 6 * HOUR_NS;
	report_on(&x, &st, 1);
	assert_int_equal(test_section(&x, "coverage")->tables[0]->rows[0]
	    .values[10].i, 40000);
	assert_string_equal(test_notes(&x, "coverage"), "The log of "
	    "/var/log/qpsmtpd covers less than a day: its mean per day is "
	    "extrapolated.\n");
	test_close(&x);
}

TEST(without_streams_the_section_is_empty)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_period(&x, "2026-03-10", "2026-03-11");
	report_on(&x, NULL, 0);
	assert_true(section_is_empty(test_section(&x, "coverage")));
	assert_int_equal(x.report->n_alerts, 0);
	test_close(&x);
}

TEST(stamps_at_the_ends_of_time_do_no_harm)
{
	struct test_report x;
	struct log_stream st;
	struct scan_gap gap = { INT64_MIN + 1, INT64_MAX };

	test_open(&x, "UTC");
	st = ten_days(&x);
	st.counts.first_ns = INT64_MIN + 1;
	st.counts.last_ns = INT64_MAX;
	st.gaps = &gap;
	st.n_gaps = 1;
	test_period(&x, "2026-03-10", "2026-03-11");
	report_on(&x, &st, 1);
	assert_int_equal(x.report->n_alerts, 0);
	st.counts.bytes = UINT64_MAX;
	st.counts.last_ns = st.counts.first_ns + 1;
	report_on(&x, &st, 1);
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_tells_its_files_and_its_rate),
		cmocka_unit_test(the_limits_hold_as_long_as_the_files_at_the_mean_rate),
		cmocka_unit_test(the_size_of_compressed_files_is_their_mean_unpacked),
		cmocka_unit_test(without_finished_files_or_time_there_is_no_forecast),
		cmocka_unit_test(plain_files_have_no_limits_and_streams_stand_by_name),
		cmocka_unit_test(gaps_have_a_table_of_their_own),
		cmocka_unit_test(a_period_that_the_logs_cover_but_for_an_hour_raises_no_alert),
		cmocka_unit_test(what_is_yet_to_come_is_not_missing),
		cmocka_unit_test(of_several_streams_the_one_that_stops_early_is_named),
		cmocka_unit_test(less_than_a_day_is_extrapolated_with_a_note),
		cmocka_unit_test(without_streams_the_section_is_empty),
		cmocka_unit_test(stamps_at_the_ends_of_time_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
