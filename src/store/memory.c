/*
 * memory.c - a store that lasts as long as it is open, called ":memory:".
 *
 * For tests: what the interface promises, in as few words as can be.  All there
 * is stands in lists of small structs whose texts are in an arena, where nothing
 * changes; so a delta that is rolled back is the lists as they were before.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "store/event_code.h"
#include "store/kind.h"
#include "tally/fold.h"
#include "tally/save.h"

struct meta {
	const char *name;
	struct str value;
};

struct block {
	uint64_t chain;
	int32_t day;
	int64_t first_ns, last_ns;
	struct str rows;
};

struct part {
	int32_t day;
	uint64_t rules;
	enum dim_id dim;
	unsigned fold;
	struct str saved;
};

struct lists {
	struct meta *meta;
	size_t n_meta, cap_meta;
	struct store_chain *chains;
	size_t n_chains, cap_chains;
	struct store_source *sources;
	size_t n_sources, cap_sources;
	struct block *blocks;
	size_t n_blocks, cap_blocks;
	struct part *parts;
	size_t n_parts, cap_parts;
};

struct memory_store {
	struct store store; /* first */
	struct arena arena;
	struct lists now, before; /* before: of the delta that is begun */
	/* The block that is being filled. */
	struct block block;
	struct buf rows;
	struct event_writer writer;
};

static struct memory_store *
memory_of(struct store *s)
{
	assert(s->kind == &store_memory);
	return (struct memory_store *)(void *)s;
}

static bool
takes(const char *where)
{
	return strcmp(where, ":memory:") == 0;
}

static int
open_store(struct store **store, const char *where, enum store_mode mode,
    const struct store_settings *settings, struct err *err)
{
	struct memory_store *m;

	if (mode != STORE_CREATE)
		return err_set(err, ERR_NO_INPUT, "%s: there is nothing in it; "
		    "name a file", where);
	m = mem_zalloc(sizeof(*m));
	m->store.kind = &store_memory;
	m->store.name = mem_strdup(where);
	m->store.zone_name = mem_strdup(settings->zone);
	m->store.settings.grain_s = settings->grain_s;
	*store = &m->store;
	return 0;
}

static void
lists_clear(struct lists *l)
{
	free(l->meta);
	free(l->chains);
	free(l->sources);
	free(l->blocks);
	free(l->parts);
	*l = (struct lists){ 0 };
}

static void
close_store(struct store *store)
{
	struct memory_store *m = memory_of(store);

	lists_clear(&m->now);
	arena_clear(&m->arena);
	buf_clear(&m->rows);
	free(m);
}

/* ---- deltas ---- */

static void *
copy_of(const void *p, size_t n, size_t size)
{
	void *copy = mem_alloc(n * size + 1);

	if (n > 0)
		memcpy(copy, p, n * size);
	return copy;
}

static int
begin(struct store *store, struct err *err)
{
	struct memory_store *m = memory_of(store);
	struct lists *l = &m->before;

	(void)err;
	*l = m->now;
	l->meta = copy_of(l->meta, l->cap_meta, sizeof(*l->meta));
	l->chains = copy_of(l->chains, l->cap_chains, sizeof(*l->chains));
	l->sources = copy_of(l->sources, l->cap_sources, sizeof(*l->sources));
	l->blocks = copy_of(l->blocks, l->cap_blocks, sizeof(*l->blocks));
	l->parts = copy_of(l->parts, l->cap_parts, sizeof(*l->parts));
	return 0;
}

static void
end_block(struct memory_store *m)
{
	if (m->rows.n > 0) {
		m->block.rows = arena_str(&m->arena, buf_str(&m->rows));
		ARRAY_PUSH(m->now.blocks, m->now.n_blocks,
		    m->now.cap_blocks) = m->block;
	}
	buf_reset(&m->rows);
}

static int
commit(struct store *store, struct err *err)
{
	struct memory_store *m = memory_of(store);

	(void)err;
	end_block(m);
	lists_clear(&m->before);
	return 0;
}

static void
rollback(struct store *store)
{
	struct memory_store *m = memory_of(store);

	buf_reset(&m->rows);
	lists_clear(&m->now);
	m->now = m->before;
	m->before = (struct lists){ 0 };
}

/* ---- metadata, chains, sources ---- */

static int
get_meta(struct store *store, const char *name, struct arena *a,
    struct str *value, struct err *err)
{
	struct memory_store *m = memory_of(store);

	(void)err;
	*value = str_none();
	for (size_t i = 0; i < m->now.n_meta; i++)
		if (strcmp(m->now.meta[i].name, name) == 0)
			*value = arena_str(a, m->now.meta[i].value);
	return 0;
}

static int
set_meta(struct store *store, const char *name, struct str value,
    struct err *err)
{
	struct memory_store *m = memory_of(store);
	struct meta new = { arena_str(&m->arena, str_from(name)).p,
		arena_str(&m->arena, value) };

