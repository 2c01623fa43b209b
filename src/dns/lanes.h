/*
 * lanes.h - what waits, in lanes that each keep to a rate.
 *
 * Lanes take turns, so that one with much to do does not hold up another.  A
 * lane that was held up may make up for a tenth of a second, no more: in any
 * second it sends at most rate and a tenth.  Knows neither clock nor network.
 */
#ifndef DNS_LANES_H
#define DNS_LANES_H

#include <stddef.h>
#include <stdint.h>

/* Stands in whatever waits, which is its owner's. */
struct waiting {
	struct waiting *next;
};

struct lane {
	struct waiting *first, *last; /* first NULL: empty */
	int64_t next_ns; /* when the next one may go */
};

struct lanes {
	struct lane *lanes;
	size_t n, cap;
	unsigned rate;	  /* a second and lane; 0: no limit */
	size_t turn;	  /* the lane that is looked at first, modulo n */
	size_t n_waiting; /* in all lanes */
};

void lanes_init(struct lanes *l, unsigned rate);
/* Nothing may wait any more. */
void lanes_clear(struct lanes *l);
/* A new lane; they are numbered from 0. */
unsigned lanes_add(struct lanes *l, int64_t now_ns);

void lanes_push(struct lanes *l, unsigned lane, struct waiting *w);
/* Takes the next one that may go now, or NULL. */
struct waiting *lanes_next(struct lanes *l, int64_t now_ns);
/* How many ns after now_ns lanes_next() will have one: 0 or more, INT64_MAX if
 * nothing waits. */
int64_t lanes_when(const struct lanes *l, int64_t now_ns);

/* Takes the first of a lane whether it may go or not; NULL: it is empty. */
struct waiting *lanes_pop(struct lanes *l, unsigned lane);
size_t lanes_length(const struct lanes *l, unsigned lane);

#endif
