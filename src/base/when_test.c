#include "base/when.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/test.h"

/* 2026-03-10 00:05:00 UTC, a Tuesday: the present of these tests. */
#define NOW_S INT64_C(1773101100)
#define NOW (NOW_S * WHEN_SECOND)

static struct zone *utc;
static struct zone *berlin;
static struct zone *kathmandu;

static int
open_zones(void **state)
{
	(void)state;
	return zone_open(&utc, "UTC", NULL) ||
	    zone_open(&berlin, "Europe/Berlin", NULL) ||
	    zone_open(&kathmandu, "Asia/Kathmandu", NULL);
}

static int
close_zones(void **state)
{
	(void)state;
	zone_close(&utc);
	zone_close(&berlin);
	zone_close(&kathmandu);
	return 0;
}

static void
assert_format(int64_t time_ns, enum when_form form, const struct zone *z,
    const char *expected)
{
	struct buf b = { 0 };

	when_format(&b, time_ns, form, z);
	assert_string_equal(b.p, expected);
	buf_clear(&b);
}

static void
assert_duration(int64_t duration_ns, const char *expected)
{
	struct buf b = { 0 };

	when_format_duration(&b, duration_ns);
	assert_string_equal(b.p, expected);
	buf_clear(&b);
}

static void
assert_parsed(const char *text, const struct zone *z, int64_t expected_ns)
{
	struct err err = { 0 };
	int64_t ns = WHEN_NONE;

	assert_int_equal(when_parse(str_from(text), NOW, z, &ns, &err), 0);
	if (ns != expected_ns)
		fail_msg("%s is %lld", text, (long long)ns);
}

static void
assert_refused(const char *text)
{
	struct err err = { 0 };
	int64_t ns;

	if (when_parse(str_from(text), NOW, berlin, &ns, &err) != -1)
		fail_msg("%s was taken for a time", text);
	assert_int_equal(err.kind, ERR_USAGE);
}

TEST(seconds_become_nanoseconds_and_saturate)
{
	assert_true(when_from_s(-1) == -WHEN_SECOND);
	assert_true(when_from_s(INT64_MAX) == INT64_MAX);
	assert_true(when_from_s(INT64_C(9223372037)) == INT64_MAX);
	assert_true(when_from_s(INT64_C(-9223372037)) == WHEN_NONE + 1);
	assert_true(when_from_s(INT64_MIN) == WHEN_NONE + 1);
}

TEST(nanoseconds_become_seconds_rounded_down)
{
	assert_true(when_to_s(1999999999) == 1);
	assert_true(when_to_s(-1) == -1);
	assert_true(when_to_s(-WHEN_SECOND) == -1);
	assert_true(when_to_s(INT64_MIN) == INT64_C(-9223372037));
	assert_true(when_to_s(INT64_MAX) == INT64_C(9223372036));
}

TEST(rfc3339_is_utc_and_needs_no_zone)
{
	assert_format(NOW, WHEN_RFC3339, NULL, "2026-03-10T00:05:00Z");
	assert_format(NOW, WHEN_RFC3339, berlin, "2026-03-10T00:05:00Z");
}

TEST(rfc3339_has_milliseconds_if_there_are_any)
{
	assert_format(NOW + 7000000, WHEN_RFC3339, NULL,
	    "2026-03-10T00:05:00.007Z");
	assert_format(NOW + 999999, WHEN_RFC3339, NULL, "2026-03-10T00:05:00Z");
}

TEST(local_forms_follow_the_zone)
{
	assert_format(NOW, WHEN_LOCAL, berlin, "2026-03-10 01:05:00");
	assert_format(NOW, WHEN_LOCAL_ZONE, berlin, "2026-03-10 01:05:00 +0100");
	assert_format(NOW, WHEN_LOCAL_ZONE, kathmandu,
	    "2026-03-10 05:50:00 +0545");
	assert_format(NOW, WHEN_HOUR, berlin, "2026-03-10, 01");
	assert_format(NOW, WHEN_DAY, berlin, "2026-03-10");
	assert_format(NOW, WHEN_MONTH, berlin, "2026-03");
}

TEST(an_offset_west_of_utc_has_a_minus)
{
	struct zone *z;

	assert_int_equal(zone_open(&z, "America/St_Johns", NULL), 0);
	assert_format(NOW, WHEN_LOCAL_ZONE, z, "2026-03-09 21:35:00 -0230");
	zone_close(&z);
}

