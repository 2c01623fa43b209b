/*
 * event_code.h - events as bytes, many in a block: the form in which stores
 * that keep blocks keep facts.
 *
 * A block begins with the names of kinds and verdicts, which its rows name by
 * their place there.  A row says which fields it has and then those; its time
 * and offset are told by their distance from those of the row before.
 * Absent fields cost nothing.  The line itself is not in it.
 */
#ifndef STORE_EVENT_CODE_H
#define STORE_EVENT_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/pack.h"
#include "event/event.h"

struct event_writer {
	struct buf *out;
	int64_t time_ns;
	uint64_t offset;
};

/* An empty block at the end of out. */
void event_write_begin(struct event_writer *w, struct buf *out);
/* stream is what needs no saying: that of the chain. */
void event_write(struct event_writer *w, const struct event *ev,
    struct str stream);

struct event_reader {
	struct unpack in;
	struct str stream;
	int64_t time_ns;
	uint64_t offset;
	unsigned n_kinds, n_verdicts;
	uint8_t kinds[32], verdicts[8];
};

/* False: it is no block of a version that this program knows. */
bool event_read_begin(struct event_reader *r, struct str block,
    struct str stream);
/*
 * The next one; its texts point into the block.  False at the end, or where
 * the block is damaged (r->in.bad).
 */
bool event_read(struct event_reader *r, struct event *ev);
/* Goes on writing a block of which everything was read. */
void event_write_on(struct event_writer *w, const struct event_reader *r,
    struct buf *out);

#endif
