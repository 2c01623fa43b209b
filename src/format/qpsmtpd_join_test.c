/*
 * qpsmtpd_join_test.c - THE LAW: a log read in pieces tells what it tells read
 * in one go.  With MAILTALLY_TEST_LOG the path of a qpsmtpd log, that log is
 * cut too.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/test.h"
#include "base/when.h"
#include "format/qpsmtpd_scan.h"
#include "format/stamp.h"
#include "format/test_scan.h"

static struct told
scan_whole(const struct scan_options *o, struct str log)
{
	return test_scan_whole(&format_qpsmtpd, o, log);
}

static void
assert_cut(const struct scan_options *o, const struct told *whole,
    struct str log, const size_t *cuts, size_t n, bool contiguous)
{
	test_assert_cut(&format_qpsmtpd, o, whole, log, cuts, n, contiguous);
}

static struct scan *
scan_piece(const struct scan_options *o, struct told *t, struct str piece,
    uint64_t offset, bool first, size_t block_bytes)
{
	return test_scan_piece(&format_qpsmtpd, o, t, piece, offset, first,
	    block_bytes);
}

/* ---- logs ---- */

/* At T("86", ...) it is 23:59:56 UTC, at T("8a", ...) midnight. */
#define T(s, ns) "@4000000069c86b" s ns " "

static const char multilog_log[] =
    T("86", "0000000a") "789 Listening on 192.0.2.1:25\n"
    T("86", "0000000b") "3907 Accepted connection 0/40 from 192.0.2.7 / h.example\n"
    T("86", "0000000c") "3907 Connection from h.example [192.0.2.7]\n"
    T("86", "0000000d") "3907 (connect) check_badcountries: GeoIP Country: DE\n"
    T("86", "0000000d") "3907 (connect) ident::geoip: DE, Germany\n"
    T("86", "0000000d") "3908 Accepted connection 1/40 from 192.0.2.8 / Unknown\n"
    T("86", "0000000e") "3907 220 mail ESMTP\r\n"
    T("86", "0000000f") "3907 dispatching EHLO x) logging::logterse: ` 9.9.9.9\n"
    T("86", "00000010") "3907 250-mail Hi\n"
    T("86", "0000001f") "3907 250 AUTH PLAIN\n"
    T("86", "0000000f") "3907 dispatching AUTH PLAIN AGFubgBzZWNyZXQ=\n"
    T("86", "00000020") "3907 (auth-plain) auth::auth_flat_file: pass: clear match\n"
    T("87", "00000020") "3907 dispatching MAIL FROM:<a@b.example>\n"
    T("87", "00000021") "3907 (queue) logging::logterse: ` 192.0.2.7\th.example\tx\t"
    "<a@b.example>\t<c@d.example>,<e@d.example>\tqueued\t\t<id`@b.example>\t"
    "No, score=0.1 required=5.0 tests=BAYES_50 autolearn=no_\n"
    T("88", "00000001") "3907 (post-connection) connection_time: 1.116 s.\n"
    T("88", "00000002") "789 cleaning up after 3907\n"
    T("88", "00000002") "789 cleaning up after 3907\n"
    T("89", "00000001") "3908 (deny) logging::logterse: ` 192.0.2.8\tUnknown\t\t\t\t"
    "naughty\t903\t(dnsbl) http://l.example/?ip=192.0.2.8\r\n"
    T("89", "00000001") "(helo) I do not believe you are NAME.\t"
    "msg denied before queued\n"
    T("89", "00000002") "3908 550 no\n"
    T("89", "00000003") "Use of uninitialized value $x at /usr/share/x line 99.\n"
    T("89", "00000003") "what is that\n"
    T("89", "00000003") "\n"
    T("8a", "00000000") "3908 (deny) logging::logterse: ` 192.0.2.8\tUnknown\te\t\t\t"
    "naughty\t901\t(dnsbl) one\r\n"
    T("8a", "00000000") "(helo) two\r\n"
    T("8a", "00000000") "\r\n"
    T("8a", "00000001") "(karma) three\n"
    T("8a", "00000001") "(nobody) four\n"
    T("8b", "00000000") "789 (pre-connection) hosts_allow: fail: too many "
    "connections from 192.0.2.9 (7 > 5)\n"
    T("8b", "00000000") "789 (deny) logging::logterse: ` \t\t\t\t\thosts_allow\t904\t"
    "too many connections from 192.0.2.9, try again later\n"
    T("8b", "00000001") "789 (pre-connection) hosts_allow: fail, denied\n"
    T("8b", "00000001") "789 Too many connections: 40 >= 40.  Waiting one second.\n"
    T("8b", "00000001") "789 Too many connections: many\n"
    "### CUMULATIVE TOTALS ###\n"
    "queued                         @4000000069c83b370c0bcf14            4\n"
    "# Total transactions :        25\n"
    "\n"
    T("90", "00000000") "3908 (deny) logging::logterse: ` 192.0.2.8\tUnknown\te\t\t\t"
    "dnsbl\t901\tends in CR\r\n"
    T("90", "00000000") "3908 (deny) logging::logterse: ` 192.0.2.8\tUnknown\te\t\t\t"
    "dnsbl\t901\tTab\there\tmsg denied before queued\r\n"
    T("90", "00000001") "3908 (deny) logging::logterse: ` no record\r\n"
    T("90", "00000001") "(helo) of nothing\n"
    T("90", "00000001") "3908 (deny) logging::logterse: ` 192.0.2.8\tno record\n"
    T("90", "00000001") "3909 Accepted connection 2/40 from 192.0.2.9 / Unknown\n"
    T("8f", "00000001") "3909 dispatching RCPT TO:<a@b.example>\n"
    T("90", "00000001") "3908 Accepted connection 2/40 from 192.0.2.10 / Unknown\n"
    T("90", "00000002") "3908 connection_time plugin: Connection time from "
    "192.0.2.10: 1.566 sec.\n"
    T("90", "00000002") "3910 (post-connection) connection_time: 2.5 s.\n"
    T("90", "00000003") "3911 logging::logterse plugin: ` 192.0.2.11\th\te\t\t\t"
    "check_earlytalker\t903\told\n"
    T("90", "00000003") "3911 check_goodrcptto extn plugin (rcpt): fail\n"
    T("90", "zzzzzzzz") "3911 no stamp\n"
    "rest of a line that nobody knows\r\n"
    T("90", "00000004") "(helo) of nothing\n"
    T("90", "00000004") "123456789 (connect) dmarc: pass\n"
    T("90", "00000005") "1234567890.12.3 (deny) logging::logterse: ` 192.0.2.12\t"
    "h\te\t\t\tdnsbl\t902\tlater\n"
    T("90", "00000005") "3909 (data_post) spamassassin: pass, Ham, 0.4 < 12\n"
    T("90", "00000005") "3909 (data_post_headers) dmarc: pass\n"
    T("90", "00000005") "something unknown\n"
    T("90", "00000005") "something unknown two\n"
    T("90", "00000005") "3909 unterminated";

