#include "base/err.h"
#include "base/test.h"
#include "event/event.h"
#include "report/report.h"
#include "report/test_events.h"

/* ---- the worked example ---- */

TEST(the_worked_example_has_its_head)
{
	struct test_report x;

	test_worked_example(&x);
	test_report(&x, "head");
	assert_int_equal(x.report->n_sections, 0);
	assert_string_equal(test_head(&x, "tag_level"), "4.0");
	assert_null(test_head(&x, "reject_level"));
	assert_string_equal(test_head(&x, "examined"), "10");
	assert_string_equal(test_head(&x, "per_hour"), "0.4");
	assert_string_equal(test_head(&x, "avg_spam_score_accepted"), "5.50");
	assert_string_equal(test_head(&x, "avg_spam_score_rejected"), "15.20");
	assert_string_equal(test_head(&x, "avg_ham_score"), "-1.00");
	assert_string_equal(test_head(&x, "dmarc_reports_sent"), "0");
	assert_string_equal(test_head(&x, "dmarc_approved"), "0 (0.0% of ham)");
	assert_true(x.report->hours == 24.0);
	test_close(&x);
}

TEST(the_worked_example_has_its_hours)
{
	struct test_report x;

	test_worked_example(&x);
	test_report(&x, "hours");
	test_sound(&x);
	assert_string_equal(test_titles(&x, "hours", 0),
	    "Hour|Local|DMARC-Rej.|Virus|RBL/DNS|Non.Conf.|Karma|Del.Spam|"
	    "Qued.Spam?|Ham|Totals|Percent");
	assert_string_equal(test_table(&x, "hours", 0),
	    "2026-03-10, 00|0|0|0|1|0|0|0|1|1|3|30.0%\n"
	    "2026-03-10, 01|1|0|1|0|1|0|0|0|1|3|30.0%\n"
	    "2026-03-10, 02|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 03|0|1|0|0|0|1|1|0|1|4|40.0%\n"
	    "2026-03-10, 04|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 05|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 06|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 07|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 08|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 09|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 10|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 11|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 12|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 13|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 14|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 15|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 16|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 17|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 18|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 19|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 20|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 21|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 22|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "2026-03-10, 23|0|0|0|0|0|0|0|0|0|0|0.0%\n"
	    "--\n"
	    "Totals|1|1|1|1|1|1|1|1|3|10|100.0%\n"
	    "Percentages|10.0%|10.0%|10.0%|10.0%|10.0%|10.0%|10.0%|10.0%|30.0%|"
	    "100.0%|100.0%\n");
	test_close(&x);
}

TEST(the_worked_example_has_its_recipient_domains)
{
	struct test_report x;

	test_worked_example(&x);
	test_report(&x, "rcpt-domains");
	test_sound(&x);
	assert_string_equal(test_titles(&x, "rcpt-domains", 0),
	    "Domain|Type|Total|Deny|XferErr|Accept|%accept");
	assert_string_equal(test_table(&x, "rcpt-domains", 0),
	    "Others|other|3|3|0|0|0.00%\n"
	    "Outgoing|other|1|0|0|1|100.00%\n"
	    "example.org|local|7|3|0|4|57.14%\n"
	    "--\n"
	    "Totals|-|11|6|0|5|45.45%\n");
	assert_string_equal(test_notes(&x, "rcpt-domains"), "10 mails,"
	    " 9 recipients, 1.12 recipients per mail that named one.\n");
	test_close(&x);
}

TEST(the_worked_example_has_its_codes)
{
	struct test_report x;

	test_worked_example(&x);
	test_report(&x, "codes");
	test_sound(&x);
	assert_string_equal(test_table(&x, "codes", 0),
	    "queued|4|40.0%\n"
	    "check_earlytalker|1|10.0%\n"
	    "dmarc|1|10.0%\n"
	    "dnsbl|1|10.0%\n"
	    "naughty-karma|1|10.0%\n"
	    "spamassassin|1|10.0%\n"
	    "virus::clamdscan|1|10.0%\n"
	    "--\n"
	    "Totals|10|100.0%\n");
	test_close(&x);
}

