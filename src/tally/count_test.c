/* count_test.c - what each dimension counts, one or more tests for each. */
#include <stdio.h>

#include "base/test.h"
#include "base/when.h"
#include "tally/tally.h"
#include "tally/test_tally.h"

static void
add(struct test_tally *x, struct event ev)
{
	tally_add(x->tally, &ev);
}

/* A message with a score, its trailer as it stands in the log. */
static struct event
scored(int64_t milli, const char *trailer)
{
	struct event ev = test_queued(0);

	ev.score_milli = milli;
	ev.required_milli = 5000;
	ev.trailer = str_from(trailer);
	return ev;
}

static struct event
closed(const char *client, const char *last, int64_t ms)
{
	struct event ev = test_event(EVENT_CLOSED, 0);

	ev.client = str_from(client);
	ev.last_disposition = str_from(last);
	ev.duration_ns = ms * 1000000;
	return ev;
}

static struct event
check(const char *name, const char *result, const char *country)
{
	struct event ev = test_event(EVENT_CHECK, 0);

	ev.check = str_from(name);
	ev.result = str_from(result);
	if (country)
		ev.country = str_from(country);
	return ev;
}

TEST(disposition_counts_by_name_code_and_verdict)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_DISPOSITION));
	add(&x, test_queued(1));
	add(&x, test_denied(2, "dnsbl", "901", "b"));
	add(&x, test_denied(3, "dnsbl", "902", "a"));
	add(&x, test_denied(4, "dnsbl", "901", "a"));
	ev = test_denied(5, "", "901", "x");
	add(&x, ev);
	test_assert_cells(&x, DIM_DISPOSITION, "0 (none)|901|2: 1 5-5 x\n"
	    "0 dnsbl|901|2: 2 2-4 b\n0 dnsbl|902|3: 1 3-3 a\n"
	    "0 queued||1: 1 1-1 <id@example.com>\n");
	test_tally_close(&x);
}

TEST(naughty_counts_by_its_reason)
{
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_DISPOSITION) | DIM_BIT(DIM_CATEGORY));
	add(&x, test_denied(0, "naughty", "903", "(dnsbl) http://l.test/"));
	add(&x, test_denied(0, "naughty", "903", "(karma) bad"));
	add(&x, test_denied(0, "naughty", "903", "I do not believe you"));
	test_assert_cells(&x, DIM_DISPOSITION,
	    "0 naughty-dnsbl|903|2: 1 0-0 (dnsbl) http://l.test/\n"
	    "0 naughty-karma|903|2: 1 0-0 (karma) bad\n"
	    "0 naughty-unknown|903|2: 1 0-0 I do not believe you\n");
	test_assert_cells(&x, DIM_CATEGORY, "0 2||2: 1 0 0\n0 5||2: 1 0 0\n"
	    "0 7||2: 1 0 0\n");
	test_tally_close(&x);
}

TEST(category_sums_the_scores_that_are_known)
{
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_CATEGORY));
	add(&x, scored(-2600, "No, score=-2.6"));
	add(&x, scored(1000, "No, score=1.0"));
	add(&x, scored(EVENT_NO_NUMBER, ""));
	add(&x, scored(7000, "Yes, score=7.0"));
	add(&x, test_denied(0, "dnsbl", "901", "x"));
	test_assert_cells(&x, DIM_CATEGORY, "0 10||1: 3 -1600 2 1000\n"
	    "0 2||2: 1 0 0\n0 9||1: 1 7000 1 7000\n");
	test_tally_close(&x);
}

TEST(origin_counts_where_mail_came_from)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_ORIGIN));
	add(&x, test_queued(0));
	ev = test_queued(0);
	ev.client = STR("10.0.0.1");
	add(&x, ev);
	ev = test_queued(0);
	ev.authenticated = true;
	add(&x, ev);
	ev = test_denied(0, "dnsbl", "901", "x");
	ev.client = STR("127.0.0.200");
	add(&x, ev);
	test_assert_cells(&x, DIM_ORIGIN, "0 0||2: 1\n0 3||1: 1\n0 4||1: 1\n"
	    "0 6||1: 1\n");
	test_tally_close(&x);
}

static void
assert_counter(struct test_tally *x, enum counter c, uint64_t count)
{
	size_t n;
	const struct cell *cells;
	uint64_t sum = 0;

	tally_settle(x->tally);
	cells = tally_cells(x->tally, DIM_COUNTER, &n);
	for (size_t i = 0; i < n; i++)
		if (cells[i].k1 == (uint32_t)c)
			sum += cells[i].count;
	assert_int_equal(sum, count);
}

