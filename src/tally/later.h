/*
 * later.h - counts that wait for memory.
 *
 * A count under a key of which there are hundreds of thousands (clients,
 * senders, recipients) costs four trips to memory one after the other: the
 * slot of the text, the text, the slot of the cell, the cell.  Done at once
 * they are most of a report's time.  So such a count goes into a ring, and as
 * further ones come in behind it, it is taken one trip further at each of four
 * stations; what it will need next is on its way meanwhile.
 *
 *	pushed --LATER_STEP--> text fetched --> key known, slot fetched
 *	       --> cell fetched --> counted
 *
 * Counts are sums, so that they come late changes nothing; but before a tally
 * is read, merged or freed, the ring must be drained (tally_settle).
 */
#ifndef TALLY_LATER_H
#define TALLY_LATER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "tally/tally.h"

/* Longer texts are not worth waiting for: they are counted at once. */
#define LATER_TEXT 112
#define LATER_EXAMPLE 72
#define LATER_RING 32 /* a power of two, above four steps */
#define LATER_STEP 6

/* Which key of the dimension the text is. */
enum later_key { LATER_NONE, LATER_K1, LATER_K2 };

/* Something to add to the further sums (DIM_PLUS) of a cell. */
#define LATER_PLUS 5
struct later_plus {
	unsigned which;
	int64_t value; /* EVENT_NO_NUMBER: nothing */
};

struct later_count {
	enum dim_id dim;
	enum later_key key;
	bool uncounted; /* only the sums: the cell's count stays */
	unsigned n_plus;
	struct later_plus plus[LATER_PLUS];
	uint32_t k1, k2, verdict; /* k1 or k2 is set when the text is found */
	uint32_t text_hash, cell_hash;
	uint16_t text_n, example_n;
	int64_t time_ns;	  /* for dimensions that measure DIM_SEEN */
	int64_t value;		  /* DIM_SUM; EVENT_NO_NUMBER if none */
	char text[LATER_TEXT];
	char example[LATER_EXAMPLE];
};

struct later {
	struct later_count ring[LATER_RING];
	/* How many counts have passed each station; the first is pushed. */
	uint64_t pushed, fetched, keyed, located, counted;
};

/*
 * Counts c, a count of a WHOLE dimension that is asked for, with text as the
 * key that c->key says, and example for DIM_SEEN.
 */
void later_count(struct tally *t, const struct later_count *c, struct str text,
    struct str example);
void later_drain(struct tally *t);

#endif