TEST(the_worked_example_has_its_lists_and_viruses)
{
	struct test_report x;

	test_worked_example(&x);
	test_report(&x, "bl-use,viruses");
	test_sound(&x);
	assert_string_equal(test_titles(&x, "bl-use", 0),
	    "List|Count|Percent|Unique IPs|First|Last");
	assert_string_equal(test_table(&x, "bl-use", 0),
	    "spamhaus.org|1|100.0%|1|2026-03-10 00:40:00|2026-03-10 00:40:00\n"
	    "--\n"
	    "Totals|1|100.0%|1|2026-03-10 00:40:00|2026-03-10 00:40:00\n");
	assert_string_equal(test_table(&x, "viruses", 0),
	    "Rejected|1|Eicar-Test|\n"
	    "--\n"
	    "Totals|1|-|-\n");
	x.options.list_key_host = true;
	test_report(&x, "bl-use");
	assert_string_equal(test_table(&x, "bl-use", 0),
	    "Total|1|100.0%|1|2026-03-10 00:40:00|2026-03-10 00:40:00\n"
	    "www.spamhaus.org|1|100.0%|1|2026-03-10 00:40:00|2026-03-10 00:40:00\n");
	test_close(&x);
}

TEST(the_worked_example_has_its_addresses)
{
	struct test_report x;

	test_worked_example(&x);
	test_report(&x, "rcpt-users");
	test_sound(&x);
	assert_string_equal(test_titles(&x, "rcpt-users", 0),
	    "Address|Queued|Rejected|Spam tagged|Total");
	assert_string_equal(test_table(&x, "rcpt-users", 0),
	    "ann@example.org|2|1|1|4\n"
	    "bob@example.org|0|2|1|3\n"
	    "nobody@other.test|0|1|0|1\n"
	    "--\n"
	    "Totals|2|4|2|8\n");
	assert_string_equal(test_notes(&x, "rcpt-users"),
	    "2 rejections named no recipient.\n");
	test_close(&x);
}

/* ---- which sections ---- */

static void
assert_chosen(const char *list, const char *id, bool is)
{
	bool chosen[64];
	struct err err;
	size_t i = 0;

	assert_int_equal(sections_choose(list, chosen, &err), 0);
	while (strcmp(section_types[i].id, id) != 0)
		i++;
	assert_int_equal(chosen[i], is);
}

TEST(sections_are_chosen_by_name)
{
	assert_chosen(NULL, "hours", true);
	assert_chosen("", "hours", true);
	assert_chosen("codes", "hours", false);
	assert_chosen("codes", "codes", true);
	assert_chosen("codes, hours", "hours", true);
	assert_chosen("-codes", "codes", false);
	assert_chosen("-codes", "hours", true);
	assert_chosen("codes,hours,-codes", "codes", false);
	assert_chosen("-codes,codes,hours", "codes", false);
	assert_chosen("-codes,codes,hours", "hours", true);
	assert_chosen("-codes,codes,hours", "tld", false);
	assert_chosen("head", "hours", false);
}

