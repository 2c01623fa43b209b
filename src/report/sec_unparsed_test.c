#include "base/test.h"
#include "base/when.h"
#include "report/report.h"
#include "report/test_events.h"

TEST(every_line_is_accounted_for)
{
	struct test_report x;
	struct log_stream st[2] = {
		{ .name = "/b", .truncated = 1, .counts = { .lines = 70,
		    .used = 40, .ignored = { [IGNORED_DIALOGUE] = 20,
		    [IGNORED_PERIOD] = 5 }, .not_understood = 5,
		    .out_of_order = 3, .jumps = 1 } },
		{ .name = "/a", .copies = 2, .counts = { .lines = 30,
		    .used = 20, .ignored = { [IGNORED_DIALOGUE] = 10 },
		    .guessed_years = 4, .long_lines = 2, .joined_lines = 6,
		    .unjoined = 7 } },
	};

	test_open(&x, "UTC");
	x.build.streams = st;
	x.build.n_streams = 2;
	test_report(&x, "unparsed");
	assert_string_equal(test_titles(&x, "unparsed", 0),
	    "Item|Lines|Percent");
	assert_string_equal(test_table(&x, "unparsed", 0),
	    "Read|100|100.0%\n"
	    "Used|60|60.0%\n"
	    "Ignored on purpose|35|35.0%\n"
	    "Ignored: SMTP dialogue|30|30.0%\n"
	    "Ignored: outside the period|5|5.0%\n"
	    "Not understood|5|5.0%\n"
	    "Out of order|3|3.0%\n"
	    "Back by more than an hour|1|1.0%\n"
	    "With a guessed year|4|4.0%\n"
	    "Too long to read whole|2|2.0%\n"
	    "Cut between files and joined|6|6.0%\n"
	    "Files truncated|1|-\n"
	    "Copies of files not counted|2|-\n");
	assert_int_equal(test_section(&x, "unparsed")->n_tables, 1);
	assert_non_null(strstr(test_notes(&x, "unparsed"), " 7 of them"));
	test_close(&x);
}

TEST(samples_are_kept_raw_by_stream)
{
	struct test_report x;
	struct log_stream st[2] = {
		{ .name = "/b", .counts = { .lines = 2, .not_understood = 2,
		    .n_samples = 2, .samples = {
			{ .n = 5, .text = "a\033[2J" }, { .n = 1, .text = "b" } } } },
		{ .name = "/a", .counts = { .lines = 1, .not_understood = 1,
		    .n_samples = 1, .samples = { { .n = 1, .text = "c" } } } },
	};

	test_open(&x, "UTC");
	x.build.streams = st;
	x.build.n_streams = 2;
	test_report(&x, "unparsed");
	assert_string_equal(test_section(&x, "unparsed")->tables[1]->name,
	    "samples");
	assert_string_equal(test_titles(&x, "unparsed", 1), "Stream|Line");
	assert_string_equal(test_table(&x, "unparsed", 1),
	    "/a|c\n/b|a\033[2J\n/b|b\n");
	test_close(&x);
}

TEST(the_section_is_there_even_when_nothing_was_read)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_report(&x, "unparsed");
	assert_true(test_section(&x, "unparsed")->always);
	assert_int_equal(strncmp(test_table(&x, "unparsed", 0),
	    "Read|0|-\nUsed|0|-\nIgnored on purpose|0|-\nNot understood|0|-\n",
	    60), 0);
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_is_accounted_for),
		cmocka_unit_test(samples_are_kept_raw_by_stream),
		cmocka_unit_test(the_section_is_there_even_when_nothing_was_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
