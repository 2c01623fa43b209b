#include "base/test.h"
#include "report/report.h"
#include "report/test_events.h"

TEST(events_fall_into_the_right_one_of_two_equal_hours)
{
	struct test_report x;

	test_open(&x, "Europe/Berlin");
	test_period(&x, "2026-10-25 01:00", "2026-10-25 04:00");
	test_queued(&x, "2026-10-25T00:30:00Z", "<a@example.org>", NULL);
	test_queued(&x, "2026-10-25T01:30:00Z", "<a@example.org>", NULL);
	test_queued(&x, "2026-10-25T01:59:59Z", "<a@example.org>", NULL);
	test_report(&x, "hours");
	test_sound(&x);
	assert_string_equal(test_table(&x, "hours", 0),
	    "2026-10-25, 01|0|0|0.0%\n"
	    "2026-10-25, 02|1|1|33.3%\n"
	    "2026-10-25, 02 (+0100)|2|2|66.7%\n"
	    "2026-10-25, 03|0|0|0.0%\n"
	    "--\n"
	    "Totals|3|3|100.0%\n"
	    "Percentages|100.0%|100.0%|100.0%\n");
	test_close(&x);
}

TEST(a_half_hour_zone_counts_local_hours)
{
	struct test_report x;

	test_open(&x, "Asia/Kolkata");
	test_period(&x, "2026-03-10 00:00", "2026-03-10 02:00");
	test_queued(&x, "2026-03-10 00:05", "<a@example.org>", NULL);
	test_queued(&x, "2026-03-10 00:59", "<a@example.org>", NULL);
	test_queued(&x, "2026-03-10 01:00", "<a@example.org>", NULL);
	test_report(&x, "hours");
	assert_string_equal(test_table(&x, "hours", 0),
	    "2026-03-10, 00|2|2|66.7%\n"
	    "2026-03-10, 01|1|1|33.3%\n"
	    "--\n"
	    "Totals|3|3|100.0%\n"
	    "Percentages|100.0%|100.0%|100.0%\n");
	test_close(&x);
}

TEST(a_partial_hour_counts_what_is_in_the_period)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_period(&x, "2026-03-10 00:30", "2026-03-10 01:30");
	test_queued(&x, "2026-03-10 00:30", "<a@example.org>", NULL);
	test_queued(&x, "2026-03-10 01:29", "<a@example.org>", NULL);
	test_report(&x, "hours");
	test_sound(&x);
	assert_string_equal(test_table(&x, "hours", 0),
	    "2026-03-10, 00|1|1|50.0%*\n"
	    "2026-03-10, 01|1|1|50.0%*\n"
	    "--\n"
	    "Totals|2|2|100.0%\n"
	    "Percentages|100.0%|100.0%|100.0%\n");
	test_close(&x);
}

TEST(lines_without_a_stamp_are_counted_too)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_queued(&x, NULL, "<a@example.org>", NULL);
	test_queued(&x, "2026-03-10 01:29", "<a@example.org>", NULL);
	test_report(&x, "hours");
	test_sound(&x);
	assert_string_equal(test_table(&x, "hours", 0),
	    "2026-03-10, 01|1|1|50.0%\n"
	    "(no time)|1|1|50.0%\n"
	    "--\n"
	    "Totals|2|2|100.0%\n"
	    "Percentages|100.0%|100.0%|100.0%\n");
	test_close(&x);
}

TEST(the_unit_of_the_rows_is_told)
{
	struct test_report x;

	test_worked_example(&x);
	x.options.max_hour_rows = 12;
	test_report(&x, "hours");
	assert_string_equal(x.report->sections[0]->tables[0]->title,
	    "One row per day");
	assert_memory_equal(test_titles(&x, "hours", 0), "Day|", 4);
	assert_memory_equal(test_table(&x, "hours", 0), "2026-03-10|1|", 13);
	test_sound(&x);
	test_close(&x);
}

TEST(columns_are_switched_and_hidden_ones_still_count)
{
	static const struct column_show_row columns[] = {
		{ TEST_STR("ham"), SHOW_NO },
		{ TEST_STR("Karma"), SHOW_YES },
		{ TEST_STR("Totals"), SHOW_NO },
	};
	struct test_report x;
	const struct table *t;

	test_open(&x, "UTC");
	test_period(&x, "2026-03-10 00:00", "2026-03-10 01:00");
	test_queued(&x, "2026-03-10 00:30", "<a@example.org>", NULL);
	x.options.columns = columns;
	x.options.n_columns = 3;
	test_report(&x, "hours");
	test_sound(&x);
	assert_string_equal(test_titles(&x, "hours", 0),
	    "Hour|Karma|Totals|Percent");
	assert_string_equal(test_table(&x, "hours", 0),
	    "2026-03-10, 00|0|1|100.0%\n"
	    "--\n"
	    "Totals|0|1|100.0%\n"
	    "Percentages|0.0%|100.0%|100.0%\n");
	t = test_section(&x, "hours")->tables[0];
	assert_int_equal(t->n_columns, 1 + 5 + 11 + 2);
	test_close(&x);
}

