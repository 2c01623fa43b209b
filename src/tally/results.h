/*
 * results.h - how often each exact text came, of very many, in bounded memory.
 *
 * The texts that are kept are the first RESULTS in an order that hangs on the
 * text alone: fewest digits first (what has queue ids and times in it comes
 * once, what has none comes often), then by a hash.  Twice as many are held
 * while counting, so that a text that belongs to the first is never given up
 * on the way: what is kept has its exact count however a log is split, and
 * merging two lists gives the list of both.
 */
#ifndef TALLY_RESULTS_H
#define TALLY_RESULTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "tally/tally.h"

struct result_entry {
	uint64_t rank;	/* its place in the order: digits, hash */
	uint64_t count;
	int64_t sum_ns;
	char *text;
	size_t n;
};

struct results {
	struct result_entry *entries;
	size_t n;
	uint32_t *slots; /* index + 1; 0: free */
	size_t n_slots;
	struct result_entry *last; /* that was added to; NULL if it moved */
	uint64_t limit;	 /* texts of this rank and above are not kept */
};

void results_init(struct results *r);
void results_clear(struct results *r);
void results_add(struct results *r, struct str text, uint64_t count,
    int64_t sum_ns);
void results_merge(struct results *r, const struct results *other);
/* Gives up what is beyond the first TALLY_RESULTS. */
void results_trim(struct results *r);

#endif
