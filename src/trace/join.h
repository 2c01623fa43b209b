/*
 * join.h - stories of servers and stories of queues that hang together, as one
 * story each: the whole way of a message.
 *
 *	server --qp--> message --qp--> forward --qp--> bounce ...
 *
 * Who says a process id and who has it belong together if nothing else is
 * nearer in time (at most TRAIL_NS), and the senders agree as far as they must: a
 * server's with the message's, a bounce's is null.  A message that the server
 * accepted without telling a process id is likely that of the same sender and
 * recipient which was queued within TRAIL_LIKELY_NS.
 */
#ifndef TRACE_JOIN_H
#define TRACE_JOIN_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct story;

/*
 * Joins the n stories; returns those of which any part is direct, *n_joined of
 * them, in no order.  They stand in a; their texts are those of the parts.
 */
struct story *stories_join(const struct story *const *stories, size_t n,
    bool queue_was_read, struct arena *a, size_t *n_joined);

#endif
