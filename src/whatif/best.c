/*
 * best.c - every set of lists at once.
 *
 * What a set stops is all but what only lists outside the set have.  So for each
 * set of lists the mails that exactly these have are written down, and then
 * summed over all subsets, one list after the other (the "zeta transform"): after
 * that, stopped(S) = all - inside(complement of S).  n * 2^n additions.
 */
#include "whatif/best.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

struct sums {
	uint64_t ham, spam;
};

/* For each set of lists the mails that no list outside it has. */
static struct sums *
sum_inside(const struct best_group *groups, size_t n_groups, unsigned n_lists)
{
	size_t n_sets = (size_t)1 << n_lists;
	struct sums *inside = mem_zalloc(n_sets * sizeof(*inside));

	for (size_t i = 0; i < n_groups; i++) {
		assert(groups[i].listed < n_sets);
		inside[groups[i].listed].ham += groups[i].ham;
		inside[groups[i].listed].spam += groups[i].spam;
	}
	for (unsigned list = 0; list < n_lists; list++)
		for (size_t set = 0; set < n_sets; set++) {
			size_t without = set & ~((size_t)1 << list);

			if (set == without)
				continue;
			inside[set].ham += inside[without].ham;
			inside[set].spam += inside[without].spam;
		}
	return inside;
}

/* The bits of a set as a number that sorts by which lists were named first. */
static uint64_t
mirrored(uint64_t set)
{
	uint64_t m = 0;

	for (unsigned i = 0; i < BEST_LISTS_MAX; i++)
		m = m << 1 | (set >> i & 1);
	return m;
}

/* Least ham first, then most spam, fewest lists, those named first. */
static int
compare_sets(const void *va, const void *vb)
{
	const struct best_set *a = va, *b = vb;
	int lists_a = __builtin_popcountll(a->lists);
	int lists_b = __builtin_popcountll(b->lists);

	if (a->ham != b->ham)
		return a->ham < b->ham ? -1 : 1;
	if (a->spam != b->spam)
		return a->spam > b->spam ? -1 : 1;
	if (lists_a != lists_b)
		return lists_a - lists_b;
	return mirrored(a->lists) > mirrored(b->lists) ? -1 : 1;
}

struct best_set *
best_sets(const struct best_group *groups, size_t n_groups, unsigned n_lists,
    unsigned at_most, size_t *n)
{
	size_t all, n_tried = 0, cap = 0;
	struct sums *inside;
	struct best_set *sets = NULL;

	assert(n_lists <= BEST_LISTS_MAX);
	inside = sum_inside(groups, n_groups, n_lists);
	all = ((size_t)1 << n_lists) - 1;
	for (size_t set = 1; set <= all; set++) {
		struct best_set s = { .lists = set,
			.ham = inside[all].ham - inside[all & ~set].ham,
			.spam = inside[all].spam - inside[all & ~set].spam };

		if ((unsigned)__builtin_popcountll(set) <= at_most &&
		    s.ham + s.spam > 0)
			ARRAY_PUSH(sets, n_tried, cap) = s;
	}
	free(inside);
	if (n_tried > 0)
		qsort(sets, n_tried, sizeof(*sets), compare_sets);
	/* In this order each that is kept stops more than all before it. */
	*n = 0;
	for (size_t i = 0; i < n_tried; i++)
		if (*n == 0 ? sets[i].spam > 0
		    : sets[i].spam > sets[*n - 1].spam)
			sets[(*n)++] = sets[i];
	return sets;
}
