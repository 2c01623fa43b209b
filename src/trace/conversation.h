/*
 * conversation.h - the raw lines of connections, each connection's own
 * together and in order, untangled from their neighbours.
 *
 * The lines of a stream go in, block by block; out come conversations: all
 * that one process wrote between the line that began its connection and the
 * one that ended it.  Whose a line is, the format says (line_owner).
 *
 *	          LINE_FIRST                    LINE_LAST, the id begins again,
 *	(nothing) ----------> OPEN ----------------------------+ too long without
 *	    |                  |  LINE_CLOSING                 | a line, the end
 *	    | any other line   +----------> CLOSING -----------+ of the input
 *	    +---------------> OPEN             |  too many CLOSING v
 *	                      (not begun)      +---------------> handed over
 *
 *	OPEN	  its lines are kept
 *	CLOSING	  it has said that it ends; only "cleaning up" may follow
 *
 * Of a queue's log (struct format, of_queue) a conversation is a message: all
 * that was written of it.  Lines that name an errand belong to whose it is.
 *
 * Memory: the lines of the open connections, each at most
 * CONVERSATION_MAX_BYTES.  What grows beyond that (a bulk mailer that sends a
 * day's mail in one connection) is handed over in parts, cut between two
 * messages where there are any; each further part begins with a copy of the
 * connection's first lines, and of those that began errands which go on, so that each can be understood by itself, and no
 * line is lost.
 */
#ifndef TRACE_CONVERSATION_H
#define TRACE_CONVERSATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct format;
struct zone;

#define CONVERSATION_MAX_BYTES ((size_t)256 << 10)
/* What of its beginning is repeated in the parts of a long one: at most so
 * many lines, and so many bytes. */
#define CONVERSATION_HEAD_LINES 16
#define CONVERSATION_HEAD_BYTES ((size_t)4 << 10)
/* So many connections may wait for a line that follows their closing one. */
#define CONVERSATION_CLOSING 1024
struct conversation_line {
	uint64_t offset; /* as given with the block: ascending */
	int64_t time_ns; /* WHEN_NONE without a stamp */
	uint32_t at;	 /* in the conversation's text */
	uint32_t n;	 /* without the '\n' */
	uint32_t text_at; /* in the line: behind stamp and process id */
	uint32_t writer_at, writer_n; /* in the line: the id of who wrote it */
};

struct conversation {
	struct str host, pid;	/* whose; host only of syslog */
	struct str client;	/* as its first line names it, or absent */
	struct str text;	/* raw lines, each with its '\n', FORMAT_SLACK
				 * behind: a block for a scan, and not masked */
	const struct conversation_line *lines;
	size_t n;
	size_t repeated;	/* lines of the head that an earlier part had */
	int64_t first_ns, last_ns; /* of the first and the last line with a stamp */
	bool begun;		/* the line that begins it was seen */
	bool ended;		/* one that ends it was seen */
	bool continued;		/* too long: more comes in another part */
	bool marked;
};

/* Borrowed until it returns. */
typedef void conversation_fn(void *ctx, const struct conversation *c);

struct conversations_options {
	const struct format *format;
	const struct zone *zone; /* of stamps without one */
	int year;		 /* of the first stamp without a year */
	bool all;		 /* take gets each when it ends; else only those
				  * that were marked, at conversations_settle() */
};

/* One stream's. */
struct conversations;

struct conversations *conversations_new(const struct conversations_options *o,
    conversation_fn *take, void *ctx);
void conversations_free(struct conversations **cs);

/*
 * The next lines of the stream, FORMAT_SLACK behind them.  A last line without
 * its '\n' waits for its rest: the first line of the next block, unless that
 * begins with a stamp.
 */
void conversations_block(struct conversations *cs, struct str block,
    uint64_t offset);
/*
 * Somebody wants the conversation that the line at offset belongs to; pid is
 * the process that wrote it (an event has both).  False if it is not here (any
 * more), or nobody's.
 */
bool conversations_mark(struct conversations *cs, struct str pid,
    uint64_t offset);
/*
 * All that is to be marked in what was given so far has been: conversations
 * that ended meanwhile are handed over, or forgotten.
 */
void conversations_settle(struct conversations *cs);
/* Nothing follows: settles, and what is open ends. */
void conversations_finish(struct conversations *cs);

#endif
