#include "base/test.h"
#include "base/when.h"
#include "event/event.h"
#include "report/report.h"
#include "report/test_events.h"

static void
accepted(struct test_report *x, const char *time, int64_t n, int64_t m)
{
	struct event ev;

	event_init(&ev, EVENT_ACCEPTED, time ? test_time(x, time) : WHEN_NONE);
	ev.running = n;
	ev.limit = m;
	test_count(x, &ev);
}

static void
too_many(struct test_report *x, const char *time, const char *client,
    int64_t n, int64_t m)
{
	struct event ev;

	event_init(&ev, EVENT_TOO_MANY, test_time(x, time));
	ev.scope = client ? LIMIT_CLIENT : LIMIT_TOTAL;
	ev.client = client ? str_from(client) : str_none();
	ev.running = n;
	ev.limit = m;
	test_count(x, &ev);
}

static void
closed(struct test_report *x, const char *time, const char *pid,
    int64_t duration_ns, const char *disposition)
{
	struct event ev;

	event_init(&ev, EVENT_CLOSED, test_time(x, time));
	ev.pid = str_from(pid);
	ev.client = STR("192.0.2.1");
	ev.duration_ns = duration_ns;
	ev.last_disposition = str_from(disposition);
	ev.unfinished = duration_ns == EVENT_NO_NUMBER;
	test_count(x, &ev);
}

static const char *
table_name(const struct test_report *x, size_t i)
{
	return test_section(x, "connections")->tables[i]->name;
}

TEST(each_hour_has_its_peak_and_what_was_refused)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_period(&x, "2026-03-10 00:00", "2026-03-10 02:30");
	accepted(&x, "2026-03-10 00:10", 3, 40);
	accepted(&x, "2026-03-10 00:20", 10, 40);
	accepted(&x, "2026-03-10 00:30", 1, 10);
	accepted(&x, "2026-03-10 02:00", 0, 40);
	too_many(&x, "2026-03-10 00:11", NULL, 40, 40);
	too_many(&x, "2026-03-10 00:12", NULL, 40, 40);
	too_many(&x, "2026-03-10 02:11", "192.0.2.9", 6, 5);
	test_report(&x, "connections");
	assert_string_equal(test_titles(&x, "connections", 0),
	    "Hour|Connections|Peak n|m|n/m %|Refused (total)|Refused (per IP)");
	assert_string_equal(test_table(&x, "connections", 0),
	    "2026-03-10, 00|3|10|40|25.0%|2|0\n"
	    "2026-03-10, 01|0|-|-|-|0|0\n"
	    "2026-03-10, 02|1|0|40|0.0%|0|1*\n"
	    "--\n"
	    "Totals|4|10|40|25.0%|2|1\n");
	assert_string_equal(test_notes(&x, "connections"),
	    "Refused (total) counts the lines \"Too many connections\", one for "
	    "each second at the limit, not clients: these wait.\n");
	test_close(&x);
}

TEST(of_equal_peaks_the_lower_limit_is_shown)
{
	struct test_report x;

	test_open(&x, "UTC");
	accepted(&x, "2026-03-10 00:10", 5, 40);
	accepted(&x, "2026-03-10 00:20", 5, 10);
	accepted(&x, NULL, 2, 10);
	test_report(&x, "connections");
	assert_string_equal(test_table(&x, "connections", 0),
	    "2026-03-10, 00|2|5|10|50.0%|0|0\n"
	    "(no time)|1|2|10|20.0%|0|0\n"
	    "--\n"
	    "Totals|3|5|10|50.0%|0|0\n");
	test_close(&x);
}

TEST(times_are_told_of_all_and_of_each_last_disposition)
{
	struct test_report x;

	test_open(&x, "UTC");
	/* Below 2048 a bucket of the histogram holds one value. */
	closed(&x, "2026-03-10 00:01", "1", 100, "queued");
	closed(&x, "2026-03-10 00:02", "2", 200, "queued");
	closed(&x, "2026-03-10 00:03", "3", 600, "queued");
	closed(&x, "2026-03-10 00:04", "4", 1000, "dnsbl");
	closed(&x, "2026-03-10 00:05", "5", 50, "");
	closed(&x, "2026-03-10 00:06", "6", EVENT_NO_NUMBER, "");
	test_report(&x, "connections");
	assert_string_equal(table_name(&x, 1), "times");
	assert_string_equal(test_titles(&x, "connections", 1),
	    "Count|Total|Mean|Median|90 %|99 %|Max");
	assert_string_equal(test_table(&x, "connections", 1),
	    "5|1950|390|200|1000|1000|1000\n");
	assert_string_equal(table_name(&x, 2), "dispositions");
	assert_string_equal(test_table(&x, "connections", 2),
	    "queued|3|900|300|200|600|600|600\n"
	    "(none)|1|50|50|50|50|50|50\n"
	    "dnsbl|1|1000|1000|1000|1000|1000|1000\n");
	assert_string_equal(test_notes(&x, "connections"),
	    "Connections whose end is not in the log: 1. They have no "
	    "connection time.\n");
	test_close(&x);
}

