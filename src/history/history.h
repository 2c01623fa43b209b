/*
 * history.h - logs into a store, and a store read as though it were logs.
 *
 * One way of counting: what is ingested goes through the same scans and into
 * the same tallies as what is reported from files, and what is read back is a
 * tally and the counts of streams again.
 */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/period.h"
#include "pump/ordered.h"
#include "pump/pump.h"
#include "tally/tally.h"

struct err;
struct filter;
struct store;

/*
 * What tallies hang on beside the classes: raised when counting changes, so
 * that what was counted by an older version is not mixed in.
 */
#define HISTORY_RULES 1
/* The rules of a store's tallies; country_file: its path, NULL if none. */
uint64_t history_rules(const struct classes *c, const char *country_file);

/* ---- in ---- */

struct history_ingest {
	struct store *store; /* open for writing */
	const struct source_list *sources; /* copies marked */
	const struct format *format; /* forced; NULL: recognised by content */
	const struct zone *zone;     /* the store's */
	int64_t now_ns;		     /* as of pump_options */
	int64_t clock_ns;
	struct tally_options tally;  /* dims, classes, country; the zone and grain
				      * are the store's */
	uint64_t rules;
	bool anonymize; /* from now on; see anonymize.h */
	uint64_t delta_bytes; /* of log in a delta at most; 0: the usual */
	ordered_progress_fn *progress; /* NULL: none */
	void *progress_ctx;
};

struct history_ingested {
	uint64_t bytes, lines, facts; /* new ones */
	size_t sources;	  /* that had something new */
	size_t unknown;	  /* ... whose format was not recognised */
	size_t unread;	  /* that could not be read, or not whole */
};

/*
 * Reads what is new in the sources, in deltas.  -1: the store cannot be
 * written; deltas before that stay.  Sources that cannot be read are told to
 * failed, one line each, and counted.
 */
int history_ingest(const struct history_ingest *o,
    struct history_ingested *result, void (*failed)(const char *text),
    struct err *err);

/* ---- giving up what is old ---- */

struct history_retention {
	struct store *store;	/* open for writing */
	const struct zone *zone; /* the store's */
	int64_t now_ns;
	long facts_days, hours_days;
	bool keep_addresses;
	struct tally_options tally; /* as of history_ingest */
	uint64_t rules;
};

/*
 * Facts older than facts_days go, and with them, unless keep_addresses, all
 * addresses: tallies of that time keep domains and networks, and logs that
 * were not continued since have nothing open any more.  Of days older than
 * hours_days the hours go.  Each day is a delta, so it may be stopped at any
 * moment, and run again.
 */
int history_prune(const struct history_retention *o, size_t *folded,
    struct err *err);

/* ---- out ---- */

struct history_recall {
	struct store *store;
	struct period period;
	const struct filter *filter; /* NULL: all */
	const struct zone *zone;     /* of the report */
	const struct classes *classes;
	uint64_t rules;
	bool facts_only; /* count one by one: what a tally keeps where an option
			  * asks for it is not in a store */
	bool as_kept;	 /* of days whose facts are given up, what there is */
	event_mask kinds; /* of facts, where not 0: the others count nothing */
};

/*
 * Adds what the store has of a period to a tally, made with the store's grain
 * (where the zone is another than the store's, with any).
 * Whole days are tallies added up; what falls between them, what a filter
 * asks for and what was counted under other rules is counted from facts.  What
 * is open at the end of the logs counts as unfinished.
 *
 * Where facts that are needed were given up already: ERR_DATA, and the
 * message says which day could be asked for.  Between store_look() and
 * store_look_end().
 */
int history_tally(const struct history_recall *o, struct tally *t,
    struct err *err);

/*
 * The streams and sources of a store as a reading of the logs would have told
 * of them (pump_run): all that was ever read, whatever the period.  To be
 * cleared with pumped_clear().
 */
int history_streams(const struct history_recall *o, struct pumped *result,
    struct err *err);

#endif
