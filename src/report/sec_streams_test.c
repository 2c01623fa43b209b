#include "report/sec_streams.h"

#include "base/test.h"
#include "base/when.h"
#include "event/event.h"
#include "report/report.h"
#include "report/test_events.h"

static void
event(struct test_report *x, const char *stream, enum event_kind kind,
    enum verdict verdict, const char *time)
{
	struct event ev;

	event_init(&ev, kind, test_time(x, time));
	ev.stream = str_from(stream);
	ev.verdict = verdict;
	ev.disposition = STR("queued");
	test_count(x, &ev);
}

TEST(each_stream_has_a_row_even_without_events)
{
	struct test_report x;
	struct log_stream st[] = {
		{ .name = "/c", .counts.first_ns = WHEN_NONE },
		{ .name = "/b" }, { .name = "/a" },
	};

	test_open(&x, "UTC");
	x.build.streams = st;
	x.build.n_streams = 3;
	event(&x, "/b", EVENT_ACCEPTED, VERDICT_NONE, "2026-03-10 01:00");
	event(&x, "/b", EVENT_TRANSACTION, VERDICT_ACCEPTED, "2026-03-10 02:00");
	event(&x, "/b", EVENT_TRANSACTION, VERDICT_DEFERRED, "2026-03-10 03:00");
	event(&x, "/a", EVENT_TRANSACTION, VERDICT_REJECTED, "2026-03-10 00:30");
	test_report(&x, "streams");
	assert_string_equal(test_titles(&x, "streams", 0),
	    "Stream|Connections|Transactions|Accepted|Rejected|Deferred|First|"
	    "Last");
	assert_string_equal(test_table(&x, "streams", 0),
	    "/a|0|1|0|1|0|2026-03-10 00:30:00|2026-03-10 00:30:00\n"
	    "/b|1|2|1|0|1|2026-03-10 01:00:00|2026-03-10 03:00:00\n"
	    "/c|0|0|0|0|0|-|-\n"
	    "--\n"
	    "Totals|1|3|1|1|1|2026-03-10 00:30:00|2026-03-10 03:00:00\n");
	test_close(&x);
}

TEST(one_stream_needs_no_table)
{
	struct test_report x;
	struct log_stream st = { .name = "/a" };

	test_open(&x, "UTC");
	x.build.streams = &st;
	x.build.n_streams = 1;
	event(&x, "/a", EVENT_TRANSACTION, VERDICT_REJECTED, "2026-03-10 00:30");
	test_report(&x, "streams");
	assert_true(test_section(&x, "streams") == NULL ||
	    section_is_empty(test_section(&x, "streams")));
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_stream_has_a_row_even_without_events),
		cmocka_unit_test(one_stream_needs_no_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
