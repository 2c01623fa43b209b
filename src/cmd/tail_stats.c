#include "cmd/tail_stats.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/when.h"
#include "event/event.h"

void
tail_stats_init(struct tail_stats *s, int64_t now_ns)
{
	*s = (struct tail_stats){ .used = -1 };
	s->second = s->begun = when_to_s(now_ns);
}

/* A connection is accepted as number n of m while n others are open. */
void
tail_stats_slots(struct tail_stats *s, const struct event *ev)
{
	if (ev->kind == EVENT_ACCEPTED) {
		s->used = ev->running + 1;
		s->limit = ev->limit;
	} else if (ev->kind == EVENT_TOO_MANY && ev->scope == LIMIT_TOTAL) {
		s->used = ev->running;
		s->limit = ev->limit;
	} else if (ev->kind == EVENT_CLOSED && s->used > 0) {
		s->used--;
	}
}

/* Seconds that went by without an event have none. */
static void
go_on(struct tail_stats *s, int64_t now_ns)
{
	int64_t now = when_to_s(now_ns);

	if (now - s->second >= TAIL_STATS_SECONDS)
		s->second = now - TAIL_STATS_SECONDS;
	while (s->second < now)
		s->seconds[++s->second % TAIL_STATS_SECONDS] = 0;
}

void
tail_stats_count(struct tail_stats *s, const struct event *ev, int64_t now_ns)
{
	go_on(s, now_ns);
	s->seconds[s->second % TAIL_STATS_SECONDS]++;
	s->accepted += ev->verdict == VERDICT_ACCEPTED;
	s->rejected += ev->verdict == VERDICT_REJECTED;
	s->deferred += ev->verdict == VERDICT_DEFERRED;
}

static uint64_t
recent(const struct tail_stats *s)
{
	uint64_t n = 0;

	for (int i = 0; i < TAIL_STATS_SECONDS; i++)
		n += s->seconds[i];
	return n;
}

bool
tail_stats_moves(const struct tail_stats *s)
{
	return recent(s) > 0;
}

void
tail_stats_line(struct tail_stats *s, int64_t now_ns, struct buf *b)
{
	uint64_t decided = s->accepted + s->rejected + s->deferred;
	int64_t span;

	go_on(s, now_ns);
	span = s->second - s->begun + 1;
	if (span > TAIL_STATS_SECONDS)
		span = TAIL_STATS_SECONDS;
	buf_printf(b, "accepted %" PRIu64 "  rejected %" PRIu64, s->accepted,
	    s->rejected);
	if (s->deferred > 0)
		buf_printf(b, "  deferred %" PRIu64, s->deferred);
	if (decided > 0)
		buf_printf(b, "  %.1f %% accepted",
		    (double)s->accepted * 100 / (double)decided);
	buf_printf(b, "  %.1f events/s", (double)recent(s) / (double)span);
	if (s->used >= 0)
		buf_printf(b, "  slots %" PRId64 "/%" PRId64, s->used, s->limit);
}
