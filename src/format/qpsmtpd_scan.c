#include "format/qpsmtpd_scan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "format/qpsmtpd_private.h"
#include "format/qpsmtpd_track.h"

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
	qp_scan_lines(s, block, offset, block.n);
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
	s->track = track_new(qp_scan_emit, s, o->first);
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
	qp_add_slack(&later->head);
	qp_scan_lines(s, str_make(later->head.p + from, n),
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
	qp_add_slack(&s->tail);
	qp_scan_lines(s, str_make(s->tail.p, n), s->tail_offset, bytes);
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
		qp_scan_flush(s);
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
	qp_scan_flush(s);
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
