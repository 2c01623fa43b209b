/*
 * resolve.h - many DNS queries at once, none of them waited for.
 *
 *	r = resolver_open(&options, &err);
 *	lane = resolver_add_lane(r);
 *	resolver_ask(r, lane, RESOLVE_A, "2.0.0.127.dnsbl.example", fn, ctx);
 *	...
 *	resolver_run(r);		calls fn(ctx, &answer) once a query
 *	resolver_close(&r);
 *
 * Queries wait in lanes, one for each that is to be asked kindly (a block
 * list): each lane sends at most rate queries a second, and all together have
 * at most concurrency under way.  A name is asked for as it is: no search
 * domains, no /etc/hosts, no aliases.  An answer that was cut is fetched again
 * over TCP.  Answers with a wrong id, from a wrong address, to another question,
 * and garbage are passed over as if they had not come.
 *
 * Who has very many questions asks some, calls resolver_step(), and asks more
 * while resolver_waiting() is small; so memory does not grow with them.
 *
 * Not for several threads.  The only file that knows c-ares is resolve.c.
 */
#ifndef DNS_RESOLVE_H
#define DNS_RESOLVE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct err;
struct resolver;

struct resolver_options {
	/*
	 * "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353";
	 * NULL: those of the system (resolv.conf; this machine if it names
	 * none), the first one first.
	 */
	const char *server;
	unsigned concurrency; /* queries under way at once, all lanes; not 0 */
	unsigned rate;	      /* queries a second and lane; 0: as many as go */
	unsigned timeout_ms;  /* of the first try; each further one has twice
			       * the time of the one before */
	unsigned tries;	      /* of a question in all; not 0.  SERVFAIL is asked
			       * again too, REFUSED is not */
};

/* RFC 1035, 3.2.2 */
enum resolve_type { RESOLVE_A = 1, RESOLVE_TXT = 16 };

enum resolve_status {
	RESOLVE_FOUND,	     /* there is a record of the type */
	RESOLVE_NO_NAME,     /* NXDOMAIN */
	RESOLVE_NO_DATA,     /* the name is there, no record of the type */
	RESOLVE_TIMEOUT,     /* no answer to any try */
	RESOLVE_SERVFAIL,
	RESOLVE_REFUSED,
	RESOLVE_UNREACHABLE, /* nobody listens there, or no way there */
	RESOLVE_BAD,	     /* FORMERR, NOTIMP, or not to be understood */
	RESOLVE_CANCELLED    /* one of the functions below came first */
};

/* More of one answer are passed over. */
#define RESOLVE_RECORDS 16

struct resolve_answer {
	enum resolve_status status;
	/* Seconds it may be kept: the smallest TTL; of "there is none" what the
	 * zone's SOA allows (RFC 2308); 0 where nobody said. */
	uint32_t ttl_s;
	size_t n; /* records; 0 unless RESOLVE_FOUND */
	uint8_t a[RESOLVE_RECORDS][4];	    /* RESOLVE_A: as in the packet */
	struct str txt[RESOLVE_RECORDS];    /* RESOLVE_TXT: the strings of each
					     * record as one; any bytes */
};

/*
 * The answer and its texts are valid until fn returns.  fn may ask again; it
 * may not close the resolver.  Called from resolver_step() and _run(), and
 * with RESOLVE_CANCELLED from _drop(), _cancel() and _close(); never from
 * _ask().
 */
typedef void resolve_fn(void *ctx, const struct resolve_answer *answer);

/* -1 (ERR_USAGE) when text is no server as resolver_options has it. */
int resolver_check_server(const char *text, struct err *err);

/*
 * NULL with *err: ERR_USAGE for options.server, ERR_AGAIN when the system
 * has no resources left.  Nothing is sent yet.  The options are copied.
 */
struct resolver *resolver_open(const struct resolver_options *o,
    struct err *err);
/* What is not answered is cancelled.  *r may be NULL and becomes it. */
void resolver_close(struct resolver **r);

/* A new lane; they are numbered from 0. */
unsigned resolver_add_lane(struct resolver *r);

/*
 * Queues a question behind those of its lane; name is copied.  A name that
 * cannot be one (a label over 63 bytes, over 255 in all) is RESOLVE_BAD.
 */
void resolver_ask(struct resolver *r, unsigned lane, enum resolve_type type,
    const char *name, resolve_fn *fn, void *ctx);

/* Asked but not sent: of all lanes. */
size_t resolver_waiting(const struct resolver *r);
/* Asked but not answered. */
size_t resolver_unanswered(const struct resolver *r);
/* Queries sent, those that c-ares repeats not counted. */
uint64_t resolver_sent(const struct resolver *r);

/*
 * Sends what may be sent, waits at most max_wait_ms for something to happen,
 * takes what came.  Returns at once when nothing is unanswered, and early when a
 * signal was caught.
 */
void resolver_step(struct resolver *r, int max_wait_ms);
/*
 * Steps until nothing is unanswered.  stop may be NULL; else a signal handler
 * may set it (volatile sig_atomic_t), and the run ends within a quarter of a second;
 * what is unanswered then stays so.
 */
void resolver_run(struct resolver *r, const volatile sig_atomic_t *stop);
/*
 * Cancels what waits in a lane and is not sent: who answers no more is left
 * alone.
 */
void resolver_drop(struct resolver *r, unsigned lane);
/* Cancels all that is unanswered. */
void resolver_cancel(struct resolver *r);

/* For messages: "timeout", "NXDOMAIN", "SERVFAIL". */
const char *resolve_status_name(enum resolve_status status);

#endif