TEST(an_unknown_section_is_an_error_with_a_suggestion)
{
	bool chosen[64];
	struct err err;

	assert_int_equal(sections_choose("hours,viruse", chosen, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_string_equal(err.text, "no section is called \"viruse\";"
	    " did you mean \"viruses\"?");
	assert_int_equal(sections_choose("-quite-something", chosen, &err), -1);
	assert_string_equal(err.text, "no section is called"
	    " \"quite-something\"; see --help for their names");
	assert_int_equal(sections_choose("-head", chosen, &err), -1);
}

TEST(only_what_is_shown_has_to_be_counted)
{
	bool chosen[64];

	assert_int_equal(sections_choose("viruses", chosen, NULL), 0);
	assert_true(sections_dims(chosen, false) & DIM_BIT(DIM_VIRUS));
	assert_true(sections_dims(chosen, false) & DIM_BIT(DIM_CATEGORY));
	assert_false(sections_dims(chosen, false) & DIM_BIT(DIM_RULE));
}

TEST(sections_stand_in_the_order_of_the_table)
{
	struct test_report x;

	test_worked_example(&x);
	test_report(&x, "codes,viruses,hours");
	assert_int_equal(x.report->n_sections, 3);
	assert_string_equal(x.report->sections[0]->id, "hours");
	assert_string_equal(x.report->sections[1]->id, "viruses");
	assert_string_equal(x.report->sections[2]->id, "codes");
	test_close(&x);
}

TEST(a_comparison_with_a_mark_comes_first)
{
	static const char *const weekdays[] = { "2026-03-03 12:00",
		"2026-02-24 12:00", "2026-02-17 12:00", "2026-02-10 12:00" };
	struct test_report x;
	struct tally *before, *period;

	/* One message a day before, ten now. */
	test_worked_example(&x);
	period = x.tally;
	test_report(&x, "codes,compare");
	assert_string_equal(x.report->sections[0]->id, "codes");
	before = tally_new(&(struct tally_options){
	    .dims = DIM_BIT(DIM_CATEGORY) | DIM_BIT(DIM_CONNECTION),
	    .classes = &x.classes, .zone = x.zone, .grain_s = 3600 });
	x.tally = before;
	for (size_t i = 0; i < 4; i++)
		test_queued(&x, weekdays[i], "<ann@example.org>", NULL);
	x.tally = period;
	x.build.before = before;
	x.build.logs_begin_ns = test_time(&x, "2026-01-01");
	test_report(&x, "codes,compare");
	assert_string_equal(x.report->sections[0]->id, "compare");
	assert_string_equal(x.report->sections[1]->id, "codes");
	tally_free(&before);
	test_close(&x);
}

/* ---- nothing ---- */

TEST(an_empty_tally_makes_an_empty_report)
{
	static const char *const ids[] = { "rcpt-domains", "viruses", "codes",
		"sa-rules", "bl-config", "bl-use", "rcpt-users", "unrecognised",
		"hours" };
	struct test_report x;

	test_open(&x, "UTC");
	test_report(&x, "hours,rcpt-domains,viruses,codes,sa-rules,countries,"
	    "bl-config,bl-use,rcpt-users,unrecognised");
	test_sound(&x);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		assert_non_null(test_section(&x, ids[i]));
		assert_true(section_is_empty(test_section(&x, ids[i])));
		assert_string_equal(test_notes(&x, ids[i]), "");
	}
	assert_null(test_section(&x, "countries"));
	assert_string_equal(test_table(&x, "codes", 0), "--\nTotals|0|-\n");
	assert_string_equal(test_head(&x, "examined"), "0");
	assert_string_equal(test_head(&x, "per_hour"), "-");
	assert_string_equal(test_head(&x, "avg_ham_score"), "-");
	assert_string_equal(test_head(&x, "dmarc_approved"), "0");
	assert_int_equal(x.report->n_alerts, 0);
	test_close(&x);
}

TEST(an_empty_period_still_has_its_hours)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_period(&x, "2026-03-10 10:30", "2026-03-10 12:00");
	test_report(&x, "hours");
	assert_string_equal(test_table(&x, "hours", 0),
	    "2026-03-10, 10|0|-*\n"
	    "2026-03-10, 11|0|-\n"
	    "--\n"
	    "Totals|0|-\n"
	    "Percentages|-|-\n");
	assert_string_equal(test_head(&x, "per_hour"), "0.0");
	test_close(&x);
}

/* ---- recipients ---- */

TEST(domains_of_one_tld_stand_together)
{
	struct test_report x;

	test_open(&x, "UTC");
	classes_add_local_domain(&x.classes, STR("mail.example.com"));
	classes_add_local_domain(&x.classes, STR("example.com"));
	classes_add_local_domain(&x.classes, STR("b.example"));
	classes_add_mxbackup_domain(&x.classes, STR("backup.example.net"));
	classes_add_mxbackup_domain(&x.classes, STR(".wide.example.net"));
	test_queued(&x, "2026-03-10 00:00", "<a@example.org>,<a@mail.example.com>,"
	    "<a@example.com>,<a@B.Example>,<a@backup.example.net>,"
	    "<a@x.wide.example.net>,<a@elsewhere.test>", NULL);
	test_report(&x, "rcpt-domains");
	test_sound(&x);
	assert_string_equal(test_table(&x, "rcpt-domains", 0),
	    "Others|other|1|0|0|1|100.00%\n"
	    "example.com|local|1|0|0|1|100.00%\n"
	    "mail.example.com|local|1|0|0|1|100.00%\n"
	    "b.example|local|1|0|0|1|100.00%\n"
	    "backup.example.net|mxbackup|1|0|0|1|100.00%\n"
	    "x.wide.example.net|mxbackup-sub|1|0|0|1|100.00%\n"
	    "example.org|local|1|0|0|1|100.00%\n"
	    "--\n"
	    "Totals|-|7|0|0|7|100.00%\n");
	test_close(&x);
}

