#include "event/event.h"

#include <assert.h>

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
