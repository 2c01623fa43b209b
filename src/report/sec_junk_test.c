#include "base/test.h"
#include "base/when.h"
#include "report/report.h"
#include "report/test_events.h"

static struct junk_row
row(const char *user, uint64_t messages, int64_t oldest_s, int64_t newest_s)
{
	return (struct junk_row){ .user = str_from(user), .messages = messages,
		.bytes = messages * 1000,
		.oldest_ns = messages ? when_from_s(oldest_s) : WHEN_NONE,
		.newest_ns = messages ? when_from_s(newest_s) : WHEN_NONE,
		.error = str_none() };
}

static void
give(struct test_report *x, const struct junk_row *rows, size_t n)
{
	x->options.junk = rows;
	x->options.n_junk = n;
	x->options.junk_looked = true;
	test_report(x, "junk");
}

TEST(users_stand_by_what_they_have_and_those_without_not_at_all)
{
	struct junk_row rows[] = { row("ann", 2, 1773100800, 1773104400),
		row("bob", 0, 0, 0), row("dan", 5, 1773097200, 1773100800),
		row("carl", 2, 1773100801, 1773100802) };
	struct test_report x;

	test_open(&x, "UTC");
	give(&x, rows, 4);
	assert_string_equal(test_titles(&x, "junk", 0),
	    "User|Count|Oldest|Newest|Bytes|Error");
	assert_string_equal(test_table(&x, "junk", 0),
	    "dan|5|2026-03-09 23:00:00|2026-03-10 00:00:00|5000|-\n"
	    "ann|2|2026-03-10 00:00:00|2026-03-10 01:00:00|2000|-\n"
	    "carl|2|2026-03-10 00:00:01|2026-03-10 00:00:02|2000|-\n"
	    "--\n"
	    "Totals|9|2026-03-09 23:00:00|2026-03-10 01:00:00|9000|-\n");
	test_close(&x);
}

TEST(what_cannot_be_counted_is_never_a_zero)
{
	struct junk_row rows[] = { row("ann", 0, 0, 0), row("bob", 1,
	    1773100800, 1773100800) };
	struct test_report x;

	rows[0].error = STR(".junkmail: Permission denied");
	test_open(&x, "UTC");
	give(&x, rows, 2);
	assert_string_equal(test_table(&x, "junk", 0),
	    "bob|1|2026-03-10 00:00:00|2026-03-10 00:00:00|1000|-\n"
	    "ann|-|-|-|-|.junkmail: Permission denied\n"
	    "--\n"
	    "Totals|1|2026-03-10 00:00:00|2026-03-10 00:00:00|1000|-\n");
	assert_string_equal(test_section(&x, "junk")->tables[0]->columns[1].unknown,
	    "?");
	test_close(&x);
}

TEST(others_are_summed_before_the_totals)
{
	struct junk_row rows[] = { row("ann", 3, 1773100800, 1773104400),
		row("bob", 2, 1773100800, 1773100800),
		row("carl", 1, 1773104400, 1773104400), row("dan", 0, 0, 0) };
	struct test_report x;

	test_open(&x, "UTC");
	x.options.top = 1;
	give(&x, rows, 4);
	assert_string_equal(test_table(&x, "junk", 0),
	    "ann|3|2026-03-10 00:00:00|2026-03-10 01:00:00|3000|-\n"
	    "(2 others)|3|2026-03-10 00:00:00|2026-03-10 01:00:00|3000|-\n"
	    "--\n"
	    "Totals|6|2026-03-10 00:00:00|2026-03-10 01:00:00|6000|-\n");
	test_close(&x);
}

TEST(nobody_looked_is_no_section_and_nobody_has_junk_is_an_empty_one)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_report(&x, "junk");
	assert_null(test_section(&x, "junk"));
	test_close(&x);
	test_open(&x, "UTC");
	give(&x, NULL, 0);
	assert_true(section_is_empty(test_section(&x, "junk")));
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    users_stand_by_what_they_have_and_those_without_not_at_all),
		cmocka_unit_test(what_cannot_be_counted_is_never_a_zero),
		cmocka_unit_test(others_are_summed_before_the_totals),
		cmocka_unit_test(
		    nobody_looked_is_no_section_and_nobody_has_junk_is_an_empty_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