TEST(mail_that_the_queue_refused_is_a_transfer_error)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_mail(&x, &(struct test_mail){ .time = "2026-03-10 00:00",
	    .client = "192.0.2.1", .recipients = "<a@example.org>",
	    .disposition = "queue::qmail-queue", .code = "902",
	    .text = "Unable to queue message" });
	test_report(&x, "rcpt-domains");
	test_sound(&x);
	assert_string_equal(test_table(&x, "rcpt-domains", 0),
	    "example.org|local|1|0|1|0|0.00%\n"
	    "--\n"
	    "Totals|-|1|0|1|0|0.00%\n");
	test_close(&x);
}

TEST(addresses_beyond_the_limit_are_summed)
{
	struct test_report x;

	test_worked_example(&x);
	x.options.top = 1;
	test_report(&x, "rcpt-users,codes");
	test_sound(&x);
	assert_string_equal(test_table(&x, "rcpt-users", 0),
	    "ann@example.org|2|1|1|4\n"
	    "(2 others)|0|3|1|4\n"
	    "--\n"
	    "Totals|2|4|2|8\n");
	assert_int_equal(test_section(&x, "rcpt-users")->tables[0]->rows[1].flags,
	    ROW_OTHERS);
	assert_string_equal(test_table(&x, "codes", 0),
	    "queued|4|40.0%\n"
	    "(6 others)|6|60.0%\n"
	    "--\n"
	    "Totals|10|100.0%\n");
	test_close(&x);
}

/* ---- codes, viruses, rules, countries ---- */

TEST(codes_are_split_by_number_on_demand)
{
	struct test_report x;

	test_open(&x, "UTC");
	x.options.codes_by_code = true;
	test_queued(&x, "2026-03-10 00:00", "<a@example.org>", NULL);
	test_denied(&x, "2026-03-10 00:00", "karma", "very bad karma: -1");
	test_denied(&x, "2026-03-10 00:00", "karma", "very bad karma: -1");
	test_mail(&x, &(struct test_mail){ .time = "2026-03-10 00:00",
	    .client = "192.0.2.1", .disposition = "karma", .code = "903" });
	test_denied(&x, "2026-03-10 00:00", "", "");
	test_report(&x, "codes");
	test_sound(&x);
	assert_string_equal(test_titles(&x, "codes", 0),
	    "Reason|Code|Count|Percent");
	assert_string_equal(test_table(&x, "codes", 0),
	    "karma|901|2|40.0%\n"
	    "(none)|901|1|20.0%\n"
	    "karma|903|1|20.0%\n"
	    "queued|-|1|20.0%\n"
	    "--\n"
	    "Totals|-|5|100.0%\n");
	test_close(&x);
}

TEST(viruses_are_listed_by_name)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_denied(&x, "2026-03-10 00:00", "virus::clamdscan",
	    "Virus found: Win.Worm");
	test_denied(&x, "2026-03-10 00:01", "virus::clamav", "Virus Found: Win.Worm");
	test_denied(&x, "2026-03-10 00:02", "virus::clamdscan",
	    "Virus found: Sanesecurity.Junk.1");
	test_denied(&x, "2026-03-10 00:03", "virus::clamdscan",
	    "Virus found: Foo.UNOFFICIAL");
	test_denied(&x, "2026-03-10 00:04", "virus::other", "something bad");
	/* Not a virus but an attachment that is not wanted. */
	test_denied(&x, "2026-03-10 00:05", "virus::pattern_filter", "exe");
	test_report(&x, "viruses");
	test_sound(&x);
	assert_string_equal(test_table(&x, "viruses", 0),
	    "Rejected|2|Win.Worm|\n"
	    "Rejected|1|Foo.UNOFFICIAL|yes\n"
	    "Rejected|1|Sanesecurity.Junk.1|yes\n"
	    "Rejected|1|something bad|\n"
	    "--\n"
	    "Totals|5|-|-\n");
	x.options.top = 1;
	test_report(&x, "viruses");
	assert_string_equal(test_table(&x, "viruses", 0),
	    "Rejected|2|Win.Worm|\n"
	    "-|3|(3 others)|-\n"
	    "--\n"
	    "Totals|5|-|-\n");
	test_close(&x);
}

