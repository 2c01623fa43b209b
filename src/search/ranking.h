/*
 * ranking.h - texts kept to be put out in another order than they came.
 *
 * Memory: all that is kept.  With a limit that is at most twice as many texts
 * as are wanted; without one it is what was found, however much (a search that
 * is sorted cannot print its first line before it has seen the last).
 */
#ifndef SEARCH_RANKING_H
#define SEARCH_RANKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct ranked;

struct ranking {
	struct ranked *all;
	size_t n, cap;
	uint64_t limit;	 /* 0: none */
	bool reverse;	 /* largest key first, of equal ones the last */
	uint64_t next;	 /* number of the text to come */
};

/* A text without a key stands last, whatever the order. */
#define RANKING_NO_KEY INT64_MIN

void ranking_init(struct ranking *r, uint64_t limit, bool reverse);
void ranking_clear(struct ranking *r);
/* text is copied.  Of equal keys the one added first is first. */
void ranking_add(struct ranking *r, int64_t key, struct str text);
/* Puts them in order; returns how many there are.  Nothing is added after it. */
size_t ranking_sort(struct ranking *r);
/* The i-th of them; valid until ranking_clear. */
struct str ranking_get(const struct ranking *r, size_t i);

#endif
