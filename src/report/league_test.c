#include "report/league.h"

#include <stdio.h>

#include "base/test.h"
#include "base/when.h"

static void
count(struct league *l, const char *label, uint64_t first, uint64_t second)
{
	struct league_row *row = league_get(l, str_from(label), str_none());

	row->count[0] += first;
	row->count[1] += second;
}

TEST(a_row_is_made_once)
{
	struct league l;

	league_init(&l);
	count(&l, "a", 1, 0);
	count(&l, "b", 2, 0);
	count(&l, "a", 3, 0);
	assert_int_equal(l.n, 2);
	assert_int_equal(l.rows[0].count[0], 4);
	assert_int_equal(l.rows[0].index, 0);
	assert_null(l.rows[0].second.p);
	assert_int_equal(l.rows[0].max, INT64_MIN);
	assert_int_equal(l.rows[0].first_ns, WHEN_NONE);
	league_clear(&l);
}

TEST(the_second_label_is_part_of_the_key)
{
	struct league l;

	league_init(&l);
	league_get(&l, STR("a"), STR("x"))->count[0] = 1;
	league_get(&l, STR("a"), STR("y"))->count[0] = 2;
	league_get(&l, STR("x"), STR("a"))->count[0] = 3;
	assert_int_equal(l.n, 3);
	assert_int_equal(league_get(&l, STR("a"), STR("y"))->count[0], 2);
	league_clear(&l);
}

TEST(thousands_of_labels_are_found_again)
{
	struct league l;
	char label[32];

	league_init(&l);
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < 5000; i++) {
			snprintf(label, sizeof(label), "label%d", i);
			count(&l, label, 1, 0);
		}
	}
	assert_int_equal(l.n, 5000);
	for (size_t i = 0; i < l.n; i++)
		assert_int_equal(l.rows[i].count[0], 2);
	league_clear(&l);
}

TEST(order_is_primary_then_secondary_then_bytes)
{
	struct league l;

	league_init(&l);
	count(&l, "b", 1, 9);
	count(&l, "a", 1, 9);
	count(&l, "A", 1, 9);
	count(&l, "z", 1, 10);
	count(&l, "few", 0, 99);
	count(&l, "many", 5, 0);
	league_sort(&l, 0, 1);
	assert_str(l.rows[0].label, "many");
	assert_str(l.rows[1].label, "z");
	assert_str(l.rows[2].label, "A");
	assert_str(l.rows[3].label, "a");
	assert_str(l.rows[4].label, "b");
	assert_str(l.rows[5].label, "few");
	league_sort(&l, 0, -1);
	assert_str(l.rows[1].label, "A");
	assert_str(l.rows[4].label, "z");
	league_clear(&l);
}

TEST(a_sorted_league_still_finds_its_rows)
{
	struct league l;

	league_init(&l);
	count(&l, "b", 1, 0);
	count(&l, "a", 2, 0);
	league_sort(&l, 0, -1);
	count(&l, "b", 5, 0);
	count(&l, "c", 1, 0);
	assert_int_equal(l.n, 3);
	assert_int_equal(l.rows[1].count[0], 6);
	league_sort_by_label(&l);
	assert_str(l.rows[0].label, "a");
	assert_str(l.rows[2].label, "c");
	league_clear(&l);
}

TEST(what_is_cut_off_is_summed)
{
	struct league l;
	struct league_row others;

	league_init(&l);
	count(&l, "a", 4, 1);
	count(&l, "b", 3, 2);
	count(&l, "c", 2, 3);
	league_see(league_get(&l, STR("b"), str_none()), 10, 20);
	league_see(league_get(&l, STR("c"), str_none()), 5, 7);
	league_sort(&l, 0, -1);
	assert_int_equal(league_cut(&l, 1, &others), 1);
	assert_str(others.label, "(2 others)");
	assert_int_equal(others.count[0], 5);
	assert_int_equal(others.count[1], 5);
	assert_int_equal(others.first_ns, 5);
	assert_int_equal(others.last_ns, 20);
	assert_int_equal(league_total(&l).count[0], 9);
	league_clear(&l);
}

TEST(nothing_is_cut_off_without_need)
{
	struct league l;
	struct league_row others;

	league_init(&l);
	assert_int_equal(league_cut(&l, 10, &others), 0);
	count(&l, "a", 4, 1);
	count(&l, "b", 3, 2);
	assert_int_equal(league_cut(&l, 0, &others), 2);
	assert_null(others.label.p);
	assert_int_equal(league_cut(&l, 2, &others), 2);
	assert_null(others.label.p);
	assert_int_equal(league_cut(&l, 3, &others), 2);
	assert_int_equal(others.count[0], 0);
	league_clear(&l);
}

TEST(a_threshold_cuts_what_is_below_it)
{
	struct league l;
	struct league_row others;

	league_init(&l);
	count(&l, "a", 90, 0);
	count(&l, "b", 5, 0);
	count(&l, "c", 4, 0);
	count(&l, "d", 1, 0);
	league_sort(&l, 0, -1);
	assert_int_equal(league_cut_below(&l, 0, 0, 5.0, 100, &others), 2);
	assert_str(others.label, "(2 others)");
	assert_int_equal(others.count[0], 5);
	assert_int_equal(league_cut_below(&l, 1, 0, 5.0, 100, &others), 1);
	assert_int_equal(league_cut_below(&l, 0, 0, 95.0, 100, &others), 0);
	assert_str(others.label, "(4 others)");
	assert_int_equal(league_cut_below(&l, 0, 0, 0.0, 100, &others), 4);
	assert_null(others.label.p);
	league_clear(&l);
}

TEST(unknown_times_widen_nothing)
{
	struct league l;
	struct league_row *row;

	league_init(&l);
	row = league_get(&l, STR("a"), str_none());
	league_see(row, WHEN_NONE, WHEN_NONE);
	assert_int_equal(row->first_ns, WHEN_NONE);
	league_see(row, -5, 5);
	league_see(row, WHEN_NONE, WHEN_NONE);
	assert_int_equal(row->first_ns, -5);
	assert_int_equal(row->last_ns, 5);
	league_clear(&l);
}

TEST(sums_do_not_wrap)
{
	struct league l;

	league_init(&l);
	count(&l, "a", UINT64_MAX, 0);
	count(&l, "b", 1, 0);
	assert_true(league_total(&l).count[0] == UINT64_MAX);
	league_clear(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_made_once),
		cmocka_unit_test(the_second_label_is_part_of_the_key),
		cmocka_unit_test(thousands_of_labels_are_found_again),
		cmocka_unit_test(order_is_primary_then_secondary_then_bytes),
		cmocka_unit_test(a_sorted_league_still_finds_its_rows),
		cmocka_unit_test(what_is_cut_off_is_summed),
		cmocka_unit_test(nothing_is_cut_off_without_need),
		cmocka_unit_test(a_threshold_cuts_what_is_below_it),
		cmocka_unit_test(unknown_times_widen_nothing),
		cmocka_unit_test(sums_do_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
