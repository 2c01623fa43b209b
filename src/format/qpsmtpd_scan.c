#include "format/qpsmtpd_scan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "format/lines.h"
#include "format/qpsmtpd_line.h"
#include "format/qpsmtpd_mask.h"
#include "format/qpsmtpd_track.h"
#include "format/scan_time.h"
#include "format/stamp.h"

_Static_assert(QP_SLACK <= FORMAT_SLACK, "the line parser reads ahead");

/* What a line has in front of its text. */
struct prefix {
	int64_t time_ns;
	struct str pid;
	uint64_t key;	   /* stands for the process: its number, or a hash */
	uint64_t host_key; /* what of key comes from the syslog host */
	struct str host;   /* of syslog; else absent */
	bool bare;	   /* logging/file, logging/syslog */
};

struct qpsmtpd_scan {
	struct scan scan; /* first */
	struct scan_options o;
	event_fn *sink;
	void *sink_ctx;
	struct scan_counts counts;
	uint64_t kinds[QP_KINDS]; /* lines of each kind */
	uint32_t read;		  /* bit set of enum qp_kind: more than counted */
	uint32_t used;		  /* of those, the ones that count as used */
	uint64_t outside;	  /* of those, outside the period */
	struct scan_time time;
	struct stamp_clock clock;
	struct track *track;

	/* A record whose line ended in CR: the next line may go on (3.5). */
	bool pending;
	unsigned pending_lines;	  /* that went on so far */
	struct buf pending_body;
	struct buf pending_line;
	struct buf pending_pid;
	struct prefix pending_prefix;
	uint64_t pending_offset;

	/*
	 * The first line of a piece when it may be the rest of a line of the
	 * piece before, with the lines that continue it; and the last line
	 * when it has no end.  Read when the pieces are joined.
	 */
	bool at_head; /* no whole line of its own was seen yet */
	unsigned head_lines;
	struct buf head;
	uint64_t head_offset;
	struct buf tail;
	uint64_t tail_offset;
	struct buf masked; /* fields of the event that is made */
};

/* A record has no more lines than these and its first: memory is bounded. */
#define RECORD_LINES 16

static struct qpsmtpd_scan *
qpsmtpd_scan(struct scan *s)
{
	assert(s->format == &format_qpsmtpd);
	return (struct qpsmtpd_scan *)(void *)s;
}

/* Why a line of a kind that makes no event is passed over. */
static const enum ignore_reason ignored_as[QP_KINDS] = {
	[QP_CLEANING] = IGNORED_PROGRESS,
	[QP_CHECK] = IGNORED_CHECK,
	[QP_REPLY] = IGNORED_DIALOGUE,
	[QP_COMMAND] = IGNORED_DIALOGUE,
	[QP_PROGRESS] = IGNORED_PROGRESS,
	[QP_SUMMARY] = IGNORED_SUMMARY,
	[QP_EMPTY] = IGNORED_EMPTY,
	/* These make events, if a section wants them. */
	[QP_RECORD] = IGNORED_UNNEEDED,
	[QP_ACCEPTED] = IGNORED_UNNEEDED,
	[QP_TOO_MANY] = IGNORED_UNNEEDED,
	[QP_CLIENT_LIMIT] = IGNORED_UNNEEDED,
	[QP_REFUSED] = IGNORED_UNNEEDED,
	[QP_TIME] = IGNORED_UNNEEDED,
	[QP_COUNTRY] = IGNORED_UNNEEDED,
	[QP_DMARC] = IGNORED_UNNEEDED,
	[QP_SPAM] = IGNORED_UNNEEDED,
	[QP_LOGIN] = IGNORED_UNNEEDED,
};

#define KIND_BIT(kind) (UINT32_C(1) << (kind))

