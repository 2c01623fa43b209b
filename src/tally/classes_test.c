#include "tally/classes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "event/event.h"

/* B.3, row by row, as the spec lists it. */
static const struct {
	const char *disposition;
	enum category category;
} listed[] = {
	{ "dmarc", CATEGORY_DMARC },
	{ "virus::clamav", CATEGORY_VIRUS },
	{ "virus::clamdscan", CATEGORY_VIRUS },
	{ "dnsbl", CATEGORY_LIST },
	{ "rhsbl", CATEGORY_LIST },
	{ "uribl", CATEGORY_LIST },
	{ "pattern_filter", CATEGORY_EXECUTABLE },
	{ "virus::pattern_filter", CATEGORY_EXECUTABLE },
	{ "check_badcountries", CATEGORY_COUNTRY },
	{ "badcountries", CATEGORY_COUNTRY },
	{ "ident::geoip", CATEGORY_COUNTRY },
	{ "check_earlytalker", CATEGORY_NONCONFORMING },
	{ "earlytalker", CATEGORY_NONCONFORMING },
	{ "check_relay", CATEGORY_NONCONFORMING },
	{ "check_norelay", CATEGORY_NONCONFORMING },
	{ "relay_only", CATEGORY_NONCONFORMING },
	{ "relay", CATEGORY_NONCONFORMING },
	{ "require_resolvable_fromhost", CATEGORY_NONCONFORMING },
	{ "resolvable_fromhost", CATEGORY_NONCONFORMING },
	{ "check_basicheaders", CATEGORY_NONCONFORMING },
	{ "headers", CATEGORY_NONCONFORMING },
	{ "check_badmailfrom", CATEGORY_NONCONFORMING },
	{ "check_badmailfrom_patterns", CATEGORY_NONCONFORMING },
	{ "badmailfrom", CATEGORY_NONCONFORMING },
	{ "mailfrom", CATEGORY_NONCONFORMING },
	{ "check_badrcptto", CATEGORY_NONCONFORMING },
	{ "check_badrcptto_patterns", CATEGORY_NONCONFORMING },
	{ "badrcptto", CATEGORY_NONCONFORMING },
	{ "check_spamhelo", CATEGORY_NONCONFORMING },
	{ "helo", CATEGORY_NONCONFORMING },
	{ "check_goodrcptto", CATEGORY_NONCONFORMING },
	{ "check_goodrcptto extn", CATEGORY_NONCONFORMING },
	{ "rcpt_ok", CATEGORY_NONCONFORMING },
	{ "check_smtp_forward", CATEGORY_NONCONFORMING },
	{ "count_unrecognized_commands", CATEGORY_NONCONFORMING },
	{ "unrecognized_commands", CATEGORY_NONCONFORMING },
	{ "tls", CATEGORY_NONCONFORMING },
	{ "auth::auth_cvm_unix_local", CATEGORY_NONCONFORMING },
	{ "sender_permitted_from", CATEGORY_NONCONFORMING },
	{ "naughty", CATEGORY_NONCONFORMING },
	{ "loadcheck", CATEGORY_LOAD },
	{ "karma", CATEGORY_KARMA },
	{ "spamassassin", CATEGORY_SPAM },
	{ "dspam", CATEGORY_SPAM },
};

static int
setup(void **state)
{
	static struct classes c;

	classes_init(&c);
	classes_add_local_domain(&c, STR("Example.org"));
	*state = &c;
	return 0;
}

static int
teardown(void **state)
{
	classes_clear(*state);
	return 0;
}

/* A message from outside that was queued. */
static struct event
mail(void)
{
	struct event ev;

	event_init(&ev, EVENT_TRANSACTION, 0);
	ev.client = STR("192.0.2.10");
	ev.host = STR("mail.example.com");
	ev.helo = STR("mail.example.com");
	ev.sender = STR("<ann@example.com>");
	ev.recipients = STR("<bob@example.org>");
	ev.disposition = STR("queued");
	return ev;
}

static struct event
mail_from_here(void)
{
	struct event ev = mail();

	ev.client = STR("127.0.0.1");
	ev.host = STR("localhost");
	ev.helo = STR("localhost");
	return ev;
}

static struct event
denied(struct str disposition, struct str text)
{
	struct event ev = mail();

	ev.disposition = disposition;
	ev.text = text;
	return ev;
}

static void
mail_from_a_stranger_is_external(void **state)
{
	struct event ev = mail();

	assert_int_equal(classes_origin(*state, &ev), ORIGIN_EXTERNAL);
}

