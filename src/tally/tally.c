#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "tally/habit.h"
#include "tally/tally.h"
#include "tally/tally_private.h"

const struct dim dims[DIMS] = {
#define DIM(id, name_, grain_, k1_, k2_, measures_, help_)                     \
	[DIM_##id] = { .name = name_, .grain = DIM_##grain_,                   \
		.k1 = DIM_##k1_, .k2 = DIM_##k2_, .measures = measures_,       \
		.help = help_ },
#include "tally/dims.def"
#undef DIM
};

struct tally *
tally_new(const struct tally_options *o)
{
	struct tally *t = mem_zalloc(sizeof(*t));

	t->o = *o;
	intern_init(&t->texts);
	queue_init(&t->queue);
	for (int d = 0; d < DIMS; d++)
		if (tally_has(t, (enum dim_id)d))
			table_init(&t->tables[d], dims[d].measures);
	t->bucket_start_ns = INT64_MAX;
	t->bucket_end_ns = INT64_MIN;
	return t;
}

void
tally_free(struct tally **t)
{
	if (*t == NULL)
		return;
	for (int d = 0; d < DIMS; d++)
		table_clear(&(*t)->tables[d]);
	crowd_clear(&(*t)->crowd);
	intern_clear(&(*t)->texts);
	free((*t)->kept);
	free((*t)->dispositions);
	free((*t)->countries);
	queue_clear(&(*t)->queue);
	buf_clear(&(*t)->scratch);
	buf_clear(&(*t)->client);
	free(*t);
	*t = NULL;
}

bool
tally_has(const struct tally *t, enum dim_id dim)
{
	return t->o.dims & DIM_BIT(dim);
}

dim_mask
tally_stored(void)
{
	dim_mask stored = 0;

	for (int d = 0; d < DIMS; d++)
		if (!(dims[d].measures & DIM_CAPPED))
			stored |= DIM_BIT(d);
	return stored;
}

const struct cell *
tally_cells(const struct tally *t, enum dim_id dim, size_t *n)
{
	*n = t->tables[dim].n;
	return t->tables[dim].cells;
}

const struct cell_sum *
tally_sum(const struct tally *t, enum dim_id dim, size_t cell)
{
	assert(dims[dim].measures & DIM_SUM);
	return &t->tables[dim].sums[cell];
}

const int64_t *
tally_plus(const struct tally *t, enum dim_id dim, size_t cell)
{
	assert(DIM_N_PLUS(dims[dim].measures) > 0);
	return &t->tables[dim].plus[cell * t->tables[dim].n_plus];
}

const struct cell_seen *
tally_seen(const struct tally *t, enum dim_id dim, size_t cell)
{
	assert(dims[dim].measures & DIM_SEEN);
	return &t->tables[dim].seen[cell];
}

struct str
tally_text(const struct tally *t, uint32_t id)
{
	return intern_get(&t->texts, id);
}

size_t
tally_texts(const struct tally *t)
{
	return t->texts.n;
}

int64_t
tally_bucket_s(const struct tally *t, int32_t bucket)
{
	return (int64_t)bucket * t->o.grain_s;
}

/* WHEN_NONE is the smallest number, but an unknown time is not the first. */
static bool
is_before(int64_t a_ns, int64_t b_ns)
{
	return a_ns != WHEN_NONE && (b_ns == WHEN_NONE || a_ns < b_ns);
}

/*
 * Widens [first, last] of a cell.  The example is the text of the earliest
 * event, of those the smallest: whatever the order of reading.
 */
void
tally_see(struct tally *t, struct cell_seen *s, bool new,
    const struct cell_seen *more, struct str example)
{
	if (new || is_before(more->first_ns, s->first_ns) ||
	    (more->first_ns == s->first_ns &&
	    str_cmp(example, intern_get(&t->texts, s->example)) < 0)) {
		s->first_ns = more->first_ns;
		s->example = intern_add(&t->texts, example);
	}
	if (new || more->last_ns > s->last_ns)
		s->last_ns = more->last_ns;
}

static int
slow_order(const struct tally *t, const struct slow_connection *a,
    const struct slow_connection *b)
{
	int order;

	if (a->duration_ns != b->duration_ns)
		return a->duration_ns > b->duration_ns ? -1 : 1;
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	order = str_cmp(tally_text(t, a->pid), tally_text(t, b->pid));
	if (order == 0)
		order = str_cmp(tally_text(t, a->client),
		    tally_text(t, b->client));
	if (order == 0)
		order = str_cmp(tally_text(t, a->disposition),
		    tally_text(t, b->disposition));
	return order;
}

