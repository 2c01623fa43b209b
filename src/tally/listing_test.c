#include "tally/listing.h"

#include "base/buf.h"
#include "base/test.h"

/*
 * What lists answer, and what is made of it.  The first ones are those of the
 * zones that the logs of tests/corpus were made with.
 */
static const struct {
	const char *text;
	const char *name;
	const char *host;
} lists[] = {
	{ "http://www.spamtrap.test/query/bl?ip=127.20.3.77", "spamtrap.test",
	  "www.spamtrap.test" },
	{ "Listed by nolist - mail postmaster at nolist.test for removal",
	  "nolist.test", "(no URL)" },
	{ "https://cbl.abuse-at.test/lookup.cgi?ip=127.20.5.77",
	  "cbl.abuse-at.test", "cbl.abuse-at.test" },
	{ "http://www.barra.test:8080/q/127.20.6.77#why", "barra.test",
	  "www.barra.test:8080" },
	{ "77.7.20.127.arec.mapsplus.test", "arec.mapsplus.test", "(no URL)" },
	{ "Blocked - see http://www.spamcup.test/bl.shtml?127.20.8.77",
	  "spamcup.test", "www.spamcup.test" },
	{ "Tab\there, see http://weird.test/x", "weird.test", "weird.test" },
	{ "Mail from HELO mail1.m1.example.com rejected because it "
	  "http://www.badsender.test/lookup?domain=listed-rhs.example.info",
	  "badsender.test", "www.badsender.test" },
	/* the reason that naughty puts in front */
	{ "(dnsbl) http://www.spamtrap.test/query/bl?ip=127.20.3.77",
	  "spamtrap.test", "www.spamtrap.test" },
	{ "(dnsbl) 77.7.20.127.arec.mapsplus.test", "arec.mapsplus.test",
	  "(no URL)" },
	{ "(dnsbl) Tab\there, see http://weird.test/x", "weird.test",
	  "weird.test" },
	{ "(dnsbl) http://www.spamtrap.test/?ip=1.2.3.4 (helo) I do not believe "
	  "you are b.example.", "spamtrap.test", "www.spamtrap.test" },
	{ "(dnsbl)", "(no list named)", "(no URL)" },
	{ "(dnsbl", "(no list named)", "(no URL)" },
	/* all parts of a URL, and none */
	{ "HTTP://WWW.Spam.TEST/", "spam.test", "WWW.Spam.TEST" },
	{ "https://u:p@spam.test:80/x", "spam.test", "u:p@spam.test:80" },
	{ "http://spam.test?ip=1.2.3.4&mail=a@b.example", "spam.test",
	  "spam.test?ip=1.2.3.4&mail=a@b.example" },
	{ "see http://spam.test or mail a@b.example", "spam.test",
	  "spam.test or mail a@b.example" },
	{ "see http://spam.test, please", "spam.test", "spam.test, please" },
	{ "http://spam.test./x", "spam.test", "spam.test." },
	{ "http://one.test/x http://two.test/", "one.test", "one.test" },
	{ "http://77.7.20.127.zone.test/", "zone.test",
	  "77.7.20.127.zone.test" },
	{ "http://192.0.2.1/x", "192.0.2.1", "192.0.2.1" },
	{ "ftp://spam.test/x", "spam.test", "spam.test" },
	{ "http://", "(no list named)", "(no URL)" },
	{ "http:///x", "(no list named)", "(no URL)" },
	{ "://", "(no list named)", "(no URL)" },
	/* wordings without a URL */
	{ "Blocked by zen.test, go away", "zen.test", "(no URL)" },
	{ "blocked by: \"Zen\"", "zen", "(no URL)" },
	{ "Service unavailable; Client host [192.0.2.1] blocked using bl.test;",
	  "bl.test", "(no URL)" },
	{ "192.0.2.1 is on lists [bl.test]", "bl.test", "(no URL)" },
	{ "192.0.2.1 listed at (bl.test)", "bl.test", "(no URL)" },
	{ "mail postmaster@nolist.test; listed\tin bl.test.", "bl.test",
	  "(no URL)" },
	{ "listed, e.g. twice, by 192.0.2.1", "(no list named)", "(no URL)" },
	{ "127.0.0.2", "(no list named)", "(no URL)" },
	{ "listed", "(no list named)", "(no URL)" },
	{ "", "(no list named)", "(no URL)" },
	/* the answer of a zone that was asked for a sender's domain */
	{ "Mail from b.example rejected because it b.example.rhs.test",
	  "rhs.test", "(no URL)" },
	{ "Mail from HELO b.example rejected because it b.example.rhs.test",
	  "rhs.test", "(no URL)" },
	{ "Mail from b.example rejected because it is listed by rhs.test",
	  "rhs.test", "(no URL)" },
};

#define N_LISTS (sizeof(lists) / sizeof(lists[0]))

TEST(a_denial_names_its_list)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < N_LISTS; i++) {
		struct str name;

		buf_reset(&b);
		name = listing_name(&b, str_from(lists[i].text));
		if (!str_eq(name, str_from(lists[i].name)))
			fail_msg("\"%s\" names \"%.*s\"", lists[i].text,
			    STR_ARG(name));
	}
	buf_clear(&b);
}

