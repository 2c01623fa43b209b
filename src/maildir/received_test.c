#include "maildir/received.h"

#include <string.h>

#include "base/buf.h"
#include "base/test.h"

/* "192.0.2.1 by mx with ESMTPS", "! by ..." without an address, "auth=USER". */
static void
assert_reads(const char *body, const char *should)
{
	struct received r;
	struct buf b = { 0 };

	received_parse(str_from(body), &r);
	if (r.how != RECEIVED_NETWORK)
		buf_add_str(&b, r.how == RECEIVED_LOCAL ? STR("local ")
		    : STR("fetched "));
	if (r.has_ip)
		ip_format(&b, &r.ip);
	else
		buf_add_char(&b, '-');
	buf_printf(&b, " by %.*s", STR_ARG(r.by));
	if (r.with.p != NULL)
		buf_printf(&b, " with %.*s", STR_ARG(r.with));
	if (r.authenticated)
		buf_printf(&b, " auth=%.*s", STR_ARG(r.user));
	assert_string_equal(b.p, should);
	buf_clear(&b);
}

#define DATE "; Tue, 10 Mar 2026 00:05:00 +0000"

TEST(qpsmtpd)
{
	assert_reads("from a.example (HELO b.example) (192.0.2.1)\n"
	    "    by mx.example.org (qpsmtpd/0.84) with ESMTP" DATE,
	    "192.0.2.1 by mx.example.org with ESMTP");
	assert_reads("from Unknown (HELO x) (2001:db8::5)\n"
	    " by mx.example.org (qpsmtpd/0.96) with "
	    "(ECDHE-RSA-AES256-GCM-SHA384 encrypted) ESMTPS" DATE,
	    "2001:db8::5 by mx.example.org with ESMTPS");
	assert_reads("from Unknown (HELO x) (192.0.2.1)\n"
	    " by mx (qpsmtpd/0.94) with ESMTPS (AES256-SHA encrypted)" DATE,
	    "192.0.2.1 by mx with ESMTPS");
	assert_reads("from pc (HELO [10.0.0.9]) (192.0.2.1)\n"
	    "  (smtp-auth username ann@example.org, mechanism cram-md5)\n"
	    "  by mx.example.org (qpsmtpd/0.40) with ESMTP" DATE,
	    "192.0.2.1 by mx.example.org with ESMTP auth=ann@example.org");
	assert_reads("from pc (HELO [10.0.0.9]) (192.0.2.1)\n by mx "
	    "(qpsmtpd/0.96) with (X encrypted) ESMTPSA" DATE,
	    "192.0.2.1 by mx with ESMTPSA auth=");
}

/* All that a client of qpsmtpd can choose is the HELO, as it comes. */
TEST(a_helo_is_not_believed)
{
	static const char *const helos[] = {
		"x) (198.51.100.9) by mx.example.org (qpsmtpd/0.96) with ESMTP"
		DATE,
		"x) (198.51.100.9)  (smtp-auth username ann, mechanism plain",
		"x) (198.51.100.9)  (smtp-auth username ann, mechanism plain) "
		"by mx.example.org (qpsmtpd/0.96) with ESMTPA",
		"x) ([198.51.100.9] helo=x) by mx.example.org with esmtpa id 1"
		DATE " (",
		"x (a [198.51.100.9]) by mx.example.org (Postfix) with ESMTPA "
		"id 1" DATE,
		"((((", "))))", "\"", "\\", "", " by ", "[198.51.100.9]", ";",
		"x) (Authenticated sender: ann", "(qpsmtpd/0.96) with ESMTPA" DATE,
	};
	struct buf b = { 0 };

	for (size_t i = 0; i < sizeof(helos) / sizeof(helos[0]); i++) {
		buf_reset(&b);
		buf_printf(&b, "from Unknown (HELO %s) (192.0.2.1)\n"
		    "  by mx.example.org (qpsmtpd/0.96) with ESMTP" DATE,
		    helos[i]);
		assert_reads(b.p, "192.0.2.1 by mx.example.org with ESMTP");
	}
	buf_clear(&b);
}

TEST(qmail)
{
	assert_reads("from a.example (HELO b.example) (192.0.2.1)\n"
	    "  by mx.example.org with SMTP; 10 Mar 2026 00:05:00 -0000",
	    "192.0.2.1 by mx.example.org with SMTP");
	assert_reads("from a.example (ann@192.0.2.1)\n  by mx with ESMTPA" DATE,
	    "192.0.2.1 by mx with ESMTPA auth=");
	assert_reads("(qmail 12345 invoked from network); 10 Mar 2026 00:05:00 "
	    "-0000", "local - by ");
	assert_reads("(qmail 12345 invoked by uid 453); 10 Mar 2026 00:05:00 "
	    "-0000", "local - by ");
}

