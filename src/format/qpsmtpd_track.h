/*
 * qpsmtpd_track.h - connections of qpsmtpd, joined by process id.
 *
 * A connection begins with "Accepted connection", goes on with checks and
 * transactions, and ends with connection_time or, where that plugin is not
 * loaded, with "cleaning up after".  Process ids come back.
 *
 *	          Accepted                     connection_time, cleaning up
 *	(nothing) --------> OPEN ------------------------------------> (nothing)
 *	    |                 |  Accepted again, or an hour without a line:
 *	    |                 +-> ends as unfinished
 *	    | any other line, near the beginning of a piece of a log
 *	    +-------------> LOOSE    its lines wait for the piece before, which
 *	                             may know how the connection began
 *
 *	OPEN	 its client is known; its events are emitted at once
 *	LOOSE	 nothing is emitted: lines are kept, in order.  Becomes a part of
 *		 the OPEN connection of the piece before when the two are joined,
 *		 and plain lines without a connection when there is none
 *	CUT	 the process id began anew or ended in this piece: later lines of
 *		 it have nothing to do with the piece before
 *
 * A line without a connection is not lost: its event is emitted with what
 * the line itself says.
 *
 * Bounds: a connection is forgotten an hour of log time after its last line
 * here.  qpsmtpd gives up after twenty minutes without a command, but the
 * commands themselves are not looked at (they are most of a log), so three
 * such waits are allowed for.  LOOSE lines are kept only for the first hour
 * of a piece, and never more than TRACK_MAX_LOOSE (what is over that is
 * emitted without its connection, and counted).
 */
#ifndef FORMAT_QPSMTPD_TRACK_H
#define FORMAT_QPSMTPD_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "format/qpsmtpd_line.h"

#define TRACK_AGE_NS (INT64_C(60) * 60 * 1000000000)
#define TRACK_MAX_LOOSE 400000

struct buf;
struct track;
struct unpack;

/* settled: nothing precedes this piece, so nothing is LOOSE in it. */
struct track *track_new(event_fn *emit, void *ctx, bool settled);
void track_free(struct track **t);

/*
 * A line of kind ACCEPTED, RECORD, TIME, CLEANING, COUNTRY, DMARC, SPAM, LOGIN
 * or CHECK of the process that key stands for.  ev has what the line says; what
 * the connection knows is added to it, and it is emitted - now, or when the
 * piece is joined.  Not read after the call.
 */
void track_line(struct track *t, enum qp_kind kind, uint64_t key,
    struct event *ev);

/* As format.h: scan_settle, scan_join (frees *later), scan_finish. */
void track_settle(struct track *t);
void track_join(struct track *t, struct track **later);
void track_finish(struct track *t);

/*
 * The open connections of a settled track, and those of a new one as they were
 * (in->bad if that cannot be).
 */
void track_save(const struct track *t, struct buf *b);
void track_restore(struct track *t, struct unpack *in);

/* Lines that could not wait because of the cap. */
uint64_t track_overflow(const struct track *t);

#endif