	(void)err;
	for (size_t i = 0; i < m->now.n_meta; i++)
		if (strcmp(m->now.meta[i].name, name) == 0) {
			m->now.meta[i] = new;
			return 0;
		}
	ARRAY_PUSH(m->now.meta, m->now.n_meta, m->now.cap_meta) = new;
	return 0;
}

static struct store_chain
chain_in(struct arena *a, struct store_chain c)
{
	c.stream = arena_str(a, c.stream);
	c.place = arena_str(a, c.place);
	c.format = arena_str(a, c.format);
	c.state = arena_str(a, c.state);
	return c;
}

static struct store_source
source_in(struct arena *a, struct store_source s)
{
	s.path = arena_str(a, s.path);
	s.kind = arena_str(a, s.kind);
	s.packing = arena_str(a, s.packing);
	s.error = arena_str(a, s.error);
	return s;
}

static int
chains(struct store *store, struct arena *a, struct store_chain **list,
    size_t *n, struct err *err)
{
	struct memory_store *m = memory_of(store);

	(void)err;
	*n = m->now.n_chains;
	*list = arena_alloc(a, (*n + 1) * sizeof(**list));
	for (size_t i = 0; i < *n; i++)
		(*list)[i] = chain_in(a, m->now.chains[i]);
	return 0;
}

static int
set_chain(struct store *store, struct store_chain *c, struct err *err)
{
	struct memory_store *m = memory_of(store);
	struct lists *l = &m->now;

	(void)err;
	if (c->id == 0) {
		c->id = l->n_chains + 1;
		ARRAY_PUSH(l->chains, l->n_chains, l->cap_chains) = *c;
	}
	l->chains[c->id - 1] = chain_in(&m->arena, *c);
	return 0;
}

static int
sources(struct store *store, struct arena *a, struct store_source **list,
    size_t *n, struct err *err)
{
	struct memory_store *m = memory_of(store);

	(void)err;
	*n = m->now.n_sources;
	*list = arena_alloc(a, (*n + 1) * sizeof(**list));
	for (size_t i = 0; i < *n; i++)
		(*list)[i] = source_in(a, m->now.sources[i]);
	return 0;
}

static int
set_source(struct store *store, struct store_source *s, struct err *err)
{
	struct memory_store *m = memory_of(store);
	struct lists *l = &m->now;

	(void)err;
	if (s->id == 0) {
		s->id = l->n_sources + 1;
		ARRAY_PUSH(l->sources, l->n_sources, l->cap_sources) = *s;
	}
	l->sources[s->id - 1] = source_in(&m->arena, *s);
	return 0;
}

/* ---- facts ---- */

static int
add_event(struct store *store, uint64_t chain, const struct event *ev,
    struct err *err)
{
	struct memory_store *m = memory_of(store);
	struct block *b = &m->block;
	int32_t day = store_day_of(store, ev->time_ns);

	(void)err;
	if (m->rows.n == 0 || b->chain != chain || b->day != day) {
		end_block(m);
		event_write_begin(&m->writer, &m->rows);
		*b = (struct block){ .chain = chain, .day = day,
			.first_ns = INT64_MAX, .last_ns = INT64_MIN };
	}
	event_write(&m->writer, ev, m->now.chains[chain - 1].stream);
	if (ev->time_ns < b->first_ns)
		b->first_ns = ev->time_ns;
	/* What has no time is in any period. */
	if (ev->time_ns > b->last_ns || day == STORE_NO_DAY)
		b->last_ns = day == STORE_NO_DAY ? INT64_MAX : ev->time_ns;
	return 0;
}

static int
blocks(struct store *store, const struct store_query *q,
    void (*each)(void *ctx, uint64_t chain, uint64_t block), void *ctx,
    struct err *err)
{
	const struct lists *l = &memory_of(store)->now;

	(void)err;
	for (uint64_t chain = 1; chain <= l->n_chains; chain++)
		for (size_t i = 0; i < l->n_blocks; i++)
			if (l->blocks[i].chain == chain &&
			    l->blocks[i].last_ns >= q->start_ns &&
			    l->blocks[i].first_ns < q->end_ns)
				each(ctx, chain, i);
	return 0;
}

static int
read_block(struct store *store, uint64_t block, struct buf *b,
    struct err *err)
{
	(void)err;
	buf_add_str(b, memory_of(store)->now.blocks[block].rows);
	return 0;
}

static int
drop_facts(struct store *store, int32_t day, struct err *err)
{
	struct lists *l = &memory_of(store)->now;
	size_t kept = 0;

	(void)err;
	for (size_t i = 0; i < l->n_blocks; i++)
		if (l->blocks[i].day >= day)
			l->blocks[kept++] = l->blocks[i];
	l->n_blocks = kept;
	return 0;
}

/* ---- tallies ---- */

static void
add_part(struct memory_store *m, int32_t day, uint64_t rules,
    enum dim_id dim, unsigned fold, struct tally *t)
{
	struct buf saved = { 0 };

