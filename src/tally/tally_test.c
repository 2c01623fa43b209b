#include "tally/tally.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/test.h"
#include "base/when.h"
#include "tally/test_tally.h"

static uint64_t
random_below(uint64_t *seed, uint64_t n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (*seed >> 33) % n;
}

/* ---- the law: merging is associative and commutative ---- */

#define EVENTS 400
#define PARTS 7

static const char *const dispositions[] = {
	"queued", "dnsbl", "rhsbl", "naughty", "virus::clamdscan", "",
	"auth::auth_flat_file", "rcpt_ok", "spamassassin", "tls", "nobody",
	"queue::qmail-queue",
};
static const char *const texts[] = {
	"", "(dnsbl) http://www.one.test/x", "http://Two.Test:80/?1.2.3.4",
	"(karma) bad", "Virus found: Eicar", "listed", "open resolver",
	"invalid recipient <c@example.org>", "<id@example.com>",
	/* as long as counts that are not put off */
	("http://0123456789-123456789-123456789-123456789-123456789-123456789-"
	"123456789-123456789-123456789-123456789-123456789.test/"),
};
static const char *const clients[] = {
	"", "192.0.2.1", "192.0.2.2", "10.0.0.1", "127.0.0.1", "2001:DB8::1",
	"2001:db8:0::1", "::ffff:192.0.2.1",
};
static const char *const addresses[] = {
	"<>", "<a@example.com>", "<A@Example.COM>", "<b@example.org>",
	"<c@sub.example.org>,<d@example.net>", "", "<x@[192.0.2.1]>",
	"<bounces@example.com>",
};
static const char *const trailers[] = {
	"", "msg denied before queued", "No, score=1 tests=A,B_", "No, tests=",
	"Yes, score=9 tests=B,C_",
};

#define PICK(seed, list) \
	str_from((list)[random_below(seed, sizeof(list) / sizeof((list)[0]))])

/* An event from so few values that all that can tie does. */
static struct event
random_event(uint64_t *seed)
{
	struct event ev = test_event((enum event_kind)random_below(seed,
	    EVENT_KINDS), (int64_t)random_below(seed, 4) * 1800 - 3600);
	bool queued;

	if (random_below(seed, 10) == 0)
		ev.time_ns = WHEN_NONE;
	ev.client = PICK(seed, clients);
	ev.host = random_below(seed, 2) ? STR("h.test") : STR("i.example.org");
	ev.helo = STR("helo");
	ev.country = random_below(seed, 3) ? str_none() : STR("DE");
	ev.authenticated = random_below(seed, 8) == 0;
	ev.sender = PICK(seed, addresses);
	ev.recipients = PICK(seed, addresses);
	ev.disposition = PICK(seed, dispositions);
	ev.text = PICK(seed, texts);
	ev.trailer = PICK(seed, trailers);
	ev.code = random_below(seed, 2) ? STR("901") : STR("902");
	queued = str_eq(ev.disposition, STR("queued"));
	if (ev.kind == EVENT_TRANSACTION)
		ev.verdict = queued ? VERDICT_ACCEPTED : VERDICT_REJECTED;
	else if (ev.kind == EVENT_DELIVERY)
		ev.verdict = (enum verdict)(random_below(seed, 3) +
		    VERDICT_ACCEPTED);
	ev.channel = random_below(seed, 2) ? STR("remote") : STR("local");
	ev.uid = random_below(seed, 2) ? STR("0") : STR("1000");
	ev.relay = random_below(seed, 2) ? STR("192.0.2.1") : str_none();
	ev.bytes = (int64_t)random_below(seed, 5000);
	ev.delivered = (int64_t)random_below(seed, 3);
	ev.bounced = (int64_t)random_below(seed, 3);
	ev.deferred = (int64_t)random_below(seed, 3);
	ev.queued_ns = random_below(seed, 2) ? ev.time_ns : WHEN_NONE;
	ev.check = random_below(seed, 2) ? STR("geoip") : STR("dmarc");
	ev.result = STR("pass");
	ev.repeated = random_below(seed, 4) == 0;
	if (random_below(seed, 2))
		ev.score_milli = (int64_t)random_below(seed, 9000) - 1000;
	ev.last_disposition = PICK(seed, dispositions);
	ev.duration_ns = (int64_t)random_below(seed, 6) * WHEN_SECOND;
	ev.unfinished = random_below(seed, 5) == 0;
	ev.running = (int64_t)random_below(seed, 4);
	ev.limit = 40;
	ev.scope = random_below(seed, 2) ? LIMIT_CLIENT : LIMIT_TOTAL;
	ev.stream = random_below(seed, 2) ? STR("log") : STR("gol");
	return ev;
}