TEST(the_slowest_stand_longest_first)
{
	struct test_report x;

	test_open(&x, "UTC");
	closed(&x, "2026-03-10 00:02", "12", 5000, "queued");
	closed(&x, "2026-03-10 00:01", "11", 7000, "dnsbl");
	closed(&x, "2026-03-10 00:00", "10", 6000, "");
	x.options.top = 2;
	test_report(&x, "connections");
	assert_string_equal(table_name(&x, 3), "slowest");
	assert_string_equal(test_titles(&x, "connections", 3),
	    "Time|PID|IP|Duration|Disposition");
	assert_string_equal(test_section(&x, "connections")->tables[3]->
	    columns[3].id, "seconds");
	assert_string_equal(test_table(&x, "connections", 3),
	    "2026-03-10 00:01:00|11|192.0.2.1|7000|dnsbl\n"
	    "2026-03-10 00:00:00|10|192.0.2.1|6000|(none)\n");
	test_close(&x);
}

TEST(concurrency_shows_the_values_between_too)
{
	struct test_report x;

	test_open(&x, "UTC");
	accepted(&x, "2026-03-10 00:10", 3, 40);
	accepted(&x, "2026-03-10 00:11", 0, 40);
	accepted(&x, "2026-03-10 00:12", 3, 40);
	test_report(&x, "connections");
	assert_string_equal(table_name(&x, 1), "concurrency");
	assert_string_equal(test_table(&x, "connections", 1),
	    "0|1\n1|0\n2|0\n3|2\n");
	assert_true(test_section(&x, "connections")->tables[1]->columns[1].bar);
	test_close(&x);
}

TEST(a_claim_of_very_many_connections_does_not_make_as_many_rows)
{
	struct test_report x;

	test_open(&x, "UTC");
	accepted(&x, "2026-03-10 00:10", 1, 40);
	accepted(&x, "2026-03-10 00:11", 4000000000, 4000000001);
	test_report(&x, "connections");
	assert_string_equal(test_table(&x, "connections", 1),
	    "1|1\n4000000000|1\n");
	test_close(&x);
}

TEST(clients_over_their_limit_stand_by_refusals)
{
	struct test_report x;

	test_open(&x, "UTC");
	too_many(&x, "2026-03-10 00:10", "192.0.2.1", 6, 5);
	too_many(&x, "2026-03-10 00:11", "192.0.2.2", 6, 5);
	too_many(&x, "2026-03-10 00:12", "192.0.2.2", 9, 5);
	too_many(&x, "2026-03-10 00:13", "192.0.2.2", 4, 3);
	test_report(&x, "connections");
	assert_string_equal(table_name(&x, 1), "limits");
	assert_string_equal(test_titles(&x, "connections", 1),
	    "IP|Refusals|Highest n|Limit");
	assert_string_equal(test_table(&x, "connections", 1),
	    "192.0.2.2|2|9|5\n"
	    "192.0.2.1|1|6|5\n"
	    "192.0.2.2|1|4|3\n"
	    "--\n"
	    "Totals|4|9|-\n");
	x.options.top = 1;
	test_report(&x, "connections");
	assert_string_equal(test_table(&x, "connections", 1),
	    "192.0.2.2|2|9|5\n"
	    "(2 others)|2|6|-\n"
	    "--\n"
	    "Totals|4|9|-\n");
	test_close(&x);
}

TEST(no_connections_are_an_empty_section)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_period(&x, "2026-03-10", "2026-03-11");
	test_report(&x, "connections");
	assert_true(section_is_empty(test_section(&x, "connections")));
	assert_int_equal(test_section(&x, "connections")->n_tables, 1);
	assert_string_equal(test_notes(&x, "connections"), "");
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_hour_has_its_peak_and_what_was_refused),
		cmocka_unit_test(of_equal_peaks_the_lower_limit_is_shown),
		cmocka_unit_test(times_are_told_of_all_and_of_each_last_disposition),
		cmocka_unit_test(the_slowest_stand_longest_first),
		cmocka_unit_test(concurrency_shows_the_values_between_too),
		cmocka_unit_test(a_claim_of_very_many_connections_does_not_make_as_many_rows),
		cmocka_unit_test(clients_over_their_limit_stand_by_refusals),
		cmocka_unit_test(no_connections_are_an_empty_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
