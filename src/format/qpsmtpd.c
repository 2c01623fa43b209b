/*
 * qpsmtpd.c - the format of qpsmtpd's logs: how it is recognised and described.
 *
 * The three layers of a line (spec/qpsmtpd-log.md 1) are taken off in turn:
 * stamp.c knows the time stamp, qpsmtpd_line.c the text behind the process
 * id, qpsmtpd_track.c the connection that a line belongs to; qpsmtpd_scan.c is
 * the loop over lines that calls them, and qpsmtpd_mask.c takes credentials
 * out of the lines that are shown.
 *
 * Deviations from what daemons write: none known.  The prefix character of a
 * logterse record is taken to be the backquote, its default.
 */
#include "base/buf.h"
#include "format/explain.h"
#include "format/format.h"
#include "format/qpsmtpd_dialogue.h"
#include "format/qpsmtpd_line.h"
#include "format/qpsmtpd_mask.h"
#include "format/qpsmtpd_owner.h"
#include "format/qpsmtpd_scan.h"
#include "format/qpsmtpd_track.h"
#include "format/stamp.h"

/*
 * A log is qpsmtpd's if its lines have a process id and texts that no other
 * daemon writes.
 */
static struct format_claim
qpsmtpd_claim(struct str block)
{
	struct format_claim claim = { 0 };
	struct stamp_clock clock;
	struct str line, body;

	stamp_clock_init(&clock, NULL, 0);
	while (str_cut(&block, '\n', &line)) {
		struct stamp st;
		bool stamped = stamp_parse(line, &clock, &st);
		struct str text = str_skip(line, stamped ? st.n : 0);
		bool bare = st.pid.p && st.kind != STAMP_PREFORK;
		size_t pid = st.pid.p ? 0
				      : qp_pid_span(text.p, text.p + text.n);
		enum qp_kind kind;

		if (text.n == 0 || (st.pid.p == NULL && pid == 0))
			continue;
		if (st.program.p && !qp_is_program(st.program))
			continue;
		text = str_skip(text, pid);
		kind = qp_classify(text.p, text.p + text.n, bare, &body);
		if (kind == QP_RECORD || kind == QP_ACCEPTED ||
		    (kind == QP_CHECK && !bare && text.p[0] == '(') ||
		    kind == QP_TIME || kind == QP_TOO_MANY ||
		    kind == QP_COMMAND || kind == QP_COUNTRY)
			claim.claimed++;
		else if (kind != QP_UNKNOWN)
			claim.possible++;
	}
	return claim;
}

/* A sink that prints what an event holds. */
static void
show_event(void *ctx, const struct event *ev)
{
	struct buf *b = ctx;

	/* Only that one line was looked at. */
	if (ev->unfinished)
		return;
	explain_text(b, "event", str_from(event_kind_name(ev->kind)));
	if (ev->verdict != VERDICT_NONE)
		explain_text(b, "verdict", str_from(verdict_name(ev->verdict)));
	explain_text(b, "pid", ev->pid);
	explain_text(b, "client", ev->client);
	explain_text(b, "host", ev->host);
	explain_text(b, "helo", ev->helo);
	explain_text(b, "country", ev->country);
	explain_text(b, "sender", ev->sender);
	explain_text(b, "recipients", ev->recipients);
	explain_text(b, "disposition", ev->disposition);
	explain_text(b, "code", ev->code);
	explain_text(b, "text", ev->text);
	explain_text(b, "trailer", ev->trailer);
	explain_text(b, "check", ev->check);
	explain_text(b, "result", ev->result);
	explain_number(b, "bytes", ev->bytes);
	explain_milli(b, "score", ev->score_milli);
	explain_milli(b, "required", ev->required_milli);
	explain_number(b, "running", ev->running);
	explain_number(b, "limit", ev->limit);
	if (ev->duration_ns != EVENT_NO_NUMBER)
		buf_printf(b, "seconds: %.3f\n", (double)ev->duration_ns / 1e9);
}

