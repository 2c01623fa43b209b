#include "base/pack.h"

#include <string.h>

#include "base/test.h"

TEST(numbers_come_back)
{
	static const uint64_t numbers[] = { 0, 1, 127, 128, 16383, 16384,
		UINT64_C(1) << 63, UINT64_MAX };
	struct buf b = { 0 };
	struct unpack u;

	for (size_t i = 0; i < 8; i++)
		pack_u64(&b, numbers[i]);
	pack_i64(&b, INT64_MIN);
	pack_i64(&b, -1);
	pack_i64(&b, INT64_MAX);
	u = unpack_begin(buf_str(&b));
	for (size_t i = 0; i < 8; i++)
		assert_true(unpack_u64(&u) == numbers[i]);
	assert_true(unpack_i64(&u) == INT64_MIN);
	assert_true(unpack_i64(&u) == -1);
	assert_true(unpack_i64(&u) == INT64_MAX);
	assert_true(u.at == u.end && !u.bad);
	buf_clear(&b);
}

TEST(absent_is_not_empty)
{
	struct buf b = { 0 };
	struct unpack u;

	pack_str(&b, str_none());
	pack_str(&b, STR(""));
	pack_str(&b, STR("a\0b"));
	u = unpack_begin(buf_str(&b));
	assert_null(unpack_str(&u).p);
	assert_non_null(unpack_str(&u).p);
	assert_true(str_eq(unpack_str(&u), STR("a\0b")));
	assert_true(u.at == u.end && !u.bad);
	buf_clear(&b);
}

TEST(what_is_cut_off_is_bad)
{
	struct buf b = { 0 };

	pack_u64(&b, 300);
	pack_str(&b, STR("hello"));
	for (size_t n = 0; n < b.n; n++) {
		struct unpack u = unpack_begin(str_make(b.p, n));

		unpack_u64(&u);
		unpack_str(&u);
		assert_true(u.bad);
	}
	buf_clear(&b);
}

TEST(no_end_and_no_count_is_believed)
{
	struct unpack u = unpack_begin(
	    STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"));

	assert_true(unpack_u64(&u) == 0 && u.bad);
	u = unpack_begin(STR("\x05" "abc"));
	assert_true(unpack_count(&u) == 0 && u.bad);
	u = unpack_begin(STR("\x03" "abc"));
	assert_true(unpack_count(&u) == 3 && !u.bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_come_back),
		cmocka_unit_test(absent_is_not_empty),
		cmocka_unit_test(what_is_cut_off_is_bad),
		cmocka_unit_test(no_end_and_no_count_is_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
