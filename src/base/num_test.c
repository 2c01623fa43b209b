#include "base/num.h"

#include "base/test.h"

static void
check_decimal(const char *text, int scale, int64_t expected)
{
	int64_t value = 42;

	assert_true(num_decimal(str_from(text), scale, &value));
	assert_true(value == expected);
}

static void
refuse_decimal(const char *text, int scale)
{
	int64_t value = 42;

	assert_false(num_decimal(str_from(text), scale, &value));
	assert_int_equal(value, 42);
}

TEST(u64_takes_its_whole_range_and_no_more)
{
	uint64_t v;

	assert_true(num_u64(STR("0"), &v) && v == 0);
	assert_true(num_u64(STR("18446744073709551615"), &v) && v == UINT64_MAX);
	assert_false(num_u64(STR("18446744073709551616"), &v));
	assert_false(num_u64(STR("99999999999999999999"), &v));
	assert_true(num_u64(STR("000000000000000000000007"), &v) && v == 7);
}

TEST(u64_takes_digits_only)
{
	uint64_t v = 42;

	assert_false(num_u64(STR(""), &v));
	assert_false(num_u64(str_none(), &v));
	assert_false(num_u64(STR("-1"), &v));
	assert_false(num_u64(STR("+1"), &v));
	assert_false(num_u64(STR(" 1"), &v));
	assert_false(num_u64(STR("1 "), &v));
	assert_false(num_u64(STR("1\0"), &v));
	assert_false(num_u64(STR("0x1"), &v));
	assert_int_equal(v, 42);
}

TEST(u32_takes_its_whole_range_and_no_more)
{
	uint32_t v = 42;

	assert_false(num_u32(STR("4294967296"), &v));
	assert_int_equal(v, 42);
	assert_true(num_u32(STR("4294967295"), &v) && v == UINT32_MAX);
}

TEST(decimal_scales)
{
	check_decimal("-2.6", 3, -2600);
	check_decimal("+5", 3, 5000);
	check_decimal(".5", 3, 500);
	check_decimal("12.", 3, 12000);
	check_decimal("0.001", 9, 1000000);
	check_decimal("7", 0, 7);
}

TEST(decimal_cuts_further_digits_off_towards_zero)
{
	check_decimal("1.9999", 3, 1999);
	check_decimal("-1.9999", 3, -1999);
	check_decimal("2.9", 0, 2);
	check_decimal("-0.0001", 3, 0);
	check_decimal("1.00000000000000000000000000001", 3, 1000);
}

TEST(decimal_reaches_both_ends_of_its_range)
{
	check_decimal("9223372036854775807", 0, INT64_MAX);
	check_decimal("-9223372036854775808", 0, INT64_MIN);
	check_decimal("-9223372036.854775808", 9, INT64_MIN);
	refuse_decimal("9223372036854775808", 0);
	refuse_decimal("-9223372036854775809", 0);
	refuse_decimal("9223372036.854775808", 9);
	refuse_decimal("1000000000000000000000000", 0);
}

TEST(decimal_needs_a_digit_and_nothing_else)
{
	refuse_decimal("", 3);
	refuse_decimal(".", 3);
	refuse_decimal("-", 3);
	refuse_decimal("+.", 3);
	refuse_decimal("1e5", 3);
	refuse_decimal("1.2.3", 3);
	refuse_decimal("--1", 3);
	refuse_decimal(" 1", 3);
	refuse_decimal("1,5", 3);
}

TEST(span_is_what_decimal_would_take)
{
	assert_int_equal(num_decimal_span(STR("-2.6/5.0")), 4);
	assert_int_equal(num_decimal_span(STR("12.x")), 3);
	assert_int_equal(num_decimal_span(STR(".5,")), 2);
	assert_int_equal(num_decimal_span(STR("3")), 1);
	assert_int_equal(num_decimal_span(STR("-.")), 0);
	assert_int_equal(num_decimal_span(STR("abc")), 0);
	assert_int_equal(num_decimal_span(str_none()), 0);
}

TEST(size_understands_binary_units_in_both_cases)
{
	uint64_t v;

	assert_true(num_size(STR("512"), &v) && v == 512);
	assert_true(num_size(STR("10k"), &v) && v == 10240);
	assert_true(num_size(STR("10K"), &v) && v == 10240);
	assert_true(num_size(STR("64M"), &v) && v == UINT64_C(64) << 20);
	assert_true(num_size(STR("3G"), &v) && v == UINT64_C(3) << 30);
	assert_true(num_size(STR("1t"), &v) && v == UINT64_C(1) << 40);
}

TEST(size_refuses_overflow_and_what_is_no_size)
{
	uint64_t v = 42;

	assert_true(num_size(STR("16777215T"), &v));
	v = 42;
	assert_false(num_size(STR("16777216T"), &v));
	assert_false(num_size(STR("M"), &v));
	assert_false(num_size(STR(""), &v));
	assert_false(num_size(STR("1MB"), &v));
	assert_false(num_size(STR("1 M"), &v));
	assert_false(num_size(STR("1.5M"), &v));
	assert_false(num_size(STR("-1M"), &v));
	assert_int_equal(v, 42);
}

TEST(sums_stop_at_the_ends)
{
	assert_true(num_add(1, 2) == 3);
	assert_true(num_add(UINT64_MAX, 1) == UINT64_MAX);
	assert_true(num_add_signed(-1, 1) == 0);
	assert_true(num_add_signed(INT64_MAX, 1) == INT64_MAX);
	assert_true(num_add_signed(INT64_MIN, -1) == INT64_MIN);
	assert_true(num_add_signed(-1, INT64_MIN) == INT64_MIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(u64_takes_its_whole_range_and_no_more),
		cmocka_unit_test(u64_takes_digits_only),
		cmocka_unit_test(u32_takes_its_whole_range_and_no_more),
		cmocka_unit_test(decimal_scales),
		cmocka_unit_test(decimal_cuts_further_digits_off_towards_zero),
		cmocka_unit_test(decimal_reaches_both_ends_of_its_range),
		cmocka_unit_test(decimal_needs_a_digit_and_nothing_else),
		cmocka_unit_test(span_is_what_decimal_would_take),
		cmocka_unit_test(size_understands_binary_units_in_both_cases),
		cmocka_unit_test(size_refuses_overflow_and_what_is_no_size),
		cmocka_unit_test(sums_stop_at_the_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
