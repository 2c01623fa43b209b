#include "base/map.h"

#include <stdbool.h>

#include "base/test.h"

static int things[4096];

TEST(an_empty_map_has_nothing)
{
	struct map m = { 0 };
	size_t at = 0;

	assert_null(map_find(&m, 0));
	assert_null(map_take(&m, 7));
	assert_null(map_next(&m, &at));
	map_clear(&m);
}

TEST(what_was_set_is_found_and_what_it_replaced_comes_back)
{
	struct map m = { 0 };

	assert_null(map_set(&m, 0, &things[0]));
	assert_null(map_set(&m, UINT64_MAX, &things[1]));
	assert_ptr_equal(map_find(&m, 0), &things[0]);
	assert_ptr_equal(map_set(&m, 0, &things[2]), &things[0]);
	assert_ptr_equal(map_find(&m, 0), &things[2]);
	assert_ptr_equal(map_find(&m, UINT64_MAX), &things[1]);
	assert_int_equal(m.n, 2);
	map_clear(&m);
}

/* Against an array, with keys that crowd the same slots. */
TEST(what_is_taken_out_leaves_the_rest_where_it_can_be_found)
{
	struct map m = { 0 };
	bool in[4096] = { false };
	uint32_t random = 1;
	size_t n = 0, seen = 0, at = 0;

	for (int step = 0; step < 200000; step++) {
		uint64_t key = (random >> 8) % (unsigned)(step % 3000 + 1);

		random = random * 1103515245 + 12345;
		if (random >> 31) {
			void *before = map_set(&m, key * 64, &things[key]);

			assert_ptr_equal(before, in[key] ? &things[key] : NULL);
			n += !in[key];
			in[key] = true;
		} else {
			void *taken = map_take(&m, key * 64);

			assert_ptr_equal(taken, in[key] ? &things[key] : NULL);
			n -= in[key];
			in[key] = false;
		}
		assert_int_equal(m.n, n);
	}
	for (uint64_t key = 0; key < 4096; key++)
		assert_ptr_equal(map_find(&m, key * 64),
		    in[key] ? &things[key] : NULL);
	while (map_next(&m, &at))
		seen++;
	assert_int_equal(seen, n);
	map_clear(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_map_has_nothing),
		cmocka_unit_test(
		    what_was_set_is_found_and_what_it_replaced_comes_back),
		cmocka_unit_test(
		    what_is_taken_out_leaves_the_rest_where_it_can_be_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
