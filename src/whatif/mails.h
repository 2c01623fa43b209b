/*
 * mails.h - the transactions that no block list denied, from clients that one
 * could list: what a new list could change (spec/reports.md C.20).
 *
 * One struct mails a thread; mails_merge() makes one of them, mails_sort() puts
 * it into an order that does not depend on how the logs were cut.  Forty bytes a
 * transaction, and each distinct text once.
 */
#ifndef WHATIF_MAILS_H
#define WHATIF_MAILS_H

#include <stddef.h>
#include <stdint.h>

#include "base/intern.h"
#include "base/ip.h"

struct classes;
struct event;

/* What became of it; the outcome that a list would change. */
enum fate {
	FATE_HAM,    /* queued, below the tag level: would be lost */
	FATE_TAGGED, /* queued, tagged as spam */
	FATE_DENIED, /* denied by something else: work that would be saved */
	FATES
};

struct mail {
	int64_t time_ns;     /* WHEN_NONE: no stamp */
	int64_t score_milli; /* EVENT_NO_NUMBER: none */
	uint32_t client;     /* index of clients */
	uint32_t disposition, sender, recipients; /* texts, as the log has them */
	enum fate fate;
};

struct mails {
	const struct classes *classes;
	struct mail *rows;
	size_t n, cap;
	struct intern texts;
	struct intern clients; /* by their 16 bytes; index is id - 1 */
	/* The others, of all transactions: */
	uint64_t examined;
	uint64_t listed_then;  /* denied by a block list */
	uint64_t not_public;   /* of a client that no list lists */
	uint64_t no_client;    /* of one that the log does not name */
};

void mails_init(struct mails *m, const struct classes *classes);
void mails_clear(struct mails *m);

/* Events that are no transactions are passed over. */
void mails_add(struct mails *m, const struct event *ev);
void mails_merge(struct mails *m, const struct mails *other);
/* By time; equal times by all the rest. */
void mails_sort(struct mails *m);

size_t mails_clients(const struct mails *m);
struct ip mails_ip(const struct mails *m, uint32_t client);
struct str mails_text(const struct mails *m, uint32_t text);

#endif
