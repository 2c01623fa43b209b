/*
 * accounts.h - what a tally counts under the names of a mail queue's log:
 * recipients, senders, domains, providers.
 *
 * Each name has one account, to which an event adds all that any section may
 * ask for; what can be derived is not counted (mails of a domain are those of
 * its recipients).  Sums only, so accounts of two tallies merge in any order.
 */
#ifndef TALLY_ACCOUNTS_H
#define TALLY_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "event/event.h"
#include "tally/delays.h"
#include "tally/ledger.h"
#include "tally/tally.h"

/* Of a recipient, in lower case, and a channel (DIM_QUEUE_RECIPIENT). */
struct recipient_account {
	uint64_t sent, failed, deferred; /* attempts */
	int64_t bytes;	     /* of what was delivered */
	int64_t duration_ns; /* of all attempts */
	int64_t last_ns;     /* the last delivery; WHEN_NONE if not known */
	uint32_t name;	     /* number in the ledger of recipients */
	uint32_t domain;     /* number in that of domains */
	uint32_t other;	     /* of the other channel: index + 1; 0 if none */
	enum channel channel;
};

/* Of a sender, in lower case and with its <>, and a uid (DIM_QUEUE_SENDER). */
struct sender_account {
	uint64_t messages;   /* that were completed; of these */
	int64_t bytes;	     /* of each once, */
	int64_t bytes_sent;  /* for each recipient that got it, */
	int64_t bytes_done;  /* for each recipient that was done with; */
	int64_t done;	     /* those recipients, */
	int64_t tries;	     /* and the attempts */
	int64_t duration_ns; /* of all attempts */
	uint64_t sent;	     /* deliveries of all messages, */
	int64_t sent_bytes;  /* and their bytes */
	int64_t last_ns;     /* the last delivery; WHEN_NONE if not known */
	uint32_t name;	     /* number in the ledger of senders */
	uint32_t domain;     /* number in that of domains */
	uint32_t uid;	     /* a text of uids */
	uint32_t other;	     /* of the next uid: number in more_senders, or 0 */
	bool used;
};

/* What follows the last @ of an address; empty where there is none. */
struct domain_account {
	struct delays delays; /* of deliveries, since queueing */
	uint32_t provider;    /* number in the ledger of providers; 0: unknown */
	bool known;	      /* whether there is one was looked up */
};

/* Of a provider, or a network that answered; remote attempts (DIM_PROVIDER). */
struct provider_account {
	uint64_t attempts;
	uint64_t first;	   /* recipients: their first attempts */
	uint64_t sent;
	uint64_t deferred; /* recipients that were put off at least once */
	uint64_t bounced;
	uint64_t slow;	   /* attempts at which we were asked to slow down */
	struct delays delays; /* of deliveries */
};

struct accounts {
	struct ledger recipients; /* struct recipient_account */
	struct ledger senders;	  /* struct sender_account: of the first uid */
	/* Of further uids, by numbers of sender and uid as two uint32_t. */
	struct ledger more_senders;
	struct intern uids;
	struct ledger domains;	  /* struct domain_account */
	struct ledger providers;  /* struct provider_account */
	/* Accounts of recipients that had mail by both channels. */
	struct recipient_account *others;
	size_t n_others, cap_others;
};

/* Of a settled tally. */
const struct accounts *tally_accounts(const struct tally *t);

/*
 * All recipients that an attempt was made for, one account after the other,
 * *at beginning at 0; NULL behind the last.
 */
const struct recipient_account *accounts_recipient(const struct accounts *a,
    size_t *at);
/* The same of senders. */
const struct sender_account *accounts_sender(const struct accounts *a,
    size_t *at);
/* What stands behind the last @; absent if there is none. */
struct str accounts_domain_of(struct str address);
/* "a@b" of "<a@b>"; the null sender keeps its <>. */
struct str accounts_bare(struct str sender);

/* ---- for who counts (pending.c) ---- */

void accounts_init(struct accounts *a);
void accounts_clear(struct accounts *a);
/* Gives back what only counting needs; counting may go on, and domains can
 * still be found. */
void accounts_seal(struct accounts *a);
void accounts_merge(struct accounts *a, const struct accounts *other);

static inline struct domain_account *
accounts_domain(const struct accounts *a, uint32_t number)
{
	return ledger_at(&a->domains, number);
}

static inline struct provider_account *
accounts_provider(const struct accounts *a, uint32_t number)
{
	return ledger_at(&a->providers, number);
}

/* The account of a name whose number is known, begun if it is new. */
struct recipient_account *accounts_of_recipient(struct accounts *a,
    uint32_t number, enum channel channel);
struct sender_account *accounts_of_sender(struct accounts *a, uint32_t number,
    uint32_t uid);
/* The number of the provider whose domain this is, 0 if none is known. */
uint32_t accounts_provider_of(struct accounts *a, uint32_t domain);

#endif
