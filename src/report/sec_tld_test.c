#include "base/test.h"
#include "report/report.h"
#include "report/test_events.h"

static void
mail(struct test_report *x, const char *time, const char *sender,
    const char *disposition)
{
	test_mail(x, &(struct test_mail){ .time = time, .sender = sender,
	    .client = "192.0.2.1", .disposition = disposition, .code = "901",
	    .text = "text" });
}

static void
some_mail(struct test_report *x)
{
	mail(x, "2026-03-10 01:00", "<a@b.com>", "queued");
	mail(x, "2026-03-10 02:00", "<a@b.ORG>", "queued");
	mail(x, "2026-03-10 03:00", "<a@b.com>", "dnsbl");
	mail(x, "2026-03-11 01:00", "<b@b.com>", "dnsbl");
	mail(x, "2026-03-11 02:00", "<>", "dnsbl");
	mail(x, "2026-03-11 03:00", "<a@b.net>", "helo");
	mail(x, "2026-03-11 04:00", "<a@b.net>", "helo");
	mail(x, "2026-03-11 05:00", "<a@b.at>", "queued");
}

TEST(dispositions_stand_by_sub_total_and_tlds_by_count)
{
	struct test_report x;

	test_open(&x, "UTC");
	some_mail(&x);
	test_report(&x, "tld");
	assert_string_equal(test_titles(&x, "tld", 0),
	    "Disposition|TLD|Count|Percent");
	/* dnsbl and queued have the same sub-total: by name, not mixed. */
	assert_string_equal(test_table(&x, "tld", 0),
	    "dnsbl|com|2|25.0%\n"
	    "dnsbl|(null sender)|1|12.5%\n"
	    "dnsbl|-|3|37.5%\n"
	    "queued|at|1|12.5%\n"
	    "queued|com|1|12.5%\n"
	    "queued|org|1|12.5%\n"
	    "queued|-|3|37.5%\n"
	    "helo|net|2|25.0%\n"
	    "helo|-|2|25.0%\n"
	    "--\n"
	    "Totals|-|8|100.0%\n");
	assert_int_equal(test_section(&x, "tld")->tables[0]->rows[2].flags,
	    ROW_SUBTOTAL);
	test_close(&x);
}

TEST(order_name_sorts_both_by_name)
{
	struct test_report x;

	test_open(&x, "UTC");
	x.options.order_by_name = true;
	some_mail(&x);
	test_report(&x, "tld");
	assert_string_equal(test_table(&x, "tld", 0),
	    "dnsbl|(null sender)|1|12.5%\n"
	    "dnsbl|com|2|25.0%\n"
	    "dnsbl|-|3|37.5%\n"
	    "helo|net|2|25.0%\n"
	    "helo|-|2|25.0%\n"
	    "queued|at|1|12.5%\n"
	    "queued|com|1|12.5%\n"
	    "queued|org|1|12.5%\n"
	    "queued|-|3|37.5%\n"
	    "--\n"
	    "Totals|-|8|100.0%\n");
	test_close(&x);
}

TEST(tld_of_chooses_by_verdict_and_percentages_stay_of_all)
{
	struct test_report x;

	test_open(&x, "UTC");
	some_mail(&x);
	x.options.tld_of = "denied";
	test_report(&x, "tld");
	assert_string_equal(test_table(&x, "tld", 0),
	    "dnsbl|com|2|25.0%\n"
	    "dnsbl|(null sender)|1|12.5%\n"
	    "dnsbl|-|3|37.5%\n"
	    "helo|net|2|25.0%\n"
	    "helo|-|2|25.0%\n"
	    "--\n"
	    "Totals|-|5|62.5%\n");
	x.options.tld_of = "queued";
	x.options.top = 1;
	test_report(&x, "tld");
	assert_string_equal(test_table(&x, "tld", 0),
	    "queued|at|1|12.5%\n"
	    "queued|(2 others)|2|25.0%\n"
	    "queued|-|3|37.5%\n"
	    "--\n"
	    "Totals|-|3|37.5%\n");
	assert_int_equal(test_section(&x, "tld")->tables[0]->rows[1].flags,
	    ROW_OTHERS);
	test_close(&x);
}