static const char unstamped_log[] =
    "3907 Accepted connection 0/40 from 192.0.2.7 / h.example\n"
    "3907 (connect) check_badcountries: GeoIP Country: DE\n"
    "3908 Accepted connection 1/40 from 192.0.2.8 / Unknown\n"
    "3907 (deny) logging::logterse: ` 192.0.2.7\th.example\tx\t\t\tnaughty\t"
    "903\t(dnsbl) one\r\n"
    "(helo) two\r\n"
    "(karma) three\tmsg denied before queued\n"
    "3907 (post-connection) connection_time: 1.116 s.\n"
    "789 cleaning up after 3907\n"
    "what is that\n"
    "3908 logging::logterse plugin (queue): ` 192.0.2.8\tUnknown\tx\t<>\t"
    "<c@d.example>\tqueued\t\t<id@b.example>\t\r\n"
    "# Total transactions :        25\n"
    "queued @4000000069c83b370c0bcf14 4\n"
    "3908 logging::logterse plugin (deny): ` 192.0.2.8\tUnknown\tx\t<>\t"
    "<c@d.example>\tdnsbl\t901\tlisted\r\n"
    "\n"
    "3907 Accepted connection 1/40 from 192.0.2.9 / Unknown\n"
    "789 cleaning up after 3908\n"
    "3907 (connect) check_badcountries: GeoIP Country: FR\n";

