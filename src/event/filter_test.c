#include "event/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "event/event.h"

/* A refusal that has every field. */
static struct event
refusal(void)
{
	struct event ev;

	event_init(&ev, EVENT_TRANSACTION, 0);
	ev.verdict = VERDICT_REJECTED;
	ev.stream = STR("/var/log/qpsmtpd");
	ev.client = STR("192.0.2.10");
	ev.host = STR("Mail.Example.COM");
	ev.helo = STR("mail");
	ev.sender = STR("<Ann@Example.COM>");
	ev.recipients = STR("<bob@example.org>,<Eve@Sub.Example.org>");
	ev.disposition = STR("naughty");
	ev.text = STR("(dnsbl) listed");
	ev.score_milli = 5500;
	return ev;
}

static bool
matches(const struct filter_options *o, const struct event *ev)
{
	struct filter *f;
	bool yes;

	assert_int_equal(filter_new(&f, o, NULL), 0);
	yes = filter_match(f, ev);
	filter_free(&f);
	return yes;
}

#define MATCHES(ev, ...) matches(&(struct filter_options){ __VA_ARGS__ }, (ev))

static void
assert_usage_error(const struct filter_options *o, const char *text)
{
	struct err err = { 0 };
	struct filter *f;

	assert_int_equal(filter_new(&f, o, &err), -1);
	assert_null(f);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_string_equal(err.text, text);
}

static void
a_glob_matches_as_in_a_shell_without_case(void **state)
{
	(void)state;
	assert_true(glob_match(STR("*.example.org"), STR("Mail.EXAMPLE.org")));
	assert_true(glob_match(STR("m??l"), STR("mail")));
	assert_true(glob_match(STR("a*b*c"), STR("axxbxbxxc")));
	assert_true(glob_match(STR(""), STR("")));
	assert_false(glob_match(STR("a*b*c"), STR("axxbxbxx")));
	assert_false(glob_match(STR("mail"), STR("mails")));
	assert_false(glob_match(STR("mail?"), STR("mail")));
}

static void
a_lone_star_matches_the_absent_field(void **state)
{
	(void)state;
	assert_true(glob_match(STR("*"), str_none()));
	assert_false(glob_match(STR("?*"), str_none()));
}

static void
many_stars_do_not_take_for_ever(void **state)
{
	static char text[5000];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_false(glob_match(STR("*a*a*a*a*a*a*a*a*a*a*a*a*b"),
	    str_make(text, sizeof(text))));
}

static void
no_option_is_no_filter_and_matches_all(void **state)
{
	struct event ev = refusal();
	struct filter *f;

	(void)state;
	assert_int_equal(filter_new(&f, &(struct filter_options){ 0 }, NULL), 0);
	assert_null(f);
	assert_true(filter_match(f, &ev));
}

static void
a_client_is_an_address_or_a_network(void **state)
{
	struct event ev = refusal();

	(void)state;
	assert_true(MATCHES(&ev, .client = "192.0.2.10"));
	assert_true(MATCHES(&ev, .client = "192.0.2.0/24"));
	assert_false(MATCHES(&ev, .client = "198.51.100.0/24"));
	ev.client = STR("::ffff:192.0.2.10");
	assert_true(MATCHES(&ev, .client = "192.0.2.0/24"));
	ev.client = str_none();
	assert_false(MATCHES(&ev, .client = "0.0.0.0/0"));
}

static void
host_and_helo_are_globs(void **state)
{
	struct event ev = refusal();

	(void)state;
	assert_true(MATCHES(&ev, .host = "*.example.com", .helo = "m*"));
	assert_false(MATCHES(&ev, .host = "*.example.com", .helo = "x*"));
	ev.helo = str_none();
	assert_false(MATCHES(&ev, .helo = "?*"));
	assert_true(MATCHES(&ev, .helo = "*"));
}

static void
a_sender_is_an_address_a_domain_or_a_glob(void **state)
{
	struct event ev = refusal();

	(void)state;
	assert_true(MATCHES(&ev, .from = "ann@example.com"));
	assert_true(MATCHES(&ev, .from = "<ANN@example.com>"));
	assert_true(MATCHES(&ev, .from = "@example.com"));
	assert_true(MATCHES(&ev, .from = "@*.com"));
	assert_true(MATCHES(&ev, .from = "a*@example.*"));
	assert_false(MATCHES(&ev, .from = "ann@example"));
	assert_false(MATCHES(&ev, .from = "@ample.com"));
}

static void
the_null_sender_can_be_asked_for(void **state)
{
	struct event ev = refusal();

	(void)state;
	assert_false(MATCHES(&ev, .from = "<>"));
	ev.sender = STR("<>");
	assert_true(MATCHES(&ev, .from = "<>"));
	assert_false(MATCHES(&ev, .from = "@*"));
	ev.sender = str_none();
	assert_false(MATCHES(&ev, .from = "<>"));
}

static void
one_of_the_recipients_must_match(void **state)
{
	struct event ev = refusal();

	(void)state;
	assert_true(MATCHES(&ev, .to = "bob@example.org"));
	assert_true(MATCHES(&ev, .to = "eve@sub.example.org"));
	assert_true(MATCHES(&ev, .to = "@sub.example.org"));
	assert_false(MATCHES(&ev, .to = "carl@example.org"));
	ev.recipients = str_none();
	assert_false(MATCHES(&ev, .to = "bob@example.org"));
	assert_true(MATCHES(&ev, .to = "*"));
}

