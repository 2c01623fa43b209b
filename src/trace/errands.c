#include "trace/errands.h"

#include <stdlib.h>

#include "base/mem.h"
#include "format/format.h"
#include "trace/talk.h"

struct errand {
	uint64_t key, host;
	struct talk *talk;
	uint64_t began; /* of the talk: its memory may serve another by now */
	size_t line;	/* of the talk, that begins it */
};

/* FNV-1a, from h on. */
static uint64_t
hash(struct str s, uint64_t h)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

static uint64_t
host_key(struct str host)
{
	return hash(host, UINT64_C(0xcbf29ce484222325));
}

static bool
goes_on(const struct errand *x)
{
	return x->talk->state != TALK_ENDED && x->talk->began == x->began;
}

void
errands_begin(struct errands *e, const struct line_owner *who, struct talk *t)
{
	struct errand *x = mem_alloc(sizeof(*x));

	*x = (struct errand){ .host = host_key(who->host), .talk = t,
		.began = t->began, .line = t->n - 1 };
	x->key = hash(who->errand, x->host);
	free(map_set(&e->map, x->key, x));
}

struct talk *
errands_end(struct errands *e, const struct line_owner *who)
{
	struct errand *x = map_take(&e->map, hash(who->errand,
	    host_key(who->host)));
	struct talk *t = x && goes_on(x) ? x->talk : NULL;

	free(x);
	return t;
}

void
errands_drop(struct errands *e, struct str host)
{
	uint64_t key = host_key(host);
	struct errand **gone = NULL, *x;
	size_t n = 0, cap = 0, at = 0;

	while ((x = map_next(&e->map, &at)))
		if (x->host == key)
			ARRAY_PUSH(gone, n, cap) = x;
	for (size_t i = 0; i < n; i++) {
		map_take(&e->map, gone[i]->key);
		free(gone[i]);
	}
	free(gone);
}

static int
by_line(const void *a, const void *b)
{
	const struct errand *x = *(struct errand *const *)a;
	const struct errand *y = *(struct errand *const *)b;

	return (x->line > y->line) - (x->line < y->line);
}

void
errands_move(struct errands *e, struct talk *from, struct talk *to)
{
	struct errand **all = NULL, *x;
	size_t n = 0, cap = 0, at = 0;

	while ((x = map_next(&e->map, &at)))
		if (goes_on(x) && x->talk == from)
			ARRAY_PUSH(all, n, cap) = x;
	if (n > 0)
		qsort(all, n, sizeof(struct errand *), by_line);
	for (size_t i = 0; i < n; i++) {
		all[i]->line = talk_repeat(to, from, all[i]->line);
		all[i]->talk = to;
		all[i]->began = to->began;
	}
	free(all);
}

void
errands_clear(struct errands *e)
{
	struct errand *x;
	size_t at = 0;

	while ((x = map_next(&e->map, &at)))
		free(x);
	map_clear(&e->map);
}