TEST(counters_count_recipients)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_COUNTER));
	ev = test_queued(0);
	ev.recipients = STR("<a@example.org>,<b@example.org>, <c@example.net>");
	add(&x, ev);
	ev.client = STR("10.0.0.1");
	add(&x, ev);
	ev = test_denied(0, "dnsbl", "901", "x");
	ev.recipients = str_none();
	add(&x, ev);
	ev.client = STR("10.0.0.1");
	add(&x, ev);
	assert_counter(&x, COUNTER_MAILS_WITH_RECIPIENTS, 2);
	assert_counter(&x, COUNTER_RECIPIENTS, 6);
	assert_counter(&x, COUNTER_WITHOUT_RECIPIENT, 2);
	assert_counter(&x, COUNTER_OUTSIDE_RECIPIENTS, 3);
	assert_counter(&x, COUNTER_OUTSIDE_UNNAMED, 1);
	test_tally_close(&x);
}

TEST(a_denied_recipient_is_one_though_the_list_is_empty)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_COUNTER) | DIM_BIT(DIM_RECIPIENT));
	ev = test_denied(0, "check_goodrcptto", "901",
	    "invalid recipient Ghost@Example.org");
	ev.recipients = str_none();
	add(&x, ev);
	assert_counter(&x, COUNTER_RECIPIENTS, 1);
	assert_counter(&x, COUNTER_WITHOUT_RECIPIENT, 0);
	test_assert_cells(&x, DIM_RECIPIENT, "ghost@example.org|1|0: 1\n");
	test_tally_close(&x);
}

TEST(counters_count_what_plugins_and_the_daemon_say)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_COUNTER));
	add(&x, check("dmarc", "pass", NULL));
	add(&x, check("dmarc", "pass", "DE"));
	add(&x, check("dmarc", "fail", NULL));
	add(&x, check("relay", "pass", NULL));
	add(&x, test_event(EVENT_REFUSED, 0));
	ev = closed("192.0.2.1", "", 1);
	ev.unfinished = true;
	add(&x, ev);
	add(&x, closed("192.0.2.1", "", 1));
	assert_counter(&x, COUNTER_DMARC_PASS, 2);
	assert_counter(&x, COUNTER_REFUSED, 1);
	assert_counter(&x, COUNTER_UNFINISHED, 1);
	test_tally_close(&x);
}

TEST(denials_of_known_plugins_in_unknown_words_are_kept)
{
	struct test_tally x;
	const struct odd_text *odd;
	size_t n;

	test_tally_open(&x, DIM_BIT(DIM_COUNTER));
	add(&x, test_denied(0, "rcpt_ok", "901", "Relaying denied (#5.7.1)"));
	add(&x, test_denied(0, "rcpt_ok", "901", "go away"));
	add(&x, test_denied(0, "rcpt_ok", "901", "go away"));
	add(&x, test_denied(0, "dnsbl", "901", "anything"));
	add(&x, test_denied(0, "nobody_knows", "901", "anything"));
	assert_counter(&x, COUNTER_UNKNOWN_TEXT, 2);
	odd = tally_odd_texts(x.tally, &n);
	assert_int_equal(n, 1);
	assert_str(str_make(odd[0].text, odd[0].n), "go away");
	assert_int_equal(odd[0].count, 2);
	test_tally_close(&x);
}

TEST(counters_are_of_their_hour)
{
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_COUNTER));
	add(&x, test_event(EVENT_REFUSED, 0));
	add(&x, test_event(EVENT_REFUSED, 3600));
	add(&x, test_event(EVENT_REFUSED, 3601));
	add(&x, test_event(EVENT_REFUSED, 1));
	buf_reset(&x.text);
	test_cells_add(&x.text, x.tally, DIM_COUNTER);
	buf_add_char(&x.text, '\0');
	assert_int_equal(strncmp(x.text.p, "0 ", 2), 0);
	assert_non_null(strstr(x.text.p, "||0: 2\n1 "));
	assert_counter(&x, COUNTER_REFUSED, 4);
	test_tally_close(&x);
}