/* The kinds of line that the wanted events are made of. */
static uint32_t
kinds_used(const struct scan_options *o)
{
	bool transactions = o->wants & EVENT_BIT(EVENT_TRANSACTION);
	bool closed = o->wants & EVENT_BIT(EVENT_CLOSED);
	bool checks = o->wants & EVENT_BIT(EVENT_CHECK);
	bool join = closed || (transactions && o->join);
	uint32_t used = 0;

	/* The end of a connection tells what became of its last transaction. */
	if (transactions || closed)
		used |= KIND_BIT(QP_RECORD);
	if (join || checks || o->wants & EVENT_BIT(EVENT_ACCEPTED))
		used |= KIND_BIT(QP_ACCEPTED) | KIND_BIT(QP_TIME);
	if (o->wants & EVENT_BIT(EVENT_TOO_MANY))
		used |= KIND_BIT(QP_TOO_MANY) | KIND_BIT(QP_CLIENT_LIMIT);
	if (o->wants & EVENT_BIT(EVENT_REFUSED))
		used |= KIND_BIT(QP_REFUSED);
	if (join || checks)
		used |= KIND_BIT(QP_COUNTRY) | KIND_BIT(QP_LOGIN);
	if (checks)
		used |= KIND_BIT(QP_DMARC);
	if (checks && o->all_checks)
		used |= KIND_BIT(QP_SPAM) | KIND_BIT(QP_CHECK);
	return used;
}

/*
 * How many lines that count as used an event is made of.  A "cleaning up
 * after" is progress whether it ends a connection or not, and what is given
 * up as unfinished has no line.
 */
static uint64_t
lines_used(const struct event *ev)
{
	uint64_t n = 1;

	if (ev->kind == EVENT_CLOSED && ev->duration_ns == EVENT_NO_NUMBER)
		return 0;
	if (ev->kind == EVENT_TRANSACTION)
		for (size_t i = 0; i < ev->line.n; i++)
			n += ev->line.p[i] == '\n';
	return n;
}

/* All events pass here: the period and the wanted kinds hold for each. */
static void
emit(void *ctx, const struct event *ev)
{
	struct qpsmtpd_scan *s = ctx;

	if (ev->time_ns != WHEN_NONE &&
	    (ev->time_ns < s->o.start_ns || ev->time_ns >= s->o.end_ns)) {
		s->outside += lines_used(ev);
		return;
	}
	if (s->o.wants & EVENT_BIT(ev->kind))
		s->sink(s->sink_ctx, ev);
}

static void
keep_sample(struct qpsmtpd_scan *s, struct str line, uint64_t offset)
{
	struct scan_sample *sample;
	struct buf masked = { 0 };

	if (s->counts.n_samples == SCAN_SAMPLES)
		return;
	sample = &s->counts.samples[s->counts.n_samples++];
	if (qp_mask(line, &masked))
		line = buf_str(&masked);
	sample->offset = offset;
	sample->n = (uint16_t)(line.n < SCAN_SAMPLE_BYTES ? line.n
							  : SCAN_SAMPLE_BYTES);
	if (sample->n)
		memcpy(sample->text, line.p, sample->n);
	buf_clear(&masked);
}

static void
not_understood(struct qpsmtpd_scan *s, enum qp_kind counted_as,
    struct str line, uint64_t offset)
{
	s->kinds[counted_as]--;
	s->kinds[QP_UNKNOWN]++;
	keep_sample(s, line, offset);
}

static void
event_begin(struct event *ev, enum event_kind kind,
    const struct qpsmtpd_scan *s, const struct prefix *x, struct str line,
    uint64_t offset)
{
	event_init(ev, kind, x->time_ns);
	ev->stream = x->host.p ? x->host : s->o.stream;
	ev->pid = x->pid;
	ev->line = line;
	ev->offset = offset;
}

static enum verdict
verdict_of(struct str disposition, struct str code)
{
	if (str_eq(disposition, STR("queued")))
		return VERDICT_ACCEPTED;
	/* 902 DENYSOFT and 904 DENYSOFT_DISCONNECT are 4xx (3.4). */
	if (code.n == 3 && code.p[0] == '9' && code.p[1] == '0' &&
	    (code.p[2] == '2' || code.p[2] == '4'))
		return VERDICT_DEFERRED;
	return VERDICT_REJECTED;
}

/*
 * Clients send their credentials where they do not belong, "HELO AUTH PLAIN
 * ...", and plugins quote them.
 */
static void
mask_fields(struct qpsmtpd_scan *s, struct event *ev)
{
	struct str *const fields[] = { &ev->host, &ev->helo, &ev->sender,
		&ev->recipients, &ev->text, &ev->trailer, &ev->line };

	buf_reset(&s->masked);
	/* All at once: what was masked must not move. */
	buf_reserve(&s->masked, 2 * ev->line.n + 64);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t at = s->masked.n;

		if (qp_mask_field(*fields[i], &s->masked))
			*fields[i] = str_make(s->masked.p + at,
			    s->masked.n - at);
	}
}