static struct str
country_of(void *ctx, struct str client)
{
	(void)ctx;
	return str_ends(client, STR("1")) ? STR("FR") : str_none();
}

static void
open_everything(struct test_tally *x)
{
	test_tally_open(x, DIM_ALL);
	x->options.country = country_of;
	x->options.transactions_kept = true;
	x->options.tld_kept = STR("COM");
	test_tally_again(x);
}

static void
assert_same(struct test_tally *x, struct tally *t)
{
	struct buf b = { 0 };

	test_tally_add(&b, t);
	if (!str_eq(buf_str(&x->text), buf_str(&b))) {
		struct str a = buf_str(&x->text), c = buf_str(&b), one, other;

		while (str_cut(&a, '\n', &one) && str_cut(&c, '\n', &other))
			if (!str_eq(one, other))
				fail_msg("whole: %.*s\nmerged: %.*s",
				    STR_ARG(one), STR_ARG(other));
		fail_msg("the tallies are not of one length");
	}
	buf_clear(&b);
}

TEST(events_spread_over_tallies_and_merged_count_the_same)
{
	struct test_tally x;
	uint64_t seed = 1;

	for (int round = 0; round < 60; round++) {
		struct tally *parts[PARTS];
		size_t n = PARTS;

		open_everything(&x);
		for (size_t i = 0; i < PARTS; i++)
			parts[i] = tally_new(&x.options);
		for (int i = 0; i < EVENTS; i++) {
			struct event ev = random_event(&seed);

			tally_add(x.tally, &ev);
			tally_add(parts[random_below(&seed, PARTS)], &ev);
		}
		test_tally_add(&x.text, x.tally);
		/* Any one into any other, until there is one. */
		while (n > 1) {
			size_t from = random_below(&seed, n), to;

			do
				to = random_below(&seed, n);
			while (to == from);
			tally_merge(parts[to], parts[from]);
			tally_free(&parts[from]);
			parts[from] = parts[--n];
		}
		assert_same(&x, parts[0]);
		tally_free(&parts[0]);
		test_tally_close(&x);
	}
}

TEST(the_order_of_events_does_not_matter)
{
	struct test_tally x;
	struct event events[EVENTS];
	struct tally *shuffled;
	uint64_t seed = 2;

	open_everything(&x);
	shuffled = tally_new(&x.options);
	for (size_t i = 0; i < EVENTS; i++) {
		size_t at = random_below(&seed, i + 1);

		events[i] = events[at];
		events[at] = random_event(&seed);
		tally_add(x.tally, &events[at]);
	}
	for (size_t i = 0; i < EVENTS; i++)
		tally_add(shuffled, &events[i]);
	test_tally_add(&x.text, x.tally);
	assert_same(&x, shuffled);
	tally_free(&shuffled);
	test_tally_close(&x);
}

TEST(events_may_follow_a_merge)
{
	struct test_tally x;
	struct tally *a, *b;
	uint64_t seed = 3;

	open_everything(&x);
	a = tally_new(&x.options);
	b = tally_new(&x.options);
	for (size_t i = 0; i < EVENTS; i++) {
		struct event ev = random_event(&seed);

		tally_add(x.tally, &ev);
		tally_add(i % 3 ? a : b, &ev);
		if (i == EVENTS / 2) {
			tally_merge(a, b);
			tally_free(&b);
			b = tally_new(&x.options);
		}
	}
	tally_merge(a, b);
	test_tally_add(&x.text, x.tally);
	assert_same(&x, a);
	tally_free(&a);
	tally_free(&b);
	test_tally_close(&x);
}

