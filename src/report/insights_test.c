/* insights_test.c - what each finding needs, and what does not make it. */
#include "report/insights.h"

#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "base/when.h"
#include "event/event.h"
#include "report/report.h"
#include "report/test_events.h"

/* A day, 2026-03-10, and the tally of the four weeks before it. */
struct day {
	struct test_report x;
	struct tally *before;
};

static void
day_open(struct day *d)
{
	struct tally_options o = { .dims = (DIM_BIT(DIMS - 1) << 1) - 1,
		.grain_s = 3600 };

	test_open(&d->x, "UTC");
	test_period(&d->x, "2026-03-10", "2026-03-11");
	o.classes = &d->x.classes;
	o.zone = d->x.zone;
	d->before = tally_new(&o);
	d->x.build.before = d->before;
	d->x.build.logs_begin_ns = test_time(&d->x, "2026-01-01");
	d->x.build.habits_begin_ns = d->x.build.logs_begin_ns;
	d->x.build.now_ns = test_time(&d->x, "2026-03-11");
}

static void
day_close(struct day *d)
{
	tally_free(&d->before);
	test_close(&d->x);
}

struct mail {
	const char *client, *sender, *recipient, *disposition, *text;
	enum verdict verdict;
	const char *score;
};

static void
mails(struct day *d, const char *time, struct mail m, int n)
{
	struct event ev;
	int64_t time_ns = test_time(&d->x, time);
	bool before = time_ns < d->x.build.period.start_ns;

	event_init(&ev, EVENT_TRANSACTION, time_ns);
	ev.verdict = m.verdict ? m.verdict : VERDICT_ACCEPTED;
	ev.client = str_from(m.client ? m.client : "192.0.2.1");
	if (m.sender)
		ev.sender = str_from(m.sender);
	ev.recipients = str_from(m.recipient ? m.recipient : "");
	ev.disposition = str_from(m.disposition ? m.disposition : "queued");
	ev.text = str_from(m.text ? m.text : "");
	if (m.score)
		ev.score_milli = 9000;
	for (int i = 0; i < n; i++) {
		if (before)
			tally_add(d->before, &ev);
		else
			test_count(&d->x, &ev);
	}
	tally_settle(d->before);
}

/* Of each day of the four weeks before, at that time. */
static void
every_day_before(struct day *d, const char *clock, struct mail m, int n)
{
	char time[32];

	for (int day = 0; day < 28; day++) {
		snprintf(time, sizeof(time), "2026-%02d-%02d %s",
		    day < 19 ? 2 : 3, day < 19 ? day + 10 : day - 18, clock);
		mails(d, time, m, n);
	}
}

static const struct table *
table_named(const struct day *d, const char *name)
{
	return report_table(d->x.report, "insights", name);
}

/* Its sentence; NULL: it was not found. */
static const char *
sentence(struct day *d, const char *name)
{
	const struct table *t;

	test_report(&d->x, "insights");
	t = report_table(d->x.report, "insights", NULL);
	for (size_t i = 0; i < t->n_rows; i++)
		if (str_eq(t->rows[i].values[0].s, str_from(name)))
			return t->rows[i].values[1].s.p;
	return NULL;
}

/* ---- known ones that are refused ---- */

static const struct mail refused = { .sender = "<ann@example.com>",
	.disposition = "dnsbl", .verdict = VERDICT_REJECTED };
static const struct mail accepted = { .sender = "<ann@example.com>" };

TEST(who_is_refused_and_was_accepted_before_is_a_finding)
{
	struct day d;

	day_open(&d);
	mails(&d, "2026-02-20 10:00", accepted, 3);
	mails(&d, "2026-03-10 11:00", refused, 2);
	assert_string_equal(sentence(&d, "refused-clients"),
	    "1 client was refused though most of the mail is accepted: 192.0.2.1 "
	    "(2 refused, 3 accepted).");
	assert_string_equal(sentence(&d, "refused-senders"),
	    "1 sender was refused though most of the mail is accepted: "
	    "ann@example.com (2 refused, 3 accepted).");
	assert_string_equal(test_table(&d.x, "insights", 1),
	    "192.0.2.1|2|3|3|dnsbl|2026-03-10 11:00:00|2026-03-10 11:00:00\n");
	day_close(&d);
}

