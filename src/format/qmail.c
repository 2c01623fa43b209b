/*
 * qmail.c - the format of qmail-send's log: how it is recognised and
 * described.
 *
 * stamp.c takes off the carrier's time stamp (spec/qmail-log.md 1),
 * qmail_line.c reads the text, qmail_track.c joins lines to messages and
 * deliveries; qmail_scan.c is the loop over lines that calls them.
 *
 * Deviations from what daemons write: none known.
 */
#include "base/buf.h"
#include "format/explain.h"
#include "format/format.h"
#include "format/qmail_line.h"
#include "format/qmail_owner.h"
#include "format/qmail_scan.h"
#include "format/qmail_track.h"
#include "format/stamp.h"

/* What no other daemon writes. */
static bool
is_own(enum qm_kind kind)
{
	return kind == QM_NEW || kind == QM_INFO || kind == QM_START ||
	    kind == QM_RESULT || kind == QM_BOUNCE || kind == QM_TRIPLE ||
	    kind == QM_END || kind == QM_RUNNING || kind == QM_IDLE ||
	    kind == QM_EXITING;
}

/* What stands behind stamp and tag; absent if the line is another program's. */
static struct str
text_of(struct str line, struct stamp *st, const struct zone *z)
{
	struct stamp_clock clock;
	int64_t time_ns;
	bool continued;
	struct str text;

	stamp_clock_init(&clock, z, 0);
	stamp_parse(line, &clock, st);
	if (st->pid.p || (st->program.p && !qm_is_program(st->program)))
		return str_none();
	text = str_skip(line, st->n);
	if (st->program.p) {
		size_t n = qmail_stamp(text, &time_ns, &continued);

		if (n > 0) {
			st->time_ns = time_ns;
			st->guessed = false;
		}
		text = str_skip(text, n);
	}
	return text;
}

static struct format_claim
qmail_claim(struct str block)
{
	struct format_claim claim = { 0 };
	struct qm_line l;
	struct str line;

	while (str_cut(&block, '\n', &line)) {
		struct stamp st;
		struct str text = text_of(line, &st, NULL);
		enum qm_kind kind;

		if (text.n == 0)
			continue;
		kind = qm_read(text.p, text.p + text.n, &l);
		if (st.kind != STAMP_NONE && is_own(kind))
			claim.claimed++;
		else if (kind != QM_UNKNOWN)
			claim.possible++;
	}
	return claim;
}

/* Safe encoding, undone as far as it can be: for people only. */
static void
show_decoded(struct buf *b, const char *name, struct str value)
{
	size_t at;

	explain_text(b, name, value);
	for (at = b->n - value.n - 1; at < b->n - 1; at++)
		if (b->p[at] == '_')
			b->p[at] = ' ';
}

static void
show_fields(struct buf *b, const struct qm_line *l)
{
	switch (l->kind) {
	case QM_INFO:
		explain_text(b, "message", l->msg_text);
		buf_printf(b, "bytes: %lld\n", (long long)l->bytes);
		explain_text(b, "sender", l->sender);
		explain_text(b, "qp", l->qp);
		explain_text(b, "uid", l->uid);
		break;
	case QM_START:
		explain_text(b, "delivery", l->delivery_text);
		explain_text(b, "message", l->msg_text);
		explain_text(b, "channel", l->remote ? STR("remote") : STR("local"));
		explain_text(b, "recipient", l->recipient);
		break;
	case QM_RESULT:
		explain_text(b, "delivery", l->delivery_text);
		explain_text(b, "verdict", str_from(verdict_name(l->verdict)));
		show_decoded(b, "text", l->text);
		break;
	case QM_BOUNCE:
		explain_text(b, "message", l->msg_text);
		explain_text(b, "qp", l->qp);
		break;
	case QM_NEW:
	case QM_TRIPLE:
	case QM_END:
	case QM_EXTRA:
		explain_text(b, "message", l->msg_text);
		break;
	case QM_WARNING:
	case QM_ALERT:
		explain_text(b, "text", l->text);
		break;
	case QM_UNKNOWN: case QM_RUNNING: case QM_IDLE: case QM_EXITING:
	case QM_OLD: case QM_OLD_STOP: case QM_EMPTY: case QM_KINDS:
		break;
	}
}

