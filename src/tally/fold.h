/*
 * fold.h - what a tally keeps of texts and hours when single events are no
 * longer kept.
 *
 * Without addresses: of an address its domain ("@example.org"), of a client its
 * network (192.0.2.0/24, 2001:db8::/48), of whole texts and of lists of single
 * things nothing.  Without hours: all of a day stands in its first one.
 * Sums stay what they were.
 */
#ifndef TALLY_FOLD_H
#define TALLY_FOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "tally/tally.h"

enum { FOLD_ADDRESSES = 1, FOLD_HOURS = 2 };

struct tally_fold {
	unsigned what;	    /* of the above */
	int32_t day_bucket; /* FOLD_HOURS: of the hour that stands for all */
};

/* Is there anything in dimension dim that the fold leaves out? */
bool tally_fold_changes(enum dim_id dim, unsigned what);

/* As tally_load() (save.h), folded on the way. */
int tally_load_folded(struct tally *t, enum dim_id dim, struct str saved,
    const struct tally_fold *fold);

/* Is it said what becomes of the dimension's texts?  For a test. */
bool fold_knows(enum dim_id dim);

/* ---- for save*.c ---- */

enum fold_place { FOLD_KEY_1, FOLD_KEY_2, FOLD_EXAMPLE, FOLD_PLACES };
/* What a text becomes; appends to scratch, which must outlive it. */
struct str fold_text(const struct tally_fold *fold, enum dim_id dim,
    enum fold_place place, struct str text, struct buf *scratch);
/* Those of accounts, whichever they are. */
struct str fold_name(const struct tally_fold *fold, enum dim_id dim,
    struct str name, struct buf *scratch);
/* Does the list that goes with a dimension stay? */
bool fold_keeps_list(const struct tally_fold *fold);

#endif
