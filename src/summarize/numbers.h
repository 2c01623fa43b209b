/*
 * numbers.h - the table of qplogsumm: what is in the most recent log and what
 * was counted in all (spec/reports.md C.15).
 *
 * Every number is cut to a whole one; what would have to be divided by
 * nothing is "-".  Times are UTC.
 */
#ifndef SUMMARIZE_NUMBERS_H
#define SUMMARIZE_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct state;
struct sums;

/* No such number: the divisor is nothing. */
#define NUMBERS_NONE UINT64_MAX

struct numbers_side {
	uint64_t total;
	uint64_t percent;
	uint64_t per_day;
};

struct numbers_row {
	const char *name; /* the sums' */
	struct numbers_side recent, all;
};

/* When, how long, how many. */
struct numbers_head {
	int64_t first_ns, last_ns; /* WHEN_NONE: not known */
	uint64_t elapsed_s;	   /* NUMBERS_NONE: not known */
	uint64_t total;
	uint64_t per_hour;
};

struct numbers {
	struct numbers_head recent, all;
	struct numbers_row *rows; /* most in the recent log first, then by name */
	size_t n;
	struct numbers_row totals;
};

/*
 * The numbers of a log with these counts, whose first and last transactions
 * were at these times (WHEN_NONE if there were none), beside a state which
 * contains them already.  Both outlive n.
 */
void numbers_init(struct numbers *n, const struct sums *recent,
    int64_t first_ns, int64_t last_ns, const struct state *all);
void numbers_clear(struct numbers *n);

/* The text, each line after lead: "# " in logs and state files, "" else. */
void numbers_table(struct buf *b, const struct numbers *n, const char *lead);

#endif
