/*
 * summary.h - one run of the summariser: which state it goes on from, what
 * the log adds, and the text of the new state.
 *
 * Two states may be at hand: the one handed in, and the copy that lies in the
 * log directory because multilog empties its own when it was killed
 * (spec/qpsmtpd-log.md 4.4).  The one handed in counts, unless it is empty
 * or damaged.
 *
 * What was strange is told in lines "# Note: ..." of the new state.
 */
#ifndef SUMMARIZE_SUMMARY_H
#define SUMMARIZE_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "summarize/counting.h"
#include "summarize/state.h"

/* The name of the copy, beside multilog's files. */
#define SUMMARY_COPY "mailtally.state"

struct summary {
	struct state state;
	bool counted_before;	/* the copy has this log in it already */
	struct buf notes;
};

void summary_init(struct summary *s);
void summary_clear(struct summary *s);

/*
 * Chooses the state to go on from.  given and copy are texts, copy empty if
 * there is none; trouble is why the given one could not be read, or NULL.  log
 * is the log that is to be counted: where the copy is used and this log is
 * the last one in it, it is not added again.
 */
void summary_begin(struct summary *s, struct str given, const char *trouble,
    struct str copy, struct log_id log);
/* Adds a log; what it left open is copied. */
void summary_add(struct summary *s, const struct counted *c, struct log_id log,
    struct str open);
void summary_note(struct summary *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Counts the unprocessed logs (@*.u) in directory that were not counted yet,
 * as the state knows, and adds them.  What cannot be read is noted.
 */
struct unprocessed {
	size_t files;	       /* added */
	size_t known;	       /* were counted before */
	size_t unreadable;
	uint64_t transactions; /* in those that were added */
};
struct unprocessed summary_unprocessed(struct summary *s,
    const char *directory);

/*
 * The new state: rows, what we remember, notes, the table.  recent is the log
 * it tells of.  *table_at is where the table begins.
 */
void summary_write(struct buf *b, struct summary *s,
    const struct counted *recent, size_t *table_at);

#endif
