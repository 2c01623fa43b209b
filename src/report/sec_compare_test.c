#include "base/test.h"
#include "base/when.h"
#include "event/event.h"
#include "report/report.h"
#include "report/test_events.h"

/* A report and the tally of what came before it. */
struct comparison {
	struct test_report x;
	struct tally *before;
};

static void
open_comparison(struct comparison *c, const char *zone, const char *since,
    const char *until)
{
	struct tally_options o = { .dims = DIM_BIT(DIM_CATEGORY) |
		DIM_BIT(DIM_CONNECTION), .grain_s = 3600 };

	test_open(&c->x, zone);
	test_period(&c->x, since, until);
	o.classes = &c->x.classes;
	o.zone = c->x.zone;
	c->before = tally_new(&o);
	c->x.build.before = c->before;
	c->x.build.logs_begin_ns = test_time(&c->x, "2020-01-01");
}

static void
close_comparison(struct comparison *c)
{
	tally_free(&c->before);
	test_close(&c->x);
}

static void
add(struct comparison *c, struct tally *t, const char *time,
    const char *disposition, enum verdict verdict, int n)
{
	struct event ev;

	event_init(&ev, EVENT_TRANSACTION, test_time(&c->x, time));
	ev.disposition = str_from(disposition);
	ev.verdict = verdict;
	ev.client = STR("192.0.2.1");
	for (int i = 0; i < n; i++)
		tally_add(t, &ev);
	tally_settle(t);
}

static void
queued(struct comparison *c, const char *time, int n)
{
	add(c, c->before, time, "queued", VERDICT_ACCEPTED, n);
}

static void
now(struct comparison *c, int n)
{
	add(c, c->x.tally, "2026-03-10 12:00", "queued", VERDICT_ACCEPTED, n);
}

/* The table's row of an item. */
static const struct value *
values_of(const struct comparison *c, const char *item)
{
	const struct table *t = test_section(&c->x, "compare")->tables[0];

	for (size_t i = 0; i < t->n_rows; i++)
		if (str_eq(t->rows[i].values[0].s, str_from(item)))
			return t->rows[i].values;
	return NULL;
}

static bool
is_marked(const struct comparison *c, const char *item)
{
	return values_of(c, item)[7].i != 0;
}

TEST(a_day_stands_against_the_day_before_and_four_weekdays)
{
	struct comparison c;

	open_comparison(&c, "UTC", "2026-03-10", "2026-03-11");
	now(&c, 15);
	add(&c, c.x.tally, "2026-03-10 13:00", "dnsbl", VERDICT_REJECTED, 3);
	queued(&c, "2026-03-09 00:00", 10);
	add(&c, c.before, "2026-03-09 23:59", "helo", VERDICT_DEFERRED, 2);
	queued(&c, "2026-03-03 12:00", 10);
	queued(&c, "2026-02-24 12:00", 12);
	queued(&c, "2026-02-17 00:00", 14);
	queued(&c, "2026-02-10 23:59", 16);
	queued(&c, "2026-02-11 00:00", 99);
	test_report(&c.x, "compare");
	assert_string_equal(test_titles(&c.x, "compare", 0),
	    "Item|This period|Previous|Change %|Weekday mean|Weeks|Unusual");
	assert_string_equal(test_table(&c.x, "compare", 0),
	    "Transactions|18|12|50.0%|13.0|4|\n"
	    "Accepted|15|10|50.0%|13.0|4|\n"
	    "Rejected|3|0|-|0.0|4|!\n"
	    "Deferred|0|2|-100.0%|0.0|4|\n"
	    "RBL/DNS|3|0|-|0.0|4|!\n"
	    "Non.Conf.|0|2|-100.0%|0.0|4|\n"
	    "Ham|15|10|50.0%|13.0|4|\n"
	    "Connections|0|0|-|0.0|4|\n");
	assert_str(values_of(&c, "rbl_dns")[1].s, "RBL/DNS");
	close_comparison(&c);
}

TEST(unusual_is_more_than_three_deviations_of_the_sample_away)
{
	struct comparison c;

	/* Mean 13, deviation 2.58: usual up to 20.7. */
	for (int n = 20; n <= 21; n++) {
		open_comparison(&c, "UTC", "2026-03-10", "2026-03-11");
		now(&c, n);
		queued(&c, "2026-03-03 12:00", 10);
		queued(&c, "2026-02-24 12:00", 12);
		queued(&c, "2026-02-17 12:00", 14);
		queued(&c, "2026-02-10 12:00", 16);
		test_report(&c.x, "compare");
		assert_int_equal(is_marked(&c, "transactions"), n == 21);
		assert_int_equal(test_section(&c.x, "compare")->tables[0]->
		    rows[0].tone, n == 21 ? TONE_WARN : TONE_NONE);
		close_comparison(&c);
	}
}

TEST(without_four_weeks_there_is_a_mean_but_no_mark)
{
	struct comparison c;

	open_comparison(&c, "UTC", "2026-03-10", "2026-03-11");
	/* Within the tolerance of an hour of the day two weeks ago. */
	c.x.build.logs_begin_ns = test_time(&c.x, "2026-02-24 00:59");
	now(&c, 1000);
	queued(&c, "2026-03-03 12:00", 10);
	queued(&c, "2026-02-24 12:00", 11);
	queued(&c, "2026-02-17 12:00", 12);
	test_report(&c.x, "compare");
	assert_string_equal(test_table(&c.x, "compare", 0),
	    "Transactions|1000|0|-|10.5|2|-\n"
	    "Accepted|1000|0|-|10.5|2|-\n"
	    "Rejected|0|0|-|0.0|2|-\n"
	    "Deferred|0|0|-|0.0|2|-\n"
	    "Ham|1000|0|-|10.5|2|-\n"
	    "Connections|0|0|-|0.0|2|-\n");
	assert_string_equal(test_notes(&c.x, "compare"), "The logs hold this "
	    "weekday of 2 of the last 4 weeks; only with all of them numbers "
	    "are marked as unusual.\n");
	close_comparison(&c);
}

