#include "cmd/grep_store.h"

#include <string.h>

#include "base/err.h"
#include "base/ip.h"
#include "cmd/cmd.h"
#include "cmd/grep_run.h"
#include "cmd/store_opens.h"
#include "event/address.h"
#include "store/store.h"

int
grep_store_check(const struct grep_run *r, struct err *err)
{
	const struct grep_options *o = r->o;
	const char *wrong = o->raw ? "--raw" : o->context ? "--context" :
	    o->match_raw ? "qploggrep" : r->choices.kinds &
	    EVENT_BIT(EVENT_CHECK) ? "--kind check" : NULL;

	if (wrong == NULL)
		return 0;
	return err_set(err, ERR_USAGE, "%s needs the lines of the log, which "
	    "are not in a store; name the log", wrong);
}

int
grep_store_open(struct grep_run *r, int argc, struct err *err)
{
	if (grep_store_check(r, err) < 0)
		return -1;
	return store_open_logs(&r->store, r->o->store, &r->logs, &r->o->logs,
	    r->context, argc, err);
}

/* At most one a filter: client, sender, recipient. */
#define KEYS 3

static bool
is_glob(struct str s)
{
	return str_index(s, '*') < s.n || str_index(s, '?') < s.n;
}

static void
add_address(struct buf *b, struct str *keys, size_t *n, const char *filter)
{
	struct str s = filter ? str_from(filter) : str_none();

	/* The null sender is in every block. */
	if (s.n < 3 || is_glob(s) || str_eq(s, STR("<>")) ||
	    str_index(s, '@') == s.n || s.p[s.n - 1] == '.')
		return;
	keys[(*n)++] = address_normalise(b, s, false);
}

/*
 * What the store can look for: addresses and clients that are named whole.
 * b is a buffer for each.
 */
static size_t
keys_of(const struct filter_options *f, struct buf *b, struct str *keys)
{
	struct ip ip;
	size_t n = 0;

	if (f->client && strchr(f->client, '/') == NULL &&
	    ip_parse(str_from(f->client), &ip)) {
		ip_format(&b[0], &ip);
		keys[n++] = buf_str(&b[0]);
	}
	add_address(&b[1], keys, &n, f->from);
	add_address(&b[2], keys, &n, f->to);
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
	result = read_facts(r, &q, err);
	store_look_end(r->store);
	/* Not all that could not match was looked at. */
	if (q.n_keys > 0)
		r->unaddressed = 0;
	for (size_t i = 0; i < KEYS; i++)
		buf_clear(&texts[i]);
	return result;
}
