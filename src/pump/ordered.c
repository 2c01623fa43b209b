#include "pump/ordered.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/when.h"
#include "input/blocks.h"
#include "input/source.h"
#include "pump/agenda.h"
#include "pump/feed.h"

struct ordered_run {
	const struct ordered_options *o;
	struct ordered *result;
	struct agenda agenda;
	struct feed **feeds;	 /* streams in the order of the list */
	size_t n_feeds, cap_feeds;
};

/* May what begins at first_ns go on what was read up to last_ns? */
static bool
follows(int64_t last_ns, int64_t first_ns)
{
	return first_ns == WHEN_NONE || last_ns == WHEN_NONE ||
	    last_ns - AGENDA_OVERLAP_NS <= first_ns;
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
	if (!agenda_can_read_again(told->source))
		f->anchor_ns = o->now_ns != WHEN_NONE ? o->now_ns : o->clock_ns;
	if (o->start_ns != INT64_MIN && w->span.seekable &&
	    span_is_absolute(w->span.kind))
		from = span_find(f->reader, o->zone, agenda_start(o));
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

	if (o->word.n < 2 || o->before || o->after || w->format == NULL ||
	    w->format->record_word.n < 2)
		return false;
	for (size_t i = 0; i < run->agenda.n; i++) {
		const struct waiting *x = &run->agenda.waiting[i];

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
	for (size_t i = run->agenda.next; i < run->agenda.n; i++) {
		struct waiting *w = &run->agenda.waiting[i];

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
	bool more = feed_next(f, agenda_end(run->o), run->o->zone);

	run->result->bytes += feed_taken(f) - before;
	if (run->o->progress)
		run->o->progress(run->o->ctx, run->result->bytes, run->agenda.bytes);
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
	while (run->agenda.next < run->agenda.n && run->agenda.waiting[run->agenda.next].begun)
		run->agenda.next++;
	for (size_t i = run->agenda.next; i < run->agenda.n; i++) {
		struct waiting *w = &run->agenda.waiting[i];

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
	agenda_make(&run.agenda, o, result);
	read_in_order(&run);
	for (size_t i = 0; i < run.n_feeds; i++)
		feed_free(&run.feeds[i]);
	free(run.feeds);
	agenda_clear(&run.agenda);
}

void
ordered_clear(struct ordered *o)
{
	for (size_t i = 0; i < o->n_sources; i++)
		free(o->sources[i].error);
	free(o->sources);
	*o = (struct ordered){ 0 };
}
