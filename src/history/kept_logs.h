/*
 * kept_logs.h - the logs that a store was made of, found again: for who needs
 * their lines, which are not in a store.
 *
 * A log is known by its content (known.h), so it is found under whatever name a
 * rotation gave it, packed or not, as long as it is in its directory.  The facts
 * say in which stretches of time the lines are that are wanted, so little of
 * large logs is read.
 */
#ifndef HISTORY_KEPT_LOGS_H
#define HISTORY_KEPT_LOGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/period.h"
#include "input/source.h"
#include "store/store.h"

struct err;

struct kept_logs {
	struct source_list list; /* those that are there, copies marked; streams
				  * are called as the store calls them */
	struct store_source *gone; /* those that are not, */
	size_t n_gone;
	uint64_t lost;		 /* ... and how many wanted facts are of them, */
	size_t lost_of;		 /* the first one of this one */
	struct arena arena;
};

/* Stretches of time, ascending, none touching another. */
struct spans {
	struct period *items;
	size_t n, cap;
};

/* Between store_look() and store_look_end().  To be cleared, whatever comes. */
int kept_logs_find(struct kept_logs *l, struct store *s, struct err *err);
void kept_logs_clear(struct kept_logs *l);

/*
 * When the facts of a query are for which wanted() is true (NULL: all), put
 * together where no more than apart_ns is between them.  Where the query names no keys
 * that is its whole time: looking at every fact would take longer than it
 * saves.  So it is of an anonymized store.  Counts those whose log is gone.
 */
int kept_logs_spans(struct kept_logs *l, struct store *s,
    const struct store_query *q,
    bool (*wanted)(void *ctx, const struct event *ev), void *ctx,
    int64_t apart_ns, struct spans *spans, struct err *err);

/* Usually after the last one; joined if no more than apart_ns is between. */
void spans_add(struct spans *l, struct period p, int64_t apart_ns);
/* Each made longer at both ends. */
void spans_widen(struct spans *l, int64_t before_ns, int64_t after_ns);
void spans_clear(struct spans *l);

#endif
