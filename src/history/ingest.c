/*
 * ingest.c - new lines of logs into a store.
 *
 * Each source is known by its content (known.c), so reading begins where it
 * ended.  A source that is new goes on a chain - the continuous log that it is
 * the next part of - or begins one, by the rules of ordered.c.  The lane of a
 * chain is restored from the store when it is needed first.
 *
 * A delta ends every so many bytes, between two blocks, and at the end.  What
 * it holds is in the store wholly or not at all: facts, tallies by day, the
 * positions of sources and the lanes of chains.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/when.h"
#include "history/anonymize.h"
#include "history/history.h"
#include "history/known.h"
#include "input/blocks.h"
#include "input/source.h"
#include "pump/agenda.h"
#include "pump/lane.h"
#include "store/store.h"
#include "tally/classes.h"

/* Long enough for its commit not to matter, short enough to be done again. */
#define DELTA_BYTES (UINT64_C(64) << 20)

struct day_tally {
	int32_t day;
	struct tally *tally;
};

/* A chain of the store that something is read into. */
struct chain {
	struct ingest *in;
	struct store_chain kept;
	struct lane *lane;	 /* NULL before it is needed */
	uint64_t source;	 /* the id of its newest source */
	size_t index;		 /* of that in the list; SIZE_MAX: not in it */
	bool changed;
};

struct ingest {
	const struct history_ingest *o;
	struct history_ingested *result;
	struct agenda agenda;
	struct ordered listed;
	struct arena arena;
	struct chain **chains;
	size_t n_chains, cap_chains;
	struct store_source *sources; /* all that are known */
	size_t n_sources, cap_sources;
	struct day_tally *days;
	size_t n_days, cap_days, last_day;
	struct anonymizer *anonymizer; /* NULL: the store is not anonymized */
	uint64_t delta; /* bytes since the last commit */
	bool begun;
	bool failed;	/* err says why */
	struct err err;
};

uint64_t
history_rules(const struct classes *c, const char *country_file)
{
	struct buf b = { 0 };
	uint64_t rules;

	pack_u64(&b, HISTORY_RULES);
	pack_u64(&b, classes_fingerprint(c));
	pack_str(&b, str_from(country_file ? country_file : ""));
	rules = hash_64(buf_str(&b));
	buf_clear(&b);
	return rules;
}

/* ---- events ---- */

static struct tally *
tally_of(struct ingest *in, int32_t day)
{
	struct tally_options to = in->o->tally;

	if (in->last_day < in->n_days && in->days[in->last_day].day == day)
		return in->days[in->last_day].tally;
	for (in->last_day = 0; in->last_day < in->n_days; in->last_day++)
		if (in->days[in->last_day].day == day)
			return in->days[in->last_day].tally;
	to.zone = in->o->zone;
	to.grain_s = store_settings(in->o->store)->grain_s;
	ARRAY_PUSH(in->days, in->n_days, in->cap_days) =
	    (struct day_tally){ day, tally_new(&to) };
	return in->days[in->last_day].tally;
}

/* A lane's keep: takes every event at once, so that none waits. */
static bool
take_event(void *ctx, const struct event *ev)
{
	struct chain *c = ctx;
	struct ingest *in = c->in;

	if (in->failed)
		return false;
	ev = anonymize(in->anonymizer, ev);
	if (store_add_event(in->o->store, c->kept.id, ev, &in->err) < 0)
		in->failed = true;
	tally_add(tally_of(in, store_day_of(in->o->store, ev->time_ns)), ev);
	in->result->facts++;
	return false;
}

/* ---- deltas ---- */

static void
days_clear(struct ingest *in)
{
	for (size_t i = 0; i < in->n_days; i++)
		tally_free(&in->days[i].tally);
	in->n_days = 0;
}

static int
begin_delta(struct ingest *in)
{
	if (in->begun)
		return 0;
	if (store_begin(in->o->store, &in->err) < 0)
		return -1;
	in->begun = true;
	return 0;
}

static int
save_chain(struct ingest *in, struct chain *c)
{
	struct buf state = { 0 };
	int result;

	if (!c->changed)
		return 0;
	lane_save(c->lane, &state);
	c->kept.state = buf_str(&state);
	c->kept.end = lane_length(c->lane);
	c->kept.last_ns = lane_last_ns(c->lane);
	result = store_set_chain(in->o->store, &c->kept, &in->err);
	c->kept.state = str_none();
	c->changed = false;
	buf_clear(&state);
	return result;
}