TEST(acceptance_after_the_refusal_counts_too)
{
	struct day d;

	day_open(&d);
	mails(&d, "2026-03-10 11:00", refused, 1);
	mails(&d, "2026-03-10 12:00", accepted, 3);
	assert_non_null(sentence(&d, "refused-clients"));
	day_close(&d);
}

TEST(too_few_accepted_or_too_small_a_share_are_none)
{
	struct day d;

	day_open(&d);
	mails(&d, "2026-03-10 11:00", refused, 1);
	mails(&d, "2026-03-10 12:00", accepted, 2);
	assert_null(sentence(&d, "refused-clients"));
	mails(&d, "2026-03-10 12:00", accepted, 1);
	assert_non_null(sentence(&d, "refused-clients"));
	mails(&d, "2026-03-10 13:00", refused, 3);
	assert_null(sentence(&d, "refused-clients"));
	day_close(&d);
}

TEST(who_was_only_refused_before_or_let_in_as_spam_is_none)
{
	struct day d;
	struct mail spam = accepted;

	spam.score = "9";
	day_open(&d);
	mails(&d, "2026-03-09 11:00", refused, 1);
	mails(&d, "2026-03-10 12:00", accepted, 5);
	assert_null(sentence(&d, "refused-clients"));
	day_close(&d);
	day_open(&d);
	mails(&d, "2026-03-10 11:00", refused, 1);
	mails(&d, "2026-03-10 12:00", spam, 5);
	assert_null(sentence(&d, "refused-clients"));
	day_close(&d);
}

/* ---- refusals for now ---- */

static void
put_off(struct day *d, const char *time, int i)
{
	char client[32], sender[32];

	snprintf(client, sizeof(client), "198.51.%d.7", i);
	snprintf(sender, sizeof(sender), "<s%d@example.com>", i);
	mails(d, time, (struct mail){ .client = client, .sender = sender,
	    .disposition = "greylisting", .verdict = VERDICT_DEFERRED }, 1);
}

TEST(refusals_for_now_are_told_with_what_became_of_them)
{
	struct day d;

	day_open(&d);
	put_off(&d, "2026-03-10 10:00", 1);
	put_off(&d, "2026-03-10 10:00", 2);
	put_off(&d, "2026-03-10 10:00", 3);
	put_off(&d, "2026-03-10 10:00", 4);
	assert_null(sentence(&d, "returns"));
	put_off(&d, "2026-03-10 22:00", 5);
	/* From a neighbour, as big senders do. */
	mails(&d, "2026-03-10 10:20", (struct mail){ .client = "198.51.1.8",
	    .sender = "<s1@example.com>" }, 1);
	mails(&d, "2026-03-10 10:20", (struct mail){ .client = "198.51.2.7",
	    .sender = "<s2@example.com>", .disposition = "dnsbl",
	    .verdict = VERDICT_REJECTED }, 1);
	/* Before it was put off: not a return. */
	mails(&d, "2026-03-10 09:00", (struct mail){ .client = "198.51.3.7",
	    .sender = "<s3@example.com>" }, 1);
	mails(&d, "2026-03-10 23:30", accepted, 1);
	assert_string_equal(sentence(&d, "returns"),
	    "Of 5 senders that were refused for now 1 came back and were queued, "
	    "1 came back and were refused, 2 never came back, 1 may still.");
	assert_int_equal(table_named(&d, "returns")->n_rows, 5);
	day_close(&d);
}

/* ---- silence ---- */

TEST(hours_without_mail_where_some_is_usual_are_silence)
{
	struct day d;

	day_open(&d);
	every_day_before(&d, "09:10", accepted, 6);
	every_day_before(&d, "10:10", accepted, 6);
	mails(&d, "2026-03-10 08:30", accepted, 1);
	mails(&d, "2026-03-10 11:30", accepted, 1);
	assert_string_equal(sentence(&d, "silence"), "No mail from 2026-03-10 "
	    "09:00:00 to 2026-03-10 11:00:00, when 12 mails are usual.");
	assert_string_equal(test_table(&d.x, "insights", 1),
	    "2026-03-10 09:00:00|2026-03-10 11:00:00|2|12.0|4\n");
	day_close(&d);
}

