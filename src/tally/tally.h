/*
 * tally.h - how many events per time bucket, dimension and key.
 *
 * A tally is a sum: merging is associative and commutative and an empty tally
 * changes nothing, so it does not matter in which order logs are read, split
 * or stored.  Only what merges is in it: counts, integer sums, maxima, first
 * and last times, the example with the smallest (time, text), and bounded
 * lists of the first k in an order that does not depend on the order of
 * reading.  Ranks, shares and averages are not sums: see report/.
 *
 * Memory is bounded by the distinct keys of the dimensions that are asked
 * for (tally_options.dims), never by the size of the log.
 */
#ifndef TALLY_TALLY_H
#define TALLY_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "event/event.h"

struct classes;
struct tally;
struct zone;

enum dim_id {
#define DIM(id, name, grain, k1, k2, measures, help) DIM_##id,
#include "tally/dims.def"
#undef DIM
	DIMS
};
typedef uint64_t dim_mask;
#define DIM_BIT(dim) (UINT64_C(1) << (dim))
_Static_assert(DIMS <= 64, "a dim_mask has 64 bits");

enum dim_grain { DIM_HOUR, DIM_DAY, DIM_WHOLE };
enum dim_key { DIM_NONE, DIM_TEXT, DIM_NUMBER };
/* DIM_ACCOUNT: it has no cells; what is counted is in accounts.h. */
enum { DIM_SUM = 1, DIM_SEEN = 2, DIM_CROWD = 4, DIM_ACCOUNT = 8 };
/* So many further sums, at most 15: plain ones, of integers. */
#define DIM_PLUS(n) ((unsigned)(n) << 4)
#define DIM_N_PLUS(measures) ((measures) >> 4 & 15)
/* There are at most so many cells of it (habit.h); it is in no store. */
#define DIM_CAPPED (1U << 8)
#define TALLY_CAP 262144

struct dim {
	const char *name;
	enum dim_grain grain;
	enum dim_key k1, k2;
	unsigned measures;
	const char *help;
};
extern const struct dim dims[DIMS];

/* DIM_COUNTER */
enum counter {
	COUNTER_MAILS_WITH_RECIPIENTS, /* transactions that named one */
	COUNTER_RECIPIENTS,	       /* named in all */
	COUNTER_WITHOUT_RECIPIENT,     /* transactions that named none */
	COUNTER_OUTSIDE_RECIPIENTS,    /* named in those from External, Fetchmail */
	COUNTER_OUTSIDE_UNNAMED,       /* denials from there that named none */
	COUNTER_DMARC_PASS,
	COUNTER_REFUSED,	       /* hosts_allow refusals by its list */
	COUNTER_UNFINISHED,	       /* connections whose end is not in the log */
	COUNTER_UNKNOWN_TEXT,	       /* denial texts of no known shape (C.12) */
	COUNTER_RULED,		       /* messages with a list of rules */
	COUNTERS
};

/* DIM_QUEUE: what happened in a mail queue. */
enum queue_event {
	QUEUE_RECEIVED,	     /* a message came in; the sum is of bytes */
	QUEUE_BOUNCES,	     /* bounces that were sent, */
	QUEUE_DOUBLE,	     /* ... of bounces, */
	QUEUE_TRIPLE,	     /* ... and those given up because of that */
	QUEUE_EXPIRED,	     /* deliveries given up: too long in the queue */
	QUEUE_STARTED,	     /* starts and stops of the queue manager */
	QUEUE_STOPPED,
	QUEUE_REMAINING,     /* messages in the queue when the log ends */
	QUEUE_EVENTS
};
enum channel { CHANNEL_LOCAL, CHANNEL_REMOTE };

