#include "tally/pending.h"

#include <stdio.h>

#include "base/test.h"
#include "base/when.h"
#include "tally/tally_private.h"
#include "tally/test_tally.h"

#define NAMES                                                              \
	(DIM_BIT(DIM_QUEUE_RECIPIENT) | DIM_BIT(DIM_QUEUE_SENDER) |        \
	DIM_BIT(DIM_PROVIDER))

static struct event
attempt(const char *sender, const char *recipient, const char *relay)
{
	struct event ev = test_event(EVENT_DELIVERY, 100);

	ev.verdict = VERDICT_ACCEPTED;
	ev.channel = STR("remote");
	ev.sender = str_from(sender);
	ev.recipients = str_from(recipient);
	ev.relay = str_from(relay);
	ev.uid = STR("89");
	ev.bytes = 10;
	ev.duration_ns = WHEN_SECOND;
	ev.queued_ns = ev.time_ns - 2 * WHEN_SECOND;
	ev.text = STR("ok");
	return ev;
}

static struct event
done(const char *sender)
{
	struct event ev = test_event(EVENT_DONE, 101);

	ev.sender = str_from(sender);
	ev.uid = STR("89");
	ev.bytes = 10;
	ev.delivered = 1;
	ev.bounced = ev.deferred = 0;
	return ev;
}

static uint32_t
next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 16;
}

/* Few names and many, long and short, in either case, of both kinds. */
static void
count_some(struct tally *t, bool one_by_one)
{
	uint32_t state = 1;
	char sender[80], recipient[80];

	for (int i = 0; i < 2000; i++) {
		struct event ev;
		uint32_t n = next(&state) % 4 == 0 ? next(&state) : next(&state) % 3;

		(void)snprintf(sender, sizeof(sender), "<%s%u@%s.example>",
		    n % 5 == 0 ? "Ann" : "ann", n, n % 2 ? "a" : "b");
		(void)snprintf(recipient, sizeof(recipient), "%u@%s", n % 11,
		    n % 7 ? "gmail.com" : "C.example");
		ev = i % 3 == 0 ? done(sender)
		    : attempt(sender, recipient, "192.0.2.9");
		tally_add(t, &ev);
		if (one_by_one)
			pending_count(t);
	}
}

TEST(in_batches_the_same_is_counted_as_one_by_one)
{
	struct test_tally x, y;
	struct buf batches = { 0 }, single = { 0 };

	test_tally_open(&x, NAMES);
	test_tally_open(&y, NAMES);
	count_some(x.tally, false);
	count_some(y.tally, true);
	test_accounts_add(&batches, x.tally);
	test_accounts_add(&single, y.tally);
	assert_true(batches.n > 10000);
	assert_int_equal(batches.n, single.n);
	assert_memory_equal(batches.p, single.p, batches.n);
	buf_clear(&batches);
	buf_clear(&single);
	test_tally_close(&x);
	test_tally_close(&y);
}

TEST(events_wait_until_a_batch_is_full)
{
	struct test_tally x;
	struct event ev = done("<a@x.example>");
	const int n = PENDING + 1;
	char expected[128];

	test_tally_open(&x, NAMES);
	for (int i = 0; i < PENDING; i++)
		tally_add(x.tally, &ev);
	assert_int_equal(x.tally->queue.pending.n, PENDING);
	assert_int_equal(ledger_n(&x.tally->queue.accounts.senders), 1);
	tally_add(x.tally, &ev);
	assert_int_equal(x.tally->queue.pending.n, 1);
	assert_int_equal(ledger_n(&x.tally->queue.accounts.senders), 2);
	(void)snprintf(expected, sizeof(expected),
	    "from <a@x.example> 89: %d %d0 %d0 %d0 %d %d, 0 0 0 -\n", n, n, n,
	    n, n, n);
	test_assert_accounts(&x, expected);
	test_tally_close(&x);
}

TEST(a_sender_as_just_before_is_the_same_in_any_case)
{
	struct test_tally x;
	struct event events[] = {
		attempt("<ann@x.example>", "b@y.example", "192.0.2.9"),
		done("<ann@x.example>"), /* as before */
		done("<Ann@X.example>"), /* not letter by letter */
		done("<ann@x.examplf>"), /* as long, and another */
		done("<ann@x.example>"), /* three before */
	};

	test_tally_open(&x, DIM_BIT(DIM_QUEUE_SENDER));
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		tally_add(x.tally, &events[i]);
	test_assert_accounts(&x,
	    "from <ann@x.example> 89: 3 30 30 30 3 3,"
	    " 1000000000 1 10 100\n"
	    "from <ann@x.examplf> 89: 1 10 10 10 1 1, 0 0 0 -\n");
	test_tally_close(&x);
}

TEST(the_network_of_a_host_is_its_first_three_numbers)
{
	struct buf b = { 0 };

	assert_str(pending_network(&b, STR("192.0.2.77")), "192.0.2.0/24");
	assert_str(pending_network(&b, STR("2001:db8::7")), "2001:db8::7");
	assert_str(pending_network(&b, STR("::ffff:192.0.2.7")),
	    "::ffff:192.0.2.7");
	assert_str(pending_network(&b, STR("")), "");
	buf_clear(&b);
}

TEST(a_weighted_sum_stays_in_its_range)
{
	assert_int_equal(pending_weighted(100, 3), 300);
	assert_int_equal(pending_weighted(EVENT_NO_NUMBER, 3), 0);
	assert_int_equal(pending_weighted(INT64_MAX / 2, 3), INT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_batches_the_same_is_counted_as_one_by_one),
		cmocka_unit_test(events_wait_until_a_batch_is_full),
		cmocka_unit_test(a_sender_as_just_before_is_the_same_in_any_case),
		cmocka_unit_test(the_network_of_a_host_is_its_first_three_numbers),
		cmocka_unit_test(a_weighted_sum_stays_in_its_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
