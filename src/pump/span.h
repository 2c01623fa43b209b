/*
 * span.h - which stretch of time a source covers, and where in it a time is,
 * found without reading it whole.
 */
#ifndef PUMP_SPAN_H
#define PUMP_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "format/stamp.h"

struct reader;
struct source;
struct zone;

struct span {
	int64_t first_ns; /* first stamp; WHEN_NONE if there is none near the
			   * beginning */
	int64_t last_ns;  /* newest stamp near the end; WHEN_NONE if the source
			   * cannot be read from there, or its years are guessed */
	enum stamp_kind kind; /* of the first stamp */
	bool seekable;
	uint64_t bytes;	  /* that were read for this */
};

/*
 * Reads both ends of a source.  year is of its first stamp, if those have
 * none.  What cannot be opened has an empty span.
 */
void span_read(struct span *s, const struct source *source,
    const struct zone *zone, int year);

/*
 * Where in [0, size) of a seekable source with absolute stamps reading has to
 * begin so that no line of target_ns or later is missed: a place before the
 * first such line, by at most SPAN_NEAR bytes if its lines are in the order of
 * time.  Reads a few blocks; the reader then stands at 0 again.
 */
#define SPAN_NEAR ((uint64_t)64 << 10)
uint64_t span_find(struct reader *r, const struct zone *zone,
    int64_t target_ns);

/*
 * The time at which multilog finished a file: no line in it is later.
 * WHEN_NONE for other names.
 */
int64_t span_of_name(const struct source *source);

/* The first stamp in whole lines, or WHEN_NONE. */
int64_t span_first_stamp(struct str lines, const struct zone *zone, int year,
    enum stamp_kind *kind);

/* Does a stamp say by itself which instant it means? */
bool span_is_absolute(enum stamp_kind kind);

#endif
