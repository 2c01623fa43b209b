#include "event/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "event/event.h"

#define assert_str(got, want) assert_true(str_eq((got), STR(want)))

static void
assert_normalised(const char *raw, bool keep_local_case, const char *want)
{
	struct buf scratch = { 0 };
	struct str got = address_normalise(&scratch, str_from(raw),
	    keep_local_case);

	assert_true(str_eq(got, str_from(want)));
	buf_clear(&scratch);
}

static void
an_address_loses_its_brackets_and_its_case(void **state)
{
	(void)state;
	assert_normalised("<Ann@Example.ORG>", false, "ann@example.org");
	assert_normalised(" <ann@example.org> ", false, "ann@example.org");
	assert_normalised("ann@example.org", false, "ann@example.org");
}

static void
the_local_part_keeps_its_case_on_demand(void **state)
{
	(void)state;
	assert_normalised("<Ann@Example.ORG>", true, "Ann@example.org");
	assert_normalised("<a@B@Example.ORG>", true, "a@B@example.org");
	assert_normalised("<Postmaster>", true, "Postmaster");
	assert_normalised("<Postmaster>", false, "postmaster");
}

static void
the_null_sender_stays_as_it_is(void **state)
{
	(void)state;
	assert_normalised("<>", false, "<>");
}

static void
what_is_normal_already_is_not_copied(void **state)
{
	struct buf scratch = { 0 };

	(void)state;
	address_normalise(&scratch, STR("<ann@example.org>"), false);
	address_normalise(&scratch, STR("<Ann@example.org>"), true);
	assert_int_equal(scratch.n, 0);
	buf_clear(&scratch);
}

static void
bytes_beyond_ascii_are_left_alone(void **state)
{
	(void)state;
	assert_normalised("<J\xc3\x96RG@\xff\x01.ORG>", false,
	    "j\xc3\x96rg@\xff\x01.org");
}

static void
the_domain_follows_the_last_at(void **state)
{
	(void)state;
	assert_str(address_domain(STR("<ann@example.org>")), "example.org");
	assert_str(address_domain(STR("a@b@example.org.")), "example.org");
	assert_str(address_domain(STR("<a@[192.0.2.1]>")), "[192.0.2.1]");
	assert_null(address_domain(STR("<>")).p);
	assert_null(address_domain(STR("postmaster")).p);
	assert_null(address_domain(str_none()).p);
}

static void
the_local_part_stands_before_the_last_at(void **state)
{
	(void)state;
	assert_str(address_local(STR("<a@b@example.org>")), "a@b");
	assert_str(address_local(STR("postmaster")), "postmaster");
	assert_int_equal(address_local(str_none()).n, 0);
}

static void
a_list_is_split_at_commas_outside_brackets(void **state)
{
	struct str rest = STR("<a@x.org>, <\"b,c\"@y.org>,,d@z.org,");
	struct str one;

	(void)state;
	assert_true(address_next(&rest, &one));
	assert_str(one, "<a@x.org>");
	assert_true(address_next(&rest, &one));
	assert_str(one, "<\"b,c\"@y.org>");
	assert_true(address_next(&rest, &one));
	assert_str(one, "d@z.org");
	assert_false(address_next(&rest, &one));
	assert_null(one.p);
}

static void
an_absent_list_has_no_address(void **state)
{
	struct str rest = str_none();
	struct str one;

	(void)state;
	assert_false(address_next(&rest, &one));
}

static void
a_bracket_that_is_not_closed_takes_the_rest(void **state)
{
	struct str rest = STR("<a@x.org,b@y.org");
	struct str one;

	(void)state;
	assert_true(address_next(&rest, &one));
	assert_str(one, "<a@x.org,b@y.org");
	assert_false(address_next(&rest, &one));
}

static void
assert_tld(const char *sender, const char *want)
{
	struct buf scratch = { 0 };

	assert_true(str_eq(address_tld(&scratch, str_from(sender)),
	    str_from(want)));
	buf_clear(&scratch);
}

static void
the_tld_is_the_last_label_in_lower_case(void **state)
{
	(void)state;
	assert_tld("<ann@mail.example.CO.UK>", "uk");
	assert_tld("<ann@mail.example.org.>", "org");
	assert_tld("root@localhost", "localhost");
}