TEST(hours_that_are_yet_to_come_or_are_often_empty_are_no_silence)
{
	struct day d;

	day_open(&d);
	every_day_before(&d, "09:10", accepted, 12);
	d.x.build.now_ns = test_time(&d.x, "2026-03-10 09:50");
	mails(&d, "2026-03-10 08:30", accepted, 1);
	assert_null(sentence(&d, "silence"));
	d.x.build.now_ns = test_time(&d.x, "2026-03-10 10:00");
	assert_non_null(sentence(&d, "silence"));
	day_close(&d);
	day_open(&d);
	/* On two of four weekdays. */
	mails(&d, "2026-03-03 09:10", accepted, 50);
	mails(&d, "2026-02-24 09:10", accepted, 50);
	mails(&d, "2026-03-10 08:30", accepted, 1);
	assert_null(sentence(&d, "silence"));
	day_close(&d);
}

TEST(without_days_to_compare_there_is_no_silence)
{
	struct day d;

	day_open(&d);
	mails(&d, "2026-03-09 09:10", accepted, 50);
	mails(&d, "2026-03-08 09:10", accepted, 50);
	d.x.build.logs_begin_ns = test_time(&d.x, "2026-03-08");
	mails(&d, "2026-03-10 08:30", accepted, 1);
	assert_null(sentence(&d, "silence"));
	mails(&d, "2026-03-07 09:10", accepted, 50);
	d.x.build.logs_begin_ns = test_time(&d.x, "2026-03-07");
	assert_non_null(sentence(&d, "silence"));
	day_close(&d);
}

/* ---- block lists ---- */

static const struct mail listed = { .disposition = "dnsbl",
	.verdict = VERDICT_REJECTED,
	.text = "http://www.spamhaus.org/query/bl?ip=192.0.2.1" };

TEST(a_list_that_never_hits_while_others_do_is_idle)
{
	static const struct configured_list lists[] = {
		{ "dnsbl", TEST_STR("zen.spamhaus.org") },
		{ "dnsbl", TEST_STR("bl.example.net") },
	};
	struct day d;

	day_open(&d);
	d.x.options.lists = lists;
	d.x.options.n_lists = 2;
	mails(&d, "2026-03-10 12:00", listed, 99);
	assert_null(sentence(&d, "list-idle"));
	mails(&d, "2026-03-10 12:00", listed, 1);
	assert_string_equal(sentence(&d, "list-idle"), "1 configured block list "
	    "never hit, while all together denied 100 mails.");
	assert_int_equal(table_named(&d, "list-idle")->n_rows, 1);
	assert_str(table_named(&d, "list-idle")->rows[0].values[0].s,
	    "bl.example.net");
	assert_null(sentence(&d, "list-errors"));
	day_close(&d);
}

TEST(a_list_hits_under_another_domain_of_its_owner)
{
	static const struct configured_list lists[] = {
		{ "dnsbl", TEST_STR("zen.spamhaus.net") },
	};
	struct day d;

	day_open(&d);
	d.x.options.lists = lists;
	d.x.options.n_lists = 1;
	mails(&d, "2026-03-10 12:00", listed, 100);
	assert_null(sentence(&d, "list-idle"));
	day_close(&d);
}

TEST(a_list_that_answers_errors_is_told)
{
	struct day d;
	struct mail error = listed;

	error.text = "Error: open resolver; "
	    "https://www.spamhaus.org/returnc/pub/192.0.2.1";
	day_open(&d);
	mails(&d, "2026-03-10 12:00", error, 2);
	assert_non_null(strstr(sentence(&d, "list-errors"),
	    "for which 2 mails were denied"));
	day_close(&d);
}

/* ---- habits ---- */