void
tally_add_slow(struct tally *t, const struct slow_connection *c)
{
	size_t at = t->n_slowest;

	while (at > 0 && slow_order(t, c, &t->slowest[at - 1]) < 0)
		at--;
	if (at == TALLY_SLOWEST)
		return;
	memmove(t->slowest + at + 1, t->slowest + at,
	    (t->n_slowest - at) * sizeof(*c));
	t->slowest[at] = *c;
	if (t->n_slowest < TALLY_SLOWEST)
		t->n_slowest++;
}

void
tally_add_odd(struct tally *t, struct str text, uint64_t count)
{
	size_t at = t->n_odd;
	int order = 1;

	text = str_head(text, TALLY_TEXT_BYTES);
	while (at > 0) {
		const struct odd_text *o = &t->odd[at - 1];

		order = str_cmp(text, str_make(o->text, o->n));
		if (order >= 0)
			break;
		at--;
	}
	if (at > 0 && order == 0) {
		t->odd[at - 1].count += count;
		return;
	}
	if (at == TALLY_TEXTS)
		return;
	memmove(t->odd + at + 1, t->odd + at, (t->n_odd - at) * sizeof(*t->odd));
	t->odd[at].count = count;
	t->odd[at].n = (uint16_t)text.n;
	if (text.n)
		memcpy(t->odd[at].text, text.p, text.n);
	if (t->n_odd < TALLY_TEXTS)
		t->n_odd++;
}

static int
kept_order(const struct tally *t, const struct kept_transaction *a,
    const struct kept_transaction *b)
{
	int order;

	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	order = str_cmp(tally_text(t, a->client), tally_text(t, b->client));
	if (order == 0)
		order = str_cmp(tally_text(t, a->sender),
		    tally_text(t, b->sender));
	if (order == 0)
		order = str_cmp(tally_text(t, a->text), tally_text(t, b->text));
	if (order == 0)
		order = str_cmp(tally_text(t, a->disposition),
		    tally_text(t, b->disposition));
	return order;
}

void
tally_add_kept(struct tally *t, const struct kept_transaction *k)
{
	size_t at = t->n_kept;

	while (at > 0 && kept_order(t, k, &t->kept[at - 1]) < 0)
		at--;
	if (at == TALLY_KEPT)
		return;
	ARRAY_PUSH(t->kept, t->n_kept, t->cap_kept) = *k;
	memmove(t->kept + at + 1, t->kept + at,
	    (t->n_kept - 1 - at) * sizeof(*k));
	t->kept[at] = *k;
	if (t->n_kept > TALLY_KEPT)
		t->n_kept = TALLY_KEPT;
}

/* The ids in t of all texts of other; the caller's. */
static uint32_t *
translate_all(struct tally *t, const struct tally *other)
{
	uint32_t *map = mem_alloc(other->texts.n * sizeof(*map));
	struct str texts[256];
	size_t n = 0;

	for (uint32_t id = 0; id < other->texts.n; id++) {
		texts[n++] = tally_text(other, id);
		if (n == 256 || id + 1 == other->texts.n) {
			intern_add_many(&t->texts, texts, n, map + id + 1 - n);
			n = 0;
		}
	}
	return map;
}

static void
merge_sum(struct cell_sum *to, const struct cell_sum *from)
{
	to->sum = num_add_signed(to->sum, from->sum);
	to->n += from->n;
	if (from->max > to->max)
		to->max = from->max;
}

/* A crowd's dimension. */
static void
merge_crowd(struct tally *t, const struct tally *other, enum dim_id d,
    const uint32_t *map)
{
	const struct table_cells *from = &other->tables[d];

	for (size_t i = 0; i < from->n; i++) {
		const struct cell *c = &from->cells[i];
		struct crowd_what what = { .dim = (uint16_t)d,
			.k2 = dims[d].k2 == DIM_TEXT ? map[c->k2] : c->k2,
			.verdict = (uint16_t)c->verdict };

		/* Far enough ahead that memory has come by then. */
		if (i + 32 < from->n)
			__builtin_prefetch(intern_of(&t->texts,
			    map[from->cells[i + 32].k1]));
		if (i + 16 < from->n)
			crowd_fetch(&t->crowd, intern_of(&t->texts,
			    map[from->cells[i + 16].k1]));
		crowd_add(t, intern_of(&t->texts, map[c->k1]), &what, c->count,
		    from->seen ? &from->seen[i] : NULL, from->seen
		    ? tally_text(other, from->seen[i].example) : str_none());
	}
}

