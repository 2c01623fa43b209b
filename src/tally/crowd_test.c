#include "tally/crowd.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/test.h"
#include "base/when.h"
#include "tally/tally_private.h"
#include "tally/test_tally.h"

static struct intern_entry *
name_of(struct test_tally *x, const char *text)
{
	struct intern *in = &x->tally->texts;

	return intern_of(in, intern_add(in, str_from(text)));
}

static void
add(struct test_tally *x, const char *name, enum dim_id dim, uint32_t k2,
    uint32_t verdict, int64_t s)
{
	struct cell_seen seen = {
		.first_ns = (TEST_DAY_S + s) * WHEN_SECOND,
		.last_ns = (TEST_DAY_S + s) * WHEN_SECOND };
	struct crowd_what what = { .k2 = k2, .dim = (uint16_t)dim,
		.verdict = (uint16_t)verdict };

	crowd_add(x->tally, name_of(x, name), &what, 1, &seen, STR("host"));
}

TEST(a_name_counts_apart_by_dimension_key_and_verdict)
{
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_CLIENT) | DIM_BIT(DIM_RECIPIENT) |
	    DIM_BIT(DIM_SENDER));
	add(&x, "a", DIM_RECIPIENT, 1, 0, 0);
	add(&x, "a", DIM_RECIPIENT, 2, 0, 0);
	add(&x, "a", DIM_RECIPIENT, 1, 0, 0);
	add(&x, "a", DIM_SENDER, 0, 1, 0);
	add(&x, "a", DIM_SENDER, 0, 2, 0);
	add(&x, "b", DIM_SENDER, 0, 2, 0);
	add(&x, "a", DIM_CLIENT, 0, 1, 5);
	add(&x, "a", DIM_CLIENT, 0, 1, 9);
	add(&x, "a", DIM_CLIENT, 0, 1, 7);
	test_assert_cells(&x, DIM_RECIPIENT, "a|1|0: 2\na|2|0: 1\n");
	test_assert_cells(&x, DIM_SENDER, "a||1: 1\na||2: 1\nb||2: 1\n");
	test_assert_cells(&x, DIM_CLIENT, "a||1: 3 5-9 host\n");
	test_tally_close(&x);
}

TEST(counting_goes_on_after_reading)
{
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_CLIENT) | DIM_BIT(DIM_RECIPIENT));
	add(&x, "a", DIM_CLIENT, 0, 1, 5);
	add(&x, "b", DIM_RECIPIENT, 1, 0, 0);
	test_assert_cells(&x, DIM_CLIENT, "a||1: 1 5-5 host\n");
	add(&x, "a", DIM_CLIENT, 0, 1, 3);
	add(&x, "c", DIM_RECIPIENT, 1, 0, 0);
	test_assert_cells(&x, DIM_CLIENT, "a||1: 2 3-5 host\n");
	test_assert_cells(&x, DIM_RECIPIENT, "b|1|0: 1\nc|1|0: 1\n");
	test_tally_close(&x);
}

/* So many that blocks of all sizes are made, freed and used again. */
TEST(blocks_of_all_sizes_keep_their_counts)
{
	enum { NAMES = 3000, KEYS = 40 };
	struct test_tally x;
	const struct cell *cells;
	uint64_t sum = 0;
	size_t n;

	test_tally_open(&x, DIM_BIT(DIM_CLIENT) | DIM_BIT(DIM_RECIPIENT));
	for (uint32_t key = 0; key < KEYS; key++)
		for (uint32_t i = 0; i < NAMES; i++) {
			char name[16];

			snprintf(name, sizeof(name), "n%u", i);
			if (key <= i % KEYS)
				add(&x, name, DIM_RECIPIENT, key, 0, 0);
			if (key % 8 == 0 && i % 3 == 0)
				add(&x, name, DIM_CLIENT, 0, key / 16, key);
		}
	tally_settle(x.tally);
	cells = tally_cells(x.tally, DIM_RECIPIENT, &n);
	assert_int_equal(n, NAMES / KEYS * (KEYS * (KEYS + 1) / 2));
	for (size_t i = 0; i < n; i++) {
		struct str name = tally_text(x.tally, cells[i].k1);

		assert_int_equal(cells[i].count, 1);
		assert_true(cells[i].k2 <= (uint32_t)atoi(name.p + 1) % KEYS);
	}
	cells = tally_cells(x.tally, DIM_CLIENT, &n);
	assert_int_equal(n, NAMES / 3 * 3);
	for (size_t i = 0; i < n; i++)
		sum += cells[i].count;
	assert_int_equal(sum, NAMES / 3 * 5);
	test_tally_close(&x);
}

/* One name with more counts than a block holds: they go on in the table. */
TEST(a_name_may_have_any_number_of_counts)
{
	enum { KEYS = 5000 };
	struct test_tally x;
	const struct cell *cells;
	size_t n;

	test_tally_open(&x, DIM_BIT(DIM_CLIENT_LIST));
	for (int round = 0; round < 2; round++)
		for (uint32_t key = 0; key < KEYS; key++) {
			char list[24];
			struct intern *in = &x.tally->texts;

			snprintf(list, sizeof(list), "list%u.test", key);
			add(&x, "192.0.2.1", DIM_CLIENT_LIST,
			    intern_add(in, str_from(list)), 0, 0);
		}
	tally_settle(x.tally);
	cells = tally_cells(x.tally, DIM_CLIENT_LIST, &n);
	assert_int_equal(n, KEYS);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(cells[i].count, 2);
	test_tally_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_counts_apart_by_dimension_key_and_verdict),
		cmocka_unit_test(counting_goes_on_after_reading),
		cmocka_unit_test(blocks_of_all_sizes_keep_their_counts),
		cmocka_unit_test(a_name_may_have_any_number_of_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
