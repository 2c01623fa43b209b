/*
 * counters.h - events as they come, counted for Prometheus.
 *
 * They are read as our own JSON lines (DESIGN 5).  Events from before the
 * start are not counted: a follower begins with some, each time it is started.
 * No label holds an address; names of plugins are bounded in number.
 */
#ifndef WEB_COUNTERS_H
#define WEB_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct buf;

#define COUNTERS_MOST 256

struct counter {
	int family; /* of the table in counters.c */
	char *label;
	uint64_t n;
};

struct counters {
	int64_t start_ns;
	struct counter *all;
	size_t n, cap;
	int64_t running, limit; /* connections, as the newest one told; -1: none */
	uint64_t seconds_n[12]; /* histogram of connection times, by bound */
	uint64_t seconds_count;
	double seconds_sum;
};

void counters_init(struct counters *c, int64_t start_ns);
void counters_clear(struct counters *c);
/* line: an event as JSON. */
void counters_add(struct counters *c, struct str line);
void counters_print(const struct counters *c, struct buf *b);

#endif
