/*
 * chain_lane.h - the lane of a chain, as it was left.
 */
#ifndef HISTORY_CHAIN_LANE_H
#define HISTORY_CHAIN_LANE_H

#include "pump/lane.h"

struct err;
struct store;
struct store_chain;
struct zone;

/*
 * Goes on where the chain ended; keep is called for each event.  zone is that of
 * stamps without one.  NULL: it was saved by a newer program, or is damaged.
 */
struct lane *chain_lane(const struct store *s, const struct store_chain *c,
    const struct zone *zone, lane_keep_fn *keep, void *ctx, struct err *err);

#endif