TEST(domain_rows_count_each_recipient_once)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_DOMAIN_ROW));
	classes_add_mxbackup_domain(&x.classes, STR(".backup.test"));
	ev = test_queued(0);
	ev.recipients = STR("<a@Example.ORG>,<b@example.org>,<c@other.test>,"
	    "<d@backup.test>,<e@sub.backup.test>");
	add(&x, ev);
	/* From inside the domain does not matter. */
	ev.client = STR("10.0.0.1");
	add(&x, ev);
	/* Denied, by a filter and by the queue. */
	ev = test_denied(0, "dnsbl", "901", "x");
	add(&x, ev);
	ev.recipients = str_none();
	add(&x, ev);
	ev.client = STR("10.0.0.1");
	add(&x, ev);
	add(&x, test_denied(0, "queue::qmail-queue", "902", "x"));
	test_assert_cells(&x, DIM_DOMAIN_ROW,
	    "Internal|0|0: 4\n"
	    "Others|0|0: 1\n"
	    "Others|0|1: 1\n"
	    "Outgoing|0|0: 1\n"
	    "Outgoing|0|1: 1\n"
	    "backup.test|2|0: 1\n"
	    "example.org|1|0: 2\n"
	    "example.org|1|1: 1\n"
	    "example.org|1|2: 1\n"
	    "sub.backup.test|3|0: 1\n");
	test_tally_close(&x);
}

TEST(virus_counts_by_the_name_found)
{
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_VIRUS));
	add(&x, test_denied(0, "virus::clamdscan", "901", "Virus found: Eicar"));
	add(&x, test_denied(0, "virus::clamav", "901", "Virus Found: Eicar"));
	add(&x, test_denied(0, "virus::pattern_filter", "901", "exe"));
	add(&x, test_denied(0, "dnsbl", "901", "Virus found: Eicar"));
	test_assert_cells(&x, DIM_VIRUS, "Eicar||0: 2\n");
	test_tally_close(&x);
}

TEST(rule_counts_messages_in_which_it_fired)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_RULE) | DIM_BIT(DIM_COUNTER));
	add(&x, scored(100, "No, score=0.1 required=5.0 tests=A,B autolearn=no_"));
	add(&x, scored(6000, "Yes, score=6.0 required=5.0 tests=B_"));
	add(&x, scored(200, "No, score=0.2 required=5.0 tests=none autolearn=no_"));
	add(&x, scored(200, "No, score=0.2 required=5.0 tests=_"));
	add(&x, scored(EVENT_NO_NUMBER, "tests=A"));
	ev = test_denied(0, "spamassassin", "901", "spam score exceeded threshold");
	ev.score_milli = 20000;
	ev.trailer = STR("Yes, score=20 required=5.0 tests=A,,C autolearn=no_");
	add(&x, ev);
	test_assert_cells(&x, DIM_RULE,
	    "A|0|0: 1 20000 1 20000\n"
	    "A|2|0: 1 100 1 100\n"
	    "B|1|0: 1 6000 1 6000\n"
	    "B|2|0: 1 100 1 100\n"
	    "C|0|0: 1 20000 1 20000\n");
	assert_counter(&x, COUNTER_RULED, 3);
	test_tally_close(&x);
}

/* A country table of clients. */
static struct str
country_of(void *ctx, struct str client)
{
	++*(int *)ctx;
	return str_eq(client, STR("192.0.2.1")) ? STR("FR") : str_none();
}

TEST(country_counts_each_connection_once)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_COUNTRY));
	add(&x, check("geoip", "", "DE"));
	ev = check("geoip", "", "DE");
	ev.repeated = true;
	add(&x, ev);
	/* Other checks of the connection know its country too. */
	add(&x, check("dmarc", "pass", "DE"));
	add(&x, check("auth::auth_flat_file", "pass", "DE"));
	ev = closed("192.0.2.1", "queued", 1);
	ev.country = STR("DE");
	add(&x, ev);
	test_assert_cells(&x, DIM_COUNTRY, "DE||0: 1\n");
	test_tally_close(&x);
}

TEST(a_country_that_the_log_does_not_say_is_looked_up)
{
	struct test_tally x;
	struct event ev;
	int asked = 0;

	test_tally_open(&x, DIM_BIT(DIM_COUNTRY));
	x.options.country = country_of;
	x.options.country_ctx = &asked;
	test_tally_again(&x);
	add(&x, closed("192.0.2.1", "queued", 1));
	add(&x, closed("192.0.2.1", "queued", 1));
	add(&x, closed("192.0.2.2", "queued", 1));
	add(&x, closed("192.0.2.2", "queued", 1));
	ev = closed("192.0.2.1", "queued", 1);
	ev.country = STR("DE");
	add(&x, ev);
	ev.client = str_none();
	add(&x, ev);
	test_assert_cells(&x, DIM_COUNTRY, "FR||0: 2\n");
	assert_int_equal(asked, 2);
	test_tally_close(&x);
}

