#include "base/test.h"
#include "base/when.h"
#include "report/report.h"
#include "report/test_events.h"

static void
refused(struct test_report *x, const char *time, const char *client,
    const char *plugin)
{
	test_mail(x, &(struct test_mail){ .time = time, .client = client,
	    .disposition = plugin, .code = "901" });
}

/* n refused logins, so many seconds apart. */
static void
refused_often(struct test_report *x, const char *first, const char *client,
    int n, int64_t apart_s)
{
	struct event ev;

	for (int i = 0; i < n; i++) {
		event_init(&ev, EVENT_TRANSACTION, test_time(x, first) +
		    i * apart_s * WHEN_SECOND);
		ev.verdict = VERDICT_REJECTED;
		ev.client = str_from(client);
		ev.disposition = STR("auth::auth_flat_file");
		test_count(x, &ev);
	}
}

TEST(failures_are_counted_by_network)
{
	struct test_report x;

	test_open(&x, "UTC");
	refused(&x, "2026-03-10 01:00", "192.0.2.1", "auth::a");
	refused(&x, "2026-03-10 02:00", "192.0.2.1", "auth::b");
	refused(&x, "2026-03-10 03:00", "192.0.2.9", "auth::b");
	refused(&x, "2026-03-10 04:00", "2001:db8::1", "auth::a");
	refused(&x, "2026-03-10 05:00", "2001:db8::2", "auth::a");
	refused(&x, "2026-03-10 06:00", "2001:db8:0:1::1", "auth::a");
	refused(&x, "2026-03-10 06:00", "198.51.100.1", "helo");
	test_report(&x, "auth");
	assert_string_equal(test_titles(&x, "auth", 0),
	    "Network|Failures|IPs|Plugins|First|Last");
	assert_string_equal(test_table(&x, "auth", 0),
	    "192.0.2.0/24|3|2|auth::b, auth::a|2026-03-10 01:00:00|2026-03-10 03:00:00\n"
	    "2001:db8::/64|2|2|auth::a|2026-03-10 04:00:00|2026-03-10 05:00:00\n"
	    "2001:db8:0:1::/64|1|1|auth::a|2026-03-10 06:00:00|2026-03-10 06:00:00\n"
	    "--\n"
	    "Totals|6|5|-|2026-03-10 01:00:00|2026-03-10 06:00:00\n");
	assert_non_null(strstr(test_notes(&x, "auth"), "neither the users"));
	x.options.top = 1;
	test_report(&x, "auth");
	assert_string_equal(test_table(&x, "auth", 0),
	    "192.0.2.0/24|3|2|auth::b, auth::a|2026-03-10 01:00:00|2026-03-10 03:00:00\n"
	    "(2 others)|3|3|-|2026-03-10 04:00:00|2026-03-10 06:00:00\n"
	    "--\n"
	    "Totals|6|5|-|2026-03-10 01:00:00|2026-03-10 06:00:00\n");
	test_close(&x);
}

TEST(twenty_failures_over_six_hours_at_most_five_an_hour_are_slow)
{
	struct test_report x;

	test_open(&x, "UTC");
	/* 20 failures 20 minutes apart: 3 an hour, 6 h 20 min. */
	refused_often(&x, "2026-03-10 00:10", "192.0.2.1", 20, 1200);
	/* One too few. */
	refused_often(&x, "2026-03-10 00:10", "192.0.3.1", 19, 1200);
	/* 12 minutes apart: five an hour, but not over six hours. */
	refused_often(&x, "2026-03-10 00:10", "192.0.4.1", 30, 720);
	/* Long enough, six in each hour. */
	refused_often(&x, "2026-03-10 00:10", "192.0.5.1", 60, 600);
	/* Just six hours, five in an hour, of two clients. */
	refused_often(&x, "2026-03-10 00:10", "192.0.6.1", 31, 720);
	refused(&x, "2026-03-10 06:10", "192.0.6.2", "auth::b");
	x.options.top = 1;
	test_report(&x, "auth");
	assert_string_equal(test_section(&x, "auth")->tables[1]->name,
	    "patterns");
	assert_string_equal(test_titles(&x, "auth", 1),
	    "Pattern|Network|Failures|Most in an hour|First|Last");
	assert_string_equal(test_table(&x, "auth", 1),
	    "slow|192.0.6.0/24|32|5|2026-03-10 00:10:00|2026-03-10 06:10:00\n"
	    "slow|192.0.2.0/24|20|3|2026-03-10 00:10:00|2026-03-10 06:30:00\n");
	assert_non_null(strstr(test_notes(&x, "auth"), "slow: at least 20 "
	    "failures over at least 6 hours, in no hour more than 5."));
	test_close(&x);
}

TEST(an_hour_is_one_of_the_wall_where_the_tally_has_quarters)
{
	struct test_report x;

	test_open(&x, "Asia/Kolkata");
	/* Six in one hour, in four quarters. */
	refused_often(&x, "2026-03-10 00:00", "192.0.2.1", 6, 595);
	refused_often(&x, "2026-03-10 02:00", "192.0.2.1", 20, 1200);
	test_report(&x, "auth");
	assert_int_equal(test_section(&x, "auth")->n_tables, 1);
	test_close(&x);
}

TEST(no_failures_are_an_empty_section)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_report(&x, "auth");
	assert_true(section_is_empty(test_section(&x, "auth")));
	assert_string_equal(test_notes(&x, "auth"), "");
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_are_counted_by_network),
		cmocka_unit_test(twenty_failures_over_six_hours_at_most_five_an_hour_are_slow),
		cmocka_unit_test(an_hour_is_one_of_the_wall_where_the_tally_has_quarters),
		cmocka_unit_test(no_failures_are_an_empty_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
