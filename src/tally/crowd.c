#include "tally/crowd.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"
#include "tally/tally_private.h"

/*
 * How many units a block has, its head not counted: a sender's one count; a
 * client's one, and its list and country; and so on.  What a stranger can have
 * many of (names of lists, say) goes on in the tables when the last is full.
 */
static const uint16_t sizes[CROWD_SIZES] = {
	2, 5, 9, 14, 20, 32, 48, 72, 108
};

#define UNIT sizeof(uint64_t)
#define UNITS(type) ((uint32_t)(sizeof(type) / UNIT))
_Static_assert(sizeof(struct crowd_block) == UNIT, "a block's head is a unit");
_Static_assert(sizeof(struct crowd_count) % UNIT == 0 &&
    sizeof(struct cell_seen) % UNIT == 0, "counts are whole units");

#define CHUNK ((uint32_t)1 << CROWD_CHUNK_BITS)
#define FREE UINT32_MAX

void
crowd_clear(struct crowd *c)
{
	for (size_t i = 0; i < c->n_chunks; i++)
		mem_pages_free(c->chunks[i], CHUNK * UNIT);
	free(c->chunks);
	*c = (struct crowd){ 0 };
}

static uint32_t
units_of(uint16_t dim)
{
	return UNITS(struct crowd_count) +
	    (dims[dim].measures & DIM_SEEN ? UNITS(struct cell_seen) : 0);
}

static uint64_t *
body(struct crowd_block *b)
{
	return (uint64_t *)(void *)(b + 1);
}

static struct cell_seen *
seen_of(struct crowd_count *c)
{
	return (struct cell_seen *)(void *)(c + 1);
}

/* A block is never in two chunks; what is left of one stays a free block. */
static uint32_t
place_from_chunk(struct crowd *c, uint32_t units)
{
	uint32_t place;

	if (c->n + units > c->n_chunks * CHUNK) {
		assert(c->n < UINT32_MAX - 2 * CHUNK);
		c->n = c->n_chunks == 0 ? 1 : (uint32_t)c->n_chunks * CHUNK;
		ARRAY_PUSH(c->chunks, c->n_chunks, c->cap_chunks) =
		    mem_pages(CHUNK * UNIT);
	}
	place = c->n;
	c->n += units;
	return place;
}

static uint32_t
place_new(struct crowd *c, unsigned size)
{
	uint32_t place = c->unused[size];

	if (place == 0)
		return place_from_chunk(c, 1 + sizes[size]);
	c->unused[size] = (uint32_t)*body(crowd_at(c, place));
	return place;
}

static void
place_free(struct crowd *c, uint32_t place)
{
	struct crowd_block *b = crowd_at(c, place);

	b->name = FREE;
	*body(b) = c->unused[b->size];
	c->unused[b->size] = place;
}

/* A larger block in the place of the name's, or its first. */
static struct crowd_block *
block_grow(struct crowd *c, struct intern_entry *name, unsigned size)
{
	uint32_t place = place_new(c, size);
	struct crowd_block *b = crowd_at(c, place), *old;

	*b = (struct crowd_block){ .name = name->id, .size = (uint16_t)size };
	if (name->mark) {
		old = crowd_at(c, name->mark);
		b->used = old->used;
		memcpy(body(b), body(old), old->used * UNIT);
		place_free(c, name->mark);
	}
	name->mark = place;
	return b;
}

/* NULL: the name has too many already. */
static struct crowd_count *
count_new(struct crowd *c, struct intern_entry *name,
    const struct crowd_what *what)
{
	struct crowd_block *b = name->mark ? crowd_at(c, name->mark) : NULL;
	uint32_t units = units_of(what->dim);
	uint32_t wanted = (b ? b->used : 0) + units;
	unsigned size = b ? b->size : 0;
	struct crowd_count *count;

	while (size < CROWD_SIZES && sizes[size] < wanted)
		size++;
	if (size == CROWD_SIZES)
		return NULL;
	if (b == NULL || size > b->size)
		b = block_grow(c, name, size);
	count = (struct crowd_count *)(void *)(body(b) + b->used);
	*count = (struct crowd_count){ .what = *what };
	b->used = (uint16_t)wanted;
	c->n_cells[what->dim]++;
	return count;
}