TEST(an_empty_tally_changes_nothing)
{
	struct test_tally x;
	struct tally *empty;
	uint64_t seed = 4;

	open_everything(&x);
	for (size_t i = 0; i < EVENTS; i++) {
		struct event ev = random_event(&seed);

		tally_add(x.tally, &ev);
	}
	test_tally_add(&x.text, x.tally);
	empty = tally_new(&x.options);
	tally_merge(x.tally, empty);
	assert_same(&x, x.tally);
	tally_merge(empty, x.tally);
	assert_same(&x, empty);
	tally_free(&empty);
	test_tally_close(&x);
}

TEST(each_dimension_alone_counts_what_it_counts_among_all)
{
	struct test_tally all, one;

	for (int dim = 0; dim < DIMS; dim++) {
		uint64_t seed = 5;

		test_tally_open(&all, DIM_ALL);
		all.options.country = country_of;
		test_tally_again(&all);
		test_tally_open(&one, DIM_BIT(dim));
		one.options.country = country_of;
		test_tally_again(&one);
		for (size_t i = 0; i < EVENTS; i++) {
			struct event ev = random_event(&seed);

			tally_add(all.tally, &ev);
			/* Only what it asks for comes to it. */
			if (tally_wants(DIM_BIT(dim)) & EVENT_BIT(ev.kind))
				tally_add(one.tally, &ev);
		}
		test_cells_add(&all.text, all.tally, (enum dim_id)dim);
		test_cells_add(&one.text, one.tally, (enum dim_id)dim);
		if (!str_eq(buf_str(&all.text), buf_str(&one.text)))
			fail_msg("%s:\n%s\nalone:\n%s", dims[dim].name,
			    all.text.n ? all.text.p : "",
			    one.text.n ? one.text.p : "");
		assert_true(all.text.n > 0);
		test_tally_close(&all);
		test_tally_close(&one);
	}
}

/* ---- single behaviours ---- */

TEST(the_rows_of_dimensions_are_whole)
{
	for (int i = 0; i < DIMS; i++) {
		assert_true(strlen(dims[i].name) > 0);
		assert_true(strlen(dims[i].help) > 0);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(dims[i].name, dims[j].name);
		assert_true(tally_wants(DIM_BIT(i)) != 0);
	}
	assert_int_equal(tally_wants(0), 0);
}

TEST(a_login_changes_where_mail_came_from_so_lines_are_joined)
{
	assert_true(tally_needs_join(DIM_BIT(DIM_ORIGIN)));
	assert_true(tally_needs_join(DIM_BIT(DIM_DOMAIN_ROW)));
	assert_true(tally_needs_join(DIM_BIT(DIM_RECIPIENT)));
	assert_true(tally_needs_join(DIM_BIT(DIM_COUNTER)));
	assert_true(tally_needs_join(DIM_BIT(DIM_CONNECTION_TIME)));
	assert_false(tally_needs_join(DIM_BIT(DIM_DISPOSITION)));
	assert_false(tally_needs_join(DIM_BIT(DIM_LIST) | DIM_BIT(DIM_CLIENT)));
	assert_false(tally_needs_join(0));
}

TEST(an_hour_is_that_of_the_event)
{
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_CATEGORY));
	for (int64_t s = -1; s <= 7200; s += 3600) {
		struct event ev = test_queued(s);

		tally_add(x.tally, &ev);
		ev = test_queued(s + 1);
		tally_add(x.tally, &ev);
	}
	test_assert_cells(&x, DIM_CATEGORY, "-1 10||1: 1 0 0\n"
	    "0 10||1: 2 0 0\n1 10||1: 2 0 0\n2 10||1: 1 0 0\n");
	test_tally_close(&x);
}

TEST(an_hour_may_be_cut_into_quarters)
{
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_CATEGORY));
	x.options.grain_s = 900;
	test_tally_again(&x);
	for (int64_t s = 899; s <= 1801; s += 451) {
		struct event ev = test_queued(s);

		tally_add(x.tally, &ev);
	}
	test_assert_cells(&x, DIM_CATEGORY, "0 10||1: 1 0 0\n"
	    "0.25 10||1: 1 0 0\n0.5 10||1: 1 0 0\n");
	test_tally_close(&x);
}

