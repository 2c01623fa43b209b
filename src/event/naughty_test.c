#include "event/naughty.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
assert_reason(const char *text, const char *reason)
{
	assert_true(str_eq(naughty_reason(str_from(text)), str_from(reason)));
}

static void
the_reason_is_the_word_in_parentheses_at_the_start(void **state)
{
	(void)state;
	assert_reason("(dnsbl) http://www.example.test/?ip=192.0.2.1", "dnsbl");
	assert_reason("(karma)", "karma");
	assert_reason("(ident::geoip) refused", "ident::geoip");
}

static void
only_the_first_word_in_the_parentheses_counts(void **state)
{
	(void)state;
	assert_reason("( helo and more) text", "helo");
}

static void
without_parentheses_at_the_start_the_reason_is_unknown(void **state)
{
	(void)state;
	assert_reason("", "unknown");
	assert_reason("I do not believe you are (dnsbl).", "unknown");
	assert_reason("(dnsbl", "unknown");
	assert_reason("() text", "unknown");
	assert_reason("( ) text", "unknown");
	assert_true(str_eq(naughty_reason(str_none()), STR("unknown")));
}

static void
a_reason_longer_than_any_plugin_name_is_unknown(void **state)
{
	char text[NAUGHTY_REASON_MAX + 3];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[0] = '(';
	text[NAUGHTY_REASON_MAX + 1] = ')';
	assert_int_equal(naughty_reason(str_make(text, sizeof(text))).n,
	    NAUGHTY_REASON_MAX);
	text[NAUGHTY_REASON_MAX + 1] = 'x';
	text[NAUGHTY_REASON_MAX + 2] = ')';
	assert_true(str_eq(naughty_reason(str_make(text, sizeof(text))),
	    STR("unknown")));
}

static void
the_name_is_naughty_and_the_reason(void **state)
{
	char name[NAUGHTY_NAME_MAX];

	(void)state;
	assert_true(str_eq(naughty_name(name, STR("(karma) bad")),
	    STR("naughty-karma")));
	assert_true(str_eq(naughty_name(name, STR("bad")),
	    STR("naughty-unknown")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reason_is_the_word_in_parentheses_at_the_start),
		cmocka_unit_test(only_the_first_word_in_the_parentheses_counts),
		cmocka_unit_test(without_parentheses_at_the_start_the_reason_is_unknown),
		cmocka_unit_test(a_reason_longer_than_any_plugin_name_is_unknown),
		cmocka_unit_test(the_name_is_naughty_and_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