TEST(far_above_the_habit_is_told_for_each_kind_of_name)
{
	struct day d;
	struct mail m = { .client = "203.0.113.9", .sender = "<x@example.net>",
		.recipient = "<bob@example.org>", .disposition = "helo",
		.verdict = VERDICT_REJECTED };

	day_open(&d);
	every_day_before(&d, "12:00", m, 10);
	mails(&d, "2026-03-10 12:00", m, 60);
	assert_string_equal(sentence(&d, "unusual-dispositions"),
	    "Far outside the habit of 28 days, dispositions: helo 60 a day "
	    "(usually 10).");
	assert_non_null(strstr(sentence(&d, "unusual-networks"),
	    "203.0.113.0/24 60 a day (usually 10)"));
	assert_non_null(strstr(sentence(&d, "unusual-recipients"),
	    "bob@example.org 60 a day (usually 10)"));
	day_close(&d);
}

TEST(a_habit_is_left_by_many_times_many_deviations_and_a_number_worth_it)
{
	struct day d;
	struct mail m = { .client = "203.0.113.9", .disposition = "helo",
		.verdict = VERDICT_REJECTED };

	day_open(&d);
	every_day_before(&d, "12:00", m, 10);
	mails(&d, "2026-03-10 12:00", m, 39); /* not four times as many */
	assert_null(sentence(&d, "unusual-dispositions"));
	day_close(&d);
	day_open(&d);
	every_day_before(&d, "12:00", m, 1);
	mails(&d, "2026-03-10 12:00", m, 29); /* too few to matter */
	assert_null(sentence(&d, "unusual-dispositions"));
	day_close(&d);
	day_open(&d);
	every_day_before(&d, "12:00", m, 1);
	mails(&d, "2026-02-20 13:00", m, 600); /* it comes in waves */
	mails(&d, "2026-03-10 12:00", m, 300);
	assert_null(sentence(&d, "unusual-dispositions"));
	day_close(&d);
}

TEST(far_below_the_habit_is_told_when_the_period_is_over)
{
	struct day d;
	struct mail m = { .disposition = "helo", .verdict = VERDICT_REJECTED };

	day_open(&d);
	every_day_before(&d, "12:00", m, 100);
	mails(&d, "2026-03-10 12:00", m, 5);
	assert_null(sentence(&d, "unusual-dispositions"));
	d.x.build.last_ns = test_time(&d.x, "2026-03-10 23:59");
	assert_string_equal(sentence(&d, "unusual-dispositions"),
	    "Far outside the habit of 28 days, dispositions: helo 5 a day "
	    "(usually 100).");
	day_close(&d);
}

TEST(a_habit_needs_a_week)
{
	struct day d;
	struct mail m = { .disposition = "helo", .verdict = VERDICT_REJECTED };

	day_open(&d);
	every_day_before(&d, "12:00", m, 10);
	mails(&d, "2026-03-10 12:00", m, 60);
	d.x.build.logs_begin_ns = test_time(&d.x, "2026-03-04");
	assert_null(sentence(&d, "unusual-dispositions"));
	d.x.build.logs_begin_ns = test_time(&d.x, "2026-03-03");
	assert_non_null(strstr(sentence(&d, "unusual-dispositions"),
	    "the habit of 7 days"));
	day_close(&d);
}

TEST(a_reason_of_deferrals_has_a_habit_too)
{
	struct day d;
	struct event ev;

	day_open(&d);
	event_init(&ev, EVENT_DELIVERY, test_time(&d.x, "2026-03-10 12:00"));
	ev.verdict = VERDICT_DEFERRED;
	ev.channel = STR("remote");
	ev.recipients = STR("bob@example.com");
	ev.text = STR("Sorry,_I_wasn't_able_to_establish_an_SMTP_connection.");
	for (int i = 0; i < 40; i++)
		test_count(&d.x, &ev);
	assert_non_null(strstr(sentence(&d, "unusual-deferrals"),
	    "40 a day (usually 0)"));
	day_close(&d);
}

/* ---- logins ---- */

static void
login(struct day *d, int network, int n)
{
	char client[32];

	snprintf(client, sizeof(client), "198.51.%d.7", network);
	mails(d, "2026-03-10 12:00", (struct mail){ .client = client,
	    .disposition = "auth::auth_imap", .verdict = VERDICT_REJECTED }, n);
}