static void
a_record_without_a_client_is_external(void **state)
{
	struct event ev = denied(STR("hosts_allow"), STR("try again later"));

	ev.client = ev.host = ev.helo = ev.sender = ev.recipients = str_none();
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_EXTERNAL);
	ev.helo = STR("127.0.0.1");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_EXTERNAL);
}

static void
fetchmail_is_known_by_its_address_or_its_mark(void **state)
{
	struct event ev = mail_from_here();

	ev.client = STR("127.0.0.200");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_FETCHMAIL);
	ev = mail();
	ev.sender = STR("<FETCHMAIL-DAEMON@example.com>");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_FETCHMAIL);
	ev.sender = STR("<fetchmail@example.com>");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_EXTERNAL);
}

static void
fetchmail_goes_before_all_others(void **state)
{
	struct event ev = mail_from_here();

	ev.sender = STR("<FETCHMAIL-bounces@example.org>");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_FETCHMAIL);
}

static void
mailman_is_bounces_in_a_local_part_from_here(void **state)
{
	struct event ev = mail_from_here();

	ev.sender = STR("<list-bounces@example.org>");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_MAILMAN);
	ev.sender = STR("<list@bounces.example.org>");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_WEBMAIL);
	ev = mail();
	ev.sender = STR("<list-bounces@example.com>");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_EXTERNAL);
}

static void
a_denied_message_of_mailman_is_mailman(void **state)
{
	struct event ev = mail_from_here();

	ev.sender = STR("<list-bounces@example.org>");
	ev.disposition = STR("rcpt_ok");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_MAILMAN);
}

static void
here_is_localhost_by_name_or_loopback(void **state)
{
	struct event ev = mail_from_here();

	ev.sender = STR("<list-bounces@example.org>");
	ev.client = STR("::1");
	ev.host = STR("Unknown");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_MAILMAN);
	ev.client = STR("192.0.2.10");
	ev.host = STR("LocalHost.localdomain");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_MAILMAN);
	ev.host = STR("localhost.example.com");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_EXTERNAL);
}

static void
a_dmarc_report_goes_from_here_to_a_reporting_address(void **state)
{
	struct event ev = mail_from_here();

	ev.recipients = STR("<x@example.com>,<DMARC-rua@example.com>");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_DMARC);
	ev.recipients = STR("<x@example.com>,<Rua@example.com>");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_WEBMAIL);
	classes_add_dmarc_address(*state, STR("<rua@Example.com>"));
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_DMARC);
	ev.client = STR("192.0.2.10");
	ev.host = STR("mail.example.com");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_EXTERNAL);
}

static void
a_private_network_is_local(void **state)
{
	static const char *const clients[] = { "10.1.2.3", "172.31.255.255",
		"192.168.1.20", "::ffff:192.168.1.20", "fd00::1", "fe80::1" };
	struct event ev = mail();

	for (size_t i = 0; i < sizeof(clients) / sizeof(*clients); i++) {
		ev.client = str_from(clients[i]);
		assert_int_equal(classes_origin(*state, &ev), ORIGIN_LOCAL);
	}
	ev.client = STR("172.32.0.1");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_EXTERNAL);
}

static void
a_host_in_or_below_a_local_domain_is_local(void **state)
{
	struct event ev = mail();

	ev.host = STR("example.org");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_LOCAL);
	ev.host = STR("pc.Sales.EXAMPLE.org.");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_LOCAL);
	ev.host = STR("notexample.org");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_EXTERNAL);
	ev.host = STR("example.org.example.com");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_EXTERNAL);
}

static void
a_host_name_without_end_is_nobody_of_ours(void **state)
{
	static char host[100000];
	struct event ev = mail();

	memset(host, '.', sizeof(host));
	memcpy(host + sizeof(host) - 12, ".example.org", 12);
	ev.host = str_make(host, sizeof(host));
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_EXTERNAL);
}

static void
queued_mail_from_outside_with_a_private_helo_is_relayed(void **state)
{
	static const char *const helos[] = { "[192.168.1.20]", "10.0.0.1",
		"pc-10.0.0.1.lan", "[IPv6:fd00::1]", "[ipv6:FE80::1]", "fd00::1" };
	struct event ev = mail();

	for (size_t i = 0; i < sizeof(helos) / sizeof(*helos); i++) {
		ev.helo = str_from(helos[i]);
		ev.disposition = STR("queued");
		assert_int_equal(classes_origin(*state, &ev), ORIGIN_RELAY);
		ev.disposition = STR("dnsbl");
		assert_int_equal(classes_origin(*state, &ev), ORIGIN_EXTERNAL);
	}
}