	if (tally_save(t, dim, &saved))
		ARRAY_PUSH(m->now.parts, m->now.n_parts, m->now.cap_parts) =
		    (struct part){ day, rules, dim, fold,
			arena_str(&m->arena, buf_str(&saved)) };
	buf_clear(&saved);
}

static int
add_tally(struct store *store, int32_t day, uint64_t rules, struct tally *t,
    struct err *err)
{
	(void)err;
	for (int d = 0; d < DIMS; d++)
		add_part(memory_of(store), day, rules, (enum dim_id)d, 0, t);
	return 0;
}

static int
read_parts(struct memory_store *m, int32_t day, uint64_t rules,
    enum dim_id dim, const struct tally_fold *fold, struct tally *t,
    struct err *err)
{
	for (size_t i = 0; i < m->now.n_parts; i++) {
		const struct part *p = &m->now.parts[i];

		if (p->day == day && p->rules == rules && p->dim == dim &&
		    tally_load_folded(t, dim, p->saved, fold) < 0)
			return err_set(err, ERR_DATA, "%s: %s in it cannot be "
			    "understood", m->store.name, dims[dim].name);
	}
	return 0;
}

static int
read_tally(struct store *store, int32_t day, uint64_t rules, struct tally *t,
    struct err *err)
{
	for (int d = 0; d < DIMS; d++)
		if (tally_has(t, (enum dim_id)d) && read_parts(memory_of(store),
		    day, rules, (enum dim_id)d, NULL, t, err) < 0)
			return -1;
	return 0;
}

static int
by_day(const void *a, const void *b)
{
	const struct store_day *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

static int
days(struct store *store, uint64_t rules, struct arena *a,
    struct store_day **list, size_t *n, struct err *err)
{
	const struct lists *l = &memory_of(store)->now;
	struct store_day *all = arena_alloc(a,
	    (l->n_parts + 1) * sizeof(*all));

	(void)err;
	*n = 0;
	for (size_t i = 0; i < l->n_parts; i++) {
		size_t d = 0;

		while (d < *n && all[d].day != l->parts[i].day)
			d++;
		if (d == *n)
			all[(*n)++] = (struct store_day){ l->parts[i].day,
				false, false };
		if (l->parts[i].rules == rules)
			all[d].counted = true;
		else
			all[d].other_rules = true;
	}
	if (*n > 1)
		qsort(all, *n, sizeof(*all), by_day);
	*list = all;
	return 0;
}

static int
unfolded(struct store *store, int32_t day, unsigned what, struct arena *a,
    struct store_part **list, size_t *n, struct err *err)
{
	const struct lists *l = &memory_of(store)->now;
	struct store_part *all = arena_alloc(a,
	    (l->n_parts + 1) * sizeof(*all));

	(void)err;
	*n = 0;
	for (size_t i = 0; i < l->n_parts; i++) {
		const struct part *p = &l->parts[i];
		size_t k = 0;

		while (k < *n && (all[k].day != p->day ||
		    all[k].rules != p->rules))
			k++;
		if (k == *n && p->day < day && (p->fold & what) != what)
			all[(*n)++] = (struct store_part){ p->day, p->rules };
	}
	*list = all;
	return 0;
}

static int
fold(struct store *store, const struct store_part *part,
    const struct tally_fold *how, struct tally *t, struct err *err)
{
	struct memory_store *m = memory_of(store);
	struct lists *l = &m->now;
	size_t kept = 0;

	for (int d = 0; d < DIMS; d++)
		if (read_parts(m, part->day, part->rules, (enum dim_id)d, how,
		    t, err) < 0)
			return -1;
	for (size_t i = 0; i < l->n_parts; i++)
		if (l->parts[i].day != part->day ||
		    l->parts[i].rules != part->rules)
			l->parts[kept++] = l->parts[i];
	l->n_parts = kept;
	tally_settle(t);
	for (int d = 0; d < DIMS; d++)
		add_part(m, part->day, part->rules, (enum dim_id)d,
		    how->what, t);
	return 0;
}

static int
nothing_to_do(struct store *store, struct err *err)
{
	(void)store, (void)err;
	return 0;
}

static void
look_end(struct store *store)
{
	(void)store;
}

/* Nobody else sees it change. */
static uint64_t
stamp(const char *where)
{
	(void)where;
	return 0;
}

const struct store_kind store_memory = {
	.name = "memory",
	.takes = takes,
	.stamp = stamp,
	.open = open_store,
	.close = close_store,
	.verify = nothing_to_do,
	.get_meta = get_meta,
	.set_meta = set_meta,
	.chains = chains,
	.sources = sources,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.set_chain = set_chain,
	.set_source = set_source,
	.add_event = add_event,
	.add_tally = add_tally,
	.drop_facts = drop_facts,
	.unfolded = unfolded,
	.fold = fold,
	.purge = nothing_to_do,
	.look = nothing_to_do,
	.look_end = look_end,
	.days = days,
	.read_tally = read_tally,
	.blocks = blocks,
	.read_block = read_block,
};
