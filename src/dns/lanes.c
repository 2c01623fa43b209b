#include "dns/lanes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SECOND_NS INT64_C(1000000000)
#define CATCH_UP_NS (SECOND_NS / 10)

void
lanes_init(struct lanes *l, unsigned rate)
{
	memset(l, 0, sizeof(*l));
	l->rate = rate;
}

void
lanes_clear(struct lanes *l)
{
	assert(l->n_waiting == 0);
	free(l->lanes);
	memset(l, 0, sizeof(*l));
}

unsigned
lanes_add(struct lanes *l, int64_t now_ns)
{
	ARRAY_PUSH(l->lanes, l->n, l->cap) = (struct lane){ .next_ns = now_ns };
	return (unsigned)l->n - 1;
}

void
lanes_push(struct lanes *l, unsigned number, struct waiting *w)
{
	struct lane *lane = &l->lanes[number];

	assert(number < l->n);
	w->next = NULL;
	if (lane->first == NULL)
		lane->first = w;
	else
		lane->last->next = w;
	lane->last = w;
	l->n_waiting++;
}

struct waiting *
lanes_pop(struct lanes *l, unsigned number)
{
	struct lane *lane = &l->lanes[number];
	struct waiting *w = lane->first;

	assert(number < l->n);
	if (w == NULL)
		return NULL;
	lane->first = w->next;
	l->n_waiting--;
	return w;
}

/* One goes now: when may the next one? */
static void
keep_pace(const struct lanes *l, struct lane *lane, int64_t now_ns)
{
	if (l->rate == 0)
		return;
	if (lane->next_ns < now_ns - CATCH_UP_NS)
		lane->next_ns = now_ns - CATCH_UP_NS;
	lane->next_ns += SECOND_NS / l->rate;
}

struct waiting *
lanes_next(struct lanes *l, int64_t now_ns)
{
	for (size_t i = 0; i < l->n; i++) {
		unsigned number = (unsigned)(l->turn++ % l->n);
		struct lane *lane = &l->lanes[number];

		if (lane->first != NULL && lane->next_ns <= now_ns) {
			keep_pace(l, lane, now_ns);
			return lanes_pop(l, number);
		}
	}
	return NULL;
}

int64_t
lanes_when(const struct lanes *l, int64_t now_ns)
{
	int64_t first_ns = INT64_MAX;

	for (size_t i = 0; i < l->n; i++) {
		const struct lane *lane = &l->lanes[i];
		int64_t ns = lane->next_ns > now_ns ? lane->next_ns - now_ns : 0;

		if (lane->first != NULL && ns < first_ns)
			first_ns = ns;
	}
	return first_ns;
}

size_t
lanes_length(const struct lanes *l, unsigned number)
{
	size_t n = 0;

	assert(number < l->n);
	for (const struct waiting *w = l->lanes[number].first; w; w = w->next)
		n++;
	return n;
}
