#include "base/escaped.h"

#include "base/test.h"

static void
assert_read(struct str s, struct str expected)
{
	struct buf b = { 0 };

	assert_true(escaped_read(&b, s));
	assert_true(str_eq(buf_str(&b), expected));
	buf_clear(&b);
}

TEST(escapes_become_bytes)
{
	assert_read(STR(""), STR(""));
	assert_read(STR("plain"), STR("plain"));
	assert_read(STR("a\\x09b\\x5C\\\\\\x5c"), STR("a\tb\\\\\\"));
	assert_read(STR("\\x00\\xfF"), STR("\0\xff"));
	assert_read(STR("\\\\x41"), STR("\\x41"));
}

TEST(a_backslash_without_a_meaning_is_told)
{
	static const struct str wrong[] = {
		{ "\\", 1 }, { "a\\", 2 }, { "\\x4", 3 }, { "\\n", 2 },
		{ "\\x4g", 4 }, { "\\xg4", 4 }, { "\\X41", 4 },
	};
	struct buf b = { 0 };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(escaped_read(&b, wrong[i]));
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_become_bytes),
		cmocka_unit_test(a_backslash_without_a_meaning_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
