#include "pump/pump.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"
#include "input/source.h"
#include "pump/piece.h"

/* Pieces that overlap by more than this are different logs. */
#define OVERLAP_NS (INT64_C(300) * WHEN_SECOND)

/* What the threads share while pieces are scanned. */
struct work {
	const struct pump_options *o;
	struct plan *plan;
	atomic_size_t next;
	atomic_uint_fast64_t done; /* bytes on disk */
	pthread_mutex_t lock;
	pthread_cond_t finished;
	unsigned running;
};

struct worker {
	struct work *work;
	void *ctx;
	pthread_t thread;
};

static void
work_off(struct work *w, void *ctx)
{
	size_t i;

	while ((i = atomic_fetch_add(&w->next, 1)) < w->plan->n) {
		struct piece *p = &w->plan->pieces[i];

		piece_scan(p, w->o, w->o->sources->sources[p->source]->stream,
		    ctx);
		atomic_fetch_add(&w->done, p->weight);
	}
}

static void *
worker_main(void *arg)
{
	struct worker *me = arg;

	work_off(me->work, me->ctx);
	pthread_mutex_lock(&me->work->lock);
	me->work->running--;
	pthread_cond_signal(&me->work->finished);
	pthread_mutex_unlock(&me->work->lock);
	return NULL;
}

static void
wait_with_progress(struct work *w, uint64_t total)
{
	const struct pump_options *o = w->o;

	pthread_mutex_lock(&w->lock);
	while (w->running > 0) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 250000000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
		pthread_cond_timedwait(&w->finished, &w->lock, &until);
		if (o->progress && w->running > 0)
			o->progress(o->progress_ctx, atomic_load(&w->done),
			    total);
	}
	pthread_mutex_unlock(&w->lock);
}

/*
 * Scans all pieces.  One thread, and nobody who wants to see progress: the
 * caller's does it.  A thread that cannot be had is done without.
 */
