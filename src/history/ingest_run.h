/*
 * ingest_run.h - a run of history_ingest(): for the files ingest*.c only.
 *
 *	ingest.c	all of it: what is known, then source after source
 *	ingest_source.c	a source, from where it was read last
 *	ingest_chain.c	the chain that a source goes on
 *	ingest_delta.c	what comes out of it, and when it is written
 */
#ifndef HISTORY_INGEST_RUN_H
#define HISTORY_INGEST_RUN_H

#include "base/err.h"
#include "base/mem.h"
#include "history/anonymize.h"
#include "history/history.h"
#include "pump/agenda.h"
#include "pump/lane.h"
#include "store/store.h"

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

/* ---- deltas ---- */

/* A lane's keep: takes every event at once, so that none waits. */
bool ingest_take_event(void *ctx, const struct event *ev);
/* Begins one, unless it is begun.  -1: in->err says why. */
int ingest_begin_delta(struct ingest *in);
/* Writes it, if one was begun; s: a source that is being read, or NULL. */
int ingest_end_delta(struct ingest *in, struct store_source *s);
/* What was counted and not written is forgotten. */
void ingest_days_clear(struct ingest *in);

/* ---- chains ---- */

struct chain *ingest_chain_add(struct ingest *in,
    const struct store_chain *kept);
struct chain *ingest_chain_get(struct ingest *in, uint64_t id);
/* Makes or restores the lane of a chain; -1 if that cannot be. */
int ingest_open_lane(struct chain *c, int year);
/* A new source begins: the chain that it goes on, and where. */
int ingest_begin_source(struct ingest *in, const struct waiting *w,
    struct chain **chain, struct store_source *s);

/* ---- sources ---- */

/* Reads what is new in one; what cannot be read is told, and no error. */
int ingest_source(struct ingest *in, struct waiting *w,
    void (*failed)(const char *text));
void ingest_tell_failure(struct ingest *in, const char *path, const char *why,
    void (*failed)(const char *text));

#endif
