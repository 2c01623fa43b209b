/*
 * lane.h - one stream as one continuous scan, and the events that came out of
 * it and were not taken yet.
 *
 *	blocks -> lane_block -> scan -> keep? -> queue -> lane_peek, lane_drop
 *
 * Blocks may come from files one after the other, or from a log that is being
 * written.  Nothing precedes the first block: the scan waits for nothing, and
 * an event is in the queue as soon as its line was given (a record that may be
 * continued: as soon as the next line was).  Memory is bounded by what comes
 * out of a block, if the queue is emptied before the next one.
 */
#ifndef PUMP_LANE_H
#define PUMP_LANE_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "format/format.h"

struct buf;
struct lane;

/* Is the event wanted?  Called while its line is scanned; slices are the scan's. */
typedef bool lane_keep_fn(void *ctx, const struct event *ev);
/* Sees the lines before the scan does: whole lines, FORMAT_SLACK behind them. */
typedef void lane_block_fn(void *ctx, const struct format *format,
    struct str block, uint64_t offset);

struct lane_options {
	const struct format *format; /* NULL: recognised by the first blocks */
	struct scan_options scan;    /* first is taken as true */
	lane_keep_fn *keep;	     /* NULL: every event with a line (print/) */
	lane_block_fn *before;	     /* NULL: nobody is interested */
	lane_block_fn *after;	     /* the same lines, when the scan has seen them */
	void *ctx;		     /* of keep, before and after */
};

struct lane *lane_new(const struct lane_options *o);
void lane_free(struct lane **l);

/*
 * The next lines, FORMAT_SLACK behind them.  A last line without its '\n'
 * waits: for its rest, lane_source_end() or lane_finish().  Not read after the
 * call.
 *
 * offset is in the source; events have offsets in the lane, as though its
 * sources were one.
 */
void lane_block(struct lane *l, struct str block, uint64_t offset);
/*
 * A source ended.  contiguous: the next one may begin with the rest of its
 * last line, if that has no end (promise 3); else the line ends here.
 */
void lane_source_end(struct lane *l, bool contiguous);
/* Nothing follows: what is unfinished is emitted as unfinished. */
void lane_finish(struct lane *l);

/* The oldest event that was not dropped, or NULL; valid until lane_drop. */
const struct event *lane_peek(const struct lane *l);
void lane_drop(struct lane *l);

/* Before the first block: which year its first stamp has, if it names none. */
void lane_set_year(struct lane *l, int year);
/*
 * For a reader that leaves lines out (sieve.c): an event from elsewhere, and
 * events of lines that are scanned only for what others need of them, which
 * are thrown away.
 */
void lane_take(struct lane *l, const struct event *ev);
void lane_mute(struct lane *l, bool mute);

/*
 * For a later run (scan_save): appends what the lane holds between two
 * blocks, and makes one that goes on.  Its format is known, and o->format.
 * NULL: it was saved in another form, or is damaged.
 */
void lane_save(const struct lane *l, struct buf *b);
struct lane *lane_restore(const struct lane_options *o, struct str saved);
/* Where the source that is read begins in the lane, and how far that goes. */
uint64_t lane_base(const struct lane *l);
void lane_set_base(struct lane *l, uint64_t base);
uint64_t lane_length(const struct lane *l);
/* Lines that were cut between two sources and put together. */
uint64_t lane_joined(const struct lane *l);
/* Its scan, for the counts; NULL before the format is known. */
struct scan *lane_scan(struct lane *l);

/* NULL as long as it is not known. */
const struct format *lane_format(const struct lane *l);
/* The newest stamp read; WHEN_NONE before the first. */
int64_t lane_last_ns(const struct lane *l);
/* Of what was scanned so far; NULL before the format is known. */
const struct scan_counts *lane_counts(struct lane *l);

#endif
