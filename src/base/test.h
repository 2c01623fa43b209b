/*
 * test.h - what a unit test begins with.  One behaviour a test, its name a
 * sentence:
 *
 *	TEST(an_empty_needle_is_found_at_0)
 *	{
 *		assert_int_equal(str_find(STR("abc"), STR("")), 0);
 *	}
 */
#ifndef BASE_TEST_H
#define BASE_TEST_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TEST(name) static void name(void **state __attribute__((unused)))

/* For struct str: both as bytes, with a readable message if they differ. */
#define assert_str(s, c_string)                                                \
	do {                                                                   \
		struct str str_ = (s);                                         \
		assert_int_equal(str_.n, strlen(c_string));                    \
		assert_memory_equal(str_.n ? str_.p : "", (c_string), str_.n); \
	} while (0)

#endif
