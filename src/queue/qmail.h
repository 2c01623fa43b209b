/*
 * qmail.h - what lies in a qmail queue, read from its directory.
 *
 *	mess/S/M	the message; S is M modulo the split, usually 23
 *	todo/M		(or todo/S/M) queued, but not looked at by qmail-send yet
 *	info/S/M	"F" and the sender; modified when the message was queued
 *	local/S/M	recipients, each "T" (to do) or "D" (done) and an address
 *	remote/S/M	the same; a file with no T left is deleted
 *	bounce/M	there are failures already
 *
 * (qmail's INTERNALS; qmail-qread.c, qmail-qstat.c.)  Only reads, follows no
 * link, opens no file that is not a plain one.  The queue lives on meanwhile:
 * what goes away while it is read is left out; what may not be read is told.
 */
#ifndef QUEUE_QMAIL_H
#define QUEUE_QMAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"

struct err;

struct queue_recipient {
	struct str address;
	bool remote;
	bool done;	 /* delivered or given up: not tried again */
};

struct queue_message {
	uint64_t number;
	int64_t queued_ns;
	int64_t bytes;	 /* of the file in mess; -1: not known */
	struct str sender; /* without <> */
	bool bouncing;
	struct queue_recipient *recipients; /* local ones first */
	size_t n_recipients, cap_recipients;
};

/* What could not be read, and so is not counted. */
struct queue_problem {
	struct str path;
	const char *why;
};
#define QUEUE_PROBLEMS 20

struct queue {
	struct arena arena;
	struct queue_message *messages; /* by queued_ns, oldest first */
	size_t n, cap;
	uint64_t in_queue;	   /* files in mess */
	uint64_t not_preprocessed; /* files in todo */
	struct queue_problem problems[QUEUE_PROBLEMS]; /* the first ones */
	uint64_t n_problems;	   /* all */
};

/*
 * A queue that is all zero is filled.  -1 with *err (ERR_NO_INPUT) if dir is
 * no queue at all: has neither mess nor info.
 */
int queue_read(struct queue *q, const char *dir, struct err *err);
void queue_close(struct queue *q);

/*
 * When a message of this age is tried next on a channel, ns after it was
 * queued: tries are at the squares of multiples of 10 s (local) or 20 s
 * (remote), qmail-send.c nextretry().
 */
int64_t queue_next_try_ns(int64_t age_ns, bool remote);
/*
 * When one that was tried at this age, by schedule or not, is due again, ns
 * after it was queued: (root of the age in whole seconds + 10 or 20)^2, the
 * same function of qmail-send.c.
 */
int64_t queue_retry_ns(int64_t age_ns, bool remote);

#endif