TEST(a_day_is_that_of_the_zone)
{
	struct test_tally x;
	struct zone *z;
	struct event ev;

	assert_int_equal(zone_open(&z, "CET-1CEST,M3.5.0,M10.5.0/3", NULL), 0);
	test_tally_open(&x, DIM_BIT(DIM_TLD));
	ev = test_queued(-1800);
	tally_add(x.tally, &ev);
	test_assert_cells(&x, DIM_TLD, "-1 queued|com|1: 1\n");
	x.options.zone = z;
	test_tally_again(&x);
	tally_add(x.tally, &ev);
	ev = test_queued(-3601);
	tally_add(x.tally, &ev);
	test_assert_cells(&x, DIM_TLD, "-1 queued|com|1: 1\n"
	    "0 queued|com|1: 1\n");
	test_tally_close(&x);
	zone_close(&z);
}

TEST(events_without_a_time_share_a_bucket)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_CATEGORY) | DIM_BIT(DIM_TLD));
	for (int i = 0; i < 3; i++) {
		ev = test_queued(0);
		if (i != 1)
			ev.time_ns = WHEN_NONE;
		tally_add(x.tally, &ev);
	}
	test_assert_cells(&x, DIM_CATEGORY, "- 10||1: 2 0 0\n0 10||1: 1 0 0\n");
	test_assert_cells(&x, DIM_TLD, "- queued|com|1: 2\n"
	    "0 queued|com|1: 1\n");
	test_tally_close(&x);
}

TEST(the_ends_of_time_have_an_hour_too)
{
	struct test_tally x;
	struct event ev;
	size_t n;

	test_tally_open(&x, DIM_ALL);
	ev = test_queued(0);
	ev.time_ns = INT64_MAX;
	tally_add(x.tally, &ev);
	ev.time_ns = INT64_MIN + 1;
	tally_add(x.tally, &ev);
	tally_settle(x.tally);
	tally_cells(x.tally, DIM_CATEGORY, &n);
	assert_int_equal(n, 2);
	test_tally_close(&x);
}

TEST(the_example_is_of_the_earliest_event_and_of_those_the_smallest)
{
	struct test_tally x;
	struct event ev;
	static const struct {
		int64_t s;
		const char *text;
	} seen[] = {
		{ 20, "later" }, { 10, "b" }, { 10, "a" }, { 10, "c" },
		{ 15, "" },
	};

	test_tally_open(&x, DIM_BIT(DIM_DISPOSITION));
	ev = test_denied(0, "dnsbl", "901", "of no time");
	ev.time_ns = WHEN_NONE;
	tally_add(x.tally, &ev);
	for (size_t i = 0; i < 5; i++) {
		ev = test_denied(seen[i].s, "dnsbl", "901", seen[i].text);
		tally_add(x.tally, &ev);
	}
	test_assert_cells(&x, DIM_DISPOSITION,
	    "- dnsbl|901|2: 1 --- of no time\n0 dnsbl|901|2: 5 10-20 a\n");
	test_tally_close(&x);
}

TEST(a_time_is_earlier_than_none)
{
	struct test_tally x;
	struct event ev = test_queued(5);

	test_tally_open(&x, DIM_BIT(DIM_CLIENT));
	ev.host = STR("b");
	tally_add(x.tally, &ev);
	ev.host = STR("a");
	ev.time_ns = WHEN_NONE;
	tally_add(x.tally, &ev);
	test_assert_cells(&x, DIM_CLIENT, "192.0.2.10||1: 2 5-5 b\n");
	test_tally_again(&x);
	tally_add(x.tally, &ev);
	ev = test_queued(5);
	ev.host = STR("b");
	tally_add(x.tally, &ev);
	test_assert_cells(&x, DIM_CLIENT, "192.0.2.10||1: 2 5-5 b\n");
	test_tally_close(&x);
}

TEST(sums_that_are_too_large_stay_at_the_largest)
{
	struct test_tally x;
	struct event ev = test_event(EVENT_CLOSED, 0);

	test_tally_open(&x, DIM_BIT(DIM_CONNECTION_TIME));
	ev.duration_ns = INT64_MAX;
	tally_add(x.tally, &ev);
	tally_add(x.tally, &ev);
	tally_settle(x.tally);
	assert_int_equal(tally_sum(x.tally, DIM_CONNECTION_TIME, 0)->sum,
	    INT64_MAX);
	test_tally_close(&x);
}