static const char syslog_log[] =
    "Nov 22 14:35:08 mail qpsmtpd[14629]: Listening on 192.0.2.1:25\n"
    "Nov 22 14:35:11 mail qpsmtpd[14744]: Accepted connection 0/20 from "
    "192.0.2.31 / h.example\n"
    "Nov 22 14:35:11 other qpsmtpd[14744]: Accepted connection 1/20 from "
    "192.0.2.32 / i.example\n"
    "Nov 22 14:35:11 mail qpsmtpd[14744]: GeoIP Country: US\n"
    "Nov 22 14:35:11 mail postfix/smtpd[14744]: connect from x\n"
    "Nov 22 14:35:11 mail kernel: x\n"
    "Nov 22 14:35:12 mail qpsmtpd[14744]: (dnsbl) listed\n"
    "Nov 22 14:35:12 mail qpsmtpd[14744]: ` 192.0.2.31#011h.example#011#011"
    "#011#011dnsbl#011901#011listed\n"
    "Nov 22 14:35:13 mail qpsmtpd[14744]: 550 listed\n"
    "Nov 22 14:35:13 mail sqpsmtpd[14745]: ` 192.0.2.33#011Unknown#011x#011<>"
    "#011<c@d.example>#011queued#011#011<id@b.example>\n"
    "Nov 22 14:35:14 mail qpsmtpd[14744]: 0.313 s.\n"
    "Nov 22 14:35:14 mail last message repeated 2 times\n"
    "2026-11-22T14:35:15.120045+01:00 mail qpsmtpd[14746]: Accepted "
    "connection 0/20 from 192.0.2.3 / Unknown\n"
    "2026-11-22T15:35:15.120045Z mail qpsmtpd[14746]: 1.5 s.\n"
    "Nov 22 15:35:16 other qpsmtpd[14744]: cleaning up after 14744\n";

static const char file_log[] =
    "Sun Nov 22 14:35:08 2026 mail[14629]: Loaded Qpsmtpd::Plugin\n"
    "Sun Nov 22 14:35:11 2026 mail[14744]: Accepted connection 0/20 from "
    "192.0.2.31 / h.example\n"
    "Sun Nov 22 14:35:11 2026 mail[14744]: GeoIP Country: US\n"
    "Sun Nov 22 14:35:12 2026 mail[14744]: `192.0.2.31\th.example\t\t\t\t"
    "naughty\t901\t(dnsbl) one\r\n"
    "(helo) two\r\n"
    "3 (karma) three\tmsg denied before queued\n"
    "what is that\n"
    "Sun Nov 22 14:35:13 2026 mail[14744]: `192.0.2.31\th.example\t\t\t\t"
    "naughty\t901\t(dnsbl) four\r\n"
    "(helo) five\n"
    "Sun Nov 22 14:35:14 2026 mail[14744]: 0.313 s.\n"
    "22/11/2026 14:35:15:14753: Accepted connection 0/15 from 192.0.2.3 / U\n"
    "22/11/2026 14:35:15:14753: (post-connection) connection_time: 0.1 s.\n"
    "2026-11-22 14:35:16.724563500 18773 Accepted connection 0/15 from "
    "192.0.2.3 / U\n"
    "2026-11-22 14:35:16.724563500 18773 (connect) relay: skip, no match\n"
    "2026-11-22 14:35:16.724563500 (helo) rest of nothing\n";

/* Long lines, and short ones of every length; in memory, as they are long. */
static struct buf long_log;

static int
make_long_log(void **state)
{
	(void)state;
	for (size_t n = 1; n < 6000; n += n < 100 ? 1 : n / 2) {
		buf_add_str(&long_log, STR(T("90", "00000001")
		    "3909 dispatching "));
		buf_add_repeated(&long_log, 'x', n);
		buf_add_str(&long_log, STR("\n" T("90", "00000001")
		    "3909 (deny) logging::logterse: ` 192.0.2.8\tUnknown\t\t\t"
		    "\tdnsbl\t901\t"));
		buf_add_repeated(&long_log, 'y', n);
		buf_add_char(&long_log, '\n');
		buf_add_repeated(&long_log, '?', n);
		buf_add_char(&long_log, '\n');
		if (n % 8 > 0)
			continue;
		buf_add_str(&long_log, STR(T("90", "00000002")
		    "3909 Accepted connection 0/40 from 192.0.2.8 / h\n"));
	}
	return 0;
}

static int
clear_long_log(void **state)
{
	(void)state;
	buf_clear(&long_log);
	return 0;
}