static void
a_helo_without_a_whole_private_address_is_not_relayed(void **state)
{
	static const char *const helos[] = { "[192.0.2.1]", "110.0.0.1",
		"10.0.0", "10.0.0.1.2", "192.168.1.256", "[IPv6:2001:db8::1]",
		"", "[", "[IPv6:", "::", "...", "10..0.0.1" };
	struct event ev = mail();

	for (size_t i = 0; i < sizeof(helos) / sizeof(*helos); i++) {
		ev.helo = str_from(helos[i]);
		assert_int_equal(classes_origin(*state, &ev), ORIGIN_EXTERNAL);
	}
}

static void
an_authenticated_client_outside_is_relayed_queued_or_not(void **state)
{
	struct event ev = mail();

	ev.authenticated = true;
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_RELAY);
	ev.disposition = STR("rcpt_ok");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_RELAY);
	ev.client = STR("192.168.1.20");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_LOCAL);
}

static void
webmail_is_queued_mail_from_here(void **state)
{
	struct event ev = mail_from_here();

	assert_int_equal(classes_origin(*state, &ev), ORIGIN_WEBMAIL);
	ev.disposition = STR("rcpt_ok");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_EXTERNAL);
}

static void
webmail_is_known_by_its_address_in_the_helo(void **state)
{
	struct event ev = denied(STR("rcpt_ok"), STR("no"));

	ev.helo = STR("[127.0.0.1]");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_WEBMAIL);
	ev.helo = STR("127.0.0.10.127.0.0.1");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_WEBMAIL);
	ev.helo = STR("[127.0.0.10]");
	assert_int_equal(classes_origin(*state, &ev), ORIGIN_EXTERNAL);
}

static void
every_listed_disposition_has_its_category(void **state)
{
	for (size_t i = 0; i < sizeof(listed) / sizeof(*listed); i++) {
		struct event ev = denied(str_from(listed[i].disposition),
		    STR("refused"));

		assert_int_equal(classes_category(*state, &ev),
		    listed[i].category);
		assert_true(classes_known_disposition(*state, ev.disposition));
	}
}

static void
what_is_not_listed_is_non_conforming_and_unrecognised(void **state)
{
	static const char *const names[] = { "", "hosts_allow", "tnef2mime",
		"zzz", "virus", "virus:", "Dnsbl", "queue::smtp-forward", "\xff" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct event ev = denied(str_from(names[i]), STR("no"));

		assert_int_equal(classes_category(*state, &ev),
		    CATEGORY_NONCONFORMING);
		assert_false(classes_known_disposition(*state, ev.disposition));
	}
}

static void
naughty_goes_by_its_reason(void **state)
{
	static const struct {
		const char *text;
		enum category category;
	} cases[] = {
		{ "(dnsbl) http://x.test/", CATEGORY_LIST },
		{ "(rhsbl) listed", CATEGORY_LIST },
		{ "(uribl) listed", CATEGORY_LIST },
		{ "(geoip) XX", CATEGORY_COUNTRY },
		{ "(helo) not you", CATEGORY_NONCONFORMING },
		{ "(karma) very bad karma", CATEGORY_KARMA },
		{ "(other) (karma) dnsbl", CATEGORY_NONCONFORMING },
		{ "very bad karma", CATEGORY_NONCONFORMING },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct event ev = denied(STR("naughty"), str_from(cases[i].text));

		assert_int_equal(classes_category(*state, &ev),
		    cases[i].category);
	}
	assert_true(classes_known_disposition(*state, STR("naughty-other")));
}

static void
queued_mail_is_tagged_from_the_tag_level_on(void **state)
{
	struct event ev = mail();

	assert_int_equal(classes_category(*state, &ev), CATEGORY_HAM);
	ev.score_milli = 4000;
	assert_int_equal(classes_category(*state, &ev), CATEGORY_TAGGED);
	ev.score_milli = 3999;
	assert_int_equal(classes_category(*state, &ev), CATEGORY_HAM);
}

static void
the_tag_level_is_configured_or_required_or_four(void **state)
{
	struct classes *c = *state;
	struct event ev = mail();

	ev.score_milli = 4500;
	ev.required_milli = 5000;
	assert_int_equal(classes_category(c, &ev), CATEGORY_HAM);
	c->tag_level_milli = 4500;
	assert_int_equal(classes_category(c, &ev), CATEGORY_TAGGED);
}