/* The further sums (DIM_PLUS) of the dimensions that have some. */
enum {
	REASON_EXPIRED, /* given up: too long in the queue */
	REASON_BYTES_ALL, /* of the messages, for each attempt */
	REASON_PLUS
};
enum { DELIVERY_BYTES, /* of what was delivered */ DELIVERY_PLUS };
enum {
	MESSAGE_BYTES,	    /* of each message once */
	MESSAGE_BYTES_SENT, /* for each recipient that got it */
	MESSAGE_SENT, MESSAGE_FAILED, MESSAGE_DEFERRED, /* attempts */
	MESSAGE_PLUS
};

enum rule_outcome { RULE_REJECTED, RULE_TAGGED, RULE_HAM };
/* What became of mail for a recipient; + RECIPIENT_INSIDE if it did not come
 * from outside (origin External or Fetchmail). */
enum recipient_outcome {
	RECIPIENT_QUEUED, RECIPIENT_REJECTED, RECIPIENT_TAGGED,
	RECIPIENT_INSIDE
};
/* C.3: accepted, denied, or accepted by the filters and refused by the queue. */
enum domain_outcome { DOMAIN_ACCEPT, DOMAIN_DENY, DOMAIN_TRANSFER_ERROR };

/* One number of a tally: what was counted under (bucket, k1, k2, verdict). */
struct cell {
	int32_t bucket; /* HOUR: tally_bucket_s; DAY: days from 1970-01-01; WHOLE: 0 */
	uint32_t k1;	/* an id of tally_text, or a number */
	uint32_t k2;
	uint32_t verdict; /* enum verdict; DIM_DOMAIN_ROW: enum domain_outcome */
	uint64_t count;
};
struct cell_sum {
	int64_t sum;
	uint64_t n; /* events that had a value */
	int64_t max;
};
struct cell_seen {
	int64_t first_ns, last_ns; /* WHEN_NONE if no event had a time */
	uint32_t example;
};

/* The country of a client, for those whose log names none (B.8); absent if unknown.
 * Called from the thread that counts; the text must outlive the tally. */
typedef struct str tally_country_fn(void *ctx, struct str client);

struct tally_options {
	dim_mask dims;
	const struct classes *classes; /* outlives the tally */
	const struct zone *zone;       /* outlives the tally; NULL: UTC */
	int32_t grain_s;	       /* 3600, or 900 where hours of the zone do
					* not begin on a UTC hour */
	tally_country_fn *country;     /* NULL: only what the log says */
	void *country_ctx;
	bool log_all;		       /* keep every line of DIM_QUEUE_LOG */
	bool transactions_kept;	       /* keep the first TALLY_KEPT transactions of tld_kept */
	struct str tld_kept;	       /* C.13: review of one TLD, ".faith" */
	size_t cap;		       /* of DIM_CAPPED; 0: TALLY_CAP */
};

struct tally *tally_new(const struct tally_options *o);
void tally_free(struct tally **t);

/*
 * Counts ev in every dimension that wants it.  ev is only read during the
 * call; keys are copied.  Cannot fail.
 */
void tally_add(struct tally *t, const struct event *ev);

/*
 * Some counts are put off, or are kept in another form while they grow
 * (later.h, crowd.h).  To be called when no more events come, before anything
 * of the tally is read.
 */
void tally_settle(struct tally *t);

/* Adds other, made with the same options, or with fewer dimensions, to t; other
 * is settled by it. */
void tally_merge(struct tally *t, struct tally *other);

/* The kinds of events that these dimensions count. */
event_mask tally_wants(dim_mask dims);
/* Do they need what other lines of the connection say? */
bool tally_needs_join(dim_mask dims);

/* The cells of a dimension, in no order. */
const struct cell *tally_cells(const struct tally *t, enum dim_id dim,
    size_t *n);
const struct cell_sum *tally_sum(const struct tally *t, enum dim_id dim,
    size_t cell);
/* DIM_N_PLUS of them. */
const int64_t *tally_plus(const struct tally *t, enum dim_id dim, size_t cell);
const struct cell_seen *tally_seen(const struct tally *t, enum dim_id dim,
    size_t cell);
