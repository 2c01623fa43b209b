#include "base/zone.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/civil.h"
#include "base/err.h"
#include "base/test.h"

static struct zone *
open_zone(const char *name)
{
	struct err err = { 0 };
	struct zone *z;

	assert_int_equal(zone_open(&z, name, &err), 0);
	return z;
}

static int64_t
seconds(int64_t year, int month, int day, int hour, int minute)
{
	struct civil c = { .year = year, .month = month, .day = day,
		.hour = hour, .minute = minute };

	return civil_to_s(&c);
}

/* The clock goes from before_s to after_s east of UTC at change_s exactly. */
static void
assert_change(const struct zone *z, int64_t change_s, int32_t before_s,
    int32_t after_s)
{
	assert_int_equal(zone_offset_s(z, change_s - 1), before_s);
	assert_int_equal(zone_offset_s(z, change_s), after_s);
}

TEST(berlin_goes_to_summer_time_and_back_in_2026)
{
	struct zone *z = open_zone("Europe/Berlin");

	assert_change(z, seconds(2026, 3, 29, 1, 0), 3600, 7200);
	assert_change(z, seconds(2026, 10, 25, 1, 0), 7200, 3600);
	zone_close(&z);
}

TEST(new_york_changes_at_two_in_the_morning)
{
	struct zone *z = open_zone("America/New_York");

	assert_change(z, seconds(2026, 3, 8, 7, 0), -18000, -14400);
	assert_change(z, seconds(2026, 11, 1, 6, 0), -14400, -18000);
	zone_close(&z);
}

TEST(lord_howe_changes_by_half_an_hour)
{
	struct zone *z = open_zone("Australia/Lord_Howe");

	assert_change(z, seconds(2026, 4, 4, 15, 0), 39600, 37800);
	assert_change(z, seconds(2026, 10, 3, 15, 30), 37800, 39600);
	zone_close(&z);
}

TEST(kathmandu_is_three_quarters_past_the_hour)
{
	struct zone *z = open_zone("Asia/Kathmandu");

	assert_int_equal(zone_offset_s(z, seconds(2026, 1, 1, 0, 0)), 20700);
	assert_change(z, seconds(1985, 12, 31, 18, 30), 19800, 20700);
	zone_close(&z);
}

TEST(casablanca_sets_its_clock_back_for_ramadan)
{
	struct zone *z = open_zone("Africa/Casablanca");

	assert_change(z, seconds(2026, 2, 15, 2, 0), 3600, 0);
	assert_change(z, seconds(2026, 3, 22, 2, 0), 0, 3600);
	zone_close(&z);
}

TEST(a_summer_of_less_than_a_week_is_seen)
{
	struct zone *z = open_zone("America/Recife");

	assert_change(z, seconds(2000, 10, 8, 3, 0), -10800, -7200);
	assert_change(z, seconds(2000, 10, 15, 2, 0), -7200, -10800);
	zone_close(&z);
}

TEST(a_change_off_the_hour_is_found_to_the_second)
{
	struct zone *st_johns = open_zone("America/St_Johns");
	struct zone *monrovia = open_zone("Africa/Monrovia");

	assert_change(st_johns, seconds(2010, 3, 14, 3, 31), -12600, -9000);
	assert_change(monrovia, seconds(1972, 1, 7, 0, 44) + 30, -2670, 0);
	zone_close(&st_johns);
	zone_close(&monrovia);
}

TEST(rules_in_posix_form_say_the_same_as_the_data_base)
{
	struct zone *rules = open_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	struct zone *berlin = open_zone("Europe/Berlin");

	for (int64_t s = seconds(1997, 1, 1, 0, 0); s < seconds(2109, 1, 1, 0, 0);
	    s += 1800)
		assert_int_equal(zone_offset_s(rules, s),
		    zone_offset_s(berlin, s));
	zone_close(&rules);
	zone_close(&berlin);
}

TEST(the_table_agrees_with_libc_in_every_hour)
{
	static const char *const names[] = { "Europe/Berlin", "Asia/Gaza",
		"Africa/Casablanca", "Australia/Lord_Howe", "Antarctica/Troll" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct zone *z = open_zone(names[i]);

		setenv("TZ", names[i], 1);
		tzset();
		for (time_t t = 0; t < seconds(2038, 1, 1, 0, 0); t += 3600) {
			struct tm tm;

			localtime_r(&t, &tm);
			assert_int_equal(zone_offset_s(z, t), tm.tm_gmtoff);
		}
		zone_close(&z);
	}
	unsetenv("TZ");
	tzset();
}

TEST(beyond_the_table_the_nearest_offset_holds)
{
	struct zone *z = open_zone("Europe/Berlin");

	assert_int_equal(zone_offset_s(z, INT64_MIN), 3600);
	assert_int_equal(zone_offset_s(z, seconds(1900, 7, 1, 0, 0)), 3600);
	assert_int_equal(zone_offset_s(z, seconds(2200, 7, 1, 0, 0)), 3600);
	assert_int_equal(zone_offset_s(z, INT64_MAX), 3600);
	zone_close(&z);
}

