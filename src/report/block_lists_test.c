#include "base/test.h"
#include "report/report.h"
#include "report/test_events.h"

static void
listed(struct test_report *x, const char *time, const char *client,
    const char *text)
{
	test_mail(x, &(struct test_mail){ .time = time, .client = client,
	    .disposition = "dnsbl", .code = "901", .text = text });
}

TEST(lists_are_ranked_with_their_clients)
{
	struct test_report x;

	test_open(&x, "UTC");
	listed(&x, "2026-03-10 00:03", "192.0.2.1",
	    "http://www.spamhaus.org/query/bl?ip=192.0.2.1");
	listed(&x, "2026-03-10 00:01", "192.0.2.1",
	    "http://www.spamhaus.org/query/bl?ip=192.0.2.1");
	listed(&x, "2026-03-10 00:02", "192.0.2.2",
	    "Blocked - see http://www.spamcop.net/bl.shtml?192.0.2.2");
	listed(&x, "2026-03-10 00:04", "192.0.2.1",
	    "Blocked - see http://www.spamcop.net/bl.shtml?192.0.2.1");
	listed(&x, "2026-03-10 00:05", "192.0.2.3",
	    "http://www.spamhaus.org/query/bl?ip=192.0.2.3");
	test_report(&x, "bl-use");
	test_sound(&x);
	assert_string_equal(test_table(&x, "bl-use", 0),
	    "spamhaus.org|3|60.0%|2|2026-03-10 00:01:00|2026-03-10 00:05:00\n"
	    "spamcop.net|2|40.0%|2|2026-03-10 00:02:00|2026-03-10 00:04:00\n"
	    "--\n"
	    "Totals|5|100.0%|3|2026-03-10 00:01:00|2026-03-10 00:05:00\n");
	x.options.top = 1;
	test_report(&x, "bl-use");
	test_sound(&x);
	assert_string_equal(test_table(&x, "bl-use", 0),
	    "spamhaus.org|3|60.0%|2|2026-03-10 00:01:00|2026-03-10 00:05:00\n"
	    "(1 others)|2|40.0%|-|2026-03-10 00:02:00|2026-03-10 00:04:00\n"
	    "--\n"
	    "Totals|5|100.0%|3|2026-03-10 00:01:00|2026-03-10 00:05:00\n");
	test_close(&x);
}

TEST(a_list_that_refuses_to_answer_is_an_alert)
{
	struct test_report x;

	test_open(&x, "UTC");
	listed(&x, "2026-03-10 00:01", "192.0.2.1",
	    "http://www.spamcop.net/bl.shtml?192.0.2.1");
	listed(&x, "2026-03-10 00:02", "192.0.2.2", "Error: open resolver;"
	    " https://www.spamhaus.org/returnc/pub/192.0.2.53");
	listed(&x, "2026-03-10 00:03", "192.0.2.3", "Error: open resolver;"
	    " https://www.spamhaus.org/returnc/pub/192.0.2.53");
	test_report(&x, "bl-use");
	test_sound(&x);
	assert_string_equal(test_table(&x, "bl-use", 0),
	    "spamcop.net|1|33.3%|1|2026-03-10 00:01:00|2026-03-10 00:01:00\n"
	    "list error|2|66.7%|-|2026-03-10 00:02:00|2026-03-10 00:03:00\n"
	    "--\n"
	    "Totals|3|100.0%|1|2026-03-10 00:01:00|2026-03-10 00:03:00\n");
	assert_int_equal(x.report->n_alerts, 1);
	assert_str(x.report->alerts[0], "2 denials without cause: a block list"
	    " refused to answer (spamhaus.org), and a server that takes this for"
	    " a listing rejects all its mail.");
	test_close(&x);
}

TEST(configured_lists_are_shown_with_their_hits)
{
	static const struct configured_list lists[] = {
		{ "DNSBL", TEST_STR("zen.spamhaus.org") },
		{ "DNSBL", TEST_STR("bl.spamcop.net") },
		{ "DNSBL", TEST_STR("idle.example") },
		{ "RHSBL", TEST_STR("rhsbl.lists.test") },
	};
	struct test_report x;

	test_open(&x, "UTC");
	x.options.lists = lists;
	x.options.n_lists = 4;
	/* The site of the list, the zone itself beside its site, a sister. */
	listed(&x, "2026-03-10 00:01", "192.0.2.1",
	    "http://www.spamhaus.org/query/bl?ip=192.0.2.1");
	listed(&x, "2026-03-10 00:02", "192.0.2.1",
	    "http://bl.spamcop.net/?192.0.2.1");
	listed(&x, "2026-03-10 00:03", "192.0.2.1",
	    "http://www.spamcop.net/?192.0.2.1");
	listed(&x, "2026-03-10 00:04", "192.0.2.1",
	    "http://lookup.lists.test/?192.0.2.1");
	listed(&x, "2026-03-10 00:05", "192.0.2.1",
	    "http://www.notspamhaus.org/?192.0.2.1");
	listed(&x, "2026-03-10 00:06", "192.0.2.1", "open resolver"
	    " http://www.spamhaus.org/query/bl?ip=192.0.2.1");
	test_report(&x, "bl-config");
	assert_string_equal(test_titles(&x, "bl-config", 0),
	    "Type|List|Last hit|Hits in period");
	assert_string_equal(test_table(&x, "bl-config", 0),
	    "DNSBL|zen.spamhaus.org|2026-03-10 00:01:00|1\n"
	    "DNSBL|bl.spamcop.net|2026-03-10 00:02:00|1\n"
	    "DNSBL|idle.example|-|0\n"
	    "RHSBL|rhsbl.lists.test|2026-03-10 00:04:00|1\n");
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_ranked_with_their_clients),
		cmocka_unit_test(a_list_that_refuses_to_answer_is_an_alert),
		cmocka_unit_test(configured_lists_are_shown_with_their_hits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
