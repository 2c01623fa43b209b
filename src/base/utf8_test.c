#include "base/utf8.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/test.h"
#include "base/utf8_tables.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
assert_escaped(struct str s, const char *expected)
{
	struct buf b = { 0 };

	utf8_escape(&b, s);
	assert_str(buf_str(&b), expected);
	buf_clear(&b);
}

static void
assert_escaped_ascii(struct str s, const char *expected)
{
	struct buf b = { 0 };

	utf8_escape_ascii(&b, s);
	assert_str(buf_str(&b), expected);
	buf_clear(&b);
}

static void
assert_decoded(struct str s, size_t n, uint32_t expected)
{
	uint32_t c;

	assert_int_equal(utf8_decode(s, &c), n);
	assert_int_equal(c, expected);
}

static void
assert_malformed(struct str s)
{
	uint32_t c;

	assert_int_equal(utf8_decode(s, &c), 0);
}

TEST(the_first_and_the_last_of_each_length_are_decoded)
{
	assert_decoded(STR("\0"), 1, 0);
	assert_decoded(STR("\x7f"), 1, 0x7f);
	assert_decoded(STR("\xc2\x80"), 2, 0x80);
	assert_decoded(STR("\xdf\xbf"), 2, 0x7ff);
	assert_decoded(STR("\xe0\xa0\x80"), 3, 0x800);
	assert_decoded(STR("\xed\x9f\xbf"), 3, 0xd7ff);
	assert_decoded(STR("\xee\x80\x80"), 3, 0xe000);
	assert_decoded(STR("\xef\xbf\xbf"), 3, 0xffff);
	assert_decoded(STR("\xf0\x90\x80\x80"), 4, 0x10000);
	assert_decoded(STR("\xf4\x8f\xbf\xbf"), 4, 0x10ffff);
}

TEST(only_the_first_character_is_decoded)
{
	assert_decoded(STR("ab"), 1, 'a');
	assert_decoded(STR("\xc3\xa4" "b"), 2, 0xe4);
}

TEST(overlong_forms_are_malformed)
{
	assert_malformed(STR("\xc0\x80"));
	assert_malformed(STR("\xc1\xbf"));
	assert_malformed(STR("\xe0\x9f\xbf"));
	assert_malformed(STR("\xf0\x8f\xbf\xbf"));
}

TEST(surrogates_and_what_is_above_10ffff_are_malformed)
{
	assert_malformed(STR("\xed\xa0\x80"));
	assert_malformed(STR("\xed\xbf\xbf"));
	assert_malformed(STR("\xf4\x90\x80\x80"));
	assert_malformed(STR("\xf5\x80\x80\x80"));
	assert_malformed(STR("\xff"));
}

TEST(incomplete_and_stray_bytes_are_malformed)
{
	assert_malformed(STR("\x80"));
	assert_malformed(STR("\xbf"));
	assert_malformed(STR("\xc3"));
	assert_malformed(STR("\xc3("));
	assert_malformed(STR("\xe2\x82"));
	assert_malformed(STR("\xe2\x82" "x"));
	assert_malformed(STR("\xf0\x9f\x98"));
}

/* An independent, slow encoder: RFC 3629 3 as it is drawn there. */
static size_t
encode(uint32_t c, char *to)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 63));
		to[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 63));
	to[2] = (char)(0x80 | (c >> 6 & 63));
	to[3] = (char)(0x80 | (c & 63));
	return 4;
}

TEST(every_code_point_but_surrogates_is_decoded)
{
	for (uint32_t c = 0; c <= 0x110000; c++) {
		char text[4];
		size_t n = encode(c, text);
		uint32_t got = 0;
		bool valid = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);

		if (utf8_decode(str_make(text, n), &got) != (valid ? n : 0) ||
		    (valid && got != c))
			fail_msg("U+%04X", c);
	}
}

TEST(ordinary_text_stays_as_it_is)
{
	assert_escaped(STR(""), "");
	assert_escaped(STR("from=<a@b.org> & \"x\""), "from=<a@b.org> & \"x\"");
	assert_escaped(STR("J\xc3\xbcrgen \xe2\x82\xac \xe6\x97\xa5\xe6\x9c\xac"),
	    "J\xc3\xbcrgen \xe2\x82\xac \xe6\x97\xa5\xe6\x9c\xac");
	assert_escaped(STR("\xe2\x9d\xa4\xef\xb8\x8f \xf0\x9f\x98\x80"),
	    "\xe2\x9d\xa4\xef\xb8\x8f \xf0\x9f\x98\x80");
}

TEST(control_characters_are_escaped)
{
	assert_escaped(STR("\x1b[31mred\x07"), "\\x1B[31mred\\x07");
	assert_escaped(STR("a\tb\r\nc\0d\x7f"), "a\\x09b\\x0D\\x0Ac\\x00d\\x7F");
	/* C1: CSI as one character. */
	assert_escaped(STR("\xc2\x9b" "31m"), "\\xC2\\x9B31m");
	assert_escaped(STR("\xc2\xa0"), "\xc2\xa0");
}