static int
end_delta(struct ingest *in, struct store_source *s)
{
	struct store *store = in->o->store;

	if (!in->begun)
		return 0;
	if (s && store_set_source(store, s, &in->err) < 0)
		return -1;
	for (size_t i = 0; i < in->n_chains; i++)
		if (save_chain(in, in->chains[i]) < 0)
			return -1;
	for (size_t i = 0; i < in->n_days; i++)
		if (store_add_tally(store, in->days[i].day, in->o->rules,
		    in->days[i].tally, &in->err) < 0)
			return -1;
	days_clear(in);
	if (store_commit(store, &in->err) < 0)
		return -1;
	in->begun = false;
	in->delta = 0;
	return 0;
}

/* ---- chains ---- */

static const struct format *
format_of(struct str name)
{
	for (size_t i = 0; formats[i]; i++)
		if (str_eq(name, str_from(formats[i]->name)))
			return formats[i];
	return NULL;
}

static struct lane_options
options_of(struct chain *c, int year)
{
	return (struct lane_options){
		.format = format_of(c->kept.format),
		.scan = { .wants = EVENT_ALL, .start_ns = INT64_MIN,
		    .end_ns = INT64_MAX, .first = true, .join = true,
		    .stream = c->kept.stream, .zone = c->in->o->zone,
		    .year = year },
		.keep = take_event, .ctx = c };
}

/* Makes or restores the lane of a chain; -1 if that cannot be. */
static int
open_lane(struct chain *c, int year)
{
	struct lane_options lo = options_of(c, year);

	if (c->lane)
		return 0;
	if (lo.format && c->kept.state.n == 0)
		c->lane = lane_new(&lo);
	else if (lo.format)
		c->lane = lane_restore(&lo, c->kept.state);
	if (c->lane)
		return 0;
	return err_set(&c->in->err, ERR_DATA, "%s: what is open at the end of "
	    "%.*s cannot be understood: it is damaged, or of a newer mailtally",
	    store_name(c->in->o->store), STR_ARG(c->kept.stream));
}

static struct chain *
chain_add(struct ingest *in, const struct store_chain *kept)
{
	struct chain *c = mem_zalloc(sizeof(*c));

	c->in = in;
	c->kept = *kept;
	c->index = SIZE_MAX;
	ARRAY_PUSH(in->chains, in->n_chains, in->cap_chains) = c;
	return c;
}

static struct chain *
chain_get(struct ingest *in, uint64_t id)
{
	for (size_t i = 0; i < in->n_chains; i++)
		if (in->chains[i]->kept.id == id)
			return in->chains[i];
	return NULL;
}

/* The one name of a directory. */
static struct str
place_of(struct ingest *in, const char *stream)
{
	char *path = realpath(stream, NULL);
	struct str place = arena_str(&in->arena,
	    str_from(path ? path : stream));

	free(path);
	return place;
}

static int64_t
chain_last_ns(const struct chain *c)
{
	return c->lane ? lane_last_ns(c->lane) : c->kept.last_ns;
}

/* The chain that a new source goes on, or NULL; by the rules of ordered.c. */
static struct chain *
chain_for(struct ingest *in, const struct waiting *w, struct str place)
{
	struct chain *best = NULL;

	for (size_t i = 0; i < in->n_chains; i++) {
		struct chain *c = in->chains[i];
		int64_t last_ns = chain_last_ns(c);

		if (!str_eq(c->kept.place, place) ||
		    !str_eq(c->kept.format, str_from(w->format->name)))
			continue;
		if (w->span.first_ns != WHEN_NONE && last_ns != WHEN_NONE &&
		    last_ns - AGENDA_OVERLAP_NS > w->span.first_ns)
			continue;
		if (best == NULL || last_ns > chain_last_ns(best))
			best = c;
	}
	return best;
}

/* The source of a chain that was read last has ended: the next one begins. */
static int
begin_source(struct ingest *in, const struct waiting *w, struct chain **chain,
    struct store_source *s)
{
	const struct source *source = in->o->sources->sources[w->source];
	struct str place = place_of(in, w->stream);
	struct chain *c = chain_for(in, w, place);
	const struct store_chain kept = { .stream = str_from(w->stream),
		.place = place, .format = str_from(w->format->name),
		.last_ns = WHEN_NONE };

	if (c == NULL) {
		c = chain_add(in, &kept);
		if (store_set_chain(in->o->store, &c->kept, &in->err) < 0)
			return -1;
	}
	if (open_lane(c, w->year) < 0)
		return -1;
	if (c->source > 0)
		lane_source_end(c->lane, c->index != SIZE_MAX &&
		    w->index == c->index + 1 && source->ordered);
	*s = (struct store_source){ .chain = c->kept.id,
		.base = lane_length(c->lane) };
	lane_set_base(c->lane, s->base);
	*chain = c;
	return 0;
}

/* ---- sources ---- */

static const char *
kind_name(enum source_kind kind)
{
	static const char *const names[] = {
		[SOURCE_FILE] = "file", [SOURCE_FINISHED] = "finished",
		[SOURCE_UNPROCESSED] = "unprocessed",
		[SOURCE_CURRENT] = "current", [SOURCE_STDIN] = "stdin",
	};

	return names[kind];
}

