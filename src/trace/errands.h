/*
 * errands.h - what the owners of lines have set about, by the numbers that
 * their later lines go by (struct line_owner, errand).
 *
 * Private to trace/.  Bounded by what a daemon does at once: a number comes
 * back, and what an idle daemon had begun is forgotten.
 */
#ifndef TRACE_ERRANDS_H
#define TRACE_ERRANDS_H

#include "base/map.h"
#include "base/str.h"

struct line_owner;
struct talk;

/* All zero is ready. */
struct errands {
	struct map map;
};

/* The last line of t begins it. */
void errands_begin(struct errands *e, const struct line_owner *who,
    struct talk *t);
/* Whose it was, or NULL; t is going on. */
struct talk *errands_end(struct errands *e, const struct line_owner *who);
/* None of that host goes on. */
void errands_drop(struct errands *e, struct str host);
/* What from has set about goes on in its further part to, which is told the
 * lines that began it. */
void errands_move(struct errands *e, struct talk *from, struct talk *to);
void errands_clear(struct errands *e);

#endif
