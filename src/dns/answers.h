/*
 * answers.h - what block lists say about many clients: a table, a row a client,
 * a column a list.
 *
 * Asked once and looked at often: filled from the network (asking.h) or from a
 * file (snapshot.h).  Twelve bytes an answer; its texts are kept once each.
 * All zero is no table: answers_init() first.
 */
#ifndef DNS_ANSWERS_H
#define DNS_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/intern.h"
#include "base/ip.h"
#include "base/str.h"
#include "dns/dnsbl.h"

/* As many lists as a set of them has bits. */
#define ANSWERS_LISTS_MAX 64

struct answers_list {
	struct str name;	  /* lower case; the table's */
	struct dnsbl_probe probe; /* its text is the table's */
};

struct answer {
	uint8_t result; /* enum dnsbl_result */
	uint8_t reason; /* enum dnsbl_reason */
	uint32_t a;	/* texts of the table */
	uint32_t txt;
};

struct answers {
	struct answers_list lists[ANSWERS_LISTS_MAX];
	size_t n_lists;
	struct intern clients; /* by their 16 bytes; number is id - 1 */
	size_t n_clients;
	struct intern texts;
	struct answer *cells;  /* n_lists for each client */
	size_t cap_clients;
};

void answers_init(struct answers *a);
void answers_clear(struct answers *a);

/*
 * The number of a list by its name (as dnsbl_check_zone() makes it), added if
 * it is new, which it may be only while there is no client.
 * -1 (ERR_USAGE): too many.
 */
int answers_add_list(struct answers *a, struct str name, struct err *err);
/* -1: there is none of that name. */
int answers_find_list(const struct answers *a, struct str name);
void answers_set_probe(struct answers *a, unsigned list,
    const struct dnsbl_probe *probe);

/* The number of a client, from 0 in the order of first sight; added if new, with
 * nothing asked. */
uint32_t answers_client(struct answers *a, const struct ip *ip);
struct ip answers_ip(const struct answers *a, uint32_t client);

struct answer *answers_get(const struct answers *a, uint32_t client,
    unsigned list);
void answers_set(struct answers *a, uint32_t client, unsigned list,
    const struct dnsbl_answer *answer);
struct str answers_text(const struct answers *a, uint32_t text);

/* Those of client's lists, of the set, that list it. */
uint64_t answers_listed(const struct answers *a, uint32_t client, uint64_t set);

#endif