TEST(the_hour_repeated_prints_with_two_offsets)
{
	int64_t second_run = INT64_C(1792891800) * WHEN_SECOND;

	assert_format(second_run - WHEN_HOUR_S * WHEN_SECOND, WHEN_LOCAL_ZONE,
	    berlin, "2026-10-25 02:30:00 +0200");
	assert_format(second_run, WHEN_LOCAL_ZONE, berlin,
	    "2026-10-25 02:30:00 +0100");
}

TEST(tai64n_is_ten_seconds_ahead_of_unix)
{
	assert_format(NOW + 230487500, WHEN_TAI64N, NULL,
	    "@4000000069af60360dbcf5cc");
	assert_format(-1, WHEN_TAI64N, NULL, "@40000000000000093b9ac9ff");
}

TEST(no_time_prints_as_a_dash)
{
	assert_format(WHEN_NONE, WHEN_RFC3339, NULL, "-");
	assert_format(WHEN_NONE, WHEN_LOCAL, berlin, "-");
}

TEST(the_first_and_the_last_instant_print)
{
	assert_format(WHEN_NONE + 1, WHEN_RFC3339, NULL,
	    "1677-09-21T00:12:43.145Z");
	assert_format(INT64_MAX, WHEN_RFC3339, NULL, "2262-04-11T23:47:16.854Z");
	assert_format(INT64_MAX, WHEN_LOCAL, berlin, "2262-04-12 00:47:16");
}

TEST(printing_appends)
{
	struct buf b = { 0 };

	buf_add_str(&b, STR("at "));
	when_format(&b, NOW, WHEN_DAY, utc);
	assert_string_equal(b.p, "at 2026-03-10");
	buf_clear(&b);
}

TEST(a_duration_takes_the_unit_that_suits_it)
{
	assert_duration(0, "0.000s");
	assert_duration(313000000, "0.313s");
	assert_duration(12300000000, "12.3s");
	assert_duration(245 * WHEN_SECOND, "4m05s");
	assert_duration(7800 * WHEN_SECOND, "2h10m");
	assert_duration(76 * WHEN_HOUR_S * WHEN_SECOND, "3d04h");
}

TEST(a_duration_rounded_up_takes_the_next_unit)
{
	assert_duration(999499999, "0.999s");
	assert_duration(999500000, "1.0s");
	assert_duration(59949999999, "59.9s");
	assert_duration(59950000000, "1m00s");
	assert_duration(INT64_C(3599500000000), "1h00m");
	assert_duration(86399 * WHEN_SECOND, "1d00h");
}

TEST(a_duration_below_zero_has_a_minus)
{
	assert_duration(-245 * WHEN_SECOND, "-4m05s");
	assert_duration(INT64_MIN, "-106752d00h");
}

TEST(now_is_now)
{
	assert_parsed("now", berlin, NOW);
}

TEST(a_date_is_its_midnight_in_the_zone)
{
	assert_parsed("2026-03-10", utc, (NOW_S - 300) * WHEN_SECOND);
	assert_parsed("2026-03-10", berlin, (NOW_S - 300 - 3600) * WHEN_SECOND);
	assert_parsed("2026-03-10", kathmandu,
	    (NOW_S - 300 - 20700) * WHEN_SECOND);
}

TEST(a_time_of_day_may_have_seconds_and_a_fraction)
{
	assert_parsed("2026-03-10 01:05", berlin, NOW);
	assert_parsed("2026-03-10T01:05", berlin, NOW);
	assert_parsed("2026-03-10 01:05:06", berlin, NOW + 6 * WHEN_SECOND);
	assert_parsed("2026-03-10 01:05:06.5", berlin,
	    NOW + 6500 * INT64_C(1000000));
	assert_parsed("2026-03-10 01:05:00.123456789999", berlin,
	    NOW + 123456789);
}

TEST(a_zone_that_is_given_counts)
{
	assert_parsed("2026-03-10T00:05:00Z", berlin, NOW);
	assert_parsed("2026-03-10T00:05Z", berlin, NOW);
	assert_parsed("2026-03-10T00:05:00.250Z", berlin, NOW + 250000000);
	assert_parsed("2026-03-10T05:50:00+05:45", berlin, NOW);
	assert_parsed("2026-03-09 21:35:00 -0230", berlin, NOW);
	assert_parsed("2026-03-10 02:05+02", berlin, NOW);
}

