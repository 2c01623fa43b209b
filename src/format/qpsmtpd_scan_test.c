/*
 * qpsmtpd_scan_test.c - THE LAW: a log read in pieces tells what it tells read
 * in one go.  With MAILTALLY_TEST_LOG the path of a qpsmtpd log, that log too
 * is cut.
 */
#include "format/qpsmtpd_scan.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/test.h"
#include "base/when.h"
#include "format/stamp.h"

#define MAX_PIECES 8

/* ---- what a scan told ---- */

struct told {
	struct arena arena;
	struct str *events; /* as texts */
	size_t n, cap;
	struct scan_counts counts;
	struct scan_gap gaps[SCAN_GAPS];
	size_t n_gaps;
	struct scan_day *days;
	size_t n_days;
};

static void
add_field(struct buf *b, const char *name, struct str s)
{
	if (s.p == NULL)
		return;
	buf_printf(b, " %s=[", name);
	buf_add_str(b, s);
	buf_add_char(b, ']');
}

static void
add_number(struct buf *b, const char *name, int64_t n)
{
	if (n != EVENT_NO_NUMBER)
		buf_printf(b, " %s=%lld", name, (long long)n);
}

static void
write_event(struct buf *b, const struct event *ev)
{
	buf_printf(b, "%s", event_kind_name(ev->kind));
	add_number(b, "time", ev->time_ns);
	add_field(b, "verdict", str_from(verdict_name(ev->verdict)));
	add_field(b, "stream", ev->stream);
	add_field(b, "pid", ev->pid);
	add_field(b, "client", ev->client);
	add_field(b, "host", ev->host);
	add_field(b, "helo", ev->helo);
	add_field(b, "country", ev->country);
	add_field(b, "sender", ev->sender);
	add_field(b, "recipients", ev->recipients);
	add_field(b, "disposition", ev->disposition);
	add_field(b, "code", ev->code);
	add_field(b, "text", ev->text);
	add_field(b, "trailer", ev->trailer);
	add_field(b, "check", ev->check);
	add_field(b, "result", ev->result);
	add_field(b, "last", ev->last_disposition);
	add_number(b, "score", ev->score_milli);
	add_number(b, "required", ev->required_milli);
	add_number(b, "duration", ev->duration_ns);
	add_number(b, "running", ev->running);
	add_number(b, "limit", ev->limit);
	buf_printf(b, " scope=%d%s%s%s offset=%llu", (int)ev->scope,
	    ev->authenticated ? " authenticated" : "",
	    ev->repeated ? " repeated" : "", ev->unfinished ? " unfinished" : "",
	    (unsigned long long)ev->offset);
	add_field(b, "line", ev->line);
}

static void
keep_event(void *ctx, const struct event *ev)
{
	struct told *t = ctx;
	struct buf b = { 0 };

	write_event(&b, ev);
	ARRAY_PUSH(t->events, t->n, t->cap) =
	    arena_str(&t->arena, buf_str(&b));
	buf_clear(&b);
}

static int
by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void
told_clear(struct told *t)
{
	arena_clear(&t->arena);
	free(t->events);
	free(t->days);
	*t = (struct told){ 0 };
}

/* Takes what s tells at its end, checks promise 2, and frees s. */
static void
scan_end(struct scan *s, struct told *t)
{
	const struct scan_gap *gaps;
	const struct scan_day *days;
	uint64_t sum;

	qpsmtpd_scan_finish(s);
	t->counts = *qpsmtpd_scan_counts(s);
	sum = t->counts.used + t->counts.not_understood;
	for (int i = 0; i < IGNORE_REASONS; i++)
		sum += t->counts.ignored[i];
	assert_int_equal(sum, t->counts.lines);
	assert_true(t->counts.used <= t->counts.lines);
	gaps = qpsmtpd_scan_gaps(s, &t->n_gaps);
	memcpy(t->gaps, gaps, t->n_gaps * sizeof(*gaps));
	days = qpsmtpd_scan_days(s, &t->n_days);
	t->days = mem_alloc(t->n_days * sizeof(*days));
	if (t->n_days > 0)
		memcpy(t->days, days, t->n_days * sizeof(*days));
	qpsmtpd_scan_free(&s);
	assert_null(s);
	if (t->n > 1)
		qsort(t->events, t->n, sizeof(*t->events), by_text);
}

/* ---- scanning ---- */

static const struct scan_options everything = {
	.wants = EVENT_ALL, .start_ns = INT64_MIN, .end_ns = INT64_MAX,
	.all_checks = true, .join = true, .stream = { "log", 3 }, .year = 2026,
};

/*
 * A block in memory of just the size that is promised, and behind its newline
 * what would make other lines of the last ones.
 */
