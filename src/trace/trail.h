/*
 * trail.h - what else hangs together with the stories that were found: which
 * process ids of the queue's program (qmail's "qp") tell, and when.
 *
 *	qpsmtpd:    250 Queued! ... qp 3906		says 3906
 *	qmail-send: info msg 43: ... qp 3906		is 3906
 *	qmail-send: delivery 8: success: did_0+1+0/qp_3916/	says 3916
 *	qmail-send: bounce msg 43 qp 3932		says 3932
 *
 * Each is a mark.  A story that has a mark of a story that is kept is kept
 * too, and its marks are added.  What comes of it may stand before it in the
 * logs: so these are read again, until a reading adds no mark of which only one
 * end, who says it and who is it, is known.
 */
#ifndef TRACE_TRAIL_H
#define TRACE_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* A message may wait so long before qmail-send takes it up: while it is
 * stopped.  Process ids come back earlier on a busy machine: of several the
 * nearest is meant. */
#define TRAIL_NS (INT64_C(86400) * 1000000000)
/* Without a process id: so long after it was accepted at most. */
#define TRAIL_LIKELY_NS (INT64_C(10) * 1000000000)

struct conversation;
struct story;
struct trail;

struct trail *trail_new(void);
void trail_free(struct trail **t);

/* s is kept. */
void trail_add(struct trail *t, const struct story *s);
/* May it, or does it, have a mark? */
bool trail_may_be_in(const struct trail *t, const struct conversation *c);
bool trail_has(const struct trail *t, const struct story *s);
/* A reading is over: is there what another one might find? */
bool trail_turn(struct trail *t);

#endif
