#include "base/library.h"

#include <string.h>

#include "base/err.h"
#include "base/test.h"

#define FUNCTIONS(X) X(strlen) X(strcmp)
struct functions {
	FUNCTIONS(LIBRARY_POINTER)
};
static const char *const names[] = { FUNCTIONS(LIBRARY_NAME) };

static const struct library c_library = { .file = "libc.so.6",
	.package = "libc6", .names = names, .n = 2 };

TEST(functions_of_a_library_are_found_and_can_be_called)
{
	struct functions f = { 0 };
	struct err err;

	assert_int_equal(library_load(&c_library, &f, &err), 0);
	assert_true(f.strlen("four") == 4);
	assert_int_equal(f.strcmp("a", "a"), 0);
}

TEST(a_library_that_is_missing_is_named_with_its_package)
{
	struct library none = c_library;
	struct functions f;
	struct err err;

	none.file = "libnonesuch.so.7";
	none.package = "libnonesuch7";
	assert_int_equal(library_load(&none, &f, &err), -1);
	assert_int_equal(err.kind, ERR_NO_INPUT);
	assert_non_null(strstr(err.text, "libnonesuch.so.7"));
	assert_non_null(strstr(err.text, "install the package libnonesuch7"));
}

TEST(a_function_that_is_missing_is_named)
{
	static const char *const odd[] = { "strlen", "no_such_function" };
	struct library old = c_library;
	struct functions f;
	struct err err;

	old.names = odd;
	assert_int_equal(library_load(&old, &f, &err), -1);
	assert_non_null(strstr(err.text, "no_such_function"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_of_a_library_are_found_and_can_be_called),
		cmocka_unit_test(a_library_that_is_missing_is_named_with_its_package),
		cmocka_unit_test(a_function_that_is_missing_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