TEST(client_country_counts_transactions_whatever_said_the_country)
{
	struct test_tally x;
	struct event ev;
	int asked = 0;

	test_tally_open(&x, DIM_BIT(DIM_CLIENT_COUNTRY));
	x.options.country = country_of;
	x.options.country_ctx = &asked;
	test_tally_again(&x);
	ev = test_queued(1);
	ev.client = STR("192.0.2.1");
	add(&x, ev);
	ev.country = STR("DE");
	add(&x, ev);
	ev.client = STR("192.0.2.2");
	ev.country = str_none();
	add(&x, ev);
	test_assert_cells(&x, DIM_CLIENT_COUNTRY, "192.0.2.1|DE|0: 1\n"
	    "192.0.2.1|FR|0: 1\n");
	test_tally_close(&x);
}

TEST(list_counts_denials_and_tells_errors_apart)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_LIST) | DIM_BIT(DIM_LIST_HOST) |
	    DIM_BIT(DIM_CLIENT_LIST) | DIM_BIT(DIM_CLIENT_LIST_HOST));
	add(&x, test_denied(1, "dnsbl", "901", "http://www.One.test:80/1"));
	add(&x, test_denied(2, "dnsbl", "902", "http://one.test/2"));
	add(&x, test_denied(3, "naughty", "901", "(dnsbl) listed"));
	add(&x, test_denied(4, "naughty", "901", "(karma) http://one.test/"));
	add(&x, test_denied(5, "dnsbl", "901", "open resolver http://one.test/"));
	ev = test_denied(6, "rhsbl", "901", "Mail from a.test rejected because "
	    "it http://two.test/");
	ev.client = STR("::FFFF:192.0.2.10");
	add(&x, ev);
	ev.client = str_none();
	add(&x, ev);
	test_assert_cells(&x, DIM_LIST,
	    "(no list named)||2: 1 3-3 (dnsbl) listed\n"
	    "one.test||2: 2 1-2 http://www.One.test:80/1\n"
	    "one.test||3: 1 5-5 open resolver http://one.test/\n"
	    "two.test||2: 2 6-6 Mail from a.test rejected because it "
	    "http://two.test/\n");
	test_assert_cells(&x, DIM_LIST_HOST,
	    "(no URL)||2: 1 3-3 (dnsbl) listed\n"
	    "one.test||2: 1 2-2 http://one.test/2\n"
	    "one.test||3: 1 5-5 open resolver http://one.test/\n"
	    "two.test||2: 2 6-6 Mail from a.test rejected because it "
	    "http://two.test/\n"
	    "www.One.test:80||2: 1 1-1 http://www.One.test:80/1\n");
	test_assert_cells(&x, DIM_CLIENT_LIST,
	    "192.0.2.10|(no list named)|0: 1\n192.0.2.10|one.test|0: 2\n"
	    "192.0.2.10|two.test|0: 1\n");
	test_assert_cells(&x, DIM_CLIENT_LIST_HOST,
	    "192.0.2.10|(no URL)|0: 1\n192.0.2.10|one.test|0: 1\n"
	    "192.0.2.10|two.test|0: 1\n192.0.2.10|www.One.test:80|0: 1\n");
	test_tally_close(&x);
}

TEST(tld_counts_by_day_disposition_and_verdict)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_TLD));
	add(&x, test_queued(0));
	add(&x, test_queued(86399));
	add(&x, test_queued(86400));
	add(&x, test_denied(0, "naughty", "901", "(dnsbl) x"));
	ev = test_queued(0);
	ev.sender = STR("<>");
	add(&x, ev);
	ev.sender = str_none();
	add(&x, ev);
	ev.sender = STR("<a@[192.0.2.1]>");
	add(&x, ev);
	ev.sender = STR("<a@b.FAITH>");
	add(&x, ev);
	test_assert_cells(&x, DIM_TLD,
	    "0 naughty-dnsbl|com|2: 1\n"
	    "0 queued|(ip literal)|1: 1\n"
	    "0 queued|(none)|1: 1\n"
	    "0 queued|(null sender)|1: 1\n"
	    "0 queued|com|1: 2\n"
	    "0 queued|faith|1: 1\n"
	    "1 queued|com|1: 1\n");
	test_tally_close(&x);
}