static void
describe(struct store_source *s, const struct source *source)
{
	const char *packing = source_packing_name(source->packing);

	s->path = str_from(source->path);
	s->kind = str_from(kind_name(source->kind));
	s->packing = str_from(packing ? packing : "");
	s->disk_bytes = source->size;
	s->device = source->device;
	s->inode = source->inode;
	/* Known when it was read to its end: see unchanged(). */
	s->mtime_ns = WHEN_NONE;
}

/* What of a scan's counts a source is told. */
static void
counts_add(struct store_source *s, const struct scan_counts *c, uint64_t sign)
{
	uint64_t ignored = 0;

	if (c == NULL)
		return;
	for (int i = 0; i < IGNORE_REASONS; i++)
		ignored += c->ignored[i];
	s->lines += c->lines * sign;
	s->used += c->used * sign;
	s->ignored += ignored * sign;
	s->not_understood += c->not_understood * sign;
}

/* Reads a source from where its reader stands to its end. */
static int
read_source(struct ingest *in, struct chain *c, struct store_source *s,
    struct known_text *text, struct reader *r)
{
	uint64_t from = s->position, offset, limit = in->o->delta_bytes
	    ? in->o->delta_bytes : DELTA_BYTES;
	uint64_t lines = s->lines, long_lines = s->long_lines;
	struct blocks b;
	struct str block;
	int result = 0;

	blocks_open(&b, r, 0, UINT64_MAX, 0);
	counts_add(s, lane_counts(c->lane), UINT64_MAX);
	while (result == 0 && blocks_next(&b, &block, &offset)) {
		if (begin_delta(in) < 0) {
			result = -1;
			break;
		}
		c->changed = true;
		lane_block(c->lane, block, from + offset);
		known_read(s, text, block, from + offset);
		s->long_lines = long_lines + b.long_lines;
		in->delta += block.n;
		in->result->bytes += block.n;
		result = in->failed ? -1 : 0;
		if (result < 0 || in->delta < limit)
			continue;
		counts_add(s, lane_counts(c->lane), 1);
		result = end_delta(in, s);
		counts_add(s, lane_counts(c->lane), UINT64_MAX);
		if (in->o->progress)
			in->o->progress(in->o->progress_ctx, in->result->bytes,
			    in->agenda.bytes);
	}
	counts_add(s, lane_counts(c->lane), 1);
	in->result->lines += s->lines - lines;
	blocks_close(&b);
	return result;
}

static void
tell_failure(struct ingest *in, const char *path, const char *why,
    void (*failed)(const char *text))
{
	struct buf b = { 0 };

	/* Some name the file, some do not. */
	if (strncmp(why, path, strlen(path)) == 0)
		buf_add_str(&b, str_from(why));
	else
		buf_printf(&b, "%s: %s; the rest is read", path, why);
	failed(b.p);
	buf_clear(&b);
	in->result->unread++;
}

/* What the store has of a source, in the arena, so that it can be changed. */
static struct store_source *
source_slot(struct ingest *in, struct store_source *of)
{
	if (of)
		return of;
	ARRAY_PUSH(in->sources, in->n_sources, in->cap_sources) =
	    (struct store_source){ 0 };
	return &in->sources[in->n_sources - 1];
}

/* The same file as when it was read last: not even to be opened. */
static struct store_source *
unchanged(struct ingest *in, const struct source *source)
{
	for (size_t i = 0; i < in->n_sources; i++) {
		struct store_source *s = &in->sources[i];

		if (s->inode == source->inode && s->device == source->device &&
		    s->disk_bytes == source->size && source->inode != 0 &&
		    s->mtime_ns != WHEN_NONE &&
		    s->mtime_ns == source->mtime_ns && s->error.n == 0 &&
		    str_eq(s->path, str_from(source->path)))
			return s;
	}
	return NULL;
}

