/*
 * event.h - one thing that happened, in words of the trade, the same for
 * every kind of mail server.
 *
 * A format makes events out of lines; sinks count, print or store them.  The
 * slices point into the log (or into the tracker's memory) and are valid
 * until the sink returns; whoever keeps one copies it.  They are raw: as the
 * log has them, not lower-cased, not escaped, addresses with their <>.
 * Absent is p == NULL.
 */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/when.h"

struct arena;

enum event_kind {
#define EVENT_KIND(id, name, meaning) EVENT_##id,
#include "event/kinds.def"
#undef EVENT_KIND
	EVENT_KINDS
};

/* A set of kinds. */
typedef uint32_t event_mask;
#define EVENT_BIT(kind) ((event_mask)1 << (kind))
#define EVENT_ALL ((EVENT_BIT(EVENT_KINDS)) - 1)

enum verdict {
	VERDICT_NONE = 0,
	VERDICT_ACCEPTED,
	VERDICT_REJECTED, /* for good: 901, 903, 5xx */
	VERDICT_DEFERRED  /* for now: 902, 904, 4xx */
};

/* Whose limit a too-many event tells of. */
enum limit_scope { LIMIT_TOTAL, LIMIT_CLIENT };

/* No number known. */
#define EVENT_NO_NUMBER INT64_MIN

struct event {
	enum event_kind kind;
	enum verdict verdict;
	int64_t time_ns;     /* UTC; WHEN_NONE if the line has no stamp */
	struct str stream;   /* directory, or syslog host (DESIGN 2, tracker) */

	/* Who: known for as much of the connection as was seen. */
	struct str pid;
	struct str client;   /* ip text */
	struct str host;     /* PTR name, "Unknown" */
	struct str helo;
	struct str country;  /* of a geoip line of the same connection */
	bool authenticated;  /* a login succeeded earlier in the connection */

	/* What: a transaction, a check, a delivery. */
	struct str sender;
	struct str recipients; /* "<a@b>,<c@d>" */
	struct str disposition; /* the plugin that decided, or "queued" */
	struct str code;     /* "901" */
	struct str text;     /* why; of an accepted message its message-id */
	struct str trailer;  /* qpsmtpd's ninth field */
	struct str check;    /* EVENT_CHECK: the plugin's name */
	struct str result;   /* EVENT_CHECK: pass fail skip error */
	bool repeated;	     /* EVENT_CHECK: the connection had a country before;
			      * EVENT_DELIVERY: the recipient was put off before */
	struct str queue_id;
	struct str relay;    /* who answered: the host of a remote result */
	struct str delivery; /* number of the attempt */
	struct str forwarded; /* of a delivery that forwarded: what the queue
			       * calls the copy (of qmail its qp) */
	struct str channel;  /* of a delivery: "local" or "remote" */
	struct str uid;	     /* who put the message into the queue, as a number */
	int64_t score_milli;    /* thousandths; EVENT_NO_NUMBER if none */
	int64_t required_milli;
	int64_t duration_ns;    /* EVENT_CLOSED: how long the connection took;
				 * EVENT_DELIVERY: the attempt; EVENT_DONE: the
				 * message's time in the queue */
	int64_t queued_ns;      /* EVENT_DELIVERY, EVENT_DONE: when the message
				 * entered the queue; WHEN_NONE if unknown */
	int64_t delivered;      /* EVENT_DONE: attempts that succeeded, */
	int64_t bounced;        /* ... failed, */
	int64_t deferred;       /* ... were put off */
	int64_t bytes;
	int64_t running;        /* n of accepted n/m and of too many n >= m */
	int64_t limit;          /* m */
	enum limit_scope scope; /* EVENT_TOO_MANY */
	struct str last_disposition; /* EVENT_CLOSED: of its last transaction */
	bool unfinished;        /* EVENT_CLOSED: its end was not seen;
				 * EVENT_DONE: still in the queue when the log ends */

	/* Where it stood. */
	struct str line;        /* the raw line(s), credentials masked */
	uint64_t offset;        /* of the line in its source, unpacked */
};

/* What a sink does with an event. */
typedef void event_fn(void *ctx, const struct event *ev);

/* An event of kind at time_ns with every number unknown and nothing else set. */
void event_init(struct event *ev, enum event_kind kind, int64_t time_ns);

/*
 * Is there a line in the log that tells of it?  Of all events but the end of a
 * connection that was given up as unfinished.
 */
bool event_has_line(const struct event *ev);

/* A copy whose texts stand in the arena. */
struct event event_copy(struct arena *a, const struct event *ev);

const char *event_kind_name(enum event_kind kind);
const char *event_kind_meaning(enum event_kind kind);
const char *verdict_name(enum verdict v); /* "accepted"; "" for none */

#endif
