#include "tally/results.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"

#define HELD ((size_t)TALLY_RESULTS * 2)
#define FIRST_SLOTS 256

void
results_init(struct results *r)
{
	*r = (struct results){ .limit = UINT64_MAX };
}

static void
entries_free(struct results *r, size_t from)
{
	for (size_t i = from; i < r->n; i++)
		free(r->entries[i].text);
	r->n = from;
}

void
results_clear(struct results *r)
{
	entries_free(r, 0);
	free(r->entries);
	free(r->slots);
	*r = (struct results){ 0 };
}

/* The same on every machine and in every run: the order hangs on it. */
static uint64_t
text_hash(struct str s)
{
	uint64_t h = s.n * UINT64_C(0x9e3779b97f4a7c15), v;

	for (; s.n >= 8; s = str_skip(s, 8)) {
		memcpy(&v, s.p, 8);
		h = (h ^ v) * UINT64_C(0xd6e8feb86659fd93);
		h ^= h >> 32;
	}
	v = 0;
	if (s.n > 0)
		memcpy(&v, s.p, s.n);
	h = (h ^ v) * UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 29;
}

/* Summed up in bytes, which do not run over in so few: that goes by many. */
#define DIGITS_AT_ONCE 240

static size_t
count_digits(struct str s)
{
	size_t digits = 0;

	while (s.n > 0) {
		size_t n = s.n < DIGITS_AT_ONCE ? s.n : DIGITS_AT_ONCE;
		uint8_t some = 0;

		for (size_t i = 0; i < n; i++)
			some = (uint8_t)(some + ((unsigned char)(s.p[i] - '0') <
			    10));
		digits += some;
		s = str_skip(s, n);
	}
	return digits;
}

/*
 * Its place in the order.  Digits come first and most texts have too many: a
 * text that is above limit by them alone is not looked at further.
 */
static uint64_t
rank_of(struct str s, uint64_t limit)
{
	uint64_t digits = count_digits(s);

	digits = digits < 255 ? digits << 56 : (uint64_t)255 << 56;
	return digits >= limit ? digits : digits | text_hash(s) >> 8;
}

static int
by_rank(const void *a, const void *b)
{
	const struct result_entry *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return str_cmp(str_make(x->text, x->n), str_make(y->text, y->n));
}

static void
index_entries(struct results *r)
{
	memset(r->slots, 0, r->n_slots * sizeof(*r->slots));
	for (size_t i = 0; i < r->n; i++) {
		size_t at = r->entries[i].rank & (r->n_slots - 1);

		while (r->slots[at])
			at = (at + 1) & (r->n_slots - 1);
		r->slots[at] = (uint32_t)i + 1;
	}
}

static void
grow(struct results *r)
{
	r->n_slots = r->n_slots ? r->n_slots * 2 : FIRST_SLOTS;
	r->slots = mem_resize(r->slots, r->n_slots * sizeof(*r->slots));
	r->entries = mem_resize(r->entries,
	    r->n_slots / 2 * sizeof(*r->entries));
	index_entries(r);
	r->last = NULL;
}

void
results_trim(struct results *r)
{
	if (r->n <= TALLY_RESULTS)
		return;
	qsort(r->entries, r->n, sizeof(*r->entries), by_rank);
	/* Of equal ranks, which are rare beyond measure, the limit lets none in:
	 * so they are all given up. */
	r->limit = r->entries[TALLY_RESULTS].rank;
	while (r->n > 0 && r->entries[r->n - 1].rank >= r->limit)
		entries_free(r, r->n - 1);
	index_entries(r);
	r->last = NULL;
}

static struct result_entry *
entry_new(struct results *r, struct str text, uint64_t rank, size_t slot)
{
	struct result_entry *e = &r->entries[r->n];

	*e = (struct result_entry){ .rank = rank, .n = text.n,
		.text = mem_alloc(text.n + 1) };
	if (text.n > 0)
		memcpy(e->text, text.p, text.n);
	r->n++;
	r->slots[slot] = (uint32_t)r->n;
	return e;
}

/* NULL if there is no place for it any more; valid until the next. */
static struct result_entry *
entry_of(struct results *r, struct str text, uint64_t rank)
{
	if (r->n == HELD)
		results_trim(r);
	if (rank >= r->limit)
		return NULL;
	if (r->n * 2 >= r->n_slots)
		grow(r);
	for (size_t at = rank;; at++) {
		size_t slot = at & (r->n_slots - 1);
		struct result_entry *e;

		if (r->slots[slot] == 0)
			return entry_new(r, text, rank, slot);
		e = &r->entries[r->slots[slot] - 1];
		if (e->rank == rank && str_eq(str_make(e->text, e->n), text))
			return e;
	}
}

static struct result_entry *
find(struct results *r, struct str text)
{
	uint64_t rank;

	/* Most are a local success, told in the same words as the one before. */
	if (r->last && str_eq(str_make(r->last->text, r->last->n), text))
		return r->last;
	rank = rank_of(text, r->limit);
	return rank < r->limit ? entry_of(r, text, rank) : NULL;
}

void
results_add(struct results *r, struct str text, uint64_t count, int64_t sum_ns)
{
	struct result_entry *e = find(r, text);

	if (e == NULL)
		return;
	e->count = num_add(e->count, count);
	e->sum_ns = num_add_signed(e->sum_ns, sum_ns);
	r->last = e;
}

void
results_merge(struct results *r, const struct results *other)
{
	for (size_t i = 0; i < other->n; i++) {
		const struct result_entry *e = &other->entries[i];

		results_add(r, str_make(e->text, e->n), e->count, e->sum_ns);
	}
}
