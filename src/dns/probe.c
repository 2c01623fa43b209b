/*
 * probe.c - does a block list work?
 *
 * 127.0.0.2 is on every list, 127.0.0.1 on none (RFC 5782, 5).
 */
#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "dns/dnsbl.h"

struct probing {
	dnsbl_probe_fn *fn;
	void *ctx;
	struct dnsbl_probe probe; /* its text is in a */
	struct buf a;
	unsigned answers;
};

static const struct ip listed_ip = {
	{ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 2 }
};
static const struct ip clean_ip = {
	{ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1 }
};

/* The worst that is found decides; of equals 127.0.0.2, which is asked first. */
static void
find(struct probing *p, enum dnsbl_health health,
    const struct dnsbl_answer *answer)
{
	static const int rank[] = {
		[DNSBL_WORKS] = 0, [DNSBL_EMPTY] = 1, [DNSBL_NO_ANSWER] = 2,
		[DNSBL_WILDCARD] = 3,
	};

	if (rank[health] <= rank[p->probe.health])
		return;
	p->probe.health = health;
	p->probe.reason = answer->reason;
	buf_reset(&p->a);
	buf_add_str(&p->a, answer->a);
}

static void
got_answer(struct probing *p, unsigned zone, enum dnsbl_health health,
    const struct dnsbl_answer *answer)
{
	find(p, answer->result == DNSBL_UNKNOWN ? DNSBL_NO_ANSWER : health,
	    answer);
	if (++p->answers < 2)
		return;
	p->probe.a = buf_str(&p->a);
	p->fn(p->ctx, zone, &p->probe);
	buf_clear(&p->a);
	free(p);
}

static void
got_listed(void *ctx, unsigned zone, const struct ip *ip,
    const struct dnsbl_answer *answer)
{
	(void)ip;
	got_answer(ctx, zone, answer->result == DNSBL_LISTED ? DNSBL_WORKS
	    : DNSBL_EMPTY, answer);
}

static void
got_clean(void *ctx, unsigned zone, const struct ip *ip,
    const struct dnsbl_answer *answer)
{
	(void)ip;
	got_answer(ctx, zone, answer->result == DNSBL_LISTED ? DNSBL_WILDCARD
	    : DNSBL_WORKS, answer);
}

void
dnsbl_probe(struct dnsbl *d, unsigned zone, dnsbl_probe_fn *fn, void *ctx)
{
	struct probing *p = mem_zalloc(sizeof(*p));

	p->fn = fn;
	p->ctx = ctx;
	dnsbl_ask(d, zone, &listed_ip, got_listed, p);
	dnsbl_ask(d, zone, &clean_ip, got_clean, p);
}

/* In words what a reason means to who set up the list. */
static const char *
advice(enum dnsbl_reason reason)
{
	switch (reason) {
	case DNSBL_ERROR_CODE:
	case DNSBL_REFUSED:
		return "; the list does not answer this name server, which many "
		    "share or which asks too much";
	case DNSBL_OUTSIDE:
		return "; the name server invents answers, or the zone is for "
		    "sale";
	case DNSBL_UNREACHABLE:
		return "; perhaps it is not the right one";
	case DNSBL_NO_REASON:
	case DNSBL_TIMEOUT:
	case DNSBL_SERVFAIL:
	case DNSBL_BAD_ANSWER:
	case DNSBL_LOOPBACK:
	case DNSBL_MIXED:
	case DNSBL_GIVEN_UP:
	case DNSBL_CANCELLED:
	case DNSBL_NOT_RECORDED:
	case DNSBL_REASONS:
		return "";
	}
	assert(false && "a reason without a case");
	return "";
}

void
dnsbl_health_text(struct buf *b, const struct dnsbl_probe *probe)
{
	switch (probe->health) {
	case DNSBL_WORKS:
		buf_printf(b, "works");
		return;
	case DNSBL_EMPTY:
		buf_printf(b, "does not list 127.0.0.2, as every list does: it "
		    "is dead, or no list");
		return;
	case DNSBL_WILDCARD:
		buf_printf(b, "lists 127.0.0.1 (%.*s), which no list does: it "
		    "lists the whole world", STR_ARG(probe->a));
		return;
	case DNSBL_NO_ANSWER:
		buf_printf(b, "gives no valid answer (%s%s%.*s)%s",
		    dnsbl_reason_name(probe->reason), probe->a.n > 0 ? ": " : "",
		    STR_ARG(probe->a), advice(probe->reason));
		return;
	}
	assert(false && "a health without a text");
}

const char *
dnsbl_health_name(enum dnsbl_health health)
{
	static const char *const names[] = {
		[DNSBL_WORKS] = "works",
		[DNSBL_EMPTY] = "empty",
		[DNSBL_WILDCARD] = "wildcard",
		[DNSBL_NO_ANSWER] = "no answer",
	};

	return names[health];
}