TEST(client_counts_transactions_by_address)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_CLIENT));
	add(&x, test_queued(5));
	ev = test_denied(3, "dnsbl", "901", "x");
	ev.client = STR("::ffff:192.0.2.10");
	ev.host = STR("Unknown");
	add(&x, ev);
	ev.client = STR("2001:DB8:0:0::1");
	add(&x, ev);
	ev.client = STR("2001:db8::1");
	add(&x, ev);
	ev.client = STR("no:address");
	add(&x, ev);
	ev.client = str_none();
	add(&x, ev);
	test_assert_cells(&x, DIM_CLIENT,
	    "192.0.2.10||1: 1 5-5 mail.example.com\n"
	    "192.0.2.10||2: 1 3-3 Unknown\n"
	    "2001:db8::1||2: 2 3-3 Unknown\n"
	    "no:address||2: 1 3-3 Unknown\n");
	test_tally_close(&x);
}

static struct event
accepted(int64_t s, int64_t running, int64_t limit)
{
	struct event ev = test_event(EVENT_ACCEPTED, s);

	ev.client = STR("192.0.2.1");
	ev.running = running;
	ev.limit = limit;
	return ev;
}

TEST(connection_keeps_the_peak_of_the_hour)
{
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_CONNECTION) | DIM_BIT(DIM_CONCURRENCY));
	add(&x, accepted(0, 3, 40));
	add(&x, accepted(1, 7, 40));
	add(&x, accepted(2, 0, 40));
	add(&x, accepted(3600, 0, 40));
	add(&x, accepted(3601, 0, 20));
	test_assert_cells(&x, DIM_CONNECTION, "0 40||0: 3 10 3 7\n"
	    "1 20||0: 1 0 1 0\n1 40||0: 1 0 1 0\n");
	test_assert_cells(&x, DIM_CONCURRENCY, "0||0: 3\n3||0: 1\n7||0: 1\n");
	test_tally_close(&x);
}

TEST(limit_counts_both_scopes_and_limit_client_the_clients)
{
	struct test_tally x;
	struct event ev = test_event(EVENT_TOO_MANY, 0);

	test_tally_open(&x, DIM_BIT(DIM_LIMIT) | DIM_BIT(DIM_LIMIT_CLIENT));
	ev.scope = LIMIT_TOTAL;
	ev.running = 40;
	ev.limit = 40;
	add(&x, ev);
	ev.scope = LIMIT_CLIENT;
	ev.client = STR("192.0.2.1");
	ev.limit = 5;
	ev.running = 6;
	add(&x, ev);
	ev.running = 9;
	add(&x, ev);
	test_assert_cells(&x, DIM_LIMIT, "0 0||0: 1\n0 1||0: 2\n");
	test_assert_cells(&x, DIM_LIMIT_CLIENT, "192.0.2.1|5|0: 2 15 2 9\n");
	test_tally_close(&x);
}

TEST(connection_time_counts_ends_that_took_a_known_time)
{
	struct test_tally x;
	struct event ev;
	char expected[100];

	test_tally_open(&x, DIM_BIT(DIM_CONNECTION_TIME) | DIM_BIT(DIM_DURATION));
	add(&x, closed("192.0.2.1", "queued", 1000));
	add(&x, closed("192.0.2.1", "queued", 1000));
	add(&x, closed("192.0.2.1", "", 0));
	ev = closed("192.0.2.1", "queued", 0);
	ev.duration_ns = EVENT_NO_NUMBER;
	add(&x, ev);
	test_assert_cells(&x, DIM_CONNECTION_TIME,
	    "queued||0: 2 2000000000 2 1000000000\n||0: 1 0 1 0\n");
	snprintf(expected, sizeof(expected), "queued|%u|0: 2\n|0|0: 1\n",
	    histogram_bucket(1000000000));
	test_assert_cells(&x, DIM_DURATION, expected);
	test_tally_close(&x);
}

