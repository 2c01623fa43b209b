#include "tally/later.h"

#include <assert.h>
#include <string.h>

#include "tally/tally_private.h"

_Static_assert(LATER_RING > 3 * LATER_STEP, "a name must pass all stations");

static struct later_name *
at(struct later *l, uint64_t n)
{
	return &l->ring[n & (LATER_RING - 1)];
}

static void
count_all(struct tally *t, struct intern_entry *name,
    const struct later_counts *c, struct str example)
{
	struct cell_seen seen = { .first_ns = c->time_ns,
		.last_ns = c->time_ns };

	for (uint32_t i = 0; i < c->n; i++)
		crowd_add(t, name, &c->counts[i], 1, &seen, example);
}

static void
fetch_text(struct tally *t)
{
	intern_fetch_text(&t->texts, at(&t->later, t->later.fetched++)->hash);
}

static void
find_name(struct tally *t)
{
	struct later_name *name = at(&t->later, t->later.found++);

	name->entry = intern_enter(&t->texts,
	    str_make(name->text, name->text_n), name->hash);
	crowd_fetch(&t->crowd, name->entry);
}

static void
count_name(struct tally *t)
{
	const struct later_name *name = at(&t->later, t->later.counted++);

	count_all(t, name->entry, &name->what,
	    str_make(name->example, name->example_n));
}

static void
advance(struct tally *t, uint64_t step)
{
	struct later *l = &t->later;

	if (l->fetched + step <= l->pushed && l->fetched < l->pushed)
		fetch_text(t);
	if (l->found + step <= l->fetched && l->found < l->fetched)
		find_name(t);
	if (l->counted + step <= l->found && l->counted < l->found)
		count_name(t);
}

static void
push(struct tally *t, const struct later_counts *c, struct str text,
    struct str example)
{
	struct later_name *name = at(&t->later, t->later.pushed++);

	name->what = *c;
	name->text_n = (uint16_t)text.n;
	name->example_n = (uint16_t)example.n;
	memcpy(name->text, text.p, text.n);
	if (example.n > 0)
		memcpy(name->example, example.p, example.n);
	name->hash = intern_hash(&t->texts, text);
	intern_fetch_slot(&t->texts, name->hash);
}

void
later_count(struct tally *t, const struct later_counts *c, struct str name,
    struct str example)
{
	if (c->n == 0)
		return;
	/* Their places are not known before: see crowd_to_tables. */
	if (t->crowd_is_read)
		crowd_from_tables(t);
	if (name.n > 0 && name.n <= LATER_TEXT && example.n <= LATER_EXAMPLE) {
		push(t, c, name, example);
		advance(t, LATER_STEP);
		return;
	}
	count_all(t, intern_of(&t->texts, intern_add(&t->texts, name)), c,
	    example);
}

static void
count_cell(struct tally *t)
{
	const struct later_cell *c =
	    &t->later.cells[t->later.cells_counted++ % LATER_RING];
	struct table_cells *table = &t->tables[c->dim];
	size_t cell = table_find(table, 0, c->k1, c->k2, 0);

	table->cells[cell].count++;
}

void
later_cell(struct tally *t, enum dim_id dim, uint32_t k1, uint32_t k2)
{
	struct later *l = &t->later;
	struct later_cell *c = &l->cells[l->n_cells++ % LATER_RING], *half;

	assert(dims[dim].grain == DIM_WHOLE && dims[dim].measures == 0);
	*c = (struct later_cell){ dim, k1, k2, table_hash(0, k1, k2, 0) };
	table_fetch_slot(&t->tables[dim], c->hash);
	if (l->n_cells < LATER_RING)
		return;
	half = &l->cells[(l->n_cells + LATER_RING / 2) % LATER_RING];
	table_fetch_cell(&t->tables[half->dim], half->hash);
	count_cell(t);
}

void
later_drain(struct tally *t)
{
	while (t->later.cells_counted < t->later.n_cells)
		count_cell(t);
	while (t->later.counted < t->later.pushed)
		advance(t, 0);
}