static bool
record_line(struct qpsmtpd_scan *s, const struct prefix *x, struct str body,
    struct str line, uint64_t offset)
{
	struct qp_record r;
	struct qp_spam spam;
	struct event ev;

	if (!qp_record_read(body, &r))
		return false;
	event_begin(&ev, EVENT_TRANSACTION, s, x, line, offset);
	ev.client = r.client.n ? r.client : str_none();
	ev.host = r.host.n ? r.host : str_none();
	ev.helo = r.helo.n ? r.helo : str_none();
	ev.sender = r.sender.n ? r.sender : str_none();
	ev.recipients = r.recipients.n ? r.recipients : str_none();
	ev.disposition = r.disposition;
	ev.code = r.code;
	ev.text = r.text;
	ev.trailer = r.trailer;
	ev.verdict = verdict_of(r.disposition, r.code);
	if (qp_spam_read(r.trailer, &spam)) {
		ev.score_milli = spam.score_milli;
		ev.required_milli = spam.required_milli;
	}
	if (str_find_nocase(body, STR("AUTH ")) < body.n)
		mask_fields(s, &ev);
	/* The parent refuses before there is a connection (3.6): its process id
	 * is nobody's connection. */
	if (r.client.n == 0 || !(s->used & KIND_BIT(QP_ACCEPTED)))
		emit(s, &ev);
	else
		track_line(s->track, QP_RECORD, x->key, &ev);
	return true;
}

static void
pending_flush(struct qpsmtpd_scan *s)
{
	struct str body, line;

	if (!s->pending)
		return;
	s->pending = false;
	body = str_make(s->pending_body.p, s->pending_body.n - FORMAT_SLACK);
	line = buf_str(&s->pending_line);
	if (s->used & KIND_BIT(QP_RECORD) &&
	    !record_line(s, &s->pending_prefix, body, line, s->pending_offset))
		not_understood(s, QP_RECORD, line, s->pending_offset);
}

/* The slack of a text that was copied: readable, and a line end first. */
static void
add_slack(struct buf *b)
{
	buf_add_repeated(b, '\n', FORMAT_SLACK);
}

static void
pending_begin(struct qpsmtpd_scan *s, const struct prefix *x, struct str body,
    struct str line, uint64_t offset)
{
	buf_reset(&s->pending_body);
	buf_reset(&s->pending_line);
	buf_reset(&s->pending_pid);
	buf_add(&s->pending_body, body.p, body.n - 1); /* without the CR */
	add_slack(&s->pending_body);
	buf_add_str(&s->pending_line, line);
	/* Pid and host must outlive the block. */
	buf_add_str(&s->pending_pid, x->pid);
	buf_add_str(&s->pending_pid, x->host);
	s->pending_prefix = *x;
	s->pending_prefix.pid = str_make(s->pending_pid.p, x->pid.n);
	if (x->host.p)
		s->pending_prefix.host =
		    str_make(s->pending_pid.p + x->pid.n, x->host.n);
	s->pending_offset = offset;
	s->pending_lines = 0;
	s->pending = true;
}

/* A further line of the pending record; a blank takes the line end's place. */
static void
pending_continue(struct qpsmtpd_scan *s, struct str text, struct str line)
{
	bool more = text.n > 0 && text.p[text.n - 1] == '\r';

	s->kinds[QP_CONTINUATION]++;
	s->pending_body.n -= FORMAT_SLACK;
	buf_add_char(&s->pending_body, ' ');
	buf_add(&s->pending_body, text.p, text.n - more);
	add_slack(&s->pending_body);
	buf_add_char(&s->pending_line, '\n');
	buf_add_str(&s->pending_line, line);
	if (!more || ++s->pending_lines == RECORD_LINES)
		pending_flush(s);
}

static bool
accepted_line(struct qpsmtpd_scan *s, const struct prefix *x, struct str body,
    struct str line, uint64_t offset)
{
	struct event ev;

	event_begin(&ev, EVENT_ACCEPTED, s, x, line, offset);
	if (!qp_accepted_read(body, &ev.running, &ev.limit, &ev.client,
	    &ev.host))
		return false;
	track_line(s->track, QP_ACCEPTED, x->key, &ev);
	return true;
}

static bool
limit_line(struct qpsmtpd_scan *s, enum qp_kind kind, const struct prefix *x,
    struct str body, struct str line, uint64_t offset)
{
	struct event ev;
	bool ok;

