/*
 * policy.h - "zen=3,barracuda=2,spamcop=1 >= 3": lists with weights, and how much
 * it takes to refuse a client.
 */
#ifndef WHATIF_POLICY_H
#define WHATIF_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct answers;
struct err;

struct policy {
	const char *text;	/* as it was given */
	uint64_t lists;		/* that have a weight */
	int64_t weights[64];	/* thousandths, by number of the list */
	int64_t threshold;	/* thousandths */
	bool above;		/* > instead of >= */
};

/*
 * A list is its name, or whatever begins a label of the name of one list only:
 * zen for zen.spamhaus.org, barracuda for b.barracudacentral.org.  Only those
 * of the set may be named.  A weight is a decimal, 1 if it is not given, and may be
 * negative (a list of good ones).  text must outlive the policy.
 */
int policy_parse(struct policy *p, const char *text, const struct answers *a,
    uint64_t lists, struct err *err);

/* A stops_fn (effect.h); ctx is a const struct policy *. */
bool policy_stops(const void *ctx, uint64_t listed);

#endif
