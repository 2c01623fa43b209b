/*
 * piece.h - a source, or a part of one, that one thread scans by itself; and
 * the plan that cuts sources into pieces.
 */
#ifndef PUMP_PIECE_H
#define PUMP_PIECE_H

#include "pump/pump.h"

struct reader;

struct piece {
	size_t source;	       /* index in the list */
	uint64_t from, to;     /* of the unpacked source; to may be UINT64_MAX */
	uint64_t weight;       /* bytes on disk, for the progress line */
	struct reader *reader; /* opened by the plan; closed when scanned */
	const struct format *format; /* NULL: not known before it is read */
	bool alone;	       /* the only piece of its stream */
	int year;	       /* see scan_options */
	struct scan *scan;     /* after it was scanned */
	char *error;	       /* the same; NULL if it was read whole */
	bool truncated;
	uint64_t long_lines;
};

struct plan {
	struct piece *pieces; /* of one stream together, in the order of the list */
	size_t n;
	size_t cap;
};

/* What can be told of sources without reading them goes into result. */
void plan_make(struct plan *p, const struct pump_options *o,
    struct pumped *result);
void plan_clear(struct plan *p);

/* Reads the piece and leaves its scan; ctx is the sink's.  In any thread. */
void piece_scan(struct piece *p, const struct pump_options *o,
    const char *stream, void *ctx);

#endif
