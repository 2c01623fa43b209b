/* habit_test.c - what is counted for habits, and the cap on it. */
#include "tally/habit.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/test.h"
#include "tally/test_tally.h"

#define HABITS (HABIT_TRANSACTION | HABIT_DELIVERY)

TEST(pairs_have_a_verdict_unless_the_mail_was_tagged)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, HABITS);
	ev = test_queued(10);
	tally_add(x.tally, &ev);
	ev = test_denied(20, "dnsbl", "901", "listed");
	ev.sender = STR("<ANN@Example.com>");
	tally_add(x.tally, &ev);
	ev = test_queued(30);
	ev.score_milli = 9000;
	ev.client = STR("::ffff:192.0.2.10");
	tally_add(x.tally, &ev);
	test_assert_cells(&x, DIM_PAIR,
	    "192.0.2.10|ann@example.com|0: 1 30-30 queued\n"
	    "192.0.2.10|ann@example.com|1: 1 10-10 queued\n"
	    "192.0.2.10|ann@example.com|2: 1 20-20 dnsbl\n");
	test_assert_cells(&x, DIM_NETWORK, "0 192.0.2.0/24||0: 3\n");
	test_tally_close(&x);
}

TEST(a_client_that_is_no_address_is_not_counted)
{
	struct test_tally x;
	struct event ev = test_queued(10);

	test_tally_open(&x, HABITS);
	ev.client = STR("Unknown");
	tally_add(x.tally, &ev);
	test_assert_cells(&x, DIM_PAIR, "");
	test_assert_cells(&x, DIM_NETWORK, "");
	test_assert_cells(&x, DIM_RECIPIENT_DAY, "0 bob@example.org||0: 1\n");
	test_tally_close(&x);
}

TEST(only_what_was_put_off_counts_as_a_deferral)
{
	struct test_tally x;
	struct event ev = test_event(EVENT_DELIVERY, 86400);
	const struct cell *cells;
	size_t n;

	test_tally_open(&x, HABITS);
	ev.channel = STR("remote");
	ev.recipients = STR("bob@example.com");
	ev.text = STR("Connected_to_192.0.2.1_but_greeting_failed./");
	ev.verdict = VERDICT_REJECTED;
	tally_add(x.tally, &ev);
	ev.verdict = VERDICT_DEFERRED;
	tally_add(x.tally, &ev);
	tally_settle(x.tally);
	cells = tally_cells(x.tally, DIM_DEFERRAL_DAY, &n);
	assert_int_equal(n, 1);
	assert_int_equal(cells[0].count, 1);
	test_tally_close(&x);
}

/* ---- the cap ---- */

#define CAP 64
#define MAILS 4000
#define NAMES 700

/* The mail number i: some names often, most of them rarely, over three days. */
static void
add_mail(struct tally *t, unsigned i)
{
	char client[32], sender[64], recipient[64];
	unsigned name = i * 2654435761U % NAMES;
	struct event ev = test_queued((int64_t)(i % 3) * 86400 + i);

	if (i % 5 == 0)
		name %= 7;
	snprintf(client, sizeof(client), "10.%u.%u.9", name % 200, name % 3);
	snprintf(sender, sizeof(sender), "<s%u@example.com>", name);
	snprintf(recipient, sizeof(recipient), "<r%u@example.org>", name);
	ev.client = str_from(client);
	ev.sender = str_from(sender);
	ev.recipients = str_from(recipient);
	tally_add(t, &ev);
}

static void
add_all(struct buf *b, struct tally *t)
{
	static const enum dim_id capped[] = { DIM_PAIR, DIM_NETWORK,
		DIM_RECIPIENT_DAY };

	tally_settle(t);
	for (size_t i = 0; i < sizeof(capped) / sizeof(capped[0]); i++) {
		struct tally_cap cap = tally_cap(t, capped[i]);

		test_cells_add(b, t, capped[i]);
		buf_printf(b, "cap %u %llu\n", cap.halvings,
		    (unsigned long long)cap.left_out);
	}
}

