#include "format/qmail_scan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/pack.h"
#include "format/lines.h"
#include "format/qmail_line.h"
#include "format/qmail_track.h"
#include "format/scan_save.h"
#include "format/scan_time.h"
#include "format/seam.h"
#include "format/stamp.h"

_Static_assert(QM_SLACK <= FORMAT_SLACK, "the line parser reads ahead");

/*
 * splogger cuts lines at 799 bytes of text; what is much shorter is never
 * continued and need not wait for the next line.
 */
#define FOLD_BYTES 256
/* qmail-send writes results of at most 10,000 bytes. */
#define FOLD_LINES 64

/* A text whose time and place are known. */
struct place {
	int64_t time_ns;
	struct str host;   /* of syslog; else absent */
	uint64_t host_key;
	struct str line;
	uint64_t offset;
};

struct qmail_scan {
	struct scan scan; /* first */
	struct scan_options o;
	event_fn *sink;
	void *sink_ctx;
	struct scan_counts counts;
	uint64_t kinds[QM_KINDS];   /* lines of each kind */
	uint64_t outside[QM_KINDS]; /* of those, outside the period */
	bool track_lines;	    /* some event of theirs is wanted */
	struct scan_time time;
	struct stamp_clock clock;
	struct qtrack *track;
	struct seam seam;

	/* A line of splogger that the next one may go on. */
	bool folded;
	unsigned fold_lines;
	struct buf fold_text, fold_line, fold_host;
	struct place fold;
};

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

static void
keep_sample(struct qmail_scan *s, struct str line, uint64_t offset)
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

static bool
is_outside(const struct qmail_scan *s, int64_t time_ns)
{
	return time_ns != WHEN_NONE &&
	    (time_ns < s->o.start_ns || time_ns >= s->o.end_ns);
}

/* Lines that count as used where they are tracked. */
static bool
is_used(enum qm_kind kind)
{
	return kind != QM_RUNNING && kind != QM_OLD && kind != QM_EMPTY &&
	    kind != QM_UNKNOWN;
}

/* A text is read to its end: into the tracker. */
static void
track_text(struct qmail_scan *s, enum qm_kind kind, struct str text,
    const struct place *p)
{
	struct qtrack_at at = { .time_ns = p->time_ns,
		.stream = p->host.p ? p->host : s->o.stream,
		.host_key = p->host_key, .line = p->line, .offset = p->offset };
	struct qm_line l = { 0 };

	kind = qm_read_as(kind, text.p, text.p + text.n, &l);
	s->kinds[kind]++;
	if (kind == QM_UNKNOWN) {
		keep_sample(s, p->line, p->offset);
		return;
	}
	s->outside[kind] += is_outside(s, p->time_ns);
	qtrack_line(s->track, &l, &at);
}

static inline void
text_line(struct qmail_scan *s, const char *text, const char *end,
    const struct place *p)
{
	enum qm_kind kind = qm_classify(text, end);

	if (s->track_lines && kind != QM_RUNNING) {
		track_text(s, kind, str_span(text, end), p);
		return;
	}
	s->kinds[kind]++;
	if (kind == QM_UNKNOWN)
		keep_sample(s, p->line, p->offset);
	if (s->track_lines) {
		/* A third of all lines, and they have no fields. */
		s->outside[kind] += is_outside(s, p->time_ns);
		qtrack_running(s->track, p->host_key);
	}
}

/* ---- splogger's folded lines ---- */

static void
fold_flush(struct qmail_scan *s)
{
	struct str text;

	if (!s->folded)
		return;
	s->folded = false;
	text = str_make(s->fold_text.p, s->fold_text.n - FORMAT_SLACK);
	s->fold.line = buf_str(&s->fold_line);
	text_line(s, text.p, text.p + text.n, &s->fold);
}

static void
fold_begin(struct qmail_scan *s, struct str text, const struct place *p)
{
	buf_reset(&s->fold_text);
	buf_reset(&s->fold_line);
	buf_reset(&s->fold_host);
	buf_add_str(&s->fold_text, text);
	buf_add_repeated(&s->fold_text, '\n', FORMAT_SLACK);
	buf_add_str(&s->fold_line, p->line);
	buf_add_str(&s->fold_host, p->host);
	s->fold = *p;
	s->fold.host = buf_str(&s->fold_host);
	s->fold_lines = 0;
	s->folded = true;
}

