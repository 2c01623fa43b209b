#include "cmd/grep_store.h"

#include "base/err.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "cmd/grep_run.h"
#include "cmd/store_opens.h"
#include "store/keys.h"
#include "store/store.h"

/* Lines, and checks, which only they tell of, are not in a store. */
static bool
needs_lines(const struct grep_run *r)
{
	return r->o->raw || r->o->context || r->o->match_raw ||
	    r->choices.kinds & EVENT_BIT(EVENT_CHECK);
}

int
grep_store_open(struct grep_run *r, int argc, struct err *err)
{
	return store_open_logs(&r->store, r->o->store, &r->logs, &r->o->logs,
	    r->context, argc, err);
}

/* At most one a filter: client, sender, recipient. */
#define KEYS 3

/*
 * What the store can look for: addresses and clients that are named whole.
 * b is a buffer for each.
 */
static size_t
keys_of(const struct filter_options *f, struct buf *b, struct str *keys)
{
	const char *addresses[] = { f->from, f->to };
	size_t n = 0;

	if (f->client)
		n += keys_of_client(&b[0], str_from(f->client), &keys[n]);
	for (size_t i = 0; i < 2; i++)
		if (addresses[i])
			n += keys_of_address(&b[i + 1], str_from(addresses[i]),
			    &keys[n]);
	return n;
}

/* Hands the facts to the hooks that events of lanes are handed to. */
static int
read_facts(struct grep_run *r, const struct store_query *q, struct err *err)
{
	struct ordered_options hooks = { 0 };
	struct store_facts *facts;
	struct event ev;
	int more;

	grep_hook(r, &hooks);
	if (store_facts_open(&facts, r->store, q, err) < 0)
		return -1;
	while ((more = store_facts_next(facts, &ev, NULL, err)) == 1)
		if (hooks.keep(hooks.ctx, &ev) && !hooks.sink(hooks.ctx, &ev))
			break;
	store_facts_close(&facts);
	return more < 0 ? -1 : 0;
}

/* Connections last up to an hour: what is nearer is read in one go. */
#define APART_NS (INT64_C(4) * 3600 * WHEN_SECOND)

static int
find_lines(struct grep_run *r, struct store_query *q, struct err *err)
{
	/* No fact tells where a check is. */
	if (r->choices.kinds & EVENT_BIT(EVENT_CHECK))
		q->n_keys = 0;
	q->filter = r->logs.filter;
	if (kept_logs_find(&r->kept, r->store, err) < 0 ||
	    kept_logs_spans(&r->kept, r->store, q, NULL, NULL, APART_NS,
	    &r->spans, err) < 0)
		return -1;
	r->logs.sources = r->kept.list;
	r->kept.list = (struct source_list){ 0 };
	return 0;
}

int
grep_store_read(struct grep_run *r, struct err *err)
{
	struct buf texts[KEYS] = { { 0 } };
	struct str keys[KEYS];
	struct store_query q = { .start_ns = r->logs.period.start_ns,
		.end_ns = r->logs.period.end_ns, .kinds = r->choices.kinds,
		.keys = keys };
	int result;

	q.n_keys = keys_of(&r->o->logs.filter, texts, keys);
	if (store_look(r->store, err) < 0)
		return -1;
	result = needs_lines(r) ? find_lines(r, &q, err)
	    : read_facts(r, &q, err);
	store_look_end(r->store);
	/* Not all that could not match was looked at. */
	if (q.n_keys > 0)
		r->unaddressed = 0;
	for (size_t i = 0; i < KEYS; i++)
		buf_clear(&texts[i]);
	return result;
}