static const char *const logs[] = {
	multilog_log, unstamped_log, syslog_log, file_log
};

#define N_LOGS (sizeof(logs) / sizeof(logs[0]))

/* What different sinks ask for. */
static const struct scan_options asked[] = {
	{ .wants = EVENT_ALL, .start_ns = INT64_MIN, .end_ns = INT64_MAX,
	  .all_checks = true, .join = true, .stream = { "log", 3 }, .year = 2026 },
	{ .wants = EVENT_ALL, .start_ns = INT64_MIN, .end_ns = INT64_MAX,
	  .stream = { "log", 3 }, .year = 2026 },
	{ .wants = EVENT_BIT(EVENT_TRANSACTION), .start_ns = INT64_MIN,
	  .end_ns = INT64_MAX, .stream = { "log", 3 }, .year = 2026 },
	{ .wants = EVENT_BIT(EVENT_TRANSACTION), .start_ns = INT64_MIN,
	  .end_ns = INT64_MAX, .join = true, .stream = { "log", 3 },
	  .year = 2026 },
	{ .wants = EVENT_BIT(EVENT_CLOSED), .start_ns = INT64_MIN,
	  .end_ns = INT64_MAX, .stream = { "log", 3 }, .year = 2026 },
	{ .wants = EVENT_BIT(EVENT_ACCEPTED) | EVENT_BIT(EVENT_CHECK),
	  .start_ns = INT64_MIN, .end_ns = INT64_MAX, .stream = { "log", 3 },
	  .year = 2026 },
	{ .wants = EVENT_BIT(EVENT_TOO_MANY) | EVENT_BIT(EVENT_REFUSED),
	  .start_ns = INT64_MIN, .end_ns = INT64_MAX, .stream = { "log", 3 },
	  .year = 2026 },
	{ .wants = 0, .start_ns = INT64_MIN, .end_ns = INT64_MAX,
	  .stream = { "log", 3 }, .year = 2026 },
	/* From the middle of multilog_log, and of the others, to near the end. */
	{ .wants = EVENT_ALL, .start_ns = INT64_C(1774742397000000001),
	  .end_ns = INT64_C(1774742406000000003), .all_checks = true,
	  .join = true, .stream = { "log", 3 }, .year = 2026 },
	{ .wants = EVENT_ALL, .start_ns = INT64_C(1795358112000000000),
	  .end_ns = INT64_C(1795358114000000000), .join = true,
	  .stream = { "log", 3 }, .year = 2026 },
	/* Long after all. */
	{ .wants = EVENT_ALL, .start_ns = INT64_C(1995358112000000000),
	  .end_ns = INT64_MAX, .join = true, .stream = { "log", 3 },
	  .year = 2026 },
};

#define N_ASKED (sizeof(asked) / sizeof(asked[0]))

static bool
is_line_begin(struct str log, size_t at)
{
	return at == 0 || log.p[at - 1] == '\n';
}

static uint64_t
random_below(uint64_t *seed, uint64_t n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (*seed >> 33) % n;
}

/* ---- the law ---- */

TEST(cut_at_any_line_end_a_log_tells_the_same)
{
	for (size_t i = 0; i < N_LOGS; i++)
		for (size_t j = 0; j < N_ASKED; j++) {
			struct str log = str_from(logs[i]);
			struct told whole = scan_whole(&asked[j], log);

			for (size_t cut = 0; cut <= log.n; cut++) {
				if (!is_line_begin(log, cut) && cut < log.n)
					continue;
				assert_cut(&asked[j], &whole, log, &cut, 1,
				    false);
				assert_cut(&asked[j], &whole, log, &cut, 1,
				    true);
			}
			told_clear(&whole);
		}
}

TEST(cut_at_any_two_line_ends_a_log_tells_the_same)
{
	for (size_t i = 0; i < N_LOGS; i++) {
		struct str log = str_from(logs[i]);
		struct told whole = scan_whole(&test_everything, log);
		size_t cuts[2];

		for (cuts[0] = 0; cuts[0] < log.n; cuts[0]++)
			for (cuts[1] = cuts[0]; is_line_begin(log, cuts[0]) &&
			    cuts[1] < log.n; cuts[1]++)
				if (is_line_begin(log, cuts[1]))
					assert_cut(&test_everything, &whole, log,
					    cuts, 2, cuts[1] % 2);
		told_clear(&whole);
	}
}

