#include "render/json_write.h"

#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "render/plain.h"
#include "render/test_report.h"

static const struct render_options plain = { .utf8 = true };

static int
open_utc(void **state)
{
	struct zone *z;

	if (zone_open(&z, "UTC", NULL) < 0)
		return -1;
	*state = z;
	return 0;
}

static int
close_utc(void **state)
{
	struct zone *z = *state;

	zone_close(&z);
	return 0;
}

/*
 * A strict reader of RFC 8259: is there one value at the start of *s?  It is
 * taken from *s, blanks after it too.
 */
static bool take_value(struct str *s);

static void
take_blanks(struct str *s)
{
	while (s->n > 0 && strchr(" \t\r\n", s->p[0]) != NULL && s->p[0] != '\0')
		*s = str_skip(*s, 1);
}

static bool
take(struct str *s, const char *token)
{
	if (!str_starts(*s, str_from(token)))
		return false;
	*s = str_skip(*s, strlen(token));
	take_blanks(s);
	return true;
}

static bool
take_unit(struct str *s, unsigned *unit)
{
	char hex[5] = { 0 };

	if (s->n < 6 || s->p[0] != '\\' || s->p[1] != 'u')
		return false;
	memcpy(hex, s->p + 2, 4);
	if (strspn(hex, "0123456789abcdefABCDEF") != 4)
		return false;
	*unit = (unsigned)strtoul(hex, NULL, 16);
	*s = str_skip(*s, 6);
	return true;
}

static bool
take_escape(struct str *s)
{
	unsigned unit, low;

	if (s->n >= 2 && strchr("\"\\/bfnrt", s->p[1]) != NULL) {
		*s = str_skip(*s, 2);
		return true;
	}
	if (!take_unit(s, &unit))
		return false;
	if (unit >= 0xd800 && unit < 0xdc00)
		return take_unit(s, &low) && low >= 0xdc00 && low < 0xe000;
	return unit < 0xdc00 || unit >= 0xe000;
}

static bool
take_string(struct str *s)
{
	if (s->n == 0 || s->p[0] != '"')
		return false;
	*s = str_skip(*s, 1);
	while (s->n > 0 && s->p[0] != '"') {
		uint32_t c;
		size_t n = utf8_decode(*s, &c);

		if (n == 0 || c < 0x20)
			return false;
		if (c != '\\')
			*s = str_skip(*s, n);
		else if (!take_escape(s))
			return false;
	}
	return take(s, "\"");
}

static size_t
count_digits(struct str s)
{
	size_t n = 0;

	while (n < s.n && isdigit((unsigned char)s.p[n]))
		n++;
	return n;
}

static bool
take_number(struct str *s)
{
	size_t n;

	if (str_starts(*s, STR("-")))
		*s = str_skip(*s, 1);
	n = count_digits(*s);
	if (n == 0 || (n > 1 && s->p[0] == '0'))
		return false;
	*s = str_skip(*s, n);
	if (str_starts(*s, STR("."))) {
		*s = str_skip(*s, 1);
		n = count_digits(*s);
		if (n == 0)
			return false;
		*s = str_skip(*s, n);
	}
	take_blanks(s);
	return true;
}

static bool
take_members(struct str *s, const char *end, bool keys)
{
	if (take(s, end))
		return true;
	do {
		if (keys && (!take_string(s) || !take(s, ":")))
			return false;
		if (!take_value(s))
			return false;
	} while (take(s, ","));
	return take(s, end);
}

static bool
take_value(struct str *s)
{
	if (take(s, "{"))
		return take_members(s, "}", true);
	if (take(s, "["))
		return take_members(s, "]", false);
	if (take(s, "true") || take(s, "false") || take(s, "null"))
		return true;
	return take_string(s) || take_number(s);
}

static bool
is_json(struct str s)
{
	return take_value(&s) && s.n == 0;
}

