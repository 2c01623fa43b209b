#include "base/find.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/test.h"

static size_t
find(const char *text, const char *in)
{
	struct find f;

	find_init(&f, str_from(text));
	return find_next(&f, str_from(in), 0);
}

TEST(a_text_is_found_in_either_case)
{
	assert_int_equal(find("example", "an Example"), 3);
	assert_int_equal(find("EXAMPLE", "an example"), 3);
	assert_int_equal(find("a@b", "x a@B"), 2);
}

TEST(what_is_no_letter_has_no_case)
{
	/* '@' and '`', '[' and '{' differ by the same bit as 'A' and 'a'. */
	assert_int_equal(find("a@b", "a`b a@b"), 4);
	assert_int_equal(find("[1]", "{1} [1]"), 4);
	assert_int_equal(find("\x01z", "!z \x01z"), 3);
}

TEST(a_text_that_is_not_there_is_at_the_end)
{
	assert_int_equal(find("abc", "ab"), 2);
	assert_int_equal(find("abc", ""), 0);
	assert_int_equal(find("abc", "ababab"), 6);
}

TEST(the_search_goes_on_from_any_place)
{
	struct find f;
	struct str s = STR("ab..ab..ab");

	find_init(&f, STR("ab"));
	assert_int_equal(find_next(&f, s, 0), 0);
	assert_int_equal(find_next(&f, s, 1), 4);
	assert_int_equal(find_next(&f, s, 5), 8);
	assert_int_equal(find_next(&f, s, 9), 10);
	assert_int_equal(find_next(&f, s, 10), 10);
}

/* Every length and place around the 64 that are compared at once. */
TEST(it_finds_what_a_plain_search_finds)
{
	static const char alphabet[] = "aAbB.@\n ";
	char text[300], needle[8];

	srand(1);
	for (int round = 0; round < 20000; round++) {
		struct str s = { text, (size_t)rand() % sizeof(text) };
		struct str n = { needle, 2 + (size_t)rand() % 5 };
		size_t from = s.n ? (size_t)rand() % s.n : 0;
		struct find f;
		size_t should;

		for (size_t i = 0; i < s.n; i++)
			text[i] = alphabet[rand() % 8];
		for (size_t i = 0; i < n.n; i++)
			needle[i] = alphabet[rand() % 8];
		find_init(&f, n);
		should = from + str_find_nocase(str_skip(s, from), n);
		assert_int_equal(find_next(&f, s, from), should);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_found_in_either_case),
		cmocka_unit_test(what_is_no_letter_has_no_case),
		cmocka_unit_test(a_text_that_is_not_there_is_at_the_end),
		cmocka_unit_test(the_search_goes_on_from_any_place),
		cmocka_unit_test(it_finds_what_a_plain_search_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