TEST(login_failure_counts_denials_of_auth_plugins)
{
	struct test_tally x;

	test_tally_open(&x, DIM_BIT(DIM_LOGIN_FAILURE));
	add(&x, test_denied(1, "auth::auth_flat_file", "901", "wrong password"));
	add(&x, test_denied(2, "auth::auth_flat_file", "901", "no such user"));
	add(&x, test_denied(3, "dnsbl", "901", "x"));
	test_assert_cells(&x, DIM_LOGIN_FAILURE, "0 192.0.2.10|"
	    "auth::auth_flat_file|0: 2 1-2 wrong password\n");
	test_tally_close(&x);
}

TEST(sender_and_recipient_count_by_address)
{
	struct test_tally x;
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_SENDER) | DIM_BIT(DIM_RECIPIENT));
	add(&x, test_queued(0));
	ev = test_denied(0, "dnsbl", "901", "x");
	ev.sender = STR("<Ann@Example.COM>");
	add(&x, ev);
	ev.sender = STR("<>");
	ev.recipients = STR("<BOB@example.org>,<bob@example.org>");
	add(&x, ev);
	ev.sender = str_none();
	ev.recipients = str_none();
	add(&x, ev);
	ev = test_queued(0);
	ev.client = STR("10.0.0.1");
	ev.score_milli = 9000;
	add(&x, ev);
	test_assert_cells(&x, DIM_SENDER, "<>||2: 1\nann@example.com||1: 2\n"
	    "ann@example.com||2: 1\n");
	test_assert_cells(&x, DIM_RECIPIENT, "bob@example.org|0|0: 1\n"
	    "bob@example.org|1|0: 3\nbob@example.org|5|0: 1\n");
	x.classes.case_sensitive_local = true;
	test_tally_again(&x);
	ev.sender = STR("<Ann@Example.COM>");
	add(&x, ev);
	test_assert_cells(&x, DIM_SENDER, "Ann@example.com||1: 1\n");
	test_tally_close(&x);
}

TEST(stream_counts_by_what_it_says_not_by_where_it_stands)
{
	struct test_tally x;
	char name[] = "mx1";
	struct event ev;

	test_tally_open(&x, DIM_BIT(DIM_STREAM));
	ev = test_queued(1);
	ev.stream = str_from(name);
	add(&x, ev);
	/* Another line of a block: the same place, another host. */
	name[2] = '2';
	add(&x, ev);
	ev = accepted(2, 0, 40);
	ev.stream = str_from(name);
	add(&x, ev);
	ev = test_queued(3);
	ev.stream = str_none();
	add(&x, ev);
	test_assert_cells(&x, DIM_STREAM, "mx1|3|1: 1 1-1 \nmx2|0|0: 1 2-2 \n"
	    "mx2|3|1: 1 1-1 \n|3|1: 1 3-3 \n");
	test_tally_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disposition_counts_by_name_code_and_verdict),
		cmocka_unit_test(naughty_counts_by_its_reason),
		cmocka_unit_test(category_sums_the_scores_that_are_known),
		cmocka_unit_test(origin_counts_where_mail_came_from),
		cmocka_unit_test(counters_count_recipients),
		cmocka_unit_test(a_denied_recipient_is_one_though_the_list_is_empty),
		cmocka_unit_test(counters_count_what_plugins_and_the_daemon_say),
		cmocka_unit_test(denials_of_known_plugins_in_unknown_words_are_kept),
		cmocka_unit_test(counters_are_of_their_hour),
		cmocka_unit_test(domain_rows_count_each_recipient_once),
		cmocka_unit_test(virus_counts_by_the_name_found),
		cmocka_unit_test(rule_counts_messages_in_which_it_fired),
		cmocka_unit_test(country_counts_each_connection_once),
		cmocka_unit_test(a_country_that_the_log_does_not_say_is_looked_up),
		cmocka_unit_test(client_country_counts_transactions_whatever_said_the_country),
		cmocka_unit_test(list_counts_denials_and_tells_errors_apart),
		cmocka_unit_test(tld_counts_by_day_disposition_and_verdict),
		cmocka_unit_test(client_counts_transactions_by_address),
		cmocka_unit_test(connection_keeps_the_peak_of_the_hour),
		cmocka_unit_test(limit_counts_both_scopes_and_limit_client_the_clients),
		cmocka_unit_test(connection_time_counts_ends_that_took_a_known_time),
		cmocka_unit_test(login_failure_counts_denials_of_auth_plugins),
		cmocka_unit_test(sender_and_recipient_count_by_address),
		cmocka_unit_test(stream_counts_by_what_it_says_not_by_where_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
