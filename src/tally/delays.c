#include "tally/delays.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "tally/tally.h"

/* Buckets are in pages of one power of two, which are made when needed. */
#define PAGE 512
#define PAGES 56

struct delay_counts {
	uint64_t *pages[PAGES];
};

void
delays_clear(struct delays *d)
{
	if (d->count > DELAYS_LIST) {
		for (size_t i = 0; i < PAGES; i++)
			free(d->counts->pages[i]);
		free(d->counts);
	} else if (d->count > DELAYS_FEW) {
		free(d->list);
	}
	*d = (struct delays){ 0 };
}

static void
counts_add(struct delay_counts *c, uint32_t bucket, uint64_t count)
{
	uint64_t **page = &c->pages[bucket / PAGE];

	assert(bucket < PAGE * PAGES);
	if (*page == NULL)
		*page = mem_zalloc(PAGE * sizeof(**page));
	(*page)[bucket % PAGE] += count;
}

static void
list_to_counts(struct delays *d)
{
	struct delay_counts *c = mem_zalloc(sizeof(*c));

	for (size_t i = 0; i < DELAYS_LIST; i++)
		counts_add(c, d->list[i], 1);
	free(d->list);
	d->counts = c;
}

/* Room for one more where there are n, a power of two. */
static void
list_grow(struct delays *d, size_t n)
{
	uint16_t *list = NULL;

	if (n > DELAYS_FEW) {
		d->list = mem_resize(d->list, n * 2 * sizeof(*list));
		return;
	}
	list = mem_alloc(n * 2 * sizeof(*list));
	memcpy(list, d->few, sizeof(d->few));
	d->list = list;
}

static void
add_bucket(struct delays *d, uint32_t bucket)
{
	size_t n = d->count++;

	if (n < DELAYS_FEW) {
		d->few[n] = (uint16_t)bucket;
		return;
	}
	if (n < DELAYS_LIST) {
		if ((n & (n - 1)) == 0)
			list_grow(d, n);
		d->list[n] = (uint16_t)bucket;
		return;
	}
	if (n == DELAYS_LIST)
		list_to_counts(d);
	counts_add(d->counts, bucket, 1);
}

void
delays_add(struct delays *d, int64_t delay_ns)
{
	add_bucket(d, histogram_bucket(delay_ns));
	d->sum_ns = num_add_signed(d->sum_ns, delay_ns);
	if (d->count == 1 || delay_ns > d->max_ns)
		d->max_ns = delay_ns;
}

static void
merge_bucket(void *ctx, uint32_t bucket, uint64_t count)
{
	struct delays *d = ctx;

	for (; count > 0 && d->count <= DELAYS_LIST; count--)
		add_bucket(d, bucket);
	if (count > 0) {
		counts_add(d->counts, bucket, count);
		d->count += count;
	}
}

void
delays_merge(struct delays *d, const struct delays *other)
{
	if (other->count == 0)
		return;
	if (d->count == 0 || other->max_ns > d->max_ns)
		d->max_ns = other->max_ns;
	d->sum_ns = num_add_signed(d->sum_ns, other->sum_ns);
	delays_each(other, merge_bucket, d);
}

void
delays_each(const struct delays *d, delays_fn *each, void *ctx)
{
	const uint16_t *list = d->count > DELAYS_FEW ? d->list : d->few;

	if (d->count <= DELAYS_LIST) {
		for (size_t i = 0; i < d->count; i++)
			each(ctx, list[i], 1);
		return;
	}
	for (uint32_t i = 0; i < PAGE * PAGES; i++) {
		const uint64_t *page = d->counts->pages[i / PAGE];

		if (page && page[i % PAGE] > 0)
			each(ctx, i, page[i % PAGE]);
	}
}
