/*
 * store.h - what was read of logs, kept: tallies, facts, and how far reading
 * came.
 *
 * A store holds, for every log that was ever given to it,
 *
 *	tallies	  one a local day and set of rules (classes_fingerprint): sums,
 *		  so a delta is added to what is there, in any order
 *	facts	  events one by one, for as long as they are kept; what falls
 *		  between days is counted from them, and so is what was counted
 *		  under other rules
 *	sources	  which contents were read, and how far, whatever their names
 *	chains	  the continuous logs that sources are parts of, each with what
 *		  its scan has open at its end (struct format, scan_save)
 *
 * Dimensions, kinds, verdicts and numbered keys are in it by name, never by
 * the number that this version of the program gives them.
 *
 * Writing goes in deltas, all or nothing: what was counted, the facts, the
 * positions and the open ends belong to one another, and are one transaction:
 *
 *	store_begin
 *	store_add_event, store_add_tally, store_set_chain, store_set_source
 *	store_commit, or store_rollback
 *
 * There is one writer at a time.  Readers are not blocked and see one state
 * from store_look() to store_look_end().
 *
 * Kinds of store stand in a table (store.c); each is a struct store_kind.  A
 * kind gets whole tallies and events, and decides itself in which form it
 * keeps them: one keeps compressed blocks in a file, a cluster of servers may
 * keep rows.  Nothing in the interface asks for a row by itself, or for
 * one after another in less than a batch: a delta may be sent as one.
 *
 * Not for several threads at once; each opens the store for itself.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "event/event.h"
#include "tally/tally.h"

struct arena;
struct err;
struct filter;
struct store;
struct store_facts;

/* The version of the form in which things are kept (metadata "schema"). */
#define STORE_SCHEMA 2

enum store_mode {
	STORE_READ,  /* it must be there */
	STORE_WRITE, /* the same, and it can be written */
	STORE_CREATE /* made if it is not there */
};

/* Fixed when a store is made: its tallies are cut by them. */
struct store_settings {
	const char *zone; /* zone_name(): whose days; valid until the closing */
	int32_t grain_s;  /* 3600 or 900 (tally_options) */
};

/*
 * where: a file; "default": /var/lib/mailtally/mailtally.db if that can be
 * used, else mailtally/mailtally.db in $XDG_STATE_HOME (~/.local/state).
 *
 * settings are those of a store that is made; of one that is there they are
 * not looked at (store_settings() tells what it has).  A newer schema is refused;
 * an older one is brought up to date by whoever may write.
 *
 * Errors: ERR_NO_INPUT (not there), ERR_DATA (no store, or a newer schema),
 * ERR_CREATE (cannot be made or written), ERR_AGAIN (locked for longer than a
 * few seconds), ERR_IO.
 */
int store_open(struct store **s, const char *where, enum store_mode mode,
    const struct store_settings *settings, struct err *err);
void store_close(struct store **s);
/*
 * A number that is another one when the store of that name has changed, found
 * without opening it, so that answers made of it can be remembered.  0: it is
 * not there.
 */
uint64_t store_stamp(const char *where);
const struct store_settings *store_settings(const struct store *s);
/* The file, as messages name it; valid until the closing. */
const char *store_name(const struct store *s);

/* Is the file whole?  Reads all of it.  ERR_DATA: what is wrong. */
int store_verify(struct store *s, struct err *err);

/* Further metadata, texts by name.  Absent if there is none; in the arena. */
int store_get_meta(struct store *s, const char *name, struct arena *a,
    struct str *value, struct err *err);
/* Within a delta. */
int store_set_meta(struct store *s, const char *name, struct str value,
    struct err *err);

/* ---- chains and sources ---- */

/*
 * A continuous log: what one scan reads.  Usually one a stream; more where
 * logs of one directory overlap in time.
 */
struct store_chain {
	uint64_t id;	      /* from 1; 0: not in the store yet */
	struct str stream;    /* as its events and reports name it */
	struct str place;     /* its directory's one name, whatever it was
			       * called on the command line */
	struct str format;    /* "qpsmtpd" */
	int64_t last_ns;      /* newest stamp; WHEN_NONE if there was none */
	uint64_t end;	      /* bytes in it */
	struct str state;     /* of its scan (scan_save) */
};

/* A hash of the bytes [from, from + n) of a content; n 0: none. */
struct store_mark {
	uint64_t from;
	uint32_t n;
	uint64_t hash[2];
};

/* A content that was read, wholly or in part. */
struct store_source {
	uint64_t id;	   /* from 1, in the order of first sight; 0: new */
	uint64_t chain;
	uint64_t base;	   /* where it begins in the chain: event.offset - base
			    * is an event's place in it */
	uint64_t position; /* bytes of it that were read, unpacked */
	struct store_mark line, head, tail; /* its first bytes, more of them,
			    * and the last ones before position */
	struct str path;   /* where it was seen last */
	struct str kind;   /* "file", "finished", "unprocessed", "current" */
	struct str packing; /* "gzip", ...; empty: none */
	uint64_t disk_bytes, device, inode;
	int64_t mtime_ns;
	uint64_t lines, used, ignored, not_understood, long_lines;
	struct str error;  /* it could not be read whole; empty if it could */
	bool truncated;
	uint64_t copies;   /* other files with the same content that were met */
};

