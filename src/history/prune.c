/*
 * prune.c - what is old is given up.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/when.h"
#include "history/anonymize.h"
#include "history/chain_lane.h"
#include "history/history.h"
#include "pump/lane.h"
#include "store/store.h"
#include "tally/fold.h"

static struct tally *
new_tally(const struct history_retention *o)
{
	struct tally_options to = o->tally;

	to.zone = o->zone;
	to.grain_s = store_settings(o->store)->grain_s;
	return tally_new(&to);
}

/* ---- what is open in logs that ended ---- */

/* What ends with a log, in tallies by day; few. */
struct ending {
	const struct history_retention *o;
	struct anonymizer *anonymizer; /* NULL: the store is not anonymized */
	struct ended_day {
		int32_t day;
		struct tally *tally;
	} *days;
	size_t n, cap;
};

static bool
count_event(void *ctx, const struct event *ev)
{
	struct ending *e = ctx;
	int32_t day = store_day_of(e->o->store, ev->time_ns);
	size_t i = 0;

	while (i < e->n && e->days[i].day != day)
		i++;
	if (i == e->n)
		ARRAY_PUSH(e->days, e->n, e->cap) =
		    (struct ended_day){ day, new_tally(e->o) };
	tally_add(e->days[i].tally, anonymize(e->anonymizer, ev));
	return false;
}

/* As a delta: the chain without what was open, which counts as unfinished. */
static int
write_ended(struct ending *e, struct store_chain *c, struct err *err)
{
	struct store *store = e->o->store;

	if (store_begin(store, err) < 0)
		return -1;
	if (store_set_chain(store, c, err) < 0)
		return -1;
	for (size_t i = 0; i < e->n; i++)
		if (store_add_tally(store, e->days[i].day, e->o->rules,
		    e->days[i].tally, err) < 0)
			return -1;
	return store_commit(store, err);
}

static int
end_chain(const struct history_retention *o, struct store_chain *c,
    struct err *err)
{
	struct ending e = { .o = o };
	struct lane *lane;
	struct buf state = { 0 };
	int result = 0;

	if (anonymizer_open(&e.anonymizer, o->store, o->tally.classes,
	    err) < 0)
		return -1;
	lane = chain_lane(o->store, c, o->zone, count_event, &e,
	    err);
	if (lane == NULL) {
		anonymizer_close(&e.anonymizer);
		return -1;
	}
	lane_finish(lane);
	lane_save(lane, &state);
	if (!str_eq(buf_str(&state), c->state)) {
		c->state = buf_str(&state);
		result = write_ended(&e, c, err);
	}
	if (result < 0)
		store_rollback(o->store);
	for (size_t i = 0; i < e.n; i++)
		tally_free(&e.days[i].tally);
	free(e.days);
	anonymizer_close(&e.anonymizer);
	lane_free(&lane);
	buf_clear(&state);
	return result;
}

static int
end_chains(const struct history_retention *o, int32_t since, struct err *err)
{
	int64_t since_ns = store_day_start(o->store, since);
	struct arena a = { 0 };
	struct store_chain *chains;
	size_t n;
	int result = store_chains(o->store, &a, &chains, &n, err);

	for (size_t i = 0; i < n && result == 0; i++)
		if (chains[i].last_ns < since_ns && chains[i].state.n > 0)
			result = end_chain(o, &chains[i], err);
	arena_clear(&a);
	return result;
}

/* ---- facts and tallies ---- */

static int
drop_facts(const struct history_retention *o, int32_t since, struct err *err)
{
	int32_t before;

	if (store_facts_since(o->store, &before, err) < 0)
		return -1;
	if (before >= since)
		return 0;
	if (store_begin(o->store, err) < 0)
		return -1;
	if (store_drop_facts(o->store, since, err) == 0)
		return store_commit(o->store, err);
	store_rollback(o->store);
	return -1;
}

static int
fold_part(const struct history_retention *o, const struct store_part *part,
    unsigned what, struct err *err)
{
	struct tally *t = new_tally(o);
	int result = store_begin(o->store, err);

	if (result == 0) {
		result = store_fold(o->store, part, what, t, err) < 0 ? -1
		    : store_commit(o->store, err);
		if (result < 0)
			store_rollback(o->store);
	}
	tally_free(&t);
	return result;
}

static int
fold_days(const struct history_retention *o, int32_t since, unsigned what,
    size_t *folded, struct err *err)
{
	struct arena a = { 0 };
	struct store_part *parts;
	size_t n = 0;
	int result = store_unfolded(o->store, since, what, &a, &parts, &n, err);

	for (size_t i = 0; i < n && result == 0; i++)
		result = fold_part(o, &parts[i], what, err);
	*folded += n;
	arena_clear(&a);
	return result;
}

int
history_prune(const struct history_retention *o, size_t *folded,
    struct err *err)
{
	int32_t today = store_day_of(o->store, o->now_ns), facts_since,
	    hours_since;

	*folded = 0;
	facts_since = today - (int32_t)o->facts_days;
	hours_since = today - (int32_t)o->hours_days;
	if (drop_facts(o, facts_since, err) < 0)
		return -1;
	if (!o->keep_addresses && (end_chains(o, facts_since, err) < 0 ||
	    fold_days(o, facts_since, FOLD_ADDRESSES, folded, err) < 0))
		return -1;
	if (fold_days(o, hours_since, FOLD_HOURS, folded, err) < 0)
		return -1;
	return store_purge(o->store, err);
}
