/*
 * delays.h - the distribution of a name's delays, small as long as they are
 * few: most domains are mailed to once or twice.
 *
 * Values are kept as histogram buckets (tally.h), one by one in a list.  A full
 * list of DELAYS_LIST is added to counts, and begins anew: so adding a value
 * is a store behind the one before, and counts, which are far apart in memory,
 * are added to many at a time.  Count, sum and maximum are exact.
 */
#ifndef TALLY_DELAYS_H
#define TALLY_DELAYS_H

#include <stddef.h>
#include <stdint.h>

#define DELAYS_FEW 4
#define DELAYS_LIST 512 /* a power of two */
#define DELAYS_BUCKETS (512 * 56) /* histogram_bucket() is below it */

struct delay_counts;

/* What there is of more than a few values. */
struct delay_values {
	struct delay_counts *counts; /* NULL if none */
	uint16_t list[];
};

/* All zero is an empty one. */
struct delays {
	uint64_t count;
	int64_t sum_ns;
	int64_t max_ns; /* 0 if count is */
	union {
		uint16_t few[DELAYS_FEW];
		struct delay_values *values;
	};
	uint16_t n;	/* in the list */
	uint16_t cap;	/* of it; 0: they are in few */
};

void delays_clear(struct delays *d);
void delays_add(struct delays *d, int64_t delay_ns);
void delays_merge(struct delays *d, const struct delays *other);
/* The same in pieces: first the sum and the maximum of what is added, then
 * each of its buckets, below DELAYS_BUCKETS, with how many fell into it. */
void delays_widen(struct delays *d, int64_t sum_ns, int64_t max_ns);
void delays_add_many(struct delays *d, uint32_t bucket, uint64_t count);

/* Has the place of the next value brought from memory. */
static inline void
delays_fetch(const struct delays *d)
{
	if (d->cap > 0)
		__builtin_prefetch((const char *)d->values +
		    sizeof(*d->values) + 2 * (size_t)d->n, 1);
}

/* Calls each with a bucket and how many fell into it; a bucket may come more
 * than once, in no order. */
typedef void delays_fn(void *ctx, uint32_t bucket, uint64_t count);
void delays_each(const struct delays *d, delays_fn *each, void *ctx);

#endif