TEST(the_slowest_connections_are_kept_longest_first)
{
	struct test_tally x;
	const struct slow_connection *slow;
	size_t n;

	test_tally_open(&x, DIM_BIT(DIM_CONNECTION_TIME));
	for (int i = 0; i < 100; i++) {
		struct event ev = test_event(EVENT_CLOSED, i);

		ev.duration_ns = (i * 37 % 100) * WHEN_SECOND;
		ev.client = STR("192.0.2.1");
		ev.last_disposition = STR("dnsbl");
		tally_add(x.tally, &ev);
	}
	tally_settle(x.tally);
	slow = tally_slowest(x.tally, &n);
	assert_int_equal(n, TALLY_SLOWEST);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(slow[i].duration_ns,
		    (int64_t)(99 - i) * WHEN_SECOND);
	assert_str(tally_text(x.tally, slow[0].client), "192.0.2.1");
	assert_str(tally_text(x.tally, slow[0].disposition), "dnsbl");
	test_tally_close(&x);
}

TEST(connections_equally_slow_are_in_order_of_time_and_text)
{
	struct test_tally x;
	static const char *const pids[] = { "9", "10", "8", "10" };
	static const char *const from[] = { "a", "c", "a", "b" };

	test_tally_open(&x, DIM_BIT(DIM_CONNECTION_TIME));
	for (int i = 0; i < 4; i++) {
		struct event ev = test_event(EVENT_CLOSED, i == 2);

		ev.duration_ns = WHEN_SECOND;
		ev.pid = str_from(pids[i]);
		ev.client = str_from(from[i]);
		tally_add(x.tally, &ev);
	}
	test_tally_add(&x.text, x.tally);
	assert_non_null(strstr(x.text.p, "slow 1000000000 0 10 b \n"
	    "slow 1000000000 0 10 c \nslow 1000000000 0 9 a \n"
	    "slow 1000000000 1 8 a \n"));
	test_tally_close(&x);
}

TEST(of_odd_texts_the_first_in_byte_order_are_counted_exactly)
{
	struct test_tally x;
	const struct odd_text *odd;
	size_t n;
	char text[40];

	test_tally_open(&x, DIM_BIT(DIM_COUNTER));
	for (int i = 0; i < 300; i++) {
		struct event ev;

		snprintf(text, sizeof(text), "text %02d", i * 37 % 100);
		ev = test_denied(0, "rcpt_ok", "901", text);
		tally_add(x.tally, &ev);
	}
	tally_settle(x.tally);
	odd = tally_odd_texts(x.tally, &n);
	assert_int_equal(n, TALLY_TEXTS);
	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "text %02zu", i);
		assert_str(str_make(odd[i].text, odd[i].n), text);
		assert_int_equal(odd[i].count, 3);
	}
	test_tally_close(&x);
}

TEST(an_odd_text_is_cut)
{
	struct test_tally x;
	const struct odd_text *odd;
	char text[2 * TALLY_TEXT_BYTES];
	struct event ev;
	size_t n;

	memset(text, 'x', sizeof(text));
	test_tally_open(&x, DIM_BIT(DIM_COUNTER));
	ev = test_denied(0, "rcpt_ok", "901", "");
	ev.text = str_make(text, sizeof(text));
	tally_add(x.tally, &ev);
	ev.text = str_make(text, sizeof(text) - 1);
	tally_add(x.tally, &ev);
	odd = tally_odd_texts(x.tally, &n);
	assert_int_equal(n, 1);
	assert_int_equal(odd[0].n, TALLY_TEXT_BYTES);
	assert_int_equal(odd[0].count, 2);
	test_tally_close(&x);
}

