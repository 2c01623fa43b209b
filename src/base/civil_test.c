#include "base/civil.h"

#include "base/test.h"

static void
assert_seconds(int64_t year, int month, int day, int64_t s)
{
	struct civil c = { .year = year, .month = month, .day = day };
	struct civil back = civil_from_s(s);

	assert_true(civil_to_s(&c) == s);
	assert_true(back.year == year);
	assert_int_equal(back.month, month);
	assert_int_equal(back.day, day);
	assert_int_equal(back.hour, 0);
}

TEST(time_begins_on_a_thursday_in_1970)
{
	struct civil c = civil_from_s(0);

	assert_seconds(1970, 1, 1, 0);
	assert_int_equal(c.weekday, 3);
}

TEST(a_day_of_today_is_counted_right)
{
	assert_seconds(2026, 3, 10, INT64_C(1773100800));
	assert_int_equal(civil_from_s(1773100800).weekday, 1);
}

TEST(the_second_before_1970_is_the_last_of_1969)
{
	struct civil c = civil_from_s(-1);

	assert_true(c.year == 1969);
	assert_int_equal(c.month, 12);
	assert_int_equal(c.day, 31);
	assert_int_equal(c.hour, 23);
	assert_int_equal(c.minute, 59);
	assert_int_equal(c.second, 59);
	assert_int_equal(c.weekday, 2);
}

TEST(every_fourth_year_is_a_leap_year_except_three_centuries_of_four)
{
	assert_true(civil_leap_year(2024));
	assert_false(civil_leap_year(2026));
	assert_true(civil_leap_year(1600));
	assert_false(civil_leap_year(1700));
	assert_true(civil_leap_year(2000));
	assert_false(civil_leap_year(2100));
	assert_true(civil_leap_year(0));
	assert_true(civil_leap_year(-4));
	assert_false(civil_leap_year(-100));
}

TEST(february_has_29_days_in_1600_and_28_in_2100)
{
	assert_int_equal(civil_month_days(1600, 2), 29);
	assert_int_equal(civil_month_days(2100, 2), 28);
	assert_int_equal(civil_month_days(2026, 4), 30);
	assert_int_equal(civil_month_days(2026, 12), 31);
}

TEST(the_leap_day_of_1600_is_there_and_that_of_2100_is_not)
{
	assert_seconds(1600, 2, 29, INT64_C(-11670998400));
	assert_seconds(1600, 3, 1, INT64_C(-11670912000));
	assert_seconds(2100, 2, 28, INT64_C(4107456000));
	assert_seconds(2100, 3, 1, INT64_C(4107542400));
}

TEST(no_days_are_dropped_in_october_1582)
{
	assert_seconds(1582, 10, 4, INT64_C(-12220243200));
	assert_seconds(1582, 10, 14, INT64_C(-12219379200));
	assert_seconds(1582, 10, 15, INT64_C(-12219292800));
}

TEST(day_follows_day_for_a_thousand_years)
{
	struct civil before = civil_from_s(INT64_C(-86400) * 200000);

	for (int64_t day = -199999; day < 200000; day++) {
		struct civil c = civil_from_s(day * 86400);

		assert_true(civil_valid(&c));
		assert_true(civil_to_s(&c) == day * 86400);
		assert_int_equal(c.weekday, (before.weekday + 1) % 7);
		if (c.day != 1)
			assert_int_equal(c.day, before.day + 1);
		else
			assert_int_equal(before.day,
			    civil_month_days(before.year, before.month));
		before = c;
	}
}

TEST(a_leap_second_counts_as_the_next_second)
{
	struct civil leap = { .year = 2016, .month = 12, .day = 31, .hour = 23,
		.minute = 59, .second = 60 };

	assert_true(civil_valid(&leap));
	assert_true(civil_to_s(&leap) == INT64_C(1483228800));
}

TEST(days_out_of_range_are_carried_over)
{
	struct civil last_of_february = { .year = 2024, .month = 3, .day = 0 };
	struct civil c = civil_from_s(civil_to_s(&last_of_february));

	assert_int_equal(c.month, 2);
	assert_int_equal(c.day, 29);
}

TEST(dates_that_do_not_exist_are_not_valid)
{
	static const struct civil wrong[] = {
		{ .year = 2026, .month = 2, .day = 29 },
		{ .year = 2100, .month = 2, .day = 29 },
		{ .year = 2026, .month = 4, .day = 31 },
		{ .year = 2026, .month = 0, .day = 1 },
		{ .year = 2026, .month = 13, .day = 1 },
		{ .year = 2026, .month = 1, .day = 0 },
		{ .year = 2026, .month = 1, .day = 1, .hour = 24 },
		{ .year = 2026, .month = 1, .day = 1, .minute = 60 },
		{ .year = 2026, .month = 1, .day = 1, .second = 61 },
		{ .year = 2026, .month = 1, .day = 1, .hour = -1 }
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(civil_valid(&wrong[i]));
}

TEST(all_seconds_of_int64_have_a_date_and_come_back)
{
	static const int64_t ends[] = { INT64_MIN, INT64_MIN + 1,
		INT64_MIN + 86400, INT64_MAX - 86400, INT64_MAX - 1,
		INT64_MAX };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct civil c = civil_from_s(ends[i]);

		assert_true(civil_valid(&c));
		assert_true(civil_to_s(&c) == ends[i]);
	}
}

TEST(years_beyond_int64_saturate)
{
	struct civil c = { .year = INT64_MAX, .month = 1, .day = 1 };

	assert_true(civil_to_s(&c) == INT64_MAX);
	c.year = INT64_C(292277026597);
	assert_true(civil_to_s(&c) == INT64_MAX);
	c.year = INT64_C(-292277022658);
	assert_true(civil_to_s(&c) == INT64_MIN);
	c.year = INT64_MIN;
	assert_true(civil_to_s(&c) == INT64_MIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_begins_on_a_thursday_in_1970),
		cmocka_unit_test(a_day_of_today_is_counted_right),
		cmocka_unit_test(the_second_before_1970_is_the_last_of_1969),
		cmocka_unit_test(every_fourth_year_is_a_leap_year_except_three_centuries_of_four),
		cmocka_unit_test(february_has_29_days_in_1600_and_28_in_2100),
		cmocka_unit_test(the_leap_day_of_1600_is_there_and_that_of_2100_is_not),
		cmocka_unit_test(no_days_are_dropped_in_october_1582),
		cmocka_unit_test(day_follows_day_for_a_thousand_years),
		cmocka_unit_test(a_leap_second_counts_as_the_next_second),
		cmocka_unit_test(days_out_of_range_are_carried_over),
		cmocka_unit_test(dates_that_do_not_exist_are_not_valid),
		cmocka_unit_test(all_seconds_of_int64_have_a_date_and_come_back),
		cmocka_unit_test(years_beyond_int64_saturate)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
