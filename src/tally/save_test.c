#include "tally/save.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/test.h"
#include "base/when.h"
#include "tally/accounts.h"
#include "tally/test_tally.h"

#define ACCOUNTS (DIM_BIT(DIM_QUEUE_RECIPIENT) |                               \
	DIM_BIT(DIM_QUEUE_SENDER) | DIM_BIT(DIM_PROVIDER))

static void
attempt(struct tally *t, const char *recipient, const char *channel,
    const char *sender, const char *uid, enum verdict verdict,
    int64_t delay_ns)
{
	struct event ev = test_event(EVENT_DELIVERY, 6000);

	ev.verdict = verdict;
	ev.channel = str_from(channel);
	ev.recipients = str_from(recipient);
	ev.sender = str_from(sender);
	ev.uid = str_from(uid);
	ev.relay = STR("192.0.2.77");
	ev.bytes = 1000;
	ev.duration_ns = 3;
	ev.queued_ns = delay_ns < 0 ? WHEN_NONE : ev.time_ns - delay_ns;
	ev.text = STR("User_unknown");
	tally_add(t, &ev);
}

/* Accounts of all kinds: an address by both channels, of two uids and without
 * a domain, known providers and networks, few delays and many of one bucket. */
static void
fill_accounts(struct tally *t)
{
	struct event ev = test_event(EVENT_DONE, 7000);

	attempt(t, "bob@example.org", "local", "<ann@example.net>", "81",
	    VERDICT_ACCEPTED, 5);
	attempt(t, "Bob@example.org", "remote", "<ann@example.net>", "82",
	    VERDICT_ACCEPTED, 70000);
	attempt(t, "bob@example.org", "remote", "<ann@example.net>", "82",
	    VERDICT_REJECTED, 80000);
	attempt(t, "nobody", "remote", "<>", "", VERDICT_DEFERRED, -1);
	for (int64_t i = 0; i < 3000; i++)
		attempt(t, "carol@gmail.com", "remote", "<#@[]>", "83",
		    VERDICT_ACCEPTED, i * i % 97 * 100000);
	ev.sender = STR("<ann@example.net>");
	ev.uid = STR("82");
	ev.bytes = INT64_MAX / 2;
	ev.delivered = 3;
	ev.bounced = 1;
	ev.deferred = 2;
	tally_add(t, &ev);
}

/* What the tests put into a tally: a bit of everything. */
static void
fill(struct tally *t)
{
	struct event ev = test_queued(10);

	tally_add(t, &ev);
	ev = test_denied(4000, "dnsbl", "901",
	    "http://www.example.net/bl?192.0.2.1");
	tally_add(t, &ev);
	ev = test_denied(90000, "virus::clamav", "901", "Virus found: Eicar");
	tally_add(t, &ev);
	ev = test_event(EVENT_CLOSED, 4001);
	ev.duration_ns = 12345678;
	tally_add(t, &ev);
	ev = test_event(EVENT_DELIVERY, 5000);
	ev.verdict = VERDICT_DEFERRED;
	ev.channel = STR("remote");
	ev.recipients = STR("bob@example.org");
	ev.text = STR("Connected_to_192.0.2.7_but_connection_died.");
	ev.duration_ns = 7;
	tally_add(t, &ev);
	/* Without a time. */
	ev = test_event(EVENT_CLOSED, 0);
	ev.time_ns = INT64_MIN;
	tally_add(t, &ev);
	fill_accounts(t);
}

static void
copy_all(struct tally *to, struct tally *from)
{
	struct buf b = { 0 };

	tally_settle(from);
	for (int d = 0; d < DIMS; d++) {
		buf_reset(&b);
		if (tally_save(from, (enum dim_id)d, &b))
			assert_int_equal(tally_load(to, (enum dim_id)d,
			    buf_str(&b)), 0);
	}
	tally_settle(to);
	buf_clear(&b);
}

TEST(what_was_saved_is_loaded)
{
	struct test_tally x, y;
	struct buf a = { 0 }, b = { 0 };

	test_tally_open(&x, DIM_ALL);
	test_tally_open(&y, DIM_ALL);
	fill(x.tally);
	copy_all(y.tally, x.tally);
	test_tally_add(&a, x.tally);
	test_tally_add(&b, y.tally);
	assert_true(a.n > 500);
	assert_string_equal(a.p, b.p);
	buf_clear(&a);
	buf_clear(&b);
	test_tally_close(&x);
	test_tally_close(&y);
}

