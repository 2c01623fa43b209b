#include "base/str.h"

#include <stdlib.h>

#include "base/test.h"

TEST(a_slice_is_equal_to_the_same_bytes_elsewhere)
{
	char copy[] = "queue";

	assert_true(str_eq(STR("queue"), str_from(copy)));
	assert_false(str_eq(STR("queue"), STR("queued")));
	assert_false(str_eq(STR("queue"), STR("Queue")));
}

TEST(an_absent_slice_is_as_empty_as_an_empty_one)
{
	assert_true(str_eq(str_none(), STR("")));
	assert_null(str_none().p);
	assert_non_null(STR("").p);
}

TEST(a_nul_byte_is_a_byte_like_any_other)
{
	assert_int_equal(STR("a\0b").n, 3);
	assert_false(str_eq(STR("a\0b"), STR("a\0c")));
	assert_int_equal(str_find(STR("a\0b"), STR("b")), 2);
}

TEST(a_slice_stands_before_its_own_extensions)
{
	assert_true(str_cmp(STR("ab"), STR("abc")) < 0);
	assert_true(str_cmp(STR("abc"), STR("ab")) > 0);
	assert_int_equal(str_cmp(STR("ab"), STR("ab")), 0);
	assert_true(str_cmp(str_none(), STR("a")) < 0);
}

TEST(order_is_that_of_unsigned_bytes)
{
	assert_true(str_cmp(STR("z"), STR("\xc3\xa4")) < 0);
}

TEST(every_slice_starts_and_ends_with_the_empty_one)
{
	assert_true(str_starts(STR("abc"), STR("")));
	assert_true(str_ends(STR("abc"), STR("")));
	assert_true(str_starts(str_none(), str_none()));
	assert_true(str_ends(str_none(), str_none()));
}

TEST(a_head_longer_than_the_slice_is_not_its_start)
{
	assert_false(str_starts(STR("ab"), STR("abc")));
	assert_false(str_ends(STR("bc"), STR("abc")));
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_true(str_ends(STR("abc"), STR("bc")));
}

TEST(skip_and_head_take_a_slice_apart)
{
	assert_str(str_skip(STR("status=sent"), 7), "sent");
	assert_str(str_head(STR("status=sent"), 6), "status");
	assert_str(str_head(STR("ab"), 5), "ab");
	assert_null(str_skip(str_none(), 0).p);
}

TEST(index_of_a_missing_byte_is_the_length)
{
	assert_int_equal(str_index(STR("a=b=c"), '='), 1);
	assert_int_equal(str_index(STR("abc"), '='), 3);
	assert_int_equal(str_index(str_none(), '='), 0);
}

TEST(nocase_folds_ascii_letters_only)
{
	assert_true(str_eq_nocase(STR("MAIL.Example"), STR("mail.eXAMPLE")));
	assert_false(str_eq_nocase(STR("@"), STR("`")));
	assert_false(str_eq_nocase(STR("["), STR("{")));
	assert_false(str_eq_nocase(STR("\xc4"), STR("\xe4")));
}

TEST(nocase_end_of_a_host_name)
{
	assert_true(str_ends_nocase(STR("mx.Example.ORG"), STR(".example.org")));
	assert_false(str_ends_nocase(STR("org"), STR("example.org")));
	assert_true(str_ends_nocase(STR("org"), STR("")));
}

TEST(find_gives_the_first_place)
{
	assert_int_equal(str_find(STR("to=<a>, to=<b>"), STR("to=<")), 0);
	assert_int_equal(str_find(STR("x, to=<b>"), STR("to=<")), 3);
	assert_int_equal(str_find(STR("ab"), STR("b")), 1);
}

TEST(find_of_what_is_not_there_is_the_length)
{
	assert_int_equal(str_find(STR("abc"), STR("abd")), 3);
	assert_int_equal(str_find(STR("abc"), STR("abcd")), 3);
	assert_int_equal(str_find(str_none(), STR("a")), 0);
	assert_int_equal(str_find_nocase(STR("abc"), STR("abd")), 3);
	assert_int_equal(str_find_nocase(STR("abc"), STR("abcd")), 3);
}

TEST(an_empty_needle_is_found_at_0)
{
	assert_int_equal(str_find(STR("abc"), STR("")), 0);
	assert_int_equal(str_find(str_none(), str_none()), 0);
	assert_int_equal(str_find_nocase(STR("abc"), STR("")), 0);
}

TEST(find_nocase_looks_at_both_cases_of_both_sides)
{
	assert_int_equal(str_find_nocase(STR("Connection TIMED out"),
	    STR("timed OUT")), 11);
	assert_int_equal(str_find_nocase(STR("aaAAb"), STR("AAB")), 2);
	assert_int_equal(str_find_nocase(STR("xA"), STR("a")), 1);
}

TEST(trim_takes_blanks_and_line_ends_off_both_ends_only)
{
	assert_str(str_trim(STR(" \t a b\r\n")), "a b");
	assert_str(str_trim(STR(" \t\r\n")), "");
	assert_str(str_trim(str_none()), "");
	assert_str(str_trim(STR("\va\v")), "\va\v");
}