static void
scored(struct test_report *x, const char *disposition, const char *score,
    const char *trailer)
{
	test_mail(x, &(struct test_mail){ .time = "2026-03-10 00:00",
	    .client = "192.0.2.1", .disposition = disposition,
	    .code = "901", .text = "spam score exceeded threshold",
	    .score = score, .trailer = trailer });
}

TEST(rules_are_shown_for_all_mail_and_by_outcome)
{
	struct test_report x;

	test_open(&x, "UTC");
	scored(&x, "queued", "-1.0", "No, score=-1.0 required=4.0"
	    " tests=BAYES_00,HTML autolearn=no_");
	scored(&x, "queued", "6.0", "Yes, score=6.0 required=4.0"
	    " tests=BAYES_99,HTML autolearn=no_");
	scored(&x, "spamassassin", "20.0", "Yes, score=20.0 required=4.0"
	    " tests=BAYES_99,HTML autolearn=no_");
	test_report(&x, "sa-rules");
	assert_int_equal(test_section(&x, "sa-rules")->n_tables, 4);
	assert_string_equal(test_table(&x, "sa-rules", 0),
	    "3|100.0%|8.3|HTML\n"
	    "2|66.7%|13.0|BAYES_99\n"
	    "1|33.3%|-1.0|BAYES_00\n"
	    "--\n"
	    "3|100.0%|-|Totals\n");
	assert_string_equal(test_table(&x, "sa-rules", 1),
	    "1|33.3%|20.0|BAYES_99\n"
	    "1|33.3%|20.0|HTML\n");
	assert_string_equal(test_table(&x, "sa-rules", 3),
	    "1|33.3%|-1.0|BAYES_00\n"
	    "1|33.3%|-1.0|HTML\n");
	x.options.rule_cutoff_percent = 50;
	test_report(&x, "sa-rules");
	assert_string_equal(test_table(&x, "sa-rules", 0),
	    "3|100.0%|8.3|HTML\n"
	    "2|66.7%|13.0|BAYES_99\n"
	    "1|33.3%|-1.0|(1 others)\n"
	    "--\n"
	    "3|100.0%|-|Totals\n");
	test_close(&x);
}

TEST(the_cut_off_of_rules_depends_on_how_much_they_fire)
{
	struct test_report x;

	test_open(&x, "UTC");
	/* 20 hits in 200 messages are not more than a tenth: 0.2 % are shown. */
	for (int i = 0; i < 200; i++)
		scored(&x, "queued", "1.0", i == 0 ? "tests=RARE" :
		    i < 20 ? "tests=COMMON" : "");
	test_report(&x, "sa-rules");
	assert_string_equal(test_table(&x, "sa-rules", 0),
	    "19|9.5%|1.0|COMMON\n"
	    "1|0.5%|1.0|RARE\n"
	    "--\n"
	    "200|100.0%|-|Totals\n");
	/* One more, and what is below 1 % is not. */
	scored(&x, "queued", "1.0", "tests=COMMON");
	test_report(&x, "sa-rules");
	assert_string_equal(test_table(&x, "sa-rules", 0),
	    "20|10.0%|1.0|COMMON\n"
	    "1|0.5%|1.0|(1 others)\n"
	    "--\n"
	    "201|100.0%|-|Totals\n");
	test_close(&x);
}

static void
seen_country(struct test_report *x, const char *country, int times)
{
	struct event ev;

	event_init(&ev, EVENT_CHECK, test_time(x, "2026-03-10 05:00"));
	ev.check = STR("geoip");
	ev.country = str_from(country);
	for (int i = 0; i < times; i++)
		test_count(x, &ev);
}

TEST(rare_countries_are_summed_and_refused_ones_marked)
{
	static const struct str refused[] = { TEST_STR("cn"), TEST_STR("DEN") };
	struct test_report x;

	test_open(&x, "UTC");
	x.options.refused_countries = refused;
	x.options.n_refused_countries = 2;
	seen_country(&x, "DE", 300);
	seen_country(&x, "CN", 97);
	seen_country(&x, "FR", 2);
	seen_country(&x, "AT", 1);
	test_report(&x, "countries");
	assert_string_equal(test_table(&x, "countries", 0),
	    "DE|300|75.0%|\n"
	    "CN|97|24.2%|*\n"
	    "FR|2|0.5%|\n"
	    "(1 others)|1|0.2%|\n"
	    "--\n"
	    "Totals|400|100.0%|-\n");
	test_close(&x);
}

