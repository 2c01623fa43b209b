/*
 * crowd.h - counts under the names of strangers.
 *
 * Clients, senders and recipients are hundreds of thousands, most of them seen
 * once or twice.  All that is counted under such a name, in whichever
 * dimension, stands in one block of memory, whose place the name holds
 * (intern_entry.mark): a trip to memory for the name, and one for its counts.
 *
 * A block that grows is copied to a larger place; the old one is used again.
 * Before a tally is read its crowd becomes cells of the tables
 * (crowd_to_tables), as those of every other dimension are.
 */
#ifndef TALLY_CROWD_H
#define TALLY_CROWD_H

#include <stddef.h>
#include <stdint.h>

#include "base/intern.h"
#include "base/str.h"
#include "tally/tally.h"

/* What is counted, in a dimension that measures DIM_CROWD. */
struct crowd_what {
	uint32_t k2;
	uint16_t dim;
	uint16_t verdict;
};

/* A count in a block; where DIM_SEEN is measured, a struct cell_seen follows. */
struct crowd_count {
	struct crowd_what what;
	uint64_t count;
};

struct crowd_block {
	uint32_t name; /* a text's id: k1; UINT32_MAX: the place is free */
	uint16_t used; /* units of the counts */
	uint16_t size; /* index in crowd.c's table of sizes */
};

/*
 * Memory is handed out in units of eight bytes, from chunks of so many.  A
 * place is a unit's number; none is 0.
 */
#define CROWD_CHUNK_BITS 18
#define CROWD_SIZES 9
struct crowd {
	uint64_t **chunks;
	size_t n_chunks, cap_chunks;
	uint32_t n; /* units handed out of the chunks */
	uint32_t unused[CROWD_SIZES]; /* places; the next one is in its first unit */
	size_t n_cells[DIMS];
};

void crowd_clear(struct crowd *c);

static inline struct crowd_block *
crowd_at(const struct crowd *c, uint32_t place)
{
	return (struct crowd_block *)(void *)&c->chunks
	    [place >> CROWD_CHUNK_BITS]
	    [place & (((uint32_t)1 << CROWD_CHUNK_BITS) - 1)];
}

/* Has what is counted under a name brought from memory. */
static inline void
crowd_fetch(const struct crowd *c, const struct intern_entry *name)
{
	const char *block;

	if (name->mark == 0 || c->n_chunks == 0)
		return;
	block = (const char *)crowd_at(c, name->mark);
	__builtin_prefetch(block, 1);
	__builtin_prefetch(block + 64, 1);
}

/* Counts n times, between two times, under a name of t->texts. */
void crowd_add(struct tally *t, struct intern_entry *name,
    const struct crowd_what *what, uint64_t n, const struct cell_seen *seen,
    struct str example);

/*
 * Moves all counts to the tables, where they can be read but not found; and
 * back, so that counting can go on.
 */
void crowd_to_tables(struct tally *t);
void crowd_from_tables(struct tally *t);

#endif