/* The further line counts as one of the kind that its first one is. */
static void
fold_continue(struct qmail_scan *s, struct str text, const struct place *p)
{
	const char *first;
	enum qm_kind kind;

	s->fold_text.n -= FORMAT_SLACK;
	buf_add_str(&s->fold_text, text);
	buf_add_repeated(&s->fold_text, '\n', FORMAT_SLACK);
	first = s->fold_text.p;
	kind = qm_classify(first, first + s->fold_text.n - FORMAT_SLACK);
	s->kinds[kind]++;
	s->outside[kind] += kind != QM_UNKNOWN && s->track_lines &&
	    is_outside(s, s->fold.time_ns);
	buf_add_char(&s->fold_line, '\n');
	buf_add_str(&s->fold_line, p->line);
	if (++s->fold_lines == FOLD_LINES)
		fold_flush(s);
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

/* ---- lines ---- */

/* FNV-1a: a number for a name. */
static uint64_t
text_key(struct str s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* What stands behind splogger's stamp, or behind the tag if there is none. */
static void
syslog_text(struct qmail_scan *s, struct str text, const struct place *p,
    bool continued)
{
	if (continued && s->folded) {
		fold_continue(s, text, p);
		return;
	}
	fold_flush(s);
	if (continued) {
		/* What it goes on is in no log. */
		s->kinds[QM_UNKNOWN]++;
		keep_sample(s, p->line, p->offset);
	} else if (text.n >= FOLD_BYTES) {
		fold_begin(s, text, p);
	} else {
		text_line(s, text.p, text.p + text.n, p);
	}
}

static void
syslog_line(struct qmail_scan *s, const struct stamp *st, struct place *p)
{
	struct str text = str_skip(p->line, st->n);
	bool other = st->program.p && !qm_is_program(st->program);
	bool continued = false;
	/* splogger's own stamp has the year, and more digits. */
	size_t n = other ? 0 : qmail_stamp(text, &p->time_ns, &continued);

	s->counts.guessed_years += n == 0 && st->guessed;
	scan_time_seen(&s->time, p->line.p, p->time_ns);
	if (other) {
		/* It may stand between the parts of a folded line. */
		s->counts.ignored[IGNORED_OTHER]++;
		return;
	}
	p->host = st->host;
	p->host_key = text_key(st->host);
	syslog_text(s, str_skip(text, n), p, continued);
}

/* Every line that does not begin as multilog writes it. */
static void
other_line(struct qmail_scan *s, struct str line, uint64_t offset)
{
	struct place p = { .time_ns = WHEN_NONE, .line = line,
		.offset = offset };
	struct stamp st;
	bool stamped = stamp_parse(line, &s->clock, &st);

	if (stamped)
		p.time_ns = st.time_ns;
	if (stamped && st.host.p) {
		syslog_line(s, &st, &p);
		return;
	}
	if (stamped) {
		s->counts.guessed_years += st.guessed;
		scan_time_seen(&s->time, line.p, st.time_ns);
	}
	fold_flush(s);
	text_line(s, line.p + st.n, line.p + line.n, &p);
}

static void
one_line(struct qmail_scan *s, const char *begin, const char *end,
    uint64_t offset)
{
	s->counts.lines++;
	if (end - begin > 26 && begin[25] == ' ' &&
	    scan_time_label(&s->time, begin)) {
		struct place p = { .time_ns = scan_time_of_label(&s->time),
			.line = str_span(begin, end), .offset = offset };

		fold_flush(s);
		text_line(s, begin + 26, end, &p);
		return;
	}
	other_line(s, str_span(begin, end), offset);
}

static void
whole_lines(void *ctx, struct str block, uint64_t offset, uint64_t bytes)
{
	struct qmail_scan *s = ctx;
	struct lines it;
	const char *begin, *end;

	scan_time_block(&s->time, block.p);
	lines_begin(&it, block);
	while (lines_next(&it, &begin, &end))
		one_line(s, begin, end, offset + (uint64_t)(begin - block.p));
	scan_time_block_end(&s->time, bytes);
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
	whole_lines(s, block, offset, block.n);
}

static void
scan_begin(struct qmail_scan *s, const struct scan_options *o, event_fn *sink,
    void *ctx)
{
	*s = (struct qmail_scan){ .scan = { &format_qmail_send }, .o = *o,
		.sink = sink, .sink_ctx = ctx };
	s->track_lines = o->wants & EVENTS;
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

static void
fold_clear(struct qmail_scan *s)
{
	buf_clear(&s->fold_text);
	buf_clear(&s->fold_line);
	buf_clear(&s->fold_host);
}

/* The folded line at the end is now the one that later left open. */
static void
fold_take(struct qmail_scan *s, struct qmail_scan *later)
{
	fold_clear(s);
	s->folded = later->folded;
	s->fold_lines = later->fold_lines;
	s->fold = later->fold;
	s->fold_text = later->fold_text;
	s->fold_line = later->fold_line;
	s->fold_host = later->fold_host;
	later->fold_text = later->fold_line = later->fold_host =
	    (struct buf){ 0 };
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
	    whole_lines, s);
	/* A folded line that still waits can only be continued by a piece of
	 * which all was kept as its head. */
	if (!later->seam.at_head) {
		fold_flush(s);
		fold_take(s, later);
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
	seam_finish(&s->seam, whole_lines, s);
	fold_flush(s);
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
	fold_clear(s);
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

static void
fold_pack(const struct qmail_scan *s, struct buf *b)
{
	pack_u64(b, s->folded);
	if (!s->folded)
		return;
	pack_u64(b, s->fold_lines);
	pack_str(b, str_make(s->fold_text.p, s->fold_text.n - FORMAT_SLACK));
	pack_str(b, buf_str(&s->fold_line));
	pack_str(b, s->fold.host);
	pack_i64(b, s->fold.time_ns);
	pack_u64(b, s->fold.host_key);
	pack_u64(b, s->fold.offset);
}

static void
fold_unpack(struct qmail_scan *s, struct unpack *in)
{
	struct place p = { 0 };
	struct str text;
	unsigned lines;

	if (unpack_u64(in) == 0)
		return;
	lines = (unsigned)unpack_u64(in);
	text = unpack_str(in);
	p.line = unpack_str(in);
	p.host = unpack_str(in);
	p.time_ns = unpack_i64(in);
	p.host_key = unpack_u64(in);
	p.offset = unpack_u64(in);
	if (in->bad || text.p == NULL)
		return;
	fold_begin(s, text, &p);
	s->fold_lines = lines;
}

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
	fold_pack(s, b);
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
		fold_unpack(s, &in);
		if (!in.bad && in.at == in.end)
			return scan;
	}
	qmail_scan_free(&scan);
	return NULL;
}
