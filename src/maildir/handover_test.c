#include "maildir/handover.h"

#include <string.h>

#include "base/buf.h"
#include "base/test.h"

#define DATE "; Tue, 10 Mar 2026 00:05:00 +0000\n"
#define FROM_CLIENT                                                            \
	"Received: from Unknown (HELO x) (203.0.113.5)\n"                      \
	"    by mail.example.org (qpsmtpd/0.96) with ESMTP" DATE
#define FORGED                                                                 \
	"Received: from good (HELO good) (198.51.100.1)\n"                     \
	"    by mail.example.org (qpsmtpd/0.96) with ESMTPA" DATE

static void
assert_finds(const char *header, const char *should)
{
	static const char *const kinds[] = { "client", "auth", "local", "none",
		"unknown" };
	const struct str names[] = { STR("mail.example.org") };
	const struct str domains[] = { STR("ours.example") };
	struct own_hosts own = { .names = names, .n_names = 1,
		.domains = domains, .n_domains = 1 };
	struct ip_net net;
	struct handover h;
	struct buf b = { 0 };

	assert_true(ip_net_parse(STR("192.0.2.0/24"), &net));
	own.relays = &net;
	own.n_relays = 1;
	handover_find(str_from(header), &own, &h);
	buf_printf(&b, "%s ", kinds[h.kind]);
	if (h.has_ip)
		ip_format(&b, &h.ip);
	if (h.user.n > 0)
		buf_printf(&b, " user %.*s", STR_ARG(h.user));
	if (h.by.n > 0)
		buf_printf(&b, " by %.*s", STR_ARG(h.by));
	assert_string_equal(b.p, should);
	buf_clear(&b);
}

TEST(the_topmost_field_of_ours_tells_the_client)
{
	assert_finds(FROM_CLIENT FORGED "\n", "client 203.0.113.5");
	assert_finds("Return-Path: <a@b>\nDelivered-To: ann@example.org\n"
	    "Received: (qmail 123 invoked by alias); 10 Mar 2026 00:05:00 "
	    "-0000\nReceived: (qmail 122 invoked by uid 453); 10 Mar 2026 "
	    "00:05:00 -0000\n" FROM_CLIENT FORGED "Subject: x\n\n" FORGED,
	    "client 203.0.113.5");
}

TEST(a_filter_on_this_host_leads_on)
{
	assert_finds("Received: from localhost (localhost [127.0.0.1])\n"
	    "\tby mail.example.org (Postfix) with ESMTP id 2" DATE
	    "Received: from mail.example.org ([127.0.0.1])\n"
	    "\tby localhost (mail.example.org [127.0.0.1]) (amavisd-new, port "
	    "10024)\n\twith ESMTP id 3" DATE
	    FROM_CLIENT FORGED, "client 203.0.113.5");
}

TEST(a_relay_of_ours_leads_on)
{
	assert_finds("Received: from mx2.ours.example (mx2 [192.0.2.7])\n"
	    "\tby mail.example.org (Postfix) with ESMTP id 2" DATE
	    "Received: from b (a [203.0.113.5])\n"
	    "\tby mx2.ours.example (Postfix) with ESMTP id 2" DATE FORGED,
	    "client 203.0.113.5");
	assert_finds("Received: from pc (pc [192.0.2.9])\n"
	    "\tby mail.example.org (Postfix) with ESMTP id 2" DATE
	    "Received: from b (a [203.0.113.5])\n\tby pc with ESMTP" DATE,
	    "local 192.0.2.9");
}

TEST(a_client_in_our_networks_is_no_server)
{
	assert_finds("Received: from pc (HELO pc) (192.168.1.2)\n"
	    "  by mail.example.org (qpsmtpd/0.96) with ESMTP" DATE FORGED,
	    "local 192.168.1.2");
}

TEST(users_are_told)
{
	assert_finds("Received: from pc (pc [203.0.113.9])\n"
	    "\t(Authenticated sender: ann)\n"
	    "\tby mail.example.org (Postfix) with ESMTPSA id 2" DATE,
	    "auth 203.0.113.9 user ann");
	assert_finds("Received: from pc ([203.0.113.9] helo=x)\n"
	    "\tby mail.ours.example with esmtpsa (Exim 4.96)" DATE,
	    "auth 203.0.113.9");
}

TEST(mail_of_this_host_is_local)
{
	assert_finds("Received: by mail.example.org (Postfix, from userid 33)\n"
	    "\tid 4F1" DATE, "local ");
	assert_finds("Received: (qmail 5 invoked by uid 33); 10 Mar 2026 "
	    "00:05:00 -0000\n", "local ");
	assert_finds("Received: from pop.example [203.0.113.9]\n\tby localhost "
	    "with POP3 (fetchmail-6.4.16)" DATE FORGED, "local 203.0.113.9");
}

TEST(without_a_field_of_ours_it_is_a_sent_item)
{
	assert_finds("From: ann@example.org\nSubject: x\n\n" FROM_CLIENT,
	    "none ");
	assert_finds("", "none ");
	assert_finds("Received: from b (a [203.0.113.5]) by mx.else.example "
	    "with ESMTP" DATE FROM_CLIENT, "none  by mx.else.example");
}

TEST(a_field_of_ours_without_an_address_is_not_guessed)
{
	assert_finds("Received: from b (a) by mail.example.org with ESMTP" DATE
	    FORGED, "unknown ");
}

TEST(names_are_compared_as_names)
{
	assert_finds("Received: from b (a [203.0.113.5]) by MAIL.Example.ORG. "
	    "with ESMTP" DATE, "client 203.0.113.5");
	assert_finds("Received: from b (a [203.0.113.5]) by mail with ESMTP"
	    DATE, "client 203.0.113.5");
	assert_finds("Received: from b (a [203.0.113.5]) by notours.example "
	    "with ESMTP" DATE, "none  by notours.example");
	assert_finds("RECEIVED: from b (a [203.0.113.5])\r\n\tby mail\r\n\twith "
	    "ESMTP" DATE, "client 203.0.113.5");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_topmost_field_of_ours_tells_the_client),
		cmocka_unit_test(a_filter_on_this_host_leads_on),
		cmocka_unit_test(a_relay_of_ours_leads_on),
		cmocka_unit_test(a_client_in_our_networks_is_no_server),
		cmocka_unit_test(users_are_told),
		cmocka_unit_test(mail_of_this_host_is_local),
		cmocka_unit_test(without_a_field_of_ours_it_is_a_sent_item),
		cmocka_unit_test(
		    a_field_of_ours_without_an_address_is_not_guessed),
		cmocka_unit_test(names_are_compared_as_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
