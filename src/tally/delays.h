/*
 * delays.h - the distribution of a name's delays, small as long as they are
 * few: most domains are mailed to once or twice.
 *
 * Values are kept as histogram buckets (tally.h): up to DELAYS_LIST of them
 * one by one, from then on as counts.  Count, sum and maximum are exact.
 */
#ifndef TALLY_DELAYS_H
#define TALLY_DELAYS_H

#include <stdint.h>

#define DELAYS_FEW 4
#define DELAYS_LIST 512 /* a power of two */

struct delay_counts;

/* All zero is an empty one. */
struct delays {
	uint64_t count;
	int64_t sum_ns;
	int64_t max_ns; /* 0 if count is */
	union {
		uint16_t few[DELAYS_FEW];
		uint16_t *list;		    /* up to DELAYS_LIST */
		struct delay_counts *counts; /* above */
	};
};

void delays_clear(struct delays *d);
void delays_add(struct delays *d, int64_t delay_ns);
void delays_merge(struct delays *d, const struct delays *other);

/* Calls each with a bucket and how many fell into it; a bucket may come more
 * than once, in no order. */
typedef void delays_fn(void *ctx, uint32_t bucket, uint64_t count);
void delays_each(const struct delays *d, delays_fn *each, void *ctx);

#endif