TEST(bytes_that_are_not_utf8_are_escaped_one_by_one)
{
	assert_escaped(STR("J\xfcrgen"), "J\\xFCrgen");
	assert_escaped(STR("\xc3"), "\\xC3");
	assert_escaped(STR("\xe2\x82"), "\\xE2\\x82");
	assert_escaped(STR("\xc3\xc3\xa4"), "\\xC3\xc3\xa4");
	assert_escaped(STR("\xed\xa0\x80"), "\\xED\\xA0\\x80");
}

TEST(what_changes_the_direction_or_shows_nothing_is_escaped)
{
	static const uint32_t codes[] = { 0xad, 0x34f, 0x61c, 0x115f, 0x180e,
		0x200b, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e,
		0x2060, 0x2064, 0x2066, 0x2069, 0x206f, 0x3164, 0xfeff, 0xffa0,
		0xfff9, 0xe0000, 0xe0041, 0xe007f, 0xe01ef };

	for (size_t i = 0; i < COUNT(codes); i++) {
		char text[4];
		size_t n = encode(codes[i], text);
		struct buf b = { 0 };

		utf8_escape(&b, str_make(text, n));
		assert_int_equal(b.n, 4 * n);
		buf_clear(&b);
	}
	assert_escaped(STR("a\xe2\x80\xae" "b"), "a\\xE2\\x80\\xAEb");
}

TEST(no_control_character_gets_through_whatever_the_bytes)
{
	for (int first = 0; first < 256; first++) {
		for (int second = 0; second < 256; second++) {
			char text[] = { (char)first, (char)second };
			struct buf b = { 0 };
			struct str rest;
			uint32_t c;

			utf8_escape(&b, str_make(text, 2));
			for (rest = buf_str(&b); rest.n > 0;
			    rest = str_skip(rest, utf8_decode(rest, &c))) {
				assert_int_not_equal(utf8_decode(rest, &c), 0);
				assert_true((c >= 0x20 && c < 0x7f) || c >= 0xa0);
			}
			buf_clear(&b);
		}
	}
}

TEST(a_backslash_alone_is_shown_alone)
{
	assert_escaped(STR("DOMAIN\\user"), "DOMAIN\\user");
	assert_escaped(STR("C:\\\\x"), "C:\\\\x");
	assert_escaped(STR("\\xg0 \\x1"), "\\xg0 \\x1");
	assert_escaped(STR("\\"), "\\");
}

TEST(what_looks_like_an_escape_is_told_from_one)
{
	assert_escaped(STR("\\x1b"), "\\\\x1b");
	assert_escaped(STR("\\\\x1B"), "\\\\\\\\x1B");
	/* Without doubling this would look like the first one. */
	assert_escaped(STR("\\\x1b"), "\\\\\\x1B");
	assert_escaped_ascii(STR("\\\xc3\xa4"), "\\\\\\xC3\\xA4");
}

static bool
is_escape(struct str s)
{
	return s.n >= 3 && s.p[0] == 'x' && isxdigit((unsigned char)s.p[1]) &&
	    isxdigit((unsigned char)s.p[2]);
}

/* Undoes utf8_escape, by its description. */
static void
unescape(struct buf *b, struct str s)
{
	while (s.n > 0) {
		size_t run = 0;

		while (run < s.n && s.p[run] == '\\')
			run++;
		if (run == 0 || !is_escape(str_skip(s, run))) {
			buf_add(b, s.p, run ? run : 1);
			s = str_skip(s, run ? run : 1);
			continue;
		}
		buf_add_repeated(b, '\\', run / 2);
		s = str_skip(s, run);
		if (run % 2 == 0)
			continue;
		buf_add_char(b, (char)strtol(
		    (char[]){ s.p[1], s.p[2], '\0' }, NULL, 16));
		s = str_skip(s, 3);
	}
}

TEST(nothing_is_lost_by_escaping)
{
	static const char bytes[] = { '\\', 'x', '4', 'g', 0x01, (char)0xc3,
		(char)0xa4 };
	char text[6];

	for (size_t number = 0; number < 7 * 7 * 7 * 7 * 7 * 7; number++) {
		struct buf escaped = { 0 }, back = { 0 };
		size_t digits = number;

		for (size_t i = 0; i < 6; i++, digits /= 7)
			text[i] = bytes[digits % 7];
		utf8_escape(&escaped, str_make(text, 6));
		unescape(&back, buf_str(&escaped));
		assert_true(str_eq(buf_str(&back), str_make(text, 6)));
		buf_clear(&escaped);
		buf_clear(&back);
	}
}

