#include "base/distinct.h"

#include <stdio.h>
#include <string.h>

#include "base/test.h"

TEST(different_texts_are_counted_once)
{
	struct distinct d = { 0 };
	char same[] = "a";

	assert_true(distinct_add(&d, STR("a")));
	assert_true(distinct_add(&d, STR("")));
	assert_true(distinct_add(&d, STR("ab")));
	assert_false(distinct_add(&d, str_make(same, 1)));
	assert_false(distinct_add(&d, str_none()));
	assert_true(distinct_add(&d, str_make("a\0", 2)));
	assert_int_equal(d.n, 4);
	distinct_clear(&d);
	assert_int_equal(d.n, 0);
	distinct_clear(&d);
}

TEST(it_grows)
{
	enum { N = 5000, WIDTH = 8 };
	static char texts[N][WIDTH];
	struct distinct d = { 0 };

	for (int i = 0; i < N; i++)
		snprintf(texts[i], WIDTH, "%d", i % 3000);
	for (int i = 0; i < N; i++)
		assert_true(distinct_add(&d, str_from(texts[i])) == (i < 3000));
	assert_int_equal(d.n, 3000);
	distinct_clear(&d);
}

/* In parts of all sizes, each with texts that the part before had too. */
TEST(many_at_once_are_as_one_by_one)
{
	enum { N = 2000, WIDTH = 8 };
	static char texts[N][WIDTH];
	static struct str many[N];

	for (int i = 0; i < N; i++) {
		snprintf(texts[i], WIDTH, "%d", i * i % 1237);
		many[i] = str_from(texts[i]);
	}
	for (size_t part = 1; part < 130; part += 7) {
		struct distinct all = { 0 }, one = { 0 };

		for (size_t i = 0; i < N; i += part) {
			size_t n = N - i < part ? N - i : part;

			distinct_add_many(&all, many + i, n);
			for (size_t k = i; k < i + n; k++)
				distinct_add(&one, many[k]);
			assert_int_equal(all.n, one.n);
		}
		assert_false(distinct_add(&all, STR("0")));
		assert_true(distinct_add(&all, STR("none")));
		distinct_clear(&all);
		distinct_clear(&one);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(different_texts_are_counted_once),
		cmocka_unit_test(it_grows),
		cmocka_unit_test(many_at_once_are_as_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
