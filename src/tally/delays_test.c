/* delays_test.c - distributions that grow from a few values to very many. */
#include "tally/delays.h"

#include <stdlib.h>

#include "base/test.h"
#include "tally/tally.h"

#define BUCKETS DELAYS_BUCKETS

/* Counts by bucket, added up. */
static void
take(void *ctx, uint32_t bucket, uint64_t count)
{
	uint64_t *counts = ctx;

	assert_true(bucket < BUCKETS);
	counts[bucket] += count;
}

static void
assert_delays(const struct delays *d, const int64_t *values, size_t n)
{
	uint64_t *got = calloc(BUCKETS, sizeof(*got));
	uint64_t *expected = calloc(BUCKETS, sizeof(*expected));
	int64_t sum = 0, max = 0;

	for (size_t i = 0; i < n; i++) {
		expected[histogram_bucket(values[i])]++;
		sum += values[i];
		max = values[i] > max ? values[i] : max;
	}
	delays_each(d, take, got);
	assert_memory_equal(got, expected, BUCKETS * sizeof(*got));
	assert_int_equal(d->count, n);
	assert_int_equal(d->sum_ns, sum);
	assert_int_equal(d->max_ns, max);
	free(got);
	free(expected);
}

/* Of all sizes, below 2^43 ns. */
static int64_t
value_of(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (int64_t)(*seed >> 21 >> (*seed >> 16 & 31));
}

/* Each way of keeping them, and the steps between. */
static const size_t sizes[] = { 0, 1, DELAYS_FEW - 1, DELAYS_FEW,
	DELAYS_FEW + 1, 8, 9, 100, DELAYS_LIST - 1, DELAYS_LIST,
	DELAYS_LIST + 1, 3 * DELAYS_LIST };
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

TEST(all_that_is_added_is_there)
{
	int64_t values[3 * DELAYS_LIST];
	uint64_t seed = 1;

	for (size_t s = 0; s < SIZES; s++) {
		struct delays d = { 0 };

		for (size_t i = 0; i < sizes[s]; i++) {
			values[i] = value_of(&seed);
			delays_add(&d, values[i]);
		}
		assert_delays(&d, values, sizes[s]);
		delays_clear(&d);
	}
}

TEST(two_merged_are_one)
{
	int64_t values[6 * DELAYS_LIST];
	uint64_t seed = 2;

	for (size_t s = 0; s < SIZES * SIZES; s++) {
		size_t n = sizes[s % SIZES], m = sizes[s / SIZES];
		struct delays d[2] = { { 0 } };

		for (size_t i = 0; i < n + m; i++) {
			values[i] = value_of(&seed);
			delays_add(&d[i >= n], values[i]);
		}
		delays_merge(&d[0], &d[1]);
		assert_delays(&d[0], values, n + m);
		delays_clear(&d[0]);
		delays_clear(&d[1]);
	}
}

TEST(the_longest_time_has_a_bucket)
{
	const int64_t values[] = { INT64_MAX };
	struct delays d = { 0 };

	delays_add(&d, values[0]);
	assert_delays(&d, values, 1);
	delays_clear(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_added_is_there),
		cmocka_unit_test(two_merged_are_one),
		cmocka_unit_test(the_longest_time_has_a_bucket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