TEST(by_day_each_local_day_has_its_own_sub_totals)
{
	struct test_report x;

	test_open(&x, "Europe/Berlin");
	x.options.tld_by_day = true;
	mail(&x, "2026-03-10 23:30", "<a@b.com>", "queued");
	mail(&x, "2026-03-11 00:30", "<a@b.com>", "queued");
	mail(&x, "2026-03-11 00:40", "<a@b.com>", "helo");
	mail(&x, "2026-03-11 00:50", "<a@b.com>", "helo");
	mail(&x, NULL, "<a@b.com>", "helo");
	test_report(&x, "tld");
	assert_string_equal(test_table(&x, "tld", 0),
	    "-|helo|com|1|20.0%\n"
	    "-|helo|-|1|20.0%\n"
	    "2026-03-10|queued|com|1|20.0%\n"
	    "2026-03-10|queued|-|1|20.0%\n"
	    "2026-03-11|helo|com|2|40.0%\n"
	    "2026-03-11|helo|-|2|40.0%\n"
	    "2026-03-11|queued|com|1|20.0%\n"
	    "2026-03-11|queued|-|1|20.0%\n"
	    "--\n"
	    "Totals|-|-|5|100.0%\n");
	test_close(&x);
}

TEST(no_mail_is_an_empty_section)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_report(&x, "tld");
	assert_true(section_is_empty(test_section(&x, "tld")));
	assert_int_equal(test_section(&x, "tld")->n_tables, 1);
	test_close(&x);
}

/* The tally of x once more, now keeping the transactions of a TLD. */
static void
keep(struct test_report *x, const char *tld)
{
	struct tally_options o = { .dims = DIM_BIT(DIM_TLD) |
		DIM_BIT(DIM_CATEGORY), .classes = &x->classes, .zone = x->zone,
		.grain_s = 3600, .transactions_kept = true,
		.tld_kept = str_from(tld) };

	tally_free(&x->tally);
	x->tally = tally_new(&o);
	x->build.tally = x->tally;
}

TEST(the_transactions_of_one_tld_can_be_reviewed)
{
	struct test_report x;

	test_open(&x, "UTC");
	keep(&x, "com");
	some_mail(&x);
	test_report(&x, "tld");
	assert_string_equal(test_titles(&x, "tld", 1),
	    "Time|IP|Disposition|Sender|Text");
	assert_string_equal(test_table(&x, "tld", 1),
	    "2026-03-10 01:00:00|192.0.2.1|queued|a@b.com|text\n"
	    "2026-03-10 03:00:00|192.0.2.1|dnsbl|a@b.com|text\n"
	    "2026-03-11 01:00:00|192.0.2.1|dnsbl|b@b.com|text\n");
	assert_string_equal(test_section(&x, "tld")->tables[1]->name,
	    "transactions");
	test_close(&x);
}

TEST(a_review_that_was_cut_off_says_so)
{
	struct test_report x;

	test_open(&x, "UTC");
	keep(&x, "com");
	for (int i = 0; i <= TALLY_KEPT; i++)
		mail(&x, "2026-03-10 01:00", "<a@b.com>", "queued");
	test_report(&x, "tld");
	assert_int_equal(test_section(&x, "tld")->tables[1]->n_rows,
	    TALLY_KEPT);
	assert_string_equal(test_notes(&x, "tld"), "Of the TLD under review "
	    "only the first 1000 transactions are listed.\n");
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dispositions_stand_by_sub_total_and_tlds_by_count),
		cmocka_unit_test(order_name_sorts_both_by_name),
		cmocka_unit_test(tld_of_chooses_by_verdict_and_percentages_stay_of_all),
		cmocka_unit_test(by_day_each_local_day_has_its_own_sub_totals),
		cmocka_unit_test(no_mail_is_an_empty_section),
		cmocka_unit_test(the_transactions_of_one_tld_can_be_reviewed),
		cmocka_unit_test(a_review_that_was_cut_off_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
