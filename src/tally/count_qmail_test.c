/* count_qmail_test.c - what each dimension of a mail queue counts. */
#include <stdlib.h>

#include "base/test.h"
#include "base/when.h"
#include "tally/tally.h"
#include "tally/test_tally.h"

static void
add(struct test_tally *x, struct event ev)
{
	tally_add(x->tally, &ev);
}

/* An attempt that ended at second s: it took 2 s, its message is 10 s old. */
static struct event
attempt(int64_t s, enum verdict verdict, const char *recipient,
    const char *text)
{
	struct event ev = test_event(EVENT_DELIVERY, s);

	ev.verdict = verdict;
	ev.channel = STR("remote");
	ev.recipients = str_from(recipient);
	ev.sender = STR("<Ann@Example.org>");
	ev.uid = STR("1000");
	ev.bytes = 500;
	ev.duration_ns = 2 * WHEN_SECOND;
	ev.queued_ns = ev.time_ns - 10 * WHEN_SECOND;
	ev.text = str_from(text);
	return ev;
}

static struct event
finished(int64_t s, int64_t delivered, int64_t bounced, int64_t deferred)
{
	struct event ev = test_event(EVENT_DONE, s);

	ev.sender = STR("<ann@example.org>");
	ev.uid = STR("1000");
	ev.bytes = 500;
	ev.queued_ns = ev.time_ns - 10 * WHEN_SECOND;
	ev.duration_ns = 10 * WHEN_SECOND;
	ev.channel = STR("local");
	ev.delivered = delivered;
	ev.bounced = bounced;
	ev.deferred = deferred;
	return ev;
}

TEST(attempts_count_by_channel_and_verdict)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_DELIVERY));
	add(&x, attempt(1, VERDICT_ACCEPTED, "a@b", "did"));
	add(&x, attempt(2, VERDICT_DEFERRED, "a@b", "no"));
	ev = attempt(3600, VERDICT_ACCEPTED, "a@b", "did");
	ev.channel = STR("local");
	add(&x, ev);
	test_assert_cells(&x, DIM_DELIVERY,
	    "0 1||1: 1 2000000000 1 2000000000 +500\n"
	    "0 1||3: 1 2000000000 1 2000000000 +0\n"
	    "1 0||1: 1 2000000000 1 2000000000 +500\n");
	test_tally_close(&x);
}

TEST(recipients_count_without_case_by_what_became_of_them)
{
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_QUEUE_RECIPIENT));
	add(&x, attempt(1, VERDICT_DEFERRED, "Bob@Far.Example", "later"));
	add(&x, attempt(2, VERDICT_ACCEPTED, "bob@far.example", "did"));
	add(&x, attempt(3, VERDICT_REJECTED, "no-at-sign", "no"));
	test_assert_accounts(&x, "at far.example: 1 10000000000 10000000000\n"
	    "to bob@far.example 1: 1 0 1, 500 4000000000 2\n"
	    "to no-at-sign 1: 0 1 0, 0 2000000000 -\n");
	test_tally_close(&x);
}

TEST(senders_count_completed_messages_and_the_time_of_all_attempts)
{
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_QUEUE_SENDER));
	add(&x, attempt(1, VERDICT_ACCEPTED, "a@b", "did"));
	add(&x, attempt(2, VERDICT_REJECTED, "c@d", "no"));
	add(&x, finished(3, 1, 1, 4));
	test_assert_accounts(&x, "from <ann@example.org> 1000: 1 500 500 1000 2 "
	    "6, 4000000000 1 500 1\n");
	test_tally_close(&x);
}

TEST(an_address_counts_apart_by_channel_and_by_uid)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_QUEUE_RECIPIENT) |
	    DIM_BIT(DIM_QUEUE_SENDER));
	add(&x, attempt(1, VERDICT_DEFERRED, "a@b", "no"));
	ev = attempt(2, VERDICT_DEFERRED, "a@b", "no");
	ev.channel = STR("local");
	ev.uid = STR("7");
	add(&x, ev);
	add(&x, ev);
	ev.uid = STR("8");
	add(&x, ev);
	test_assert_accounts(&x,
	    "from <ann@example.org> 1000: 0 0 0 0 0 0, 2000000000 0 0 -\n"
	    "from <ann@example.org> 7: 0 0 0 0 0 0, 4000000000 0 0 -\n"
	    "from <ann@example.org> 8: 0 0 0 0 0 0, 2000000000 0 0 -\n"
	    "to a@b 0: 0 0 3, 0 6000000000 -\n"
	    "to a@b 1: 0 0 1, 0 2000000000 -\n");
	test_tally_close(&x);
}

/* By the domain of the recipient, else by who answered. */
TEST(remote_attempts_count_by_provider_or_network)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_PROVIDER));
	add(&x, attempt(1, VERDICT_ACCEPTED, "a@mail.gmail.com", "did"));
	ev = attempt(2, VERDICT_DEFERRED, "a@b", "Greylisted");
	ev.relay = STR("192.0.2.7");
	add(&x, ev);
	ev.repeated = true;
	add(&x, ev);
	ev.verdict = VERDICT_REJECTED;
	ev.text = STR("no");
	ev.relay = STR("192.0.2.9");
	add(&x, ev);
	ev.relay = str_none();
	add(&x, ev);
	ev.channel = STR("local");
	add(&x, ev);
	test_assert_accounts(&x, "at mail.gmail.com: 1 10000000000 10000000000\n"
	    "by (no connection): 1 0 0 0 1 0, 0 0 0\n"
	    "by 192.0.2.0/24: 3 1 0 1 1 2, 0 0 0\n"
	    "by Google: 1 1 1 0 0 0, 1 10000000000 10000000000\n"
	    "to a@b 0: 0 1 0, 0 2000000000 -\n"
	    "to a@b 1: 0 2 2, 0 8000000000 -\n"
	    "to a@mail.gmail.com 1: 1 0 0, 500 2000000000 1\n");
	test_tally_close(&x);
}