TEST(local_time_becomes_an_instant_in_winter_and_in_summer)
{
	struct zone *z = open_zone("Europe/Berlin");

	assert_true(zone_from_local(z, seconds(2026, 1, 10, 12, 0), INT64_MIN) ==
	    seconds(2026, 1, 10, 11, 0));
	assert_true(zone_from_local(z, seconds(2026, 7, 10, 12, 0), INT64_MIN) ==
	    seconds(2026, 7, 10, 10, 0));
	zone_close(&z);
}

TEST(the_hour_left_out_is_read_as_if_the_clock_had_not_changed)
{
	struct zone *z = open_zone("Europe/Berlin");

	assert_true(zone_from_local(z, seconds(2026, 3, 29, 1, 59), INT64_MIN) ==
	    seconds(2026, 3, 29, 0, 59));
	assert_true(zone_from_local(z, seconds(2026, 3, 29, 2, 0), INT64_MIN) ==
	    seconds(2026, 3, 29, 1, 0));
	assert_true(zone_from_local(z, seconds(2026, 3, 29, 2, 30), INT64_MIN) ==
	    seconds(2026, 3, 29, 1, 30));
	assert_true(zone_from_local(z, seconds(2026, 3, 29, 3, 0), INT64_MIN) ==
	    seconds(2026, 3, 29, 1, 0));
	zone_close(&z);
}

TEST(the_hour_repeated_is_its_first_run_unless_that_is_over)
{
	struct zone *z = open_zone("Europe/Berlin");
	int64_t local_s = seconds(2026, 10, 25, 2, 30);
	int64_t first_s = seconds(2026, 10, 25, 0, 30);

	assert_true(zone_from_local(z, local_s, INT64_MIN) == first_s);
	assert_true(zone_from_local(z, local_s, first_s) == first_s);
	assert_true(zone_from_local(z, local_s, first_s + 1) == first_s + 3600);
	assert_true(zone_from_local(z, local_s, first_s + 3600) == first_s + 3600);
	zone_close(&z);
}

TEST(of_two_instants_that_are_over_the_second_is_meant)
{
	struct zone *z = open_zone("Europe/Berlin");

	assert_true(zone_from_local(z, seconds(2026, 10, 25, 2, 30), INT64_MAX) ==
	    seconds(2026, 10, 25, 1, 30));
	assert_true(zone_from_local(z, seconds(2026, 10, 25, 3, 0), INT64_MAX) ==
	    seconds(2026, 10, 25, 2, 0));
	zone_close(&z);
}

TEST(the_hour_after_the_repeated_one_begins_where_that_ends)
{
	struct zone *z = open_zone("Europe/Berlin");

	assert_true(zone_from_local(z, seconds(2026, 10, 25, 3, 0), INT64_MIN) ==
	    seconds(2026, 10, 25, 2, 0));
	assert_true(zone_from_local(z, seconds(2026, 10, 25, 1, 59), INT64_MIN) ==
	    seconds(2026, 10, 24, 23, 59));
	zone_close(&z);
}

TEST(half_an_hour_is_left_out_and_repeated_on_lord_howe)
{
	struct zone *z = open_zone("Australia/Lord_Howe");

	assert_true(zone_from_local(z, seconds(2026, 10, 4, 2, 15), INT64_MIN) ==
	    seconds(2026, 10, 3, 15, 45));
	assert_true(zone_from_local(z, seconds(2026, 4, 5, 1, 45), INT64_MIN) ==
	    seconds(2026, 4, 4, 14, 45));
	assert_true(zone_from_local(z, seconds(2026, 4, 5, 1, 45),
	    seconds(2026, 4, 4, 15, 0)) == seconds(2026, 4, 4, 15, 15));
	zone_close(&z);
}

TEST(a_day_left_out_at_the_date_line_is_the_day_after)
{
	struct zone *z = open_zone("Pacific/Apia");

	assert_true(zone_from_local(z, seconds(2011, 12, 30, 12, 0), INT64_MIN) ==
	    zone_from_local(z, seconds(2011, 12, 31, 12, 0), INT64_MIN));
	zone_close(&z);
}

TEST(each_instant_is_found_again_from_its_local_time)
{
	static const char *const names[] = { "Europe/Berlin", "Pacific/Apia",
		"Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct zone *z = open_zone(names[i]);

		for (int64_t s = seconds(1980, 1, 1, 0, 0);
		    s < seconds(2040, 1, 1, 0, 0); s += 900)
			assert_true(zone_from_local(z, s + zone_offset_s(z, s),
			    s) == s);
		zone_close(&z);
	}
}

TEST(local_times_at_the_ends_of_int64_saturate)
{
	struct zone *east = open_zone("Europe/Berlin");
	struct zone *west = open_zone("America/New_York");

	assert_true(zone_from_local(east, INT64_MIN, INT64_MIN) == INT64_MIN);
	assert_true(zone_from_local(west, INT64_MAX, INT64_MIN) == INT64_MAX);
	zone_close(&east);
	zone_close(&west);
}

