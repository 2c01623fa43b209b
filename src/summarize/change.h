/*
 * change.h - changing the state file of a log directory from outside, while
 * multilog may be at work there.
 *
 * multilog does not know our locks.  It gives the old state to the processor
 * and renames the new one over it when the processor is done, so what somebody
 * else wrote in between is gone.  Its steps can be seen in the directory:
 *
 *	previous appears, newstate appears		the processor runs
 *	previous goes, newstate becomes state		it is done
 *
 * So a change is made while neither is there, and then it is looked whether
 * it is still there: the change is asked for again and again until it finds
 * nothing left to do.  Where nobody holds multilog's lock we hold it.
 */
#ifndef SUMMARIZE_CHANGE_H
#define SUMMARIZE_CHANGE_H

#include <stdbool.h>

#include "base/str.h"

struct buf;
struct err;

/*
 * Makes the new text of a state of the old one; copy is the text of the copy
 * beside it, or empty.  1: it is in *text; 0: the old one is all right as it
 * is; -1 with *err.
 */
typedef int change_fn(void *ctx, struct str old, struct str copy,
    struct buf *text, struct err *err);

/*
 * Changes the file path.  If it is called "state", what the directory and
 * multilog need is taken care of: see above; the copy is changed too.  With
 * keep the file as it was before is kept as PATH.orig, which must not exist.
 * ERR_AGAIN if multilog was at work for CHANGE_PATIENCE_S on end.
 */
#define CHANGE_PATIENCE_S 60
int change_state(const char *path, bool keep, change_fn *fn, void *ctx,
    struct err *err);

#endif
