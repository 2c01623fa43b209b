#include "base/buf.h"

#include <string.h>

#include "base/test.h"

TEST(an_untouched_buffer_is_an_empty_slice_that_is_there)
{
	struct buf b = { 0 };

	assert_non_null(buf_str(&b).p);
	assert_int_equal(buf_str(&b).n, 0);
	buf_reset(&b);
	buf_clear(&b);
}

TEST(what_is_added_stands_in_order_with_a_nul_behind_it)
{
	struct buf b = { 0 };

	buf_add(&b, "from=", 5);
	buf_add_char(&b, '<');
	buf_add_str(&b, STR("a@example.org"));
	buf_add_repeated(&b, '>', 3);
	assert_str(buf_str(&b), "from=<a@example.org>>>");
	assert_int_equal(b.p[b.n], '\0');
	buf_clear(&b);
}

TEST(adding_nothing_still_gives_a_c_string)
{
	struct buf b = { 0 };

	buf_add_str(&b, str_none());
	assert_string_equal(b.p, "");
	buf_add_repeated(&b, 'x', 0);
	assert_string_equal(b.p, "");
	buf_clear(&b);
}

TEST(a_nul_byte_counts_like_any_other)
{
	struct buf b = { 0 };

	buf_add_char(&b, '\0');
	buf_add_char(&b, 'x');
	assert_int_equal(b.n, 2);
	buf_clear(&b);
}

TEST(printf_appends)
{
	struct buf b = { 0 };

	buf_printf(&b, "%d", 1);
	buf_printf(&b, ", %s", "two");
	assert_string_equal(b.p, "1, two");
	buf_clear(&b);
}

TEST(printf_finds_room_whatever_the_length)
{
	struct buf b = { 0 };

	for (int n = 0; n < 300; n++) {
		buf_reset(&b);
		buf_printf(&b, "%*s|", n, "");
		assert_int_equal(b.n, n + 1);
		assert_int_equal(b.p[n], '|');
		assert_int_equal(b.p[n + 1], '\0');
		if (n % 50 == 0)
			buf_clear(&b);
	}
	buf_clear(&b);
}

TEST(reserve_gives_room_and_changes_nothing)
{
	struct buf b = { 0 };
	char *to;

	buf_add(&b, "ab", 2);
	to = buf_reserve(&b, 1000);
	assert_int_equal(b.n, 2);
	assert_ptr_equal(to, b.p + 2);
	memset(to, 'x', 1000);
	b.n += 1000;
	buf_add_char(&b, 'y');
	assert_int_equal(b.n, 1003);
	assert_memory_equal(b.p, "abx", 3);
	buf_clear(&b);
}

TEST(reset_keeps_the_memory_for_the_next_use)
{
	struct buf b = { 0 };
	size_t cap;

	buf_add_repeated(&b, 'x', 5000);
	cap = b.cap;
	buf_reset(&b);
	assert_string_equal(b.p, "");
	assert_int_equal(b.n, 0);
	assert_int_equal(b.cap, cap);
	buf_clear(&b);
}

TEST(clear_gives_it_back_and_leaves_a_usable_buffer)
{
	struct buf b = { 0 };

	buf_add_char(&b, 'x');
	buf_clear(&b);
	assert_null(b.p);
	assert_int_equal(b.cap, 0);
	buf_add_char(&b, 'y');
	assert_string_equal(b.p, "y");
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_untouched_buffer_is_an_empty_slice_that_is_there),
		cmocka_unit_test(what_is_added_stands_in_order_with_a_nul_behind_it),
		cmocka_unit_test(adding_nothing_still_gives_a_c_string),
		cmocka_unit_test(a_nul_byte_counts_like_any_other),
		cmocka_unit_test(printf_appends),
		cmocka_unit_test(printf_finds_room_whatever_the_length),
		cmocka_unit_test(reserve_gives_room_and_changes_nothing),
		cmocka_unit_test(reset_keeps_the_memory_for_the_next_use),
		cmocka_unit_test(clear_gives_it_back_and_leaves_a_usable_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