static void
scan_all(const struct pump_options *o, struct plan *plan)
{
	struct work w = { .o = o, .plan = plan,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.finished = PTHREAD_COND_INITIALIZER };
	unsigned n = o->jobs < plan->n ? o->jobs : (unsigned)plan->n;
	struct worker *workers;
	uint64_t total = 0;
	unsigned started = 0;

	if (n <= 1 && o->progress == NULL) {
		work_off(&w, o->sink_ctx[0]);
		return;
	}
	for (size_t i = 0; i < plan->n; i++)
		total += plan->pieces[i].weight;
	workers = mem_zalloc(n * sizeof(*workers));
	w.running = n;
	for (; started < n; started++) {
		workers[started].work = &w;
		workers[started].ctx = o->sink_ctx[started];
		if (pthread_create(&workers[started].thread, NULL, worker_main,
		    &workers[started]) != 0)
			break;
	}
	if (started < n) {
		pthread_mutex_lock(&w.lock);
		w.running -= n - started;
		pthread_mutex_unlock(&w.lock);
		work_off(&w, o->sink_ctx[started]);
	}
	wait_with_progress(&w, total);
	for (unsigned i = 0; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	free(workers);
}

static void
counts_to_source(struct pumped_source *s, const struct scan_counts *c,
    int sign)
{
	uint64_t ignored = 0;

	for (int i = 0; i < IGNORE_REASONS; i++)
		ignored += c->ignored[i];
	if (sign < 0) {
		s->bytes -= c->bytes;
		s->lines -= c->lines;
		s->used -= c->used;
		s->ignored -= ignored;
		s->not_understood -= c->not_understood;
		return;
	}
	s->bytes += c->bytes;
	s->lines += c->lines;
	s->used += c->used;
	s->ignored += ignored;
	s->not_understood += c->not_understood;
}

static const struct scan_counts *
counts_of(struct scan *s)
{
	return s->format->scan_counts(s);
}

/*
 * Runs step on *s and gives the lines that were read on the way (those kept
 * apart until the pieces met) to the source told.
 */
static void
settle_for(struct scan *s, struct pumped_source *told)
{
	counts_to_source(told, counts_of(s), -1);
	s->format->scan_settle(s);
	counts_to_source(told, counts_of(s), 1);
}

static void
finish_for(struct scan *s, struct pumped_source *told)
{
	counts_to_source(told, counts_of(s), -1);
	s->format->scan_finish(s);
	counts_to_source(told, counts_of(s), 1);
}

static void
join_for(struct scan *s, struct scan **later, bool contiguous,
    struct pumped_source *told)
{
	counts_to_source(told, counts_of(s), -1);
	counts_to_source(told, counts_of(*later), -1);
	s->format->scan_join(s, later, contiguous);
	counts_to_source(told, counts_of(s), 1);
}

/* A piece and where it stands in time. */
struct placed {
	struct piece *piece;
	size_t index;	  /* in the list: neighbours may share a line */
	int64_t first_ns; /* of the piece, or of the one before if it has none */
};

static int
by_time(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->first_ns != y->first_ns)
		return x->first_ns < y->first_ns ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

/* One run of pieces that follow one another in time. */
struct chain {
	struct scan *scan;
	size_t last_index; /* of the piece joined last */
	int64_t last_ns;
	struct pumped_source *told;
};

static struct chain *
chain_for(struct chain *chains, size_t n, int64_t first_ns)
{
	struct chain *best = NULL;

	for (size_t i = 0; i < n; i++) {
		if (first_ns != WHEN_NONE && chains[i].last_ns != WHEN_NONE &&
		    chains[i].last_ns - OVERLAP_NS > first_ns)
			continue;
		if (best == NULL || chains[i].last_ns > best->last_ns)
			best = &chains[i];
	}
	return best;
}

/*
 * Joins the scanned pieces of a stream.  Usually they form one chain; logs
 * that only happen to lie in the same directory overlap, and form several.
 */
static size_t
join_pieces(struct placed *placed, size_t n, const struct source_list *list,
    struct pumped *result, struct chain *chains)
{
	size_t n_chains = 0;

	for (size_t i = 0; i < n; i++) {
		struct piece *p = placed[i].piece;
		struct pumped_source *told = &result->sources[p->source];
		int64_t last_ns = counts_of(p->scan)->last_ns;
		struct chain *c = chain_for(chains, n_chains,
		    counts_of(p->scan)->first_ns);
		bool contiguous;

		if (c == NULL || c->scan->format != p->scan->format) {
			c = &chains[n_chains++];
			*c = (struct chain){ .scan = p->scan,
				.last_index = placed[i].index,
				.last_ns = last_ns, .told = told };
			p->scan = NULL;
			settle_for(c->scan, told);
			continue;
		}
		contiguous = placed[i].index == c->last_index + 1 &&
		    (p->from > 0 || list->sources[p->source]->ordered);
		join_for(c->scan, &p->scan, contiguous, told);
		c->last_index = placed[i].index;
		c->told = told;
		if (last_ns > c->last_ns)
			c->last_ns = last_ns;
	}
	for (size_t i = 0; i < n_chains; i++)
		finish_for(chains[i].scan, chains[i].told);
	return n_chains;
}

static void
counts_add(struct scan_counts *to, const struct scan_counts *c)
{
	to->bytes += c->bytes;
	to->lines += c->lines;
	to->used += c->used;
	for (int i = 0; i < IGNORE_REASONS; i++)
		to->ignored[i] += c->ignored[i];
	to->not_understood += c->not_understood;
	to->out_of_order += c->out_of_order;
	to->jumps += c->jumps;
	to->guessed_years += c->guessed_years;
	to->joined_lines += c->joined_lines;
	to->unjoined += c->unjoined;
	if (c->first_ns != WHEN_NONE &&
	    (to->first_ns == WHEN_NONE || c->first_ns < to->first_ns))
		to->first_ns = c->first_ns;
	if (c->last_ns > to->last_ns)
		to->last_ns = c->last_ns;
	for (unsigned i = 0; i < c->n_samples && to->n_samples < SCAN_SAMPLES;
	    i++)
		to->samples[to->n_samples++] = c->samples[i];
}

/* Days of several chains, ascending, each once. */
static void
days_add(struct pumped_stream *s, const struct scan_day *days, size_t n)
{
	struct scan_day *all = mem_alloc((s->n_days + n + 1) * sizeof(*all));
	size_t i = 0, j = 0, k = 0;

	while (i < s->n_days || j < n) {
		if (j == n || (i < s->n_days && s->days[i].day < days[j].day)) {
			all[k++] = s->days[i++];
		} else if (i == s->n_days || days[j].day < s->days[i].day) {
			all[k++] = days[j++];
		} else {
			all[k] = s->days[i++];
			all[k++].bytes += days[j++].bytes;
		}
	}
	free(s->days);
	s->days = all;
	s->n_days = k;
}

void
pumped_stream_add(struct pumped_stream *s, struct scan *scan, bool only)
{
	size_t n;
	const struct scan_gap *gaps;
	const struct scan_day *days;

	counts_add(&s->counts, counts_of(scan));
	gaps = scan->format->scan_gaps(scan, &n);
	/* A gap in one of two overlapping logs is no gap of the stream. */
	if (only && n > 0) {
		s->gaps = mem_alloc(n * sizeof(*gaps));
		memcpy(s->gaps, gaps, n * sizeof(*gaps));
		s->n_gaps = n;
	}
	days = scan->format->scan_days(scan, &n);
	days_add(s, days, n);
}

/* Are the names of all the pieces in the order of time? */
static bool
names_tell_order(const struct source_list *list, const struct piece *pieces,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum source_kind kind = list->sources[pieces[i].source]->kind;

		if (kind != SOURCE_FINISHED && kind != SOURCE_UNPROCESSED &&
		    kind != SOURCE_CURRENT)
			return false;
	}
	return true;
}