TEST(cut_walks_through_all_parts_empty_ones_too)
{
	struct str rest = STR("a,,b,"), part;

	assert_true(str_cut(&rest, ',', &part));
	assert_str(part, "a");
	assert_true(str_cut(&rest, ',', &part));
	assert_str(part, "");
	assert_true(str_cut(&rest, ',', &part));
	assert_str(part, "b");
	assert_true(str_cut(&rest, ',', &part));
	assert_str(part, "");
	assert_false(str_cut(&rest, ',', &part));
	assert_null(part.p);
}

TEST(cut_of_the_empty_slice_is_one_empty_part)
{
	struct str rest = STR(""), part;

	assert_true(str_cut(&rest, ',', &part));
	assert_non_null(part.p);
	assert_int_equal(part.n, 0);
	assert_false(str_cut(&rest, ',', &part));
}

TEST(cut_of_the_absent_slice_is_no_part)
{
	struct str rest = str_none(), part = STR("x");

	assert_false(str_cut(&rest, ',', &part));
	assert_null(part.p);
}

TEST(a_search_never_reads_behind_the_slice)
{
	/* Exactly as large as the text, so that a sanitizer sees it. */
	char *text = malloc(4);

	assert_non_null(text);
	memcpy(text, "abca", 4);
	assert_int_equal(str_find(str_make(text, 4), STR("ab")), 0);
	assert_int_equal(str_find_nocase(str_make(text, 4), STR("AX")), 4);
	assert_int_equal(str_find_nocase(str_make(text + 3, 1), STR("AB")), 1);
	free(text);
}

/* Against the plain definition, for all lengths around the width of a step. */
TEST(searches_find_the_first_place_in_texts_of_any_length)
{
	char text[80];

	srand(7);
	for (int round = 0; round < 20000; round++) {
		size_t n = (size_t)(rand() % 70), m = (size_t)(rand() % 5);
		struct str s = str_make(text, n), needle;
		size_t want = n, want_nocase = n;

		for (size_t i = 0; i < n; i++)
			text[i] = "abABxy"[rand() % 6];
		for (size_t i = 0; i < m; i++)
			text[70 + i] = "abAB"[rand() % 4];
		needle = str_make(text + 70, m);
		for (size_t i = n + 1; i-- > 0;) {
			if (i + m > n)
				continue;
			if (memcmp(text + i, needle.p, m) == 0)
				want = i;
			if (str_eq_nocase(str_make(text + i, m), needle))
				want_nocase = i;
		}
		assert_int_equal(str_find(s, needle), want);
		assert_int_equal(str_find_nocase(s, needle), want_nocase);
	}
}

TEST(the_first_upper_case_letter_is_found_at_any_place)
{
	char text[64];

	memset(text, '[', sizeof(text)); /* behind Z */
	text[3] = '@';			 /* before A */
	text[4] = (char)0xc4;
	for (size_t n = 0; n < sizeof(text); n++) {
		assert_int_equal(str_upper(str_make(text, n)), n);
		for (size_t i = 0; i < n; i++) {
			char was = text[i];

			text[i] = i % 2 ? 'A' : 'Z';
			assert_int_equal(str_upper(str_make(text, n)), i);
			text[i] = was;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slice_is_equal_to_the_same_bytes_elsewhere),
		cmocka_unit_test(an_absent_slice_is_as_empty_as_an_empty_one),
		cmocka_unit_test(a_nul_byte_is_a_byte_like_any_other),
		cmocka_unit_test(a_slice_stands_before_its_own_extensions),
		cmocka_unit_test(order_is_that_of_unsigned_bytes),
		cmocka_unit_test(every_slice_starts_and_ends_with_the_empty_one),
		cmocka_unit_test(a_head_longer_than_the_slice_is_not_its_start),
		cmocka_unit_test(skip_and_head_take_a_slice_apart),
		cmocka_unit_test(index_of_a_missing_byte_is_the_length),
		cmocka_unit_test(nocase_folds_ascii_letters_only),
		cmocka_unit_test(nocase_end_of_a_host_name),
		cmocka_unit_test(find_gives_the_first_place),
		cmocka_unit_test(find_of_what_is_not_there_is_the_length),
		cmocka_unit_test(an_empty_needle_is_found_at_0),
		cmocka_unit_test(find_nocase_looks_at_both_cases_of_both_sides),
		cmocka_unit_test(trim_takes_blanks_and_line_ends_off_both_ends_only),
		cmocka_unit_test(cut_walks_through_all_parts_empty_ones_too),
		cmocka_unit_test(cut_of_the_empty_slice_is_one_empty_part),
		cmocka_unit_test(cut_of_the_absent_slice_is_no_part),
		cmocka_unit_test(a_search_never_reads_behind_the_slice),
		cmocka_unit_test(searches_find_the_first_place_in_texts_of_any_length),
		cmocka_unit_test(the_first_upper_case_letter_is_found_at_any_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
