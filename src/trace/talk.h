/*
 * talk.h - a conversation while it is collected: its lines, and its place in
 * the table and queues of conversation.c.
 *
 * Private to trace/.
 */
#ifndef TRACE_TALK_H
#define TRACE_TALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "trace/conversation.h"

struct line_owner;

/* See the drawing in conversation.h; ENDED ones wait to be handed over. */
enum talk_state { TALK_OPEN, TALK_CLOSING, TALK_ENDED };

struct talk {
	/* The table's; see conversation.c. */
	struct talk *next;	    /* of the same slot, or of the unused */
	struct talk *older, *newer; /* of those in the same queue */
	enum talk_state state;
	uint64_t key;
	uint64_t began;		    /* the how-manieth it is */

	/* Its own. */
	struct buf who;		    /* host, then pid */
	size_t host_n;
	struct buf text;
	struct conversation_line *lines;
	size_t n, cap;
	size_t head;		    /* lines that a further part would repeat */
	size_t client_at, client_n; /* in the text; client_n 0: not known */
	struct conversation c;	    /* the slices in it are set at the end */
};

/* Begins anew; all zero is ready too.  Its memory serves again. */
void talk_begin(struct talk *t, struct str host, struct str pid);
void talk_free(struct talk *t);

struct str talk_host(const struct talk *t);
struct str talk_pid(const struct talk *t);

/* The next line, copied. */
void talk_line(struct talk *t, struct str line, const struct line_owner *who,
    uint64_t offset);
/* t is a further part of before: takes over its beginning. */
void talk_go_on(struct talk *t, const struct talk *before);
/* And that line of before, unless it has it already; which of t's it is. */
size_t talk_repeat(struct talk *t, const struct talk *before, size_t line);
/* Does its last line go on in the one that follows?  t may be NULL. */
bool talk_goes_on(const struct talk *t);
/* Is the line at offset one of its own? */
bool talk_has(const struct talk *t, uint64_t offset);
bool talk_expired(const struct talk *t, int64_t now_ns, int64_t age_ns);

/* What a conversation_fn gets; valid until t changes. */
const struct conversation *talk_conversation(struct talk *t);

#endif
