/*
 * state.h - the state file of qplogsumm: the long-term counts of a log
 * directory as text (spec/reports.md C.15, spec/qpsmtpd-log.md 5).
 *
 *	LOGFILE_EPOCH                  @4000000069c83b370c0bcf14            0
 *	dnsbl                          @4000000069c83bff05b44614          114
 *	queued                         @4000000069c83b370c0bcf14          496
 *	# mailtally: state rows=2 total=610 sum=6d21c8f0a34be957
 *	# mailtally: newest @4000000069c8f55d0ab2c1d4
 *	# mailtally: last 99213 8a7b6c5d4e3f2a1b
 *	#
 *	# Most recent logfile
 *	...
 *
 * The old tool reads the rows and passes over what begins with '#', so what
 * we have to remember beyond its knowledge stands in such lines:
 *
 *	state	 how many rows there are, of how many transactions, and a hash of
 *		 them: a text that was cut or changed does not agree with it
 *	newest	 the last transaction ever counted
 *	last	 the log that was counted last, to know it again: when multilog
 *		 is killed it may come back
 *	included a log that was never processed (.u), counted since
 *	open	 the log ended inside this record (in hexadecimal digits), which
 *		 the next log goes on with; "#": inside a line that is done with
 *	halved	 --halve-history was here, at that time
 *
 * Reading takes what it can: what the old tool damaged (a name with a blank
 * shifts the columns; a name of over 30 characters has a row for each log)
 * is put right, other lines that cannot be understood are counted.
 */
#ifndef SUMMARIZE_STATE_H
#define SUMMARIZE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "summarize/sums.h"

/* Longer texts are not read further; ours cannot get so long. */
#define STATE_MAX_BYTES ((size_t)1 << 20)
/* Of a longer line that is open at the end of a log the record is lost. */
#define STATE_MAX_OPEN ((size_t)64 << 10)
#define STATE_MAX_INCLUDED 200

/* Which log it was: its size and a hash of its beginning; size 0: none. */
struct log_id {
	uint64_t bytes;
	uint64_t hash;
};

static inline bool
log_id_eq(struct log_id a, struct log_id b)
{
	return a.bytes == b.bytes && a.hash == b.hash;
}

struct state {
	struct sums sums;
	int64_t epoch_ns;	/* WHEN_NONE: not known */
	int64_t newest_ns;	/* likewise */
	struct log_id last;
	struct log_id included[STATE_MAX_INCLUDED]; /* the latest ones */
	size_t n_included;
	struct buf open;	/* of the last line of the last log; "#" */
	int64_t halved_ns;	/* WHEN_NONE: never */

	/* What reading came upon. */
	uint64_t rows_hash;	/* of the rows, in their order */
	bool marked;		/* there is a line "# mailtally: state" */
	bool whole;		/* and it agrees with the rows, or there is none
				 * and nothing else is wrong */
	size_t not_understood;	/* lines */
	size_t without_time;	/* rows whose stamp is none */
};

void state_init(struct state *s);
void state_clear(struct state *s);

/* s is empty. */
void state_read(struct state *s, struct str text);
/* Rows and "# mailtally:" lines; the table is numbers_table's. */
void state_write(struct buf *b, const struct state *s);

/* Is there no count in it? */
bool state_is_empty(const struct state *s);
/* Adds the counts and times of one log, or of another state. */
void state_add(struct state *s, const struct sums *sums, int64_t first_ns,
    int64_t last_ns);
bool state_has_included(const struct state *s, struct log_id id);
void state_include(struct state *s, struct log_id id);

#endif
