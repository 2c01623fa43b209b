#include "report/sec_time.h"

#include <stdlib.h>

#include "base/test.h"
#include "base/when.h"
#include "report/report.h"
#include "tally/tally.h"

static void
add(struct times *t, int64_t value_ns)
{
	times_add(t, histogram_bucket(value_ns), 1);
	times_add_sum(t, value_ns, value_ns);
}

static int
value_order(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Spread over many powers of two, from a linear congruential generator. */
static int64_t
next_value(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (int64_t)(*state >> 24) >> (*state >> 59);
}

/* What the quantile is off by, in thousandths of the exact one. */
static double
error_of(const struct times *t, const int64_t *sorted, size_t n,
    unsigned percent)
{
	size_t rank = (n * percent + 99) / 100;
	double exact = (double)sorted[rank - 1];
	double off = (double)times_quantile(t, percent) - exact;

	return (off < 0 ? -off : off) * 1000.0 / (exact > 0 ? exact : 1);
}

TEST(quantiles_are_within_a_thousandth_of_the_sorted_values)
{
	static const size_t sizes[] = { 1, 2, 3, 9, 10, 11, 99, 100, 101, 997,
		20000 };
	static int64_t values[20000];
	uint64_t seed = 1;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct times t = { 0 };
		size_t n = sizes[i];

		for (size_t j = 0; j < n; j++) {
			values[j] = next_value(&seed);
			add(&t, values[j]);
		}
		qsort(values, n, sizeof(*values), value_order);
		times_sort(&t);
		for (unsigned percent = 1; percent <= 100; percent++)
			assert_true(error_of(&t, values, n, percent) <= 1.0);
		assert_int_equal(t.count, n);
		assert_int_equal(t.max_ns, values[n - 1]);
		times_clear(&t);
	}
}

TEST(the_median_of_two_is_the_first)
{
	struct times t = { 0 };

	add(&t, 2000);
	add(&t, 10);
	times_sort(&t);
	assert_int_equal(times_quantile(&t, 50), 10);
	assert_int_equal(times_quantile(&t, 51), 2000);
	times_clear(&t);
}

TEST(a_quantile_is_never_above_the_maximum)
{
	struct times t = { 0 };

	/* The first value of its bucket. */
	add(&t, INT64_C(1) << 40);
	times_sort(&t);
	assert_int_equal(times_quantile(&t, 50), INT64_C(1) << 40);
	assert_int_equal(times_quantile(&t, 99), INT64_C(1) << 40);
	times_clear(&t);
}

TEST(a_bucket_may_be_added_to_in_parts)
{
	struct times t = { 0 };

	times_add(&t, 5, 3);
	times_add_sum(&t, 15, 5);
	times_add(&t, 7, 1);
	times_add_sum(&t, 7, 7);
	times_add(&t, 5, 4);
	times_add_sum(&t, 20, 5);
	times_sort(&t);
	assert_int_equal(t.count, 8);
	assert_int_equal(t.sum_ns, 42);
	assert_int_equal(times_quantile(&t, 87), 5);
	assert_int_equal(times_quantile(&t, 88), 7);
	times_clear(&t);
}

TEST(ranks_of_huge_counts_do_not_overflow)
{
	struct times t = { 0 };

	times_add(&t, 5, UINT64_MAX / 2);
	times_add_sum(&t, 0, 9);
	times_add(&t, 9, UINT64_MAX / 2);
	times_add_sum(&t, 0, 9);
	times_sort(&t);
	assert_int_equal(times_quantile(&t, 50), 5);
	assert_int_equal(times_quantile(&t, 99), 9);
	times_clear(&t);
}

TEST(nothing_has_neither_mean_nor_quantiles)
{
	struct times t = { 0 };
	struct value v[7] = { 0 };

	times_values(&t, v);
	assert_int_equal(v[0].i, 0);
	assert_int_equal(v[2].is, VALUE_IS_NULL);
	assert_int_equal(v[6].is, VALUE_IS_NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_are_within_a_thousandth_of_the_sorted_values),
		cmocka_unit_test(the_median_of_two_is_the_first),
		cmocka_unit_test(a_quantile_is_never_above_the_maximum),
		cmocka_unit_test(a_bucket_may_be_added_to_in_parts),
		cmocka_unit_test(ranks_of_huge_counts_do_not_overflow),
		cmocka_unit_test(nothing_has_neither_mean_nor_quantiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
