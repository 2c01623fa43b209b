/*
 * store.c - the kinds of store, and what is the same for all.
 */
#include "store/store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "store/kind.h"
#include "tally/fold.h"

/* The last one takes every name. */
static const struct store_kind *const kinds[] = { &store_memory, &store_sqlite,
	NULL };

int
store_open(struct store **s, const char *where, enum store_mode mode,
    const struct store_settings *settings, struct err *err)
{
	size_t i = 0;

	*s = NULL;
	while (!kinds[i]->takes(where))
		i++;
	if (kinds[i]->open(s, where, mode, settings, err) < 0)
		return -1;
	(*s)->settings.zone = (*s)->zone_name;
	if (zone_open(&(*s)->zone, (*s)->zone_name, err) == 0)
		return 0;
	err_set(err, ERR_DATA, "%s: its time zone %s is not known here",
	    where, (*s)->zone_name);
	store_close(s);
	return -1;
}

uint64_t
store_stamp(const char *where)
{
	size_t i = 0;

	while (!kinds[i]->takes(where))
		i++;
	return kinds[i]->stamp ? kinds[i]->stamp(where) : 0;
}

void
store_close(struct store **store)
{
	struct store *s = *store;
	struct zone *zone;
	char *name, *zone_name;

	if (s == NULL)
		return;
	store_rollback(s);
	zone = s->zone;
	name = s->name;
	zone_name = s->zone_name;
	s->kind->close(s);
	zone_close(&zone);
	free(name);
	free(zone_name);
	*store = NULL;
}

const struct store_settings *
store_settings(const struct store *s)
{
	return &s->settings;
}

const char *
store_name(const struct store *s)
{
	return s->name;
}

int32_t
store_day_of(const struct store *s, int64_t time_ns)
{
	int64_t local_s;

	if (time_ns == WHEN_NONE)
		return STORE_NO_DAY;
	local_s = when_to_s(time_ns);
	local_s += zone_offset_s(s->zone, local_s);
	return (int32_t)(local_s / WHEN_DAY_S - (local_s % WHEN_DAY_S < 0));
}

int64_t
store_day_start(const struct store *s, int32_t day)
{
	if (day == STORE_NO_DAY)
		return INT64_MIN;
	return when_from_s(zone_from_local(s->zone, day * WHEN_DAY_S,
	    INT64_MIN));
}

int
store_begin(struct store *s, struct err *err)
{
	assert(!s->begun);
	if (s->kind->begin(s, err) < 0)
		return -1;
	s->begun = true;
	return 0;
}

int
store_commit(struct store *s, struct err *err)
{
	assert(s->begun);
	if (s->kind->commit(s, err) < 0) {
		store_rollback(s);
		return -1;
	}
	s->begun = false;
	return 0;
}

void
store_rollback(struct store *s)
{
	if (s->begun)
		s->kind->rollback(s);
	s->begun = false;
}

int
store_add_tally(struct store *s, int32_t day, uint64_t rules, struct tally *t,
    struct err *err)
{
	assert(s->begun);
	tally_settle(t);
	return s->kind->add_tally(s, day, rules, t, err);
}

int
store_drop_facts(struct store *s, int32_t day, struct err *err)
{
	char number[16];
	int32_t since;

	assert(s->begun);
	if (store_facts_since(s, &since, err) < 0)
		return -1;
	/* What is gone does not come back by keeping more. */
	if (since > day)
		day = since;
	snprintf(number, sizeof(number), "%d", (int)day);
	if (s->kind->drop_facts(s, day, err) < 0)
		return -1;
	return store_set_meta(s, "facts since day", str_from(number), err);
}

int
store_unfolded(struct store *s, int32_t day, unsigned what, struct arena *a,
    struct store_part **parts, size_t *n, struct err *err)
{
	return s->kind->unfolded(s, day, what, a, parts, n, err);
}

int
store_fold(struct store *s, const struct store_part *part, unsigned what,
    struct tally *t, struct err *err)
{
	struct tally_fold fold = { .what = what };

	assert(s->begun);
	if (part->day != STORE_NO_DAY)
		fold.day_bucket = (int32_t)(when_to_s(store_day_start(s,
		    part->day)) / s->settings.grain_s);
	return s->kind->fold(s, part, &fold, t, err);
}

int
store_purge(struct store *s, struct err *err)
{
	assert(!s->begun);
	return s->kind->purge(s, err);
}

int
store_facts_since(struct store *s, int32_t *day, struct err *err)
{
	struct arena a = { 0 };
	struct str value = str_none();
	int result = store_get_meta(s, "facts since day", &a, &value, err);
	int64_t number;

	*day = num_decimal(value, 0, &number) && number >= INT32_MIN &&
	    number <= INT32_MAX ? (int32_t)number : INT32_MIN;
	arena_clear(&a);
	return result;
}

/* ---- what kinds do by themselves ---- */

int
store_verify(struct store *s, struct err *err)
{
	return s->kind->verify(s, err);
}

int
store_get_meta(struct store *s, const char *name, struct arena *a,
    struct str *value, struct err *err)
{
	return s->kind->get_meta(s, name, a, value, err);
}

int
store_set_meta(struct store *s, const char *name, struct str value,
    struct err *err)
{
	assert(s->begun);
	return s->kind->set_meta(s, name, value, err);
}

int
store_chains(struct store *s, struct arena *a, struct store_chain **chains,
    size_t *n, struct err *err)
{
	return s->kind->chains(s, a, chains, n, err);
}

int
store_sources(struct store *s, struct arena *a, struct store_source **sources,
    size_t *n, struct err *err)
{
	return s->kind->sources(s, a, sources, n, err);
}

int
store_set_chain(struct store *s, struct store_chain *c, struct err *err)
{
	assert(s->begun);
	return s->kind->set_chain(s, c, err);
}

int
store_set_source(struct store *s, struct store_source *c, struct err *err)
{
	assert(s->begun);
	return s->kind->set_source(s, c, err);
}

int
store_add_event(struct store *s, uint64_t chain, const struct event *ev,
    struct err *err)
{
	assert(s->begun);
	return s->kind->add_event(s, chain, ev, err);
}

int
store_look(struct store *s, struct err *err)
{
	return s->kind->look(s, err);
}

void
store_look_end(struct store *s)
{
	s->kind->look_end(s);
}

int
store_days(struct store *s, uint64_t rules, struct arena *a,
    struct store_day **days, size_t *n, struct err *err)
{
	return s->kind->days(s, rules, a, days, n, err);
}

int
store_read_tally(struct store *s, int32_t day, uint64_t rules, struct tally *t,
    struct err *err)
{
	return s->kind->read_tally(s, day, rules, t, err);
}
