/*
 * queued.h - what became of a message in the queue: each recipient's fate, as
 * the log of the queue tells it.
 *
 *	message --forward--> message --bounce--> message --double bounce--> ...
 *
 * A story of a queue's log (story.h, of_queue) has one of these; joined ones
 * (join.h) have all that hang together.
 */
#ifndef TRACE_QUEUED_H
#define TRACE_QUEUED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "trace/story.h"

struct conversation;
struct story_reading;
struct story_source;

enum fate {
	FATE_WAITING,	/* to be tried, or tried again */
	FATE_DELIVERED,
	FATE_FORWARDED, /* and nothing else: what became of it the copy tells */
	FATE_FAILED,	/* for good */
	FATE_EXPIRED,	/* too long in the queue */
	FATES
};
const char *fate_name(enum fate f); /* "waiting" */

struct queued_recipient {
	struct str address; /* as the queue's log has it */
	bool remote;
	enum fate fate;
	uint64_t attempts;  /* whose result the log has */
	int64_t last_ns;    /* of the last result; WHEN_NONE */
	int64_t next_ns;    /* WAITING: when it is due, by qmail-send's schedule
			     * (queue/qmail.h); WHEN_NONE: now, or not known */
	struct str relay;   /* who answered last */
	struct str text;    /* what it said: as the log has it */
	struct str copy;    /* what the queue calls the forwarded copy */
};

/* Why it is in the queue. */
enum origin {
	ORIGIN_UNKNOWN,	 /* the logs do not tell: put there by a local user, or
			  * by a server whose log was not read */
	ORIGIN_SERVER,
	ORIGIN_LIKELY,	 /* the server's, by sender, recipient and time alone */
	ORIGIN_FORWARD,
	ORIGIN_BOUNCE,
	ORIGIN_DOUBLE_BOUNCE,
	ORIGINS
};
const char *origin_name(enum origin o); /* "double bounce"; "" if unknown */

struct queued {
	struct str number, qp, uid; /* absent: queued before the log begins */
	struct str sender;	    /* without <>; p NULL: not known */
	int64_t bytes;		    /* EVENT_NO_NUMBER */
	int64_t queued_ns, done_ns; /* WHEN_NONE: not known, not done */
	int64_t first_ns, last_ns;  /* lines of it that the log has */
	bool done;
	struct queued_recipient *recipients;
	size_t n_recipients;
	struct str bounce;  /* what the queue calls the bounce it came to */
	int64_t bounce_ns;
	bool triple;	    /* a bounce of a double bounce: dropped */
	enum origin origin;
	const struct queued *parent; /* it is a forward or bounce of; or NULL */
};

/* The story of a message in the queue, from all its lines. */
void queued_read(struct story_reading *r, const struct conversation *c,
    const struct story_source *lines, const struct event *unfinished);
/* What part, a further part of the same message, knows goes to q, of arena a. */
void queued_merge(struct queued *q, const struct queued *part,
    struct arena *a);
/*
 * s->queue is as it will be: its first message's facts go to a story of a queue
 * alone, and the verdict of all to any.
 */
void queued_tell(struct story *s, struct arena *a);

/* The forward or bounce of q that the queue calls qp, or NULL. */
const struct queued *queued_copy(const struct story *s,
    const struct queued *of, struct str qp);

/* Where the way of a message ends, over all its forwards. */
struct queued_end {
	const struct queued *of;
	const struct queued_recipient *to; /* NULL: of was not tried yet */
	const struct queued_recipient *by; /* who forwarded it first, or NULL */
};
typedef void queued_end_fn(void *ctx, const struct queued_end *e);
void queued_each_end(const struct story *s, queued_end_fn *fn, void *ctx);
/* The same of one of its messages. */
void queued_each_end_of(const struct story *s, const struct queued *q,
    queued_end_fn *fn, void *ctx);

#endif