static void
a_recipient_that_the_denial_names_matches(void **state)
{
	struct event ev = refusal();

	(void)state;
	ev.recipients = str_none();
	ev.disposition = STR("check_goodrcptto");
	ev.text = STR("invalid recipient ghost@example.org");
	assert_true(MATCHES(&ev, .to = "ghost@example.org"));
}

static void
naughty_is_found_with_and_without_its_reason(void **state)
{
	struct event ev = refusal();

	(void)state;
	assert_true(MATCHES(&ev, .disposition = "naughty"));
	assert_true(MATCHES(&ev, .disposition = "naughty-dnsbl"));
	assert_true(MATCHES(&ev, .disposition = "naughty-*"));
	assert_false(MATCHES(&ev, .disposition = "naughty-karma"));
	assert_false(MATCHES(&ev, .disposition = "dnsbl"));
	ev.disposition = STR("dnsbl");
	assert_false(MATCHES(&ev, .disposition = "naughty-dnsbl"));
}

static void
the_verdict_must_be_the_one_asked_for(void **state)
{
	struct event ev = refusal();

	(void)state;
	assert_true(MATCHES(&ev, .verdict = "rejected"));
	assert_false(MATCHES(&ev, .verdict = "accepted"));
	assert_true(MATCHES(&ev, .verdict = "denied"));
	ev.verdict = VERDICT_DEFERRED;
	assert_true(MATCHES(&ev, .verdict = "denied"));
	assert_false(MATCHES(&ev, .verdict = "rejected"));
	ev.verdict = VERDICT_ACCEPTED;
	assert_false(MATCHES(&ev, .verdict = "denied"));
	ev.verdict = VERDICT_NONE;
	assert_false(MATCHES(&ev, .verdict = "deferred"));
	assert_false(MATCHES(&ev, .verdict = "denied"));
}

static void
a_score_lies_between_both_bounds_and_on_them(void **state)
{
	struct event ev = refusal();

	(void)state;
	assert_true(MATCHES(&ev, .min_score = "5.5", .max_score = "5.5"));
	assert_false(MATCHES(&ev, .min_score = "5.501"));
	assert_false(MATCHES(&ev, .max_score = "-1"));
	ev.score_milli = EVENT_NO_NUMBER;
	assert_false(MATCHES(&ev, .min_score = "-100"));
	assert_false(MATCHES(&ev, .max_score = "100"));
}

static void
a_stream_is_named_whole_or_by_parts_of_its_path(void **state)
{
	struct event ev = refusal();

	(void)state;
	assert_true(MATCHES(&ev, .stream = "/var/log/qpsmtpd"));
	assert_true(MATCHES(&ev, .stream = "qpsmtpd"));
	assert_true(MATCHES(&ev, .stream = "log/qpsmtpd"));
	assert_true(MATCHES(&ev, .stream = "q*d"));
	assert_false(MATCHES(&ev, .stream = "smtpd"));
	ev.stream = STR("/var/log/sqpsmtpd");
	assert_false(MATCHES(&ev, .stream = "qpsmtpd"));
}

static void
all_filters_must_hold(void **state)
{
	struct event ev = refusal();

	(void)state;
	assert_true(MATCHES(&ev, .from = "@example.com", .verdict = "rejected"));
	assert_false(MATCHES(&ev, .from = "@example.com", .verdict = "accepted"));
}

static void
wrong_values_are_errors_that_name_the_option(void **state)
{
	(void)state;
	assert_usage_error(&(struct filter_options){ .client = "10.0.0.0/33" },
	    "--client: \"10.0.0.0/33\" is not an address or a network such as "
	    "192.0.2.0/24");
	assert_usage_error(&(struct filter_options){ .verdict = "lost" },
	    "--verdict: \"lost\" is not accepted, rejected, deferred or "
	    "denied");
	assert_usage_error(&(struct filter_options){ .min_score = "many" },
	    "--min-score: \"many\" is not a number");
	assert_usage_error(&(struct filter_options){ .from = "" },
	    "--from: the value is empty");
	assert_usage_error(
	    &(struct filter_options){ .min_score = "5", .max_score = "4" },
	    "--min-score 5 is above --max-score 4: nothing can match");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_glob_matches_as_in_a_shell_without_case),
		cmocka_unit_test(a_lone_star_matches_the_absent_field),
		cmocka_unit_test(many_stars_do_not_take_for_ever),
		cmocka_unit_test(no_option_is_no_filter_and_matches_all),
		cmocka_unit_test(a_client_is_an_address_or_a_network),
		cmocka_unit_test(host_and_helo_are_globs),
		cmocka_unit_test(a_sender_is_an_address_a_domain_or_a_glob),
		cmocka_unit_test(the_null_sender_can_be_asked_for),
		cmocka_unit_test(one_of_the_recipients_must_match),
		cmocka_unit_test(a_recipient_that_the_denial_names_matches),
		cmocka_unit_test(naughty_is_found_with_and_without_its_reason),
		cmocka_unit_test(the_verdict_must_be_the_one_asked_for),
		cmocka_unit_test(a_score_lies_between_both_bounds_and_on_them),
		cmocka_unit_test(a_stream_is_named_whole_or_by_parts_of_its_path),
		cmocka_unit_test(all_filters_must_hold),
		cmocka_unit_test(wrong_values_are_errors_that_name_the_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
