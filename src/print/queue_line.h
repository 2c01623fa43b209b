/*
 * queue_line.h - an event of a mail queue as one line: it belongs to a message,
 * not to a client.
 *
 *	queued        msg-393241 queued 2343 <ann@example.com> qp 3060 uid 0
 *	delivery      msg-393241 d17 success remote bob@example.org 1.204 sec. 192.0.2.7_accepted...
 *	done          msg-393241 done 1/0/0 1.310 sec.
 *	bounce        msg-393241 bounce qp 3061
 *	others        - status started
 *
 * 1/0/0 are deliveries that succeeded, were deferred, and failed.
 */
#ifndef PRINT_QUEUE_LINE_H
#define PRINT_QUEUE_LINE_H

#include <stdbool.h>

struct buf;
struct event;

bool queue_line_is_for(const struct event *ev);
/* Appends the raw line, without time and newline. */
void queue_line(struct buf *b, const struct event *ev);

#endif
