#include "report/domains.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/when.h"

static void
make_room(struct domains *d, size_t n)
{
	if (n > d->cap) {
		d->cap = n + n / 2;
		d->sums = mem_resize(d->sums, d->cap * sizeof(*d->sums));
		d->used = mem_resize(d->used, d->cap * sizeof(*d->used));
	}
	for (; d->n < n; d->n++) {
		d->sums[d->n] = (struct domain_sums){ .last_ns = WHEN_NONE };
		d->used[d->n] = false;
	}
}

void
domains_init(struct domains *d, const struct accounts *a)
{
	*d = (struct domains){ .known = &a->domains };
	intern_init(&d->others);
	make_room(d, ledger_n(d->known));
}

void
domains_clear(struct domains *d)
{
	free(d->sums);
	free(d->used);
	intern_clear(&d->others);
	*d = (struct domains){ 0 };
}

struct domain_sums *
domains_at(struct domains *d, uint32_t number)
{
	d->used[number] = true;
	return &d->sums[number];
}

struct domain_sums *
domains_named(struct domains *d, struct str label)
{
	uint32_t number = ledger_find(d->known, label);

	if (number == UINT32_MAX) {
		number = (uint32_t)ledger_n(d->known) +
		    intern_add(&d->others, label);
		make_room(d, number + 1);
	}
	return domains_at(d, number);
}

static struct str
label_of(const struct domains *d, size_t i)
{
	size_t n = ledger_n(d->known);

	return i < n ? ledger_name(d->known, (uint32_t)i) :
	    intern_get(&d->others, (uint32_t)(i - n));
}

void
domains_offer(const struct domains *d, struct best *x)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct domain_sums *s = &d->sums[i];
		struct league_row row;

		if (!d->used[i])
			continue;
		row = league_row_empty();
		for (size_t k = 0; k < DOMAIN_COUNTS; k++)
			row.count[k] = s->count[k];
		row.sum = s->sum;
		row.last_ns = s->last_ns;
		row.index = i;
		if (!best_wants(x, &row))
			continue;
		row.label = label_of(d, i);
		best_add(x, &row);
	}
}
