/* qpsmtpd_event.c - lines whose kind is wanted, made into events. */
#include <assert.h>
#include <string.h>

#include "base/num.h"
#include "format/qpsmtpd_mask.h"
#include "format/qpsmtpd_private.h"
#include "format/qpsmtpd_track.h"

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

void
qp_scan_emit(void *ctx, const struct event *ev)
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

void
qp_scan_sample(struct qpsmtpd_scan *s, struct str line, uint64_t offset)
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
	qp_scan_sample(s, line, offset);
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
mask_fields(struct qpsmtpd_scan *s, struct event *ev, struct str said)
{
	struct str *const fields[] = { &ev->host, &ev->helo, &ev->sender,
		&ev->recipients, &ev->text, &ev->trailer, &ev->line };

	if (str_find_nocase(said, STR("AUTH")) == said.n)
		return;
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

static int64_t
bytes_of(struct str size)
{
	uint64_t n;

	return num_u64(size, &n) && n <= INT64_MAX ? (int64_t)n :
	    EVENT_NO_NUMBER;
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
	ev.bytes = bytes_of(r.size);
	if (qp_spam_read(r.trailer, &spam)) {
		ev.score_milli = spam.score_milli;
		ev.required_milli = spam.required_milli;
	}
	mask_fields(s, &ev, body);
	/* The parent refuses before there is a connection (3.6): its process id
	 * is nobody's connection. */
	if (r.client.n == 0 || !(s->used & KIND_BIT(QP_ACCEPTED)))
		qp_scan_emit(s, &ev);
	else
		track_line(s->track, QP_RECORD, x->key, &ev);
	return true;
}

void
qp_scan_flush(struct qpsmtpd_scan *s)
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

static void
pending_begin(struct qpsmtpd_scan *s, const struct prefix *x, struct str body,
    struct str line, uint64_t offset)
{
	buf_reset(&s->pending_body);
	buf_reset(&s->pending_line);
	buf_reset(&s->pending_pid);
	buf_add(&s->pending_body, body.p, body.n - 1); /* without the CR */
	qp_add_slack(&s->pending_body);
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

void
qp_scan_continue(struct qpsmtpd_scan *s, struct str text, struct str line)
{
	bool more = text.n > 0 && text.p[text.n - 1] == '\r';

	s->kinds[QP_CONTINUATION]++;
	s->pending_body.n -= FORMAT_SLACK;
	buf_add_char(&s->pending_body, ' ');
	buf_add(&s->pending_body, text.p, text.n - more);
	qp_add_slack(&s->pending_body);
	buf_add_char(&s->pending_line, '\n');
	buf_add_str(&s->pending_line, line);
	if (!more || ++s->pending_lines == RECORD_LINES)
		qp_scan_flush(s);
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
		qp_scan_emit(s, &ev);
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
	qp_scan_emit(s, &ev);
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
	mask_fields(s, &ev, body);
	track_line(s->track, kind, x->key, &ev);
	return true;
}

/* FNV-1a: a number for what is none. */
uint64_t
qp_text_key(struct str s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

uint64_t
qp_pid_key(struct str pid, uint64_t host_key)
{
	uint64_t n;

	return host_key ^ (num_u64(pid, &n) ? n : qp_text_key(pid));
}

/* The connection_time plugin is not loaded: the parent reaps the process. */
static void
cleaning_line(struct qpsmtpd_scan *s, const struct prefix *x, struct str body,
    struct str line, uint64_t offset)
{
	struct event ev;

	event_begin(&ev, EVENT_CLOSED, s, x, line, offset);
	ev.pid = str_trim(body);
	track_line(s->track, QP_CLEANING, qp_pid_key(ev.pid, x->host_key), &ev);
}

/* A line that makes an event, or the record of one. */
__attribute__((noinline)) void
qp_scan_used_line(struct qpsmtpd_scan *s, enum qp_kind kind, const struct prefix *x,
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
