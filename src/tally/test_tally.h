/*
 * test_tally.h - what the tests of tallies share: a tally of given
 * dimensions, events to count, and the cells as text.
 */
#ifndef TALLY_TEST_TALLY_H
#define TALLY_TEST_TALLY_H

#include "base/buf.h"
#include "event/event.h"
#include "tally/classes.h"
#include "tally/tally.h"

#define DIM_ALL ((DIM_BIT(DIMS - 1) << 1) - 1)

/* Midnight of 2026-03-10, UTC. */
#define TEST_DAY_S INT64_C(1773100800)

struct test_tally {
	struct classes classes; /* with the local domain example.org */
	struct tally_options options;
	struct tally *tally;
	struct buf text;
};

void test_tally_open(struct test_tally *x, dim_mask dims);
void test_tally_close(struct test_tally *x);
/* For options that are not the usual ones. */
void test_tally_again(struct test_tally *x);

/* A message from outside for bob@example.org, at second s of the day. */
struct event test_queued(int64_t s);
/* Its denial by a plugin. */
struct event test_denied(int64_t s, const char *plugin, const char *code,
    const char *text);
struct event test_event(enum event_kind kind, int64_t s);

/*
 * The cells of a dimension, settled, a line each in order of text:
 *	[bucket ]k1|k2|verdict: count[ sum n max][ first-last example]
 * Hours count from the test day, days too; times are seconds of it; a time
 * that is none is "-".
 */
void test_cells_add(struct buf *b, struct tally *t, enum dim_id dim);
/*
 * The accounts of names (accounts.h), settled, a line each in order of text:
 *	to NAME CHANNEL: sent failed deferred, bytes ns last
 *	from NAME UID: messages bytes bytes_sent bytes_done done tries,
 *	    ns sent sent_bytes last
 *	at DOMAIN: deliveries, sum and maximum of delays
 *	by PROVIDER: attempts first sent deferred bounced slow, the same
 */
void test_accounts_add(struct buf *b, struct tally *t);
void test_assert_accounts(struct test_tally *x, const char *expected);
/* All dimensions and lists, for comparing tallies. */
void test_tally_add(struct buf *b, struct tally *t);

/* Compares the cells of dim. */
void test_assert_cells(struct test_tally *x, enum dim_id dim,
    const char *expected);

#endif
