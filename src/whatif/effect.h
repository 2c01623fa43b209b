/*
 * effect.h - what lists would have stopped: sums over mails and answers.
 */
#ifndef WHATIF_EFFECT_H
#define WHATIF_EFFECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "whatif/mails.h"

struct answers;
struct policy;

/*
 * Mails beside what the lists that are tried say of their clients, bit i of
 * listed for the i-th of the table of answers.  Mails whose client a list in use
 * has already are not there: nothing would change for them.
 */
struct trial {
	const struct mails *mails;
	const struct answers *answers;
	uint64_t lists;	     /* those that are tried, as a set */
	uint64_t own;	     /* those in use; 0: not looked at */
	uint64_t *listed;    /* by client of mails */
	uint32_t *row_of;    /* by client of mails: the client of answers */
	bool *excluded;	     /* by client of mails: listed by own */
	uint64_t n_mails;    /* that are tried */
	uint64_t n_excluded; /* mails that are not */
	uint64_t n_clients;  /* of those tried */
};

/* The answers have all clients of the mails. */
void trial_init(struct trial *t, const struct mails *m, struct answers *a,
    uint64_t lists, uint64_t own);
void trial_clear(struct trial *t);
/* The lists that list the client of a mail; 0 for one that is not tried. */
uint64_t trial_listed(const struct trial *t, const struct mail *mail);
bool trial_has(const struct trial *t, const struct mail *mail);

/* Mails that are stopped, by what became of them. */
struct effect {
	uint64_t by_fate[FATES];
	uint64_t clients; /* different ones */
};

/* All, of whatever fate. */
uint64_t effect_all(const struct effect *e);
/* All but ham: what one wants to be stopped. */
uint64_t effect_spam(const struct effect *e);

/* Would a client that these lists list be stopped? */
typedef bool stops_fn(const void *ctx, uint64_t listed);

/* ctx is a const uint64_t *: a set of lists, of which any, all, or only it
 * stops. */
stops_fn stops_any, stops_all, stops_only;

struct effect effect_of(const struct trial *t, stops_fn *stops,
    const void *ctx);

#endif
