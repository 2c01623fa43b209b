/*
 * ordered.h - logs read in the order of time: one continuous scan a stream,
 * several streams merged by the times of their events.
 *
 * pump.h reads as fast as it can and in any order; this is for who shows
 * single events.  Sources of a stream follow one another as pump.c joins them:
 * by the times of their first lines, or by name where multilog gave it; a
 * source that overlaps the one before by more than five minutes is another
 * log, and is read beside it.
 *
 * Equal times: streams in the order of the list.  Within a stream the order
 * is that of its lines, even where the clock was set back.
 *
 * Memory: the events of one block a stream, and the open connections.
 */
#ifndef PUMP_ORDERED_H
#define PUMP_ORDERED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "pump/lane.h"

struct source;
struct source_list;
struct zone;

/* The next event in the order of time.  False: that was enough. */
typedef bool ordered_fn(void *ctx, const struct event *ev);
/* How far the reading is: bytes on disk. */
typedef void ordered_progress_fn(void *ctx, uint64_t done, uint64_t total);

struct ordered_options {
	const struct source_list *sources;
	const struct format *format; /* forced; NULL: recognised by content */
	const struct zone *zone;     /* of stamps without one */
	int64_t now_ns;		     /* --now; WHEN_NONE: not given */
	int64_t clock_ns;	     /* the present, for want of a better anchor */
	event_mask wants;
	bool all_checks;
	int64_t start_ns, end_ns;    /* INT64_MIN, INT64_MAX: all.  Sources and
				      * parts of files outside are not read */
	/*
	 * A word without which no event is wanted, neither in its own lines nor
	 * in the first one of its connection (sieve.h); absent: there is none.
	 * Then only lines that matter are read, and scan_options.join tells of a
	 * connection nothing but client and host.
	 */
	struct str word;
	bool word_is_rare; /* no need to see whether it is worth it */
	event_fn *others; /* is shown the records without the word, in any
			   * order, with ctx; NULL: nobody wants them */
	/*
	 * A lane's hooks, called with the ctx that lane_ctx makes for each lane
	 * (or all with ctx, if lane_ctx is NULL).  lane_end is called when a
	 * lane has ended and its last event was handed on.
	 */
	lane_keep_fn *keep;
	lane_block_fn *before, *after;
	void *(*lane_ctx)(void *ctx, const char *stream, int year);
	void (*lane_end)(void *ctx, void *lane_ctx);
	ordered_fn *sink;
	void *ctx; /* of sink, lane_ctx and lane_end */
	ordered_progress_fn *progress; /* NULL: none */
};

/* What became of one source, in the order of the list. */
struct ordered_source {
	const struct source *source;
	const struct format *format; /* NULL: not recognised, or not read */
	bool skipped;		     /* outside the period */
	bool truncated;
	uint64_t bytes;		     /* unpacked, that were read */
	char *error;		     /* it was not read whole: why; owned */
};

struct ordered {
	struct ordered_source *sources;
	size_t n_sources;
	uint64_t bytes; /* on disk, that were read */
};

/* Reads everything.  What cannot be read is told in the result. */
void ordered_run(const struct ordered_options *o, struct ordered *result);
void ordered_clear(struct ordered *o);

#endif
