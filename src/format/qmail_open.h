/*
 * qmail_open.h - the open messages and running deliveries of a tracker, for
 * qmail_track.c and its kin alone.
 */
#ifndef FORMAT_QMAIL_OPEN_H
#define FORMAT_QMAIL_OPEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "format/qmail_track.h"

struct message {
	struct message *next; /* of the free list, or of the past ones */
	uint64_t key;
	int64_t queued_ns;
	int64_t bytes;
	int64_t delivered, bounced, deferred;
	bool remote;	      /* a remote delivery was tried */
	struct buf waiting;   /* recipients that were put off, "remote.a@b,..." */
	struct buf text;      /* number, sender, qp, uid */
	size_t number_n, sender_n, qp_n, uid_n;

	/* In a piece that is not settled: when it came and went, counted in
	 * lines, and how many results had waited when it came. */
	uint64_t begin, end;
	uint64_t results;
	struct step *done;    /* its end, which waits; NULL if it was forgotten */
};

struct delivery {
	struct delivery *next; /* of the free list */
	uint64_t key;
	uint64_t host_key;
	uint64_t number;
	uint64_t msg_key;
	int64_t began_ns;
	bool remote;
	struct buf text;      /* number of the message, recipient */
	size_t msg_n;
};

enum step_kind {
	STEP_RESULT, STEP_DELIVERY, STEP_EXTRA, STEP_END, STEP_IDLE, STEP_ONE
};

/* A line that waits for the piece before. */
struct step {
	struct step *next;
	enum step_kind kind;
	uint64_t when; /* counted in lines */
	struct qtrack_at at;
	struct qm_line line;
	/* STEP_DELIVERY: what was started here */
	uint64_t msg_key;
	int64_t began_ns;
	struct str msg_text, recipient;
	bool remote;
};

/* What is known of one qmail-send. */
struct host {
	uint64_t key;
	enum { BEFORE_UNKNOWN, BEFORE_RESULT, BEFORE_OTHER } before;
	enum { FRESH_UNKNOWN, FRESH, NOT_FRESH } fresh; /* idle, and no start yet */
	bool cleared; /* it began anew in this piece */
	/* Deliveries that were started here, but for the odd ones. */
	uint64_t first, last;
};

struct qtrack {
	event_fn *emit;
	void *ctx;
	bool settled;
	uint64_t now; /* lines so far */
	struct map messages, deliveries;
	struct message *unused_messages;
	struct delivery *unused_deliveries;
	size_t sweep_messages_at, sweep_deliveries_at;
	struct host *hosts;
	size_t n_hosts, cap_hosts, host; /* the last one used */

	/* Not settled: */
	struct step *steps, **steps_end;
	size_t n_steps;
	uint64_t n_results;    /* steps of kind RESULT */
	struct message *past;  /* gone, but a result may still be theirs */
	struct map touched;    /* message -> when it was new here, plus one */
	struct map odd;	       /* deliveries started here out of sequence */
	struct arena arena;
	uint64_t overflow;
};

#define FIRST_SWEEP 4096
/* So much is kept of those who wait for one message: a list may have very many. */
#define WAITING_BYTES 65536

/* What a number of that host is known by. */
static inline uint64_t
qtrack_key(const struct qtrack_at *at, uint64_t number)
{
	return at->host_key ^ number;
}
struct host *qtrack_host_find(struct qtrack *t, uint64_t key);
/* Made if it is new; valid until the next call.  Mostly the last one. */
static inline struct host *
qtrack_host(struct qtrack *t, uint64_t key)
{
	if (t->host < t->n_hosts && t->hosts[t->host].key == key)
		return &t->hosts[t->host];
	return qtrack_host_find(t, key);
}

/* ---- messages ---- */

/* Texts are valid as long as the message. */
struct str message_number(const struct message *m);
struct str message_sender(const struct message *m);
struct str message_qp(const struct message *m);
struct str message_uid(const struct message *m);
/* For the next one; it is in no table. */
void message_recycle(struct qtrack *t, struct message *m);
/* Takes a message out: for good, or, with its end, until it is known what
 * results were its. */
void message_leave(struct qtrack *t, struct message *m, struct step *done);
/* NULL if there is none, or it is too old. */
struct message *message_find(struct qtrack *t, uint64_t key, int64_t now_ns);
/* Of a line of kind QM_INFO; the key is free. */
struct message *message_add(struct qtrack *t, const struct qm_line *l,
    const struct qtrack_at *at);
/* The recipient waits from now on, or does no more.  Did it wait before? */
bool message_wait(struct message *m, bool remote, struct str recipient,
    bool waits);
/*
 * Those who wait, "local.a@b,remote.c@d", in an order that does not hang on
 * where the log was cut; built in b.
 */
struct str message_waiting(const struct message *m, struct buf *b);
/* All open ones, oldest first, NULL behind them; to be freed. */
struct message **messages_by_age(const struct qtrack *t);
void messages_free(struct message *m);
/* Has the message's number been given anew in this piece? */
static inline bool
message_touched(const struct qtrack *t, uint64_t key)
{
	return map_find(&t->touched, key) != NULL;
}

/* ---- deliveries ---- */

static inline uint64_t
delivery_key(uint64_t host_key, uint64_t number)
{
	return host_key ^ number;
}
void delivery_recycle(struct qtrack *t, struct delivery *d);
/* All of a host; without one, those that are too old at now_ns. */
void deliveries_drop(struct qtrack *t, const struct host *h, int64_t now_ns);
/* Takes it out of the table; NULL if there is none, or it is too old. */
struct delivery *delivery_take(struct qtrack *t, uint64_t key, int64_t now_ns);
/* Was it begun, or its process ended, in this piece? */
bool delivery_touched(const struct qtrack *t, const struct host *h,
    uint64_t number);
/* Of a line of kind QM_START. */
void delivery_add(struct qtrack *t, struct host *h, const struct qm_line *l,
    const struct qtrack_at *at);
void deliveries_free(struct delivery *d);

/* ---- lines that may be played later (qmail_track.c) ---- */

void qtrack_extra(struct qtrack *t, const struct qm_line *l,
    const struct qtrack_at *at);
void qtrack_end(struct qtrack *t, const struct qm_line *l,
    const struct qtrack_at *at);

#endif