static bool
qmail_explain(struct str line, const struct zone *z, struct buf *b)
{
	static const char *const stamps[] = {
		[STAMP_NONE] = "none", [STAMP_TAI64N] = "TAI64N (multilog)",
		[STAMP_TAI64NLOCAL] = "tai64nlocal",
		[STAMP_SYSLOG] = "syslog (splogger)",
		[STAMP_RFC3339] = "syslog, RFC 3339 (splogger)",
		[STAMP_FILE_PLUGIN] = "of logging/file",
		[STAMP_PREFORK] = "of qpsmtpd-prefork",
		[STAMP_DECIMAL] = "decimal (accustamp, tai64nfrac)",
	};
	struct stamp st;
	struct buf copy = { 0 };
	struct qm_line l = { 0 };
	struct str text;

	buf_add_str(&copy, line);
	buf_add_repeated(&copy, '\n', FORMAT_SLACK);
	text = text_of(str_make(copy.p, line.n), &st, z);
	explain_text(b, "stamp", str_from(stamps[st.kind]));
	if (st.kind != STAMP_NONE && !st.guessed) {
		buf_printf(b, "time: ");
		when_format(b, st.time_ns, WHEN_RFC3339, NULL);
		buf_add_char(b, '\n');
	}
	if (text.p == NULL) {
		explain_text(b, "line", STR("of another program"));
		buf_clear(&copy);
		return true;
	}
	qm_read(text.p, text.p + text.n, &l);
	explain_text(b, "line", str_from(qm_kind_name(l.kind)));
	show_fields(b, &l);
	if (l.kind == QM_UNKNOWN)
		explain_text(b, "why", STR("the text behind the time stamp is none "
		    "that qmail-send writes"));
	buf_clear(&copy);
	return l.kind != QM_UNKNOWN;
}

/* Lines of a real qmail; see spec/qmail-log.md. */
static const struct format_sample samples[] = {
	{ "@400000006b02fa8b30e4a7ac new msg 1163629",
	  "a message is taken into the queue" },
	{ "@400000006b02fa8b30e4a7ac info msg 1163629: bytes 2029 from "
	  "<team@mail.example.org> qp 18173 uid 0",
	  "who sent it, its size, and the process id that links it to what "
	  "put it there" },
	{ "@400000006b02fa8b30e4a7ac info msg 1164048: bytes 4695 from <#@[]> "
	  "qp 3060 uid 990", "a double bounce" },
	{ "2026-11-22 14:20:30.230487500 starting delivery 1566: msg 1164048 "
	  "to local postmaster@mail.example.org",
	  "an attempt begins; multilog's log after tai64nlocal" },
	{ "1795357230.230487500 delivery 1566: success: did_1+0+0/",
	  "delivered; decimal stamp" },
	{ "@400000006b02fc3d32cb6524 delivery 1567: deferral: "
	  "Connected_to_127.0.0.15_but_connection_died._(#4.4.2)/",
	  "put off: to be tried again" },
	{ "@400000006b02fc3d32f6e5dc delivery 1568: failure: 127.0.0.13_does_"
	  "not_like_recipient./Remote_host_said:_550_5.1.1_unknown/",
	  "refused for good" },
	{ "@400000006b02fc3d328ea274 delivery 5: report mangled, will defer",
	  "a helper's report was not understood" },
	{ "@400000006b02fc3d328ea274 bounce msg 1163642 qp 3060",
	  "a bounce was queued" },
	{ "@400000006b02fc3d328ea274 triple bounce: discarding bounce/1163642",
	  "a bounce of a double bounce" },
	{ "@400000006b02fc3d328ea65c end msg 1163642",
	  "the message left the queue" },
	{ "Nov 22 14:21:06 mailhost qmail: 1795357266.393876 status: local "
	  "0/10 remote 0/20", "nothing runs; through splogger and syslog" },
	{ "2026-11-22T14:21:06.394+00:00 mailhost qmail: 1795357266.393876 "
	  "status: local 1/10 remote 20/20",
	  "how many deliveries run, and may" },
	{ "@400000006b02fc3d328ea65c status: exiting", "qmail-send stops" },
	{ "@400000006b02fc3d328ea65c alert: oh no! lost spawn connection! "
	  "dying...", "something is wrong" },
	{ NULL, NULL },
};

const struct format format_qmail_send = {
	.name = "qmail_send",
	.title = "qmail-send of qmail and netqmail",
	.help = "Logs of qmail-send 1.0x and its descendants: through multilog "
		"(TAI64N, tai64nlocal, decimal stamps) or through splogger and "
		"syslog, lines that splogger folded put together; messages, "
		"attempts, bounces, starts and stops, warnings and alerts.",
	.samples = samples,
	.of_queue = true,
	.owner_age_ns = QTRACK_MESSAGE_AGE_NS,
	.claim = qmail_claim,
	.scan_new = qmail_scan_new,
	.scan_block = qmail_scan_block,
	.scan_settle = qmail_scan_settle,
	.scan_join = qmail_scan_join,
	.scan_finish = qmail_scan_finish,
	.scan_free = qmail_scan_free,
	.scan_save = qmail_scan_pack,
	.scan_restore = qmail_scan_unpack,
	.scan_counts = qmail_scan_counts,
	.scan_gaps = qmail_scan_gaps,
	.scan_days = qmail_scan_days,
	.line_owner = qmail_line_owner,
	.dialogue = qmail_dialogue,
	.mask = qmail_mask,
	.explain = qmail_explain,
};
