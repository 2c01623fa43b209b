#include "format/format.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/test.h"
#include "base/when.h"

/* The block with what must stand behind it; its memory is b's. */
static struct str
block_of(struct buf *b, struct str text)
{
	buf_reset(b);
	buf_add_str(b, text);
	buf_add_repeated(b, '\n', FORMAT_SLACK);
	return str_make(b->p, text.n);
}

static struct format_claim
claim_of(const struct format *f, struct str text)
{
	struct buf b = { 0 };
	struct format_claim claim = f->claim(block_of(&b, text));

	buf_clear(&b);
	return claim;
}

static const struct format *
detected(struct str text)
{
	struct buf b = { 0 };
	const struct format *f = format_detect(block_of(&b, text));

	buf_clear(&b);
	return f;
}

/* What explain says of a line, NUL-ended; to be freed. */
static char *
explained(const struct format *f, const char *line, bool *understood)
{
	struct buf b = { 0 };

	*understood = f->explain(str_from(line), NULL, &b);
	buf_reserve(&b, 0);
	return b.p;
}

static void
assert_explained(const char *line, bool understood, const char *holds)
{
	bool yes;
	char *text = explained(&format_qpsmtpd, line, &yes);

	if (yes != understood || strstr(text, holds) == NULL)
		fail_msg("\"%s\" is explained as\n%s", line, text);
	free(text);
}

TEST(formats_are_found_by_their_name)
{
	for (size_t i = 0; formats[i]; i++)
		assert_ptr_equal(format_find(formats[i]->name), formats[i]);
	assert_ptr_equal(format_find("qpsmtpd"), &format_qpsmtpd);
	assert_null(format_find("Qpsmtpd"));
	assert_null(format_find(""));
}

TEST(every_format_says_what_it_is)
{
	for (size_t i = 0; formats[i]; i++) {
		assert_true(strlen(formats[i]->title) > 0);
		assert_true(strlen(formats[i]->help) > 0);
		assert_non_null(formats[i]->samples[0].line);
		for (size_t j = 0; formats[i]->samples[j].line; j++)
			assert_true(strlen(formats[i]->samples[j].shows) > 0);
	}
}

TEST(each_sample_is_claimed_by_its_format_and_by_no_other)
{
	for (size_t i = 0; formats[i]; i++)
		for (size_t j = 0; formats[i]->samples[j].line; j++) {
			struct str line = str_from(formats[i]->samples[j].line);

			for (size_t k = 0; formats[k]; k++) {
				struct format_claim c =
				    claim_of(formats[k], line);

				if (k == i ? c.claimed == 0 && c.possible == 0
					   : c.claimed > 0)
					fail_msg("%s: %.*s", formats[k]->name,
					    STR_ARG(line));
			}
			assert_ptr_equal(detected(line), formats[i]);
		}
}

TEST(most_samples_are_claimed_as_nobody_elses)
{
	for (size_t i = 0; formats[i]; i++) {
		unsigned samples = 0, claimed = 0;

		for (; formats[i]->samples[samples].line; samples++)
			claimed += claim_of(formats[i], str_from(
			    formats[i]->samples[samples].line)).claimed;
		assert_true(claimed * 10 >= samples * 9);
	}
}

TEST(each_sample_is_understood)
{
	for (size_t i = 0; formats[i]; i++)
		for (size_t j = 0; formats[i]->samples[j].line; j++) {
			const char *line = formats[i]->samples[j].line;
			bool understood;
			char *text = explained(formats[i], line, &understood);

			if (!understood || strlen(text) == 0)
				fail_msg("\"%s\" is explained as\n%s", line,
				    text);
			free(text);
		}
}

TEST(many_lines_weigh_more_than_one)
{
	struct str log = STR("what is that\n"
	    "@400000006955b90b02b91f21 3907 Accepted connection 0/40 from "
	    "192.0.2.1 / Unknown\n"
	    "@400000006955b90b02b91f21 3907 250 ok\n"
	    "\n"
	    "@400000006955b90b02b91f21 3907 dispatching QUIT\n");
	struct format_claim c = claim_of(&format_qpsmtpd, log);

	assert_int_equal(c.claimed, 2);
	assert_int_equal(c.possible, 1);
	assert_ptr_equal(detected(log), &format_qpsmtpd);
}

TEST(logs_of_other_programs_are_not_claimed)
{
	static const char *const lines[] = {
		("@400000006955b90b02b91f21 new msg 93869\n"
		"@400000006955b90b02b91f21 info msg 93869: bytes 2343 from "
		"<a@b.example> qp 18695 uid 49491\n"
		"@400000006955b90b02b91f21 starting delivery 2392: msg 93869 to "
		"remote c@d.example\n"
		"@400000006955b90b02b91f21 status: local 0/10 remote 1/20\n"
		"@400000006955b90b02b91f21 delivery 2392: success: ok\n"
		"@400000006955b90b02b91f21 end msg 93869\n"),
		("Nov 22 14:35:11 mail postfix/smtpd[14753]: connect from x\n"
		"Nov 22 14:35:11 mail postfix/smtpd[14753]: NOQUEUE: reject\n"),
		"2026-11-22T14:35:11+01:00 mail dovecot: imap-login: Login\n",
		"192.0.2.1 - - [22/Nov/2026:14:35:11 +0000] \"GET /\" 200 5\n",
		"### CUMULATIVE TOTALS ###\n# Total transactions : 25\n",
		"",
		"\n\n\n",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct format_claim c = claim_of(&format_qpsmtpd,
		    str_from(lines[i]));

		assert_int_equal(c.claimed, 0);
		assert_ptr_not_equal(detected(str_from(lines[i])),
		    &format_qpsmtpd);
		/* The first is that of another format. */
		assert_true(i == 0 || detected(str_from(lines[i])) == NULL);
	}
}

