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

#include "base/err.h"
#include "store/memory_lists.h"

struct memory_store *
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

static int
commit(struct store *store, struct err *err)
{
	struct memory_store *m = memory_of(store);

	(void)err;
	memory_end_block(m);
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
	.add_event = memory_add_event,
	.add_tally = memory_add_tally,
	.drop_facts = memory_drop_facts,
	.unfolded = memory_unfolded,
	.fold = memory_fold,
	.purge = nothing_to_do,
	.look = nothing_to_do,
	.look_end = look_end,
	.days = memory_days,
	.read_tally = memory_read_tally,
	.blocks = memory_blocks,
	.read_block = memory_read_block,
};