TEST(postfix)
{
	assert_reads("from b.example (a.example [192.0.2.1])\n"
	    "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\n"
	    "\t key-exchange X25519 server-signature RSA-PSS (2048 bits))\n"
	    "\t(No client certificate requested)\n"
	    "\tby mx.example.org (Postfix) with ESMTPS id 4F1\n"
	    "\tfor <ann@example.org>; Tue, 10 Mar 2026 00:05:00 +0000 (UTC)",
	    "192.0.2.1 by mx.example.org with ESMTPS");
	assert_reads("from [10.1.2.3] (unknown [IPv6:2001:db8::1])\n"
	    "\tby mx.example.org (Postfix) with ESMTP id 4F1" DATE,
	    "2001:db8::1 by mx.example.org with ESMTP");
	assert_reads("from [127.0.0.1] (pc.example [192.0.2.1])\n"
	    "\t(Authenticated sender: ann@example.org)\n"
	    "\tby mx.example.org (Postfix) with ESMTPSA id 4F1" DATE,
	    "192.0.2.1 by mx.example.org with ESMTPSA auth=ann@example.org");
	assert_reads("by mx.example.org (Postfix, from userid 33)\n\tid 4F1" DATE,
	    "local - by mx.example.org");
	/* A recipient, as a catch-all domain would take it. */
	assert_reads("from b (a [192.0.2.1]) by mx (Postfix) with ESMTP id 1\n"
	    "\tfor <\"(x [198.51.100.1]) by mx with ESMTPA\"@example.org>" DATE,
	    "192.0.2.1 by mx with ESMTP");
}

TEST(exim)
{
	assert_reads("from a.example ([192.0.2.1] helo=[198.51.100.7])\n"
	    "\tby mx.example.org with esmtps  (TLS1.3) tls "
	    "TLS_AES_256_GCM_SHA384\n\t(Exim 4.96)\n\t(envelope-from <a@b>)\n"
	    "\tid 1abcde-0001AB-2C\n\tfor ann@example.org" DATE,
	    "192.0.2.1 by mx.example.org with esmtps");
	assert_reads("from [192.0.2.1] (port=4711 helo=[198.51.100.7])\n"
	    "\tby mx with esmtpsa (Exim 4.96)\n\tid 1abcde-0001AB-2C" DATE,
	    "192.0.2.1 by mx with esmtpsa auth=");
	assert_reads("from [2001:db8::1] (helo=x)\n\tby mx with esmtp "
	    "(Exim 4.96)" DATE, "2001:db8::1 by mx with esmtp");
	assert_reads("from [192.0.2.1] by mx with smtp (Exim 4.96)" DATE,
	    "192.0.2.1 by mx with smtp");
	assert_reads("from ann by mx.example.org with local (Exim 4.96)" DATE,
	    "local - by mx.example.org with local");
	/* A sender that plays qpsmtpd. */
	assert_reads("from a ([192.0.2.1] helo=b) by mx with esmtp (Exim 4.96)\n"
	    "\t(envelope-from <\"x (198.51.100.1) by mx (qpsmtpd/1) with "
	    "ESMTPA; 1\"@b>)\n\tid 1abcde-0001AB-2C" DATE,
	    "192.0.2.1 by mx with esmtp");
}

TEST(sendmail)
{
	assert_reads("from b.example (a.example [192.0.2.1])\n"
	    "\tby mx.example.org (8.15.2/8.15.2/Debian-22) with ESMTP id 0A1\n"
	    "\tfor <ann@example.org>" DATE,
	    "192.0.2.1 by mx.example.org with ESMTP");
	assert_reads("from b.example (IDENT:x@a.example [192.0.2.1] (may be "
	    "forged))\n\t(authenticated bits=0)\n\tby mx (8.11.6/8.11.6) with "
	    "ESMTP id 0A1" DATE, "192.0.2.1 by mx with ESMTP auth=");
	assert_reads("from b ([IPv6:2001:db8:0:0:0:0:0:1]) by mx "
	    "(8.15.2/8.15.2) with ESMTPS id 0A1" DATE,
	    "2001:db8::1 by mx with ESMTPS");
	assert_reads("(from ann@localhost)\n\tby mx (8.15.2/8.15.2/Submit) id 1"
	    DATE, "local - by mx");
}

TEST(others)
{
	assert_reads("from pc (a.example [192.0.2.1])\n\tby mx (OpenSMTPD) with "
	    "ESMTPSA id 1 (TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO) auth=yes "
	    "user=ann\n\tfor <x@y>" DATE, "192.0.2.1 by mx with ESMTPSA auth=ann");
	assert_reads("from pop.example [192.0.2.1]\n\tby localhost with POP3 "
	    "(fetchmail-6.4.16)\n\tfor <ann@localhost> (single-drop)" DATE,
	    "fetched 192.0.2.1 by localhost with POP3");
	assert_reads("from mx.example.org\n\tby imap.example.org with LMTP\n"
	    "\tid 8AbC (envelope-from <a@b>)" DATE,
	    "local - by imap.example.org with LMTP");
	assert_reads("from a (::ffff:192.0.2.1) by mx with ESMTP" DATE,
	    "192.0.2.1 by mx with ESMTP");
}

TEST(garbage_has_no_address)
{
	assert_reads("", "local - by ");
	assert_reads("from", "- by ");
	assert_reads("from (", "- by ");
	assert_reads("from a by", "- by ");
	assert_reads("from a (b [300.1.1.1]) by mx; x", "- by mx");
	assert_reads("(((((", "local - by ");
	assert_reads("from \"a b by mx", "- by ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(qpsmtpd),
		cmocka_unit_test(a_helo_is_not_believed),
		cmocka_unit_test(qmail),
		cmocka_unit_test(postfix),
		cmocka_unit_test(exim),
		cmocka_unit_test(sendmail),
		cmocka_unit_test(others),
		cmocka_unit_test(garbage_has_no_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
