/*
 * domains.h - sums by the domain of an address, of accounts (tally/accounts.h)
 * that know theirs: nothing is looked up.
 *
 * A section may call some addresses otherwise than by their domain ("(none)");
 * such a label is looked up, and if it is a domain's too, it is the same row.
 */
#ifndef REPORT_DOMAINS_H
#define REPORT_DOMAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/intern.h"
#include "report/best.h"
#include "tally/accounts.h"

#define DOMAIN_COUNTS 4

struct domain_sums {
	uint64_t count[DOMAIN_COUNTS]; /* as of a league_row */
	int64_t sum;
	int64_t last_ns; /* WHEN_NONE if not known */
};

struct domains {
	const struct ledger *known; /* of the tally */
	struct intern others;	    /* labels that are no domain */
	struct domain_sums *sums;   /* by number, then those of others */
	bool *used;
	size_t n, cap;
};

void domains_init(struct domains *d, const struct accounts *a);
void domains_clear(struct domains *d);
/* To add to; valid until the next call. */
struct domain_sums *domains_at(struct domains *d, uint32_t number);
struct domain_sums *domains_named(struct domains *d, struct str label);
/* Offers a row each of those that were asked for; its index is the domain's
 * number. */
void domains_offer(const struct domains *d, struct best *x);

#endif
