/*
 * last.h - the last events of many, copied: as much memory as those take.
 */
#ifndef PUMP_LAST_H
#define PUMP_LAST_H

#include <stddef.h>

#include "base/mem.h"
#include "event/event.h"

struct last_event {
	struct event event;
	struct arena texts; /* of it */
};

struct last {
	size_t most;
	struct last_event *ring;
	size_t n;
	size_t cap;
	size_t oldest; /* where the ring begins, once n is most */
};

void last_init(struct last *l, size_t most);
void last_clear(struct last *l);
/* None is kept if most is 0. */
void last_add(struct last *l, const struct event *ev);
/* i from 0, the oldest, to n - 1; valid until the next last_add. */
const struct event *last_get(const struct last *l, size_t i);

#endif