static void
join_stream(const struct pump_options *o, struct piece *pieces, size_t n,
    struct pumped *result, struct pumped_stream *stream)
{
	struct placed *placed = mem_zalloc((n + 1) * sizeof(*placed));
	struct chain *chains = mem_zalloc((n + 1) * sizeof(*chains));
	int64_t before_ns = INT64_MIN;
	size_t n_placed = 0, n_chains;

	for (size_t i = 0; i < n; i++) {
		struct piece *p = &pieces[i];
		struct pumped_source *told = &result->sources[p->source];
		int64_t first_ns;

		if (p->format)
			told->format = stream->format = p->format;
		if (p->error) {
			told->error = arena_str(result->arena,
			    str_from(p->error)).p;
			told->truncated |= p->truncated;
		}
		if (p->scan == NULL)
			continue;
		counts_to_source(told, counts_of(p->scan), 1);
		stream->counts.long_lines += p->long_lines;
		first_ns = counts_of(p->scan)->first_ns;
		if (first_ns == WHEN_NONE)
			first_ns = before_ns;
		before_ns = first_ns;
		placed[n_placed++] = (struct placed){ p, i, first_ns };
	}
	if (!names_tell_order(o->sources, pieces, n))
		qsort(placed, n_placed, sizeof(*placed), by_time);
	n_chains = join_pieces(placed, n_placed, o->sources, result, chains);
	for (size_t i = 0; i < n_chains; i++) {
		pumped_stream_add(stream, chains[i].scan, n_chains == 1);
		chains[i].scan->format->scan_free(&chains[i].scan);
	}
	free(placed);
	free(chains);
}

static void
join_all(const struct pump_options *o, struct plan *plan,
    struct pumped *result)
{
	const struct source_list *list = o->sources;
	size_t piece = 0;

	result->streams = mem_zalloc((list->n + 1) * sizeof(*result->streams));
	for (size_t i = 0; i < list->n;) {
		const char *name = list->sources[i]->stream;
		struct pumped_stream *stream =
		    &result->streams[result->n_streams++];
		size_t begin = piece;

		while (i < list->n && list->sources[i]->stream == name)
			i++;
		while (piece < plan->n && plan->pieces[piece].source < i)
			piece++;
		stream->name = name;
		stream->counts.first_ns = stream->counts.last_ns = WHEN_NONE;
		join_stream(o, plan->pieces + begin, piece - begin, result,
		    stream);
	}
}

void
pump_run(const struct pump_options *o, struct pumped *result)
{
	struct plan plan;

	*result = (struct pumped){ .n_sources = o->sources->n };
	result->arena = mem_zalloc(sizeof(*result->arena));
	result->sources = mem_zalloc(
	    (o->sources->n + 1) * sizeof(*result->sources));
	plan_make(&plan, o, result);
	scan_all(o, &plan);
	join_all(o, &plan, result);
	plan_clear(&plan);
}

void
pumped_clear(struct pumped *p)
{
	for (size_t i = 0; i < p->n_streams; i++) {
		free(p->streams[i].gaps);
		free(p->streams[i].days);
	}
	free(p->streams);
	free(p->sources);
	if (p->arena)
		arena_clear(p->arena);
	free(p->arena);
	*p = (struct pumped){ 0 };
}
