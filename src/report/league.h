/*
 * league.h - league tables: rows by label, their counts, order and cut
 * (spec/reports.md A.4).
 *
 * Every table that ranks something goes through here, so that ties, limits
 * and the row "(n others)" are the same everywhere.
 */
#ifndef REPORT_LEAGUE_H
#define REPORT_LEAGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/intern.h"
#include "base/str.h"

#define LEAGUE_COUNTS 6

struct league_row {
	struct str label;  /* the league's */
	struct str second; /* a second label, part of the key; absent if none */
	uint64_t count[LEAGUE_COUNTS]; /* what they count is the table's affair */
	int64_t sum;
	uint64_t sum_n;
	int64_t max;	   /* INT64_MIN if nothing was added */
	int64_t first_ns, last_ns; /* WHEN_NONE if not known */
	struct str example;
	const void *extra; /* the table's own */
	size_t index;	   /* order of first league_get */
	uint32_t key[2];   /* the league's own: ids of the labels */
};

struct league {
	struct intern labels;
	struct league_row *rows;
	size_t n;
	size_t cap;
	uint32_t *slots;
	size_t n_slots;
};

void league_init(struct league *l);
void league_clear(struct league *l);

/* The row of (label, second), made if it is new.  The pointer is valid until
 * the next call. */
struct league_row *league_get(struct league *l, struct str label,
    struct str second);
/* The row of a label without a second one, NULL if there is none. */
const struct league_row *league_find(const struct league *l, struct str label);
/* Widens first_ns and last_ns, WHEN_NONE being no time. */
void league_see(struct league_row *r, int64_t first_ns, int64_t last_ns);

/*
 * By count[primary] descending, then count[secondary] descending (secondary
 * negative: none), then label and second label ascending in byte order.
 */
void league_sort(struct league *l, int primary, int secondary);
void league_sort_by_label(struct league *l);

/*
 * How many rows stay when the table is limited to top (0: all).  What is cut
 * off is summed into *others (as league_total; label "(7 others)", absent when
 * nothing is cut off).
 */
size_t league_cut(struct league *l, size_t top, struct league_row *others);
/*
 * The same, and rows with a count[primary] below percent of whole are cut off
 * too.  The league is sorted by that count.
 */
size_t league_cut_below(struct league *l, size_t top, int primary,
    double percent, uint64_t whole, struct league_row *others);

/* A row that nothing was counted in, and to add one to another. */
struct league_row league_row_empty(void);
void league_row_add(struct league_row *sum, const struct league_row *r);
/* All rows summed, times widened; without labels. */
struct league_row league_total(const struct league *l);

#endif
