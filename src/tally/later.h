/*
 * later.h - counts that wait for memory.
 *
 * A count under the name of a stranger (crowd.h) costs three trips to memory
 * one after the other: the slot of the text, the text, its counts.  Done at
 * once they are most of a report's time.  So a name goes into a ring, and as
 * further ones come in behind it, it is taken one trip further at each of
 * three stations; what it will need next is on its way meanwhile.
 *
 *	pushed, slot fetched --LATER_STEP--> text fetched --> name found, its
 *	       counts fetched --> counted
 *
 * Cells of a table of many tens of thousands (durations) wait likewise, for
 * slot and cell.
 *
 * Counts are sums, so that they come late changes nothing; but before a tally
 * is read, merged or freed, the ring must be drained (tally_settle).
 */
#ifndef TALLY_LATER_H
#define TALLY_LATER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "tally/crowd.h"

/* Longer texts are not worth waiting for: they are counted at once. */
#define LATER_TEXT 112
#define LATER_EXAMPLE 72
#define LATER_COUNTS 4
#define LATER_RING 32 /* a power of two, above three steps */
#define LATER_STEP 6

/* All that an event counts under one name. */
struct later_counts {
	int64_t time_ns; /* for dimensions that measure DIM_SEEN */
	uint32_t n;
	struct crowd_what counts[LATER_COUNTS];
};

struct later_name {
	struct later_counts what;
	struct intern_entry *entry;
	uint32_t hash;
	uint16_t text_n, example_n;
	char text[LATER_TEXT];
	char example[LATER_EXAMPLE];
};

struct later_cell {
	enum dim_id dim;
	uint32_t k1, k2, hash;
};

struct later {
	struct later_cell cells[LATER_RING];
	uint64_t n_cells, cells_counted; /* the ring holds what is between */
	struct later_name ring[LATER_RING];
	/* How many names have passed each station; the first is pushed. */
	uint64_t pushed, fetched, found, counted;
};

/* Adds a count, if its dimension is asked for. */
static inline void
later_add(struct later_counts *c, const struct tally_options *o,
    enum dim_id dim, uint32_t k2, uint32_t verdict)
{
	if (o->dims & DIM_BIT(dim))
		c->counts[c->n++] = (struct crowd_what){ .k2 = k2,
			.dim = (uint16_t)dim, .verdict = (uint16_t)verdict };
}

/* Counts c under name, with example for DIM_SEEN. */
void later_count(struct tally *t, const struct later_counts *c,
    struct str name, struct str example);
/* One more of a WHOLE dimension without measures. */
void later_cell(struct tally *t, enum dim_id dim, uint32_t k1, uint32_t k2);
void later_drain(struct tally *t);

#endif
