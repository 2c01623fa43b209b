/*
 * dnsbl.h - is this client on this block list?
 *
 * A list is a zone in the DNS (RFC 5782).  192.0.2.9 is asked for as
 * 9.2.0.192.ZONE, an IPv6 address as its 32 nibbles backwards.  What comes back
 * is one of three things, and the third is never taken for one of the others:
 *
 *	listed		an A record in 127.0.0.0/8, but for the two below
 *	not listed	NXDOMAIN, or no A record
 *	unknown		whatever else: a timeout, SERVFAIL, REFUSED, an error
 *			code of the list (127.255.255.0/24), 127.0.0.1, an answer
 *			outside 127.0.0.0/8 (somebody rewrites NXDOMAIN)
 *
 * (spec/reports.md C.20.)  A mix of listings and anything else is unknown.
 * A is asked first, TXT only of what is listed; a TXT that does not come
 * changes nothing.  An answer is used again as long as its TTL lasts, and who
 * asks what is being asked waits for the same answer.
 *
 *	d = dnsbl_new(resolver);
 *	dnsbl_add_zone(d, STR("zen.example.org"), &zone, &err);
 *	dnsbl_ask(d, zone, &ip, fn, ctx);
 *	resolver_run(resolver, NULL);
 *	dnsbl_free(&d);			before resolver_close()
 */
#ifndef DNS_DNSBL_H
#define DNS_DNSBL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/str.h"

struct buf;
struct dnsbl;
struct err;
struct resolver;

enum dnsbl_result {
	DNSBL_NOT_ASKED = 0,
	DNSBL_NOT_LISTED,
	DNSBL_LISTED,
	DNSBL_UNKNOWN
};

/* Why unknown. */
enum dnsbl_reason {
	DNSBL_NO_REASON = 0,
	DNSBL_TIMEOUT,
	DNSBL_SERVFAIL,
	DNSBL_REFUSED,
	DNSBL_UNREACHABLE,
	DNSBL_BAD_ANSWER,
	DNSBL_ERROR_CODE, /* 127.255.255.0/24: the list refuses to tell */
	DNSBL_LOOPBACK,	  /* 127.0.0.1 */
	DNSBL_OUTSIDE,	  /* not in 127.0.0.0/8: NXDOMAIN is rewritten */
	DNSBL_MIXED,	  /* listings and something else in one answer */
	DNSBL_GIVEN_UP,	  /* not asked: there were too many unknowns in a row */
	DNSBL_CANCELLED,  /* the run was ended */
	DNSBL_NOT_RECORDED, /* a snapshot has no answer for it (snapshot.h) */
	DNSBL_REASONS
};

struct dnsbl_answer {
	enum dnsbl_result result;
	enum dnsbl_reason reason;
	struct str a;	/* "127.0.0.2", several with a blank between, sorted; what
			 * made it unknown too; empty if there was none */
	struct str txt;	/* of a listing: raw, several records with " / " */
};

/*
 * A list that gives so many unknown answers one after the other is not asked
 * any more: it is dead, or does not want to be asked by us.
 */
#define DNSBL_PATIENCE 100

/* Valid until fn returns. */
typedef void dnsbl_fn(void *ctx, unsigned zone, const struct ip *ip,
    const struct dnsbl_answer *answer);

/* The resolver stays the caller's, and must live longer. */
struct dnsbl *dnsbl_new(struct resolver *r);
/*
 * Cancels all questions to the resolver: whoever still waits is told
 * DNSBL_UNKNOWN, DNSBL_CANCELLED.  *d may be NULL and becomes it.
 */
void dnsbl_free(struct dnsbl **d);

/*
 * A zone by its name (any case, with or without a dot at the end), and a lane
 * of the resolver for it.  *zone counts from 0; a name that is there already
 * gives the same number.  -1 (ERR_USAGE) for what is no domain name.
 */
int dnsbl_add_zone(struct dnsbl *d, struct str name, unsigned *zone,
    struct err *err);
size_t dnsbl_zones(const struct dnsbl *d);
/* Lower case, without a dot at the end; NUL behind it.  Lives as long as d. */
struct str dnsbl_zone_name(const struct dnsbl *d, unsigned zone);
/* What dnsbl_add_zone() would call it, appended to b; -1 (ERR_USAGE). */
int dnsbl_check_zone(struct buf *b, struct str name, struct err *err);
/* Asked no more (DNSBL_PATIENCE)? */
bool dnsbl_given_up(const struct dnsbl *d, unsigned zone);

/*
 * Asks; fn is called exactly once, from resolver_step() or _run(), or before
 * dnsbl_ask() returns when the answer is known and fresh.
 */
void dnsbl_ask(struct dnsbl *d, unsigned zone, const struct ip *ip,
    dnsbl_fn *fn, void *ctx);

/*
 * Does the zone work?  A list has 127.0.0.2 in it and 127.0.0.1 not (RFC 5782,
 * 5): so one that is dead, that lists the world (as dead ones do), or whose
 * answers somebody forges, is found out before it is believed.
 */
enum dnsbl_health {
	DNSBL_WORKS,
	DNSBL_EMPTY,	/* 127.0.0.2 is not listed: no list, or a dead one */
	DNSBL_WILDCARD,	/* 127.0.0.1 is listed: everything is */
	DNSBL_NO_ANSWER	/* one of the two is unknown; why: the reason */
};

struct dnsbl_probe {
	enum dnsbl_health health;
	enum dnsbl_reason reason; /* DNSBL_NO_ANSWER */
	struct str a;		  /* the answer that decided; may be empty */
};

/* Valid until fn returns. */
typedef void dnsbl_probe_fn(void *ctx, unsigned zone,
    const struct dnsbl_probe *probe);

/* As dnsbl_ask(): fn is called exactly once, perhaps before it returns. */
void dnsbl_probe(struct dnsbl *d, unsigned zone, dnsbl_probe_fn *fn,
    void *ctx);

/* "does not list 127.0.0.2, as every list does: dead or no list": what is wrong
 * with a zone, without its name and a full stop; appended to b. */
void dnsbl_health_text(struct buf *b, const struct dnsbl_probe *probe);

/* The name to ask for, appended: "9.2.0.192.zen.example.org". */
void dnsbl_query_name(struct buf *b, const struct ip *ip, struct str zone);

const char *dnsbl_result_name(enum dnsbl_result result); /* "not listed" */
const char *dnsbl_health_name(enum dnsbl_health health); /* "works" */
/* "timeout", "error code of the list"; "" for none. */
const char *dnsbl_reason_name(enum dnsbl_reason reason);

#endif
