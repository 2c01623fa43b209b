/*
 * undo.h - a journal backwards: mailboxes as they were, byte for byte.
 *
 * What the journal says was meant; what was done, and what became of it since,
 * is seen in the mailbox.  So it may be run after a run that was killed, and
 * again after it was killed itself.  A message whose flags somebody changed
 * meanwhile keeps them; one that somebody moved elsewhere or deleted stays so.
 */
#ifndef MAILDIR_UNDO_H
#define MAILDIR_UNDO_H

#include <stdint.h>

#include "base/str.h"

struct journal_content;
struct journal_record;

enum undo_result {
	UNDO_DONE,
	UNDO_NOTHING, /* it is as it was already */
	UNDO_GONE,    /* the message is in neither place */
	UNDO_KEPT,    /* a folder that is not empty */
	UNDO_FAILED,  /* why says it */
	UNDO_RESULTS
};

/* After each record; why is a text or NULL. */
typedef void undo_fn(void *ctx, const struct journal_record *r,
    enum undo_result result, const char *why);

void undo_run(const struct journal_content *c, int64_t now_ns, undo_fn *fn,
    void *ctx);

#endif