TEST(columns_have_the_width_of_the_old_report)
{
	struct test_report x;
	const struct table *t;

	test_worked_example(&x);
	test_report(&x, "hours");
	t = test_section(&x, "hours")->tables[0];
	assert_string_equal(t->columns[0].title, "Hour");
	assert_int_equal(t->columns[0].min_width, 16);
	assert_string_equal(t->columns[4].title, "Local");
	assert_int_equal(t->columns[4].min_width, 6);
	assert_string_equal(t->columns[16].title, "Ham");
	assert_int_equal(t->columns[16].min_width, 6);
	assert_string_equal(t->columns[15].title, "Qued.Spam?");
	assert_int_equal(t->columns[15].min_width, 11);
	test_close(&x);
}

TEST(an_extra_category_stands_before_del_spam)
{
	struct test_report x;

	test_open(&x, "UTC");
	classes_add_rule(&x.classes, STR("greylisting"), STR("Greylist"));
	classes_add_rule(&x.classes, STR("tnef2mime"), STR("Totals"));
	test_period(&x, "2026-03-10 00:00", "2026-03-10 01:00");
	test_denied(&x, "2026-03-10 00:01", "greylisting", "come back later");
	test_denied(&x, "2026-03-10 00:02", "greylisting", "come back later");
	test_denied(&x, "2026-03-10 00:03", "tnef2mime", "");
	test_denied(&x, "2026-03-10 00:04", "karma", "very bad karma: -1");
	test_denied(&x, "2026-03-10 00:05", "spamassassin",
	    "spam score exceeded threshold");
	test_queued(&x, "2026-03-10 00:06", "<a@example.org>", "4.0");
	test_queued(&x, "2026-03-10 00:07", "<a@example.org>", "3.9");
	test_report(&x, "hours");
	test_sound(&x);
	assert_string_equal(test_titles(&x, "hours", 0), "Hour|Karma|Greylist|"
	    "Totals|Del.Spam|Qued.Spam?|Ham|Totals|Percent");
	assert_string_equal(test_table(&x, "hours", 0),
	    "2026-03-10, 00|1|2|1|1|1|1|7|100.0%\n"
	    "--\n"
	    "Totals|1|2|1|1|1|1|7|100.0%\n"
	    "Percentages|14.3%|28.6%|14.3%|14.3%|14.3%|14.3%|100.0%|100.0%\n");
	test_close(&x);
}

TEST(footnotes_of_the_hours_stand_only_where_they_apply)
{
	static const struct str refused[] = { TEST_STR("CN"), TEST_STR("RU") };
	static const struct configured_list lists[] = {
		{ "DNSBL", TEST_STR("zen.spamhaus.org") },
		{ "URIBL", TEST_STR("multi.surbl.org") },
	};
	static const struct log_stream stream = { .format = "qpsmtpd",
		.counts = { .lines = 5, .ignored = { [IGNORED_DIALOGUE] = 5 } } };
	struct test_report x;

	test_open(&x, "UTC");
	test_period(&x, "2026-03-10 00:00", "2026-03-10 01:00");
	test_report(&x, "hours");
	assert_string_equal(test_notes(&x, "hours"), "");
	x.options.refused_countries = refused;
	x.options.n_refused_countries = 2;
	x.options.lists = lists;
	x.options.n_lists = 2;
	x.build.streams = &stream;
	x.build.n_streams = 1;
	test_report(&x, "hours");
	assert_string_equal(test_notes(&x, "hours"),
	    "Countries refused: CN, RU.\n"
	    "qpsmtpd wrote lines but no records of mail: the plugin"
	    " logging::logterse seems not to be active.\n"
	    "No block list of type RHSBL is configured: that check is off.\n");
	x.options.n_refused_countries = 0;
	x.options.n_lists = 0;
	test_denied(&x, "2026-03-10 00:01", "hosts_allow", "go away");
	test_denied(&x, "2026-03-10 00:02", "karma", "very bad karma: -1");
	test_report(&x, "hours");
	assert_string_equal(test_notes(&x, "hours"),
	    "Non.Conf.: denied for a breach of the rules of SMTP or of this"
	    " server, or by a plugin that has no column.\n"
	    "Karma: denied because the client had behaved badly before.\n"
	    "Unrecognised plugins, counted as Non.Conf.: hosts_allow.\n");
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_fall_into_the_right_one_of_two_equal_hours),
		cmocka_unit_test(a_half_hour_zone_counts_local_hours),
		cmocka_unit_test(a_partial_hour_counts_what_is_in_the_period),
		cmocka_unit_test(lines_without_a_stamp_are_counted_too),
		cmocka_unit_test(the_unit_of_the_rows_is_told),
		cmocka_unit_test(columns_are_switched_and_hidden_ones_still_count),
		cmocka_unit_test(columns_have_the_width_of_the_old_report),
		cmocka_unit_test(an_extra_category_stands_before_del_spam),
		cmocka_unit_test(footnotes_of_the_hours_stand_only_where_they_apply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