TEST(what_is_printed_can_be_parsed)
{
	static const enum when_form forms[] = { WHEN_RFC3339, WHEN_LOCAL,
		WHEN_LOCAL_ZONE, WHEN_TAI64N };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct buf b = { 0 };

		when_format(&b, NOW, forms[i], kathmandu);
		assert_parsed(b.p, kathmandu, NOW);
		buf_clear(&b);
	}
}

TEST(the_hour_left_out_and_the_hour_repeated_parse)
{
	assert_parsed("2026-03-29 02:30", berlin,
	    INT64_C(1774747800) * WHEN_SECOND);
	assert_parsed("2026-10-25 02:30", berlin,
	    INT64_C(1792888200) * WHEN_SECOND);
	assert_parsed("2026-10-25 02:30 +0100", berlin,
	    INT64_C(1792891800) * WHEN_SECOND);
}

TEST(a_leap_second_is_the_next_second)
{
	assert_parsed("2016-12-31T23:59:60Z", utc,
	    INT64_C(1483228800) * WHEN_SECOND);
}

TEST(unix_seconds_have_an_at_sign_or_ten_digits)
{
	assert_parsed("@1767225600", utc, INT64_C(1767225600) * WHEN_SECOND);
	assert_parsed("1767225600", utc, INT64_C(1767225600) * WHEN_SECOND);
	assert_parsed("@0", utc, 0);
	assert_parsed("1795357230.230487500", utc,
	    INT64_C(1795357230230487500));
}

TEST(a_tai64n_label_parses)
{
	assert_parsed("@4000000069af60360dbcf5cc", berlin, NOW + 230487500);
	assert_parsed("@400000000000000a00000000", berlin, 0);
	assert_parsed("@400000000000000900000000", berlin, -WHEN_SECOND);
}

TEST(a_tai64n_label_beyond_the_range_saturates)
{
	assert_parsed("@7fffffffffffffff3b9ac9ff", utc, INT64_MAX);
	assert_parsed("@000000000000000000000000", utc, WHEN_NONE + 1);
}

TEST(what_only_looks_like_a_tai64n_label_is_refused)
{
	static const char *const wrong[] = {
		"@400000000000000a3b9aca00", /* a whole second of nanoseconds */
		"@800000000000000000000000", /* reserved */
		"@4000000069af60360dbcf5c",
		"@4000000069af60360dbcf5ccc",
		"@4000000069af6036xdbcf5cc",
		"*",
		"@*",
		"@"
	};
	int64_t ns;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(when_parse_tai64n(str_from(wrong[i]), &ns));
	assert_false(when_parse_tai64n(str_none(), &ns));
}

TEST(relative_times_count_from_now)
{
	assert_parsed("-2h", utc, NOW - 7200 * WHEN_SECOND);
	assert_parsed("-90m", utc, NOW - 5400 * WHEN_SECOND);
	assert_parsed("-3d", utc, NOW - 3 * WHEN_DAY_S * WHEN_SECOND);
	assert_parsed("-1w", utc, NOW - 7 * WHEN_DAY_S * WHEN_SECOND);
	assert_parsed("+30s", utc, NOW + 30 * WHEN_SECOND);
}

TEST(times_beyond_the_range_saturate)
{
	assert_parsed("1600-01-01", utc, WHEN_NONE + 1);
	assert_parsed("9999-12-31 23:59", berlin, INT64_MAX);
	assert_parsed("@18446744073709551615.9", utc, INT64_MAX);
	assert_parsed("-18446744073709551615w", utc,
	    NOW - INT64_MAX);
	assert_parsed("+18446744073709551615w", utc, INT64_MAX);
}