TEST(days_before_the_logs_begin_are_unknown_and_not_zero)
{
	struct comparison c;

	open_comparison(&c, "UTC", "2026-03-10", "2026-03-11");
	c.x.build.logs_begin_ns = test_time(&c.x, "2026-03-09 01:01");
	now(&c, 1);
	queued(&c, "2026-03-09 12:00", 10);
	test_report(&c.x, "compare");
	assert_int_equal(values_of(&c, "transactions")[3].is, VALUE_IS_NULL);
	assert_int_equal(values_of(&c, "transactions")[4].is, VALUE_IS_NULL);
	assert_int_equal(values_of(&c, "transactions")[5].is, VALUE_IS_NULL);
	assert_non_null(strstr(test_notes(&c.x, "compare"),
	    "do not reach back to the beginning of the previous period"));
	c.x.build.logs_begin_ns = WHEN_NONE;
	test_report(&c.x, "compare");
	assert_int_equal(values_of(&c, "transactions")[3].is, VALUE_IS_NULL);
	close_comparison(&c);
}

TEST(longer_periods_have_no_weekday)
{
	struct comparison c;

	open_comparison(&c, "UTC", "2026-03-03", "2026-03-10");
	add(&c, c.x.tally, "2026-03-05 12:00", "queued", VERDICT_ACCEPTED, 3);
	queued(&c, "2026-02-24 00:00", 2);
	queued(&c, "2026-02-23 23:00", 50);
	test_report(&c.x, "compare");
	assert_string_equal(test_titles(&c.x, "compare", 0),
	    "Item|This period|Previous|Change %");
	assert_string_equal(test_table(&c.x, "compare", 0),
	    "Transactions|3|2|50.0%\n"
	    "Accepted|3|2|50.0%\n"
	    "Rejected|0|0|-\n"
	    "Deferred|0|0|-\n"
	    "Ham|3|2|50.0%\n"
	    "Connections|0|0|-\n");
	assert_string_equal(test_notes(&c.x, "compare"), "");
	close_comparison(&c);
}

TEST(a_day_of_23_hours_is_a_day)
{
	struct comparison c;

	open_comparison(&c, "Europe/Berlin", "2026-03-29", "2026-03-30");
	queued(&c, "2026-03-22 00:00", 1);
	queued(&c, "2026-03-22 23:59", 2);
	queued(&c, "2026-03-21 23:59", 7);
	queued(&c, "2026-03-28 23:59", 5);
	test_report(&c.x, "compare");
	assert_int_equal(values_of(&c, "accepted")[3].i, 5);
	/* 3 a week ago, and 0 three times. */
	assert_true(values_of(&c, "accepted")[5].r == 0.75);
	close_comparison(&c);
}

TEST(a_period_off_the_hour_says_that_it_is_inexact)
{
	struct comparison c;

	open_comparison(&c, "UTC", "2026-03-10 14:35", "2026-03-11 14:35");
	test_report(&c.x, "compare");
	assert_string_equal(test_notes(&c.x, "compare"), "The period does not "
	    "begin and end on the hour: what came before it is counted in "
	    "whole hours.\n");
	close_comparison(&c);
}

TEST(without_a_period_or_a_before_there_is_none_but_a_note)
{
	struct comparison c;

	open_comparison(&c, "UTC", "2026-03-10", NULL);
	now(&c, 3);
	test_report(&c.x, "compare");
	assert_true(section_is_empty(test_section(&c.x, "compare")));
	assert_non_null(strstr(test_notes(&c.x, "compare"), "no period"));
	test_period(&c.x, "2026-03-10", "2026-03-11");
	c.x.build.before = NULL;
	test_report(&c.x, "compare");
	assert_true(section_is_empty(test_section(&c.x, "compare")));
	assert_string_equal(test_notes(&c.x, "compare"),
	    "What came before the period was not counted.\n");
	close_comparison(&c);
}

TEST(before_is_four_weeks_or_a_longer_period)
{
	struct comparison c;
	struct period p;

	open_comparison(&c, "Europe/Berlin", "2026-04-10", "2026-04-11");
	p = c.x.build.period;
	assert_int_equal(build_before_since(&p, c.x.zone),
	    test_time(&c.x, "2026-03-13"));
	p.start_ns = test_time(&c.x, "2026-02-10");
	assert_int_equal(build_before_since(&p, c.x.zone),
	    period_before(&p, c.x.zone).start_ns);
	p.end_ns = INT64_MAX;
	assert_int_equal(build_before_since(&p, c.x.zone), INT64_MIN);
	close_comparison(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_stands_against_the_day_before_and_four_weekdays),
		cmocka_unit_test(unusual_is_more_than_three_deviations_of_the_sample_away),
		cmocka_unit_test(without_four_weeks_there_is_a_mean_but_no_mark),
		cmocka_unit_test(days_before_the_logs_begin_are_unknown_and_not_zero),
		cmocka_unit_test(longer_periods_have_no_weekday),
		cmocka_unit_test(a_day_of_23_hours_is_a_day),
		cmocka_unit_test(a_period_off_the_hour_says_that_it_is_inexact),
		cmocka_unit_test(without_a_period_or_a_before_there_is_none_but_a_note),
		cmocka_unit_test(before_is_four_weeks_or_a_longer_period),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