/* The rule that took the line, as a person would say it. */
static void
show_rule(struct buf *b, struct str line, const struct zone *z)
{
	static const char *const stamps[] = {
		[STAMP_NONE] = "none", [STAMP_TAI64N] = "TAI64N (multilog)",
		[STAMP_TAI64NLOCAL] = "tai64nlocal",
		[STAMP_SYSLOG] = "syslog, no year",
		[STAMP_RFC3339] = "syslog, RFC 3339",
		[STAMP_FILE_PLUGIN] = "logging/file",
		[STAMP_PREFORK] = "qpsmtpd-prefork", [STAMP_DECIMAL] = "decimal",
	};
	struct stamp_clock clock;
	struct stamp st;
	struct qp_line l;
	struct str text;
	size_t pid = 0;

	stamp_clock_init(&clock, z, 0);
	stamp_parse(line, &clock, &st);
	explain_text(b, "stamp", str_from(stamps[st.kind]));
	if (st.kind != STAMP_NONE && !st.guessed) {
		buf_printf(b, "time: ");
		when_format(b, st.time_ns, WHEN_RFC3339, NULL);
		buf_add_char(b, '\n');
	}
	if (st.program.p && !qp_is_program(st.program)) {
		explain_text(b, "line", STR("of another program"));
		return;
	}
	text = str_skip(line, st.n);
	if (st.pid.p == NULL)
		pid = qp_pid_span(text.p, text.p + text.n);
	text = str_skip(text, pid);
	if (st.pid.p == NULL && pid == 0) {
		enum qp_kind kind = qp_classify_unstamped(text);

		if (st.kind != STAMP_NONE && kind != QP_EMPTY &&
		    kind != QP_PROGRESS)
			kind = QP_CONTINUATION;
		explain_text(b, "line", str_from(qp_kind_name(kind)));
		if (kind == QP_UNKNOWN)
			explain_text(b, "why", STR("it begins with neither a known "
			    "time stamp nor a process id"));
		else if (kind == QP_CONTINUATION)
			explain_text(b, "why", STR("no process id: the rest of the "
			    "record above, if that ended in CR; else not "
			    "understood"));
		return;
	}
	qp_split(text, st.pid.p != NULL && st.kind != STAMP_PREFORK, &l);
	explain_text(b, "line", str_from(qp_kind_name(l.kind)));
	explain_text(b, "hook", l.hook);
	explain_text(b, "plugin", l.plugin);
	if (l.kind == QP_UNKNOWN)
		explain_text(b, "why", STR("the text behind the process id is neither "
		    "a plugin's, a command, a reply nor a known one of "
		    "qpsmtpd's core"));
}

static bool
qpsmtpd_explain(struct str line, const struct zone *z, struct buf *b)
{
	struct scan_options o = { .wants = EVENT_ALL, .start_ns = INT64_MIN,
		.end_ns = INT64_MAX, .first = true, .join = true,
		.all_checks = true, .stream = STR("-"), .zone = z };
	struct buf copy = { 0 };
	struct scan *s;
	const struct scan_counts *c;
	bool understood;
	size_t n;

	if (!qp_mask(line, &copy))
		buf_add_str(&copy, line);
	n = copy.n;
	buf_add_repeated(&copy, '\n', FORMAT_SLACK + 1);
	show_rule(b, str_make(copy.p, n), z);
	s = qpsmtpd_scan_new(&o, show_event, b);
	qpsmtpd_scan_block(s, str_make(copy.p, n + 1), 0);
	qpsmtpd_scan_finish(s);
	c = qpsmtpd_scan_counts(s);
	understood = c->not_understood == 0;
	qpsmtpd_scan_free(&s);
	buf_clear(&copy);
	return understood;
}