TEST(nonsense_is_refused)
{
	static const char *const wrong[] = { "", " ", "nonsense", "now ", "2026",
		"2026-03", "2026-3-10", "20260310", "2026-03-10 ", "2026-03-10T",
		"2026-03-10 14", "2026-03-10 1:05", "2026-03-10 14:05:",
		"2026-03-10 14:05:06.", "2026-03-10 14:05.5", "2026-03-10Z",
		"2026-03-10 14:05 Z", "2026-03-10 14:05+1", "2026-03-10 14:05+",
		"2026-03-10 14:05+01:", "2026-03-10 14:05+01000",
		"2026-03-10 14:05+25", "2026-03-10 14:05 Europe/Berlin", "-2",
		"2h", "-h", "--2h", "-2y", "-2h ", "- 2h", "+-2h", "123456789",
		"@", "@-1", "@1.", "@1.x", "@1e9", "1767225600.", "17672256000x" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_refused(wrong[i]);
}

TEST(days_that_do_not_exist_are_refused)
{
	assert_refused("2026-02-29");
	assert_refused("2100-02-29");
	assert_refused("2026-13-01");
	assert_refused("2026-03-10 24:00");
	assert_refused("2026-03-10 14:60");
}

TEST(the_refusal_says_in_one_line_what_can_be_written)
{
	struct err err = { 0 };
	int64_t ns;

	assert_int_equal(when_parse(STR("last tuesday"), NOW, utc, &ns, &err),
	    -1);
	assert_non_null(strstr(err.text, "\"last tuesday\""));
	assert_non_null(strstr(err.text, "2026-03-10 14:05"));
	assert_non_null(strstr(err.text, "@1767225600"));
	assert_non_null(strstr(err.text, "TAI64N"));
	assert_non_null(strstr(err.text, "-90m"));
	assert_null(strchr(err.text, '\n'));
}

TEST(a_long_refused_text_is_cut)
{
	char text[1000];
	struct err err = { 0 };
	int64_t ns;

	memset(text, 'x', sizeof(text));
	assert_int_equal(when_parse(str_make(text, sizeof(text)), NOW, utc, &ns,
	    &err), -1);
	assert_non_null(strstr(err.text, "-90m"));
}

TEST(the_present_is_after_2024)
{
	assert_true(when_now_ns() > INT64_C(1704067200) * WHEN_SECOND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seconds_become_nanoseconds_and_saturate),
		cmocka_unit_test(nanoseconds_become_seconds_rounded_down),
		cmocka_unit_test(rfc3339_is_utc_and_needs_no_zone),
		cmocka_unit_test(rfc3339_has_milliseconds_if_there_are_any),
		cmocka_unit_test(local_forms_follow_the_zone),
		cmocka_unit_test(an_offset_west_of_utc_has_a_minus),
		cmocka_unit_test(the_hour_repeated_prints_with_two_offsets),
		cmocka_unit_test(tai64n_is_ten_seconds_ahead_of_unix),
		cmocka_unit_test(no_time_prints_as_a_dash),
		cmocka_unit_test(the_first_and_the_last_instant_print),
		cmocka_unit_test(printing_appends),
		cmocka_unit_test(a_duration_takes_the_unit_that_suits_it),
		cmocka_unit_test(a_duration_rounded_up_takes_the_next_unit),
		cmocka_unit_test(a_duration_below_zero_has_a_minus),
		cmocka_unit_test(now_is_now),
		cmocka_unit_test(a_date_is_its_midnight_in_the_zone),
		cmocka_unit_test(a_time_of_day_may_have_seconds_and_a_fraction),
		cmocka_unit_test(a_zone_that_is_given_counts),
		cmocka_unit_test(what_is_printed_can_be_parsed),
		cmocka_unit_test(the_hour_left_out_and_the_hour_repeated_parse),
		cmocka_unit_test(a_leap_second_is_the_next_second),
		cmocka_unit_test(unix_seconds_have_an_at_sign_or_ten_digits),
		cmocka_unit_test(a_tai64n_label_parses),
		cmocka_unit_test(a_tai64n_label_beyond_the_range_saturates),
		cmocka_unit_test(what_only_looks_like_a_tai64n_label_is_refused),
		cmocka_unit_test(relative_times_count_from_now),
		cmocka_unit_test(times_beyond_the_range_saturate),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(days_that_do_not_exist_are_refused),
		cmocka_unit_test(the_refusal_says_in_one_line_what_can_be_written),
		cmocka_unit_test(a_long_refused_text_is_cut),
		cmocka_unit_test(the_present_is_after_2024)
	};

	return cmocka_run_group_tests(tests, open_zones, close_zones);
}