TEST(logins_refused_to_many_networks_are_told)
{
	struct day d;

	day_open(&d);
	for (int i = 0; i < 9; i++)
		login(&d, i, 2);
	assert_null(sentence(&d, "logins"));
	login(&d, 9, 3);
	assert_string_equal(sentence(&d, "logins"), "21 refused logins came from "
	    "10 networks, from none more than 3: somebody tries passwords from "
	    "many places.");
	/* One alone has most of them. */
	login(&d, 9, 30);
	assert_null(sentence(&d, "logins"));
	day_close(&d);
}

/* ---- the section ---- */

TEST(a_quiet_day_has_no_finding_and_all_thresholds)
{
	struct day d;

	day_open(&d);
	mails(&d, "2026-03-10 12:00", accepted, 5);
	test_report(&d.x, "insights");
	d.x.options.sections_named = true;
	test_report(&d.x, "insights");
	assert_int_equal(report_table(d.x.report, "insights", NULL)->n_rows, 0);
	assert_int_equal(table_named(&d, "thresholds")->n_rows, THRESHOLDS);
	day_close(&d);
}

TEST(every_threshold_is_explained)
{
	for (int i = 0; i < THRESHOLDS; i++) {
		assert_non_null(thresholds[i].name);
		assert_true(thresholds[i].value > 0);
		assert_true(strlen(thresholds[i].help) > 10);
	}
}

TEST(an_open_period_has_no_habits_and_says_so)
{
	struct day d;

	day_open(&d);
	d.x.build.before = NULL;
	d.x.build.period = (struct period){ INT64_MIN, INT64_MAX };
	mails(&d, "2026-03-10 12:00", accepted, 5);
	test_report(&d.x, "insights");
	assert_string_equal(test_notes(&d.x, "insights"), "The report has no "
	    "period with a beginning and an end, so habits are not known.\n");
	day_close(&d);
}

TEST(rows_beyond_the_first_are_told_in_a_note)
{
	struct day d;

	day_open(&d);
	for (int i = 0; i < 30; i++)
		login(&d, i, 1);
	test_report(&d.x, "insights");
	assert_int_equal(table_named(&d, "logins")->n_rows, 20);
	assert_string_equal(test_notes(&d.x, "insights"),
	    "logins: the first 20 of 30 rows; --top shows more.\n");
	day_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    who_is_refused_and_was_accepted_before_is_a_finding),
		cmocka_unit_test(acceptance_after_the_refusal_counts_too),
		cmocka_unit_test(too_few_accepted_or_too_small_a_share_are_none),
		cmocka_unit_test(
		    who_was_only_refused_before_or_let_in_as_spam_is_none),
		cmocka_unit_test(
		    refusals_for_now_are_told_with_what_became_of_them),
		cmocka_unit_test(
		    hours_without_mail_where_some_is_usual_are_silence),
		cmocka_unit_test(
		    hours_that_are_yet_to_come_or_are_often_empty_are_no_silence),
		cmocka_unit_test(without_days_to_compare_there_is_no_silence),
		cmocka_unit_test(a_list_that_never_hits_while_others_do_is_idle),
		cmocka_unit_test(a_list_hits_under_another_domain_of_its_owner),
		cmocka_unit_test(a_list_that_answers_errors_is_told),
		cmocka_unit_test(
		    far_above_the_habit_is_told_for_each_kind_of_name),
		cmocka_unit_test(
		    a_habit_is_left_by_many_times_many_deviations_and_a_number_worth_it),
		cmocka_unit_test(
		    far_below_the_habit_is_told_when_the_period_is_over),
		cmocka_unit_test(a_habit_needs_a_week),
		cmocka_unit_test(a_reason_of_deferrals_has_a_habit_too),
		cmocka_unit_test(logins_refused_to_many_networks_are_told),
		cmocka_unit_test(a_quiet_day_has_no_finding_and_all_thresholds),
		cmocka_unit_test(every_threshold_is_explained),
		cmocka_unit_test(an_open_period_has_no_habits_and_says_so),
		cmocka_unit_test(rows_beyond_the_first_are_told_in_a_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
