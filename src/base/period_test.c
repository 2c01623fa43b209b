#include "base/period.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/test.h"
#include "base/when.h"

static struct zone *utc;
static struct zone *berlin;

static int
open_zones(void **state)
{
	(void)state;
	return zone_open(&utc, "UTC", NULL) ||
	    zone_open(&berlin, "Europe/Berlin", NULL);
}

static int
close_zones(void **state)
{
	(void)state;
	zone_close(&utc);
	zone_close(&berlin);
	return 0;
}

/* "2026-03-10 14:05" in the zone, or RFC 3339; "-" is an open side. */
static int64_t
at(const char *text, const struct zone *z, int64_t open)
{
	struct err err = { 0 };
	int64_t ns = open;

	if (strcmp(text, "-") != 0 &&
	    when_parse(str_from(text), 0, z, &ns, &err) == -1)
		fail_msg("%s", err.text);
	return ns;
}

static void
assert_period(const struct period *p, const struct zone *z, const char *start,
    const char *end)
{
	struct buf b = { 0 };

	if (p->start_ns != at(start, z, INT64_MIN) ||
	    p->end_ns != at(end, z, INT64_MAX)) {
		when_format(&b, p->start_ns, WHEN_LOCAL_ZONE, z);
		buf_add_str(&b, STR(" to "));
		when_format(&b, p->end_ns, WHEN_LOCAL_ZONE, z);
		fail_msg("%s", b.p);
	}
}

static void
assert_resolved(struct period_options o, const char *now, const struct zone *z,
    const char *start, const char *end)
{
	struct err err = { 0 };
	struct period p;

	if (period_resolve(&o, true, at(now, z, 0), z, &p, &err) == -1)
		fail_msg("%s", err.text);
	assert_period(&p, z, start, end);
}

static void
assert_hours(struct period_options o, const char *now, const struct zone *z,
    int64_t hours)
{
	struct err err = { 0 };
	struct period p;

	assert_int_equal(period_resolve(&o, true, at(now, z, 0), z, &p, &err), 0);
	assert_true(p.end_ns - p.start_ns == hours * WHEN_HOUR_S * WHEN_SECOND);
}

