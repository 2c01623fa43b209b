/*
 * asking.h - fills a table of answers from the network.
 *
 * Each list is probed first; one that does not work is not asked.  Then each
 * client is asked for once a list, the lists side by side, each at the pace
 * of its lane.
 */
#ifndef DNS_ASKING_H
#define DNS_ASKING_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct answers;
struct dnsbl;
struct err;
struct resolver;

/* So many of total are answered; called a few times a second at most. */
typedef void asking_progress_fn(void *ctx, uint64_t done, uint64_t total);

struct asking {
	struct answers *answers;
	struct resolver *resolver;
	struct dnsbl *dnsbl;		   /* asking_open() */
	const volatile sig_atomic_t *stop; /* set by a signal handler, or NULL */
	asking_progress_fn *progress;	   /* NULL: none */
	void *progress_ctx;
};

/* Gives the dnsbl the lists of the table, under the same numbers. */
int asking_open(struct asking *k, struct err *err);
void asking_close(struct asking *k);

/* Probes the lists of a set; the table says afterwards which work. */
void asking_probe(struct asking *k, uint64_t lists);

/*
 * Asks the working ones of a set for each client, but not for one that a list
 * of the set unless lists already.  Returns when all is answered or *stop is set;
 * what was not answered is then DNSBL_NOT_ASKED.
 */
void asking_run(struct asking *k, uint64_t lists, uint64_t unless);

#endif
