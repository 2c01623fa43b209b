/*
 * distinct.h - how many different texts there are among many.
 *
 * Unlike a table of interned texts it copies none: what is added must stay
 * where it is until distinct_clear.  All zero is an empty set.
 */
#ifndef BASE_DISTINCT_H
#define BASE_DISTINCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct distinct_slot {
	const char *p; /* NULL: free */
	uint32_t n;
	uint32_t hash;
};

struct distinct {
	struct distinct_slot *slots;
	size_t n_slots; /* 0 or a power of two */
	size_t n;	/* different texts */
	uint64_t seed;	/* of the hash: strangers choose the texts */
};

/* Adds s, which is shorter than 4 GiB; true if it was not there. */
bool distinct_add(struct distinct *d, struct str s);
/*
 * Adds n texts.  Faster than one by one where there are many: what one needs
 * of memory comes while the others are looked at.
 */
void distinct_add_many(struct distinct *d, const struct str *texts, size_t n);
void distinct_clear(struct distinct *d);

#endif