TEST(the_cap_holds_and_what_it_leaves_out_is_counted)
{
	struct test_tally x;
	const struct cell *cells;
	struct tally_cap cap;
	uint64_t sum = 0;
	size_t n;

	test_tally_open(&x, HABITS);
	x.options.cap = CAP;
	test_tally_again(&x);
	for (unsigned i = 0; i < MAILS; i++)
		add_mail(x.tally, i);
	tally_settle(x.tally);
	cells = tally_cells(x.tally, DIM_RECIPIENT_DAY, &n);
	cap = tally_cap(x.tally, DIM_RECIPIENT_DAY);
	assert_in_range(n, 1, CAP);
	assert_in_range(cap.halvings, 1, 20);
	for (size_t i = 0; i < n; i++)
		sum += cells[i].count;
	assert_int_equal(sum + cap.left_out, MAILS);
	test_tally_close(&x);
}

TEST(names_that_are_kept_are_counted_as_if_there_were_no_cap)
{
	struct test_tally x;
	struct tally *whole;
	const struct cell *kept, *all;
	size_t n, n_all;

	test_tally_open(&x, HABITS);
	whole = tally_new(&x.options);
	x.options.cap = CAP;
	test_tally_again(&x);
	for (unsigned i = 0; i < MAILS; i++) {
		add_mail(x.tally, i);
		add_mail(whole, i);
	}
	tally_settle(x.tally);
	tally_settle(whole);
	kept = tally_cells(x.tally, DIM_RECIPIENT_DAY, &n);
	all = tally_cells(whole, DIM_RECIPIENT_DAY, &n_all);
	assert_true(n_all > n);
	for (size_t i = 0; i < n; i++) {
		struct str name = tally_text(x.tally, kept[i].k1);
		uint64_t count = 0;

		for (size_t j = 0; j < n_all; j++)
			if (all[j].bucket == kept[i].bucket &&
			    str_eq(tally_text(whole, all[j].k1), name))
				count += all[j].count;
		assert_int_equal(kept[i].count, count);
	}
	tally_free(&whole);
	test_tally_close(&x);
}

/* Split as it likes, in parts of very different size, and merged any way. */
static void
assert_any_split(unsigned parts, bool backwards)
{
	struct test_tally x;
	struct tally *part[8];
	struct buf whole = { 0 }, merged = { 0 };

	test_tally_open(&x, HABITS);
	x.options.cap = CAP;
	test_tally_again(&x);
	for (unsigned i = 0; i < parts; i++)
		part[i] = tally_new(&x.options);
	for (unsigned i = 0; i < MAILS; i++) {
		add_mail(x.tally, i);
		add_mail(part[i * i % 97 % parts], i);
	}
	for (unsigned i = 1; i < parts; i++)
		if (backwards)
			tally_merge(part[parts - 1 - i], part[parts - i]);
		else
			tally_merge(part[0], part[i]);
	add_all(&whole, x.tally);
	add_all(&merged, part[0]);
	assert_str(buf_str(&merged), whole.p);
	for (unsigned i = 0; i < parts; i++)
		tally_free(&part[i]);
	buf_clear(&whole);
	buf_clear(&merged);
	test_tally_close(&x);
}

TEST(however_the_log_is_split_the_same_names_are_kept)
{
	for (unsigned parts = 2; parts <= 8; parts++) {
		assert_any_split(parts, false);
		assert_any_split(parts, true);
	}
}

TEST(a_store_keeps_none_of_it)
{
	assert_int_equal(tally_stored() & HABITS, 0);
	assert_int_equal(tally_stored() | HABITS, DIM_ALL);
}

TEST(fewer_dimensions_merge_into_more)
{
	struct test_tally x;
	struct tally *few;
	struct event ev = test_queued(10);
	struct tally_options o;

	test_tally_open(&x, HABITS | DIM_BIT(DIM_CATEGORY));
	o = x.options;
	o.dims = HABITS;
	few = tally_new(&o);
	tally_add(few, &ev);
	tally_merge(x.tally, few);
	test_assert_cells(&x, DIM_NETWORK, "0 192.0.2.0/24||0: 1\n");
	test_assert_cells(&x, DIM_CATEGORY, "");
	tally_free(&few);
	test_tally_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_have_a_verdict_unless_the_mail_was_tagged),
		cmocka_unit_test(a_client_that_is_no_address_is_not_counted),
		cmocka_unit_test(only_what_was_put_off_counts_as_a_deferral),
		cmocka_unit_test(
		    the_cap_holds_and_what_it_leaves_out_is_counted),
		cmocka_unit_test(
		    names_that_are_kept_are_counted_as_if_there_were_no_cap),
		cmocka_unit_test(
		    however_the_log_is_split_the_same_names_are_kept),
		cmocka_unit_test(a_store_keeps_none_of_it),
		cmocka_unit_test(fewer_dimensions_merge_into_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