	event_begin(&ev, EVENT_TOO_MANY, s, x, line, offset);
	if (kind == QP_TOO_MANY) {
		ev.scope = LIMIT_TOTAL;
		ok = qp_too_many_read(body, &ev.running, &ev.limit);
	} else {
		ev.scope = LIMIT_CLIENT;
		ok = qp_client_limit_read(body, &ev.client, &ev.running,
		    &ev.limit);
	}
	if (ok)
		emit(s, &ev);
	return ok;
}

static bool
refused_line(struct qpsmtpd_scan *s, const struct prefix *x, struct str body,
    struct str line, uint64_t offset)
{
	struct event ev;

	event_begin(&ev, EVENT_REFUSED, s, x, line, offset);
	ev.verdict = VERDICT_REJECTED;
	ev.text = body;
	emit(s, &ev);
	return true;
}

static bool
time_line(struct qpsmtpd_scan *s, const struct prefix *x, struct str body,
    struct str line, uint64_t offset)
{
	struct event ev;

	event_begin(&ev, EVENT_CLOSED, s, x, line, offset);
	if (!qp_time_read(body, &ev.client, &ev.duration_ns))
		return false;
	track_line(s->track, QP_TIME, x->key, &ev);
	return true;
}

/* The word a check begins with: pass, fail, skip, error. */
static struct str
check_result(struct str text)
{
	size_t n = 0;

	while (n < text.n && text.p[n] >= 'a' && text.p[n] <= 'z')
		n++;
	return str_head(text, n);
}

static bool
check_line(struct qpsmtpd_scan *s, enum qp_kind kind, const struct prefix *x,
    struct str text, struct str body, struct str line, uint64_t offset)
{
	struct qp_line l;
	struct event ev;

	event_begin(&ev, EVENT_CHECK, s, x, line, offset);
	if (kind == QP_COUNTRY) {
		if (!qp_country_read(body, &ev.country))
			return false;
		ev.check = STR("geoip");
	} else if (kind == QP_DMARC) {
		ev.check = STR("dmarc");
		ev.result = STR("pass");
	} else {
		qp_split(text, x->bare, &l);
		ev.check = l.plugin;
		ev.result = check_result(l.text);
		body = l.text;
	}
	ev.text = body;
	track_line(s->track, kind, x->key, &ev);
	return true;
}