static void
scan_block(struct scan *s, struct str block, uint64_t offset)
{
	static const char behind[] = "\n: ` 9.9.9.9\ta\tb\tc\td\tqueued\t\t"
	    ") plugin: ` s. sec. from / 0123456789 0123456789";
	char *p = malloc(block.n + FORMAT_SLACK);

	_Static_assert(sizeof(behind) > FORMAT_SLACK, "enough to fill it");
	if (block.n > 0)
		memcpy(p, block.p, block.n);
	memcpy(p + block.n, behind, FORMAT_SLACK);
	qpsmtpd_scan_block(s, str_make(p, block.n), offset);
	memset(p, '?', block.n);
	free(p);
}

/* Scans a piece of a log that begins at an offset, in blocks of some lines. */
static struct scan *
scan_piece(const struct scan_options *o, struct told *t, struct str piece,
    uint64_t offset, bool first, size_t block_bytes)
{
	struct scan_options options = *o;
	struct scan *s;
	size_t at = 0;

	options.first = first;
	s = qpsmtpd_scan_new(&options, keep_event, t);
	while (at < piece.n) {
		size_t n = piece.n - at < block_bytes ? piece.n - at
						      : block_bytes;

		n += str_index(str_skip(piece, at + n - 1), '\n');
		if (n > piece.n - at)
			n = piece.n - at;
		scan_block(s, str_make(piece.p + at, n), offset + at);
		at += n;
	}
	return s;
}

static struct told
scan_whole(const struct scan_options *o, struct str log)
{
	struct told t = { 0 };

	scan_end(scan_piece(o, &t, log, 0, true, SIZE_MAX), &t);
	return t;
}

/* As scan_whole, but cut at n places (ascending) and joined. */
static struct told
scan_cut(const struct scan_options *o, struct str log, const size_t *cuts,
    size_t n, bool contiguous)
{
	struct scan *pieces[MAX_PIECES + 1];
	struct told t = { 0 };

	/* All begin to wait, the last one first: order may not matter. */
	for (size_t i = n + 1; i-- > 0;) {
		size_t from = i > 0 ? cuts[i - 1] : 0;
		size_t to = i < n ? cuts[i] : log.n;

		pieces[i] = scan_piece(o, &t, str_make(log.p + from, to - from),
		    from, false, 1 + from % 300);
	}
	qpsmtpd_scan_settle(pieces[0]);
	for (size_t i = 1; i <= n; i++) {
		/* Counts may be asked for before the join. */
		qpsmtpd_scan_counts(pieces[i]);
		qpsmtpd_scan_join(pieces[0], &pieces[i], contiguous);
		assert_null(pieces[i]);
	}
	scan_end(pieces[0], &t);
	return t;
}

/* ---- comparing ---- */

static void
assert_same_events(const struct told *a, const struct told *b, const char *how)
{
	for (size_t i = 0; i < a->n || i < b->n; i++) {
		struct str x = i < a->n ? a->events[i] : str_none();
		struct str y = i < b->n ? b->events[i] : str_none();

		if (!str_eq(x, y))
			fail_msg("%s:\n  whole: %.*s\n  cut:   %.*s", how,
			    STR_ARG(x), STR_ARG(y));
	}
}

static void
assert_number(uint64_t a, uint64_t b, const char *what, const char *how)
{
	if (a != b)
		fail_msg("%s: %s: whole %llu, cut %llu", how, what,
		    (unsigned long long)a, (unsigned long long)b);
}

static void
assert_same_lines(const struct told *a, const struct told *b, const char *how)
{
	const struct scan_counts *x = &a->counts, *y = &b->counts;

	assert_number(x->lines, y->lines, "lines", how);
	assert_number(x->used, y->used, "used", how);
	assert_number(x->not_understood, y->not_understood, "not understood",
	    how);
	for (int i = 0; i < IGNORE_REASONS; i++)
		assert_number(x->ignored[i], y->ignored[i],
		    ignore_reason_name((enum ignore_reason)i), how);
	assert_number(x->out_of_order, y->out_of_order, "out of order", how);
	assert_number(x->jumps, y->jumps, "jumps", how);
	assert_number(x->guessed_years, y->guessed_years, "years", how);
	assert_int_equal(x->first_ns, y->first_ns);
	assert_int_equal(x->last_ns, y->last_ns);
	assert_number(x->n_samples, y->n_samples, "samples", how);
	for (unsigned i = 0; i < x->n_samples; i++) {
		assert_number(x->samples[i].offset, y->samples[i].offset,
		    "offset of sample", how);
		assert_number(x->samples[i].n, y->samples[i].n, "sample", how);
		assert_memory_equal(x->samples[i].text, y->samples[i].text,
		    x->samples[i].n);
	}
	assert_number(a->n_gaps, b->n_gaps, "gaps", how);
	assert_memory_equal(a->gaps, b->gaps, a->n_gaps * sizeof(*a->gaps));
}