TEST(loading_adds_as_merging_does)
{
	struct test_tally x, y, z;
	struct buf a = { 0 }, b = { 0 };

	test_tally_open(&x, DIM_ALL);
	test_tally_open(&y, DIM_ALL);
	test_tally_open(&z, DIM_ALL);
	fill(x.tally);
	fill(y.tally);
	fill(z.tally);
	copy_all(y.tally, x.tally);
	tally_merge(z.tally, x.tally);
	tally_settle(z.tally);
	test_tally_add(&a, y.tally);
	test_tally_add(&b, z.tally);
	assert_string_equal(a.p, b.p);
	buf_clear(&a);
	buf_clear(&b);
	test_tally_close(&x);
	test_tally_close(&y);
	test_tally_close(&z);
}

/* How many delays fell into each bucket. */
static void
take_bucket(void *ctx, uint32_t bucket, uint64_t count)
{
	uint64_t *counts = ctx;

	assert_true(bucket < DELAYS_BUCKETS);
	counts[bucket] += count;
}

static void
assert_same_delays(const struct delays *a, const struct delays *b)
{
	size_t bytes = DELAYS_BUCKETS * sizeof(uint64_t);
	uint64_t *x = mem_zalloc(bytes), *y = mem_zalloc(bytes);

	delays_each(a, take_bucket, x);
	delays_each(b, take_bucket, y);
	assert_memory_equal(x, y, bytes);
	free(x);
	free(y);
}

static const struct domain_account *
domain(struct test_tally *x, const char *name)
{
	const struct accounts *a = tally_accounts(x->tally);

	return accounts_domain(a, ledger_find(&a->domains, str_from(name)));
}

static const struct provider_account *
provider(struct test_tally *x, const char *name)
{
	const struct accounts *a = tally_accounts(x->tally);

	for (uint32_t i = 0; i < ledger_n(&a->providers); i++)
		if (str_eq(ledger_name(&a->providers, i), str_from(name)))
			return accounts_provider(a, i);
	fail_msg("no provider %s", name);
	return NULL;
}

TEST(delays_are_loaded_bucket_by_bucket)
{
	struct test_tally x, y;

	test_tally_open(&x, ACCOUNTS);
	test_tally_open(&y, ACCOUNTS);
	fill_accounts(x.tally);
	copy_all(y.tally, x.tally);
	assert_int_equal(domain(&x, "gmail.com")->delays.count, 3000);
	assert_same_delays(&domain(&x, "gmail.com")->delays,
	    &domain(&y, "gmail.com")->delays);
	assert_same_delays(&domain(&x, "example.org")->delays,
	    &domain(&y, "example.org")->delays);
	assert_same_delays(&provider(&x, "Google")->delays,
	    &provider(&y, "Google")->delays);
	assert_same_delays(&provider(&x, "192.0.2.0/24")->delays,
	    &provider(&y, "192.0.2.0/24")->delays);
	/* Once more: twice as many. */
	fill_accounts(x.tally);
	copy_all(y.tally, x.tally);
	fill_accounts(x.tally);
	tally_settle(x.tally);
	assert_int_equal(domain(&y, "gmail.com")->delays.count, 9000);
	assert_same_delays(&domain(&x, "gmail.com")->delays,
	    &domain(&y, "gmail.com")->delays);
	test_tally_close(&x);
	test_tally_close(&y);
}

TEST(accounts_are_counted_on_after_loading)
{
	struct test_tally x, y;
	struct buf a = { 0 }, b = { 0 };

	test_tally_open(&x, ACCOUNTS);
	test_tally_open(&y, ACCOUNTS);
	fill_accounts(x.tally);
	/* Begun by the other channel and uid, and not settled. */
	attempt(y.tally, "bob@example.org", "remote", "<ann@example.net>",
	    "82", VERDICT_ACCEPTED, 9);
	copy_all(y.tally, x.tally);
	attempt(y.tally, "bob@example.org", "local", "<ann@example.net>",
	    "84", VERDICT_ACCEPTED, 10);
	attempt(x.tally, "bob@example.org", "local", "<ann@example.net>",
	    "84", VERDICT_ACCEPTED, 10);
	attempt(x.tally, "bob@example.org", "remote", "<ann@example.net>",
	    "82", VERDICT_ACCEPTED, 9);
	test_accounts_add(&a, x.tally);
	test_accounts_add(&b, y.tally);
	buf_add_char(&a, '\0');
	buf_add_char(&b, '\0');
	assert_non_null(strstr(a.p, "to bob@example.org 0: 2 0 0, 2000 6 "));
	assert_non_null(strstr(a.p, "to bob@example.org 1: 2 1 0, 2000 9 "));
	assert_string_equal(a.p, b.p);
	buf_clear(&a);
	buf_clear(&b);
	test_tally_close(&x);
	test_tally_close(&y);
}

