#include "report/sec_names.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/test.h"

TEST(names_stand_most_frequent_first_and_equal_ones_in_byte_order)
{
	struct names n;
	struct arena a = { 0 };

	names_init(&n);
	names_add(&n, STR("row"), STR("b"), 2);
	names_add(&n, STR("other"), STR("z"), 9);
	names_add(&n, STR("row"), STR("c"), 1);
	names_add(&n, STR("row"), STR("a"), 2);
	names_add(&n, STR("row"), STR("c"), 5);
	names_sort(&n);
	assert_str(names_join(&n, STR("row"), &a), "c, a, b");
	assert_str(names_join(&n, STR("other"), &a), "z");
	assert_int_equal(names_count(&n, STR("row")), 3);
	names_clear(&n);
	arena_clear(&a);
}

TEST(a_row_without_names_has_an_empty_text)
{
	struct names n;
	struct arena a = { 0 };

	names_init(&n);
	names_sort(&n);
	assert_str(names_join(&n, STR("row"), &a), "");
	assert_int_equal(names_count(&n, STR("row")), 0);
	names_clear(&n);
	arena_clear(&a);
}

TEST(of_many_names_only_the_first_are_shown)
{
	struct names n;
	struct arena a = { 0 };

	names_init(&n);
	for (int i = 0; i < 7; i++) {
		char name = (char)('a' + i);

		names_add(&n, STR("row"), str_make(&name, 1), 1);
	}
	names_sort(&n);
	assert_str(names_join(&n, STR("row"), &a), "a, b, c, d, e (2 more)");
	names_clear(&n);
	arena_clear(&a);
}

TEST(a_network_is_that_of_the_family)
{
	struct buf b = { 0 };

	assert_str(names_network(&b, STR("192.0.2.77"), 24, 64),
	    "192.0.2.0/24");
	assert_str(names_network(&b, STR("2001:db8:1:2:3::4"), 24, 64),
	    "2001:db8:1:2::/64");
	assert_str(names_network(&b, STR("192.0.2.77"), 32, 64), "192.0.2.77");
	assert_str(names_network(&b, STR("[noip!]"), 24, 64), "[noip!]");
	assert_str(names_network(&b, STR("192.0.2.77"), 32, 128),
	    "192.0.2.77");
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_stand_most_frequent_first_and_equal_ones_in_byte_order),
		cmocka_unit_test(a_row_without_names_has_an_empty_text),
		cmocka_unit_test(of_many_names_only_the_first_are_shown),
		cmocka_unit_test(a_network_is_that_of_the_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
