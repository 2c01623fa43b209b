#include "pump/live.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"
#include "format/stamp.h"
#include "input/follow.h"
#include "pump/lane.h"
#include "pump/last.h"

/* Where the looking for the last events begins, and how it goes on. */
#define LOOK_FIRST (UINT64_C(64) << 10)
#define LOOK_TIMES 16

struct live_lane {
	struct live *live;
	size_t log;	   /* its number in the follower */
	struct lane *lane; /* NULL before the first line */
	bool starting;	   /* what comes was there before */
	struct last last;  /* of that */
	uint64_t end;	   /* of what was read, in the lane */
};

struct live {
	struct live_options o;
	struct live_lane **lanes; /* one for each log */
	size_t n;
	size_t cap;
};

struct live *
live_new(const struct live_options *o)
{
	struct live *l = mem_zalloc(sizeof(*l));

	l->o = *o;
	return l;
}

void
live_free(struct live **live)
{
	struct live *l = *live;

	if (l == NULL)
		return;
	for (size_t i = 0; i < l->n; i++) {
		lane_free(&l->lanes[i]->lane);
		last_clear(&l->lanes[i]->last);
		free(l->lanes[i]);
	}
	free(l->lanes);
	free(l);
	*live = NULL;
}

/* ---- one log ---- */

static bool
keep(void *ctx, const struct event *ev)
{
	struct live_lane *lane = ctx;
	const struct live_options *o = &lane->live->o;

	if (!event_has_line(ev) || !o->keep(o->ctx, ev, lane->starting))
		return false;
	if (lane->starting)
		last_add(&lane->last, ev);
	return !lane->starting;
}

static void
note_end(void *ctx, const struct format *format, struct str block,
    uint64_t offset)
{
	struct live_lane *lane = ctx;

	(void)format;
	lane->end = offset + block.n;
}

/* The year of the first line, of stamps that name none. */
static int
first_year(const struct live_options *o, struct str lines)
{
	struct years y;

	years_init(&y);
	years_block(&y, lines);
	return y.any ? years_first(&y, o->now_ns, o->zone) : 0;
}

static void
give(struct live_lane *lane, const struct follow_block *b)
{
	const struct live_options *o = &lane->live->o;

	if (lane->lane == NULL && b->lines.n > 0) {
		const struct lane_options lo = { .format = o->format,
			.scan = { .wants = o->wants, .start_ns = INT64_MIN,
			    .end_ns = INT64_MAX, .join = true,
			    .stream = str_from(follow_stream(o->follow,
			    lane->log)), .zone = o->zone,
			    .year = first_year(o, b->lines) },
			.keep = keep, .after = note_end, .ctx = lane };

		lane->lane = lane_new(&lo);
	}
	if (lane->lane == NULL)
		return;
	lane_block(lane->lane, b->lines, b->offset);
	if (b->end)
		lane_source_end(lane->lane, b->contiguous);
}

/* New logs get lanes. */
static void
take_logs(struct live *l)
{
	while (l->n < follow_count(l->o.follow)) {
		struct live_lane *lane = mem_zalloc(sizeof(*lane));

		lane->live = l;
		lane->log = l->n;
		ARRAY_PUSH(l->lanes, l->n, l->cap) = lane;
	}
}

/* ---- the start ---- */

/* Was LIVE_STATE_BYTES read before the n-th last event? */
static bool
is_enough(const struct live_lane *lane, uint64_t window)
{
	const struct last *last = &lane->last;

	return last->most == 0 || (last->n == last->most &&
	    lane->end - last_get(last, 0)->offset <= window);
}

static bool
stopped(const struct live *l)
{
	return l->o.stop && l->o.stop(l->o.ctx);
}