static void
assert_same(const struct told *a, const struct told *b, const char *how)
{
	assert_same_lines(a, b, how);
	assert_number(a->counts.bytes, b->counts.bytes, "bytes", how);
	assert_number(a->n_days, b->n_days, "days", how);
	for (size_t i = 0; i < a->n_days; i++) {
		assert_int_equal(a->days[i].day, b->days[i].day);
		assert_number(a->days[i].bytes, b->days[i].bytes,
		    "bytes of day", how);
	}
	assert_same_events(a, b, how);
}

static void
assert_cut(const struct scan_options *o, const struct told *whole,
    struct str log, const size_t *cuts, size_t n, bool contiguous)
{
	struct told cut = scan_cut(o, log, cuts, n, contiguous);
	char how[80];

	snprintf(how, sizeof(how), "%zu bytes cut at %zu, %zu%s", log.n,
	    cuts[0], n > 1 ? cuts[1] : cuts[0], contiguous ? ", contiguous" : "");
	assert_same(whole, &cut, how);
	told_clear(&cut);
}

/* ---- logs ---- */

/* Begins at 23:59:48 UTC, so that a day ends in it. */
#define T(s, ns) "@4000000069c86b" s ns " "

static const char multilog_log[] =
    T("46", "0000000a") "789 Listening on 192.0.2.1:25\n"
    T("46", "0000000b") "3907 Accepted connection 0/40 from 192.0.2.7 / h.example\n"
    T("46", "0000000c") "3907 Connection from h.example [192.0.2.7]\n"
    T("46", "0000000d") "3907 (connect) check_badcountries: GeoIP Country: DE\n"
    T("46", "0000000d") "3907 (connect) ident::geoip: DE, Germany\n"
    T("46", "0000000d") "3908 Accepted connection 1/40 from 192.0.2.8 / Unknown\n"
    T("46", "0000000e") "3907 220 mail ESMTP\r\n"
    T("46", "0000000f") "3907 dispatching EHLO x) logging::logterse: ` 9.9.9.9\n"
    T("46", "00000010") "3907 250-mail Hi\n"
    T("46", "0000001f") "3907 250 AUTH PLAIN\n"
    T("46", "0000000f") "3907 dispatching AUTH PLAIN AGFubgBzZWNyZXQ=\n"
    T("46", "00000020") "3907 (auth-plain) auth::auth_flat_file: pass: clear match\n"
    T("47", "00000020") "3907 dispatching MAIL FROM:<a@b.example>\n"
    T("47", "00000021") "3907 (queue) logging::logterse: ` 192.0.2.7\th.example\tx\t"
    "<a@b.example>\t<c@d.example>,<e@d.example>\tqueued\t\t<id`@b.example>\t"
    "No, score=0.1 required=5.0 tests=BAYES_50 autolearn=no_\n"
    T("48", "00000001") "3907 (post-connection) connection_time: 1.116 s.\n"
    T("48", "00000002") "789 cleaning up after 3907\n"
    T("48", "00000002") "789 cleaning up after 3907\n"
    T("49", "00000001") "3908 (deny) logging::logterse: ` 192.0.2.8\tUnknown\t\t\t\t"
    "naughty\t903\t(dnsbl) http://l.example/?ip=192.0.2.8\r\n"
    T("49", "00000001") "(helo) I do not believe you are NAME.\t"
    "msg denied before queued\n"
    T("49", "00000002") "3908 550 no\n"
    T("49", "00000003") "Use of uninitialized value $x at /usr/share/x line 99.\n"
    T("49", "00000003") "what is that\n"
    T("49", "00000003") "\n"
    T("4a", "00000000") "3908 (deny) logging::logterse: ` 192.0.2.8\tUnknown\te\t\t\t"
    "naughty\t901\t(dnsbl) one\r\n"
    T("4a", "00000000") "(helo) two\r\n"
    T("4a", "00000000") "\r\n"
    T("4a", "00000001") "(karma) three\n"
    T("4a", "00000001") "(nobody) four\n"
    T("4b", "00000000") "789 (pre-connection) hosts_allow: fail: too many "
    "connections from 192.0.2.9 (7 > 5)\n"
    T("4b", "00000000") "789 (deny) logging::logterse: ` \t\t\t\t\thosts_allow\t904\t"
    "too many connections from 192.0.2.9, try again later\n"
    T("4b", "00000001") "789 (pre-connection) hosts_allow: fail, denied\n"
    T("4b", "00000001") "789 Too many connections: 40 >= 40.  Waiting one second.\n"
    T("4b", "00000001") "789 Too many connections: many\n"
    "### CUMULATIVE TOTALS ###\n"
    "queued                         @4000000069c83b370c0bcf14            4\n"
    "# Total transactions :        25\n"
    "\n"
    T("50", "00000000") "3908 (deny) logging::logterse: ` 192.0.2.8\tUnknown\te\t\t\t"
    "dnsbl\t901\tends in CR\r\n"
    T("50", "00000000") "3908 (deny) logging::logterse: ` 192.0.2.8\tUnknown\te\t\t\t"
    "dnsbl\t901\tTab\there\tmsg denied before queued\r\n"
    T("50", "00000001") "3908 (deny) logging::logterse: ` no record\r\n"
    T("50", "00000001") "(helo) of nothing\n"
    T("50", "00000001") "3908 (deny) logging::logterse: ` 192.0.2.8\tno record\n"
    T("50", "00000001") "3909 Accepted connection 2/40 from 192.0.2.9 / Unknown\n"
    T("4f", "00000001") "3909 dispatching RCPT TO:<a@b.example>\n"
    T("50", "00000001") "3908 Accepted connection 2/40 from 192.0.2.10 / Unknown\n"
    T("50", "00000002") "3908 connection_time plugin: Connection time from "
    "192.0.2.10: 1.566 sec.\n"
    T("50", "00000002") "3910 (post-connection) connection_time: 2.5 s.\n"
    T("50", "00000003") "3911 logging::logterse plugin: ` 192.0.2.11\th\te\t\t\t"
    "check_earlytalker\t903\told\n"
    T("50", "00000003") "3911 check_goodrcptto extn plugin (rcpt): fail\n"
    T("50", "zzzzzzzz") "3911 no stamp\n"
    "rest of a line that nobody knows\r\n"
    T("50", "00000004") "(helo) of nothing\n"
    T("50", "00000004") "123456789 (connect) dmarc: pass\n"
    T("50", "00000005") "1234567890.12.3 (deny) logging::logterse: ` 192.0.2.12\t"
    "h\te\t\t\tdnsbl\t902\tlater\n"
    T("50", "00000005") "3909 (data_post) spamassassin: pass, Ham, 0.4 < 12\n"
    T("50", "00000005") "3909 (data_post_headers) dmarc: pass\n"
    T("50", "00000005") "something unknown\n"
    T("50", "00000005") "something unknown two\n"
    T("50", "00000005") "3909 unterminated";

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
		buf_add_str(&long_log, STR(T("50", "00000001")
		    "3909 dispatching "));
		buf_add_repeated(&long_log, 'x', n);
		buf_add_str(&long_log, STR("\n" T("50", "00000001")
		    "3909 (deny) logging::logterse: ` 192.0.2.8\tUnknown\t\t\t"
		    "\tdnsbl\t901\t"));
		buf_add_repeated(&long_log, 'y', n);
		buf_add_char(&long_log, '\n');
		buf_add_repeated(&long_log, '?', n);
		buf_add_char(&long_log, '\n');
		if (n % 8 > 0)
			continue;
		buf_add_str(&long_log, STR(T("50", "00000002")
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
	{ .wants = EVENT_ALL, .start_ns = INT64_C(1774742333000000001),
	  .end_ns = INT64_C(1774742342000000003), .all_checks = true,
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
		struct told whole = scan_whole(&everything, log);
		size_t cuts[2];

		for (cuts[0] = 0; cuts[0] < log.n; cuts[0]++)
			for (cuts[1] = cuts[0]; is_line_begin(log, cuts[0]) &&
			    cuts[1] < log.n; cuts[1]++)
				if (is_line_begin(log, cuts[1]))
					assert_cut(&everything, &whole, log,
					    cuts, 2, cuts[1] % 2);
		told_clear(&whole);
	}
}

TEST(cut_into_its_lines_a_log_tells_the_same)
{
	for (size_t i = 0; i < N_LOGS; i++) {
		struct str log = str_from(logs[i]);
		struct told whole = scan_whole(&everything, log), cut = { 0 };
		struct scan *all = NULL;
		size_t from = 0;

		while (from < log.n) {
			struct str line = str_skip(log, from);
			struct scan *s;

			line = str_head(line, str_index(line, '\n') + 1);
			s = scan_piece(&everything, &cut, line, from, false, 1);
			if (all == NULL)
				qpsmtpd_scan_settle(all = s);
			else
				qpsmtpd_scan_join(all, &s, from % 2);
			from += line.n;
		}
		scan_end(all, &cut);
		assert_same(&whole, &cut, "cut into lines");
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
		struct told whole = scan_whole(&everything, log);

		for (int round = 0; round < 1500; round++) {
			size_t cuts[MAX_PIECES];
			size_t n = 2 + random_below(&seed, MAX_PIECES - 2);
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
			assert_cut(&everything, &whole, log, cuts, n, true);
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
			two = scan_whole(&everything, buf_str(&b));
			s = scan_piece(&everything, &joined, str_head(log, cut),
			    0, false, 100);
			later = scan_piece(&everything, &joined,
			    str_skip(log, cut), cut + 1, false, 100);
			qpsmtpd_scan_settle(s);
			qpsmtpd_scan_join(s, &later, false);
			scan_end(s, &joined);
			assert_same_lines(&two, &joined, "not contiguous");
			assert_same_events(&two, &joined, "not contiguous");
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
		struct told whole = scan_whole(&everything, log);

		for (size_t bytes = 1; bytes < 3000; bytes += bytes / 4 + 1) {
			struct told t = { 0 };

			scan_end(scan_piece(&everything, &t, log, 0, true,
			    bytes), &t);
			assert_same(&whole, &t, "blocks");
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
	struct told whole = scan_whole(&everything, log);
	uint64_t seed = 1;

	for (int round = 0; round < 300; round++) {
		size_t cut = random_below(&seed, log.n + 1);

		assert_cut(&everything, &whole, log, &cut, 1, true);
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
	whole = scan_whole(&everything, buf_str(&b));
	for (int round = 0; round < 100; round++) {
		size_t cuts[MAX_PIECES], n = 1 + random_below(&seed, MAX_PIECES);
		size_t at = 0;

		for (size_t i = 0; i < n; i++) {
			at += random_below(&seed, (b.n - at) / (n - i) + 1);
			while (is_no_rest(buf_str(&b), at))
				at--;
			cuts[i] = at;
		}
		assert_cut(&everything, &whole, buf_str(&b), cuts, n, true);
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

		s = scan_piece(&everything, &t, part, offset, false, SIZE_MAX);
		offset += part.n;
		if (all == NULL)
			qpsmtpd_scan_settle(all = s);
		else
			qpsmtpd_scan_join(all, &s, true);
	}
	scan_end(all, &t);
	return t;
}

TEST(a_line_may_be_spread_over_many_pieces)
{
	static const char *const parts[] = { T("46", "0000000a") "39",
		"", "07 Accepted conn", "ection 0/40 from 192.0", ".2.7 / h.ex",
		"ample\n" T("46", "0000000b") "3907 (post-connection) connection",
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
	static const char *const parts[] = { T("46", "0000000a")
		"3907 (deny) logging::logterse: ` 192.0.2.8\th\te\t\t\tnaughty\t"
		"901\t(dnsbl) one\r", "\n" T("46", "0000000a") "(helo) two\n",
		NULL };
	struct told t = scan_parts(parts);

	assert_int_equal(t.n, 1);
	assert_non_null(strstr(t.events[0].p, "text=[(dnsbl) one (helo) two]"));
	assert_int_equal(t.counts.used, 2);
	told_clear(&t);
}

TEST(a_line_that_begins_with_a_stamp_is_no_rest)
{
	static const char *const parts[] = { T("46", "0000000a") "3907 220 a",
		T("46", "0000000b") "3907 220 b\n", T("46", "0000000c")
		"3907 220 c", NULL };
	struct told t = scan_parts(parts);

	assert_int_equal(t.counts.lines, 3);
	assert_int_equal(t.counts.ignored[IGNORED_DIALOGUE], 3);
	assert_int_equal(t.counts.joined_lines, 0);
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

/* ---- single behaviours ---- */

static struct told
scan_text(const char *text)
{
	return scan_whole(&everything, str_from(text));
}

static void
assert_only_event(const char *text, const char *holds)
{
	struct told t = scan_text(text);

	if (t.n != 1 || strstr(t.events[0].p, holds) == NULL)
		fail_msg("%zu events: %.*s\nnot %s", t.n,
		    t.n ? (int)t.events[0].n : 0, t.n ? t.events[0].p : "",
		    holds);
	assert_int_equal(t.counts.not_understood, 0);
	told_clear(&t);
}

TEST(the_lines_of_a_record_are_one_text)
{
	assert_only_event(T("46", "0000000a") "3907 (deny) logging::logterse: "
	    "` 192.0.2.8\th\te\t\t\tnaughty\t903\t(dnsbl) one\r\n"
	    T("46", "0000000b") "(helo) two\tmsg denied before queued\n",
	    "text=[(dnsbl) one (helo) two] trailer=[msg denied before queued]");
	/* ... and one line, as the log has it. */
	assert_only_event(T("46", "0000000a") "3907 (deny) logging::logterse: "
	    "` 192.0.2.8\th\te\t\t\tnaughty\t903\t(dnsbl) one\r\n"
	    T("46", "0000000b") "(helo) two\n", "line=[" T("46", "0000000a")
	    "3907 (deny) logging::logterse: ` 192.0.2.8\th\te\t\t\tnaughty\t903"
	    "\t(dnsbl) one\r\n" T("46", "0000000b") "(helo) two]");
}

TEST(a_record_has_no_more_than_some_lines)
{
	struct buf b = { 0 };
	struct told t;

	buf_add_str(&b, STR(T("46", "0000000a") "3907 (deny) logging::logterse: "
	    "` 192.0.2.8\th\te\t\t\tnaughty\t903\tx\r\n"));
	for (int i = 0; i < 100; i++)
		buf_add_str(&b, STR(T("46", "0000000a") "more\r\n"));
	t = scan_whole(&everything, buf_str(&b));
	assert_int_equal(t.n, 1);
	assert_int_equal(t.counts.lines, 101);
	assert_int_equal(t.counts.used, 17);
	assert_int_equal(t.counts.not_understood, 84);
	for (size_t cut = 0; cut <= b.n; cut++)
		if (is_line_begin(buf_str(&b), cut))
			assert_cut(&everything, &t, buf_str(&b), &cut, 1, false);
	told_clear(&t);
	buf_clear(&b);
}

TEST(verdicts_follow_the_disposition_and_the_code)
{
	static const struct {
		const char *fields;
		const char *verdict;
	} verdicts[] = {
		{ "queued\t\t<id@b.example>", "verdict=[accepted]" },
		{ "dnsbl\t901\tx", "verdict=[rejected]" },
		{ "dnsbl\t902\tx", "verdict=[deferred]" },
		{ "dnsbl\t903\tx", "verdict=[rejected]" },
		{ "dnsbl\t904\tx", "verdict=[deferred]" },
		{ "dnsbl\t\tx", "verdict=[rejected]" },
		{ "dnsbl", "verdict=[rejected]" },
	};

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		char line[200];

		snprintf(line, sizeof(line), "1 (deny) logging::logterse: ` "
		    "192.0.2.8\th\te\t\t\t%s\n", verdicts[i].fields);
		assert_only_event(line, verdicts[i].verdict);
	}
}

TEST(empty_fields_are_absent)
{
	struct told t = scan_text("1 (deny) logging::logterse: ` "
	    "\t\t\t\t\thosts_allow\t903\tx\n");

	assert_int_equal(t.n, 1);
	assert_null(strstr(t.events[0].p, "client="));
	assert_null(strstr(t.events[0].p, "sender="));
	assert_null(strstr(t.events[0].p, "recipients="));
	told_clear(&t);
}

TEST(the_parents_record_is_of_no_connection)
{
	struct told t = scan_text(
	    "7 Accepted connection 0/40 from 192.0.2.7 / h.example\n"
	    "7 (deny) logging::logterse: ` \t\t\t\t\thosts_allow\t903\tx\n"
	    "7 (post-connection) connection_time: 1 s.\n");

	assert_int_equal(t.n, 3);
	assert_null(strstr(t.events[2].p, "client="));
	assert_null(strstr(t.events[1].p, "last="));
	told_clear(&t);
}

TEST(what_came_through_syslog_is_of_the_hosts_stream)
{
	assert_only_event("Nov 22 14:35:11 mail qpsmtpd[14753]: ` 192.0.2.3#011U"
	    "#011#011#011#011dnsbl#011903#011listed\n",
	    "time=1795358111000000000 verdict=[rejected] stream=[mail] "
	    "pid=[14753] client=[192.0.2.3]");
}

TEST(process_ids_of_different_hosts_are_different)
{
	struct told t = scan_text("Nov 22 14:35:11 a qpsmtpd[7]: Accepted "
	    "connection 0/20 from 192.0.2.3 / Unknown\n"
	    "Nov 22 14:35:12 b qpsmtpd[7]: GeoIP Country: DE\n");

	assert_int_equal(t.n, 3);
	assert_null(strstr(t.events[1].p, "client="));
	told_clear(&t);
}

TEST(of_what_is_not_understood_the_first_lines_are_kept)
{
	struct told t = scan_text("one by one\n" T("46", "0000000a") "7 two\n"
	    T("46", "0000000a") "three by three\n7 four\n7 Accepted five\n"
	    "six by six\n");

	assert_int_equal(t.counts.not_understood, 6);
	assert_int_equal(t.counts.n_samples, SCAN_SAMPLES);
	assert_int_equal(t.counts.samples[0].offset, 0);
	assert_memory_equal(t.counts.samples[0].text, "one by one", 10);
	assert_int_equal(t.counts.samples[1].offset, 11);
	assert_memory_equal(t.counts.samples[4].text, "7 Accepted five", 15);
	told_clear(&t);
}

TEST(a_sample_shows_no_secret)
{
	struct told t = scan_text("7x dispatching AUTH PLAIN AGFubgBzZWNyZXQ=\n"
	    "dispatching AUTH AGFubgBzZWNyZXQ=\nIN AGFubgBzZWNyZXQ=\n"
	    "gBzZWNyZXQ=\n");

	assert_int_equal(t.counts.n_samples, 4);
	for (unsigned i = 0; i < t.counts.n_samples; i++) {
		struct str s = str_make(t.counts.samples[i].text,
		    t.counts.samples[i].n);

		assert_int_equal(str_find(s, STR("ZWNy")), s.n);
	}
	told_clear(&t);
}

TEST(a_long_line_gives_a_short_sample)
{
	struct told t = scan_whole(&everything, buf_str(&long_log));

	/* One of each length was not understood. */
	assert_int_equal(t.counts.samples[0].n, 1);
	told_clear(&t);
	t = scan_whole(&everything, str_skip(buf_str(&long_log),
	    long_log.n - 1000));
	assert_int_equal(t.counts.samples[0].n, SCAN_SAMPLE_BYTES);
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
		struct told all = scan_text(logs[i]);

		for (event_mask wants = 0; wants < EVENT_BIT(EVENT_QUEUED);
		    wants++) {
			struct scan_options o = everything;
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

TEST(lines_that_nobody_asks_for_are_not_needed)
{
	struct scan_options o = everything;
	struct told t;

	o.wants = EVENT_BIT(EVENT_TOO_MANY);
	t = scan_whole(&o, STR("7 (deny) logging::logterse: ` 192.0.2.8\th\te\t\t"
	    "\tnaughty\t903\t(dnsbl) one\r\n"
	    T("46", "0000000b") "7 Accepted connection 0/40 from 192.0.2.7 / h\n"
	    T("46", "0000000b") "7 (deny) logging::logterse: ` 192.0.2.8\th\te\t"
	    "\t\tnaughty\t903\t(dnsbl) one\r\n" T("46", "0000000b") "(helo) two\n"
	    "789 cleaning up after 7\n"));
	assert_int_equal(t.n, 0);
	assert_int_equal(t.counts.used, 0);
	assert_int_equal(t.counts.not_understood, 0);
	assert_int_equal(t.counts.ignored[IGNORED_UNNEEDED], 4);
	assert_int_equal(t.counts.ignored[IGNORED_PROGRESS], 1);
	told_clear(&t);
}

TEST(an_end_tells_the_last_disposition_though_only_ends_are_asked_for)
{
	struct scan_options o = everything;
	struct told t;

	o.wants = EVENT_BIT(EVENT_CLOSED);
	o.join = false;
	t = scan_whole(&o, STR("7 Accepted connection 0/40 from 192.0.2.7 / h\n"
	    "7 (deny) logging::logterse: ` 192.0.2.8\th\te\t\t\tdnsbl\t903\tx\n"
	    "7 (post-connection) connection_time: 1 s.\n"));
	assert_int_equal(t.n, 1);
	assert_non_null(strstr(t.events[0].p, "last=[dnsbl]"));
	told_clear(&t);
}

/* An hour of a connection; its second is the only number. */
static const char hour_log[] =
    "@400000000000000a00000000 7 Accepted connection 0/40 from 192.0.2.7 / h\n"
    "@400000000000000b00000000 7 (connect) ident::geoip: DE\n"
    "@400000000000000c00000000 7 (deny) logging::logterse: ` 192.0.2.7\th\te\t\t\t"
    "naughty\t903\tone\r\n"
    "@400000000000000c00000001 two\n"
    "@400000000000000d00000000 7 (deny) logging::logterse: ` 192.0.2.7\th\te\t\t\t"
    "dnsbl\t903\tx\n"
    "@400000000000000e00000000 7 (post-connection) connection_time: 4 s.\n"
    "@400000000000000f00000000 8 Accepted connection 0/40 from 192.0.2.8 / h\n"
    "@400000000000001000000000 789 cleaning up after 8\n";

static struct told
scan_period(int64_t start_s, int64_t end_s)
{
	struct scan_options o = everything;

	o.start_ns = start_s * WHEN_SECOND;
	o.end_ns = end_s * WHEN_SECOND;
	return scan_whole(&o, str_from(hour_log));
}

TEST(a_period_begins_with_its_start_and_ends_before_its_end)
{
	struct told t = scan_period(2, 4);

	assert_int_equal(t.n, 2);
	assert_non_null(strstr(t.events[0].p, "time=2000000000"));
	assert_non_null(strstr(t.events[1].p, "time=3000000000"));
	assert_int_equal(t.counts.lines, 8);
	assert_int_equal(t.counts.used, 3);
	assert_int_equal(t.counts.ignored[IGNORED_PERIOD], 4);
	assert_int_equal(t.counts.ignored[IGNORED_PROGRESS], 1);
	told_clear(&t);
	t = scan_period(2, 3);
	assert_int_equal(t.n, 1);
	told_clear(&t);
	t = scan_period(3, 3);
	assert_int_equal(t.n, 0);
	told_clear(&t);
}

TEST(what_was_before_the_period_is_known_in_it)
{
	struct told t = scan_period(3, 5);

	assert_int_equal(t.n, 2);
	assert_non_null(strstr(t.events[0].p, "country=[DE]"));
	assert_non_null(strstr(t.events[0].p, "last=[dnsbl]"));
	assert_non_null(strstr(t.events[1].p, "country=[DE]"));
	told_clear(&t);
}

TEST(outside_the_period_every_line_that_makes_an_event_is_ignored)
{
	struct told t = scan_period(100, 200);

	assert_int_equal(t.n, 0);
	assert_int_equal(t.counts.used, 0);
	assert_int_equal(t.counts.ignored[IGNORED_PERIOD], 7);
	assert_int_equal(t.counts.ignored[IGNORED_PROGRESS], 1);
	told_clear(&t);
}

TEST(an_end_without_connection_time_may_lie_outside_the_period)
{
	struct told t = scan_period(5, 6);

	assert_int_equal(t.n, 1);
	assert_non_null(strstr(t.events[0].p, "accepted"));
	assert_int_equal(t.counts.used, 1);
	assert_int_equal(t.counts.ignored[IGNORED_PERIOD], 6);
	told_clear(&t);
}

TEST(lines_without_a_stamp_are_in_every_period)
{
	struct scan_options o = everything;
	struct told t;

	o.start_ns = 0;
	o.end_ns = 1;
	t = scan_whole(&o, STR("7 (post-connection) connection_time: 1 s.\n"));
	assert_int_equal(t.n, 1);
	told_clear(&t);
}

/* ---- local time ---- */

TEST(after_a_join_years_go_on_from_the_later_piece)
{
	struct scan_options o = everything;
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
	scan_end(s, &t);
	assert_int_equal(t.n, 3);
	assert_int_equal(t.counts.last_ns, INT64_C(1795358111000000000));
	assert_int_equal(t.counts.out_of_order, 0);
	told_clear(&t);
}

TEST(without_a_zone_local_stamps_are_utc)
{
	assert_only_event("2026-11-22 14:35:11.000000000 7 (post-connection) "
	    "connection_time: 1 s.\n", "time=1795358111000000000");
}

TEST(a_scan_that_was_never_made_is_freed_too)
{
	struct scan *s = NULL;

	qpsmtpd_scan_free(&s);
	assert_null(s);
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
		cmocka_unit_test(nothing_at_all_is_nothing),
		cmocka_unit_test(the_lines_of_a_record_are_one_text),
		cmocka_unit_test(a_record_has_no_more_than_some_lines),
		cmocka_unit_test(verdicts_follow_the_disposition_and_the_code),
		cmocka_unit_test(empty_fields_are_absent),
		cmocka_unit_test(the_parents_record_is_of_no_connection),
		cmocka_unit_test(what_came_through_syslog_is_of_the_hosts_stream),
		cmocka_unit_test(process_ids_of_different_hosts_are_different),
		cmocka_unit_test(of_what_is_not_understood_the_first_lines_are_kept),
		cmocka_unit_test(a_sample_shows_no_secret),
		cmocka_unit_test(a_long_line_gives_a_short_sample),
		cmocka_unit_test(the_kinds_asked_for_are_told_as_if_all_had_been),
		cmocka_unit_test(lines_that_nobody_asks_for_are_not_needed),
		cmocka_unit_test(an_end_tells_the_last_disposition_though_only_ends_are_asked_for),
		cmocka_unit_test(a_period_begins_with_its_start_and_ends_before_its_end),
		cmocka_unit_test(what_was_before_the_period_is_known_in_it),
		cmocka_unit_test(outside_the_period_every_line_that_makes_an_event_is_ignored),
		cmocka_unit_test(an_end_without_connection_time_may_lie_outside_the_period),
		cmocka_unit_test(lines_without_a_stamp_are_in_every_period),
		cmocka_unit_test(after_a_join_years_go_on_from_the_later_piece),
		cmocka_unit_test(without_a_zone_local_stamps_are_utc),
		cmocka_unit_test(a_scan_that_was_never_made_is_freed_too),
	};

	return cmocka_run_group_tests(tests, make_long_log, clear_long_log);
}
