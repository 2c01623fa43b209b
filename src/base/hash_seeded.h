/*
 * hash_seeded.h - the hash of tables in memory whose keys come from
 * strangers: with a seed of each table's own they cannot choose keys that
 * fall into one place.  Inlined, because such a table is asked for every
 * name of a log; hash.h has what may be kept.
 */
#ifndef BASE_HASH_SEEDED_H
#define BASE_HASH_SEEDED_H

#include <stdint.h>
#include <stdlib.h>

#include "base/str.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static inline uint64_t
hash_new_seed(void)
{
	uint64_t seed;

	arc4random_buf(&seed, sizeof(seed));
	return seed;
}

/* s.p is not NULL. */
static inline uint32_t
hash_seeded(struct str s, uint64_t seed)
{
	return (uint32_t)XXH3_64bits_withSeed(s.p, s.n, seed);
}

#endif
