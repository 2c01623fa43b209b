#include "history/kept_logs.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/when.h"
#include "history/anonymize.h"
#include "history/known.h"

/* ---- which files they are ---- */

static const struct store_chain *
chain_of(const struct store_chain *chains, size_t n, uint64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (chains[i].id == id)
			return &chains[i];
	return NULL;
}

/* Which of the contents a file has, or NULL; it may have more at its end. */
static struct store_source *
content_of(const struct source *file, struct store_source *all, size_t n)
{
	struct known_text text;
	struct store_source *of = NULL;
	struct reader *r = NULL;
	enum known known;

	if (file->error || file->size == 0 ||
	    known_open(file, all, n, &r, &known, &of, &text, NULL) < 0)
		return NULL;
	reader_close(&r);
	/* Of an older copy, that ends before, not all is there. */
	return known == KNOWN_MORE ? of : NULL;
}

/* Keeps the files of a list that the store knows; found: by source. */
static void
keep_known(struct kept_logs *l, const struct store_chain *chains,
    size_t n_chains, struct store_source *all, size_t n, bool *found)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->list.n; i++) {
		struct source *file = l->list.sources[i];
		const struct store_source *of = content_of(file, all, n);
		const struct store_chain *c = of
		    ? chain_of(chains, n_chains, of->chain) : NULL;

		if (c == NULL)
			continue;
		found[of - all] = true;
		/* One pointer for all of a stream: source.h. */
		for (size_t k = 0; k < kept; k++)
			if (str_eq(str_from(l->list.sources[k]->stream),
			    c->stream))
				file->stream = l->list.sources[k]->stream;
		if (!str_eq(str_from(file->stream), c->stream))
			file->stream = arena_str(&l->arena, c->stream).p;
		l->list.sources[kept++] = file;
	}
	l->list.n = kept;
}

/* Lists the directories of the chains, each once. */
static void
list_places(struct kept_logs *l, const struct store_chain *chains, size_t n)
{
	const struct source_options so = { .newer_than_ns = WHEN_NONE };

	for (size_t i = 0; i < n; i++) {
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again |= str_eq(chains[k].place, chains[i].place);
		if (!again)
			source_list_add(&l->list, arena_str(&l->arena,
			    chains[i].place).p, &so, NULL);
	}
}

int
kept_logs_find(struct kept_logs *l, struct store *s, struct err *err)
{
	struct store_chain *chains;
	struct store_source *all;
	size_t n_chains, n;
	bool *found;

	*l = (struct kept_logs){ 0 };
	if (store_chains(s, &l->arena, &chains, &n_chains, err) < 0 ||
	    store_sources(s, &l->arena, &all, &n, err) < 0)
		return -1;
	found = mem_zalloc(n + 1);
	list_places(l, chains, n_chains);
	keep_known(l, chains, n_chains, all, n, found);
	source_list_mark_copies(&l->list);
	for (size_t i = 0; i < n; i++)
		if (!found[i])
			all[l->n_gone++] = all[i];
	l->gone = all;
	free(found);
	return 0;
}

void
kept_logs_clear(struct kept_logs *l)
{
	source_list_clear(&l->list);
	arena_clear(&l->arena);
	*l = (struct kept_logs){ 0 };
}

/* ---- when ---- */

/* Counts an event if its log is gone. */
static void
count_lost(struct kept_logs *l, uint64_t chain, const struct event *ev)
{
	for (size_t i = 0; i < l->n_gone; i++)
		if (l->gone[i].chain == chain && ev->offset >= l->gone[i].base &&
		    ev->offset - l->gone[i].base < l->gone[i].position) {
			if (l->lost++ == 0)
				l->lost_of = i;
			return;
		}
}

void
spans_add(struct spans *l, struct period p, int64_t apart_ns)
{
	/* A clock that was set back may join more than one. */
	while (l->n > 0 && p.start_ns <=
	    num_add_signed(l->items[l->n - 1].end_ns, apart_ns)) {
		const struct period *last = &l->items[--l->n];

		if (last->start_ns < p.start_ns)
			p.start_ns = last->start_ns;
		if (last->end_ns > p.end_ns)
			p.end_ns = last->end_ns;
	}
	ARRAY_PUSH(l->items, l->n, l->cap) = p;
}

void
spans_widen(struct spans *l, int64_t before_ns, int64_t after_ns)
{
	size_t n = l->n;

	l->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct period p = l->items[i];

		if (p.start_ns != INT64_MIN)
			p.start_ns = num_add_signed(p.start_ns, -before_ns);
		p.end_ns = num_add_signed(p.end_ns, after_ns);
		spans_add(l, p, 0);
	}
}

void
spans_clear(struct spans *l)
{
	free(l->items);
	*l = (struct spans){ 0 };
}

int
kept_logs_spans(struct kept_logs *l, struct store *s,
    const struct store_query *q,
    bool (*wanted)(void *ctx, const struct event *ev), void *ctx,
    int64_t apart_ns, struct spans *spans, struct err *err)
{
	const struct period whole = { q->start_ns, q->end_ns };
	struct store_facts *facts;
	struct event ev;
	uint64_t chain;
	bool anonymized;
	int more;

	if (store_is_anonymized(s, &anonymized, err) < 0)
		return -1;
	if (q->n_keys == 0 || anonymized)
		spans_add(spans, whole, 0);
	if ((q->n_keys == 0 && l->n_gone == 0) || anonymized)
		return 0;
	if (store_facts_open(&facts, s, q, err) < 0)
		return -1;
	while ((more = store_facts_next(facts, &ev, &chain, err)) == 1) {
		const struct period p = { ev.time_ns,
			num_add_signed(ev.time_ns, 1) };

		if (wanted && !wanted(ctx, &ev))
			continue;
		count_lost(l, chain, &ev);
		if (q->n_keys > 0 && ev.time_ns != WHEN_NONE)
			spans_add(spans, p, apart_ns);
	}
	store_facts_close(&facts);
	return more;
}
