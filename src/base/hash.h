/*
 * hash.h - numbers for bytes, the same on every machine and in every run, so
 * that they can be kept (XXH3 of libxxhash, whose values are fixed since
 * 0.8).  For tables in memory that strangers fill: hash_seeded.h.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

#include "base/str.h"

uint64_t hash_64(struct str s);
/* Wide enough to tell contents apart that nobody made to be mixed up. */
void hash_128(struct str s, uint64_t hash[2]);

#endif
