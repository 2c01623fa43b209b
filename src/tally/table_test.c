#include "tally/table.h"

#include <stdlib.h>

#include "base/test.h"
#include "base/when.h"

TEST(a_key_has_one_cell)
{
	struct table_cells t;
	size_t a, b;

	table_init(&t, 0);
	a = table_cell(&t, 1, 2, 3, 1);
	b = table_cell(&t, 1, 2, 3, 2);
	assert_int_not_equal(a, b);
	assert_int_equal(table_cell(&t, 1, 2, 3, 1), a);
	assert_int_equal(table_cell(&t, 1, 2, 3, 2), b);
	assert_int_equal(t.n, 2);
	table_clear(&t);
}

TEST(every_part_of_a_key_counts)
{
	struct table_cells t;

	table_init(&t, 0);
	table_cell(&t, 0, 0, 0, 0);
	table_cell(&t, 1, 0, 0, 0);
	table_cell(&t, -1, 0, 0, 0);
	table_cell(&t, 0, 1, 0, 0);
	table_cell(&t, 0, 0, 1, 0);
	table_cell(&t, 0, 0, 0, 1);
	table_cell(&t, INT32_MIN, UINT32_MAX, UINT32_MAX, 3);
	assert_int_equal(t.n, 7);
	table_clear(&t);
}

TEST(a_new_cell_holds_its_key_and_nothing_else)
{
	struct table_cells t;
	size_t i;

	table_init(&t, DIM_SUM | DIM_SEEN);
	i = table_cell(&t, -5, 6, 7, 2);
	assert_int_equal(t.cells[i].bucket, -5);
	assert_int_equal(t.cells[i].k1, 6);
	assert_int_equal(t.cells[i].k2, 7);
	assert_int_equal(t.cells[i].verdict, 2);
	assert_int_equal(t.cells[i].count, 0);
	assert_int_equal(t.sums[i].sum, 0);
	assert_int_equal(t.sums[i].n, 0);
	assert_int_equal(t.seen[i].first_ns, WHEN_NONE);
	assert_int_equal(t.seen[i].last_ns, WHEN_NONE);
	table_clear(&t);
}

TEST(what_is_not_measured_has_no_memory)
{
	struct table_cells t;

	table_init(&t, 0);
	assert_null(t.sums);
	assert_null(t.seen);
	table_clear(&t);
	table_init(&t, DIM_SUM);
	assert_non_null(t.sums);
	assert_null(t.seen);
	table_clear(&t);
}

TEST(cells_keep_their_place_and_their_numbers_as_the_table_grows)
{
	enum { MANY = 50000 };
	struct table_cells t;

	table_init(&t, DIM_SUM | DIM_SEEN);
	for (uint32_t i = 0; i < MANY; i++) {
		size_t cell = table_cell(&t, (int32_t)(i % 7), i / 7, i % 3, 0);

		assert_int_equal(cell, i);
		t.cells[cell].count = i;
		t.sums[cell].sum = -(int64_t)i;
		t.seen[cell].first_ns = i;
	}
	for (uint32_t i = MANY; i-- > 0;) {
		size_t cell = table_cell(&t, (int32_t)(i % 7), i / 7, i % 3, 0);

		assert_int_equal(cell, i);
		assert_int_equal(t.cells[cell].count, i);
		assert_int_equal(t.sums[cell].sum, -(int64_t)i);
		assert_int_equal(t.seen[cell].first_ns, i);
	}
	assert_int_equal(t.n, MANY);
	table_clear(&t);
}

TEST(keys_that_differ_in_their_high_bits_are_found_soon)
{
	struct table_cells t;

	/* With a poor hash this takes minutes. */
	table_init(&t, 0);
	for (uint32_t i = 0; i < 1 << 16; i++) {
		table_cell(&t, 0, i << 16, 0, 0);
		table_cell(&t, 0, 1, i << 16, 0);
		table_cell(&t, (int32_t)(i << 15), 2, 0, 0);
	}
	assert_int_equal(t.n, 3 << 16);
	table_clear(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_has_one_cell),
		cmocka_unit_test(every_part_of_a_key_counts),
		cmocka_unit_test(a_new_cell_holds_its_key_and_nothing_else),
		cmocka_unit_test(what_is_not_measured_has_no_memory),
		cmocka_unit_test(cells_keep_their_place_and_their_numbers_as_the_table_grows),
		cmocka_unit_test(keys_that_differ_in_their_high_bits_are_found_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