/* Lines of real daemons and of published pages; see spec/qpsmtpd-log.md. */
static const struct format_sample samples[] = {
	{ "@400000006955b90c09a5d648 3907 (deny) logging::logterse: ` "
	  "115.211.31.109\tUnknown\t\t\t\tdnsbl\t903\tBlocked - see "
	  "http://www.spamcop.net/bl.shtml?115.211.31.109\t"
	  "msg denied before queued",
	  "a denied transaction, nine fields, style of 0.90 and later" },
	{ "@400000005cfde87a1dcbe054 1697 (queue) logging::logterse: ` "
	  "192.0.2.109\thost.example.com\tmail1.example.net\t"
	  "<bulk@example.de>\t<ivan@example.org>\tqueued\t\t"
	  "<B509@example.fr>\tNo, score=0.1 required=5.0 tests=BAYES_50 "
	  "autolearn=no version=3.4.6_",
	  "a queued message with SpamAssassin's result" },
	{ "@400000006b0363fd0cd43d5c 4711 (queue) logging::logterse: ` "
	  "192.0.2.109\thost.example.com\tmail1.example.net\t"
	  "<bulk@example.de>\t<ivan@example.org>\tqueued\t\t"
	  "<B510@example.fr>\t\tsize=2343\tconn=4711.1795385323.215236",
	  "the same without it; with size and connection, by our plugin" },
	{ "@4000000057ea22f621426974 3918 logging::logterse plugin (deny): ` "
	  "192.0.2.9\tUnknown\t\t\t\tcheck_earlytalker\t903\tConnecting host "
	  "started transmitting before SMTP greeting",
	  "eight fields, style of 0.83, 0.84 and SME Server 9" },
	{ "15751 logging::logterse plugin: ` 82.210.181.241\t"
	  "host.example.pl\thost.example.pl\t<a@example.com>\t\tdnsbl\t903\t"
	  "http://www.spamhaus.org/query/bl?ip=82.210.181.241\t"
	  "msg denied before queued",
	  "the oldest style, without a time stamp" },
	{ "@400000006955b90b02b91f21 3907 Accepted connection 0/40 from "
	  "115.211.31.109 / Unknown", "a connection" },
	{ "@400000006955b90c09a7d20c 3907 (post-connection) connection_time: "
	  "1.116 s.", "how long it took" },
	{ "@4000000048641d5c0951f6a4 15110 connection_time plugin: Connection "
	  "time from 209.74.246.66: 1.566 sec.", "the same, oldest style" },
	{ "@400000006955b9511f516a99 789 (pre-connection) hosts_allow: fail: "
	  "too many connections from 192.0.2.185 (7 > 5)",
	  "the limit of one client" },
	{ "@4000000069c83b0416018d74 789 Too many connections: 40 >= 40.  "
	  "Waiting one second.", "the limit of all" },
	{ "@4000000069c83b04204e4574 18770 (connect) check_badcountries: "
	  "GeoIP Country: PL", "the country of the client" },
	{ "Nov 22 14:35:11 mail qpsmtpd[14753]: ` 192.0.2.3#011Unknown#011"
	  "#011#011#011dnsbl#011903#011listed",
	  "through logging/syslog: no year, tabs escaped" },
	{ "Sun Nov 22 14:35:11 2026 mail[14753]: `192.0.2.3\tUnknown\t\t\t\t"
	  "dnsbl\t903\tlisted", "through logging/file" },
	{ "2026-11-22T14:35:11.120045+01:00 mail qpsmtpd[14753]: Accepted "
	  "connection 0/20 from 192.0.2.3 / Unknown",
	  "through a syslog daemon with RFC 3339 stamps" },
	{ "2008-11-08 06:35:41.724563500 18773 (connect) relay: skip, no match",
	  "multilog's log after tai64nlocal" },
	{ "22/11/2026 14:35:11:14753: Accepted connection 0/15 from 192.0.2.3 "
	  "/ Unknown", "debug line of qpsmtpd-prefork" },
	{ NULL, NULL },
};

const struct format format_qpsmtpd = {
	.name = "qpsmtpd",
	.title = "qpsmtpd with the logterse plugin",
	.help = "Logs of qpsmtpd 0.2x to 1.0 with any of its loggers (multilog, "
		"syslog, logging/file), in all three prefix styles; 8 and 9 "
		"field logterse records, connections, limits, connection_time, "
		"GeoIP, DMARC and login checks.",
	.samples = samples,
	.owner_age_ns = TRACK_AGE_NS,
	.claim = qpsmtpd_claim,
	.scan_new = qpsmtpd_scan_new,
	.scan_block = qpsmtpd_scan_block,
	.scan_settle = qpsmtpd_scan_settle,
	.scan_join = qpsmtpd_scan_join,
	.scan_finish = qpsmtpd_scan_finish,
	.scan_free = qpsmtpd_scan_free,
	.scan_save = qpsmtpd_scan_save,
	.scan_restore = qpsmtpd_scan_restore,
	.scan_counts = qpsmtpd_scan_counts,
	.scan_gaps = qpsmtpd_scan_gaps,
	.scan_days = qpsmtpd_scan_days,
	.line_owner = qpsmtpd_line_owner,
	.dialogue = qpsmtpd_dialogue,
	.mask = qp_mask,
	.record_word = { "logging::logterse", 17 },
	.explain = qpsmtpd_explain,
};
