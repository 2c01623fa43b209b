#include "base/err.h"

#include <string.h>

#include "base/test.h"

TEST(set_fills_kind_and_text_and_returns_minus_1)
{
	struct err e = { 0 };

	assert_int_equal(err_set(&e, ERR_NO_INPUT, "%s: %s", "a.log",
	    "no such file; check the name"), -1);
	assert_int_equal(e.kind, ERR_NO_INPUT);
	assert_string_equal(e.text, "a.log: no such file; check the name");
}

TEST(nobody_has_to_want_the_text)
{
	assert_int_equal(err_set(NULL, ERR_IO, "%d", 1), -1);
}

TEST(a_text_too_long_is_cut_and_still_ends)
{
	struct err e = { 0 };
	char text[1000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&e, ERR_DATA, "%s", text);
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
}

TEST(a_text_can_be_put_before_the_one_that_is_there)
{
	struct err e = { 0 };

	err_set(&e, ERR_DATA, "line 3 is not a rule");
	err_set(&e, e.kind, "%s: %s", "mailtally.conf", e.text);
	assert_string_equal(e.text, "mailtally.conf: line 3 is not a rule");
	assert_int_equal(e.kind, ERR_DATA);
}

TEST(each_kind_has_the_exit_status_of_sysexits)
{
	assert_int_equal(err_exit_status(ERR_NONE), 0);
	assert_int_equal(err_exit_status(ERR_USAGE), 64);
	assert_int_equal(err_exit_status(ERR_DATA), 65);
	assert_int_equal(err_exit_status(ERR_NO_INPUT), 66);
	assert_int_equal(err_exit_status(ERR_INTERNAL), 70);
	assert_int_equal(err_exit_status(ERR_CREATE), 73);
	assert_int_equal(err_exit_status(ERR_IO), 74);
	assert_int_equal(err_exit_status(ERR_AGAIN), 75);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_fills_kind_and_text_and_returns_minus_1),
		cmocka_unit_test(nobody_has_to_want_the_text),
		cmocka_unit_test(a_text_too_long_is_cut_and_still_ends),
		cmocka_unit_test(a_text_can_be_put_before_the_one_that_is_there),
		cmocka_unit_test(each_kind_has_the_exit_status_of_sysexits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
