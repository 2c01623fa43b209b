/*
 * recall.c - a store read back: tallies of a period, and what was read.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/when.h"
#include "event/filter.h"
#include "history/anonymize.h"
#include "history/chain_lane.h"
#include "history/history.h"
#include "input/source.h"
#include "pump/lane.h"
#include "store/store.h"

/* ---- which days are whole ---- */

/* When the day after this one begins. */
static int64_t
day_end(const struct store *s, int32_t day)
{
	return day == STORE_NO_DAY ? INT64_MIN : store_day_start(s, day + 1);
}

static bool
touches(const struct store *s, const struct store_day *d,
    const struct period *p)
{
	/* What has no time is in every period. */
	return d->day == STORE_NO_DAY ||
	    (store_day_start(s, d->day) < p->end_ns &&
	    day_end(s, d->day) > p->start_ns);
}

/* Can the day be answered by its tally? */
static bool
is_whole(const struct history_recall *o, const struct store_day *d)
{
	const struct store *s = o->store;

	if (o->filter || o->facts_only || !d->counted || d->other_rules ||
	    strcmp(zone_name(o->zone), store_settings(s)->zone) != 0)
		return false;
	return d->day == STORE_NO_DAY ||
	    (store_day_start(s, d->day) >= o->period.start_ns &&
	    day_end(s, d->day) <= o->period.end_ns);
}

/* ---- facts ---- */

static int
refuse(const struct history_recall *o, int32_t day, int32_t since,
    struct err *err)
{
	struct buf which = { 0 }, from = { 0 };

	when_format(&which, store_day_start(o->store, day), WHEN_DAY, o->zone);
	when_format(&from, store_day_start(o->store, since), WHEN_DAY, o->zone);
	err_set(err, ERR_DATA, "%s: of %.*s only the sums of the whole day are "
	    "kept, under the settings of then; single events from %.*s on; "
	    "choose whole days, without filters", store_name(o->store),
	    STR_ARG(buf_str(&which)), STR_ARG(buf_str(&from)));
	buf_clear(&which);
	buf_clear(&from);
	return -1;
}

/* Counts what of the days in a row falls in the period. */
static int
count_facts(const struct history_recall *o, int32_t first, int32_t last,
    struct tally *t, struct err *err)
{
	struct store_query q = { .start_ns = store_day_start(o->store, first),
		.end_ns = day_end(o->store, last),
		.kinds = o->kinds ? o->kinds : EVENT_ALL, .filter = o->filter };
	bool timeless = first == STORE_NO_DAY;
	struct store_facts *facts;
	struct event ev;
	int more;

	if (q.start_ns < o->period.start_ns)
		q.start_ns = o->period.start_ns;
	if (q.end_ns > o->period.end_ns)
		q.end_ns = o->period.end_ns;
	if (store_facts_open(&facts, o->store, &q, err) < 0)
		return -1;
	while ((more = store_facts_next(facts, &ev, NULL, err)) == 1)
		if ((ev.time_ns == WHEN_NONE) == timeless)
			tally_add(t, &ev);
	store_facts_close(&facts);
	return more;
}

