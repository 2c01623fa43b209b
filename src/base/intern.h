/*
 * intern.h - every distinct text once, known by a small number.
 *
 * Ids count from 0 in the order of first sight and stay valid as long as the
 * table; so do the slices handed out (a NUL stands behind each).  Id 0 is
 * always the empty text.  Hashes are seeded at random, ids are not: the same
 * texts in the same order have the same ids in every run.
 */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"

struct intern {
	struct arena arena;
	struct str *texts; /* by id */
	size_t n;
	size_t cap;
	uint64_t *slots; /* hash in the high half, id + 1 in the low; 0: free */
	size_t n_slots;	 /* a power of two */
	uint64_t seed;	 /* of the hash, different in each table */
};

#define INTERN_EMPTY 0u

void intern_init(struct intern *in);
void intern_clear(struct intern *in);
uint32_t intern_add(struct intern *in, struct str s);
/* The id of s, or UINT32_MAX when it is not there. */
uint32_t intern_find(const struct intern *in, struct str s);

static inline struct str
intern_get(const struct intern *in, uint32_t id)
{
	return in->texts[id];
}

#endif
