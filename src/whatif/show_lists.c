/*
 * show_lists.c - the lists beside each other: what each would have stopped, what
 * two of them have in common, what is not known, policies, the best sets.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "dns/answers.h"
#include "dns/dnsbl.h"
#include "report/league.h"
#include "report/report.h"
#include "whatif/best.h"
#include "whatif/effect.h"
#include "whatif/policy.h"
#include "whatif/show.h"

/* Numbers of the lists of a set, in order; how many. */
static unsigned
numbers_of(uint64_t set, unsigned numbers[ANSWERS_LISTS_MAX])
{
	unsigned n = 0;

	for (unsigned i = 0; i < ANSWERS_LISTS_MAX; i++)
		if (set >> i & 1)
			numbers[n++] = i;
	return n;
}

static uint64_t
working(const struct trial *t)
{
	uint64_t lists = t->lists;

	for (unsigned i = 0; i < t->answers->n_lists; i++)
		if (t->answers->lists[i].probe.health != DNSBL_WORKS)
			lists &= ~(UINT64_C(1) << i);
	return lists;
}

static struct value
list_name(const struct trial *t, unsigned list)
{
	return value_text(t->answers->lists[list].name);
}

uint64_t
trial_unknown_clients(const struct trial *t, unsigned list,
    uint64_t *not_asked)
{
	bool *seen = mem_zalloc(mails_clients(t->mails) + 1);
	uint64_t unknown = 0;

	*not_asked = 0;
	for (size_t i = 0; i < t->mails->n; i++) {
		const struct mail *m = &t->mails->rows[i];
		const struct answer *answer;

		if (!trial_has(t, m) || seen[m->client])
			continue;
		seen[m->client] = true;
		answer = answers_get(t->answers, t->row_of[m->client], list);
		unknown += answer->result == DNSBL_UNKNOWN;
		*not_asked += answer->result == DNSBL_NOT_ASKED;
	}
	free(seen);
	return unknown;
}

/* ---- each list ---- */

void
trial_show_lists(struct report *r, struct section *s, const struct trial *t)
{
	struct table *table = section_table(r, s, "lists", "Lists");
	unsigned numbers[ANSWERS_LISTS_MAX];
	unsigned n = numbers_of(t->lists, numbers);

	table_column(r, table, "List", VALUE_TEXT);
	table_column(r, table, "Listed", VALUE_COUNT)->bar = true;
	table_column(r, table, "Clients", VALUE_COUNT);
	table_column(r, table, "Ham lost", VALUE_COUNT);
	table_column(r, table, "Spam saved", VALUE_COUNT);
	table_column(r, table, "Denied anyway", VALUE_COUNT);
	table_column(r, table, "Only this list", VALUE_COUNT);
	table_column(r, table, "Unknown", VALUE_COUNT);
	table_column(r, table, "State", VALUE_TEXT);
	for (unsigned i = 0; i < n; i++) {
		uint64_t set = UINT64_C(1) << numbers[i], not_asked;
		struct effect e = effect_of(t, stops_any, &set);
		struct effect only = effect_of(t, stops_only, &set);
		uint64_t unknown = trial_unknown_clients(t, numbers[i],
		    &not_asked);

		trial_row(r, table, TRIAL_VALUES(list_name(t, numbers[i]),
		    value_count(effect_all(&e)), value_count(e.clients),
		    value_count(e.by_fate[FATE_HAM]),
		    value_count(e.by_fate[FATE_TAGGED]),
		    value_count(e.by_fate[FATE_DENIED]),
		    value_count(effect_all(&only)), value_count(unknown),
		    value_text(str_from(dnsbl_health_name(
		    t->answers->lists[numbers[i]].probe.health)))));
	}
}

void
trial_show_overlap(struct report *r, struct section *s, const struct trial *t)
{
	unsigned numbers[ANSWERS_LISTS_MAX];
	unsigned n = numbers_of(working(t), numbers);
	struct table *table;

	if (n < 2)
		return;
	table = section_table(r, s, "overlap", "Two lists at a time");
	table_column(r, table, "List", VALUE_TEXT);
	table_column(r, table, "And", VALUE_TEXT);
	table_column(r, table, "Both", VALUE_COUNT);
	table_column(r, table, "Ham in both", VALUE_COUNT);
	table_column(r, table, "Of the first", VALUE_PERCENT)->digits = 1;
	table_column(r, table, "Of the second", VALUE_PERCENT)->digits = 1;
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = i + 1; j < n; j++) {
			uint64_t one = UINT64_C(1) << numbers[i];
			uint64_t two = UINT64_C(1) << numbers[j];
			uint64_t pair = one | two;
			struct effect both = effect_of(t, stops_all, &pair);
			struct effect e = effect_of(t, stops_any, &one);
			struct effect f = effect_of(t, stops_any, &two);
			uint64_t count = effect_all(&both);

			trial_row(r, table, TRIAL_VALUES(
			    list_name(t, numbers[i]), list_name(t, numbers[j]),
			    value_count(count),
			    value_count(both.by_fate[FATE_HAM]),
			    value_percent(count, effect_all(&e)),
			    value_percent(count, effect_all(&f))));
		}
}

/* ---- what is not known ---- */

enum { CLIENTS, MAILS };