static bool
read_back(struct live_lane *lane, uint64_t window)
{
	struct follow *f = lane->live->o.follow;
	struct follow_block b;
	bool all;

	lane_free(&lane->lane);
	last_clear(&lane->last);
	lane->end = 0;
	all = follow_start(f, lane->log, window + LIVE_STATE_BYTES);
	while (!stopped(lane->live) && follow_read(f, lane->log, &b))
		give(lane, &b);
	return all || is_enough(lane, window);
}

static void
start_lane(struct live_lane *lane, size_t n)
{
	uint64_t most = LIVE_LOOK_BYTES, window = LOOK_FIRST;

	if (n > most / LIVE_LOOK_BYTES_EACH)
		most = n > UINT64_MAX / 2 / LIVE_LOOK_BYTES_EACH
		    ? UINT64_MAX / 2 : n * LIVE_LOOK_BYTES_EACH;
	last_init(&lane->last, n);
	lane->starting = true;
	while (!read_back(lane, window) && window < most &&
	    !stopped(lane->live))
		window = window < most / LOOK_TIMES ? window * LOOK_TIMES
						    : most;
	lane->starting = false;
}

/* The lane whose next event is the oldest; NULL: there are no more. */
static struct live_lane *
oldest_last(const struct live *l, const size_t *at)
{
	struct live_lane *best = NULL;

	for (size_t i = 0; i < l->n; i++) {
		struct live_lane *lane = l->lanes[i];

		if (at[i] < lane->last.n && (best == NULL ||
		    last_get(&lane->last, at[i])->time_ns <
		    last_get(&best->last, at[best->log])->time_ns))
			best = lane;
	}
	return best;
}

bool
live_start(struct live *l, size_t n)
{
	struct live_lane *lane;
	size_t *at, total = 0;
	bool more = true;

	take_logs(l);
	for (size_t i = 0; i < l->n; i++) {
		/* What comes through a pipe is new, all of it. */
		if (strcmp(follow_path(l->o.follow, i), "-") != 0)
			start_lane(l->lanes[i], n);
		total += l->lanes[i]->last.n;
	}
	at = mem_zalloc((l->n + 1) * sizeof(*at));
	while (more && (lane = oldest_last(l, at)) != NULL) {
		const struct event *ev = last_get(&lane->last,
		    at[lane->log]++);

		if (total-- <= n)
			more = l->o.sink(l->o.ctx, ev);
	}
	free(at);
	for (size_t i = 0; i < l->n; i++)
		last_clear(&l->lanes[i]->last);
	return more;
}

/* ---- from then on ---- */

/* Reads until there is an event, or nothing more at present. */
static const struct event *
next_of(struct live_lane *lane)
{
	const struct event *ev = NULL;
	struct follow_block b;

	while ((lane->lane == NULL || (ev = lane_peek(lane->lane)) == NULL) &&
	    !stopped(lane->live) &&
	    follow_read(lane->live->o.follow, lane->log, &b))
		give(lane, &b);
	return ev;
}

static bool
emit(struct live *l, const struct event *(*next)(struct live_lane *))
{
	bool more = true;

	while (more) {
		const struct event *best = NULL;
		struct lane *from = NULL;

		for (size_t i = 0; i < l->n; i++) {
			const struct event *ev = next(l->lanes[i]);

			if (ev && (best == NULL || ev->time_ns < best->time_ns)) {
				best = ev;
				from = l->lanes[i]->lane;
			}
		}
		if (best == NULL)
			break;
		more = l->o.sink(l->o.ctx, best);
		lane_drop(from);
	}
	return more;
}

bool
live_read(struct live *l)
{
	take_logs(l);
	return emit(l, next_of);
}

bool
live_recognised(const struct live *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->lanes[i]->lane && lane_format(l->lanes[i]->lane))
			return true;
	return false;
}

static const struct event *
left_of(struct live_lane *lane)
{
	return lane->lane ? lane_peek(lane->lane) : NULL;
}

bool
live_finish(struct live *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->lanes[i]->lane)
			lane_finish(l->lanes[i]->lane);
	return emit(l, left_of);
}
