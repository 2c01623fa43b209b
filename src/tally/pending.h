/*
 * pending.h - attempts and messages of a mail queue that wait to be counted
 * under their names.
 *
 * A name costs three trips to memory, one after the other: the slot of its
 * text, the text, its account.  So events are taken together in batches: first
 * all their texts are fetched from memory, then all names are found and their
 * accounts fetched, and so on; of new names the domains too.  What the next
 * step needs is on its way meanwhile (later.h does the same for qpsmtpd's log).
 *
 * Sums do not mind the order; but before a tally is read or merged, what is
 * pending must be counted (pending_count).
 */
#ifndef TALLY_PENDING_H
#define TALLY_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "event/event.h"
#include "tally/tally.h"

#define PENDING 64
/* A message ends soon after its last attempt: so far back a sender is looked
 * for. */
#define PENDING_BACK 6

struct pending_name {
	bool used;
	uint8_t back;	 /* not 0: the same as of the event so far before */
	uint32_t hash;
	uint32_t domain_hash; /* of a name that is new; else 0 */
	uint32_t number; /* in its ledger, when it was found */
	size_t at, n;	 /* in the texts */
};

struct pending_event {
	bool done;     /* a completed message; else an attempt */
	bool repeated; /* the recipient was put off before */
	bool slow;     /* we were asked to slow down */
	enum verdict verdict;
	enum channel channel;
	int64_t time_ns, duration_ns, bytes;
	int64_t delay_ns; /* since queueing; EVENT_NO_NUMBER if not known */
	uint32_t delay_hash; /* of its cell */
	int64_t delivered, bounced, deferred;
	uint32_t uid; /* of the accounts */
	struct pending_name recipient, sender, network;
	/* An attempt that went wrong: its recipient as one of the tally's
	 * texts, why (another), and the hash of their cell. */
	struct pending_name text;
	uint32_t reason, cell_hash;
	uint32_t domain, provider; /* accounts, when the names were found */
};

struct pending {
	struct pending_event events[PENDING];
	size_t n;
	struct buf texts;
};

/* What went wrong with an attempt. */
struct pending_trouble {
	bool any;
	bool slow;	 /* the server asked to come back later, or less often */
	uint32_t reason; /* text id */
};
void pending_attempt(struct tally *t, const struct event *ev,
    enum channel channel, int64_t delay_ns,
    const struct pending_trouble *trouble);
void pending_message(struct tally *t, const struct event *ev);
/* Counts all that waits. */
void pending_count(struct tally *t);

/* bytes for each of n recipients: 0 if not known, at most INT64_MAX. */
int64_t pending_weighted(int64_t bytes, int64_t n);
/* "192.0.2.0/24" of a host, in b; an IPv6 address as it is. */
struct str pending_network(struct buf *b, struct str relay);

#endif