TEST(noise_is_not_claimed)
{
	uint64_t seed = 1;
	char p[8192];

	for (int round = 0; round < 200; round++) {
		/* All bytes, printable ones, and few of them. */
		int range = round % 3 == 0 ? 256 : round % 3 == 1 ? 96 : 20;

		for (size_t i = 0; i < sizeof(p); i++) {
			seed = seed * UINT64_C(6364136223846793005) +
			    1442695040888963407;
			p[i] = (char)((int)(seed >> 33) % range +
			    (range == 256 ? 0 : ' '));
			if ((seed >> 40) % 60 == 0)
				p[i] = '\n';
		}
		assert_null(detected(str_make(p, sizeof(p))));
	}
}

TEST(a_block_cut_within_a_line_is_looked_at_to_its_end_only)
{
	struct str log = str_from(format_qpsmtpd.samples[0].line);

	for (size_t n = 0; n <= log.n; n++) {
		char *p = malloc(n + FORMAT_SLACK);

		memcpy(p, log.p, n);
		memset(p + n, '\n', FORMAT_SLACK);
		format_qpsmtpd.claim(str_make(p, n));
		free(p);
	}
}

TEST(a_record_is_explained_field_by_field)
{
	assert_explained("@400000005cfde87a1dcbe054 1697 (queue) "
	    "logging::logterse: ` 192.0.2.109\thost.example.com\thelo\t<a@b.example>"
	    "\t<c@d.example>\tqueued\t\t<id@b.example>\tNo, score=0.1 "
	    "required=5.0_", true,
	    "stamp: TAI64N (multilog)\n"
	    "time: 2019-06-10T05:19:44.499Z\n"
	    "line: logterse record\n"
	    "hook: queue\n"
	    "plugin: logging::logterse\n"
	    "event: transaction\n"
	    "verdict: accepted\n"
	    "pid: 1697\n"
	    "client: 192.0.2.109\n"
	    "host: host.example.com\n"
	    "helo: helo\n"
	    "sender: <a@b.example>\n"
	    "recipients: <c@d.example>\n"
	    "disposition: queued\n"
	    "code: \n"
	    "text: <id@b.example>\n"
	    "trailer: No, score=0.1 required=5.0_\n"
	    "score: 0.100\n"
	    "required: 5.000\n");
}

TEST(what_is_not_understood_is_explained_with_the_reason)
{
	assert_explained("@400000005cfde87a1dcbe054 1697 what is that", false,
	    "why: the text behind the process id");
	assert_explained("what is that", false,
	    "why: it begins with neither a known time stamp nor");
	assert_explained("@400000005cfde87a1dcbe054 (helo) what is that", false,
	    "why: no process id");
}

TEST(lines_without_an_event_are_explained_too)
{
	assert_explained("@400000005cfde87a1dcbe054 1697 250 ok", true,
	    "line: reply to the client\n");
	assert_explained("@400000005cfde87a1dcbe054", true, "line: empty\n");
	assert_explained("", true, "line: empty\n");
	assert_explained("### CUMULATIVE TOTALS ###", true,
	    "line: block of the old summariser\n");
	assert_explained("@400000005cfde87a1dcbe054 Use of uninitialized value",
	    true, "line: progress of the daemon\n");
	assert_explained("Nov 22 14:35:11 mail postfix/smtpd[1]: ` 192.0.2.1",
	    true, "line: of another program\n");
	assert_explained("Nov 22 14:35:11 mail sqpsmtpd[1]: GeoIP Country: DE",
	    true, "country: DE\n");
}

TEST(a_record_that_ends_in_a_carriage_return_is_explained_whole)
{
	assert_explained("1 (deny) logging::logterse: ` 192.0.2.1\th\te\t\t\t"
	    "naughty\t901\t(dnsbl) one\r", true, "text: (dnsbl) one\n");
}

TEST(an_explanation_shows_no_secret)
{
	bool understood;
	char *text = explained(&format_qpsmtpd, "@400000005cfde87a1dcbe054 1697 "
	    "dispatching AUTH PLAIN AGFubgBzZWNyZXQ=", &understood);

	assert_true(understood);
	assert_null(strstr(text, "ZWNy"));
	free(text);
}

TEST(every_reason_to_ignore_has_a_name)
{
	for (int i = 0; i < IGNORE_REASONS; i++)
		assert_true(strlen(ignore_reason_name((enum ignore_reason)i)) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_are_found_by_their_name),
		cmocka_unit_test(every_format_says_what_it_is),
		cmocka_unit_test(each_sample_is_claimed_by_its_format_and_by_no_other),
		cmocka_unit_test(most_samples_are_claimed_as_nobody_elses),
		cmocka_unit_test(each_sample_is_understood),
		cmocka_unit_test(many_lines_weigh_more_than_one),
		cmocka_unit_test(logs_of_other_programs_are_not_claimed),
		cmocka_unit_test(noise_is_not_claimed),
		cmocka_unit_test(a_block_cut_within_a_line_is_looked_at_to_its_end_only),
		cmocka_unit_test(a_record_is_explained_field_by_field),
		cmocka_unit_test(what_is_not_understood_is_explained_with_the_reason),
		cmocka_unit_test(lines_without_an_event_are_explained_too),
		cmocka_unit_test(a_record_that_ends_in_a_carriage_return_is_explained_whole),
		cmocka_unit_test(an_explanation_shows_no_secret),
		cmocka_unit_test(every_reason_to_ignore_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