/* FNV-1a: a number for what is none. */
static uint64_t
text_key(struct str s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

static uint64_t
pid_key(struct str pid, uint64_t host_key)
{
	uint64_t n;

	return host_key ^ (num_u64(pid, &n) ? n : text_key(pid));
}

/* The connection_time plugin is not loaded: the parent reaps the process. */
static void
cleaning_line(struct qpsmtpd_scan *s, const struct prefix *x, struct str body,
    struct str line, uint64_t offset)
{
	struct event ev;

	event_begin(&ev, EVENT_CLOSED, s, x, line, offset);
	ev.pid = str_trim(body);
	track_line(s->track, QP_CLEANING, pid_key(ev.pid, x->host_key), &ev);
}

/* A line that makes an event, or the record of one. */
__attribute__((noinline)) static void
used_line(struct qpsmtpd_scan *s, enum qp_kind kind, const struct prefix *x,
    struct str text, struct str body, struct str line, uint64_t offset)
{
	bool ok = true;

	switch (kind) {
	case QP_RECORD:
		if (body.n > 0 && body.p[body.n - 1] == '\r')
			pending_begin(s, x, body, line, offset);
		else if (s->used & KIND_BIT(QP_RECORD))
			ok = record_line(s, x, body, line, offset);
		break;
	case QP_ACCEPTED:
		ok = accepted_line(s, x, body, line, offset);
		break;
	case QP_TOO_MANY:
	case QP_CLIENT_LIMIT:
		ok = limit_line(s, kind, x, body, line, offset);
		break;
	case QP_REFUSED:
		ok = refused_line(s, x, body, line, offset);
		break;
	case QP_TIME:
		ok = time_line(s, x, body, line, offset);
		break;
	case QP_CLEANING:
		cleaning_line(s, x, body, line, offset);
		break;
	case QP_COUNTRY: case QP_DMARC: case QP_SPAM: case QP_LOGIN:
	case QP_CHECK:
		ok = check_line(s, kind, x, text, body, line, offset);
		break;
	case QP_UNKNOWN: case QP_REPLY: case QP_COMMAND: case QP_PROGRESS:
	case QP_CONTINUATION: case QP_SUMMARY: case QP_EMPTY: case QP_KINDS:
		assert(false && "a kind that makes no event");
	}
	if (!ok)
		not_understood(s, kind, line, offset);
}

/* A text whose stamp and process id are known. */
static inline void
text_line(struct qpsmtpd_scan *s, const struct prefix *x, const char *text,
    const char *begin, const char *end, uint64_t offset)
{
	struct str body;
	enum qp_kind kind = qp_classify(text, end, x->bare, &body);

	s->kinds[kind]++;
	if (s->read & KIND_BIT(kind))
		used_line(s, kind, x, str_span(text, end), body,
		    str_span(begin, end), offset);
	else if (kind == QP_UNKNOWN)
		keep_sample(s, str_span(begin, end), offset);
}

/* A stamp but no process id: the rest of a record, or what Perl printed. */
static void
no_pid_line(struct qpsmtpd_scan *s, struct str line, struct str text,
    uint64_t offset)
{
	enum qp_kind kind = qp_classify_unstamped(text);

	if (s->pending) {
		pending_continue(s, text, line);
		return;
	}
	/* The summariser stamps no lines. */
	if (kind == QP_SUMMARY)
		kind = QP_UNKNOWN;
	s->kinds[kind]++;
	if (kind == QP_UNKNOWN)
		keep_sample(s, line, offset);
}

/*
 * Does a line without stamp and process id go on the pending record?  Only
 * where nothing stamps each line: logging/file puts one stamp before all.
 */
static bool
is_unstamped_rest(const struct qpsmtpd_scan *s, enum qp_kind kind)
{
	return s->pending && kind != QP_SUMMARY && kind != QP_EMPTY &&
	    (s->pending_prefix.bare || s->pending_prefix.time_ns == WHEN_NONE);
}

static void
unstamped_line(struct qpsmtpd_scan *s, struct str line, uint64_t offset)
{
	enum qp_kind kind = qp_classify_unstamped(line);
	size_t pid = qp_pid_span(line.p, line.p + line.n);
	struct prefix x = { .time_ns = WHEN_NONE };

	if (pid == 0 && is_unstamped_rest(s, kind)) {
		pending_continue(s, line, line);
		return;
	}
	pending_flush(s);
	/* "14753 (connect) ...": captured without a time stamper (1.1). */
	if (pid > 0) {
		x.pid = str_head(line, pid - 1);
		x.key = pid_key(x.pid, 0);
		text_line(s, &x, line.p + pid, line.p, line.p + line.n, offset);
		return;
	}
	s->kinds[kind]++;
	if (kind == QP_UNKNOWN)
		keep_sample(s, line, offset);
}

/*
 * Every line that does not begin as multilog writes it.  Not inlined: the
 * loop over all lines needs the registers.
 */
__attribute__((noinline)) static void
other_line(struct qpsmtpd_scan *s, struct str line, uint64_t offset)
{
	struct prefix x = { 0 };
	struct stamp st;
	struct str text;
	size_t pid;

	if (!stamp_parse(line, &s->clock, &st)) {
		unstamped_line(s, line, offset);
		return;
	}
	scan_time_seen(&s->time, line.p, st.time_ns);
	s->counts.guessed_years += st.guessed;
	text = str_skip(line, st.n);
	x.time_ns = st.time_ns;
	x.host = st.host;
	x.host_key = st.host.p ? text_key(st.host) : 0;
	x.pid = st.pid;
	x.bare = st.pid.p != NULL && st.kind != STAMP_PREFORK;
	if (st.program.p && !qp_is_program(st.program)) {
		pending_flush(s);
		s->counts.ignored[IGNORED_OTHER]++;
		return;
	}
	if (x.pid.p == NULL) {
		pid = qp_pid_span(text.p, text.p + text.n);
		if (pid == 0) {
			no_pid_line(s, line, text, offset);
			return;
		}
		x.pid = str_head(text, pid - 1);
		text = str_skip(text, pid);
	}
	pending_flush(s);
	x.key = pid_key(x.pid, x.host_key);
	text_line(s, &x, text.p, line.p, line.p + line.n, offset);
}

static inline uint64_t
load64(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* How many digits p begins with, 0 to 8: pids have at most 7 (Linux). */
static inline unsigned
digits8(const char *p)
{
	uint64_t v = load64(p) ^ UINT64_C(0x3030303030303030);
	uint64_t other = (v | (v + UINT64_C(0x0606060606060606))) &
	    UINT64_C(0xf0f0f0f0f0f0f0f0);

	return other ? (unsigned)__builtin_ctzll(other) / 8 : 8;
}

/*
 * "@400000006955b90b02b91f21 3907 text": nearly every line of a multilog
 * directory.  False, and nothing counted, for a line of another shape.
 */
static inline bool
multilog_line(struct qpsmtpd_scan *s, const char *begin, const char *end,
    uint64_t offset)
{
	struct prefix x;
	const char *text;
	struct str body;
	enum qp_kind kind;
	unsigned n;
	uint64_t pid = 0;

	if (end - begin < 29 || begin[25] != ' ' ||
	    !scan_time_label(&s->time, begin))
		return false;
	n = digits8(begin + 26);
	if (n == 0 || n == 8 || begin[26 + n] != ' ')
		return false;
	if (s->pending)
		pending_flush(s);
	text = begin + 26 + n + 1;
	kind = qp_classify(text, end, false, &body);
	s->kinds[kind]++;
	if (!(s->read & KIND_BIT(kind))) {
		if (kind == QP_UNKNOWN)
			keep_sample(s, str_span(begin, end), offset);
		return true;
	}
	for (unsigned i = 0; i < n; i++)
		pid = pid * 10 + (unsigned)(begin[26 + i] - '0');
	x = (struct prefix){ .time_ns = scan_time_of_label(&s->time),
		.pid = str_make(begin + 26, n), .key = pid };
	used_line(s, kind, &x, str_span(text, end), body,
	    str_span(begin, end), offset);
	return true;
}

static void
one_line(struct qpsmtpd_scan *s, const char *begin, const char *end,
    uint64_t offset)
{
	s->counts.lines++;
	if (!multilog_line(s, begin, end, offset))
		other_line(s, str_span(begin, end), offset);
}

/* bytes: how many of the block's are in the log. */
static void
whole_lines(struct qpsmtpd_scan *s, struct str block, uint64_t offset,
    uint64_t bytes)
{
	struct lines it;
	const char *begin, *end;

	scan_time_block(&s->time, block.p);
	lines_begin(&it, block);
	while (lines_next(&it, &begin, &end))
		one_line(s, begin, end, offset + (uint64_t)(begin - block.p));
	scan_time_block_end(&s->time, bytes);
}

static bool
has_pid(const struct qpsmtpd_scan *s, struct str line)
{
	struct stamp_clock clock = s->clock;
	struct stamp st;

	stamp_parse(line, &clock, &st);
	return st.pid.p || qp_pid_span(line.p + st.n, line.p + line.n) > 0;
}

/*
 * Keeps the lines at the beginning of a piece that belong to the piece
 * before, if there is one: the rest of a cut line, and what continues a
 * record.  Returns how many bytes of the block that is.
 */
static size_t
head_keep(struct qpsmtpd_scan *s, struct str block)
{
	size_t used = 0;

	while (s->at_head && used < block.n) {
		struct str rest = str_skip(block, used);
		struct str line = str_head(rest, str_index(rest, '\n'));
		bool cut = s->head.n == 0 && !stamp_begins(line);

		/* A line without an end is the tail, whatever it begins with. */
		if (line.n == rest.n)
			break;
		if ((!cut && has_pid(s, line)) ||
		    s->head_lines++ > RECORD_LINES) {
			s->at_head = false;
			break;
		}
		used += line.n + 1;
		buf_add_str(&s->head, line);
		buf_add_char(&s->head, '\n');
		/* A first empty line may be the LF of a CR LF that was cut. */
		s->at_head = line.n == 0 ? s->head.n == 1
		    : line.p[line.n - 1] == '\r';
	}
	return used;
}

void
qpsmtpd_scan_block(struct scan *scan, struct str block, uint64_t offset)
{
	struct qpsmtpd_scan *s = qpsmtpd_scan(scan);
	size_t used;

	s->counts.bytes += block.n;
	if (s->at_head) {
		if (s->head.n == 0)
			s->head_offset = offset;
		used = head_keep(s, block);
		block = str_skip(block, used);
		offset += used;
	}
	if (block.n > 0 && block.p[block.n - 1] != '\n') {
		size_t begin = block.n;

		while (begin > 0 && block.p[begin - 1] != '\n')
			begin--;
		buf_reset(&s->tail);
		buf_add_str(&s->tail, str_skip(block, begin));
		s->tail_offset = offset + begin;
		block.n = begin;
	}
	whole_lines(s, block, offset, block.n);
}

static void
scan_begin(struct qpsmtpd_scan *s, const struct scan_options *o,
    event_fn *sink, void *ctx)
{
	*s = (struct qpsmtpd_scan){ .scan = { &format_qpsmtpd }, .o = *o,
		.sink = sink, .sink_ctx = ctx };
	s->used = kinds_used(o);
	/* A record is read, if only to know its further lines; and where
	 * connections are joined, their end must be seen. */
	s->read = s->used | KIND_BIT(QP_RECORD);
	if (s->used & KIND_BIT(QP_ACCEPTED))
		s->read |= KIND_BIT(QP_CLEANING);
	scan_time_init(&s->time, o->zone);
	stamp_clock_init(&s->clock, o->zone, o->year);
	s->track = track_new(emit, s, o->first);
	s->at_head = !o->first;
}

struct scan *
qpsmtpd_scan_new(const struct scan_options *o, event_fn *sink, void *ctx)
{
	struct qpsmtpd_scan *s = mem_alloc(sizeof(*s));

	scan_begin(s, o, sink, ctx);
	return &s->scan;
}

/* The head of later from a place on, read in s's state. */
static void
read_head(struct qpsmtpd_scan *s, struct qpsmtpd_scan *later, size_t from)
{
	size_t n = later->head.n - from;

	if (n == 0)
		return;
	add_slack(&later->head);
	whole_lines(s, str_make(later->head.p + from, n),
	    later->head_offset + from, n);
	buf_reset(&later->head);
}

/* The last line of s, of which rest was not in it. */
static void
read_tail(struct qpsmtpd_scan *s, struct str rest)
{
	uint64_t bytes;
	size_t n;

	buf_add_str(&s->tail, rest);
	bytes = s->tail.n;
	if (bytes == 0)
		return;
	if (rest.n == 0)
		buf_add_char(&s->tail, '\n');
	n = s->tail.n;
	add_slack(&s->tail);
	whole_lines(s, str_make(s->tail.p, n), s->tail_offset, bytes);
	buf_reset(&s->tail);
}

void
qpsmtpd_scan_settle(struct scan *scan)
{
	struct qpsmtpd_scan *s = qpsmtpd_scan(scan), *rest;
	struct scan *later;
	struct scan_options o = s->o;

	if (s->head.n > 0) {
		/* The head comes first: all that was read is joined to it. */
		rest = mem_alloc(sizeof(*rest));
		*rest = *s;
		o.first = true;
		scan_begin(s, &o, s->sink, s->sink_ctx);
		read_head(s, rest, 0);
		later = &rest->scan;
		qpsmtpd_scan_join(scan, &later, false);
	}
	s->at_head = false;
	track_settle(s->track);
}

/*
 * The end of s and the beginning of later, as far as they are one line.
 * later may be nothing but a part of a line: then that grows.
 */
static void
join_seam(struct qpsmtpd_scan *s, struct qpsmtpd_scan *later, bool contiguous)
{
	struct str head = buf_str(&later->head), tail = buf_str(&later->tail);
	struct str rest = head.n > 0 ? head : later->at_head ? tail : str_none();
	bool one_line = contiguous && s->tail.n > 0 && rest.n > 0 &&
	    !stamp_begins(str_head(rest, str_index(rest, '\n')));
	size_t used = 0;

	s->counts.joined_lines += one_line;
	if (one_line && head.n == 0) {
		buf_add_str(&s->tail, tail);
		buf_clear(&later->tail);
		later->tail = s->tail;
		later->tail_offset = s->tail_offset;
		s->tail = (struct buf){ 0 };
		return;
	}
	if (one_line)
		used = str_index(head, '\n') + 1;
	read_tail(s, str_head(head, used));
	read_head(s, later, used);
}

static void
counts_add(struct qpsmtpd_scan *s, const struct qpsmtpd_scan *later)
{
	const struct scan_counts *c = &later->counts;

	s->counts.bytes += c->bytes;
	s->counts.lines += c->lines;
	s->counts.guessed_years += c->guessed_years;
	s->counts.joined_lines += c->joined_lines;
	for (int i = 0; i < IGNORE_REASONS; i++)
		s->counts.ignored[i] += c->ignored[i];
	for (int i = 0; i < QP_KINDS; i++)
		s->kinds[i] += later->kinds[i];
	s->outside += later->outside;
	for (unsigned i = 0; i < c->n_samples &&
	    s->counts.n_samples < SCAN_SAMPLES; i++)
		s->counts.samples[s->counts.n_samples++] = c->samples[i];
}

void
qpsmtpd_scan_free(struct scan **scan)
{
	struct qpsmtpd_scan *s;

	if (*scan == NULL)
		return;
	s = qpsmtpd_scan(*scan);
	track_free(&s->track);
	scan_time_clear(&s->time);
	buf_clear(&s->pending_body);
	buf_clear(&s->pending_line);
	buf_clear(&s->pending_pid);
	buf_clear(&s->head);
	buf_clear(&s->tail);
	buf_clear(&s->masked);
	free(s);
	*scan = NULL;
}

static void
buf_move(struct buf *to, struct buf *from)
{
	buf_clear(to);
	*to = *from;
	*from = (struct buf){ 0 };
}

/* What is open at the end is now what later left open. */
static void
take_end(struct qpsmtpd_scan *s, struct qpsmtpd_scan *later)
{
	buf_move(&s->tail, &later->tail);
	s->tail_offset = later->tail_offset;
	/* Local time goes on from the last local stamp. */
	if (later->clock.previous >= 0 || later->clock.last_s != INT64_MIN)
		s->clock = later->clock;
	if (later->at_head)
		return;
	s->pending = later->pending;
	s->pending_lines = later->pending_lines;
	s->pending_prefix = later->pending_prefix;
	s->pending_offset = later->pending_offset;
	buf_move(&s->pending_body, &later->pending_body);
	buf_move(&s->pending_line, &later->pending_line);
	buf_move(&s->pending_pid, &later->pending_pid);
}

void
qpsmtpd_scan_join(struct scan *scan, struct scan **later_scan, bool contiguous)
{
	struct qpsmtpd_scan *s = qpsmtpd_scan(scan);
	struct qpsmtpd_scan *later = qpsmtpd_scan(*later_scan);

	/* Between parts of a line there may be nothing. */
	if (later->counts.bytes == 0 && contiguous) {
		qpsmtpd_scan_free(later_scan);
		return;
	}
	join_seam(s, later, contiguous);
	/* A record that still waits can only be continued by a piece of which
	 * all was kept as its head. */
	if (!later->at_head)
		pending_flush(s);
	track_join(s->track, &later->track);
	scan_time_join(&s->time, &later->time);
	counts_add(s, later);
	take_end(s, later);
	qpsmtpd_scan_free(later_scan);
}

void
qpsmtpd_scan_finish(struct scan *scan)
{
	struct qpsmtpd_scan *s = qpsmtpd_scan(scan);

	qpsmtpd_scan_settle(scan);
	read_tail(s, str_none());
	pending_flush(s);
	track_finish(s->track);
}

const struct scan_counts *
qpsmtpd_scan_counts(struct scan *scan)
{
	struct qpsmtpd_scan *s = qpsmtpd_scan(scan);
	struct scan_counts *c = &s->counts;
	uint64_t other = c->ignored[IGNORED_OTHER];

	memset(c->ignored, 0, sizeof(c->ignored));
	c->ignored[IGNORED_OTHER] = other;
	c->used = 0;
	for (int k = 0; k < QP_KINDS; k++) {
		/* A record's further lines count as its first. */
		int as = k == QP_CONTINUATION ? QP_RECORD : k;

		if (k == QP_UNKNOWN)
			continue;
		if (s->used & KIND_BIT(as))
			c->used += s->kinds[k];
		else
			c->ignored[ignored_as[as]] += s->kinds[k];
	}
	c->used -= s->outside;
	c->ignored[IGNORED_PERIOD] = s->outside;
	c->not_understood = s->kinds[QP_UNKNOWN];
	c->unjoined = track_overflow(s->track);
	scan_time_report(&s->time, c);
	return c;
}

const struct scan_gap *
qpsmtpd_scan_gaps(struct scan *scan, size_t *n)
{
	return scan_time_gaps(&qpsmtpd_scan(scan)->time, n);
}

const struct scan_day *
qpsmtpd_scan_days(struct scan *scan, size_t *n)
{
	return scan_time_days(&qpsmtpd_scan(scan)->time, n);
}