TEST(cut_into_its_lines_a_log_tells_the_same)
{
	for (size_t i = 0; i < N_LOGS; i++) {
		struct str log = str_from(logs[i]);
		struct told whole = scan_whole(&test_everything, log), cut = { 0 };
		struct scan *all = NULL;
		size_t from = 0;

		while (from < log.n) {
			struct str line = str_skip(log, from);
			struct scan *s;

			line = str_head(line, str_index(line, '\n') + 1);
			s = scan_piece(&test_everything, &cut, line, from, false, 1);
			if (all == NULL)
				qpsmtpd_scan_settle(all = s);
			else
				qpsmtpd_scan_join(all, &s, from % 2);
			from += line.n;
		}
		test_scan_end(all, &cut);
		told_assert_same(&whole, &cut, "cut into lines");
		told_clear(&cut);
		told_clear(&whole);
	}
}

/* Where what follows a cut looks as if it began a line, it is taken so. */
static bool
is_no_rest(struct str log, size_t cut)
{
	return !is_line_begin(log, cut) && stamp_begins(str_skip(log, cut));
}

TEST(cut_at_any_byte_a_log_tells_the_same_if_that_is_known)
{
	for (size_t i = 0; i < N_LOGS; i++)
		for (size_t j = 0; j < N_ASKED; j += 4) {
			struct str log = str_from(logs[i]);
			struct told whole = scan_whole(&asked[j], log);

			for (size_t cut = 0; cut <= log.n; cut++)
				if (!is_no_rest(log, cut))
					assert_cut(&asked[j], &whole, log,
					    &cut, 1, true);
			told_clear(&whole);
		}
}

TEST(cut_at_any_bytes_a_log_tells_the_same_if_that_is_known)
{
	uint64_t seed = 1;

	for (size_t i = 0; i < N_LOGS; i++) {
		struct str log = str_from(logs[i]);
		struct told whole = scan_whole(&test_everything, log);

		for (int round = 0; round < 1500; round++) {
			size_t cuts[TEST_PIECES];
			size_t n = 2 + random_below(&seed, TEST_PIECES - 3);
			uint64_t near = 2 + random_below(&seed, 300);

			cuts[0] = random_below(&seed, log.n);
			for (size_t k = 1; k < n; k++) {
				cuts[k] = cuts[k - 1] +
				    random_below(&seed, near);
				if (cuts[k] > log.n)
					cuts[k] = log.n;
			}
			for (size_t k = 0; k < n; k++)
				while (is_no_rest(log, cuts[k]))
					cuts[k]--;
			assert_cut(&test_everything, &whole, log, cuts, n, true);
		}
		told_clear(&whole);
	}
}

/* The log with a newline where it is cut: what a cut means if nobody knows. */
TEST(cut_inside_a_line_it_is_two_if_nothing_else_is_known)
{
	for (size_t i = 0; i < N_LOGS; i++) {
		struct str log = str_from(logs[i]);
		struct buf b = { 0 };

		for (size_t cut = 0; cut < log.n; cut++) {
			struct told two, joined = { 0 };
			struct scan *s, *later;

			if (is_line_begin(log, cut))
				continue;
			buf_reset(&b);
			buf_add_str(&b, str_head(log, cut));
			buf_add_char(&b, '\n');
			buf_add_str(&b, str_skip(log, cut));
			two = scan_whole(&test_everything, buf_str(&b));
			s = scan_piece(&test_everything, &joined, str_head(log, cut),
			    0, false, 100);
			later = scan_piece(&test_everything, &joined,
			    str_skip(log, cut), cut + 1, false, 100);
			qpsmtpd_scan_settle(s);
			qpsmtpd_scan_join(s, &later, false);
			test_scan_end(s, &joined);
			told_assert_same_lines(&two, &joined, "not contiguous");
			told_assert_same_events(&two, &joined, "not contiguous");
			told_clear(&two);
			told_clear(&joined);
		}
		buf_clear(&b);
	}
}

TEST(blocks_may_be_of_any_number_of_lines)
{
	for (size_t i = 0; i < N_LOGS; i++) {
		struct str log = str_from(logs[i]);
		struct told whole = scan_whole(&test_everything, log);

		for (size_t bytes = 1; bytes < 3000; bytes += bytes / 4 + 1) {
			struct told t = { 0 };

			test_scan_end(scan_piece(&test_everything, &t, log, 0, true,
			    bytes), &t);
			told_assert_same(&whole, &t, "blocks");
			told_clear(&t);
		}
		told_clear(&whole);
	}
}

