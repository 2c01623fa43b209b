/*
 * live.h - logs that are followed, as events in the order of time: the other end
 * of ordered.h, for logs that have none.
 *
 *	follow -> lane, one for each log -> merge -> sink
 *
 * At the start the last n events that are wanted are handed on, of all logs
 * together.  They are looked for from the end of each log backwards, in steps;
 * further LIVE_STATE_BYTES are read before them, to know the connections they
 * belong to.  Where an event's connection began before that, its client is
 * not known.
 *
 * Later on, what stands in the logs at the same time is merged by time; what comes
 * later is handed on later, whatever its time is.
 */
#ifndef PUMP_LIVE_H
#define PUMP_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"

struct follow;
struct format;
struct live;
struct zone;

#define LIVE_STATE_BYTES (UINT64_C(4) << 20)
/* Events are looked for in so many bytes, or so many for each, at the start. */
#define LIVE_LOOK_BYTES (UINT64_C(8) << 20)
#define LIVE_LOOK_BYTES_EACH (UINT64_C(64) << 10)

/*
 * Is it wanted?  Sees every event, when its line is read; before: it was there at
 * the start (and may be seen more than once then).
 */
typedef bool live_keep_fn(void *ctx, const struct event *ev, bool before);
/* The next event in the order of time.  False: that was enough. */
typedef bool live_sink_fn(void *ctx, const struct event *ev);

struct live_options {
	struct follow *follow;	     /* the caller's */
	const struct format *format; /* forced; NULL: recognised by content */
	const struct zone *zone;     /* of stamps without one */
	int64_t now_ns;		     /* what their year follows from */
	event_mask wants;
	live_keep_fn *keep;
	live_sink_fn *sink;
	bool (*stop)(void *ctx);     /* asked after each block: is it enough? */
	void *ctx;
};

struct live *live_new(const struct live_options *o);
void live_free(struct live **l);

/* The last n events; before live_read().  False: the sink has enough. */
bool live_start(struct live *l, size_t n);
/* All there is at present. */
bool live_read(struct live *l);
/* Was the format of any log recognised? */
bool live_recognised(const struct live *l);
/* Nothing follows: records that waited for a further line do not any more. */
bool live_finish(struct live *l);

#endif
