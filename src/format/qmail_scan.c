#include "format/qmail_scan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pack.h"
#include "format/qmail_private.h"
#include "format/qmail_track.h"
#include "format/scan_save.h"

_Static_assert(QM_SLACK <= FORMAT_SLACK, "the line parser reads ahead");

static struct qmail_scan *
qmail_scan(struct scan *s)
{
	assert(s->format == &format_qmail_send);
	return (struct qmail_scan *)(void *)s;
}

/* The events that lines of qmail-send are made of. */
#define EVENTS                                                             \
	(EVENT_BIT(EVENT_QUEUED) | EVENT_BIT(EVENT_DELIVERY) |             \
	EVENT_BIT(EVENT_DONE) | EVENT_BIT(EVENT_BOUNCE) |                  \
	EVENT_BIT(EVENT_STATUS) | EVENT_BIT(EVENT_ALERT))

/* All events pass here: the period and the wanted kinds hold for each. */
static void
emit(void *ctx, const struct event *ev)
{
	struct qmail_scan *s = ctx;

	if (ev->time_ns != WHEN_NONE &&
	    (ev->time_ns < s->o.start_ns || ev->time_ns >= s->o.end_ns))
		return;
	if (s->o.wants & EVENT_BIT(ev->kind))
		s->sink(s->sink_ctx, ev);
}

void
qm_scan_sample(struct qmail_scan *s, struct str line, uint64_t offset)
{
	struct scan_sample *sample;

	if (s->counts.n_samples == SCAN_SAMPLES)
		return;
	sample = &s->counts.samples[s->counts.n_samples++];
	sample->offset = offset;
	sample->n = (uint16_t)(line.n < SCAN_SAMPLE_BYTES ? line.n
							  : SCAN_SAMPLE_BYTES);
	if (sample->n)
		memcpy(sample->text, line.p, sample->n);
}

/* Lines that count as used where they are tracked. */
static bool
is_used(enum qm_kind kind)
{
	return kind != QM_RUNNING && kind != QM_OLD && kind != QM_EMPTY &&
	    kind != QM_UNKNOWN;
}

size_t
qmail_stamp(struct str text, int64_t *time_ns, bool *continued)
{
	int64_t seconds = 0, ns = 0, unit = WHEN_SECOND / 10;
	size_t i = 0;

	for (; i < text.n && i < 10 && text.p[i] >= '0' && text.p[i] <= '9'; i++)
		seconds = seconds * 10 + (text.p[i] - '0');
	if (i < 9 || i >= text.n || text.p[i] != '.')
		return 0;
	for (i++; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++) {
		ns += (text.p[i] - '0') * unit;
		unit /= 10;
	}
	if (i >= text.n || (text.p[i] != ' ' && text.p[i] != '+') ||
	    text.p[i - 1] == '.' || seconds > INT64_MAX / WHEN_SECOND - 1)
		return 0;
	*continued = text.p[i] == '+';
	*time_ns = seconds * WHEN_SECOND + ns;
	return i + 1;
}

/*
 * At the head of a piece: what may continue a folded line of the piece before,
 * and other programs' lines between.
 */
static bool
is_rest(void *ctx, struct str line)
{
	struct qmail_scan *s = ctx;
	struct stamp_clock clock = s->clock;
	struct stamp st;
	int64_t time_ns;
	bool continued;

	if (!stamp_parse(line, &clock, &st) || st.program.p == NULL)
		return false;
	if (!qm_is_program(st.program))
		return true;
	return qmail_stamp(str_skip(line, st.n), &time_ns, &continued) > 0 &&
	    continued;
}

void
qmail_scan_block(struct scan *scan, struct str block, uint64_t offset)
{
	struct qmail_scan *s = qmail_scan(scan);

	s->counts.bytes += block.n;
	block = seam_block(&s->seam, block, &offset, is_rest, s);
	qm_scan_lines(s, block, offset, block.n);
}

static void
scan_begin(struct qmail_scan *s, const struct scan_options *o, event_fn *sink,
    void *ctx)
{
	*s = (struct qmail_scan){ .scan = { &format_qmail_send }, .o = *o,
		.sink = sink, .sink_ctx = ctx };
	s->track_lines = o->wants & EVENTS;
	s->everything = o->start_ns == INT64_MIN && o->end_ns == INT64_MAX;
	scan_time_init(&s->time, o->zone);
	stamp_clock_init(&s->clock, o->zone, o->year);
	s->track = qtrack_new(emit, s, o->first);
	seam_init(&s->seam, o->first);
}

struct scan *
qmail_scan_new(const struct scan_options *o, event_fn *sink, void *ctx)
{
	struct qmail_scan *s = mem_alloc(sizeof(*s));

	scan_begin(s, o, sink, ctx);
	return &s->scan;
}

void
qmail_scan_settle(struct scan *scan)
{
	struct qmail_scan *s = qmail_scan(scan), *rest;
	struct scan *later;
	struct scan_options o = s->o;

	if (s->seam.head.n > 0) {
		/* The head comes first: all that was read is joined to it. */
		rest = mem_alloc(sizeof(*rest));
		*rest = *s;
		o.first = true;
		scan_begin(s, &o, s->sink, s->sink_ctx);
		later = &rest->scan;
		qmail_scan_join(scan, &later, false);
	}
	s->seam.at_head = false;
	qtrack_settle(s->track);
}

