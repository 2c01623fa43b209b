#include "pump/ordered.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/when.h"
#include "format/stamp.h"
#include "input/blocks.h"
#include "input/source.h"
#include "pump/feed.h"
#include "pump/piece.h"
#include "pump/span.h"

/* Sources that overlap by more than this are different logs (as pump.c). */
#define OVERLAP_NS (INT64_C(300) * WHEN_SECOND)
/* What a tracker may have to know of the time before (qpsmtpd_track.h). */
#define AGE_NS (INT64_C(3600) * WHEN_SECOND)

/* A source that is to be read. */
struct waiting {
	size_t source;	  /* in the list of all */
	size_t index;	  /* in the list of those to be read: neighbours may
			   * share a line */
	const char *stream;
	const struct format *format;
	int year;
	struct span span;
	int64_t due_ns;	  /* when it is read at the latest */
	bool begun;
};

struct ordered_run {
	const struct ordered_options *o;
	struct ordered *result;
	struct waiting *waiting; /* by due_ns, then as listed */
	size_t n_waiting, next;
	struct feed **feeds;	 /* streams in the order of the list */
	size_t n_feeds, cap_feeds;
	uint64_t total, done;	 /* bytes on disk, for the progress */
};

static int64_t
window_start(const struct ordered_options *o)
{
	return o->start_ns < INT64_MIN + AGE_NS + OVERLAP_NS
	    ? INT64_MIN : o->start_ns - AGE_NS;
}

static int64_t
window_end(const struct ordered_options *o)
{
	return o->end_ns > INT64_MAX - OVERLAP_NS
	    ? INT64_MAX : o->end_ns + OVERLAP_NS;
}

static bool
outside(const struct ordered_options *o, int64_t first_ns, int64_t last_ns)
{
	return (last_ns != WHEN_NONE && last_ns < window_start(o)) ||
	    (first_ns != WHEN_NONE && o->end_ns != INT64_MAX &&
	    first_ns >= window_end(o));
}

/*
 * Sources that need not even be opened: multilog's names tell when a file was
 * finished, and so when the one after it begins.
 */
static void
skip_by_name(const struct ordered_options *o, struct ordered *result)
{
	int64_t before_ns = WHEN_NONE;
	const char *stream = NULL;

	for (size_t i = 0; i < o->sources->n; i++) {
		const struct source *source = o->sources->sources[i];
		int64_t last_ns = span_of_name(source);

		if (source->stream != stream || source->kind == SOURCE_FILE)
			before_ns = WHEN_NONE;
		stream = source->stream;
		result->sources[i].skipped = outside(o, before_ns, last_ns);
		before_ns = last_ns;
	}
}

/* The sources that may have to be read, in a list as plan_make wants it. */
static struct source_list
sources_left(const struct ordered_options *o, const struct ordered *result,
    size_t *index)
{
	struct source_list left = { 0 };

	left.sources = mem_zalloc((o->sources->n + 1) * sizeof(*left.sources));
	for (size_t i = 0; i < o->sources->n; i++)
		if (!result->sources[i].skipped) {
			index[left.n] = i;
			left.sources[left.n++] = o->sources->sources[i];
		}
	return left;
}

static bool
can_be_read_again(const struct source *s)
{
	return s->kind != SOURCE_STDIN && (s->inode != 0 || s->size != 0);
}

static void
wait_for(struct ordered_run *run, const struct piece *piece, size_t source)
{
	const struct ordered_options *o = run->o;
	struct ordered_source *told = &run->result->sources[source];
	struct waiting w = { .source = source, .index = piece->source,
		.stream = told->source->stream, .format = piece->format,
		.year = piece->year,
		.span = { .first_ns = WHEN_NONE, .last_ns = WHEN_NONE } };

	if (can_be_read_again(told->source))
		span_read(&w.span, told->source, o->zone, piece->year);
	run->result->bytes += w.span.bytes;
	if (outside(o, w.span.first_ns, w.span.last_ns)) {
		told->format = piece->format;
		told->skipped = true;
		return;
	}
	run->total += piece->weight;
	run->waiting[run->n_waiting++] = w;
}

/*
 * Formats, years and times of all sources.  plan_make asks for a pumped
 * result to tell errors in.
 */
