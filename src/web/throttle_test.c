#include "base/test.h"
#include "base/when.h"
#include "web/throttle.h"

#define S WHEN_SECOND

static void
fail_times(struct throttle *t, uint64_t client, unsigned n, int64_t now_ns)
{
	while (n-- > 0)
		throttle_failed(t, client, now_ns);
}

TEST(fingers_may_slip)
{
	struct throttle t = { .n = 0 };

	assert_int_equal(throttle_wait_s(&t, 1, 100 * S), 0);
	fail_times(&t, 1, THROTTLE_FREE, 100 * S);
	assert_int_equal(throttle_wait_s(&t, 1, 100 * S), 0);
}

TEST(each_further_failure_costs_twice_the_time)
{
	struct throttle t = { .n = 0 };

	fail_times(&t, 1, THROTTLE_FREE, 100 * S);
	for (unsigned wait = 1; wait < THROTTLE_MOST_S; wait *= 2) {
		throttle_failed(&t, 1, 100 * S);
		assert_int_equal(throttle_wait_s(&t, 1, 100 * S), wait);
		assert_int_equal(throttle_wait_s(&t, 1, 100 * S +
		    wait * S - 1), 1);
		assert_int_equal(throttle_wait_s(&t, 1, 100 * S + wait * S), 0);
	}
	fail_times(&t, 1, 1000, 100 * S);
	assert_int_equal(throttle_wait_s(&t, 1, 100 * S), THROTTLE_MOST_S);
}

TEST(others_do_not_wait_for_it)
{
	struct throttle t = { .n = 0 };

	fail_times(&t, 1, 10, 100 * S);
	assert_true(throttle_wait_s(&t, 1, 100 * S) > 0);
	assert_int_equal(throttle_wait_s(&t, 2, 100 * S), 0);
}

TEST(who_comes_in_is_forgiven_and_time_forgives_too)
{
	struct throttle t = { .n = 0 };

	fail_times(&t, 1, 10, 100 * S);
	throttle_passed(&t, 1);
	assert_int_equal(throttle_wait_s(&t, 1, 100 * S), 0);
	fail_times(&t, 2, 10, 100 * S);
	throttle_failed(&t, 2, (101 + THROTTLE_FORGET_S) * S);
	assert_int_equal(throttle_wait_s(&t, 2, (101 + THROTTLE_FORGET_S) * S),
	    0);
}

TEST(a_clock_that_is_set_back_locks_nobody_out)
{
	struct throttle t = { .n = 0 };

	fail_times(&t, 1, 20, 100000 * S);
	assert_int_equal(throttle_wait_s(&t, 1, 100 * S), THROTTLE_MOST_S);
}

TEST(the_one_that_failed_longest_ago_makes_room)
{
	struct throttle t = { .n = 0 };

	for (unsigned i = 0; i <= THROTTLE_CLIENTS; i++)
		fail_times(&t, i, 10, (100 + i) * S);
	assert_int_equal(t.n, THROTTLE_CLIENTS);
	assert_int_equal(throttle_wait_s(&t, 0, 101 * S), 0);
	assert_true(throttle_wait_s(&t, THROTTLE_CLIENTS,
	    (100 + THROTTLE_CLIENTS) * S) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fingers_may_slip),
		cmocka_unit_test(each_further_failure_costs_twice_the_time),
		cmocka_unit_test(others_do_not_wait_for_it),
		cmocka_unit_test(
		    who_comes_in_is_forgiven_and_time_forgives_too),
		cmocka_unit_test(a_clock_that_is_set_back_locks_nobody_out),
		cmocka_unit_test(the_one_that_failed_longest_ago_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
