/*
 * tail_stats.h - the one line under the events of "mailtally tail --stats".
 */
#ifndef CMD_TAIL_STATS_H
#define CMD_TAIL_STATS_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct event;

/* Events a second are those of the last so many seconds. */
#define TAIL_STATS_SECONDS 10

struct tail_stats {
	uint64_t accepted, rejected, deferred;
	uint64_t seconds[TAIL_STATS_SECONDS]; /* events in each, by clock */
	int64_t second;	 /* of the clock, the newest of them */
	int64_t begun;	 /* the first one */
	int64_t used;	 /* slots: of the latest event that tells; -1 before */
	int64_t limit;
};

void tail_stats_init(struct tail_stats *s, int64_t now_ns);
/* Every event: what it says of slots. */
void tail_stats_slots(struct tail_stats *s, const struct event *ev);
/* An event that is shown. */
void tail_stats_count(struct tail_stats *s, const struct event *ev,
    int64_t now_ns);
/* Will the line change as time goes by, even if nothing happens? */
bool tail_stats_moves(const struct tail_stats *s);
/* Appends the line. */
void tail_stats_line(struct tail_stats *s, int64_t now_ns, struct buf *b);

#endif