TEST(a_million_backslashes_take_no_time_to_speak_of)
{
	struct buf in = { 0 }, b = { 0 };

	buf_add_repeated(&in, '\\', 1000000);
	buf_add_str(&in, STR("x00"));
	utf8_escape(&b, buf_str(&in));
	assert_int_equal(b.n, 2000003);
	buf_clear(&in);
	buf_clear(&b);
}

TEST(ascii_is_what_the_ascii_form_has)
{
	assert_escaped_ascii(STR("J\xc3\xbcrgen\t~"), "J\\xC3\\xBCrgen\\x09~");
	assert_escaped_ascii(STR("\xff\x80"), "\\xFF\\x80");
	assert_escaped_ascii(STR("\\x41"), "\\\\x41");
}

TEST(escaping_appends)
{
	struct buf b = { 0 };

	utf8_escape(&b, STR("a"));
	utf8_escape(&b, STR("\n"));
	assert_str(buf_str(&b), "a\\x0A");
	buf_clear(&b);
}

TEST(width_counts_columns)
{
	assert_int_equal(utf8_width(STR("")), 0);
	assert_int_equal(utf8_width(STR("abc")), 3);
	assert_int_equal(utf8_width(STR("J\xc3\xbcrgen")), 6);
	assert_int_equal(utf8_width(STR("\xe6\x97\xa5\xe6\x9c\xac")), 4);
	assert_int_equal(utf8_width(STR("\xf0\x9f\x98\x80")), 2);
	/* u and a combining diaeresis; a heart and its variation selector. */
	assert_int_equal(utf8_width(STR("u\xcc\x88")), 1);
	assert_int_equal(utf8_width(STR("\xe2\x9d\xa4\xef\xb8\x8f")), 1);
	/* Halfwidth and fullwidth. */
	assert_int_equal(utf8_width(STR("\xef\xbd\xb1\xef\xbc\xa1")), 3);
	/* A Hangul syllable and the same of its parts. */
	assert_int_equal(utf8_width(STR("\xed\x95\x9c")), 2);
	assert_int_equal(utf8_width(
	    STR("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab")), 2);
}

TEST(fit_cuts_between_characters)
{
	assert_str(utf8_fit(STR("abc"), 2), "ab");
	assert_str(utf8_fit(STR("abc"), 3), "abc");
	assert_str(utf8_fit(STR("abc"), 99), "abc");
	assert_str(utf8_fit(STR("abc"), 0), "");
	assert_str(utf8_fit(STR("\xc3\xa4\xc3\xb6"), 1), "\xc3\xa4");
}

TEST(fit_never_halves_a_wide_character)
{
	struct str s = STR("\xe6\x97\xa5\xe6\x9c\xac");

	assert_int_equal(utf8_fit(s, 1).n, 0);
	assert_int_equal(utf8_fit(s, 2).n, 3);
	assert_int_equal(utf8_fit(s, 3).n, 3);
}

TEST(fit_takes_combining_marks_along)
{
	assert_str(utf8_fit(STR("u\xcc\x88x"), 1), "u\xcc\x88");
}

static void
check_table(const struct utf8_range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_true(ranges[i].first <= ranges[i].last);
		assert_true(i == 0 || ranges[i].first > ranges[i - 1].last);
	}
}

TEST(the_tables_are_in_order)
{
	check_table(hidden, COUNT(hidden));
	check_table(combining, COUNT(combining));
	check_table(wide, COUNT(wide));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_and_the_last_of_each_length_are_decoded),
		cmocka_unit_test(only_the_first_character_is_decoded),
		cmocka_unit_test(overlong_forms_are_malformed),
		cmocka_unit_test(surrogates_and_what_is_above_10ffff_are_malformed),
		cmocka_unit_test(incomplete_and_stray_bytes_are_malformed),
		cmocka_unit_test(every_code_point_but_surrogates_is_decoded),
		cmocka_unit_test(ordinary_text_stays_as_it_is),
		cmocka_unit_test(control_characters_are_escaped),
		cmocka_unit_test(bytes_that_are_not_utf8_are_escaped_one_by_one),
		cmocka_unit_test(what_changes_the_direction_or_shows_nothing_is_escaped),
		cmocka_unit_test(no_control_character_gets_through_whatever_the_bytes),
		cmocka_unit_test(a_backslash_alone_is_shown_alone),
		cmocka_unit_test(what_looks_like_an_escape_is_told_from_one),
		cmocka_unit_test(nothing_is_lost_by_escaping),
		cmocka_unit_test(a_million_backslashes_take_no_time_to_speak_of),
		cmocka_unit_test(ascii_is_what_the_ascii_form_has),
		cmocka_unit_test(escaping_appends),
		cmocka_unit_test(width_counts_columns),
		cmocka_unit_test(fit_cuts_between_characters),
		cmocka_unit_test(fit_never_halves_a_wide_character),
		cmocka_unit_test(fit_takes_combining_marks_along),
		cmocka_unit_test(the_tables_are_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
