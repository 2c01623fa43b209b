#include "pump/last.h"

#include <assert.h>
#include <stdlib.h>

void
last_init(struct last *l, size_t most)
{
	*l = (struct last){ .most = most };
}

void
last_clear(struct last *l)
{
	for (size_t i = 0; i < l->n; i++)
		arena_clear(&l->ring[i].texts);
	free(l->ring);
	last_init(l, l->most);
}

void
last_add(struct last *l, const struct event *ev)
{
	struct last_event *e;

	if (l->most == 0)
		return;
	if (l->n < l->most) {
		e = &ARRAY_PUSH(l->ring, l->n, l->cap);
		e->texts = (struct arena){ 0 };
	} else {
		e = &l->ring[l->oldest];
		l->oldest = (l->oldest + 1) % l->most;
		arena_clear(&e->texts);
	}
	e->event = event_copy(&e->texts, ev);
}

const struct event *
last_get(const struct last *l, size_t i)
{
	assert(i < l->n);
	return &l->ring[(l->oldest + i) % l->n].event;
}