static void
look_at_sources(struct ordered_run *run)
{
	const struct ordered_options *o = run->o;
	struct ordered *result = run->result;
	size_t *index = mem_zalloc((o->sources->n + 1) * sizeof(*index));
	struct source_list left;
	struct arena arena = { 0 };
	struct pumped told = { .arena = &arena };
	struct pump_options po = { .format = o->format, .jobs = 1,
		.zone = o->zone, .now_ns = o->now_ns, .clock_ns = o->clock_ns };
	struct plan plan;

	skip_by_name(o, result);
	left = sources_left(o, result, index);
	po.sources = &left;
	told.sources = mem_zalloc((left.n + 1) * sizeof(*told.sources));
	run->waiting = mem_zalloc((left.n + 1) * sizeof(*run->waiting));
	plan_make(&plan, &po, &told);
	for (size_t i = 0; i < plan.n; i++)
		wait_for(run, &plan.pieces[i], index[plan.pieces[i].source]);
	for (size_t i = 0; i < left.n; i++) {
		struct ordered_source *s = &result->sources[index[i]];

		if (told.sources[i].error)
			s->error = mem_strdup(told.sources[i].error);
		if (told.sources[i].format)
			s->format = told.sources[i].format;
	}
	plan_clear(&plan);
	arena_clear(&arena);
	free(told.sources);
	free(left.sources);
	free(index);
}

/*
 * A packed source does not show its end; but one that is known to follow it
 * begins then.
 */
static void
skip_by_next(struct ordered_run *run)
{
	const struct ordered_options *o = run->o;
	size_t left = 0;

	for (size_t i = 0; i < run->n_waiting; i++) {
		struct waiting *w = &run->waiting[i];
		const struct waiting *next = w + 1;

		if (i + 1 < run->n_waiting && next->stream == w->stream &&
		    w->span.last_ns == WHEN_NONE &&
		    next->span.first_ns != WHEN_NONE &&
		    o->sources->sources[next->source]->ordered &&
		    outside(o, WHEN_NONE, next->span.first_ns + OVERLAP_NS))
			run->result->sources[w->source].skipped = true;
		else
			run->waiting[left++] = *w;
	}
	run->n_waiting = left;
}

static bool
named_by_multilog(const struct ordered_run *run, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++) {
		size_t source = run->waiting[i].source;

		if (run->o->sources->sources[source]->kind == SOURCE_FILE ||
		    run->o->sources->sources[source]->kind == SOURCE_STDIN)
			return false;
	}
	return true;
}

