/*
 * qmail_track.h - messages and deliveries of qmail-send, joined by their
 * numbers.
 *
 *	new msg, info msg     starting delivery       delivery: success ...
 *	(nothing) --> QUEUED  (nothing) --> RUNNING --------> (nothing)
 *	QUEUED --end msg-->   (nothing)
 *
 * A message number is the inode of a queue file and comes back at once; new
 * or info forget what had it before.  Delivery numbers count from 1 in each
 * qmail-send process, and a process that was killed leaves its running
 * deliveries without results.  So all running deliveries are forgotten where
 * none can be running: at delivery 1, and where the status says that nothing
 * runs.  (matchup keeps them and may give a result to a wrong message when a
 * file is missing.)  A result is counted for the message that has the number
 * when it comes, as matchup does.
 *
 * A piece of a log that is not known to be the first does not know what was
 * queued or running at its beginning.  What hangs on that is LOOSE: it waits,
 * in order, as steps, and is played to the piece before when the two are
 * joined:
 *
 *	a result whose delivery was not started here;
 *	a result whose message was not queued here;
 *	an end of a message that was not queued here;
 *	the first sign of a start of qmail-send, if only the line before it
 *	tells whether it is one.
 *
 * The first of these may belong to a message of this piece (the delivery was
 * started for the one before it with that number): so the counts of messages
 * in whose life such a result came wait too (struct message, past).
 *
 * Bounds: a message is forgotten 30 days of log time after it was queued
 * (queuelifetime is 7 by default, and nobody tries a mail for a month), a
 * delivery after 2 days.  Steps wait up to QTRACK_MAX_STEPS; what is over
 * that is emitted as of an unknown message, and counted.
 */
#ifndef FORMAT_QMAIL_TRACK_H
#define FORMAT_QMAIL_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "format/qmail_line.h"

#define QTRACK_MESSAGE_AGE_NS (INT64_C(30) * 86400 * 1000000000)
#define QTRACK_DELIVERY_AGE_NS (INT64_C(2) * 86400 * 1000000000)
#define QTRACK_MAX_STEPS 400000

struct buf;
struct qtrack;
struct unpack;

/* A line, and where it stood. */
struct qtrack_at {
	int64_t time_ns;
	struct str stream;
	uint64_t host_key; /* of the syslog host: numbers of one are not another's */
	struct str line;
	uint64_t offset;
};

/* settled: nothing precedes this piece. */
struct qtrack *qtrack_new(event_fn *emit, void *ctx, bool settled);
void qtrack_free(struct qtrack **t);

/* A line of any kind; emits its event now, or when the piece is joined. */
void qtrack_line(struct qtrack *t, const struct qm_line *l,
    const struct qtrack_at *at);

/* The same of a line of kind QM_RUNNING. */
void qtrack_running(struct qtrack *t, uint64_t host_key);

/* As format.h: scan_settle, scan_join (t is settled; frees *later), scan_finish. */
void qtrack_settle(struct qtrack *t);
void qtrack_join(struct qtrack *t, struct qtrack **later);
void qtrack_finish(struct qtrack *t);

/*
 * What is open, as lines that a scan of this format reads, TAI64N stamps and
 * all, by time: the state that matchup leaves on its descriptor 5.  Read
 * before the files that follow, they go on as if nothing had been between.
 * For a log of one host (multilog's); t is settled.
 */
void qtrack_save(const struct qtrack *t, struct buf *b);

/*
 * The same for logs of any number of hosts, as bytes (base/pack.h), and back
 * into a new tracker that is settled.
 */
void qtrack_pack(const struct qtrack *t, struct buf *b);
void qtrack_unpack(struct qtrack *t, struct unpack *in);

/* Lines that could not wait because of the cap. */
uint64_t qtrack_overflow(const struct qtrack *t);

#endif