/* A log of some connections, at random, with all that may go wrong. */
static void
random_log(struct buf *b, uint64_t *seed, uint64_t max_lines)
{
	static const char *const texts[] = {
		"Accepted connection 3/40 from 192.0.2.7 / h.example\n",
		"Accepted connection 4/40 from 192.0.2.8 / Unknown\n",
		"(connect) check_badcountries: GeoIP Country: DE\n",
		"(connect) ident::geoip: US\n",
		"(auth-plain) auth::auth_flat_file: pass: clear match\n",
		"(deny) logging::logterse: ` 192.0.2.7\th\te\t\t\tdnsbl\t901\tx\n",
		"(deny) logging::logterse: ` 192.0.2.7\th\te\t\t\tnaughty\t901\tx\r\n",
		"logging::logterse plugin: ` \t\t\t\t\thosts_allow\t901\tx\n",
		"(post-connection) connection_time: 1.5 s.\n",
		"connection_time plugin: Connection time from 192.0.2.9: 2 sec.\n",
		"cleaning up after 11\n", "cleaning up after 12\n",
		"cleaning up after 13\n", "cleaning up after 14\n",
		"250 ok\n", "unknown\n",
	};
	bool stamped = random_below(seed, 5) > 0;
	int64_t at = (INT64_C(1774742328) + (int64_t)random_below(seed, 9999)) *
	    WHEN_SECOND;
	size_t lines = 1 + random_below(seed, max_lines);
	uint64_t step_s = random_below(seed, 2) ? 10 : 3000;

	buf_reset(b);
	for (size_t i = 0; i < lines; i++) {
		uint64_t what = random_below(seed, 22);

		at += (int64_t)(random_below(seed, step_s) * WHEN_SECOND +
		    random_below(seed, 1000));
		if (stamped) {
			when_format(b, at, WHEN_TAI64N, NULL);
			buf_add_char(b, ' ');
		}
		if (what == 20)
			buf_add_str(b, STR("no process id\r\n"));
		else if (what > 15)
			buf_add_str(b, STR("(helo) rest\n"));
		else
			buf_printf(b, "%u %s",
			    (unsigned)(11 + random_below(seed, 4)), texts[what]);
	}
	if (random_below(seed, 4) == 0)
		b->n--;
}

TEST(random_logs_cut_at_random_tell_the_same)
{
	struct buf b = { 0 };
	uint64_t seed = 1;

	for (int round = 0; round < 4000; round++) {
		const struct scan_options *o = &asked[(size_t)round % N_ASKED];
		struct told whole;

		random_log(&b, &seed, 50);
		whole = scan_whole(o, buf_str(&b));
		for (int again = 0; again < 4; again++) {
			size_t cuts[4], n = 1 + random_below(&seed, 4), at = 0;
			bool anywhere = again % 2;

			for (size_t i = 0; i < n; i++) {
				at += random_below(&seed, b.n - at + 1);
				while (at < b.n && !anywhere &&
				    !is_line_begin(buf_str(&b), at))
					at++;
				cuts[i] = at;
			}
			assert_cut(o, &whole, buf_str(&b), cuts, n, anywhere);
		}
		told_clear(&whole);
	}
	buf_clear(&b);
}

TEST(lines_of_any_length_may_be_cut)
{
	struct str log = buf_str(&long_log);
	struct told whole = scan_whole(&test_everything, log);
	uint64_t seed = 1;

	for (int round = 0; round < 300; round++) {
		size_t cut = random_below(&seed, log.n + 1);

		assert_cut(&test_everything, &whole, log, &cut, 1, true);
	}
	told_clear(&whole);
}

static void
read_log(struct buf *b, const char *path)
{
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	while (!feof(f))
		b->n += fread(buf_reserve(b, 65536), 1, 65536, f);
	fclose(f);
}

