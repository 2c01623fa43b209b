#include "search/ranking.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

struct ranked {
	int64_t key;
	uint64_t number; /* in the order of adding */
	size_t n;
	char *text;
};

/* With a limit: so many more are kept before the surplus is thrown away. */
#define SURPLUS 1024

void
ranking_init(struct ranking *r, uint64_t limit, bool reverse)
{
	*r = (struct ranking){ .limit = limit, .reverse = reverse };
}

void
ranking_clear(struct ranking *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->all[i].text);
	free(r->all);
	*r = (struct ranking){ 0 };
}

static int
smallest_first(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static int
largest_first(const void *a, const void *b)
{
	return -smallest_first(a, b);
}

/* Moves those without a key, which sort first, behind the others. */
static void
keyless_last(struct ranking *r)
{
	struct ranked *moved;
	size_t first = 0;

	while (first < r->n && r->all[first].key == RANKING_NO_KEY)
		first++;
	if (first == 0 || first == r->n)
		return;
	moved = mem_alloc(first * sizeof(*moved));
	memcpy(moved, r->all, first * sizeof(*moved));
	memmove(r->all, r->all + first, (r->n - first) * sizeof(*moved));
	memcpy(r->all + r->n - first, moved, first * sizeof(*moved));
	free(moved);
}

static void
put_in_order(struct ranking *r)
{
	if (r->n > 1)
		qsort(r->all, r->n, sizeof(*r->all),
		    r->reverse ? largest_first : smallest_first);
	/* Where the largest come first they are there already. */
	if (!r->reverse)
		keyless_last(r);
	for (; r->limit > 0 && r->n > r->limit; r->n--)
		free(r->all[r->n - 1].text);
}

void
ranking_add(struct ranking *r, int64_t key, struct str text)
{
	struct ranked one = { .key = key, .number = r->next++, .n = text.n,
		.text = mem_alloc(text.n + 1) };

	if (text.n)
		memcpy(one.text, text.p, text.n);
	ARRAY_PUSH(r->all, r->n, r->cap) = one;
	if (r->limit > 0 && r->n >= r->limit + r->limit + SURPLUS)
		put_in_order(r);
}

size_t
ranking_sort(struct ranking *r)
{
	put_in_order(r);
	return r->n;
}

struct str
ranking_get(const struct ranking *r, size_t i)
{
	assert(i < r->n);
	return str_make(r->all[i].text, r->all[i].n);
}
