#include "tally/later.h"

#include <assert.h>
#include <string.h>

#include "tally/tally_private.h"

_Static_assert(LATER_RING > 4 * LATER_STEP, "a count must pass all stations");

static struct later_count *
at(struct later *l, uint64_t n)
{
	return &l->ring[n & (LATER_RING - 1)];
}

static void
add_value(struct tally *t, const struct later_count *c, size_t cell,
    struct str example)
{
	unsigned measures = dims[c->dim].measures;

	if (measures & DIM_SEEN)
		tally_see(t, c->dim, cell, c->time_ns, c->time_ns, example);
	if (measures & DIM_SUM)
		tally_sum_add(t, c->dim, cell, c->value);
	for (unsigned i = 0; i < c->n_plus; i++)
		if (c->plus[i].value != EVENT_NO_NUMBER)
			table_plus(&t->tables[c->dim], cell, c->plus[i].which,
			    c->plus[i].value);
	t->tables[c->dim].cells[cell].count += !c->uncounted;
}

static void
set_key(struct later_count *c, uint32_t id)
{
	if (c->key == LATER_K1)
		c->k1 = id;
	else
		c->k2 = id;
}

static void
fetch_text(struct tally *t)
{
	const struct later_count *c = at(&t->later, t->later.fetched++);

	if (c->key != LATER_NONE && c->text_n > 0)
		intern_fetch_text(&t->texts, c->text_hash);
}

static void
find_key(struct tally *t)
{
	struct later_count *c = at(&t->later, t->later.keyed++);

	if (c->key != LATER_NONE)
		set_key(c, c->text_n == 0 ? INTERN_EMPTY :
		    intern_add_hashed(&t->texts, str_make(c->text, c->text_n),
		    c->text_hash));
	c->cell_hash = table_hash(0, c->k1, c->k2, c->verdict);
	table_fetch_slot(&t->tables[c->dim], c->cell_hash);
}

static void
locate_cell(struct tally *t)
{
	const struct later_count *c = at(&t->later, t->later.located++);

	table_fetch_cell(&t->tables[c->dim], c->cell_hash);
}

static void
count_now(struct tally *t)
{
	struct later_count *c = at(&t->later, t->later.counted++);

	add_value(t, c, table_cell(&t->tables[c->dim], 0, c->k1, c->k2,
	    c->verdict), str_make(c->example, c->example_n));
}

static void
advance(struct tally *t, uint64_t step)
{
	struct later *l = &t->later;

	if (l->fetched + step <= l->pushed && l->fetched < l->pushed)
		fetch_text(t);
	if (l->keyed + step <= l->fetched && l->keyed < l->fetched)
		find_key(t);
	if (l->located + step <= l->keyed && l->located < l->keyed)
		locate_cell(t);
	if (l->counted + step <= l->located && l->counted < l->located)
		count_now(t);
}

static void
push(struct tally *t, const struct later_count *c, struct str text,
    struct str example)
{
	struct later_count *new = at(&t->later, t->later.pushed++);

	memcpy(new, c, offsetof(struct later_count, text));
	new->text_n = (uint16_t)text.n;
	new->example_n = (uint16_t)example.n;
	if (text.n > 0) {
		memcpy(new->text, text.p, text.n);
		new->text_hash = intern_hash(&t->texts, text);
		intern_fetch_slot(&t->texts, new->text_hash);
	}
	if (example.n > 0)
		memcpy(new->example, example.p, example.n);
}

void
later_count(struct tally *t, const struct later_count *c, struct str text,
    struct str example)
{
	struct later_count now;

	assert(dims[c->dim].grain == DIM_WHOLE);
	if (text.n <= LATER_TEXT && example.n <= LATER_EXAMPLE) {
		push(t, c, text, example);
		advance(t, LATER_STEP);
		return;
	}
	memcpy(&now, c, offsetof(struct later_count, text));
	if (c->key != LATER_NONE)
		set_key(&now, intern_add(&t->texts, text));
	add_value(t, &now, table_cell(&t->tables[now.dim], 0, now.k1, now.k2,
	    now.verdict), example);
}

void
later_drain(struct tally *t)
{
	while (t->later.counted < t->later.pushed)
		advance(t, 0);
}
