/*
 * hits.h - the stories that were asked for, found in one pass over the logs.
 *
 *	blocks -> conversations -> worth a look? -> stories -> wanted? -> kept
 *
 * and what hangs together with them (trail.h), to be joined (join.h).  That may
 * need the logs to be read again: hits_turn().
 *
 * Memory: the connections that are open (conversation.h), and the stories that
 * are kept.  Of those there are at most HITS_MAX, in HITS_BYTES (a quarter more
 * for a while); when there are more the newest stay.
 */
#ifndef TRACE_HITS_H
#define TRACE_HITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/period.h"
#include "base/str.h"

#define HITS_MAX 10000
#define HITS_BYTES ((size_t)64 << 20)

struct filter;
struct format;
struct story;
struct what;
struct zone;

struct hits_options {
	const struct what *what;
	const struct filter *filter; /* over story_event(); NULL: all */
	struct period period;	     /* of the decision */
	const struct zone *zone;     /* of stamps without one */
	size_t max;		     /* 0: HITS_MAX */
};

struct hits;

/* *o is copied; what it points to is borrowed. */
struct hits *hits_new(const struct hits_options *o);
void hits_free(struct hits **h);

/*
 * The hooks of ordered reading (pump/ordered.h): for each log that is read by
 * itself, its lines in order, and its end.  ctx is the struct hits.
 */
void *hits_lane(void *ctx, const char *stream, int year);
void hits_block(void *lane, const struct format *format, struct str block,
    uint64_t offset);
void hits_lane_end(void *ctx, void *lane);

/*
 * For who reads one stretch of time after the other: only what was decided in
 * this one is taken, since blocks go beyond its ends.  Until the next call.
 */
void hits_span(struct hits *h, struct period span);

/*
 * All was read.  True: read it again, from the beginning and with nothing kept;
 * what was found last time leads to more.
 */
bool hits_turn(struct hits *h);

/* Joined, newest first; valid until hits_free. */
const struct story *const *hits_sorted(struct hits *h, size_t *n);
/* Do all of them belong to one connection?  After hits_sorted. */
bool hits_of_one_connection(const struct hits *h);
/* How many there were; those that were not kept too.  After hits_sorted. */
size_t hits_found(const struct hits *h);
/* Has any log of a queue been read? */
bool hits_of_queue(const struct hits *h);
/* Was there any line of a connection? */
bool hits_understood(const struct hits *h);

#endif