static void
counts_add(struct qmail_scan *s, const struct qmail_scan *later)
{
	const struct scan_counts *c = &later->counts;

	s->counts.bytes += c->bytes;
	s->counts.lines += c->lines;
	s->counts.guessed_years += c->guessed_years;
	s->counts.joined_lines += c->joined_lines;
	s->counts.ignored[IGNORED_OTHER] += c->ignored[IGNORED_OTHER];
	for (int i = 0; i < QM_KINDS; i++) {
		s->kinds[i] += later->kinds[i];
		s->outside[i] += later->outside[i];
	}
	for (unsigned i = 0; i < c->n_samples &&
	    s->counts.n_samples < SCAN_SAMPLES; i++)
		s->counts.samples[s->counts.n_samples++] = c->samples[i];
}

void
qmail_scan_join(struct scan *scan, struct scan **later_scan, bool contiguous)
{
	struct qmail_scan *s = qmail_scan(scan);
	struct qmail_scan *later = qmail_scan(*later_scan);

	/* Between parts of a line there may be nothing. */
	if (later->counts.bytes == 0 && contiguous) {
		qmail_scan_free(later_scan);
		return;
	}
	s->counts.joined_lines += seam_join(&s->seam, &later->seam, contiguous,
	    qm_scan_lines, s);
	/* A folded line that still waits can only be continued by a piece of
	 * which all was kept as its head. */
	if (!later->seam.at_head) {
		qm_fold_flush(s);
		qm_fold_take(s, later);
	}
	qtrack_join(s->track, &later->track);
	scan_time_join(&s->time, &later->time);
	counts_add(s, later);
	/* Local time goes on from the last local stamp. */
	if (later->clock.previous >= 0 || later->clock.last_s != INT64_MIN)
		s->clock = later->clock;
	qmail_scan_free(later_scan);
}

void
qmail_scan_finish(struct scan *scan)
{
	struct qmail_scan *s = qmail_scan(scan);

	qmail_scan_settle(scan);
	seam_finish(&s->seam, qm_scan_lines, s);
	qm_fold_flush(s);
	qtrack_finish(s->track);
}

void
qmail_scan_free(struct scan **scan)
{
	struct qmail_scan *s;

	if (*scan == NULL)
		return;
	s = qmail_scan(*scan);
	qtrack_free(&s->track);
	scan_time_clear(&s->time);
	qm_fold_clear(s);
	seam_clear(&s->seam);
	free(s);
	*scan = NULL;
}

const struct scan_counts *
qmail_scan_counts(struct scan *scan)
{
	struct qmail_scan *s = qmail_scan(scan);
	struct scan_counts *c = &s->counts;
	uint64_t other = c->ignored[IGNORED_OTHER];

	memset(c->ignored, 0, sizeof(c->ignored));
	c->ignored[IGNORED_OTHER] = other;
	c->ignored[IGNORED_EMPTY] = s->kinds[QM_EMPTY];
	c->ignored[IGNORED_PROGRESS] = s->kinds[QM_RUNNING] + s->kinds[QM_OLD];
	c->used = 0;
	for (int k = 0; k < QM_KINDS; k++) {
		if (!is_used((enum qm_kind)k))
			continue;
		if (s->track_lines) {
			c->used += s->kinds[k] - s->outside[k];
			c->ignored[IGNORED_PERIOD] += s->outside[k];
		} else {
			c->ignored[IGNORED_UNNEEDED] += s->kinds[k];
		}
	}
	c->not_understood = s->kinds[QM_UNKNOWN];
	c->unjoined = qtrack_overflow(s->track);
	scan_time_report(&s->time, c);
	return c;
}

const struct scan_gap *
qmail_scan_gaps(struct scan *scan, size_t *n)
{
	return scan_time_gaps(&qmail_scan(scan)->time, n);
}

const struct scan_day *
qmail_scan_days(struct scan *scan, size_t *n)
{
	return scan_time_days(&qmail_scan(scan)->time, n);
}

void
qmail_scan_save(struct scan *scan, struct buf *b)
{
	struct qmail_scan *s = qmail_scan(scan);

	qtrack_save(s->track, b);
	buf_add_str(b, buf_str(&s->seam.tail));
}

/* ---- for a later run ---- */

#define SAVE_VERSION 1

void
qmail_scan_pack(struct scan *scan, struct buf *b)
{
	struct qmail_scan *s = qmail_scan(scan);

	assert(!s->seam.at_head && s->seam.tail.n == 0);
	pack_u64(b, SAVE_VERSION);
	scan_save_counts(&s->counts, b);
	scan_save_numbers(s->kinds, QM_KINDS, b);
	scan_save_numbers(s->outside, QM_KINDS, b);
	scan_save_time(&s->time, b);
	scan_save_clock(&s->clock, b);
	qtrack_pack(s->track, b);
	qm_fold_pack(s, b);
}

struct scan *
qmail_scan_unpack(const struct scan_options *o, event_fn *sink, void *sink_ctx,
    struct str saved)
{
	struct scan *scan = qmail_scan_new(o, sink, sink_ctx);
	struct qmail_scan *s = qmail_scan(scan);
	struct unpack in = unpack_begin(saved);

	assert(o->first);
	if (unpack_u64(&in) == SAVE_VERSION) {
		scan_restore_counts(&s->counts, &in);
		scan_restore_numbers(s->kinds, QM_KINDS, &in);
		scan_restore_numbers(s->outside, QM_KINDS, &in);
		scan_restore_time(&s->time, &in);
		scan_restore_clock(&s->clock, &in);
		qtrack_unpack(s->track, &in);
		qm_fold_unpack(s, &in);
		if (!in.bad && in.at == in.end)
			return scan;
	}
	qmail_scan_free(&scan);
	return NULL;
}
