/*
 * habit.h - what is counted to know the habits of a mail server: which sender
 * comes from which client, and what happens under a name each day.
 *
 * Four weeks of strangers' names would be without bound, so a dimension that
 * measures DIM_CAPPED has at most TALLY_CAP cells.  Where there would be more,
 * names are left out whole, one half at a time: those with a hash above a
 * limit.  The limit is the largest at which the rest fits, so it hangs on the
 * names alone and is the same however the log is split; a name that is kept in
 * the end was kept all the time, and so its counts are exact.  How many names
 * are looked at, and how much was counted under the others, is known
 * (tally_cap).
 *
 * They are not in a store, which keeps the events themselves for a while:
 * DIMS_KEPT.
 */
#ifndef TALLY_HABIT_H
#define TALLY_HABIT_H

#include "base/str.h"
#include "tally/tally.h"

struct event;
struct tally;

/* The dimensions that are counted here. */
#define HABIT_TRANSACTION                                                      \
	(DIM_BIT(DIM_PAIR) | DIM_BIT(DIM_NETWORK) | DIM_BIT(DIM_RECIPIENT_DAY))
#define HABIT_DELIVERY DIM_BIT(DIM_DEFERRAL_DAY)

/* A transaction of that category (classes.h). */
void habit_transaction(struct tally *t, const struct event *ev, int category);
/* A delivery that was put off, for that reason (reason.h). */
void habit_deferral(struct tally *t, const struct event *ev, struct str reason);

/* Adds a capped dimension of other to t; map has the ids of other's texts in t. */
void habit_merge(struct tally *t, const struct tally *other, enum dim_id dim,
    const uint32_t *map);

#endif
