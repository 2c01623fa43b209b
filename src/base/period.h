/*
 * period.h - which part of time a report covers (spec/reports.md A.1).
 *
 * Half open: an event exactly at end_ns belongs to the next period.
 */
#ifndef BASE_PERIOD_H
#define BASE_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct zone;

struct period {
	int64_t start_ns; /* INT64_MIN: from the beginning */
	int64_t end_ns;	  /* INT64_MAX: to the end */
};

/* What the command line says; NULL where it says nothing. */
struct period_options {
	const char *since;
	const char *until;
	const char *interval; /* daily weekly fortnightly monthly calendar-month, or hours */
	const char *base;     /* midnight midday now 0..23 */
	const char *name;     /* today yesterday this-week last-week this-month last-month all */
};

/*
 * Works out *p.  Nothing given: everything when named_input, else daily at
 * midnight.  Two of (since/until), (interval/base), name together are an
 * error; so is an end not after its start.  Lengths are counted on the local
 * calendar, so a day may have 23 or 25 hours; N hours are hours that pass.
 *
 * A week begins on Monday.  Today, this week and this month are whole, with
 * what is yet to come.  A calendar month back from the 31st is the last day of
 * a shorter month.  On failure *p is not changed.
 */
int period_resolve(const struct period_options *o, bool named_input,
    int64_t now_ns, const struct zone *z, struct period *p, struct err *err);

/* Is either side open, so that there is no length? */
bool period_unbounded(const struct period *p);

/*
 * The period of the same kind just before p (p is bounded), which ends where p
 * starts.  The kind is seen from p: from one day of the month to the same
 * day of another, it is as many months; from one time of day to the same on
 * another day, as many days; else as much time.
 */
struct period period_before(const struct period *p, const struct zone *z);

#endif