/* Damaged accounts are loaded in part or refused, and never read beyond. */
TEST(accounts_that_are_damaged_do_no_harm)
{
	struct test_tally x;
	struct buf b = { 0 };
	char *copy;

	test_tally_open(&x, ACCOUNTS);
	fill_accounts(x.tally);
	tally_settle(x.tally);
	assert_true(tally_save(x.tally, DIM_PROVIDER, &b));
	copy = mem_alloc(b.n);
	for (size_t i = 0; i < b.n; i++) {
		struct test_tally y;

		memcpy(copy, b.p, b.n);
		copy[i] = (char)(copy[i] ^ 0xff);
		test_tally_open(&y, ACCOUNTS);
		(void)tally_load(y.tally, DIM_PROVIDER, str_make(copy, b.n));
		tally_settle(y.tally);
		test_tally_close(&y);
	}
	free(copy);
	buf_clear(&b);
	test_tally_close(&x);
}

static void
refuse_cut_off(dim_mask dims_wanted, enum dim_id dim)
{
	struct test_tally x;
	struct buf b = { 0 };

	test_tally_open(&x, dims_wanted);
	fill(x.tally);
	tally_settle(x.tally);
	assert_true(tally_save(x.tally, dim, &b));
	for (size_t n = 0; n < b.n; n++) {
		struct test_tally y;

		test_tally_open(&y, dims_wanted);
		assert_int_equal(tally_load(y.tally, dim, str_make(b.p, n)),
		    -1);
		test_tally_close(&y);
	}
	buf_clear(&b);
	test_tally_close(&x);
}

TEST(what_is_cut_off_is_refused)
{
	refuse_cut_off(DIM_BIT(DIM_DISPOSITION) | DIM_BIT(DIM_CLIENT),
	    DIM_DISPOSITION);
	refuse_cut_off(ACCOUNTS, DIM_QUEUE_RECIPIENT);
	refuse_cut_off(ACCOUNTS, DIM_QUEUE_SENDER);
	refuse_cut_off(ACCOUNTS, DIM_PROVIDER);
}

TEST(a_tally_without_accounts_saves_none)
{
	struct test_tally x;
	struct event ev = test_queued(10);
	struct buf b = { 0 };

	test_tally_open(&x, DIM_ALL);
	tally_add(x.tally, &ev);
	tally_settle(x.tally);
	assert_false(tally_save(x.tally, DIM_QUEUE_RECIPIENT, &b));
	assert_false(tally_save(x.tally, DIM_QUEUE_SENDER, &b));
	assert_false(tally_save(x.tally, DIM_PROVIDER, &b));
	assert_int_equal(b.n, 0);
	buf_clear(&b);
	test_tally_close(&x);
}

TEST(numbered_keys_are_saved_by_name)
{
	struct test_tally x;
	struct buf b = { 0 };

	test_tally_open(&x, DIM_ALL);
	fill(x.tally);
	tally_settle(x.tally);
	assert_true(tally_save(x.tally, DIM_CATEGORY, &b));
	assert_true(str_find(buf_str(&b), STR(":virus")) < b.n);
	buf_reset(&b);
	assert_true(tally_save(x.tally, DIM_DELIVERY, &b));
	assert_true(str_find(buf_str(&b), STR("remote")) < b.n);
	assert_true(str_find(buf_str(&b), STR("deferred")) < b.n);
	buf_reset(&b);
	assert_true(tally_save(x.tally, DIM_QUEUE_RECIPIENT, &b));
	assert_true(str_find(buf_str(&b), STR("local")) < b.n);
	buf_clear(&b);
	test_tally_close(&x);
}

TEST(dimensions_are_found_by_name)
{
	assert_int_equal(dim_find(STR("client")), DIM_CLIENT);
	assert_int_equal(dim_find(STR("nothing")), DIMS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_saved_is_loaded),
		cmocka_unit_test(loading_adds_as_merging_does),
		cmocka_unit_test(delays_are_loaded_bucket_by_bucket),
		cmocka_unit_test(accounts_are_counted_on_after_loading),
		cmocka_unit_test(accounts_that_are_damaged_do_no_harm),
		cmocka_unit_test(what_is_cut_off_is_refused),
		cmocka_unit_test(a_tally_without_accounts_saves_none),
		cmocka_unit_test(numbered_keys_are_saved_by_name),
		cmocka_unit_test(dimensions_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