static struct crowd_count *
count_find(struct crowd *c, const struct intern_entry *name,
    const struct crowd_what *what)
{
	struct crowd_block *b;

	if (name->mark == 0)
		return NULL;
	b = crowd_at(c, name->mark);
	for (uint32_t at = 0; at < b->used;) {
		struct crowd_count *count = (void *)(body(b) + at);

		if (count->what.k2 == what->k2 &&
		    count->what.dim == what->dim &&
		    count->what.verdict == what->verdict)
			return count;
		at += units_of(count->what.dim);
	}
	return NULL;
}

static void
add_to_table(struct tally *t, const struct intern_entry *name,
    const struct crowd_what *what, uint64_t n, const struct cell_seen *seen,
    struct str example)
{
	struct table_cells *table = &t->tables[what->dim];
	size_t cell = table_cell(table, 0, name->id, what->k2, what->verdict);

	if (table->seen)
		tally_see(t, &table->seen[cell], table->cells[cell].count == 0,
		    seen, example);
	table->cells[cell].count += n;
}

void
crowd_add(struct tally *t, struct intern_entry *name,
    const struct crowd_what *what, uint64_t n, const struct cell_seen *seen,
    struct str example)
{
	struct crowd_count *count;

	assert(dims[what->dim].measures & DIM_CROWD);
	if (t->crowd_is_read)
		crowd_from_tables(t);
	count = count_find(&t->crowd, name, what);
	if (count == NULL)
		count = count_new(&t->crowd, name, what);
	if (count == NULL) {
		add_to_table(t, name, what, n, seen, example);
		return;
	}
	if (dims[what->dim].measures & DIM_SEEN)
		tally_see(t, seen_of(count), count->count == 0, seen, example);
	count->count += n;
}

static void
count_to_table(struct tally *t, uint32_t name, struct crowd_count *from)
{
	struct table_cells *table = &t->tables[from->what.dim];
	size_t i = table->n++;

	table->cells[i] = (struct cell){ .k1 = name, .k2 = from->what.k2,
		.verdict = from->what.verdict, .count = from->count };
	if (table->seen)
		table->seen[i] = *seen_of(from);
}

static void
chunk_to_tables(struct tally *t, uint64_t *units, uint32_t begin, uint32_t end)
{
	while (begin < end) {
		struct crowd_block *b = (void *)(units + begin);
		uint32_t at = b->name == FREE ? b->used : 0;

		/* What could not hold another block. */
		if (b->used == 0)
			break;
		while (at < b->used) {
			struct crowd_count *count = (void *)(body(b) + at);

			count_to_table(t, b->name, count);
			at += units_of(count->what.dim);
		}
		begin += 1u + sizes[b->size];
	}
}

void
crowd_to_tables(struct tally *t)
{
	struct crowd *c = &t->crowd;

	if (t->crowd_is_read)
		return;
	for (int d = 0; d < DIMS; d++)
		if (c->n_cells[d] > 0)
			table_reserve(&t->tables[d], c->n_cells[d]);
	/* Chunk by chunk, so that nothing is in memory twice. */
	for (size_t i = 0; i < c->n_chunks; i++) {
		bool last = i + 1 == c->n_chunks;

		chunk_to_tables(t, c->chunks[i], i == 0,
		    last ? c->n - (uint32_t)i * CHUNK : CHUNK);
		mem_pages_free(c->chunks[i], CHUNK * UNIT);
		c->chunks[i] = NULL;
	}
	crowd_clear(c);
	t->crowd_is_read = true;
}

/* The cells of a dimension, counted anew. */
static void
table_to_crowd(struct tally *t, enum dim_id d)
{
	struct table_cells old = t->tables[d];

	table_init(&t->tables[d], dims[d].measures);
	for (size_t i = 0; i < old.n; i++) {
		const struct cell *cell = &old.cells[i];
		struct crowd_what what = { .dim = (uint16_t)d, .k2 = cell->k2,
			.verdict = (uint16_t)cell->verdict };

		crowd_add(t, intern_of(&t->texts, cell->k1), &what,
		    cell->count, old.seen ? &old.seen[i] : NULL, old.seen
		    ? tally_text(t, old.seen[i].example) : str_none());
	}
	table_clear(&old);
}

/* Rare: a tally that was read, and then is added to. */
void
crowd_from_tables(struct tally *t)
{
	t->crowd_is_read = false;
	for (size_t id = 0; id < t->texts.n; id++)
		intern_of(&t->texts, (uint32_t)id)->mark = 0;
	for (int d = 0; d < DIMS; d++)
		if (dims[d].measures & DIM_CROWD && tally_has(t, (enum dim_id)d))
			table_to_crowd(t, (enum dim_id)d);
}
