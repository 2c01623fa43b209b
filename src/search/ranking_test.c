#include "search/ranking.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/test.h"

/* Adds "key:number" for each key and says what comes out. */
static void
assert_order(const int64_t *keys, size_t n, uint64_t limit, bool reverse,
    const char *should)
{
	struct buf got = { 0 };
	struct ranking r;

	ranking_init(&r, limit, reverse);
	for (size_t i = 0; i < n; i++) {
		char text[32];

		snprintf(text, sizeof(text), "%c", (char)('a' + i));
		ranking_add(&r, keys[i], str_from(text));
	}
	for (size_t i = 0, all = ranking_sort(&r); i < all; i++)
		buf_add_str(&got, ranking_get(&r, i));
	assert_str(buf_str(&got), should);
	buf_clear(&got);
	ranking_clear(&r);
}

TEST(the_smallest_comes_first_and_equal_ones_as_they_came)
{
	const int64_t keys[] = { 3, 1, 2, 1, 3 };

	assert_order(keys, 5, 0, false, "bdcae");
	assert_order(keys, 5, 0, true, "eacdb");
}

TEST(what_has_no_key_comes_last_in_either_order)
{
	const int64_t keys[] = { RANKING_NO_KEY, 2, RANKING_NO_KEY, 1 };

	assert_order(keys, 4, 0, false, "dbac");
	assert_order(keys, 4, 0, true, "bdca");
	assert_order(keys, 4, 3, false, "dba");
}

TEST(a_limit_keeps_the_first_of_the_order)
{
	const int64_t keys[] = { 5, 4, 3, 2, 1 };

	assert_order(keys, 5, 2, false, "ed");
	assert_order(keys, 5, 2, true, "ab");
	assert_order(keys, 0, 2, true, "");
}

TEST(a_limit_bounds_what_is_kept)
{
	struct ranking r;

	ranking_init(&r, 3, false);
	for (int i = 100000; i > 0; i--)
		ranking_add(&r, i, STR("x"));
	assert_true(r.n < 5000);
	assert_int_equal(ranking_sort(&r), 3);
	ranking_clear(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_smallest_comes_first_and_equal_ones_as_they_came),
		cmocka_unit_test(what_has_no_key_comes_last_in_either_order),
		cmocka_unit_test(a_limit_keeps_the_first_of_the_order),
		cmocka_unit_test(a_limit_bounds_what_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