TEST(hours_are_whole_in_berlin_and_not_in_kathmandu)
{
	struct zone *berlin = open_zone("Europe/Berlin");
	struct zone *kathmandu = open_zone("Asia/Kathmandu");

	assert_true(zone_whole_hours(berlin, INT64_MIN, INT64_MAX));
	assert_false(zone_whole_hours(kathmandu, INT64_MIN, INT64_MAX));
	zone_close(&berlin);
	zone_close(&kathmandu);
}

TEST(hours_are_whole_on_lord_howe_in_summer_only)
{
	struct zone *z = open_zone("Australia/Lord_Howe");
	int64_t change_s = seconds(2026, 4, 4, 15, 0);

	assert_true(zone_whole_hours(z, change_s - 86400, change_s));
	assert_false(zone_whole_hours(z, change_s - 86400, change_s + 1));
	assert_false(zone_whole_hours(z, change_s, change_s + 86400));
	zone_close(&z);
}

TEST(the_environment_is_left_as_it_was)
{
	struct zone *z;

	setenv("TZ", "Asia/Kathmandu", 1);
	z = open_zone("Europe/Berlin");
	zone_close(&z);
	assert_string_equal(getenv("TZ"), "Asia/Kathmandu");
	assert_int_equal(timezone, -20700);
	unsetenv("TZ");
	z = open_zone("Europe/Berlin");
	zone_close(&z);
	assert_null(getenv("TZ"));
}

TEST(the_environment_gives_the_zone_if_no_name_does)
{
	struct zone *z;

	setenv("TZ", "Asia/Kathmandu", 1);
	z = open_zone(NULL);
	assert_string_equal(zone_name(z), "Asia/Kathmandu");
	assert_int_equal(zone_offset_s(z, 1773100800), 20700);
	zone_close(&z);
	unsetenv("TZ");
}

TEST(the_system_has_a_zone)
{
	struct zone *z;

	unsetenv("TZ");
	z = open_zone(NULL);
	assert_true(strlen(zone_name(z)) > 0);
	zone_close(&z);
}

TEST(utc_is_utc_without_a_data_base)
{
	struct zone *z;

	setenv("TZDIR", "/nowhere", 1);
	z = open_zone("UTC");
	unsetenv("TZDIR");
	assert_string_equal(zone_name(z), "UTC");
	assert_int_equal(zone_offset_s(z, 1773100800), 0);
	zone_close(&z);
}

TEST(an_unknown_zone_is_an_error_and_no_zone)
{
	struct err err = { 0 };
	struct zone *z;

	assert_int_equal(zone_open(&z, "Europe/Berln", &err), -1);
	assert_null(z);
	assert_int_equal(err.kind, ERR_USAGE);
	zone_close(&z);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(berlin_goes_to_summer_time_and_back_in_2026),
		cmocka_unit_test(new_york_changes_at_two_in_the_morning),
		cmocka_unit_test(lord_howe_changes_by_half_an_hour),
		cmocka_unit_test(kathmandu_is_three_quarters_past_the_hour),
		cmocka_unit_test(casablanca_sets_its_clock_back_for_ramadan),
		cmocka_unit_test(a_summer_of_less_than_a_week_is_seen),
		cmocka_unit_test(a_change_off_the_hour_is_found_to_the_second),
		cmocka_unit_test(rules_in_posix_form_say_the_same_as_the_data_base),
		cmocka_unit_test(the_table_agrees_with_libc_in_every_hour),
		cmocka_unit_test(beyond_the_table_the_nearest_offset_holds),
		cmocka_unit_test(local_time_becomes_an_instant_in_winter_and_in_summer),
		cmocka_unit_test(the_hour_left_out_is_read_as_if_the_clock_had_not_changed),
		cmocka_unit_test(the_hour_repeated_is_its_first_run_unless_that_is_over),
		cmocka_unit_test(of_two_instants_that_are_over_the_second_is_meant),
		cmocka_unit_test(the_hour_after_the_repeated_one_begins_where_that_ends),
		cmocka_unit_test(half_an_hour_is_left_out_and_repeated_on_lord_howe),
		cmocka_unit_test(a_day_left_out_at_the_date_line_is_the_day_after),
		cmocka_unit_test(each_instant_is_found_again_from_its_local_time),
		cmocka_unit_test(local_times_at_the_ends_of_int64_saturate),
		cmocka_unit_test(hours_are_whole_in_berlin_and_not_in_kathmandu),
		cmocka_unit_test(hours_are_whole_on_lord_howe_in_summer_only),
		cmocka_unit_test(the_environment_is_left_as_it_was),
		cmocka_unit_test(the_environment_gives_the_zone_if_no_name_does),
		cmocka_unit_test(the_system_has_a_zone),
		cmocka_unit_test(utc_is_utc_without_a_data_base),
		cmocka_unit_test(an_unknown_zone_is_an_error_and_no_zone)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
