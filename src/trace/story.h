/*
 * story.h - what happened to one message: its lines, what was found about it,
 * and what became of it.
 *
 * A conversation is cut into stories, one a message: from its MAIL command to
 * the next one.  What stands before the first message (greeting, checks of the
 * client) and behind the last one (QUIT, the connection's end) belongs to each
 * of its stories.  A connection without any message is one story.
 *
 *	connection |  message 1  |  message 2  | connection ends
 *	           MAIL          MAIL          QUIT
 *
 * Where the log has no dialogue, a record that tells of a queued message, or
 * of another sender, ends a message.
 *
 * The verdict is that of the last decision: a message that was accepted is
 * accepted, even if one of its recipients was not; one that the queue then
 * refused is not.  What the queue then made of it only the queue's log knows:
 * of that, each message is a story, too, and join.h makes one of both.  A refusal that no plugin tells of (a command that could not
 * be understood, a message too large) is taken from the reply to the client.
 */
#ifndef TRACE_STORY_H
#define TRACE_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"
#include "event/event.h"

struct buf;
struct conversation;
struct format;
struct queued;
struct zone;

/* As DESIGN 5 names them; the last three are the queue's, not the server's. */
enum story_verdict {
	STORY_UNFINISHED, /* nothing was decided */
	STORY_ACCEPTED,	  /* the queue has it */
	STORY_REJECTED,
	STORY_DEFERRED,
	STORY_QUEUED,	  /* the queue still has it */
	STORY_DELIVERED,
	STORY_BOUNCED,
	STORY_VERDICTS
};
const char *story_verdict_name(enum story_verdict v);

/* How far client and server came before it ended. */
enum story_stage {
	STAGE_BEFORE,	/* the connection was refused */
	STAGE_CONNECT,
	STAGE_HELO,
	STAGE_MAIL,
	STAGE_RCPT,
	STAGE_DATA
};

/* What a line is, for the eye. */
enum story_mark {
	MARK_NONE,
	MARK_PASS,
	MARK_FAIL,
	MARK_SKIP,
	MARK_ERROR,
	MARK_CONNECT,
	MARK_REJECTED,
	MARK_DEFERRED,
	MARK_QUEUED,
	MARK_CLOSED,
	MARK_DELIVERED, /* by the queue; it has put off what is DEFERRED */
	MARK_FAILED,
	MARK_BOUNCED,
	MARK_DONE
};
const char *story_mark_name(enum story_mark m); /* "pass"; "" for none */

struct story_line {
	int64_t time_ns;
	enum story_mark mark;
	struct str pid;
	struct str text; /* behind stamp and process id; credentials masked */
};

/* A recipient that was refused while others were not. */
struct story_refused {
	struct str recipient; /* without <> */
	struct str by, reason;
};

struct story {
	enum story_verdict verdict;
	enum story_stage stage;
	int64_t time_ns;     /* of the decision, else of the last line */
	int64_t begun_ns;    /* of the first line */
	struct str stream, pid;

	/* Absent where the log does not tell.  Addresses without <>; the null
	 * sender is empty. */
	struct str client, host, helo, country;
	bool authenticated;
	struct str sender;
	struct str *recipients;	 /* if accepted those that were, else those that
				  * were tried */
	size_t n_recipients;
	struct story_refused *refused;
	size_t n_refused;
	struct str message_id;	 /* with its <> */
	struct str by;		 /* the plugin that decided; absent: the server */
	struct str code, reason;
	int64_t score_milli, required_milli; /* EVENT_NO_NUMBER if none */
	int64_t duration_ns;	 /* of the connection; EVENT_NO_NUMBER */
	/*
	 * What the queue calls the message: where the story goes on in the
	 * queue's own log.  Of qmail-queue its process id, which qmail-send's
	 * "info msg" line repeats behind "qp".
	 */
	struct str queue_id;
	bool open;		 /* the connection's end was not seen */
	size_t number, of;	 /* which message of its connection; from 1 */
	uint64_t order;		 /* hits.h: of equal times the larger is newer */

	struct story_line *lines;
	size_t n_lines;
	struct event *events;
	size_t n_events;

	/*
	 * What the queue's log knows of it (queued.h): the message, behind it
	 * its forwards and bounces, each behind what it comes of.
	 */
	struct queued **queue;
	size_t n_queue;
	bool of_queue;	     /* no server's log knows it */
	bool queue_was_read; /* a queue's log was, whether it knows it or not */

	/* The finder's (hits.h). */
	bool direct;	     /* asked for; else it hangs together with one */
	uint64_t connection; /* which one it is of */
};

/* What stories of one stream are read with. */
struct story_maker {
	const struct format *format;
	const struct zone *zone; /* of stamps without one */
	struct str stream;
};

/*
 * Cuts c into its *n stories, in order of time.  They stand in a, and so does
 * all that they point to: c may go.
 */
struct story *stories_of(const struct story_maker *m,
    const struct conversation *c, struct arena *a, size_t *n);

/*
 * The story as one event, for field filters (event/filter.h): a transaction
 * with the final verdict and all recipients.  Slices are the story's and
 * scratch's.
 */
void story_event(const struct story *s, struct buf *scratch, struct event *ev);

#endif
