#include "base/test.h"
#include "event/event.h"
#include "report/report.h"
#include "report/test_events.h"

static void
mail(struct test_report *x, const char *time, const char *client,
    const char *host, const char *disposition, const char *code)
{
	test_mail(x, &(struct test_mail){ .time = time, .client = client,
	    .host = host, .disposition = disposition, .code = code });
}

static void
listed(struct test_report *x, const char *time, const char *client,
    const char *list)
{
	test_mail(x, &(struct test_mail){ .time = time, .client = client,
	    .disposition = "dnsbl", .code = "901", .text = list });
}

static void
from_country(struct test_report *x, const char *country, const char *time,
    const char *client, const char *host, const char *disposition)
{
	test_mail(x, &(struct test_mail){ .time = time, .client = client,
	    .host = host, .disposition = disposition, .code = "901",
	    .country = country });
}

TEST(clients_stand_by_denials_and_temporary_ones_are_among_them)
{
	struct test_report x;

	test_open(&x, "UTC");
	from_country(&x, "DE", "2026-03-10 02:00", "192.0.2.2", "b.test",
	    "helo");
	mail(&x, "2026-03-10 01:00", "192.0.2.2", "a.test", "helo", "902");
	mail(&x, "2026-03-10 03:00", "192.0.2.2", "c.test", "queued", NULL);
	mail(&x, "2026-03-10 01:00", "192.0.2.10", "x.test", "queued", NULL);
	mail(&x, "2026-03-10 01:30", "192.0.2.1", "Unknown", "queued", NULL);
	mail(&x, "2026-03-10 01:30", NULL, NULL, "hosts_allow", "901");
	mail(&x, "2026-03-10 01:30", "10.0.0.1", "", "helo", "904");
	test_report(&x, "ips");
	assert_string_equal(test_titles(&x, "ips", 0),
	    "IP|Denied|Temporary|Queued|Host|Country|Lists|First|Last");
	/* Those without denials by the bytes of the text: .1 before .10. */
	assert_string_equal(test_table(&x, "ips", 0),
	    "192.0.2.2|2|1|1|a.test|DE||2026-03-10 01:00:00|2026-03-10 03:00:00\n"
	    "10.0.0.1|1|1|0|-|(private)||2026-03-10 01:30:00|2026-03-10 01:30:00\n"
	    "192.0.2.1|0|0|1|Unknown|(unknown)||2026-03-10 01:30:00|2026-03-10 01:30:00\n"
	    "192.0.2.10|0|0|1|x.test|(unknown)||2026-03-10 01:00:00|2026-03-10 01:00:00\n"
	    "--\n"
	    "Totals|3|2|3|-|-|-|2026-03-10 01:00:00|2026-03-10 03:00:00\n");
	test_close(&x);
}

TEST(lists_are_joined_by_how_often_they_refused_the_client)
{
	struct test_report x;

	test_open(&x, "UTC");
	listed(&x, "2026-03-10 01:00", "192.0.2.1", "http://one.test/");
	listed(&x, "2026-03-10 01:01", "192.0.2.1", "http://two.test/");
	listed(&x, "2026-03-10 01:02", "192.0.2.1", "http://two.test/");
	listed(&x, "2026-03-10 01:03", "192.0.2.2", "http://three.test/");
	x.options.top = 1;
	test_report(&x, "ips");
	assert_string_equal(test_table(&x, "ips", 0),
	    "192.0.2.1|3|0|0|-|(unknown)|two.test, one.test|2026-03-10 01:00:00|2026-03-10 01:02:00\n"
	    "(1 others)|1|0|0|-|-|-|2026-03-10 01:03:00|2026-03-10 01:03:00\n"
	    "--\n"
	    "Totals|4|0|0|-|-|-|2026-03-10 01:00:00|2026-03-10 01:03:00\n");
	test_close(&x);
}

TEST(ten_are_shown_unless_another_number_is_asked_for)
{
	struct test_report x;
	char client[] = "192.0.2.00";

	test_open(&x, "UTC");
	for (int i = 10; i < 22; i++) {
		client[8] = (char)('0' + i / 10);
		client[9] = (char)('0' + i % 10);
		mail(&x, "2026-03-10 01:00", client, "", "helo", "901");
	}
	test_report(&x, "ips");
	assert_int_equal(test_section(&x, "ips")->tables[0]->n_rows, 11);
	assert_int_equal(test_section(&x, "ips")->tables[0]->rows[10].flags,
	    ROW_OTHERS);
	x.options.top = 0;
	test_report(&x, "ips");
	assert_int_equal(test_section(&x, "ips")->tables[0]->n_rows, 12);
	test_close(&x);
}

TEST(ip_prefix_joins_networks_of_either_family)
{
	struct test_report x;

	test_open(&x, "UTC");
	from_country(&x, "DE", "2026-03-10 01:10", "192.0.2.1", "a.test",
	    "helo");
	from_country(&x, "AT", "2026-03-10 01:00", "192.0.2.200", "b.test",
	    "helo");
	from_country(&x, "AT", "2026-03-10 01:20", "192.0.2.200", "b.test",
	    "queued");
	mail(&x, "2026-03-10 01:00", "192.0.3.1", "c.test", "helo", "901");
	mail(&x, "2026-03-10 01:00", "2001:db8::1", "", "helo", "901");
	mail(&x, "2026-03-10 01:00", "2001:db8::2:1", "", "helo", "901");
	mail(&x, "2026-03-10 01:00", "2001:db8:0:1::1", "", "queued", NULL);
	mail(&x, "2026-03-10 01:00", "::ffff:192.0.3.9", "", "queued", NULL);
	listed(&x, "2026-03-10 01:30", "192.0.2.200", "http://one.test/");
	x.options.ip_bits_v4 = 24;
	x.options.ip_bits_v6 = 64;
	test_report(&x, "ips");
	assert_string_equal(test_titles(&x, "ips", 0),
	    "IP|Denied|Temporary|Queued|Host|Country|Lists|First|Last|IPs");
	assert_string_equal(test_table(&x, "ips", 0),
	    "192.0.2.0/24|3|0|1|b.test|AT, DE|one.test|2026-03-10 01:00:00|2026-03-10 01:30:00|2\n"
	    "2001:db8::/64|2|0|0|-|(unknown)||2026-03-10 01:00:00|2026-03-10 01:00:00|2\n"
	    "192.0.3.0/24|1|0|1|-|(unknown)||2026-03-10 01:00:00|2026-03-10 01:00:00|2\n"
	    "2001:db8:0:1::/64|0|0|1|-|(unknown)||2026-03-10 01:00:00|2026-03-10 01:00:00|1\n"
	    "--\n"
	    "Totals|6|0|3|-|-|-|2026-03-10 01:00:00|2026-03-10 01:30:00|-\n");
	test_close(&x);
}

TEST(no_clients_are_an_empty_section)
{
	struct test_report x;

	test_open(&x, "UTC");
	test_report(&x, "ips");
	assert_true(section_is_empty(test_section(&x, "ips")));
	assert_int_equal(test_section(&x, "ips")->tables[0]->n_footers, 0);
	test_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_stand_by_denials_and_temporary_ones_are_among_them),
		cmocka_unit_test(lists_are_joined_by_how_often_they_refused_the_client),
		cmocka_unit_test(ten_are_shown_unless_another_number_is_asked_for),
		cmocka_unit_test(ip_prefix_joins_networks_of_either_family),
		cmocka_unit_test(no_clients_are_an_empty_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
