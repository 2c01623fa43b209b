/*
 * counting.h - the transactions of one log, counted as its bytes come.
 *
 * The bytes may be cut anywhere.  They are kept until their line is complete
 * and then given to the scan of the format in blocks, so memory is bounded:
 * COUNTING_WINDOW bytes, and of a longer line its beginning and its end.
 *
 * A log file of multilog may begin and end inside a line: a line that does
 * not fit is cut where the file is full and goes on in the next file without
 * a time stamp (spec/qpsmtpd-log.md 4.2).  A record that was cut before its
 * disposition is not counted with the first file but handed out (open), to be
 * put before the next.
 */
#ifndef SUMMARIZE_COUNTING_H
#define SUMMARIZE_COUNTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "summarize/state.h"
#include "summarize/sums.h"

struct event;
struct scan;
struct zone;

#define COUNTING_WINDOW ((size_t)1 << 20)
/* So many bytes of a log tell it from others: the stamps are in nanoseconds. */
#define COUNTING_HEAD ((size_t)4096)

/* Size 0 if it cannot be read. */
struct log_id log_id_of_file(const char *path);

/* What was counted.  By several threads: one each, then counted_merge. */
struct counted {
	struct sums sums;
	int64_t first_ns, last_ns; /* of the records; WHEN_NONE: none had a time */
};
void counted_init(struct counted *c);
void counted_clear(struct counted *c);
void counted_merge(struct counted *c, const struct counted *other);
/* An event_fn; ctx is a struct counted.  Takes transactions only. */
void counted_event(void *ctx, const struct event *ev);

struct counting {
	struct counted counted;
	struct log_id id;	/* of what was added up to now */
	struct scan *scan;
	const struct zone *zone;
	char *window;		/* the slack of the scanner behind it */
	size_t n;		/* bytes in it, without a whole line */
	bool stamped;		/* the log begins with a time stamp */
	bool any_line;		/* a whole line was seen */
	bool cut;		/* the line in the window has a hole */
	struct buf open;	/* after counting_finish: see state.h */
};

/* zone is that of stamps without one; it outlives c. */
void counting_init(struct counting *c, const struct zone *zone);
void counting_clear(struct counting *c);

/*
 * Where the next bytes may be put, to save a copy, and how many at most; and
 * then how many were.
 */
char *counting_space(struct counting *c, size_t *n);
void counting_filled(struct counting *c, size_t n);
void counting_add(struct counting *c, struct str bytes);

/*
 * The log is complete.  before is what the log before it left open (empty:
 * nothing; "#": a line that is done with).
 */
void counting_finish(struct counting *c, struct str before);

#endif
