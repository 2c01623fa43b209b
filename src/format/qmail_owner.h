/*
 * qmail_owner.h - which message a line of qmail-send is of: struct format's
 * line_owner, documented in format.h.
 */
#ifndef FORMAT_QMAIL_OWNER_H
#define FORMAT_QMAIL_OWNER_H

#include <stdbool.h>

#include "base/str.h"

struct buf;
struct dialogue;
struct line_owner;
struct stamp_clock;

/*
 * A message is called by its number, an attempt by the errand's:
 *
 *	new msg 43				first of 43
 *	info msg 43: bytes ...			second of 43
 *	starting delivery 8: msg 43 to ...	within 43, errand 8
 *	delivery 8: success: ...		of whoever has errand 8
 *	bounce msg 43 qp 502			within 43
 *	end msg 43				last of 43
 *
 * Delivery 1 and a status that says that nothing runs end all errands
 * (qmail_track.h).  What qmail-send says of itself is nobody's.  A line that
 * splogger cut, "STAMP+rest", goes on the one above.
 */
void qmail_line_owner(struct str line, struct stamp_clock *clock,
    struct line_owner *owner);
/* Nobody speaks here. */
void qmail_dialogue(struct str text, struct dialogue *said);
/* No line has credentials in it. */
bool qmail_mask(struct str line, struct buf *b);

#endif