TEST(a_denial_holds_the_host_of_its_url)
{
	for (size_t i = 0; i < N_LISTS; i++) {
		struct str host = listing_host(str_from(lists[i].text));

		if (!str_eq(host, str_from(lists[i].host)))
			fail_msg("\"%s\" holds \"%.*s\"", lists[i].text,
			    STR_ARG(host));
	}
}

TEST(an_absent_text_names_no_list)
{
	struct buf b = { 0 };

	assert_str(listing_name(&b, str_none()), "(no list named)");
	assert_str(listing_host(str_none()), "(no URL)");
	assert_false(listing_is_error(str_none()));
	assert_str(listing_virus(str_none()), "");
	buf_clear(&b);
}

TEST(what_was_in_the_scratch_buffer_stays)
{
	struct buf b = { 0 };

	buf_add_str(&b, STR("kept"));
	assert_str(listing_name(&b, STR("http://Spam.Test/")), "spam.test");
	assert_int_equal(memcmp(b.p, "kept", 4), 0);
	buf_clear(&b);
}

TEST(a_list_that_refuses_to_answer_is_told_from_a_listing)
{
	static const char *const errors[] = {
		"Error: open resolver; https://www.spamhaus.test/returnc/pub/",
		"query refused. See http://uribl.test/refused.shtml",
		"Excessive Number Of Queries | https://x.test/",
		"listed with 127.255.255.254",
		"Open Resolver",
	};
	static const char *const listings[] = {
		"http://www.spamtrap.test/query/bl?ip=127.20.3.77",
		"127.255.25.4", "open relay", "", "o", "1", "excessive",
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (!listing_is_error(str_from(errors[i])))
			fail_msg("\"%s\"", errors[i]);
	for (size_t i = 0; i < sizeof(listings) / sizeof(listings[0]); i++)
		if (listing_is_error(str_from(listings[i])))
			fail_msg("\"%s\"", listings[i]);
}

TEST(a_virus_is_named_behind_virus_found)
{
	assert_str(listing_virus(STR("Virus found: Eicar-Test")), "Eicar-Test");
	assert_str(listing_virus(STR("Virus Found: Win.Worm, bad ")),
	    "Win.Worm, bad");
	assert_str(listing_virus(STR("fail, virus found:X")), "X");
	assert_str(listing_virus(STR(" Sanesecurity.Junk.UNOFFICIAL ")),
	    "Sanesecurity.Junk.UNOFFICIAL");
	assert_str(listing_virus(STR("Virus found:")), "");
}

TEST(denials_of_known_plugins_are_of_known_shapes)
{
	/* spec/qpsmtpd-log.md 3.7 */
	assert_true(listing_known_text(STR("earlytalker"), STR("Connecting host "
	    "started transmitting before SMTP greeting")));
	assert_true(listing_known_text(STR("rhsbl"), STR("Mail from HELO h "
	    "rejected because it x.test")));
	assert_true(listing_known_text(STR("check_spamhelo"), STR("I do not "
	    "believe you are b.example.")));
	assert_true(listing_known_text(STR("badmailfrom"), STR("Your envelope "
	    "sender is in my badmailfrom list")));
	assert_true(listing_known_text(STR("badrcptto"), STR("mail to "
	    "a@b.example not accepted here (#5.1.1)")));
	assert_true(listing_known_text(STR("rcpt_ok"), STR("Relaying denied "
	    "(#5.7.1)")));
	assert_true(listing_known_text(STR("spamassassin"), STR("spam score "
	    "exceeded threshold")));
	assert_true(listing_known_text(STR("check_goodrcptto"), STR("invalid "
	    "recipient a@b.example")));
	assert_true(listing_known_text(STR("count_unrecognized_commands"),
	    STR("Closing connection, 5 unrecognized commands. Perhaps")));
	assert_true(listing_known_text(STR("loadcheck"), STR("Server load too "
	    "high, please try again later.")));
	assert_true(listing_known_text(STR("tls"), STR("TLS Negotiation "
	    "Failed")));
	assert_true(listing_known_text(STR("tls"), STR("Cannot establish SSL "
	    "session")));
	assert_false(listing_known_text(STR("rcpt_ok"), STR("something else")));
	assert_false(listing_known_text(STR("tls"), STR("")));
}

TEST(plugins_without_a_shape_may_say_anything)
{
	assert_true(listing_known_text(STR("dnsbl"), STR("anything")));
	assert_true(listing_known_text(STR("karma"), STR("")));
	assert_true(listing_known_text(STR(""), STR("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_denial_names_its_list),
		cmocka_unit_test(a_denial_holds_the_host_of_its_url),
		cmocka_unit_test(an_absent_text_names_no_list),
		cmocka_unit_test(what_was_in_the_scratch_buffer_stays),
		cmocka_unit_test(a_list_that_refuses_to_answer_is_told_from_a_listing),
		cmocka_unit_test(a_virus_is_named_behind_virus_found),
		cmocka_unit_test(denials_of_known_plugins_are_of_known_shapes),
		cmocka_unit_test(plugins_without_a_shape_may_say_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