/* The text of a key; valid as long as the tally.  Ids are below tally_texts(). */
struct str tally_text(const struct tally *t, uint32_t id);
size_t tally_texts(const struct tally *t);
/* When the bucket of an HOUR cell begins, Unix seconds. */
int64_t tally_bucket_s(const struct tally *t, int32_t bucket);
bool tally_has(const struct tally *t, enum dim_id dim);
/* The dimensions that a store keeps. */
dim_mask tally_stored(void);

/* What the cap on a dimension (DIM_CAPPED) left out. */
struct tally_cap {
	unsigned halvings; /* one name in 2^halvings was looked at; 0: all */
	uint64_t left_out; /* counted under the others */
};
struct tally_cap tally_cap(const struct tally *t, enum dim_id dim);

/* The twenty slowest connections: longest first, then by time, pid and the rest. */
#define TALLY_SLOWEST 20
struct slow_connection {
	int64_t duration_ns;
	int64_t time_ns;
	uint32_t pid, client, disposition; /* texts */
};
const struct slow_connection *tally_slowest(const struct tally *t, size_t *n);

/*
 * Denial texts of no known shape (C.12): the twenty that come first in byte
 * order, each with its exact count.  That order, unlike the order of
 * appearance, gives the same twenty and the same counts however the log is
 * split.
 */
#define TALLY_TEXTS 20
#define TALLY_TEXT_BYTES 200
struct odd_text {
	uint64_t count;
	uint16_t n;
	char text[TALLY_TEXT_BYTES]; /* longer ones are cut here */
};
const struct odd_text *tally_odd_texts(const struct tally *t, size_t *n);

/* Transactions kept whole (C.13 review): the first ones by time. */
#define TALLY_KEPT 1000
struct kept_transaction {
	int64_t time_ns;
	uint32_t client, disposition, sender, text; /* texts */
};
const struct kept_transaction *tally_kept(const struct tally *t, size_t *n);

/*
 * Results of deliveries, word by word (DIM_RESULT).  Those of remote servers
 * have queue ids in them and are nearly one a delivery: so of each verdict
 * TALLY_RESULTS are kept, those with the fewest digits, and of equally many
 * those whose hash is smallest.  That choice hangs on the texts alone, so that
 * it and the counts are the same however the log is split.
 */
#define TALLY_RESULTS 10000
struct result_text {
	struct str text; /* valid until the tally changes */
	uint64_t count;
	int64_t sum_ns;	 /* of the durations of the attempts */
};
/* In no order, to be freed.  The dimension's cell of that verdict holds the
 * sums of all. */
struct result_text *tally_results(struct tally *t, enum verdict verdict,
    size_t *n);

/* Messages in the queue when the log ends (DIM_QUEUE_OPEN), in no order. */
struct open_message {
	int64_t queued_ns;
	int64_t bytes, delivered, bounced, deferred;
	uint32_t queue_id, sender, pid, uid; /* texts */
	uint32_t waiting; /* the same: "remote.a@b,local.c@d" */
};
const struct open_message *tally_open(const struct tally *t, size_t *n);

/*
 * What happened to deliveries and messages, one by one (DIM_QUEUE_LOG): the
 * last TALLY_LOGGED by time, or all where tally_options.log_all is set.
 */
#define TALLY_LOGGED 1000
struct logged {
	int64_t time_ns, queued_ns, duration_ns;
	int64_t bytes, delivered, bounced, deferred; /* of EVENT_DONE */
	enum event_kind kind; /* DELIVERY or DONE */
	enum verdict verdict;
	enum channel channel;
	struct str sender, recipient, pid, uid, text;
};
/* Oldest first; valid until the tally changes.  The dimension's cell counts
 * all. */
const struct logged *tally_logged(struct tally *t, size_t *n);

/*
 * Durations fall into log-linear buckets (DIM_DURATION, k2): 512 for
 * each power of two, so that a value is off by at most 0.1 %.  The middle of
 * a bucket in ns.
 */
uint32_t histogram_bucket(int64_t value);
int64_t histogram_value(uint32_t bucket);

#endif
