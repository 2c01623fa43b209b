/*
 * sums.h - how many transactions there were under each disposition, and when
 * each was first seen: what the state file holds and what one log adds to it.
 *
 * Names come from logs and from state files, so from strangers.  The state
 * file is split at blanks by whoever reads it and has 30 characters for a name
 * (spec/reports.md C.15), so two names are the same when they agree in
 * these 30 characters after everything that is not a visible ASCII character
 * became '_'.  There are never more than SUMS_MAX names: what comes after
 * that is counted under SUMS_OTHERS, so that totals stay right.
 */
#ifndef SUMMARIZE_SUMS_H
#define SUMMARIZE_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/intern.h"
#include "base/str.h"

#define SUMS_NAME 30
#define SUMS_MAX 1000
#define SUMS_OTHERS "(others)"

struct sums_row {
	char key[SUMS_NAME + 1];  /* as a state file has it: no blank in it */
	char name[SUMS_NAME + 1]; /* for people: with the blanks it had */
	int64_t first_ns;	  /* WHEN_NONE: not known */
	uint64_t count;
};

struct sums {
	struct intern keys;	/* id n + 1 is row n */
	struct sums_row *rows;
	size_t n;
	size_t cap;
	uint64_t cut;		/* transactions under SUMS_OTHERS for want of room */
};

void sums_init(struct sums *s);
void sums_clear(struct sums *s);

/*
 * Adds count transactions of a disposition, of which the first was at
 * first_ns; WHEN_NONE, and any time before 1970, is no time.  The empty name
 * is "(none)".
 */
void sums_add(struct sums *s, struct str name, int64_t first_ns,
    uint64_t count);
/* Adds all of other to s. */
void sums_merge(struct sums *s, const struct sums *other);
/* The row of a name, or NULL.  Valid until the next addition. */
const struct sums_row *sums_find(const struct sums *s, struct str name);
uint64_t sums_total(const struct sums *s);

#endif