static void
a_rule_overrides_the_list(void **state)
{
	struct event ev = denied(STR("dnsbl"), STR("no"));

	classes_add_rule(*state, STR("dnsbl"), STR("karma"));
	assert_int_equal(classes_category(*state, &ev), CATEGORY_KARMA);
	classes_add_rule(*state, STR("dnsbl"), STR("Virus"));
	assert_int_equal(classes_category(*state, &ev), CATEGORY_VIRUS);
}

static void
a_rule_may_make_a_category(void **state)
{
	struct event ev = denied(STR("hosts_allow"), STR("no"));
	int category;

	classes_add_rule(*state, STR("hosts_allow"), STR("Refused"));
	classes_add_rule(*state, STR("greylisting"), STR("refused"));
	category = classes_category(*state, &ev);
	assert_int_equal(category, CATEGORIES);
	assert_true(str_eq(category_title(*state, category), STR("Refused")));
	assert_true(classes_known_disposition(*state, STR("hosts_allow")));
	ev.disposition = STR("greylisting");
	assert_int_equal(classes_category(*state, &ev), CATEGORIES);
}

static void
a_rule_with_a_star_serves_what_has_none_of_its_own(void **state)
{
	struct event ev = denied(STR("queue::maildir"), STR("no"));

	classes_add_rule(*state, STR("*"), STR("All"));
	classes_add_rule(*state, STR("queue::*"), STR("Queue"));
	classes_add_rule(*state, STR("queue::smtp"), STR("Smtp"));
	assert_int_equal(classes_category(*state, &ev), CATEGORIES + 1);
	ev.disposition = STR("queue::smtp");
	assert_int_equal(classes_category(*state, &ev), CATEGORIES + 2);
}

static void
a_rule_for_naughty_serves_reasons_without_one(void **state)
{
	struct event ev = denied(STR("naughty"), STR("(helo) no"));

	classes_add_rule(*state, STR("naughty"), STR("Naughty"));
	classes_add_rule(*state, STR("naughty-karma"), STR("Virus"));
	assert_int_equal(classes_category(*state, &ev), CATEGORIES);
	ev.text = STR("(karma) no");
	assert_int_equal(classes_category(*state, &ev), CATEGORY_VIRUS);
}

static void
queued_cannot_be_given_away(void **state)
{
	struct event ev = mail();

	classes_add_rule(*state, STR("queued"), STR("Virus"));
	assert_int_equal(classes_category(*state, &ev), CATEGORY_HAM);
}

static void
domains_are_ours_backed_up_or_others(void **state)
{
	struct classes *c = *state;

	classes_add_mxbackup_domain(c, STR("backup.test"));
	classes_add_mxbackup_domain(c, STR(".subs.test"));
	assert_int_equal(classes_domain(c, STR("EXAMPLE.org.")), DOMAIN_LOCAL);
	assert_int_equal(classes_domain(c, STR("a.example.org")), DOMAIN_OTHER);
	assert_int_equal(classes_domain(c, STR("backup.test")), DOMAIN_MXBACKUP);
	assert_int_equal(classes_domain(c, STR("a.backup.test")), DOMAIN_OTHER);
	assert_int_equal(classes_domain(c, STR("subs.test")), DOMAIN_MXBACKUP);
	assert_int_equal(classes_domain(c, STR("a.b.subs.test")),
	    DOMAIN_MXBACKUP_SUB);
	assert_int_equal(classes_domain(c, STR("xsubs.test")), DOMAIN_OTHER);
	assert_int_equal(classes_domain(c, str_none()), DOMAIN_OTHER);
}

static void
a_local_domain_with_a_dot_includes_its_subdomains(void **state)
{
	struct classes *c = *state;

	classes_add_local_domain(c, STR(".example.org"));
	assert_int_equal(classes_domain(c, STR("a.example.org")), DOMAIN_LOCAL);
	assert_int_equal(c->n_local_domains, 1);
	classes_add_mxbackup_domain(c, STR("b.example.org"));
	assert_int_equal(classes_domain(c, STR("b.example.org")),
	    DOMAIN_MXBACKUP);
}

static void
many_domains_are_all_found(void **state)
{
	char name[32];

	for (int i = 999; i >= 0; i--) {
		int n = snprintf(name, sizeof(name), "d%d.test", i * 7 % 1000);

		classes_add_local_domain(*state, str_make(name, (size_t)n));
	}
	for (int i = 0; i < 1000; i++) {
		int n = snprintf(name, sizeof(name), "d%d.test", i);

		assert_int_equal(classes_domain(*state,
		    str_make(name, (size_t)n)), DOMAIN_LOCAL);
	}
}