TEST(a_long_log_tells_the_same_wherever_it_is_cut)
{
	const char *path = getenv("MAILTALLY_TEST_LOG");
	struct buf b = { 0 };
	struct told whole;
	uint64_t seed = 1;

	if (path)
		read_log(&b, path);
	else
		random_log(&b, &seed, 10000);
	whole = scan_whole(&test_everything, buf_str(&b));
	for (int round = 0; round < 100; round++) {
		size_t cuts[TEST_PIECES];
		size_t n = 1 + random_below(&seed, TEST_PIECES - 1);
		size_t at = 0;

		for (size_t i = 0; i < n; i++) {
			at += random_below(&seed, (b.n - at) / (n - i) + 1);
			while (is_no_rest(buf_str(&b), at))
				at--;
			cuts[i] = at;
		}
		assert_cut(&test_everything, &whole, buf_str(&b), cuts, n, true);
	}
	told_clear(&whole);
	buf_clear(&b);
}

/* ---- pieces that are less than a line ---- */

/* The pieces joined, each contiguous to the one before. */
static struct told
scan_parts(const char *const *parts)
{
	struct told t = { 0 };
	struct scan *all = NULL, *s;
	uint64_t offset = 0;

	for (; *parts; parts++) {
		struct str part = str_from(*parts);

		s = scan_piece(&test_everything, &t, part, offset, false, SIZE_MAX);
		offset += part.n;
		if (all == NULL)
			qpsmtpd_scan_settle(all = s);
		else
			qpsmtpd_scan_join(all, &s, true);
	}
	test_scan_end(all, &t);
	return t;
}

TEST(a_line_may_be_spread_over_many_pieces)
{
	static const char *const parts[] = { T("86", "0000000a") "39",
		"", "07 Accepted conn", "ection 0/40 from 192.0", ".2.7 / h.ex",
		"ample\n" T("86", "0000000b") "3907 (post-connection) connection",
		"_time: 1.116 s.", NULL };
	struct told t = scan_parts(parts);

	assert_int_equal(t.n, 2);
	assert_int_equal(t.counts.lines, 2);
	assert_int_equal(t.counts.used, 2);
	assert_non_null(strstr(t.events[1].p, "client=[192.0.2.7]"));
	assert_non_null(strstr(t.events[1].p, "duration=1116000000"));
	told_clear(&t);
}

TEST(a_line_end_may_be_cut_in_two)
{
	static const char *const parts[] = { T("86", "0000000a")
		"3907 (deny) logging::logterse: ` 192.0.2.8\th\te\t\t\tnaughty\t"
		"901\t(dnsbl) one\r", "\n" T("86", "0000000a") "(helo) two\n",
		NULL };
	struct told t = scan_parts(parts);

	assert_int_equal(t.n, 1);
	assert_non_null(strstr(t.events[0].p, "text=[(dnsbl) one (helo) two]"));
	assert_int_equal(t.counts.used, 2);
	told_clear(&t);
}

TEST(a_line_that_begins_with_a_stamp_is_no_rest)
{
	static const char *const parts[] = { T("86", "0000000a") "3907 220 a",
		T("86", "0000000b") "3907 220 b\n", T("86", "0000000c")
		"3907 220 c", NULL };
	struct told t = scan_parts(parts);

	assert_int_equal(t.counts.lines, 3);
	assert_int_equal(t.counts.ignored[IGNORED_DIALOGUE], 3);
	assert_int_equal(t.counts.joined_lines, 0);
	told_clear(&t);
}

TEST(a_line_that_is_nothing_but_a_stamp_is_no_rest_either)
{
	static const char *const parts[] = { T("86", "0000000a") "3907 220 a",
		"@4000000069c86b860000000b\n" T("86", "0000000c")
		"3907 220 b\n", NULL };
	struct told t = scan_parts(parts);

	assert_int_equal(t.counts.lines, 3);
	assert_int_equal(t.counts.ignored[IGNORED_DIALOGUE], 2);
	assert_int_equal(t.counts.ignored[IGNORED_EMPTY], 1);
	told_clear(&t);
}

TEST(nothing_at_all_is_nothing)
{
	static const char *const parts[] = { "", "", "", NULL };
	struct told t = scan_parts(parts);

	assert_int_equal(t.n, 0);
	assert_int_equal(t.counts.lines, 0);
	assert_int_equal(t.counts.first_ns, WHEN_NONE);
	told_clear(&t);
}

/* ---- what is asked for ---- */

