/*
 * queue.h - what a tally keeps of a mail queue, beside its cells: accounts of
 * names, exact texts of results, messages still there, lines of a log.
 */
#ifndef TALLY_QUEUE_H
#define TALLY_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tally/accounts.h"
#include "tally/pending.h"
#include "tally/results.h"
#include "tally/tally.h"

/*
 * Cells that nearly every event adds to: plus one; 0: not looked up.  Those of
 * an hour are of the bucket.
 */
struct queue_cells {
	int32_t bucket;
	size_t queue[QUEUE_EVENTS];
	size_t delivery[2][VERDICT_DEFERRED + 1]; /* by channel */
	size_t message[2];
	size_t result[VERDICT_DEFERRED + 1];
	size_t span;
};

/*
 * Half of what goes wrong is told in words that were read a moment ago: those
 * need not be normalised anew.
 */
#define REASONS_KNOWN 64
#define REASON_KNOWN_BYTES 152
struct reason_known {
	uint32_t reason; /* text id */
	uint32_t n;	 /* 0: none */
	char text[REASON_KNOWN_BYTES];
};

struct queue_lists {
	struct queue_cells known;
	struct results results[3]; /* by verdict, accepted first */
	struct open_message *open;
	size_t n_open, cap_open;
	struct logged *log;
	size_t n_log, cap_log;
	struct accounts accounts;
	struct pending pending; /* for the accounts */
	struct reason_known reasons[REASONS_KNOWN];
	uint8_t *classes; /* of reasons, by text id; 0xff: not looked up */
	size_t n_classes;
};

void queue_init(struct queue_lists *q);
void queue_clear(struct queue_lists *q);
/* Before anything is read: all is counted. */
void queue_settle(struct tally *t);
/* Those of other, settled, become t's; map as for tally_translate. */
void queue_merge(struct tally *t, struct tally *other, uint32_t *map);

void queue_add_open(struct tally *t, const struct event *ev);
void queue_add_logged(struct tally *t, const struct event *ev);

#endif
