/*
 * qmail_owner.h - what lines of qmail-send are to those who want connections
 * (format.h): of none.  A message's lines are told apart by its number, which
 * is not done here yet.
 */
#ifndef FORMAT_QMAIL_OWNER_H
#define FORMAT_QMAIL_OWNER_H

#include <stdbool.h>

#include "base/str.h"

struct buf;
struct dialogue;
struct line_owner;
struct stamp_clock;

void qmail_line_owner(struct str line, struct stamp_clock *clock,
    struct line_owner *owner);
void qmail_dialogue(struct str text, struct dialogue *said);
/* No line has credentials in it. */
bool qmail_mask(struct str line, struct buf *b);

#endif
