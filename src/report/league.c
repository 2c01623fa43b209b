#include "report/league.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"

#define SLOTS_MIN ((size_t)64)

void
league_init(struct league *l)
{
	*l = (struct league){ .n_slots = SLOTS_MIN };
	l->slots = mem_zalloc(l->n_slots * sizeof(*l->slots));
	intern_init(&l->labels);
}

void
league_clear(struct league *l)
{
	intern_clear(&l->labels);
	free(l->rows);
	free(l->slots);
	*l = (struct league){ 0 };
}

/* Ids are dense and small: multiplying spreads them well enough. */
static size_t
first_slot(const struct league *l, const uint32_t key[2])
{
	uint64_t both = (uint64_t)key[0] << 32 | key[1];

	return (size_t)((both * UINT64_C(0x9e3779b97f4a7c15)) >> 32) &
	    (l->n_slots - 1);
}

/* The slot of key: it holds the row's index + 1, or 0 where none is yet. */
static uint32_t *
slot_of(const struct league *l, const uint32_t key[2])
{
	size_t i = first_slot(l, key);

	while (l->slots[i] != 0) {
		const uint32_t *other = l->rows[l->slots[i] - 1].key;

		if (other[0] == key[0] && other[1] == key[1])
			break;
		i = (i + 1) & (l->n_slots - 1);
	}
	return &l->slots[i];
}

static void
place_all(struct league *l)
{
	memset(l->slots, 0, l->n_slots * sizeof(*l->slots));
	for (size_t i = 0; i < l->n; i++)
		*slot_of(l, l->rows[i].key) = (uint32_t)i + 1;
}

static void
grow_slots(struct league *l)
{
	l->n_slots *= 2;
	l->slots = mem_resize(l->slots, l->n_slots * sizeof(*l->slots));
	place_all(l);
}

struct league_row
league_row_empty(void)
{
	return (struct league_row){ .max = INT64_MIN,
		.first_ns = WHEN_NONE, .last_ns = WHEN_NONE };
}

static struct league_row *
add_row(struct league *l, const uint32_t key[2])
{
	struct league_row row = league_row_empty();

	assert(l->n < UINT32_MAX);
	row.key[0] = key[0];
	row.key[1] = key[1];
	row.label = intern_get(&l->labels, key[0]);
	if (key[1] != INTERN_EMPTY)
		row.second = intern_get(&l->labels, key[1]);
	row.index = l->n;
	ARRAY_PUSH(l->rows, l->n, l->cap) = row;
	return &l->rows[l->n - 1];
}

struct league_row *
league_get(struct league *l, struct str label, struct str second)
{
	uint32_t key[2] = { intern_add(&l->labels, label),
		intern_add(&l->labels, second) };
	uint32_t *slot;

	if (l->n * 3 >= l->n_slots * 2)
		grow_slots(l);
	slot = slot_of(l, key);
	if (*slot != 0)
		return &l->rows[*slot - 1];
	*slot = (uint32_t)l->n + 1;
	return add_row(l, key);
}

const struct league_row *
league_find(const struct league *l, struct str label)
{
	uint32_t key[2] = { intern_find(&l->labels, label), INTERN_EMPTY };
	uint32_t row = key[0] == UINT32_MAX ? 0 : *slot_of(l, key);

	return row ? &l->rows[row - 1] : NULL;
}

void
league_see(struct league_row *r, int64_t first_ns, int64_t last_ns)
{
	if (first_ns != WHEN_NONE &&
	    (r->first_ns == WHEN_NONE || first_ns < r->first_ns))
		r->first_ns = first_ns;
	/* WHEN_NONE is the smallest number. */
	if (last_ns > r->last_ns)
		r->last_ns = last_ns;
}

static int
label_order(const struct league_row *a, const struct league_row *b)
{
	int order = str_cmp(a->label, b->label);

	return order != 0 ? order : str_cmp(a->second, b->second);
}

struct count_order {
	int primary;
	int secondary;
};

static int
row_order(const void *a, const void *b, void *ctx)
{
	const struct league_row *x = a, *y = b;
	const struct count_order *by = ctx;

	if (x->count[by->primary] != y->count[by->primary])
		return x->count[by->primary] > y->count[by->primary] ? -1 : 1;
	if (by->secondary >= 0 &&
	    x->count[by->secondary] != y->count[by->secondary])
		return x->count[by->secondary] > y->count[by->secondary] ? -1 : 1;
	return label_order(x, y);
}

static int
row_order_by_label(const void *a, const void *b)
{
	return label_order(a, b);
}

void
league_sort(struct league *l, int primary, int secondary)
{
	struct count_order by = { primary, secondary };

	assert(primary >= 0 && primary < LEAGUE_COUNTS);
	assert(secondary < LEAGUE_COUNTS);
	if (l->n > 1)
		qsort_r(l->rows, l->n, sizeof(*l->rows), row_order, &by);
	place_all(l);
}

void
league_sort_by_label(struct league *l)
{
	if (l->n > 1)
		qsort(l->rows, l->n, sizeof(*l->rows), row_order_by_label);
	place_all(l);
}

void
league_row_add(struct league_row *sum, const struct league_row *r)
{
	for (size_t i = 0; i < LEAGUE_COUNTS; i++)
		sum->count[i] = num_add(sum->count[i], r->count[i]);
	sum->sum = num_add_signed(sum->sum, r->sum);
	sum->sum_n = num_add(sum->sum_n, r->sum_n);
	if (r->max > sum->max)
		sum->max = r->max;
	league_see(sum, r->first_ns, r->last_ns);
}

/* Keeps the first n rows. */
static size_t
cut_at(struct league *l, size_t n, struct league_row *others)
{
	struct buf label = { 0 };

	*others = league_row_empty();
	if (n == l->n)
		return n;
	for (size_t i = n; i < l->n; i++)
		league_row_add(others, &l->rows[i]);
	buf_printf(&label, "(%zu others)", l->n - n);
	others->label = intern_get(&l->labels,
	    intern_add(&l->labels, buf_str(&label)));
	buf_clear(&label);
	return n;
}

size_t
league_cut(struct league *l, size_t top, struct league_row *others)
{
	return cut_at(l, top == 0 || top > l->n ? l->n : top, others);
}

size_t
league_cut_below(struct league *l, size_t top, int primary, double percent,
    uint64_t whole, struct league_row *others)
{
	size_t n = 0, most = top == 0 || top > l->n ? l->n : top;

	while (n < most && (double)l->rows[n].count[primary] * 100.0 >=
	    percent * (double)whole)
		n++;
	return cut_at(l, n, others);
}

struct league_row
league_total(const struct league *l)
{
	struct league_row total = league_row_empty();

	for (size_t i = 0; i < l->n; i++)
		league_row_add(&total, &l->rows[i]);
	return total;
}