static void
merge_dim(struct tally *t, const struct tally *other, enum dim_id d,
    const uint32_t *map)
{
	const struct table_cells *from = &other->tables[d];
	struct table_cells *to = &t->tables[d];

	for (size_t i = 0; i < from->n; i++) {
		const struct cell *c = &from->cells[i];
		uint32_t k1 = dims[d].k1 == DIM_TEXT
		    ? map[c->k1] : c->k1;
		uint32_t k2 = dims[d].k2 == DIM_TEXT
		    ? map[c->k2] : c->k2;
		size_t cell = table_cell(to, c->bucket, k1, k2, c->verdict);

		if (from->sums)
			merge_sum(&to->sums[cell], &from->sums[i]);
		if (from->seen)
			/* A cell may have been seen and not be counted (DIM_PLUS). */
			tally_see(t, &to->seen[cell],
			    to->cells[cell].count == 0 &&
			    to->seen[cell].last_ns == WHEN_NONE, &from->seen[i],
			    tally_text(other, from->seen[i].example));
		for (unsigned k = 0; k < from->n_plus; k++)
			table_plus(to, cell, k, from->plus[i * from->n_plus + k]);
		to->cells[cell].count += c->count;
	}
}

void
tally_settle(struct tally *t)
{
	later_drain(t);
	queue_settle(t);
	/* First, because the tables need the memory. */
	intern_seal(&t->texts);
	crowd_to_tables(t);
}

void
tally_sum_add(struct tally *t, enum dim_id dim, size_t cell, int64_t value)
{
	struct cell_sum *s = &t->tables[dim].sums[cell];

	if (value == EVENT_NO_NUMBER)
		return;
	s->sum = num_add_signed(s->sum, value);
	s->n++;
	if (value > s->max)
		s->max = value;
}

void
tally_merge(struct tally *t, struct tally *other)
{
	uint32_t *map;

	later_drain(t);
	tally_settle(other);
	map = translate_all(t, other);
	for (int d = 0; d < DIMS; d++) {
		if (!tally_has(t, (enum dim_id)d))
			continue;
		if (dims[d].measures & DIM_CAPPED)
			habit_merge(t, other, (enum dim_id)d, map);
		else if (dims[d].measures & DIM_CROWD)
			merge_crowd(t, other, (enum dim_id)d, map);
		else
			merge_dim(t, other, (enum dim_id)d, map);
	}
	for (size_t i = 0; i < other->n_slowest; i++) {
		struct slow_connection c = other->slowest[i];

		c.pid = map[c.pid];
		c.client = map[c.client];
		c.disposition = map[c.disposition];
		tally_add_slow(t, &c);
	}
	for (size_t i = 0; i < other->n_odd; i++)
		tally_add_odd(t, str_make(other->odd[i].text, other->odd[i].n),
		    other->odd[i].count);
	for (size_t i = 0; i < other->n_kept; i++) {
		struct kept_transaction k = other->kept[i];

		k.client = map[k.client];
		k.disposition = map[k.disposition];
		k.sender = map[k.sender];
		k.text = map[k.text];
		tally_add_kept(t, &k);
	}
	queue_merge(t, other, map);
	free(map);
}

const struct slow_connection *
tally_slowest(const struct tally *t, size_t *n)
{
	*n = t->n_slowest;
	return t->slowest;
}

const struct odd_text *
tally_odd_texts(const struct tally *t, size_t *n)
{
	*n = t->n_odd;
	return t->odd;
}

const struct kept_transaction *
tally_kept(const struct tally *t, size_t *n)
{
	*n = t->n_kept;
	return t->kept;
}

/* Below 1024 each value has its own bucket; above, nine bits follow the first. */
uint32_t
histogram_bucket(int64_t value)
{
	uint64_t v = value > 0 ? (uint64_t)value : 0;
	int shift;

	if (v < 1024)
		return (uint32_t)v;
	shift = 63 - __builtin_clzll(v) - 9;
	return (uint32_t)(shift * 512) + (uint32_t)(v >> shift);
}

int64_t
histogram_value(uint32_t bucket)
{
	int shift;
	int64_t low;

	if (bucket < 1024)
		return bucket;
	shift = (int)(bucket / 512) - 1;
	low = (int64_t)(bucket - (uint32_t)shift * 512) << shift;
	return low + ((INT64_C(1) << shift) >> 1);
}
