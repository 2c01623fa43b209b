/*
 * best.h - which sets of lists stop the most spam for the least ham lost.
 *
 * A set stops what any of its lists has.  Of two sets the better one loses no more
 * ham and stops no less spam.  There is no single best one: so those are
 * found than which none is better, from the one that loses least ham to the one that
 * stops most spam; of sets that do the same the one with the fewest lists, and then
 * the one whose lists were named first.  They are exactly those that trying every
 * set would find.
 */
#ifndef WHATIF_BEST_H
#define WHATIF_BEST_H

#include <stddef.h>
#include <stdint.h>

/* All sets of so many lists are tried: a million. */
#define BEST_LISTS_MAX 20

/* Mails whose client exactly these lists list. */
struct best_group {
	uint64_t listed; /* bit i: list i, i < n_lists */
	uint64_t ham;
	uint64_t spam;
};

struct best_set {
	uint64_t lists;
	uint64_t ham;	/* lost */
	uint64_t spam;	/* stopped */
};

/*
 * The best sets of 1 to at_most of n_lists (at most BEST_LISTS_MAX) lists; ham
 * and spam ascend.  Sets that stop nothing at all are none.  To be freed; *n may be 0.
 */
struct best_set *best_sets(const struct best_group *groups, size_t n_groups,
    unsigned n_lists, unsigned at_most, size_t *n);

#endif