static void
assert_refused(struct period_options o, const char *part)
{
	struct err err = { 0 };
	struct period p = { .start_ns = 1, .end_ns = 2 };

	assert_int_equal(period_resolve(&o, true,
	    at("2026-03-10 08:00", berlin, 0), berlin, &p, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	if (strstr(err.text, part) == NULL)
		fail_msg("%s", err.text);
	assert_true(p.start_ns == 1 && p.end_ns == 2);
}

static void
assert_before(const char *start, const char *end, const struct zone *z,
    const char *expected)
{
	struct period p = { .start_ns = at(start, z, 0), .end_ns = at(end, z, 0) };
	struct period before = period_before(&p, z);

	assert_period(&before, z, expected, start);
}

#define OPTIONS(...) ((struct period_options){ __VA_ARGS__ })

TEST(named_logs_are_reported_whole)
{
	assert_resolved(OPTIONS(.since = NULL), "2026-03-10 08:00", berlin, "-",
	    "-");
}

TEST(configured_logs_are_reported_daily)
{
	struct period_options none = { 0 };
	struct err err = { 0 };
	struct period p;

	assert_int_equal(period_resolve(&none, false,
	    at("2026-03-10 08:00", berlin, 0), berlin, &p, &err), 0);
	assert_period(&p, berlin, "2026-03-09", "2026-03-10");
}

TEST(daily_ends_at_the_latest_midnight)
{
	assert_resolved(OPTIONS(.interval = "daily"), "2026-03-10 08:00", berlin,
	    "2026-03-09", "2026-03-10");
}

TEST(a_base_instant_that_is_now_is_the_end)
{
	assert_resolved(OPTIONS(.interval = "daily"), "2026-03-10 00:00", berlin,
	    "2026-03-09", "2026-03-10");
	assert_resolved(OPTIONS(.base = "midday"), "2026-03-10 12:00", berlin,
	    "2026-03-09 12:00", "2026-03-10 12:00");
}

TEST(a_base_instant_later_than_now_is_yesterdays)
{
	assert_resolved(OPTIONS(.base = "midday"), "2026-03-10 08:00", berlin,
	    "2026-03-08 12:00", "2026-03-09 12:00");
	assert_resolved(OPTIONS(.base = "9"), "2026-03-10 08:59:59.999", berlin,
	    "2026-03-08 09:00", "2026-03-09 09:00");
}

TEST(base_hours_go_from_0_to_23)
{
	assert_resolved(OPTIONS(.base = "0"), "2026-03-10 08:00", berlin,
	    "2026-03-09", "2026-03-10");
	assert_resolved(OPTIONS(.base = "23"), "2026-03-10 08:00", berlin,
	    "2026-03-08 23:00", "2026-03-09 23:00");
}

TEST(base_now_ends_at_the_moment_of_the_run)
{
	assert_resolved(OPTIONS(.base = "now"), "2026-03-10 08:01:02.5", berlin,
	    "2026-03-09 08:01:02.5", "2026-03-10 08:01:02.5");
}

TEST(a_day_has_23_hours_when_the_clock_is_set_forward)
{
	assert_resolved(OPTIONS(.interval = "daily"), "2026-03-30 08:00", berlin,
	    "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
	assert_hours(OPTIONS(.interval = "daily"), "2026-03-30 08:00", berlin, 23);
	assert_hours(OPTIONS(.base = "midday"), "2026-03-29 13:00", berlin, 23);
	assert_hours(OPTIONS(.base = "now"), "2026-03-29 13:00", berlin, 23);
}

TEST(a_day_has_25_hours_when_the_clock_is_set_back)
{
	assert_hours(OPTIONS(.interval = "daily"), "2026-10-26 08:00", berlin, 25);
	assert_hours(OPTIONS(.name = "yesterday"), "2026-10-26 08:00", berlin, 25);
	assert_hours(OPTIONS(.interval = "weekly"), "2026-10-26 08:00", berlin,
	    169);
}

TEST(a_base_hour_left_out_follows_the_clock_unchanged)
{
	assert_resolved(OPTIONS(.base = "2"), "2026-03-29 08:00", berlin,
	    "2026-03-28 02:00", "2026-03-29 03:00");
	assert_resolved(OPTIONS(.base = "2"), "2026-03-30 08:00", berlin,
	    "2026-03-29 03:00", "2026-03-30 02:00");
}

TEST(a_base_hour_repeated_is_its_first_run)
{
	assert_resolved(OPTIONS(.base = "2"), "2026-10-25T00:10:00Z", berlin,
	    "2026-10-24 02:00", "2026-10-25T00:00:00Z");
	assert_resolved(OPTIONS(.base = "2"), "2026-10-25T01:10:00Z", berlin,
	    "2026-10-24 02:00", "2026-10-25T00:00:00Z");
}

TEST(a_midnight_seen_before_the_clock_went_back_over_it_counts)
{
	struct zone *z;

	/* At 00:01 on 2010-11-07 it became 23:01 on the day before again. */
	assert_int_equal(zone_open(&z, "America/St_Johns", NULL), 0);
	assert_resolved(OPTIONS(.interval = "daily"), "2010-11-07T02:50:00Z", z,
	    "2010-11-06", "2010-11-07T02:30:00Z");
	zone_close(&z);
}

TEST(weekly_fortnightly_and_monthly_are_7_14_and_30_days)
{
	assert_resolved(OPTIONS(.interval = "weekly"), "2026-03-10 08:00", berlin,
	    "2026-03-03", "2026-03-10");
	assert_resolved(OPTIONS(.interval = "fortnightly"), "2026-03-10 08:00",
	    berlin, "2026-02-24", "2026-03-10");
	assert_resolved(OPTIONS(.interval = "monthly"), "2026-03-10 08:00",
	    berlin, "2026-02-08", "2026-03-10");
}

TEST(thirty_days_may_have_an_hour_less)
{
	assert_hours(OPTIONS(.interval = "monthly"), "2026-04-10 08:00", berlin,
	    719);
}

TEST(a_calendar_month_is_as_long_as_the_month)
{
	assert_resolved(OPTIONS(.interval = "calendar-month"),
	    "2026-03-10 08:00", berlin, "2026-02-10", "2026-03-10");
	assert_resolved(OPTIONS(.interval = "calendar-month"),
	    "2026-01-01 08:00", berlin, "2025-12-01", "2026-01-01");
}

TEST(a_calendar_month_before_the_31st_begins_on_the_last_day)
{
	assert_resolved(OPTIONS(.interval = "calendar-month"),
	    "2026-03-31 08:00", berlin, "2026-02-28", "2026-03-31");
	assert_resolved(OPTIONS(.interval = "calendar-month"),
	    "2024-03-31 08:00", berlin, "2024-02-29", "2024-03-31");
}

TEST(a_number_is_hours_that_pass)
{
	assert_resolved(OPTIONS(.interval = "12"), "2026-03-10 08:00", berlin,
	    "2026-03-09 12:00", "2026-03-10");
	assert_resolved(OPTIONS(.interval = "24"), "2026-03-30 08:00", berlin,
	    "2026-03-28 23:00", "2026-03-30");
	assert_resolved(OPTIONS(.interval = "2", .base = "now"),
	    "2026-10-25T01:30:00Z", berlin, "2026-10-24T23:30:00Z",
	    "2026-10-25T01:30:00Z");
}

TEST(today_and_yesterday_are_days_of_the_zone)
{
	assert_resolved(OPTIONS(.name = "today"), "2026-03-09T23:30:00Z", berlin,
	    "2026-03-10", "2026-03-11");
	assert_resolved(OPTIONS(.name = "yesterday"), "2026-03-09T23:30:00Z",
	    berlin, "2026-03-09", "2026-03-10");
	assert_resolved(OPTIONS(.name = "today"), "2026-03-09T23:30:00Z", utc,
	    "2026-03-09", "2026-03-10");
}

TEST(a_week_begins_on_monday)
{
	assert_resolved(OPTIONS(.name = "this-week"), "2026-03-10 08:00", berlin,
	    "2026-03-09", "2026-03-16");
	assert_resolved(OPTIONS(.name = "this-week"), "2026-03-09 00:00", berlin,
	    "2026-03-09", "2026-03-16");
	assert_resolved(OPTIONS(.name = "this-week"), "2026-03-08 23:59", berlin,
	    "2026-03-02", "2026-03-09");
	assert_resolved(OPTIONS(.name = "last-week"), "2026-03-10 08:00", berlin,
	    "2026-03-02", "2026-03-09");
}

TEST(months_begin_on_the_first)
{
	assert_resolved(OPTIONS(.name = "this-month"), "2026-03-31 08:00", berlin,
	    "2026-03-01", "2026-04-01");
	assert_resolved(OPTIONS(.name = "last-month"), "2026-03-31 08:00", berlin,
	    "2026-02-01", "2026-03-01");
	assert_resolved(OPTIONS(.name = "last-month"), "2026-01-15 08:00", berlin,
	    "2025-12-01", "2026-01-01");
}

TEST(all_is_open_at_both_sides)
{
	struct period_options all = { .name = "all" };
	struct err err = { 0 };
	struct period p;

	assert_int_equal(period_resolve(&all, false, 0, berlin, &p, &err), 0);
	assert_period(&p, berlin, "-", "-");
	assert_true(period_unbounded(&p));
}

TEST(since_and_until_are_the_edges)
{
	assert_resolved(OPTIONS(.since = "2026-03-01", .until = "-2h"),
	    "2026-03-10 08:00", berlin, "2026-03-01", "2026-03-10 06:00");
}

TEST(since_alone_and_until_alone_leave_a_side_open)
{
	assert_resolved(OPTIONS(.since = "2026-03-01"), "2026-03-10 08:00",
	    berlin, "2026-03-01", "-");
	assert_resolved(OPTIONS(.until = "now"), "2026-03-10 08:00", berlin, "-",
	    "2026-03-10 08:00");
}

TEST(a_period_with_an_open_side_is_unbounded)
{
	struct period p = { .start_ns = 0, .end_ns = INT64_MAX };

	assert_true(period_unbounded(&p));
	p = (struct period){ .start_ns = INT64_MIN, .end_ns = 0 };
	assert_true(period_unbounded(&p));
	p = (struct period){ .start_ns = 0, .end_ns = 1 };
	assert_false(period_unbounded(&p));
}

TEST(an_end_not_after_its_start_is_refused)
{
	assert_refused(OPTIONS(.since = "2026-03-10", .until = "2026-03-09"),
	    "from 2026-03-10 00:00:00 +0100 to 2026-03-09 00:00:00 +0100");
	assert_refused(OPTIONS(.since = "2026-03-10", .until = "2026-03-10"),
	    "empty");
	assert_refused(OPTIONS(.since = "9999-01-01"), "empty");
}

TEST(two_ways_to_name_a_period_are_refused)
{
	assert_refused(OPTIONS(.since = "-2h", .name = "today"), "--period");
	assert_refused(OPTIONS(.until = "now", .base = "now"), "--base");
	assert_refused(OPTIONS(.interval = "daily", .name = "all"), "--interval");
	assert_refused(OPTIONS(.since = "-2h", .base = "9", .name = "today"),
	    "--since");
}

TEST(nonsense_is_refused_with_what_can_be_given)
{
	assert_refused(OPTIONS(.since = "soon"), "--since \"soon\"");
	assert_refused(OPTIONS(.until = "late"), "--until \"late\"");
	assert_refused(OPTIONS(.interval = "yearly"), "fortnightly");
	assert_refused(OPTIONS(.interval = ""), "fortnightly");
	assert_refused(OPTIONS(.interval = "0"), "hours");
	assert_refused(OPTIONS(.interval = "-1"), "hours");
	assert_refused(OPTIONS(.interval = "4294967295"), "hours");
	assert_refused(OPTIONS(.base = "24"), "midday");
	assert_refused(OPTIONS(.base = "noon"), "midday");
	assert_refused(OPTIONS(.name = "tomorrow"), "this-week");
}

TEST(before_a_day_is_the_day_before)
{
	assert_before("2026-03-10", "2026-03-11", berlin, "2026-03-09");
	assert_before("2026-03-30", "2026-03-31", berlin, "2026-03-29");
	assert_before("2026-10-25", "2026-10-26", berlin, "2026-10-24");
	assert_before("2026-03-10 12:00", "2026-03-11 12:00", berlin,
	    "2026-03-09 12:00");
}

TEST(before_a_week_is_the_week_before)
{
	assert_before("2026-03-30", "2026-04-06", berlin, "2026-03-23");
}

TEST(before_a_month_is_the_month_before)
{
	assert_before("2026-03-01", "2026-04-01", berlin, "2026-02-01");
	assert_before("2026-01-01", "2026-02-01", berlin, "2025-12-01");
	assert_before("2026-02-10", "2026-03-10", berlin, "2026-01-10");
}

TEST(before_a_quarter_is_a_quarter_and_before_a_year_a_year)
{
	assert_before("2026-04-01", "2026-07-01", berlin, "2026-01-01");
	assert_before("2025-01-01", "2026-01-01", berlin, "2024-01-01");
}

TEST(before_some_hours_are_as_many_hours)
{
	assert_before("2026-03-29 00:00", "2026-03-29 12:00", berlin,
	    "2026-03-28 13:00");
	assert_before("2026-03-10 08:00:00.5", "2026-03-11 08:00", berlin,
	    "2026-03-09 08:00:01");
}

TEST(before_a_run_at_any_moment_keeps_the_fraction)
{
	assert_before("2026-03-29 13:00:00.5", "2026-03-30 13:00:00.5", berlin,
	    "2026-03-28 13:00:00.5");
}

TEST(before_the_longest_periods_it_saturates)
{
	struct period p = { .start_ns = INT64_MIN + 1, .end_ns = INT64_MAX - 1 };

	assert_true(period_before(&p, berlin).start_ns < p.start_ns);
	p = (struct period){ .start_ns = 0, .end_ns = INT64_MAX - 1 };
	assert_true(period_before(&p, utc).start_ns == -INT64_MAX + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(named_logs_are_reported_whole),
		cmocka_unit_test(configured_logs_are_reported_daily),
		cmocka_unit_test(daily_ends_at_the_latest_midnight),
		cmocka_unit_test(a_base_instant_that_is_now_is_the_end),
		cmocka_unit_test(a_base_instant_later_than_now_is_yesterdays),
		cmocka_unit_test(base_hours_go_from_0_to_23),
		cmocka_unit_test(base_now_ends_at_the_moment_of_the_run),
		cmocka_unit_test(a_day_has_23_hours_when_the_clock_is_set_forward),
		cmocka_unit_test(a_day_has_25_hours_when_the_clock_is_set_back),
		cmocka_unit_test(a_base_hour_left_out_follows_the_clock_unchanged),
		cmocka_unit_test(a_base_hour_repeated_is_its_first_run),
		cmocka_unit_test(a_midnight_seen_before_the_clock_went_back_over_it_counts),
		cmocka_unit_test(weekly_fortnightly_and_monthly_are_7_14_and_30_days),
		cmocka_unit_test(thirty_days_may_have_an_hour_less),
		cmocka_unit_test(a_calendar_month_is_as_long_as_the_month),
		cmocka_unit_test(a_calendar_month_before_the_31st_begins_on_the_last_day),
		cmocka_unit_test(a_number_is_hours_that_pass),
		cmocka_unit_test(today_and_yesterday_are_days_of_the_zone),
		cmocka_unit_test(a_week_begins_on_monday),
		cmocka_unit_test(months_begin_on_the_first),
		cmocka_unit_test(all_is_open_at_both_sides),
		cmocka_unit_test(since_and_until_are_the_edges),
		cmocka_unit_test(since_alone_and_until_alone_leave_a_side_open),
		cmocka_unit_test(a_period_with_an_open_side_is_unbounded),
		cmocka_unit_test(an_end_not_after_its_start_is_refused),
		cmocka_unit_test(two_ways_to_name_a_period_are_refused),
		cmocka_unit_test(nonsense_is_refused_with_what_can_be_given),
		cmocka_unit_test(before_a_day_is_the_day_before),
		cmocka_unit_test(before_a_week_is_the_week_before),
		cmocka_unit_test(before_a_month_is_the_month_before),
		cmocka_unit_test(before_a_quarter_is_a_quarter_and_before_a_year_a_year),
		cmocka_unit_test(before_some_hours_are_as_many_hours),
		cmocka_unit_test(before_a_run_at_any_moment_keeps_the_fraction),
		cmocka_unit_test(before_the_longest_periods_it_saturates)
	};

	return cmocka_run_group_tests(tests, open_zones, close_zones);
}