static int
by_due(const void *a, const void *b)
{
	const struct waiting *x = a, *y = b;

	if (x->due_ns != y->due_ns)
		return x->due_ns < y->due_ns ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

/*
 * A source is due at its first stamp; one without stamps with the one before,
 * and one that multilog's name puts after another not before that.
 */
static void
put_in_order(struct ordered_run *run)
{
	struct waiting *w = run->waiting;

	for (size_t begin = 0, end; begin < run->n_waiting; begin = end) {
		int64_t due_ns = INT64_MIN;
		bool by_name;

		for (end = begin; end < run->n_waiting &&
		    w[end].stream == w[begin].stream; end++)
			;
		by_name = named_by_multilog(run, begin, end);
		for (size_t i = begin; i < end; i++) {
			w[i].due_ns = w[i].span.first_ns;
			if (w[i].due_ns == WHEN_NONE ||
			    (by_name && w[i].due_ns < due_ns))
				w[i].due_ns = due_ns;
			due_ns = w[i].due_ns;
		}
	}
	qsort(w, run->n_waiting, sizeof(*w), by_due);
}

/* May what begins at first_ns go on what was read up to last_ns? */
static bool
follows(int64_t last_ns, int64_t first_ns)
{
	return first_ns == WHEN_NONE || last_ns == WHEN_NONE ||
	    last_ns - OVERLAP_NS <= first_ns;
}

static void
begin_source(struct ordered_run *run, struct feed *f, struct waiting *w,
    bool contiguous)
{
	const struct ordered_options *o = run->o;
	struct ordered_source *told = &run->result->sources[w->source];
	uint64_t from = 0;

	w->begun = true;
	told->format = w->format;
	if (feed_open(f, told, w->index, w->span.last_ns) < 0)
		return;
	if (!can_be_read_again(told->source))
		f->anchor_ns = o->now_ns != WHEN_NONE ? o->now_ns : o->clock_ns;
	if (o->start_ns != INT64_MIN && w->span.seekable &&
	    span_is_absolute(w->span.kind))
		from = span_find(f->reader, o->zone, window_start(o));
	feed_begin(f, from);
	if (f->sieve)
		sieve_source(f->sieve, told->source, from, contiguous);
}

/* Room for a sample of whole lines, and how many of them are taken. */
#define SAMPLE_BYTES ((size_t)128 << 10)
#define SAMPLES 4

/* Lines from the middle of what the reader stands at, FORMAT_SLACK behind. */
static struct str
read_sample(struct reader *r, char *p)
{
	struct str lines = { p, 0 };
	size_t got, newline;

	while (lines.n < SAMPLE_BYTES && (got = reader_read(r, p + lines.n,
	    SAMPLE_BYTES - lines.n)) > 0)
		lines.n += got;
	memset(p + lines.n, '\n', FORMAT_SLACK);
	newline = str_index(lines, '\n');
	return newline < lines.n ? str_skip(lines, newline + 1)
				 : str_head(lines, 0);
}

/* Samples of a source: is the word rare where it costs most? */
static bool
is_worth(const struct source *source, const struct sieve_options *so)
{
	char *p;
	struct reader *r;
	bool worth = true;

	if (reader_open(&r, source, NULL) < 0)
		return false;
	p = mem_alloc(SAMPLE_BYTES + FORMAT_SLACK);
	for (uint64_t i = 0; i < SAMPLES && worth && reader_seekable(r); i++) {
		reader_seek(r, reader_size(r) / SAMPLES * i);
		worth = sieve_is_worth(so, read_sample(r, p));
	}
	free(p);
	reader_close(&r);
	return worth;
}

/*
 * Can a sieve read all sources of w's stream?  It looks back, which packed
 * ones do not allow, and knows multilog's stamps by their form.
 */
static bool
can_be_sifted(const struct ordered_run *run, const struct waiting *w,
    const struct sieve_options *so)
{
	const struct ordered_options *o = run->o;
	const struct waiting *largest = w;

	if (o->word.n < 2 || o->before || o->after || w->format == NULL)
		return false;
	for (size_t i = 0; i < run->n_waiting; i++) {
		const struct waiting *x = &run->waiting[i];

		if (x->stream != w->stream)
			continue;
		if (!x->span.seekable || x->span.kind != STAMP_TAI64N ||
		    x->format != w->format)
			return false;
		if (o->sources->sources[x->source]->size >
		    o->sources->sources[largest->source]->size)
			largest = x;
	}
	return o->word_is_rare || is_worth(o->sources->sources[largest->source], so);
}

static struct feed *
new_feed(struct ordered_run *run, const struct waiting *w)
{
	const struct ordered_options *o = run->o;
	struct lane_options lo = { .format = w->format, .keep = o->keep,
		.before = o->before, .after = o->after };
	struct sieve_options so;
	struct feed *f;

	lo.scan = (struct scan_options){ .wants = o->wants,
		.start_ns = o->start_ns, .end_ns = o->end_ns, .first = true,
		.all_checks = o->all_checks, .join = true,
		.stream = str_from(w->stream), .zone = o->zone,
		.year = w->year };
	lo.ctx = o->lane_ctx ? o->lane_ctx(o->ctx, w->stream, w->year) : o->ctx;
	f = feed_new(&lo, w->stream, w->index);
	so = (struct sieve_options){ .word = o->word,
		.others = o->others, .others_ctx = o->ctx,
		.format = w->format,
		.scan = lo.scan };
	if (can_be_sifted(run, w, &so))
		f->sieve = sieve_new(&so, f->lane);
	ARRAY_PUSH(run->feeds, run->n_feeds, run->cap_feeds) = f;
	return f;
}

/* The source that goes on where f ended, or NULL. */
static struct waiting *
find_next(struct ordered_run *run, const struct feed *f)
{
	for (size_t i = run->next; i < run->n_waiting; i++) {
		struct waiting *w = &run->waiting[i];

		if (!w->begun && w->stream == f->stream &&
		    (w->format == NULL || lane_format(f->lane) == NULL ||
		    w->format == lane_format(f->lane)) &&
		    follows(feed_last_ns(f), w->span.first_ns))
			return w;
	}
	return NULL;
}

/* The source of f was read: on with the next of its log, or it ends. */
static void
go_on(struct ordered_run *run, struct feed *f)
{
	struct waiting *w = find_next(run, f);
	bool contiguous = w && w->index == f->index + 1 &&
	    run->o->sources->sources[w->source]->ordered;

	if (w == NULL) {
		if (f->sieve)
			sieve_finish(f->sieve);
		lane_finish(f->lane);
		f->finished = true;
		return;
	}
	lane_source_end(f->lane, contiguous);
	begin_source(run, f, w, contiguous);
}

/* Reads a block, or goes on where there is none. */
static void
read_on(struct ordered_run *run, struct feed *f)
{
	uint64_t before = feed_taken(f);
	bool more = feed_next(f, window_end(run->o), run->o->zone);

	run->result->bytes += feed_taken(f) - before;
	if (run->o->progress)
		run->o->progress(run->o->ctx, run->result->bytes, run->total);
	if (!more) {
		feed_close(f);
		go_on(run, f);
	}
}

/* Until f has an event, or nothing more. */
static void
fill(struct ordered_run *run, struct feed *f)
{
	while (lane_peek(f->lane) == NULL && !f->finished)
		read_on(run, f);
}

/*
 * Before w is taken for another log: do those of its stream that are still
 * read end in time for it to go on one of them?  True if it did.
 */
static bool
goes_on(struct ordered_run *run, const struct waiting *w)
{
	for (size_t i = 0; i < run->n_feeds && !w->begun; i++) {
		struct feed *f = run->feeds[i];

		while (f->lane && f->stream == w->stream && !f->finished &&
		    !w->begun &&
		    follows(feed_last_ns(f), w->span.first_ns))
			read_on(run, f);
	}
	return w->begun;
}

/* Which of two feeds that have an event comes first? */
static bool
is_before(const struct feed *a, const struct feed *b)
{
	int64_t a_ns = lane_peek(a->lane)->time_ns;
	int64_t b_ns = lane_peek(b->lane)->time_ns;

	return a_ns != b_ns ? a_ns < b_ns : a->order < b->order;
}

/*
 * The feed with the oldest event, or NULL.  Feeds that have ended and are
 * empty are closed.
 */
static struct feed *
oldest(struct ordered_run *run)
{
	struct feed *best = NULL;

	for (size_t i = 0; i < run->n_feeds; i++) {
		struct feed *f = run->feeds[i];

		if (f->lane == NULL)
			continue;
		fill(run, f);
		if (lane_peek(f->lane) == NULL) {
			if (run->o->lane_end)
				run->o->lane_end(run->o->ctx, f->lane_ctx);
			sieve_free(&f->sieve);
			lane_free(&f->lane);
		} else if (best == NULL || is_before(f, best)) {
			best = f;
		}
	}
	return best;
}

/*
 * The next source that no feed has taken up, if it is due at time_ns.  One
 * without stamps goes on another, or comes when all is read.
 */
static struct waiting *
due(struct ordered_run *run, int64_t time_ns, bool all)
{
	while (run->next < run->n_waiting && run->waiting[run->next].begun)
		run->next++;
	for (size_t i = run->next; i < run->n_waiting; i++) {
		struct waiting *w = &run->waiting[i];

		if (w->begun || (!all && w->span.first_ns == WHEN_NONE))
			continue;
		return all || w->due_ns <= time_ns ? w : NULL;
	}
	return NULL;
}

static void
read_in_order(struct ordered_run *run)
{
	for (;;) {
		struct feed *f = oldest(run);
		const struct event *ev = f ? lane_peek(f->lane) : NULL;
		struct waiting *w = due(run, ev ? ev->time_ns : 0, f == NULL);

		if (w) {
			if (!goes_on(run, w))
				begin_source(run, new_feed(run, w), w, false);
			continue;
		}
		if (f == NULL || !run->o->sink(run->o->ctx, ev))
			return;
		lane_drop(f->lane);
	}
}

void
ordered_run(const struct ordered_options *o, struct ordered *result)
{
	struct ordered_run run = { .o = o, .result = result };

	*result = (struct ordered){ .n_sources = o->sources->n };
	result->sources = mem_zalloc(
	    (o->sources->n + 1) * sizeof(*result->sources));
	for (size_t i = 0; i < o->sources->n; i++)
		result->sources[i].source = o->sources->sources[i];
	look_at_sources(&run);
	skip_by_next(&run);
	put_in_order(&run);
	read_in_order(&run);
	for (size_t i = 0; i < run.n_feeds; i++)
		feed_free(&run.feeds[i]);
	free(run.feeds);
	free(run.waiting);
}

void
ordered_clear(struct ordered *o)
{
	for (size_t i = 0; i < o->n_sources; i++)
		free(o->sources[i].error);
	free(o->sources);
	*o = (struct ordered){ 0 };
}
