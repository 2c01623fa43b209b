#include "dns/lanes.h"

#include "base/test.h"

#define SECOND INT64_C(1000000000)
#define MANY 2000

/* How many go from t on to less than until, looked at every step ns. */
static unsigned
go(struct lanes *l, int64_t t, int64_t until, int64_t step)
{
	unsigned n = 0;

	for (; t < until; t += step)
		while (lanes_next(l, t) != NULL)
			n++;
	return n;
}

static void
fill(struct lanes *l, unsigned lane, struct waiting *w, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		lanes_push(l, lane, &w[i]);
}

static void
empty(struct lanes *l)
{
	for (unsigned i = 0; i < l->n; i++)
		while (lanes_pop(l, i) != NULL)
			continue;
	lanes_clear(l);
}

TEST(a_lane_sends_at_its_rate)
{
	struct waiting w[MANY];
	struct lanes l;

	lanes_init(&l, 50);
	fill(&l, lanes_add(&l, 0), w, MANY);
	/* The first at once, then one each 20 ms. */
	assert_int_equal(go(&l, 0, 20000000, 1000000), 1);
	assert_int_equal(go(&l, 20000000, SECOND, 1000000), 49);
	assert_int_equal(go(&l, SECOND, 11 * SECOND, 1000000), 500);
	empty(&l);
}

TEST(a_lane_that_was_held_up_makes_up_for_a_tenth_of_a_second)
{
	struct waiting w[MANY];
	struct lanes l;

	lanes_init(&l, 100);
	fill(&l, lanes_add(&l, 0), w, MANY);
	assert_int_equal(go(&l, 0, 1, 1), 1);
	/* A minute later: ten are late, and one is on time. */
	assert_int_equal(go(&l, 60 * SECOND, 60 * SECOND + 1, 1), 11);
	assert_int_equal(go(&l, 60 * SECOND, 61 * SECOND, 1000000), 99);
	empty(&l);
}

TEST(without_a_rate_all_go_at_once)
{
	struct waiting w[MANY];
	struct lanes l;

	lanes_init(&l, 0);
	fill(&l, lanes_add(&l, 7), w, MANY);
	assert_int_equal(go(&l, 7, 8, 1), MANY);
	assert_int_equal(l.n_waiting, 0);
	lanes_clear(&l);
}

TEST(lanes_take_turns_and_keep_their_order)
{
	struct waiting a[3], b[3];
	struct waiting *should[] = { &a[0], &b[0], &a[1], &b[1], &a[2], &b[2] };
	struct lanes l;

	lanes_init(&l, 0);
	fill(&l, lanes_add(&l, 0), a, 3);
	fill(&l, lanes_add(&l, 0), b, 3);
	for (int i = 0; i < 6; i++)
		assert_ptr_equal(lanes_next(&l, 0), should[i]);
	assert_null(lanes_next(&l, 0));
	lanes_clear(&l);
}

TEST(it_is_known_when_the_next_one_goes)
{
	struct waiting w[3];
	struct lanes l;
	unsigned lane, other;

	lanes_init(&l, 10);
	lane = lanes_add(&l, 0);
	other = lanes_add(&l, 0);
	assert_true(lanes_when(&l, 0) == INT64_MAX);
	fill(&l, lane, w, 2);
	assert_int_equal(lanes_when(&l, 0), 0);
	assert_ptr_equal(lanes_next(&l, 0), &w[0]);
	assert_int_equal(lanes_when(&l, 0), SECOND / 10);
	assert_int_equal(lanes_when(&l, SECOND / 10 - 3), 3);
	assert_int_equal(lanes_when(&l, SECOND), 0);
	lanes_push(&l, other, &w[2]);
	assert_int_equal(lanes_when(&l, 0), 0);
	assert_int_equal(lanes_length(&l, lane), 1);
	empty(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lane_sends_at_its_rate),
		cmocka_unit_test(
		    a_lane_that_was_held_up_makes_up_for_a_tenth_of_a_second),
		cmocka_unit_test(without_a_rate_all_go_at_once),
		cmocka_unit_test(lanes_take_turns_and_keep_their_order),
		cmocka_unit_test(it_is_known_when_the_next_one_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