/* All of them, by id; in the arena. */
int store_chains(struct store *s, struct arena *a, struct store_chain **chains,
    size_t *n, struct err *err);
int store_sources(struct store *s, struct arena *a,
    struct store_source **sources, size_t *n, struct err *err);

/* ---- writing ---- */

int store_begin(struct store *s, struct err *err);
int store_commit(struct store *s, struct err *err);
/* Nothing of the delta was there.  Does nothing where none was begun. */
void store_rollback(struct store *s);

/* New ones (id 0) get an id, which is theirs for good if the delta is. */
int store_set_chain(struct store *s, struct store_chain *c, struct err *err);
int store_set_source(struct store *s, struct store_source *c,
    struct err *err);

/*
 * A fact of a chain, which is in the store; in the order of the chain's lines.
 * Copied.  Its line is not kept, only where it stood.
 */
int store_add_event(struct store *s, uint64_t chain, const struct event *ev,
    struct err *err);

/* The day of an instant in the store's zone, from 1970-01-01 on; of events
 * without a time STORE_NO_DAY. */
#define STORE_NO_DAY INT32_MIN
int32_t store_day_of(const struct store *s, int64_t time_ns);
/* When a day begins; INT64_MIN for STORE_NO_DAY. */
int64_t store_day_start(const struct store *s, int32_t day);

/*
 * Adds what was counted of a day.  rules: classes_fingerprint and whatever else
 * the counting hangs on.  The tally is used up: it may only be freed then.
 */
int store_add_tally(struct store *s, int32_t day, uint64_t rules,
    struct tally *t, struct err *err);

/* ---- giving up what is old; within a delta ---- */

/* Facts of days before this one. */
int store_drop_facts(struct store *s, int32_t day, struct err *err);

/* A tally by its day and rules. */
struct store_part {
	int32_t day;
	uint64_t rules;
};
/* Those of days before this one that were not folded so (tally/fold.h) yet, or
 * to which something was added since; in the arena. */
int store_unfolded(struct store *s, int32_t day, unsigned what,
    struct arena *a, struct store_part **parts, size_t *n, struct err *err);
/* Folds one; t is empty, with the store's zone and grain, and used up by it. */
int store_fold(struct store *s, const struct store_part *part, unsigned what,
    struct tally *t, struct err *err);
/*
 * Outside of a delta: what was given up is on the disk no longer, neither in
 * the store nor in what it keeps beside it.
 */
int store_purge(struct store *s, struct err *err);

/* ---- reading ---- */

int store_look(struct store *s, struct err *err);
void store_look_end(struct store *s);

/* What is kept of a day. */
struct store_day {
	int32_t day;
	bool counted;	  /* there is a tally of the rules asked for */
	bool other_rules; /* events of it were counted under others */
};
/* All days of which anything was counted, ascending; in the arena. */
int store_days(struct store *s, uint64_t rules, struct arena *a,
    struct store_day **days, size_t *n, struct err *err);

/*
 * Adds the tally of a day, as far as t has its dimensions, to t, which has
 * the store's grain and zone.  A day that is not there adds nothing.  What a tally
 * keeps only where an option asks for it (log_all, transactions_kept) is
 * not in a store.
 */
int store_read_tally(struct store *s, int32_t day, uint64_t rules,
    struct tally *t, struct err *err);

/*
 * The first day of which all facts are kept; INT32_MIN: nothing was given up
 * yet.
 */
int store_facts_since(struct store *s, int32_t *day, struct err *err);

struct store_query {
	int64_t start_ns, end_ns; /* [start, end); INT64_MIN, INT64_MAX: all.
				   * Facts without a time are in any period */
	event_mask kinds;
	const struct filter *filter; /* NULL: all */
	/*
	 * Texts that each fact wanted must have as client (in the short form of
	 * A.5), as sender or as one of its recipients (normalised, A.5), or as
	 * domain of one of these ("@example.org"), as message-id, or as the
	 * server that answered (keys.h makes them of what people write): what the
	 * store can find without looking at everything.  The filter decides all
	 * the same.
	 */
	const struct str *keys;
	size_t n_keys;
};

/*
 * Facts in the order of time: chains merged by the times of their next facts
 * (by id, where those are equal), each in the order of its lines.  Only between
 * store_look() and store_look_end().
 */
int store_facts_open(struct store_facts **f, struct store *s,
    const struct store_query *q, struct err *err);
/*
 * 1 and the next one, valid until the next call; 0 at the end; -1.  stream is
 * the chain's; line is absent; chain may be NULL.
 */
int store_facts_next(struct store_facts *f, struct event *ev, uint64_t *chain,
    struct err *err);
void store_facts_close(struct store_facts **f);

#endif
