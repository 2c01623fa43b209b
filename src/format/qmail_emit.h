/*
 * qmail_emit.h - the events that come of messages and deliveries, for
 * qmail_track.c and qmail_join.c alone.  Each is passed on at once.
 */
#ifndef FORMAT_QMAIL_EMIT_H
#define FORMAT_QMAIL_EMIT_H

#include "format/qmail_open.h"

/* A finished attempt: what was started, and the line that tells the result. */
struct attempt {
	int64_t began_ns;
	struct str msg_text, recipient;
	bool remote;
};

/* Of a running delivery; its texts are d's. */
struct attempt attempt_of(const struct delivery *d);
/* l tells the result.  m, if known, counts it and who waits. */
void emit_delivery(struct qtrack *t, const struct attempt *a,
    struct message *m, const struct qm_line *l, const struct qtrack_at *at);
/* The end of a message; unfinished: it is still there when the log ends. */
void emit_done(struct qtrack *t, const struct message *m,
    const struct qtrack_at *at, bool unfinished);
/* A bounce, a start or stop, an alert. */
void emit_text(struct qtrack *t, enum event_kind kind, struct str text,
    const struct qm_line *l, const struct qtrack_at *at);
void emit_queued(struct qtrack *t, const struct qm_line *l,
    const struct qtrack_at *at);

#endif
