#include "base/buf.h"
#include "base/test.h"
#include "base/when.h"
#include "render/mime.h"

static void
assert_quoted(const char *text, const char *should)
{
	struct buf b = { 0 };

	mime_quoted_printable(&b, str_from(text));
	assert_string_equal(b.p, should);
	buf_clear(&b);
}

static void
assert_header(struct str value, const char *should)
{
	struct buf b = { 0 };

	mime_header(&b, "Subject", value);
	assert_string_equal(b.p, should);
	buf_clear(&b);
}

TEST(plain_text_stays_as_it_is)
{
	assert_quoted("some text\nof two lines\n", "some text\nof two lines\n");
	assert_quoted("", "\n");
}

TEST(what_is_not_ascii_is_quoted)
{
	assert_quoted("gr\xc3\xbc\xc3\x9f = 1", "gr=C3=BC=C3=9F =3D 1\n");
	assert_quoted("\x1b[31m\t|", "=1B[31m=09|\n");
}

/* RFC 2045, 6.7, rule 3; a lone dot ends a message, "From " begins one. */
TEST(ends_and_beginnings_of_lines_survive_the_way)
{
	assert_quoted("blank \nx", "blank=20\nx\n");
	assert_quoted(".\n.x", "=2E\n=2Ex\n");
	assert_quoted("From me", "=46rom me\n");
}

TEST(no_line_is_longer_than_76)
{
	struct buf text = { 0 }, b = { 0 };
	struct str rest, line;

	for (int i = 0; i < 500; i++)
		buf_add_str(&text, i % 3 ? STR("\xc3\xbc.F") : STR("abc "));
	mime_quoted_printable(&b, buf_str(&text));
	rest = buf_str(&b);
	while (str_cut(&rest, '\n', &line))
		assert_true(line.n <= 76);
	buf_clear(&text);
	buf_clear(&b);
}

TEST(a_header_cannot_begin_another)
{
	assert_header(STR("a\nBcc: x@y\r\nz"),
	    "Subject: a\\x0ABcc: x@y\\x0D\\x0Az\n");
	assert_header(STR("nul\0in"), "Subject: nul\\x00in\n");
}

TEST(a_long_header_is_folded_at_blanks)
{
	assert_header(STR("one two three four five six seven eight nine ten "
	    "eleven twelve thirteen"), "Subject: one two three four five six "
	    "seven eight nine ten eleven twelve\n thirteen\n");
}

/* RFC 2047; what looks like an encoded word must not be read as one. */
TEST(other_characters_become_encoded_words)
{
	assert_header(STR("gr\xc3\xbc\xc3\x9f dich"),
	    "Subject: =?UTF-8?Q?gr=C3=BC=C3=9F_dich?=\n");
	assert_header(STR("=?x?Q?y?="),
	    "Subject: =?UTF-8?Q?=3D=3Fx=3FQ=3Fy=3F=3D?=\n");
}

TEST(dates_are_those_of_rfc_5322)
{
	struct buf b = { 0 };
	struct zone *z;

	mime_date(&b, INT64_C(1773100800) * WHEN_SECOND, NULL);
	assert_string_equal(b.p, "Tue, 10 Mar 2026 00:00:00 +0000");
	buf_reset(&b);
	assert_int_equal(zone_open(&z, "America/St_Johns", NULL), 0);
	mime_date(&b, INT64_C(1773100800) * WHEN_SECOND, z);
	assert_string_equal(b.p, "Mon, 09 Mar 2026 21:30:00 -0230");
	zone_close(&z);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_stays_as_it_is),
		cmocka_unit_test(what_is_not_ascii_is_quoted),
		cmocka_unit_test(ends_and_beginnings_of_lines_survive_the_way),
		cmocka_unit_test(no_line_is_longer_than_76),
		cmocka_unit_test(a_header_cannot_begin_another),
		cmocka_unit_test(a_long_header_is_folded_at_blanks),
		cmocka_unit_test(other_characters_become_encoded_words),
		cmocka_unit_test(dates_are_those_of_rfc_5322),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
