#include "base/test.h"
#include "event/event.h"
#include "report/report.h"
#include "report/test_events.h"

TEST(facts_of_the_caller_stand_first)
{
	static const struct str facts[] = {
		TEST_STR("SpamAssassin version=3.4.6"),
		TEST_STR("examined=nothing"), TEST_STR("bare"),
	};
	struct test_report x;

	test_worked_example(&x);
	x.options.facts = facts;
	x.options.n_facts = 3;
	test_report(&x, "head");
	assert_string_equal(x.report->head[0].id, "fact_spamassassin_version");
	assert_string_equal(x.report->head[0].label, "SpamAssassin version");
	assert_string_equal(test_head(&x, "fact_spamassassin_version"), "3.4.6");
	assert_string_equal(test_head(&x, "fact_examined"), "nothing");
	assert_string_equal(test_head(&x, "fact_bare"), "");
	assert_string_equal(test_head(&x, "examined"), "10");
	test_close(&x);
}

TEST(a_reject_level_of_0_is_explained)
{
	struct test_report x;

	test_worked_example(&x);
	x.classes.reject_level_milli = 0;
	test_report(&x, "head");
	assert_string_equal(test_head(&x, "reject_level"),
	    "0.0 (nothing is rejected for its score)");
	x.classes.reject_level_milli = 12500;
	x.classes.tag_level_milli = EVENT_NO_NUMBER;
	test_report(&x, "head");
	assert_string_equal(test_head(&x, "reject_level"), "12.5");
	assert_null(test_head(&x, "tag_level"));
	test_close(&x);
}

static bool
has_label(const struct test_report *x, const char *label)
{
	for (size_t i = 0; i < x->report->n_head; i++) {
		if (strcmp(x->report->head[i].label, label) == 0)
			return true;
	}
	return false;
}

TEST(a_log_that_says_too_much_gets_advice)
{
	struct log_stream stream = { .format = "qpsmtpd",
		.counts = { .lines = 4000, .used = 400 } };
	struct test_report x;

	test_worked_example(&x);
	x.build.streams = &stream;
	x.build.n_streams = 1;
	test_report(&x, "head");
	assert_false(has_label(&x, "Log level"));
	stream.counts.used = 20;
	test_report(&x, "head");
	assert_true(has_label(&x, "Log level"));
	/* What lies outside the period says nothing. */
	stream.counts.ignored[IGNORED_PERIOD] = 3900;
	test_report(&x, "head");
	assert_false(has_label(&x, "Log level"));
	test_close(&x);
}

TEST(dmarc_is_counted_in_the_head)
{
	struct test_report x;
	struct event ev;

	test_worked_example(&x);
	event_init(&ev, EVENT_CHECK, test_time(&x, "2026-03-10 05:00"));
	ev.check = STR("dmarc");
	ev.result = STR("pass");
	test_count(&x, &ev);
	test_mail(&x, &(struct test_mail){ .time = "2026-03-10 06:00",
	    .client = "127.0.0.1", .host = "localhost",
	    .sender = "<postmaster@example.org>", .disposition = "queued",
	    .recipients = "<dmarc-reports@big.example>" });
	test_report(&x, "head");
	assert_string_equal(test_head(&x, "dmarc_reports_sent"), "1");
	assert_string_equal(test_head(&x, "dmarc_approved"), "1 (25.0% of ham)");
	test_close(&x);
}

TEST(an_open_period_is_as_long_as_its_lines)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_queued(&x, "2026-03-10 00:00", "<a@example.org>", NULL);
	test_report(&x, "head");
	assert_true(x.report->hours < 0);
	assert_string_equal(test_head(&x, "per_hour"), "-");
	test_queued(&x, "2026-03-10 01:30", "<a@example.org>", NULL);
	test_report(&x, "head");
	assert_true(x.report->hours == 1.5);
	assert_string_equal(test_head(&x, "per_hour"), "1.3");
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_of_the_caller_stand_first),
		cmocka_unit_test(a_reject_level_of_0_is_explained),
		cmocka_unit_test(a_log_that_says_too_much_gets_advice),
		cmocka_unit_test(dmarc_is_counted_in_the_head),
		cmocka_unit_test(an_open_period_is_as_long_as_its_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