static bool
is_of_kind(struct str event, event_mask kinds)
{
	struct str name = str_head(event, str_index(event, ' '));

	/* When a connection that never ended was last heard of depends on what
	 * was listened to. */
	if (str_find(event, STR(" unfinished ")) < event.n)
		return false;
	for (int k = 0; k < EVENT_KINDS; k++)
		if (str_eq(name, str_from(event_kind_name((enum event_kind)k))))
			return kinds & EVENT_BIT(k);
	return false;
}

/* The events of the kinds in wants, of all that there are. */
static void
assert_subset(const struct told *all, const struct told *some, event_mask wants)
{
	size_t j = 0;

	for (size_t i = 0; i < all->n; i++) {
		if (!is_of_kind(all->events[i], wants))
			continue;
		while (j < some->n && !is_of_kind(some->events[j], wants))
			j++;
		assert_true(j < some->n);
		if (!str_eq(all->events[i], some->events[j]))
			fail_msg("%.*s\n%.*s", STR_ARG(all->events[i]),
			    STR_ARG(some->events[j]));
		j++;
	}
	for (; j < some->n; j++)
		assert_false(is_of_kind(some->events[j], wants));
}

TEST(the_kinds_asked_for_are_told_as_if_all_had_been)
{
	for (size_t i = 0; i < N_LOGS; i++) {
		struct told all = scan_whole(&test_everything, str_from(logs[i]));

		for (event_mask wants = 0; wants < EVENT_BIT(EVENT_QUEUED);
		    wants++) {
			struct scan_options o = test_everything;
			struct told some;

			o.wants = wants;
			some = scan_whole(&o, str_from(logs[i]));
			assert_subset(&all, &some, wants);
			assert_int_equal(some.counts.lines, all.counts.lines);
			told_clear(&some);
		}
		told_clear(&all);
	}
}

/* ---- local time ---- */

TEST(after_a_join_years_go_on_from_the_later_piece)
{
	struct scan_options o = test_everything;
	struct told t = { 0 };
	struct scan *s, *later;

	o.year = 2024;
	s = scan_piece(&o, &t, STR("Nov 22 14:35:11 mail qpsmtpd[7]: 1 s.\n"), 0,
	    true, SIZE_MAX);
	o.year = 2026;
	later = scan_piece(&o, &t, STR("Oct 22 14:35:11 mail qpsmtpd[7]: 2 s.\n"
	    "Nov 22 14:35:11 mail qpsmtpd[7]: 3"), 0, false, SIZE_MAX);
	qpsmtpd_scan_join(s, &later, false);
	later = scan_piece(&o, &t, STR(" s.\n"), 0, false, SIZE_MAX);
	qpsmtpd_scan_join(s, &later, true);
	test_scan_end(s, &t);
	assert_int_equal(t.n, 3);
	assert_int_equal(t.counts.last_ns, INT64_C(1795358111000000000));
	assert_int_equal(t.counts.out_of_order, 0);
	told_clear(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_at_any_line_end_a_log_tells_the_same),
		cmocka_unit_test(cut_at_any_two_line_ends_a_log_tells_the_same),
		cmocka_unit_test(cut_into_its_lines_a_log_tells_the_same),
		cmocka_unit_test(cut_at_any_byte_a_log_tells_the_same_if_that_is_known),
		cmocka_unit_test(cut_at_any_bytes_a_log_tells_the_same_if_that_is_known),
		cmocka_unit_test(cut_inside_a_line_it_is_two_if_nothing_else_is_known),
		cmocka_unit_test(blocks_may_be_of_any_number_of_lines),
		cmocka_unit_test(random_logs_cut_at_random_tell_the_same),
		cmocka_unit_test(lines_of_any_length_may_be_cut),
		cmocka_unit_test(a_long_log_tells_the_same_wherever_it_is_cut),
		cmocka_unit_test(a_line_may_be_spread_over_many_pieces),
		cmocka_unit_test(a_line_end_may_be_cut_in_two),
		cmocka_unit_test(a_line_that_begins_with_a_stamp_is_no_rest),
		cmocka_unit_test(a_line_that_is_nothing_but_a_stamp_is_no_rest_either),
		cmocka_unit_test(nothing_at_all_is_nothing),
		cmocka_unit_test(the_kinds_asked_for_are_told_as_if_all_had_been),
		cmocka_unit_test(after_a_join_years_go_on_from_the_later_piece),
	};

	return cmocka_run_group_tests(tests, make_long_log, clear_long_log);
}