static int
ingest_source(struct ingest *in, struct waiting *w,
    void (*failed)(const char *text))
{
	const struct source *source = in->o->sources->sources[w->source];
	struct known_text text;
	struct store_source *of, *s;
	struct reader *r = NULL;
	enum known known;
	struct chain *c = NULL;
	struct err err;
	uint64_t before;
	int result = 0;

	of = unchanged(in, source);
	known = KNOWN_ALL;
	if (of == NULL && known_open(source, in->sources, in->n_sources, &r, &known, &of,
	    &text, &err) < 0) {
		tell_failure(in, source->path, err.text, failed);
		return 0;
	}
	s = source_slot(in, of);
	if (of) {
		c = chain_get(in, of->chain);
		if (of->id == c->source)
			c->index = w->index;
	}
	if (known == KNOWN_ALL)
		return 0;
	/* Of one that is known there may be nothing new: no delta for that. */
	if (of ? open_lane(c, w->year) < 0 : begin_delta(in) < 0 ||
	    begin_source(in, w, &c, s) < 0) {
		reader_close(&r);
		return -1;
	}
	lane_set_base(c->lane, s->base);
	describe(s, source);
	before = s->position;
	result = read_source(in, c, s, &text, r);
	if (reader_error(r)) {
		tell_failure(in, source->path, reader_error(r), failed);
		s->error = arena_str(&in->arena, str_from(reader_error(r)));
		s->truncated = true;
	}
	reader_close(&r);
	if (result == 0 && s->position == before)
		return 0;
	s->mtime_ns = source->mtime_ns;
	/* A delta may have ended just there. */
	if (result < 0 || begin_delta(in) < 0 ||
	    store_set_source(in->o->store, s, &in->err) < 0)
		return -1;
	if (of == NULL) {
		c->source = s->id;
		c->index = w->index;
	}
	in->result->sources++;
	return 0;
}

/* ---- all of it ---- */

static int
begin_anonymous(struct ingest *in)
{
	struct store *store = in->o->store;

	if (anonymizer_open(&in->anonymizer, store, in->o->tally.classes,
	    &in->err) < 0)
		return -1;
	if (in->anonymizer || !in->o->anonymize)
		return 0;
	if (begin_delta(in) < 0 || anonymize_begin(store, &in->err) < 0 ||
	    end_delta(in, NULL) < 0)
		return -1;
	return anonymizer_open(&in->anonymizer, store, in->o->tally.classes,
	    &in->err);
}

static int
load(struct ingest *in)
{
	struct store_chain *chains;
	struct store_source *sources;
	size_t n, n_sources;

	if (store_chains(in->o->store, &in->arena, &chains, &n,
	    &in->err) < 0 ||
	    store_sources(in->o->store, &in->arena, &sources, &n_sources,
	    &in->err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		chain_add(in, &chains[i]);
	for (size_t i = 0; i < n_sources; i++) {
		struct chain *c = chain_get(in, sources[i].chain);

		if (c == NULL)
			return err_set(&in->err, ERR_DATA, "%s: it is damaged: a "
			    "source of no log", store_name(in->o->store));
		ARRAY_PUSH(in->sources, in->n_sources, in->cap_sources) =
		    sources[i];
		c->source = sources[i].id;
	}
	return 0;
}

static int
read_all(struct ingest *in, void (*failed)(const char *text))
{
	for (size_t i = 0; i < in->agenda.n; i++) {
		struct waiting *w = &in->agenda.waiting[i];
		const struct source *source =
		    in->o->sources->sources[w->source];

		if (w->format == NULL) {
			in->result->unknown++;
		} else if (!agenda_can_read_again(source)) {
			tell_failure(in, source->path, "a pipe cannot be "
			    "ingested: what was read of it could not be known "
			    "again; name a file", failed);
		} else if (ingest_source(in, w, failed) < 0) {
			return -1;
		}
	}
	return end_delta(in, NULL);
}

int
history_ingest(const struct history_ingest *o,
    struct history_ingested *result, void (*failed)(const char *text),
    struct err *err)
{
	struct ingest in = { .o = o, .result = result };
	const struct ordered_options oo = { .sources = o->sources,
		.format = o->format, .zone = o->zone, .now_ns = o->now_ns,
		.clock_ns = o->clock_ns, .start_ns = INT64_MIN,
		.end_ns = INT64_MAX };
	int status;

	*result = (struct history_ingested){ 0 };
	in.listed = (struct ordered){ .n_sources = o->sources->n };
	in.listed.sources = mem_zalloc(
	    (o->sources->n + 1) * sizeof(*in.listed.sources));
	for (size_t i = 0; i < o->sources->n; i++)
		in.listed.sources[i].source = o->sources->sources[i];
	agenda_make(&in.agenda, &oo, &in.listed);
	for (size_t i = 0; i < o->sources->n; i++)
		if (in.listed.sources[i].error)
			tell_failure(&in, o->sources->sources[i]->path,
			    in.listed.sources[i].error, failed);
	status = begin_anonymous(&in) < 0 || load(&in) < 0 || read_all(&in, failed) < 0 ? -1 : 0;
	if (status < 0) {
		store_rollback(o->store);
		*err = in.err;
	}
	days_clear(&in);
	for (size_t i = 0; i < in.n_chains; i++) {
		lane_free(&in.chains[i]->lane);
		free(in.chains[i]);
	}
	free(in.chains);
	free(in.days);
	free(in.sources);
	anonymizer_close(&in.anonymizer);
	agenda_clear(&in.agenda);
	ordered_clear(&in.listed);
	arena_clear(&in.arena);
	return status;
}
