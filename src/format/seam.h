/*
 * seam.h - where two pieces of a log meet: lines that are cut between them.
 *
 * The first lines of a piece may belong to what the piece before ended with
 * (the rest of a cut line, the continuation of a folded one), and the last
 * line of a piece may have no end.  Both are kept, raw, and read when the
 * pieces are joined.
 */
#ifndef FORMAT_SEAM_H
#define FORMAT_SEAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/* So many lines are kept at most at the beginning: memory is bounded. */
#define SEAM_LINES 256

struct seam {
	bool at_head;	  /* no line was seen that begins something of its own */
	unsigned lines;	  /* in head */
	struct buf head;
	uint64_t head_offset;
	struct buf tail;
	uint64_t tail_offset;
};

/* Could this whole line, at the head of a piece, belong to what the piece
 * before ended with? */
typedef bool seam_rest_fn(void *ctx, struct str line);
/*
 * Reads whole lines (FORMAT_SLACK behind them, each with its '\n') of which
 * so many bytes are in the log: a line end that was put behind the last one
 * is not.
 */
typedef void seam_read_fn(void *ctx, struct str block, uint64_t offset,
    uint64_t bytes);

/* first: nothing precedes the piece. */
void seam_init(struct seam *s, bool first);
void seam_clear(struct seam *s);

/*
 * Takes from a block what must wait, and returns the rest, whole lines that
 * begin at *offset.
 */
struct str seam_block(struct seam *s, struct str block, uint64_t *offset,
    seam_rest_fn *rest, void *ctx);

/*
 * later follows s.  What waited between the two is read in order; what later
 * left at its end is s's now.  contiguous: s may end and later begin inside
 * one line.  True if they did.
 */
bool seam_join(struct seam *s, struct seam *later, bool contiguous,
    seam_read_fn *read, void *ctx);

/* Nothing follows: reads a last line that has no end. */
void seam_finish(struct seam *s, seam_read_fn *read, void *ctx);

#endif
