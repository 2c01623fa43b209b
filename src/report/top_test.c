#include "report/top.h"

#include <stdlib.h>

#include "base/test.h"

static int
by_number(const void *ctx, uint32_t a, uint32_t b)
{
	const int *numbers = ctx;

	if (numbers[a] != numbers[b])
		return numbers[a] < numbers[b] ? -1 : 1;
	return a < b ? -1 : 1;
}

static void
assert_top(const int *numbers, uint32_t n, size_t most, const uint32_t *wanted,
    size_t n_wanted)
{
	struct top t;

	top_init(&t, most, by_number, numbers);
	for (uint32_t i = 0; i < n; i++)
		top_offer(&t, i);
	top_finish(&t);
	assert_int_equal(t.n, n_wanted);
	for (size_t i = 0; i < n_wanted; i++)
		assert_int_equal(t.items[i], wanted[i]);
	top_clear(&t);
}

TEST(the_first_few_come_in_order)
{
	static const int numbers[] = { 5, 3, 9, 1, 7, 3 };

	assert_top(numbers, 6, 3, (const uint32_t[]){ 3, 1, 5 }, 3);
	assert_top(numbers, 6, 1, (const uint32_t[]){ 3 }, 1);
}

TEST(fewer_than_wanted_are_all)
{
	static const int numbers[] = { 2, 1 };

	assert_top(numbers, 2, 10, (const uint32_t[]){ 1, 0 }, 2);
	assert_top(numbers, 0, 10, NULL, 0);
}

TEST(none_wanted_is_none)
{
	static const int numbers[] = { 2, 1 };

	assert_top(numbers, 2, 0, NULL, 0);
}

static int
int_order(const void *a, const void *b)
{
	return (*(const int *)a > *(const int *)b) -
	    (*(const int *)a < *(const int *)b);
}

TEST(they_are_what_sorting_gives)
{
	enum { N = 2000 };
	static int numbers[N], sorted[N];

	srand(1);
	for (int i = 0; i < N; i++)
		sorted[i] = numbers[i] = rand() % 500;
	qsort(sorted, N, sizeof(sorted[0]), int_order);
	for (size_t most = 1; most <= N; most += 333) {
		struct top t;

		top_init(&t, most, by_number, numbers);
		for (uint32_t i = 0; i < N; i++)
			top_offer(&t, i);
		top_finish(&t);
		assert_int_equal(t.n, most);
		for (size_t i = 0; i < most; i++)
			assert_int_equal(numbers[t.items[i]], sorted[i]);
		top_clear(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_few_come_in_order),
		cmocka_unit_test(fewer_than_wanted_are_all),
		cmocka_unit_test(none_wanted_is_none),
		cmocka_unit_test(they_are_what_sorting_gives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