static void
the_reader_of_this_test_is_strict(void **state)
{
	static const char *const good[] = { "{}", "[1,-2.5,\"\\u00e9\"]",
		"{\"a\":{\"b\":[null,true]}}", "\"\\ud83d\\ude00\"" };
	static const char *const bad[] = { "", "{", "{\"a\"}", "[1,]", "01", "1.",
		"\"\n\"", "\"\\x41\"", "\"\\ud83d\"", "\"\xff\"", "nan", "{} {}" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(is_json(str_from(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(is_json(str_from(bad[i])));
}

static void
assert_prints(const struct renderer *renderer, const struct report *r,
    const struct render_options *o, const char *expected)
{
	int status;
	struct buf b = test_render(renderer, r, o, &status, NULL);

	assert_int_equal(status, 0);
	assert_string_equal(b.p, expected);
	buf_clear(&b);
}

static void
a_whole_report(void **state)
{
	struct report *r = test_report_new(*state);
	struct report_input *in = report_input(r, STR("current"));

	in->format = "qpsmtpd";
	in->bytes = 123456;
	in->lines = 20;
	in->used = 10;
	in->ignored = 9;
	in->not_understood = 1;
	in = report_input(r, STR("old.gz"));
	in->packed = "gzip";
	in->error = STR("Permission denied");
	in->note = STR("a copy");
	report_head(r, "examined", "Examined", VALUE_COUNT, value_count(10));
	report_head(r, "per_hour", "Per hour", VALUE_REAL,
	    value_real(10 / 24.0));
	report_head(r, "avg_ham_score", "Ham", VALUE_REAL, value_null());
	report_head(r, NULL, "Only for people", VALUE_COUNT, value_count(1));
	report_alert(r, "Alert.");
	r->seconds_taken = 0.25;
	test_add_hours(r);
	test_add_types(r);
	section_table(r, report_section(r, "viruses", "Viruses"), NULL, NULL);
	assert_prints(&render_json, r, &plain,
	    "{\"schema\":1,\"program\":\"mailtally 0.1.0\",\"host\":\"mx1\",\n"
	    " \"period\":{\"since\":\"2026-03-10T00:00:00Z\",\"until\":\"2026-03-11T00:00:00Z\",\"zone\":\"UTC\",\"hours\":24.0},\n"
	    " \"inputs\":[\n"
	    "  {\"path\":\"current\",\"format\":\"qpsmtpd\",\"bytes\":123456,\"lines\":20,\"used\":10,\"ignored\":9,\"not_understood\":1},\n"
	    "  {\"path\":\"old.gz\",\"format\":\"unknown\",\"packed\":\"gzip\",\"bytes\":0,\"lines\":0,\"used\":0,\"ignored\":0,\"not_understood\":0,\"error\":\"Permission denied\",\"note\":\"a copy\"}],\n"
	    " \"head\":{\"examined\":10,\"per_hour\":0.416667,\"avg_ham_score\":null},\n"
	    " \"alerts\":[\n"
	    "  \"Alert.\"],\n"
	    " \"sections\":{\n"
	    "  \"hours\":{\"title\":\"Mail by hour\",\n"
	    "   \"columns\":[{\"id\":\"hour\",\"type\":\"text\"},{\"id\":\"fetchmail\",\"type\":\"count\"},{\"id\":\"local\",\"type\":\"count\"},{\"id\":\"rbl_dns\",\"type\":\"count\"},{\"id\":\"qued_spam\",\"type\":\"count\"},{\"id\":\"ham\",\"type\":\"count\"},{\"id\":\"totals\",\"type\":\"count\"}],\n"
	    "   \"rows\":[\n"
	    "    {\"hour\":\"2026-03-10, 00\",\"fetchmail\":0,\"local\":0,\"rbl_dns\":1,\"qued_spam\":1,\"ham\":1,\"totals\":3},\n"
	    "    {\"hour\":\"2026-03-10, 01\",\"fetchmail\":0,\"local\":1,\"rbl_dns\":0,\"qued_spam\":0,\"ham\":1,\"totals\":2},\n"
	    "    {\"hour\":\"2026-03-10, 03\",\"fetchmail\":0,\"local\":0,\"rbl_dns\":4,\"qued_spam\":0,\"ham\":1,\"totals\":5,\"partial\":true}],\n"
	    "   \"totals\":{\"hour\":\"Totals\",\"fetchmail\":0,\"local\":1,\"rbl_dns\":5,\"qued_spam\":1,\"ham\":3,\"totals\":10},\n"
	    "   \"percentages\":{\"hour\":\"Percentages\",\"fetchmail\":0.0,\"local\":10.0,\"rbl_dns\":50.0,\"qued_spam\":10.0,\"ham\":30.0,\"totals\":100.0}},\n"
	    "  \"types\":{\"title\":\"All types\",\n"
	    "   \"columns\":[{\"id\":\"name\",\"type\":\"text\"},{\"id\":\"ip\",\"type\":\"ip\"},{\"id\":\"size\",\"type\":\"bytes\"},{\"id\":\"delay\",\"type\":\"duration\"},{\"id\":\"score\",\"type\":\"real\"},{\"id\":\"last\",\"type\":\"time\"},{\"id\":\"hit\",\"type\":\"flag\"}],\n"
	    "   \"rows\":[\n"
	    "    {\"name\":\"ann\",\"ip\":\"192.0.2.10\",\"size\":1536,\"delay\":12.5,\"score\":-1.0,\"last\":\"2026-03-10T00:05:00Z\",\"hit\":true},\n"
	    "    {\"name\":\"nobody\",\"ip\":null,\"size\":null,\"delay\":null,\"score\":null,\"last\":null,\"hit\":null},\n"
	    "    {\"name\":\"both\",\"ip\":null,\"size\":null,\"delay\":null,\"score\":null,\"last\":null,\"hit\":false,\"subtotal\":true},\n"
	    "    {\"name\":\"(2 others)\",\"ip\":null,\"size\":7,\"delay\":null,\"score\":null,\"last\":null,\"hit\":null,\"others\":true}],\n"
	    "   \"tables\":{\n"
	    "    \"slow\":{\"title\":\"Slowest\",\n"
	    "     \"columns\":[{\"id\":\"process\",\"type\":\"count\"}],\n"
	    "     \"rows\":[\n"
	    "      {\"process\":4711}]}},\n"
	    "   \"notes\":[\n"
	    "    \"A note.\"]},\n"
	    "  \"viruses\":{\"title\":\"Viruses\",\n"
	    "   \"columns\":[],\n"
	    "   \"rows\":[]}}}\n");
	report_free(&r);
}

static void
an_open_period_and_seconds_when_asked_for(void **state)
{
	const struct render_options timing = { .timing = true };
	struct report *r = test_report_new(NULL);

	(void)state;
	r->period = (struct period){ INT64_MIN, INT64_MAX };
	r->hours = -1;
	r->seconds_taken = 0.25;
	assert_prints(&render_json, r, &timing,
	    "{\"schema\":1,\"program\":\"mailtally 0.1.0\",\"host\":\"mx1\",\n"
	    " \"period\":{\"since\":null,\"until\":null,\"zone\":\"UTC\",\"hours\":null},\n"
	    " \"inputs\":[],\n"
	    " \"head\":{},\n"
	    " \"alerts\":[],\n"
	    " \"sections\":{},\n"
	    " \"seconds\":0.25}\n");
	report_free(&r);
}

static void
json_lines_of_a_report(void **state)
{
	struct report *r = test_report_new(*state);

	report_input(r, STR("current"));
	report_head(r, "examined", "Examined", VALUE_COUNT, value_count(10));
	report_alert(r, "Alert.");
	test_add_codes(r);
	test_add_types(r);
	assert_prints(&render_jsonl, r, &plain,
	    "{\"section\":\"head\",\"schema\":1,\"program\":\"mailtally 0.1.0\",\"host\":\"mx1\",\"period\":{\"since\":\"2026-03-10T00:00:00Z\",\"until\":\"2026-03-11T00:00:00Z\",\"zone\":\"UTC\",\"hours\":24.0},\"examined\":10}\n"
	    "{\"section\":\"inputs\",\"path\":\"current\",\"format\":\"unknown\",\"bytes\":0,\"lines\":0,\"used\":0,\"ignored\":0,\"not_understood\":0}\n"
	    "{\"section\":\"alerts\",\"alert\":\"Alert.\"}\n"
	    "{\"section\":\"codes\",\"reason\":\"queued\",\"count\":4,\"percent\":57.1429}\n"
	    "{\"section\":\"codes\",\"reason\":\"check_earlytalker\",\"count\":1,\"percent\":14.2857}\n"
	    "{\"section\":\"codes\",\"reason\":\"dnsbl\",\"count\":2,\"percent\":28.5714}\n"
	    "{\"section\":\"codes\",\"footer\":\"totals\",\"reason\":\"Totals\",\"count\":7,\"percent\":100.0}\n"
	    "{\"section\":\"types\",\"name\":\"ann\",\"ip\":\"192.0.2.10\",\"size\":1536,\"delay\":12.5,\"score\":-1.0,\"last\":\"2026-03-10T00:05:00Z\",\"hit\":true}\n"
	    "{\"section\":\"types\",\"name\":\"nobody\",\"ip\":null,\"size\":null,\"delay\":null,\"score\":null,\"last\":null,\"hit\":null}\n"
	    "{\"section\":\"types\",\"name\":\"both\",\"ip\":null,\"size\":null,\"delay\":null,\"score\":null,\"last\":null,\"hit\":false,\"subtotal\":true}\n"
	    "{\"section\":\"types\",\"name\":\"(2 others)\",\"ip\":null,\"size\":7,\"delay\":null,\"score\":null,\"last\":null,\"hit\":null,\"others\":true}\n"
	    "{\"section\":\"types\",\"table\":\"slow\",\"process\":4711}\n"
	    "{\"section\":\"types\",\"note\":\"A note.\"}\n");
	report_free(&r);
}

static void
hostile_text_is_still_json(void **state)
{
	struct report *r = test_hostile_report(*state);
	struct str rest, line;
	struct buf b;
	size_t lines = 0;
	int status;

	b = test_render(&render_json, r, &plain, &status, NULL);
	assert_true(is_json(buf_str(&b)));
	buf_clear(&b);
	b = test_render(&render_jsonl, r, &plain, &status, NULL);
	rest = buf_str(&b);
	while (str_cut(&rest, '\n', &line) && line.n > 0) {
		assert_true(is_json(line));
		lines++;
	}
	/* head, inputs, alerts, rows and a huge one, a footer, notes */
	assert_int_equal(lines, 1 + 4 * TEST_HOSTILE + 2);
	buf_clear(&b);
	report_free(&r);
}

static void
each_byte_has_its_form(void **state)
{
	static const struct {
		struct str text;
		const char *json;
	} cases[] = {
		{ { "", 0 }, "\"\"" },
		{ { NULL, 0 }, "\"\"" },
		{ { "a\"b\\c/d", 7 }, "\"a\\\"b\\\\c/d\"" },
		{ { "\0\n\r\t\033\177", 6 }, "\"\\u0000\\u000a\\u000d\\u0009\\u001b\\u007f\"" },
		{ { "gr\u00fc\u00df\u65e5\U0001f600", 13 }, "\"gr\u00fc\u00df\u65e5\U0001f600\"" },
		{ { "\xc2\x9b", 2 }, "\"\\u009b\"" },
		{ { "\u202e\u2066\u200b\ufeff", 12 }, "\"\\u202e\\u2066\\u200b\\ufeff\"" },
		{ { "\U000e0041", 4 }, "\"\\udb40\\udc41\"" },
		{ { "\xff\xc3(", 3 }, "\"\\\\xFF\\\\xC3(\"" },
		{ { "\xed\xa0\x80", 3 }, "\"\\\\xED\\\\xA0\\\\x80\"" },
		{ { "\xe6\x97", 2 }, "\"\\\\xE6\\\\x97\"" },
		/* text that looks like our escape, and text that does not */
		{ { "\\xFF", 4 }, "\"\\\\\\\\xFF\"" },
		{ { "\\xF", 3 }, "\"\\\\xF\"" },
		{ { "\\xGG", 4 }, "\"\\\\xGG\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		FILE *file = tmpfile();
		struct out *out = out_open_fd(fileno(file), "test");
		char got[128] = { 0 };
		struct json j;

		json_init(&j, out);
		json_text(&j, cases[i].text);
		json_clear(&j);
		assert_int_equal(out_close(&out, NULL), 0);
		rewind(file);
		assert_true(fread(got, 1, sizeof(got) - 1, file) > 0);
		assert_string_equal(got, cases[i].json);
		fclose(file);
	}
}

static void
numbers_are_right_and_short(void **state)
{
	static const struct {
		enum value_type type;
		struct value value;
		const char *text;
	} cases[] = {
#define INT(n) { .is = VALUE_IS_INT, .i = (n) }
#define REAL(n) { .is = VALUE_IS_REAL, .r = (n) }
		{ VALUE_COUNT, INT(0), "0" },
		{ VALUE_COUNT, INT(INT64_MAX), "9223372036854775807" },
		{ VALUE_BYTES, INT(1536), "1536" },
		{ VALUE_PERCENT, REAL(40), "40.0" },
		{ VALUE_PERCENT, REAL(100.0 / 3), "33.3333" },
		{ VALUE_PERCENT, REAL(12.25), "12.25" },
		{ VALUE_PERCENT, REAL(0.00001), "0.0" },
		{ VALUE_REAL, REAL(-0.00000001), "0.0" },
		{ VALUE_REAL, REAL(-0.0), "0.0" },
		{ VALUE_REAL, REAL(2.0 / 3), "0.666667" },
		{ VALUE_REAL, REAL(-2.6), "-2.6" },
		{ VALUE_REAL, REAL(100), "100.0" },
		{ VALUE_REAL, REAL(1e21), "1000000000000000000000.0" },
		{ VALUE_REAL, INT(7), "7" },
		{ VALUE_DURATION, INT(0), "0.0" },
		{ VALUE_DURATION, INT(1), "0.000000001" },
		{ VALUE_DURATION, INT(INT64_C(1500000000)), "1.5" },
		{ VALUE_DURATION, INT(INT64_C(-1500000000)), "-1.5" },
		{ VALUE_DURATION, INT(INT64_C(100) * WHEN_SECOND), "100.0" },
		{ VALUE_DURATION, INT(INT64_MIN), "-9223372036.854775808" },
		{ VALUE_DURATION, REAL(2.5), "2.5" },
		{ VALUE_FLAG, INT(1), "true" },
		{ VALUE_FLAG, INT(0), "false" },
		{ VALUE_TIME, INT(TEST_DAY_NS), "2026-03-10T00:00:00Z" },
		{ VALUE_REAL, REAL((double)NAN), NULL },
		{ VALUE_REAL, REAL((double)-INFINITY), NULL },
		{ VALUE_TIME, INT(WHEN_NONE), NULL },
		{ VALUE_COUNT, { .is = VALUE_IS_NULL }, NULL },
#undef INT
#undef REAL
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = { 0 };
		bool known = plain_value(&b, cases[i].type, cases[i].value);

		assert_int_equal(known, cases[i].text != NULL);
		if (known)
			assert_string_equal(b.p, cases[i].text);
		buf_clear(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reader_of_this_test_is_strict),
		cmocka_unit_test(a_whole_report),
		cmocka_unit_test(an_open_period_and_seconds_when_asked_for),
		cmocka_unit_test(json_lines_of_a_report),
		cmocka_unit_test(hostile_text_is_still_json),
		cmocka_unit_test(each_byte_has_its_form),
		cmocka_unit_test(numbers_are_right_and_short),
	};

	return cmocka_run_group_tests(tests, open_utc, close_utc);
}
