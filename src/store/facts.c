/*
 * facts.c - facts in the order of time, out of the blocks that a store has.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/when.h"
#include "event/filter.h"
#include "store/event_code.h"
#include "store/kind.h"

/* The blocks of one chain, one after the other. */
struct run {
	uint64_t chain;
	struct str stream;
	uint64_t *blocks;
	size_t n, cap, at;
	struct buf rows;
	struct event_reader reader;
	bool reading;	 /* a block is read */
	bool has_event;
	struct event ev; /* the next one */
};

struct store_facts {
	struct store *store;
	struct store_query query;
	struct arena texts;
	struct store_chain *chains;
	size_t n_chains;
	struct run *runs; /* by chain */
	size_t n, cap;
	struct run *given; /* whose event was handed out last */
};

static void
add_block(void *ctx, uint64_t chain, uint64_t block)
{
	struct store_facts *f = ctx;
	struct run *run = f->n ? &f->runs[f->n - 1] : NULL;

	if (run == NULL || run->chain != chain) {
		run = &ARRAY_PUSH(f->runs, f->n, f->cap);
		*run = (struct run){ .chain = chain, .stream = STR("") };
		for (size_t i = 0; i < f->n_chains; i++)
			if (f->chains[i].id == chain)
				run->stream = f->chains[i].stream;
	}
	ARRAY_PUSH(run->blocks, run->n, run->cap) = block;
}

static bool
is_wanted(const struct store_query *q, const struct event *ev)
{
	if (!(q->kinds & EVENT_BIT(ev->kind)))
		return false;
	if (ev->time_ns != WHEN_NONE &&
	    (ev->time_ns < q->start_ns || ev->time_ns >= q->end_ns))
		return false;
	return q->filter == NULL || filter_match(q->filter, ev);
}

static int
open_block(struct store_facts *f, struct run *run, struct err *err)
{
	buf_reset(&run->rows);
	if (f->store->kind->read_block(f->store, run->blocks[run->at++],
	    &run->rows, err) < 0)
		return -1;
	run->reading = event_read_begin(&run->reader, buf_str(&run->rows),
	    run->stream);
	return run->reading ? 0 : err_set(err, ERR_DATA, "%s: facts in it "
	    "cannot be understood: it is damaged, or of a newer mailtally",
	    store_name(f->store));
}

/* To the next event that is wanted; none: has_event is false. */
static int
advance(struct store_facts *f, struct run *run, struct err *err)
{
	run->has_event = false;
	for (;;) {
		if (!run->reading) {
			if (run->at == run->n)
				return 0;
			if (open_block(f, run, err) < 0)
				return -1;
		}
		while (event_read(&run->reader, &run->ev))
			if (is_wanted(&f->query, &run->ev)) {
				run->has_event = true;
				return 0;
			}
		if (run->reader.in.bad)
			return err_set(err, ERR_DATA, "%s: facts in it are "
			    "damaged", store_name(f->store));
		run->reading = false;
	}
}

int
store_facts_open(struct store_facts **facts, struct store *s,
    const struct store_query *q, struct err *err)
{
	struct store_facts *f = mem_zalloc(sizeof(*f));

	*facts = f;
	f->store = s;
	f->query = *q;
	if (store_chains(s, &f->texts, &f->chains, &f->n_chains, err) < 0 ||
	    s->kind->blocks(s, q, add_block, f, err) < 0) {
		store_facts_close(facts);
		return -1;
	}
	for (size_t i = 0; i < f->n; i++)
		if (advance(f, &f->runs[i], err) < 0) {
			store_facts_close(facts);
			return -1;
		}
	return 0;
}

int
store_facts_next(struct store_facts *f, struct event *ev, uint64_t *chain,
    struct err *err)
{
	struct run *best = NULL;

	if (f->given && advance(f, f->given, err) < 0)
		return -1;
	for (size_t i = 0; i < f->n; i++) {
		struct run *run = &f->runs[i];

		if (run->has_event && (best == NULL ||
		    run->ev.time_ns < best->ev.time_ns))
			best = run;
	}
	f->given = best;
	if (best == NULL)
		return 0;
	*ev = best->ev;
	if (chain)
		*chain = best->chain;
	return 1;
}

void
store_facts_close(struct store_facts **facts)
{
	struct store_facts *f = *facts;

	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n; i++) {
		free(f->runs[i].blocks);
		buf_clear(&f->runs[i].rows);
	}
	free(f->runs);
	arena_clear(&f->texts);
	free(f);
	*facts = NULL;
}
