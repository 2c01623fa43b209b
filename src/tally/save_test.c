#include "tally/save.h"

#include <string.h>

#include "base/buf.h"
#include "base/test.h"
#include "tally/test_tally.h"

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

TEST(what_is_cut_off_is_refused)
{
	struct test_tally x;
	struct buf b = { 0 };

	test_tally_open(&x, DIM_BIT(DIM_DISPOSITION) | DIM_BIT(DIM_CLIENT));
	fill(x.tally);
	tally_settle(x.tally);
	assert_true(tally_save(x.tally, DIM_DISPOSITION, &b));
	for (size_t n = 0; n < b.n; n++) {
		struct test_tally y;

		test_tally_open(&y, DIM_BIT(DIM_DISPOSITION));
		assert_int_equal(tally_load(y.tally, DIM_DISPOSITION,
		    str_make(b.p, n)), -1);
		test_tally_close(&y);
	}
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
		cmocka_unit_test(what_is_cut_off_is_refused),
		cmocka_unit_test(numbered_keys_are_saved_by_name),
		cmocka_unit_test(dimensions_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