static int
count_days(const struct history_recall *o, const struct store_day *days,
    size_t n, struct tally *t, struct err *err)
{
	int32_t since;

	if (store_facts_since(o->store, &since, err) < 0)
		return -1;
	for (size_t i = 0, end; i < n; i = end) {
		end = i + 1;
		if (!touches(o->store, &days[i], &o->period))
			continue;
		if (is_whole(o, &days[i])) {
			if (store_read_tally(o->store, days[i].day, o->rules, t,
			    err) < 0)
				return -1;
			continue;
		}
		if (days[i].day < since && o->as_kept)
			continue;
		/* What has no time was given up with the first of them. */
		if (days[i].day < since && days[i].day != STORE_NO_DAY)
			return refuse(o, days[i].day, since, err);
		while (days[i].day != STORE_NO_DAY && end < n &&
		    touches(o->store, &days[end], &o->period) &&
		    !is_whole(o, &days[end]))
			end++;
		if (count_facts(o, days[i].day, days[end - 1].day, t, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- what is open at the ends ---- */

struct ending {
	const struct history_recall *o;
	struct anonymizer *anonymizer; /* NULL: the store is not anonymized */
	struct tally *tally; /* NULL: nobody counts */
};

/* A lane's keep: what is unfinished, or waited for a further line. */
static bool
count_event(void *ctx, const struct event *ev)
{
	const struct ending *e = ctx;
	const struct period *p = &e->o->period;

	ev = anonymize(e->anonymizer, ev);
	if (e->tally && (ev->time_ns == WHEN_NONE ||
	    (ev->time_ns >= p->start_ns && ev->time_ns < p->end_ns)) &&
	    filter_match(e->o->filter, ev))
		tally_add(e->tally, ev);
	return false;
}

/* The lane of a chain, as if its log ended; NULL with *err. */
static struct lane *
finished_lane(struct ending *e, const struct store_chain *c, struct err *err)
{
	struct lane *lane = chain_lane(e->o->store, c, e->o->zone, count_event,
	    e, err);

	if (lane)
		lane_finish(lane);
	return lane;
}

int
history_tally(const struct history_recall *o, struct tally *t,
    struct err *err)
{
	struct ending e = { .o = o, .tally = t };
	struct arena arena = { 0 };
	struct store_day *days;
	struct store_chain *chains;
	size_t n = 0, n_chains = 0;
	int result = -1;

	if (anonymizer_open(&e.anonymizer, o->store, o->classes, err) == 0 &&
	    store_days(o->store, o->rules, &arena, &days, &n, err) == 0 &&
	    store_chains(o->store, &arena, &chains, &n_chains, err) == 0)
		result = count_days(o, days, n, t, err);
	for (size_t i = 0; result == 0 && i < n_chains; i++) {
		struct lane *lane = finished_lane(&e, &chains[i], err);

		if (lane == NULL)
			result = -1;
		lane_free(&lane);
	}
	tally_settle(t);
	anonymizer_close(&e.anonymizer);
	arena_clear(&arena);
	return result;
}

/* ---- streams and sources ---- */

static enum source_kind
kind_of(struct str name)
{
	if (str_eq(name, STR("finished")))
		return SOURCE_FINISHED;
	if (str_eq(name, STR("unprocessed")))
		return SOURCE_UNPROCESSED;
	return str_eq(name, STR("current")) ? SOURCE_CURRENT : SOURCE_FILE;
}

static enum source_packing
packing_of(struct str name)
{
	static const enum source_packing all[] = {
		PACKING_GZIP, PACKING_ZSTD, PACKING_XZ, PACKING_BZIP2
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (str_eq(name, str_from(source_packing_name(all[i]))))
			return all[i];
	return PACKING_NONE;
}

static void
add_source(struct pumped *p, const struct store_source *s,
    const struct pumped_stream *stream)
{
	struct source *source = arena_alloc(p->arena, sizeof(*source));

	*source = (struct source){ .path = arena_str(p->arena, s->path).p,
		.stream = stream->name, .kind = kind_of(s->kind),
		.packing = packing_of(s->packing), .size = s->disk_bytes,
		.mtime_ns = s->mtime_ns, .ctime_ns = WHEN_NONE,
		.device = s->device, .inode = s->inode };
	p->sources[p->n_sources++] = (struct pumped_source){
		.source = source, .format = stream->format,
		.bytes = s->position, .lines = s->lines, .used = s->used,
		.ignored = s->ignored, .not_understood = s->not_understood,
		.truncated = s->truncated,
		.error = s->error.n ? arena_str(p->arena, s->error).p : NULL };
}

/* The chains and sources of one stream: those of chains[at] and its kin. */
static int
add_stream(struct ending *e, struct pumped *p,
    const struct store_chain *chains, size_t n, size_t at,
    const struct store_source *sources, size_t n_sources, struct err *err)
{
	struct pumped_stream *stream = &p->streams[p->n_streams++];
	size_t kin = 0;

	stream->name = arena_str(p->arena, chains[at].stream).p;
	stream->counts.first_ns = stream->counts.last_ns = WHEN_NONE;
	for (size_t i = at; i < n; i++)
		kin += str_eq(chains[i].stream, chains[at].stream);
	for (size_t i = at; i < n; i++) {
		struct lane *lane;

		if (!str_eq(chains[i].stream, chains[at].stream))
			continue;
		lane = finished_lane(e, &chains[i], err);
		if (lane == NULL)
			return -1;
		stream->format = lane_format(lane);
		pumped_stream_add(stream, lane_scan(lane), kin == 1);
		stream->counts.joined_lines += lane_joined(lane);
		lane_free(&lane);
	}
	for (size_t j = 0; j < n_sources; j++)
		for (size_t i = at; i < n; i++)
			if (sources[j].chain == chains[i].id &&
			    str_eq(chains[i].stream, chains[at].stream)) {
				stream->counts.long_lines +=
				    sources[j].long_lines;
				add_source(p, &sources[j], stream);
			}
	return 0;
}

int
history_streams(const struct history_recall *o, struct pumped *p,
    struct err *err)
{
	struct ending e = { .o = o };
	struct arena arena = { 0 };
	struct store_chain *chains;
	struct store_source *sources;
	size_t n = 0, n_sources = 0;
	int result = -1;

	*p = (struct pumped){ .arena = mem_zalloc(sizeof(*p->arena)) };
	if (store_chains(o->store, &arena, &chains, &n, err) == 0 &&
	    store_sources(o->store, &arena, &sources, &n_sources, err) == 0)
		result = 0;
	p->streams = mem_zalloc((n + 1) * sizeof(*p->streams));
	p->sources = mem_zalloc((n_sources + 1) * sizeof(*p->sources));
	for (size_t i = 0; result == 0 && i < n; i++) {
		size_t first = 0;

		while (!str_eq(chains[first].stream, chains[i].stream))
			first++;
		if (first == i)
			result = add_stream(&e, p, chains, n, i, sources,
			    n_sources, err);
	}
	arena_clear(&arena);
	return result;
}
