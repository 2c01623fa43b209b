/*
 * fate.h - what became of a message in the queue, in words: the end of its
 * story's sentence.
 *
 *	it was delivered to b@away.example (forwarded by b@here.example); it
 *	could not be delivered to c@far.example ("550 5.1.1 User unknown"); the
 *	bounce to a@there.example was delivered
 */
#ifndef TRACE_FATE_H
#define TRACE_FATE_H

#include <stddef.h>

#include "base/str.h"

struct buf;
struct queued;
struct queued_recipient;
struct story;
struct zone;

/* Enough of a text to know what it says. */
#define FATE_ADDRESS_BYTES 100
#define FATE_REASON_BYTES 200
/* More recipients than this are counted, not named. */
#define FATE_NAMED 3

/* Appends it; raw, as all of a sentence.  s has a message in the queue. */
void fate_add(struct buf *b, const struct story *s, const struct zone *z);

/* text, or its beginning and "..." if it is longer; never half a character. */
void fate_add_cut(struct buf *b, struct str text, size_t most);
/* What a result says, for people: what the remote host said if it did, blanks
 * where qmail wrote _. */
void fate_add_reason(struct buf *b, struct str text);

#endif
