/*
 * live.h - what happens now, for many who watch: one follower, its last events
 * in memory, and what was counted of them since the start.
 *
 * The events are the lines of "tail -o jsonl", sent on as they are.  Bounds:
 * LIVE_KEPT events and LIVE_STREAMS watchers; one who reads too slowly misses
 * events, and is told how many.
 */
#ifndef WEB_LIVE_H
#define WEB_LIVE_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

struct buf;
struct http_request;
struct live_feed;

#define LIVE_KEPT 1024
#define LIVE_STREAMS 100

/* argv: the follower's arguments, ending with NULL; they must outlive it. */
struct live_feed *live_feed_new(const char *const *argv);
void live_feed_free(struct live_feed **f);

/* Answers r with a stream of server-sent events. */
void live_feed_watch(struct live_feed *f, struct http_request *r);

/* For poll(2): at most two. */
#define LIVE_DESCRIPTORS 2
nfds_t live_feed_descriptors(const struct live_feed *f, struct pollfd *p);
/* Milliseconds until something is due; -1: nothing. */
int live_feed_timeout_ms(const struct live_feed *f);
void live_feed_run(struct live_feed *f, int64_t now_ns);
/* Ends the follower and all streams. */
void live_feed_stop(struct live_feed *f);

bool live_feed_runs(const struct live_feed *f);
/* Appends what was counted since the start, as Prometheus reads it. */
void live_feed_metrics(const struct live_feed *f, struct buf *b);

#endif
