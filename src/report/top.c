#include "report/top.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

void
top_init(struct top *t, size_t most, top_order_fn *order, const void *ctx)
{
	*t = (struct top){ .order = order, .ctx = ctx, .most = most };
	t->items = mem_alloc((most + 1) * sizeof(*t->items));
}

void
top_clear(struct top *t)
{
	free(t->items);
	*t = (struct top){ 0 };
}

static void
swap(struct top *t, size_t a, size_t b)
{
	uint32_t item = t->items[a];

	t->items[a] = t->items[b];
	t->items[b] = item;
}

/* Is what stands at a after what stands at b? */
static bool
is_after(const struct top *t, size_t a, size_t b)
{
	return t->order(t->ctx, t->items[a], t->items[b]) > 0;
}

static void
sift_up(struct top *t, size_t at)
{
	while (at > 0 && is_after(t, at, (at - 1) / 2)) {
		swap(t, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
}

static void
sift_down(struct top *t, size_t n)
{
	for (size_t at = 0, child; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n && is_after(t, child + 1, child))
			child++;
		if (!is_after(t, child, at))
			break;
		swap(t, child, at);
	}
}

void
top_offer(struct top *t, uint32_t item)
{
	if (t->n < t->most) {
		t->items[t->n] = item;
		sift_up(t, t->n++);
	} else if (t->n > 0 && t->order(t->ctx, item, t->items[0]) < 0) {
		t->items[0] = item;
		sift_down(t, t->n);
	}
}

void
top_finish(struct top *t)
{
	for (size_t n = t->n; n > 1; n--) {
		swap(t, 0, n - 1);
		sift_down(t, n - 1);
	}
}