static void
a_sender_without_a_tld_says_why(void **state)
{
	(void)state;
	assert_tld("<>", "(null sender)");
	assert_tld("", "(none)");
	assert_tld("<root>", "(none)");
	assert_tld("<root@>", "(none)");
	assert_tld("<root@..>", "(none)");
	assert_tld("<a@[192.0.2.1]>", "(ip literal)");
	assert_tld("<a@[IPv6:2001:db8::1]>", "(ip literal)");
}

static void
a_recipient_plugin_names_the_recipient_at_the_end_of_its_text(void **state)
{
	(void)state;
	assert_str(address_denied(STR("check_goodrcptto"),
	    STR("invalid recipient ghost@example.org")), "ghost@example.org");
	assert_str(address_denied(STR("check_goodrcptto extn"),
	    STR("invalid recipient <ghost@example.org>")), "<ghost@example.org>");
	assert_str(address_denied(STR("badrcptto"),
	    STR("no mail for ghost@example.org.")), "ghost@example.org");
	assert_str(address_denied(STR("qmail_deliverable"),
	    STR("ghost@[192.0.2.1]")), "ghost@[192.0.2.1]");
}

static void
an_address_elsewhere_in_the_text_is_no_recipient(void **state)
{
	(void)state;
	assert_null(address_denied(STR("badrcptto"),
	    STR("mail to ghost@example.org not accepted here (#5.1.1)")).p);
	assert_null(address_denied(STR("rcpt_ok"),
	    STR("Relaying denied (#5.7.1)")).p);
	assert_null(address_denied(STR("rcpt_ok"), STR("mail to @example.org")).p);
	assert_null(address_denied(STR("rcpt_ok"), STR("mail to ghost@")).p);
	assert_null(address_denied(STR("rcpt_ok"), STR("see http://x@y/z?")).p);
	assert_null(address_denied(STR("rcpt_ok"), str_none()).p);
}

static void
other_plugins_name_no_recipient(void **state)
{
	(void)state;
	assert_null(address_denied(STR("dnsbl"),
	    STR("mail postmaster@example.org")).p);
	assert_null(address_denied(STR("rcpt_okay"),
	    STR("invalid recipient ghost@example.org")).p);
	assert_null(address_denied(str_none(), STR("ghost@example.org")).p);
}

static void
the_denied_recipient_serves_only_where_there_is_no_list(void **state)
{
	struct event ev;

	(void)state;
	event_init(&ev, EVENT_TRANSACTION, 0);
	ev.disposition = STR("check_goodrcptto");
	ev.text = STR("invalid recipient ghost@example.org");
	assert_str(address_recipients(&ev), "ghost@example.org");
	ev.recipients = STR("<ann@example.org>");
	assert_str(address_recipients(&ev), "<ann@example.org>");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_loses_its_brackets_and_its_case),
		cmocka_unit_test(the_local_part_keeps_its_case_on_demand),
		cmocka_unit_test(the_null_sender_stays_as_it_is),
		cmocka_unit_test(what_is_normal_already_is_not_copied),
		cmocka_unit_test(bytes_beyond_ascii_are_left_alone),
		cmocka_unit_test(the_domain_follows_the_last_at),
		cmocka_unit_test(the_local_part_stands_before_the_last_at),
		cmocka_unit_test(a_list_is_split_at_commas_outside_brackets),
		cmocka_unit_test(an_absent_list_has_no_address),
		cmocka_unit_test(a_bracket_that_is_not_closed_takes_the_rest),
		cmocka_unit_test(the_tld_is_the_last_label_in_lower_case),
		cmocka_unit_test(a_sender_without_a_tld_says_why),
		cmocka_unit_test(a_recipient_plugin_names_the_recipient_at_the_end_of_its_text),
		cmocka_unit_test(an_address_elsewhere_in_the_text_is_no_recipient),
		cmocka_unit_test(other_plugins_name_no_recipient),
		cmocka_unit_test(the_denied_recipient_serves_only_where_there_is_no_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
