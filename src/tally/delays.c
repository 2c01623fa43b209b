#include "tally/delays.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "tally/tally.h"

/* Buckets are in pages of one power of two, which are made when needed. */
#define PAGE 512
#define PAGES (DELAYS_BUCKETS / PAGE)

struct delay_counts {
	uint64_t *pages[PAGES];
};

void
delays_clear(struct delays *d)
{
	if (d->cap > 0) {
		struct delay_counts *c = d->values->counts;

		for (size_t i = 0; c && i < PAGES; i++)
			free(c->pages[i]);
		free(c);
		free(d->values);
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

static struct delay_counts *
counts_of(struct delays *d)
{
	if (d->values->counts == NULL)
		d->values->counts = mem_zalloc(sizeof(*d->values->counts));
	return d->values->counts;
}

/* The list has room for cap more than few. */
static void
list_grow(struct delays *d, size_t cap)
{
	struct delay_values *v = d->cap > 0 ? d->values : NULL;

	v = mem_resize(v, sizeof(*v) + cap * sizeof(v->list[0]));
	if (d->cap == 0) {
		v->counts = NULL;
		memcpy(v->list, d->few, sizeof(d->few));
	}
	d->values = v;
	d->cap = (uint16_t)cap;
}

/* Room for one more: a longer list, or the same one empty. */
static void
make_room(struct delays *d)
{
	struct delay_counts *c;

	if (d->n < DELAYS_LIST) {
		list_grow(d, (size_t)d->n * 2);
		return;
	}
	c = counts_of(d);
	for (size_t i = 0; i < DELAYS_LIST; i++)
		counts_add(c, d->values->list[i], 1);
	d->n = 0;
}

static void
add_bucket(struct delays *d, uint32_t bucket)
{
	if (d->n == (d->cap > 0 ? d->cap : DELAYS_FEW))
		make_room(d);
	(d->cap > 0 ? d->values->list : d->few)[d->n++] = (uint16_t)bucket;
	d->count++;
}

void
delays_add(struct delays *d, int64_t delay_ns)
{
	add_bucket(d, histogram_bucket(delay_ns));
	d->sum_ns = num_add_signed(d->sum_ns, delay_ns);
	if (d->count == 1 || delay_ns > d->max_ns)
		d->max_ns = delay_ns;
}

void
delays_add_many(struct delays *d, uint32_t bucket, uint64_t count)
{
	if (count == 1) {
		add_bucket(d, bucket);
		return;
	}
	if (d->cap == 0)
		list_grow(d, (size_t)DELAYS_FEW * 2);
	counts_add(counts_of(d), bucket, count);
	d->count += count;
}

void
delays_widen(struct delays *d, int64_t sum_ns, int64_t max_ns)
{
	if (d->count == 0 || max_ns > d->max_ns)
		d->max_ns = max_ns;
	d->sum_ns = num_add_signed(d->sum_ns, sum_ns);
}

static void
merge_bucket(void *ctx, uint32_t bucket, uint64_t count)
{
	delays_add_many(ctx, bucket, count);
}

void
delays_merge(struct delays *d, const struct delays *other)
{
	if (other->count == 0)
		return;
	delays_widen(d, other->sum_ns, other->max_ns);
	delays_each(other, merge_bucket, d);
}

void
delays_each(const struct delays *d, delays_fn *each, void *ctx)
{
	const uint16_t *list = d->cap > 0 ? d->values->list : d->few;
	const struct delay_counts *c = d->cap > 0 ? d->values->counts : NULL;

	for (size_t i = 0; i < d->n; i++)
		each(ctx, list[i], 1);
	for (uint32_t i = 0; c && i < PAGE * PAGES; i++) {
		const uint64_t *page = c->pages[i / PAGE];

		if (page == NULL)
			i += PAGE - 1;
		else if (page[i % PAGE] > 0)
			each(ctx, i, page[i % PAGE]);
	}
}
