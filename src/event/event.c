#include "event/event.h"

#include <assert.h>
#include <stddef.h>

#include "base/mem.h"

static const struct {
	const char *name;
	const char *meaning;
} kinds[EVENT_KINDS] = {
#define EVENT_KIND(id, name, meaning) [EVENT_##id] = { name, meaning },
#include "event/kinds.def"
#undef EVENT_KIND
};

void
event_init(struct event *ev, enum event_kind kind, int64_t time_ns)
{
	*ev = (struct event){
		.kind = kind,
		.time_ns = time_ns,
		.score_milli = EVENT_NO_NUMBER,
		.required_milli = EVENT_NO_NUMBER,
		.duration_ns = EVENT_NO_NUMBER,
		.queued_ns = WHEN_NONE,
		.delivered = EVENT_NO_NUMBER,
		.bounced = EVENT_NO_NUMBER,
		.deferred = EVENT_NO_NUMBER,
		.bytes = EVENT_NO_NUMBER,
		.running = EVENT_NO_NUMBER,
		.limit = EVENT_NO_NUMBER,
	};
}

bool
event_has_line(const struct event *ev)
{
	return !ev->unfinished;
}

struct event
event_copy(struct arena *a, const struct event *ev)
{
	static const size_t texts[] = {
		offsetof(struct event, pid), offsetof(struct event, client),
		offsetof(struct event, host), offsetof(struct event, helo),
		offsetof(struct event, country), offsetof(struct event, sender),
		offsetof(struct event, recipients),
		offsetof(struct event, disposition), offsetof(struct event, code),
		offsetof(struct event, text), offsetof(struct event, trailer),
		offsetof(struct event, check), offsetof(struct event, result),
		offsetof(struct event, line), offsetof(struct event, stream),
		offsetof(struct event, queue_id), offsetof(struct event, relay),
		offsetof(struct event, delivery),
		offsetof(struct event, forwarded),
		offsetof(struct event, channel), offsetof(struct event, uid),
		offsetof(struct event, last_disposition),
	};
	struct event copy = *ev;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct str *s = (struct str *)(void *)((char *)&copy + texts[i]);

		if (s->p)
			*s = arena_str(a, *s);
	}
	return copy;
}

const char *
event_kind_name(enum event_kind kind)
{
	assert(kind < EVENT_KINDS);
	return kinds[kind].name;
}

const char *
event_kind_meaning(enum event_kind kind)
{
	assert(kind < EVENT_KINDS);
	return kinds[kind].meaning;
}

const char *
verdict_name(enum verdict v)
{
	static const char *const names[] = {
		[VERDICT_NONE] = "",
		[VERDICT_ACCEPTED] = "accepted",
		[VERDICT_REJECTED] = "rejected",
		[VERDICT_DEFERRED] = "deferred",
	};

	assert(v <= VERDICT_DEFERRED);
	return names[v];
}