static void
count_unknown(const struct trial *t, unsigned list, struct league *reasons)
{
	bool *seen = mem_zalloc(mails_clients(t->mails) + 1);

	for (size_t i = 0; i < t->mails->n; i++) {
		const struct mail *m = &t->mails->rows[i];
		const struct answer *answer = answers_get(t->answers,
		    t->row_of[m->client], list);
		struct league_row *row;

		if (!trial_has(t, m) || answer->result != DNSBL_UNKNOWN)
			continue;
		row = league_get(reasons, str_from(dnsbl_reason_name(
		    (enum dnsbl_reason)answer->reason)),
		    answers_text(t->answers, answer->a));
		row->count[MAILS]++;
		row->count[CLIENTS] += !seen[m->client];
		seen[m->client] = true;
	}
	league_sort(reasons, CLIENTS, MAILS);
	free(seen);
}

void
trial_show_unknown(struct report *r, struct section *s, const struct trial *t)
{
	struct table *table = NULL;

	for (unsigned list = 0; list < t->answers->n_lists; list++) {
		struct league reasons;

		if (!(t->lists >> list & 1))
			continue;
		league_init(&reasons);
		count_unknown(t, list, &reasons);
		if (reasons.n > 0 && table == NULL) {
			table = section_table(r, s, "unknown", "Not known");
			table_column(r, table, "List", VALUE_TEXT);
			table_column(r, table, "Reason", VALUE_TEXT);
			table_column(r, table, "Answer", VALUE_TEXT);
			table_column(r, table, "Clients", VALUE_COUNT);
			table_column(r, table, "Transactions", VALUE_COUNT);
		}
		for (size_t i = 0; i < reasons.n; i++) {
			const struct league_row *row = &reasons.rows[i];

			trial_row(r, table, TRIAL_VALUES(list_name(t, list),
			    value_text(arena_str(&r->arena, row->label)),
			    value_text(arena_str(&r->arena, row->second)),
			    value_count(row->count[CLIENTS]),
			    value_count(row->count[MAILS])));
		}
		league_clear(&reasons);
	}
}

/* ---- policies and sets ---- */

void
trial_show_policies(struct report *r, struct section *s, const struct trial *t,
    const struct trial_view *o)
{
	struct table *table;

	if (o->n_policies == 0)
		return;
	table = section_table(r, s, "policies", "Policies");
	table_column(r, table, "Policy", VALUE_TEXT);
	table_column(r, table, "Stopped", VALUE_COUNT)->bar = true;
	table_column(r, table, "Clients", VALUE_COUNT);
	table_column(r, table, "Ham lost", VALUE_COUNT);
	table_column(r, table, "Spam saved", VALUE_COUNT);
	table_column(r, table, "Denied anyway", VALUE_COUNT);
	for (size_t i = 0; i < o->n_policies; i++) {
		struct effect e = effect_of(t, policy_stops, &o->policies[i]);

		trial_row(r, table, TRIAL_VALUES(
		    value_text(str_from(o->policies[i].text)),
		    value_count(effect_all(&e)), value_count(e.clients),
		    value_count(e.by_fate[FATE_HAM]),
		    value_count(e.by_fate[FATE_TAGGED]),
		    value_count(e.by_fate[FATE_DENIED])));
	}
}

/* Bit i of the set for the numbers[i]-th list. */
static uint64_t
packed(uint64_t listed, const unsigned *numbers, unsigned n)
{
	uint64_t set = 0;

	for (unsigned i = 0; i < n; i++)
		set |= (listed >> numbers[i] & 1) << i;
	return set;
}

/* A group a mail: best_sets() adds them up. */
static struct best_group *
groups_of(const struct trial *t, const unsigned *numbers, unsigned n,
    size_t *n_groups)
{
	struct best_group *groups = mem_zalloc(
	    (t->mails->n + 1) * sizeof(*groups));

	*n_groups = 0;
	for (size_t i = 0; i < t->mails->n; i++) {
		const struct mail *m = &t->mails->rows[i];

		if (trial_has(t, m) && trial_listed(t, m) != 0)
			groups[(*n_groups)++] = (struct best_group){
				.listed = packed(trial_listed(t, m), numbers, n),
				.ham = m->fate == FATE_HAM,
				.spam = m->fate != FATE_HAM,
			};
	}
	return groups;
}

static struct value
names_of(struct report *r, const struct trial *t, uint64_t set,
    const unsigned *numbers, unsigned n)
{
	struct buf b = { 0 };
	struct value v;

	for (unsigned i = 0; i < n; i++)
		if (set >> i & 1) {
			buf_add_str(&b, b.n > 0 ? STR(" + ") : STR(""));
			buf_add_str(&b, t->answers->lists[numbers[i]].name);
		}
	v = trial_text(r, &b);
	buf_clear(&b);
	return v;
}

void
trial_show_best(struct report *r, struct section *s, const struct trial *t,
    const struct trial_view *o)
{
	unsigned numbers[ANSWERS_LISTS_MAX];
	unsigned n = numbers_of(t->lists, numbers);
	struct best_group *groups;
	struct best_set *sets;
	struct table *table;
	size_t n_groups, n_sets;

	if (o->best == 0)
		return;
	groups = groups_of(t, numbers, n, &n_groups);
	sets = best_sets(groups, n_groups, n, o->best, &n_sets);
	table = section_table(r, s, "best", "Best sets of lists, from least ham "
	    "lost to most spam stopped");
	table_column(r, table, "Ham lost", VALUE_COUNT);
	table_column(r, table, "Spam stopped", VALUE_COUNT);
	table_column(r, table, "Lists", VALUE_TEXT);
	for (size_t i = 0; i < n_sets; i++)
		trial_row(r, table, TRIAL_VALUES(value_count(sets[i].ham),
		    value_count(sets[i].spam),
		    names_of(r, t, sets[i].lists, numbers, n)));
	free(sets);
	free(groups);
}
