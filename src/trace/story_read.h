/*
 * story_read.h - the facts of a story, read line by line.
 *
 * Private to trace/: story.c cuts conversations, this understands the lines.
 */
#ifndef TRACE_STORY_READ_H
#define TRACE_STORY_READ_H

#include "format/format.h"
#include "trace/story.h"

/* A line of a conversation, with all that is known of it. */
struct story_source {
	struct dialogue said;
	const struct event *events; /* made of this line */
	size_t n_events;
	struct story_line line;
};

struct story_reading {
	struct arena *arena;
	struct story *story;
	/* The command that the next reply answers, and whether a record has
	 * told of its end meanwhile. */
	enum dialogue_kind asked;
	bool recorded;
	bool in_data; /* 354 was said: the next reply is about the message */
	bool done;    /* it was given: what follows is about something else */
	bool in_auth; /* 334 was said: what comes is no command */
	bool in_reply; /* "250-" was read: the rest of it tells nothing new */
	/* The recipient of the last RCPT, and what a record said of it. */
	struct str recipient, denied_by, denied_why;
	struct str *accepted, *tried;
	size_t n_accepted, cap_accepted, n_tried, cap_tried;
	size_t cap_refused, cap_events, cap_lines;
	bool listed; /* a record gave the recipients */
};

void story_read_begin(struct story_reading *r, struct story *s,
    struct arena *a);
/* The next line.  about: it is of the message, not of the connection. */
void story_read_line(struct story_reading *r, const struct story_source *l,
    bool about);
/* The event that no line tells of: the connection's end was not seen. */
void story_read_unfinished(struct story_reading *r, const struct event *ev);
/* A line of the queue's log: it and its events. */
void story_read_queued(struct story_reading *r, const struct story_source *l);
void story_read_end(struct story_reading *r);

#endif