static void
every_class_has_the_title_of_its_column(void **state)
{
	assert_string_equal(origin_title(ORIGIN_FETCHMAIL), "Fetchmail");
	assert_string_equal(origin_title(ORIGIN_RELAY), "Relay");
	assert_true(str_eq(category_title(*state, CATEGORY_DMARC),
	    STR("DMARC-Rej.")));
	assert_true(str_eq(category_title(*state, CATEGORY_TAGGED),
	    STR("Qued.Spam?")));
}

static void
the_fingerprint_does_not_depend_on_the_order(void **state)
{
	struct classes a, b;

	(void)state;
	classes_init(&a);
	classes_init(&b);
	classes_add_local_domain(&a, STR("one.test"));
	classes_add_local_domain(&a, STR("two.test"));
	classes_add_local_domain(&b, STR("two.test"));
	classes_add_local_domain(&b, STR("ONE.test"));
	classes_add_local_domain(&b, STR("two.test"));
	assert_true(classes_fingerprint(&a) == classes_fingerprint(&b));
	classes_clear(&a);
	classes_clear(&b);
}

static void
the_fingerprint_tells_what_counts_otherwise(void **state)
{
	struct classes *c = *state;
	uint64_t seen[8];
	size_t n = 0;

	seen[n++] = classes_fingerprint(c);
	classes_add_local_domain(c, STR("one.test"));
	seen[n++] = classes_fingerprint(c);
	classes_add_mxbackup_domain(c, STR("one.test"));
	seen[n++] = classes_fingerprint(c);
	classes_add_rule(c, STR("helo"), STR("Karma"));
	seen[n++] = classes_fingerprint(c);
	classes_add_dmarc_address(c, STR("rua@example.com"));
	seen[n++] = classes_fingerprint(c);
	c->n_local_networks = 0;
	seen[n++] = classes_fingerprint(c);
	c->tag_level_milli = 5000;
	seen[n++] = classes_fingerprint(c);
	c->case_sensitive_local = true;
	seen[n++] = classes_fingerprint(c);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++)
			assert_true(seen[i] != seen[k]);
	}
}

/* It is stored with tallies: whoever changes it raises RULES_VERSION. */
static void
the_fingerprint_of_the_defaults_is_fixed(void **state)
{
	struct classes c;

	(void)state;
	classes_init(&c);
	assert_true(classes_fingerprint(&c) == UINT64_C(0x2b2a7bc58a9ee77f));
	classes_clear(&c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(mail_from_a_stranger_is_external),
		TEST(a_record_without_a_client_is_external),
		TEST(fetchmail_is_known_by_its_address_or_its_mark),
		TEST(fetchmail_goes_before_all_others),
		TEST(mailman_is_bounces_in_a_local_part_from_here),
		TEST(a_denied_message_of_mailman_is_mailman),
		TEST(here_is_localhost_by_name_or_loopback),
		TEST(a_dmarc_report_goes_from_here_to_a_reporting_address),
		TEST(a_private_network_is_local),
		TEST(a_host_in_or_below_a_local_domain_is_local),
		TEST(a_host_name_without_end_is_nobody_of_ours),
		TEST(queued_mail_from_outside_with_a_private_helo_is_relayed),
		TEST(a_helo_without_a_whole_private_address_is_not_relayed),
		TEST(an_authenticated_client_outside_is_relayed_queued_or_not),
		TEST(webmail_is_queued_mail_from_here),
		TEST(webmail_is_known_by_its_address_in_the_helo),
		TEST(every_listed_disposition_has_its_category),
		TEST(what_is_not_listed_is_non_conforming_and_unrecognised),
		TEST(naughty_goes_by_its_reason),
		TEST(queued_mail_is_tagged_from_the_tag_level_on),
		TEST(the_tag_level_is_configured_or_required_or_four),
		TEST(a_rule_overrides_the_list),
		TEST(a_rule_may_make_a_category),
		TEST(a_rule_with_a_star_serves_what_has_none_of_its_own),
		TEST(a_rule_for_naughty_serves_reasons_without_one),
		TEST(queued_cannot_be_given_away),
		TEST(domains_are_ours_backed_up_or_others),
		TEST(a_local_domain_with_a_dot_includes_its_subdomains),
		TEST(many_domains_are_all_found),
		TEST(every_class_has_the_title_of_its_column),
		TEST(the_fingerprint_does_not_depend_on_the_order),
		TEST(the_fingerprint_tells_what_counts_otherwise),
		TEST(the_fingerprint_of_the_defaults_is_fixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