TEST(countries_are_shown_with_the_column_of_their_denials)
{
	static const struct column_show_row shown[] = {
		{ TEST_STR("Geoip."), SHOW_YES },
	};
	struct test_report x;

	test_worked_example(&x);
	test_report(&x, "countries");
	assert_null(test_section(&x, "countries"));
	x.options.columns = shown;
	x.options.n_columns = 1;
	test_report(&x, "countries");
	assert_true(section_is_empty(test_section(&x, "countries")));
	x.options.n_columns = 0;
	test_denied(&x, "2026-03-10 07:00", "check_badcountries", "CN");
	test_report(&x, "countries");
	assert_non_null(test_section(&x, "countries"));
	test_close(&x);
}

/* ---- unrecognised ---- */

TEST(what_is_in_no_list_is_shown)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_denied(&x, "2026-03-10 00:05", "fcrdns", "later");
	test_denied(&x, "2026-03-10 00:01", "fcrdns", "earliest");
	test_denied(&x, "2026-03-10 00:02", "hosts_allow", "");
	test_denied(&x, "2026-03-10 00:03", "karma", "very bad karma: -1");
	test_denied(&x, "2026-03-10 00:04", "loadcheck", "no idea");
	test_denied(&x, "2026-03-10 00:04", "loadcheck", "no idea");
	test_denied(&x, "2026-03-10 00:04", "tls", "what now");
	test_report(&x, "unrecognised");
	assert_string_equal(test_table(&x, "unrecognised", 0),
	    "fcrdns|2|2026-03-10 00:01:00|earliest\n"
	    "hosts_allow|1|2026-03-10 00:02:00|\n"
	    "--\n"
	    "Totals|3|-|-\n");
	assert_string_equal(test_table(&x, "unrecognised", 1),
	    "2|no idea\n"
	    "1|what now\n"
	    "--\n"
	    "3|Totals\n");
	test_close(&x);
}

TEST(texts_beyond_those_kept_are_still_counted)
{
	struct test_report x;
	char text[] = "text a";

	test_open(&x, "UTC");
	for (int i = 0; i < 25; i++) {
		text[5] = (char)('a' + i);
		test_denied(&x, "2026-03-10 00:04", "loadcheck", text);
	}
	test_report(&x, "unrecognised");
	assert_int_equal(test_section(&x, "unrecognised")->tables[1]->n_rows, 21);
	assert_non_null(strstr(test_table(&x, "unrecognised", 1),
	    "1|text t\n5|(others)\n--\n25|Totals\n"));
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worked_example_has_its_head),
		cmocka_unit_test(the_worked_example_has_its_hours),
		cmocka_unit_test(the_worked_example_has_its_recipient_domains),
		cmocka_unit_test(the_worked_example_has_its_codes),
		cmocka_unit_test(the_worked_example_has_its_lists_and_viruses),
		cmocka_unit_test(the_worked_example_has_its_addresses),
		cmocka_unit_test(sections_are_chosen_by_name),
		cmocka_unit_test(an_unknown_section_is_an_error_with_a_suggestion),
		cmocka_unit_test(only_what_is_shown_has_to_be_counted),
		cmocka_unit_test(sections_stand_in_the_order_of_the_table),
		cmocka_unit_test(a_comparison_with_a_mark_comes_first),
		cmocka_unit_test(an_empty_tally_makes_an_empty_report),
		cmocka_unit_test(an_empty_period_still_has_its_hours),
		cmocka_unit_test(domains_of_one_tld_stand_together),
		cmocka_unit_test(mail_that_the_queue_refused_is_a_transfer_error),
		cmocka_unit_test(addresses_beyond_the_limit_are_summed),
		cmocka_unit_test(codes_are_split_by_number_on_demand),
		cmocka_unit_test(viruses_are_listed_by_name),
		cmocka_unit_test(rules_are_shown_for_all_mail_and_by_outcome),
		cmocka_unit_test(the_cut_off_of_rules_depends_on_how_much_they_fire),
		cmocka_unit_test(rare_countries_are_summed_and_refused_ones_marked),
		cmocka_unit_test(countries_are_shown_with_the_column_of_their_denials),
		cmocka_unit_test(what_is_in_no_list_is_shown),
		cmocka_unit_test(texts_beyond_those_kept_are_still_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
