/* best_test.c - the first rows of many are those that sorting all would give. */
#include "report/best.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/test.h"

#define ROWS 1000

static int
by_count(const void *a, const void *b)
{
	const struct league_row *x = a, *y = b;

	if (x->count[0] != y->count[0])
		return x->count[0] > y->count[0] ? -1 : 1;
	return str_cmp(x->label, y->label);
}

/* Few counts, so that most rows tie; each label once, in no order. */
static struct league_row
row_of(size_t i, char label[8])
{
	struct league_row row = league_row_empty();

	snprintf(label, 8, "%03zu", i * 617 % ROWS);
	row.label = str_from(label);
	row.count[0] = i * 31 % 7;
	row.sum = (int64_t)i;
	row.last_ns = (int64_t)(i * 7919 % ROWS);
	return row;
}

static void
check(size_t top)
{
	struct league_row all[ROWS], rest = league_row_empty(), total;
	char labels[ROWS][8];
	struct best x;

	best_init(&x, by_count, top);
	for (size_t i = 0; i < ROWS; i++) {
		struct league_row row = row_of(i, labels[i]);

		all[i] = row;
		row.label = str_none();
		if (!best_wants(&x, &row))
			continue;
		row.label = all[i].label;
		best_add(&x, &row);
	}
	best_sort(&x);
	qsort(all, ROWS, sizeof(all[0]), by_count);
	assert_int_equal(x.n, top == 0 || top > ROWS ? ROWS : top);
	for (size_t i = 0; i < ROWS; i++) {
		if (i >= x.n) {
			league_row_add(&rest, &all[i]);
			continue;
		}
		assert_int_equal(by_count(&x.rows[i], &all[i]), 0);
		assert_int_equal(x.rows[i].sum, all[i].sum);
	}
	assert_int_equal(x.n_others, ROWS - x.n);
	assert_int_equal(x.others.sum, rest.sum);
	assert_int_equal(x.others.count[0], rest.count[0]);
	assert_int_equal(x.others.last_ns, rest.last_ns);
	total = best_total(&x);
	assert_int_equal(total.sum, ROWS * (ROWS - 1) / 2);
	assert_int_equal(total.last_ns, ROWS - 1);
	best_clear(&x);
}

TEST(the_first_rows_are_kept_and_the_others_summed)
{
	static const size_t tops[] = { 0, 1, 2, 20, 499, ROWS - 1, ROWS,
		ROWS + 1 };

	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++)
		check(tops[i]);
}

TEST(others_are_named_by_their_number)
{
	struct best x;
	char label[8];

	best_init(&x, by_count, 1);
	for (size_t i = 0; i < 3; i++) {
		struct league_row row = row_of(i, label);

		if (best_wants(&x, &row))
			best_add(&x, &row);
	}
	best_sort(&x);
	assert_true(str_eq(x.others.label, STR("(2 others)")));
	best_clear(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_rows_are_kept_and_the_others_summed),
		cmocka_unit_test(others_are_named_by_their_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
