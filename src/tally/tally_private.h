/*
 * tally_private.h - what a tally is made of, for tally.c and count.c alone.
 */
#ifndef TALLY_PRIVATE_H
#define TALLY_PRIVATE_H

#include "base/buf.h"
#include "base/intern.h"
#include "tally/classes.h"
#include "tally/later.h"
#include "tally/listed.h"
#include "tally/queue.h"
#include "tally/table.h"
#include "tally/tally.h"

/* What is known of a disposition once it was seen, by the id of its name. */
struct disposition_info {
	bool looked_up;
	bool by_score; /* "queued": the category depends on the score */
	bool login;    /* auth::* */
	bool shaped;   /* its texts are known: one that is not is told (C.12) */
	int category;
};

struct tally {
	struct tally_options o;
	struct intern texts;
	struct table_cells tables[DIMS];
	struct tally_cap caps[DIMS];
	struct crowd crowd;  /* what measures DIM_CROWD, and is not in tables */
	bool crowd_is_read;  /* tally_settle() moved it there */

	struct slow_connection slowest[TALLY_SLOWEST + 1];
	size_t n_slowest;
	struct odd_text odd[TALLY_TEXTS + 1];
	size_t n_odd;
	struct kept_transaction *kept;
	size_t n_kept, cap_kept;

	/* The bucket of the event before: most events share it. */
	int64_t bucket_start_ns, bucket_end_ns;
	int32_t bucket;
	int32_t day;

	/* Cells of DIM_COUNTER in the bucket above, plus one; 0: not looked up. */
	size_t counter_cells[COUNTERS];
	uint32_t stream; /* of the event before */

	struct disposition_info *dispositions; /* by text id */
	size_t n_dispositions;
	uint32_t *countries; /* text id of a looked-up country, by client's id */
	size_t n_countries;
	struct buf scratch;
	struct buf client; /* text of one that had to be written anew */
	struct listed_known listed[LISTED_KNOWN];
	struct later later;
	struct queue_lists queue;
};

/* An event of a mail queue: count_qmail.c. */
void count_queue_event(struct tally *t, const struct event *ev);
/* The kinds of those events that these dimensions count. */
event_mask count_queue_wants(dim_mask dims_wanted);

/* Mail by the names of both sides (C.24), of a transaction: count_mail.c. */
#define OF_MAIL                                                            \
	(DIM_BIT(DIM_MAIL) | DIM_BIT(DIM_MAIL_HOST) |                      \
	DIM_BIT(DIM_MAIL_SENDER) | DIM_BIT(DIM_MAIL_RECIPIENT) |           \
	DIM_BIT(DIM_MAIL_COUNTRY) | DIM_BIT(DIM_MAIL_ERROR))
void count_mail(struct tally *t, const struct event *ev);

/* A client as A.5 shows it; points into client or into b. */
struct str count_client_text(struct buf *b, struct str client);
/* The country that the log names, else the table's; absent if unknown. */
struct str count_country_of(struct tally *t, const struct event *ev);
/* An address as A.5 shows it, valid until t->scratch changes. */
struct str count_address_text(struct tally *t, struct str raw);

/* Lists of bounded length; see tally.h for their orders. */
void tally_add_slow(struct tally *t, const struct slow_connection *c);
void tally_add_odd(struct tally *t, struct str text, uint64_t count);
void tally_add_kept(struct tally *t, const struct kept_transaction *k);
/* Adds a value, EVENT_NO_NUMBER being none, to the sums of a cell. */
void tally_sum_add(struct tally *t, enum dim_id dim, size_t cell,
    int64_t value);
/* Widens what was seen of a cell, new if nothing was yet, by more. */
void tally_see(struct tally *t, struct cell_seen *s, bool new,
    const struct cell_seen *more, struct str example);

#endif
