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

#include "base/buf.h"
#include "base/hash.h"
#include "base/pack.h"
#include "history/ingest_run.h"
#include "input/source.h"
#include "tally/classes.h"

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

static int
begin_anonymous(struct ingest *in)
{
	struct store *store = in->o->store;

	if (anonymizer_open(&in->anonymizer, store, in->o->tally.classes,
	    &in->err) < 0)
		return -1;
	if (in->anonymizer || !in->o->anonymize)
		return 0;
	if (ingest_begin_delta(in) < 0 || anonymize_begin(store, &in->err) < 0 ||
	    ingest_end_delta(in, NULL) < 0)
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
		ingest_chain_add(in, &chains[i]);
	for (size_t i = 0; i < n_sources; i++) {
		struct chain *c = ingest_chain_get(in, sources[i].chain);

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
			ingest_tell_failure(in, source->path, "a pipe cannot be "
			    "ingested: what was read of it could not be known "
			    "again; name a file", failed);
		} else if (ingest_source(in, w, failed) < 0) {
			return -1;
		}
	}
	return ingest_end_delta(in, NULL);
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
			ingest_tell_failure(&in, o->sources->sources[i]->path,
			    in.listed.sources[i].error, failed);
	status = begin_anonymous(&in) < 0 || load(&in) < 0 || read_all(&in, failed) < 0 ? -1 : 0;
	if (status < 0) {
		store_rollback(o->store);
		*err = in.err;
	}
	ingest_days_clear(&in);
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