TEST(of_the_transactions_of_a_tld_the_first_are_kept)
{
	struct test_tally x;
	const struct kept_transaction *kept;
	size_t n;

	test_tally_open(&x, DIM_BIT(DIM_TLD));
	x.options.transactions_kept = true;
	x.options.tld_kept = STR("faith");
	test_tally_again(&x);
	for (int i = 0; i < 3 * TALLY_KEPT; i++) {
		struct event ev = test_queued(i * 7 % (3 * TALLY_KEPT));

		ev.sender = i % 2 ? STR("<a@b.Faith>") : STR("<a@b.example>");
		tally_add(x.tally, &ev);
	}
	kept = tally_kept(x.tally, &n);
	assert_int_equal(n, TALLY_KEPT);
	for (size_t i = 0; i < n; i++) {
		assert_str(tally_text(x.tally, kept[i].sender), "<a@b.Faith>");
		assert_true(i == 0 || kept[i - 1].time_ns <= kept[i].time_ns);
	}
	assert_true(kept[n - 1].time_ns < (TEST_DAY_S + 2 * TALLY_KEPT + 10) *
	    WHEN_SECOND);
	test_tally_close(&x);
}

TEST(a_duration_is_off_by_at_most_a_thousandth)
{
	uint64_t seed = 6;

	for (int64_t v = 0; v < 1024; v++)
		assert_int_equal(histogram_value(histogram_bucket(v)), v);
	for (int i = 0; i < 100000; i++) {
		int64_t v = (int64_t)((random_below(&seed, UINT64_C(1) << 31)
		    << 31 | random_below(&seed, UINT64_C(1) << 31)) >>
		    random_below(&seed, 60));
		int64_t middle = histogram_value(histogram_bucket(v));

		assert_true(llabs(middle - v) <= v / 1000 + 1);
		/* The middle of a bucket is in it. */
		assert_int_equal(histogram_bucket(middle), histogram_bucket(v));
	}
}

TEST(buckets_of_durations_are_in_order)
{
	uint32_t before = histogram_bucket(0);

	assert_int_equal(before, histogram_bucket(-1));
	assert_int_equal(before, histogram_bucket(INT64_MIN));
	for (int shift = 0; shift < 63; shift++)
		for (int64_t v = (INT64_C(1) << shift) - 2;
		    v <= (INT64_C(1) << shift) + 2; v++) {
			uint32_t bucket = histogram_bucket(v);

			assert_true(v < 4 || bucket >= before);
			assert_true(bucket <= before + 600 || v < 4);
			before = bucket;
		}
	assert_true(histogram_value(histogram_bucket(INT64_MAX)) > 0);
	assert_true(histogram_bucket(INT64_MAX) >= before);
}

TEST(a_tally_that_was_never_made_is_freed_too)
{
	struct tally *t = NULL;

	tally_free(&t);
	assert_null(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_spread_over_tallies_and_merged_count_the_same),
		cmocka_unit_test(the_order_of_events_does_not_matter),
		cmocka_unit_test(events_may_follow_a_merge),
		cmocka_unit_test(an_empty_tally_changes_nothing),
		cmocka_unit_test(each_dimension_alone_counts_what_it_counts_among_all),
		cmocka_unit_test(the_rows_of_dimensions_are_whole),
		cmocka_unit_test(a_login_changes_where_mail_came_from_so_lines_are_joined),
		cmocka_unit_test(an_hour_is_that_of_the_event),
		cmocka_unit_test(an_hour_may_be_cut_into_quarters),
		cmocka_unit_test(a_day_is_that_of_the_zone),
		cmocka_unit_test(events_without_a_time_share_a_bucket),
		cmocka_unit_test(the_ends_of_time_have_an_hour_too),
		cmocka_unit_test(the_example_is_of_the_earliest_event_and_of_those_the_smallest),
		cmocka_unit_test(a_time_is_earlier_than_none),
		cmocka_unit_test(sums_that_are_too_large_stay_at_the_largest),
		cmocka_unit_test(the_slowest_connections_are_kept_longest_first),
		cmocka_unit_test(connections_equally_slow_are_in_order_of_time_and_text),
		cmocka_unit_test(of_odd_texts_the_first_in_byte_order_are_counted_exactly),
		cmocka_unit_test(an_odd_text_is_cut),
		cmocka_unit_test(of_the_transactions_of_a_tld_the_first_are_kept),
		cmocka_unit_test(a_duration_is_off_by_at_most_a_thousandth),
		cmocka_unit_test(buckets_of_durations_are_in_order),
		cmocka_unit_test(a_tally_that_was_never_made_is_freed_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
