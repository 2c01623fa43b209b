#include <stdlib.h>

#include "base/err.h"
#include "store/memory_lists.h"
#include "tally/fold.h"
#include "tally/save.h"

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

int
memory_add_tally(struct store *store, int32_t day, uint64_t rules, struct tally *t,
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

int
memory_read_tally(struct store *store, int32_t day, uint64_t rules, struct tally *t,
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

int
memory_days(struct store *store, uint64_t rules, struct arena *a,
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

int
memory_unfolded(struct store *store, int32_t day, unsigned what, struct arena *a,
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

int
memory_fold(struct store *store, const struct store_part *part,
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
