#include "cmd/tail_stats.h"

#include "base/buf.h"
#include "base/test.h"
#include "base/when.h"
#include "event/event.h"

#define AT(seconds) ((seconds) * WHEN_SECOND)

static struct event
event(enum event_kind kind, enum verdict verdict)
{
	struct event ev;

	event_init(&ev, kind, 0);
	ev.verdict = verdict;
	return ev;
}

static void
count(struct tail_stats *s, enum verdict verdict, int64_t now_ns)
{
	struct event ev = event(EVENT_TRANSACTION, verdict);

	tail_stats_count(s, &ev, now_ns);
}

static void
assert_line(struct tail_stats *s, int64_t now_ns, const char *text)
{
	struct buf b = { 0 };

	tail_stats_line(s, now_ns, &b);
	assert_string_equal(b.p, text);
	buf_clear(&b);
}

TEST(nothing_has_happened)
{
	struct tail_stats s;

	tail_stats_init(&s, AT(1000));
	assert_line(&s, AT(1000), "accepted 0  rejected 0  0.0 events/s");
	assert_false(tail_stats_moves(&s));
}

TEST(verdicts_are_counted_for_ever)
{
	struct tail_stats s;

	tail_stats_init(&s, AT(1000));
	count(&s, VERDICT_ACCEPTED, AT(1000));
	count(&s, VERDICT_REJECTED, AT(1001));
	count(&s, VERDICT_REJECTED, AT(1001));
	count(&s, VERDICT_DEFERRED, AT(1002));
	assert_line(&s, AT(5000), "accepted 1  rejected 2  deferred 1  "
	    "25.0 % accepted  0.0 events/s");
}

TEST(events_a_second_are_those_of_ten_seconds)
{
	struct tail_stats s;

	tail_stats_init(&s, AT(1000));
	for (int i = 0; i < 20; i++)
		count(&s, VERDICT_NONE, AT(1000) + 1);
	/* There were not ten seconds yet. */
	assert_line(&s, AT(1003), "accepted 0  rejected 0  5.0 events/s");
	assert_true(tail_stats_moves(&s));
	assert_line(&s, AT(1009), "accepted 0  rejected 0  2.0 events/s");
	assert_true(tail_stats_moves(&s));
	assert_line(&s, AT(1010), "accepted 0  rejected 0  0.0 events/s");
	assert_false(tail_stats_moves(&s));
}

TEST(a_clock_that_is_set_back_does_no_harm)
{
	struct tail_stats s;

	tail_stats_init(&s, AT(1000));
	count(&s, VERDICT_ACCEPTED, AT(500));
	assert_line(&s, AT(400), "accepted 1  rejected 0  100.0 % accepted  "
	    "1.0 events/s");
}

TEST(slots_are_those_of_the_latest_event)
{
	struct event accepted = event(EVENT_ACCEPTED, VERDICT_NONE);
	struct event closed = event(EVENT_CLOSED, VERDICT_NONE);
	struct event full = event(EVENT_TOO_MANY, VERDICT_NONE);
	struct tail_stats s;

	tail_stats_init(&s, AT(1000));
	tail_stats_slots(&s, &closed); /* of nobody knows how many */
	assert_int_equal(s.used, -1);
	accepted.running = 4;
	accepted.limit = 40;
	tail_stats_slots(&s, &accepted);
	assert_line(&s, AT(1000),
	    "accepted 0  rejected 0  0.0 events/s  slots 5/40");
	tail_stats_slots(&s, &closed);
	assert_int_equal(s.used, 4);
	full.scope = LIMIT_CLIENT;
	full.running = 6;
	full.limit = 5;
	tail_stats_slots(&s, &full);
	assert_int_equal(s.used, 4);
	full.scope = LIMIT_TOTAL;
	full.running = full.limit = 40;
	tail_stats_slots(&s, &full);
	assert_int_equal(s.used, 40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_has_happened),
		cmocka_unit_test(verdicts_are_counted_for_ever),
		cmocka_unit_test(events_a_second_are_those_of_ten_seconds),
		cmocka_unit_test(a_clock_that_is_set_back_does_no_harm),
		cmocka_unit_test(slots_are_those_of_the_latest_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