TEST(a_message_whose_beginning_is_in_no_log_is_as_old_as_the_attempt)
{
	struct test_tally x;
	struct event ev = attempt(5, VERDICT_ACCEPTED, "a@b", "did");

	ev.queued_ns = WHEN_NONE;
	ev.sender = str_none();
	ev.uid = str_none();
	ev.bytes = EVENT_NO_NUMBER;
	test_tally_open(&x, DIM_BIT(DIM_QUEUE_SPAN) | DIM_BIT(DIM_QUEUE_SENDER));
	add(&x, ev);
	test_assert_cells(&x, DIM_QUEUE_SPAN, "||0: 1 3-5 \n");
	test_assert_accounts(&x, "");
	test_tally_close(&x);
}

TEST(reasons_count_by_kind_of_trouble_with_those_concerned)
{
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_REASON) | DIM_BIT(DIM_REASON_RECIPIENT));
	add(&x, attempt(1, VERDICT_DEFERRED, "a@b",
	    "450_4.2.0_<a@b>:_Greylisted"));
	add(&x, attempt(2, VERDICT_DEFERRED, "c@d",
	    "450_4.2.0_<c@d>:_Greylisted"));
	add(&x, attempt(3, VERDICT_ACCEPTED, "c@d", "did"));
	test_assert_cells(&x, DIM_REASON, "4.2.0 450 <*>: Greylisted|0|3: 2 "
	    "4000000000 2 2000000000 +0 +1000 1-2 450_4.2.0_<a@b>:_Greylisted\n");
	test_assert_cells(&x, DIM_REASON_RECIPIENT,
	    "4.2.0 450 <*>: Greylisted|a@b|3: 1\n"
	    "4.2.0 450 <*>: Greylisted|c@d|3: 1\n");
	test_tally_close(&x);
}

TEST(the_queue_counts_what_happens_to_it)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_QUEUE) | DIM_BIT(DIM_QUEUE_OPEN));
	ev = test_event(EVENT_QUEUED, 1);
	ev.sender = STR("<#@[]>");
	ev.bytes = 70;
	add(&x, ev);
	ev = test_event(EVENT_BOUNCE, 2);
	ev.text = STR("bounce");
	add(&x, ev);
	ev.text = STR("triple bounce");
	add(&x, ev);
	ev = test_event(EVENT_STATUS, 3);
	ev.text = STR("started");
	add(&x, ev);
	ev = finished(4, 1, 0, 0);
	ev.unfinished = true;
	add(&x, ev);
	add(&x, attempt(5, VERDICT_REJECTED, "a@b", "I'm_not_going_to_try_again;"
	    "_this_message_has_been_in_the_queue_too_long./"));
	test_assert_cells(&x, DIM_QUEUE, "0 0||0: 1 70 1 70\n0 1||0: 1 0 0\n"
	    "0 2||0: 1 70 1 70\n0 3||0: 1 0 0\n0 4||0: 1 0 0\n0 5||0: 1 0 0\n"
	    "0 7||0: 1 500 1 500\n");
	test_assert_cells(&x, DIM_QUEUE_OPEN, "||0: 1\n");
	test_tally_close(&x);
}

TEST(of_a_long_log_the_last_lines_are_kept)
{
	struct test_tally x;
	const struct logged *l;
	size_t n;

	test_tally_open(&x, DIM_BIT(DIM_QUEUE_LOG));
	for (int64_t s = 0; s < 40 * TALLY_LOGGED; s++)
		add(&x, attempt(s * 7919 % (40 * TALLY_LOGGED),
		    VERDICT_ACCEPTED, "a@b", "did"));
	l = tally_logged(x.tally, &n);
	assert_int_equal(n, TALLY_LOGGED);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(l[i].time_ns, (TEST_DAY_S +
		    39 * TALLY_LOGGED + (int64_t)i) * WHEN_SECOND);
	test_tally_close(&x);
}

TEST(complaints_count_without_their_numbers)
{
	struct test_tally x;
	struct event ev = test_event(EVENT_ALERT, 1);

	test_tally_open(&x, DIM_BIT(DIM_COMPLAINT));
	ev.text = STR("warning: trouble opening remote/12/1163662; will try "
	    "again later");
	add(&x, ev);
	ev.text = STR("warning: trouble opening remote/13/1163663; will try "
	    "again later");
	add(&x, ev);
	test_assert_cells(&x, DIM_COMPLAINT, "warning: trouble opening remote/*"
	    "/*; will try again later||0: 2 1-1 warning: trouble opening "
	    "remote/12/1163662; will try again later\n");
	test_tally_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attempts_count_by_channel_and_verdict),
		cmocka_unit_test(
		    recipients_count_without_case_by_what_became_of_them),
		cmocka_unit_test(
		    senders_count_completed_messages_and_the_time_of_all_attempts),
		cmocka_unit_test(an_address_counts_apart_by_channel_and_by_uid),
		cmocka_unit_test(remote_attempts_count_by_provider_or_network),
		cmocka_unit_test(
		    a_message_whose_beginning_is_in_no_log_is_as_old_as_the_attempt),
		cmocka_unit_test(
		    reasons_count_by_kind_of_trouble_with_those_concerned),
		cmocka_unit_test(the_queue_counts_what_happens_to_it),
		cmocka_unit_test(of_a_long_log_the_last_lines_are_kept),
		cmocka_unit_test(complaints_count_without_their_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
