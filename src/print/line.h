/*
 * line.h - an event as one line (spec/reports.md C.18).
 *
 *	accepted      28545 192.0.2.7 4/40
 *	too many      5146 - too-many 40>=40
 *	... of one    5320 192.0.2.7 too-many-from-ip 6>5
 *	denied        15751 192.0.2.7 dnsbl msg denied before queued
 *	queued        15587 192.0.2.7 queued No, hits=-2.6 required=5.0_
 *	closed        15110 192.0.2.7 1.566 sec.
 *
 * Events of a mail queue: queue_line.h.  The line is raw: patterns are matched against it.  For people it is escaped
 * (printer.h).
 */
#ifndef PRINT_LINE_H
#define PRINT_LINE_H

#include <stdbool.h>

#include "event/event.h"

struct buf;
struct zone;

enum line_time {
	LINE_TIME_NONE,
	LINE_TIME_LOCAL, /* 2026-03-10 01:05:00, in the zone */
	LINE_TIME_LABEL	 /* the event's own TAI64N label; made of its time where
			  * the log has another stamp, - where it has none */
};

struct line_style {
	bool long_form; /* and sender, recipients, text or message-id */
	enum line_time time;
	const struct zone *zone; /* for LINE_TIME_LOCAL */
};

/* Appends the line, time in front if there is one, without a newline. */
void event_line(struct buf *b, const struct event *ev,
    const struct line_style *style);
/* The time alone; nothing for LINE_TIME_NONE. */
void event_line_time(struct buf *b, const struct event *ev,
    const struct line_style *style);
/* The parts of a line from here on, for columns: process id, client, the rest. */
struct str event_line_pid(const struct event *ev);
struct str event_line_client(const struct event *ev);
void event_line_rest(struct buf *b, const struct event *ev, bool long_form);

/*
 * Appends all the event's own texts, TABs between: client, host, helo, sender,
 * recipients, disposition, code, text, trailer (of a check: its name and
 * result).  What C.19 calls the full record.
 */
void event_record(struct buf *b, const struct event *ev);

#endif
