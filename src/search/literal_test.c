#include "search/literal.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/test.h"
#include "search/pattern.h"

static void
assert_word(const char *pattern, const char *should)
{
	struct buf b = { 0 };
	struct str word = literal_required(&b, str_from(pattern), false);

	assert_str(word, should);
	buf_clear(&b);
}

TEST(a_plain_text_is_required_as_it_is)
{
	assert_word("user@example", "user@example");
	assert_word("user@example\\.org", "user@example.org");
	assert_word("a\\[b\\]c", "a[b]c");
}

TEST(of_a_text_with_blanks_the_longest_word_is_taken)
{
	assert_word("denied by spamassassin", "spamassassin");
	assert_word("too long\\ aword", "aword");
}

TEST(what_may_be_missing_is_not_required)
{
	assert_word("abcd?efgh", "efgh");
	assert_word("abcdx*", "abcd");
	assert_word("abcd{0,2}xy", "abc");
	assert_word("abcd{2}xy", "abcd");
	assert_word("abcd+xy", "abcd");
	assert_word("abcd+?xyz", "abcd");
	assert_word("abcd{,x}y", "abcd{,x}y");
	assert_word("abcde{0}{2}fgh", "");
}

TEST(groups_classes_and_anchors_are_passed_over)
{
	assert_word("^abc[^]x[:alpha:]\\]]defg$", "defg");
	assert_word("user@(com|org)", "user@");
	assert_word("(?:x|y(z))abcd", "abcd");
	assert_word("abc(def", "");
	assert_word("\\babc\\d+defg\\s", "defg");
	assert_word("<user.*queued", "queued");
}

TEST(before_what_is_not_understood_it_gives_up)
{
	assert_word("abcd|efgh", "");
	assert_word("(?i)abcd", "");
	assert_word("abcd(?!x)", "");
	assert_word("(*UTF)abcd", "");
	assert_word("abcd\\Qx\\E", "");
	assert_word("(a)abcd\\1", "");
	assert_word("abcd\\x41", "");
	assert_word("ab", "");
	assert_word("", "");
}

TEST(a_fixed_text_is_no_expression)
{
	struct buf b = { 0 };

	assert_str(literal_required(&b, STR("a.b|c*"), true), "a.b|c*");
	buf_clear(&b);
}

TEST(words_of_our_own_lines_prove_nothing)
{
	assert_true(literal_may_be_ours(STR("TOO-many")));
	assert_true(literal_may_be_ours(STR("from-ip")));
	assert_true(literal_may_be_ours(STR("4/30")));
	assert_true(literal_may_be_ours(STR("40>=40")));
	assert_true(literal_may_be_ours(STR("1.566")));
	assert_true(literal_may_be_ours(STR("500")));
	assert_true(literal_may_be_ours(STR("refused")));
	assert_false(literal_may_be_ours(STR("192.0.2.7")));
	assert_false(literal_may_be_ours(STR("28545")));
	assert_false(literal_may_be_ours(STR("a@b")));
}

/* Random patterns: wherever one matches, the word is there. */
TEST(every_match_has_the_word)
{
	static const char *const parts[] = { "a", "b", "ab", "B", ".", "(a|b)",
		"[ab]", "[^a]", "a?", "b*", "(?:ab)", "a{2}", "b{0,1}", " ",
		"\\w", "^", "$", "(ab)?", "a+?", "ba" };
	unsigned matched = 0;

	srand(7);
	for (int round = 0; round < 20000; round++) {
		struct buf pattern = { 0 }, scratch = { 0 };
		char text[12];
		struct str subject = { text, 1 + (size_t)rand() % 11 };
		struct str word;
		struct pattern *p;

		for (int i = 0, n = 1 + rand() % 6; i < n; i++) {
			const char *part = parts[rand() % 20];

			buf_add(&pattern, part, strlen(part));
		}
		for (size_t i = 0; i < subject.n; i++)
			text[i] = "abAB "[rand() % 5];
		if (pattern_new(&p, pattern.p, false, NULL) == 0) {
			word = literal_required(&scratch, buf_str(&pattern),
			    false);
			if (word.p && pattern_match(p, subject)) {
				matched++;
				assert_true(str_find_nocase(subject, word) <
				    subject.n);
			}
			pattern_free(&p);
		}
		buf_clear(&pattern);
		buf_clear(&scratch);
	}
	assert_true(matched > 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_text_is_required_as_it_is),
		cmocka_unit_test(
		    of_a_text_with_blanks_the_longest_word_is_taken),
		cmocka_unit_test(what_may_be_missing_is_not_required),
		cmocka_unit_test(groups_classes_and_anchors_are_passed_over),
		cmocka_unit_test(before_what_is_not_understood_it_gives_up),
		cmocka_unit_test(a_fixed_text_is_no_expression),
		cmocka_unit_test(words_of_our_own_lines_prove_nothing),
		cmocka_unit_test(every_match_has_the_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
