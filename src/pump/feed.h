/*
 * feed.h - what feeds a lane from sources: for ordered.c only.
 */
#ifndef PUMP_FEED_H
#define PUMP_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input/blocks.h"
#include "pump/lane.h"
#include "pump/sieve.h"

struct ordered_source;
struct reader;
struct zone;

struct feed {
	struct lane *lane;
	void *lane_ctx;
	struct sieve *sieve;	     /* between sources and lane, or NULL */
	const char *stream;
	struct ordered_source *told; /* of the source that is read */
	struct reader *reader;	     /* NULL between sources */
	struct blocks blocks;
	size_t index;		     /* of the source, see struct waiting */
	size_t order;		     /* the same of the first one: who comes
				      * first at equal times */
	int64_t source_last_ns;	     /* of the source, if it was known before */
	int64_t anchor_ns;	     /* of a pipe: no line is later, so the years
				      * of its stamps follow; else WHEN_NONE */
	int64_t read_ns;	     /* of the last line that went by */
	bool finished;		     /* nothing follows */
};

struct feed *feed_new(const struct lane_options *o, const char *stream,
    size_t order);
void feed_free(struct feed **f);

/*
 * last_ns: its newest stamp, or WHEN_NONE.  -1 if it cannot be opened, which
 * is told: then there is nothing in it.
 */
int feed_open(struct feed *f, struct ordered_source *told, size_t index,
    int64_t last_ns);
/* Reading begins at the line that begins at from or after it. */
void feed_begin(struct feed *f, uint64_t from);
/*
 * Gives a block to the lane.  False at the end of the source, or where a
 * block begins with a stamp of end_ns or later.
 */
bool feed_next(struct feed *f, int64_t end_ns, const struct zone *zone);
/* How far in time the log was read; WHEN_NONE if nobody knows. */
int64_t feed_last_ns(const struct feed *f);
/* Of this source, on disk. */
uint64_t feed_taken(const struct feed *f);
void feed_close(struct feed *f);

#endif
