/*
 * pump.h - the one loop: sources in, events out.
 *
 *	source -> reader -> blocks -> scan of a format -> sink
 *
 * Every command that reads logs hangs its sink here.  Sources, and parts of
 * large ones, are scanned by several threads, each with a sink of its own;
 * then the scans of neighbouring pieces are joined, in time order, by the
 * caller's thread (format.h).  What the sinks hold afterwards is the same for
 * every number of threads if sinks are sums.
 */
#ifndef PUMP_PUMP_H
#define PUMP_PUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "format/format.h"

struct arena;
struct source;
struct source_list;
struct zone;

/* How far the reading is: bytes on disk. */
typedef void pump_progress_fn(void *ctx, uint64_t done, uint64_t total);

struct pump_options {
	const struct source_list *sources;
	const struct format *format; /* forced; NULL: recognised by content */
	unsigned jobs;		     /* threads, at least 1 */
	const struct zone *zone;     /* of stamps without one */
	int64_t now_ns;		     /* --now; WHEN_NONE: not given */
	int64_t clock_ns;	     /* the present, for want of a better anchor */
	event_mask wants;
	bool join;		     /* see scan_options */
	bool all_checks;
	int64_t start_ns, end_ns;    /* INT64_MIN, INT64_MAX: all */
	uint64_t part_bytes;	     /* smallest part of a file worth a thread of
				      * its own; 0: the usual (tests make it small) */
	event_fn *sink;
	void **sink_ctx;	     /* one for each of the jobs threads */
	pump_progress_fn *progress;  /* NULL: none; called about four times a
				      * second by the caller's thread */
	void *progress_ctx;
};

/* What became of one source, in the order of the list. */
struct pumped_source {
	const struct source *source;
	const struct format *format; /* NULL: none recognised it */
	uint64_t bytes, lines, used, ignored, not_understood;
	const char *error; /* it was not read whole: why; NULL if it was */
	bool truncated;	   /* damaged, or it shrank */
};

/* What became of the pieces of one stream, joined. */
struct pumped_stream {
	const char *name;
	const struct format *format;
	struct scan_counts counts;
	struct scan_gap *gaps;
	size_t n_gaps;
	struct scan_day *days;
	size_t n_days;
};

struct pumped {
	struct pumped_source *sources;
	size_t n_sources;
	struct pumped_stream *streams;
	size_t n_streams;
	struct arena *arena; /* of the texts */
};

/* Reads everything.  What cannot be read is told in the result. */
void pump_run(const struct pump_options *o, struct pumped *result);
void pumped_clear(struct pumped *p);

/*
 * Adds what a finished scan counted to a stream, whose times are WHEN_NONE at
 * first.  only: there is no other scan of the stream, so that its gaps are
 * the stream's.
 */
void pumped_stream_add(struct pumped_stream *s, struct scan *scan, bool only);

#endif
