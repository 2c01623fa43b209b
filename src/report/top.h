/*
 * top.h - the first few of many, in order, without sorting the many.
 */
#ifndef REPORT_TOP_H
#define REPORT_TOP_H

#include <stddef.h>
#include <stdint.h>

/* Below 0 if item a stands before item b; never 0 for two different items. */
typedef int top_order_fn(const void *ctx, uint32_t a, uint32_t b);

struct top {
	top_order_fn *order;
	const void *ctx;
	uint32_t *items; /* a heap, the last in order on top, until top_finish() */
	size_t n;
	size_t most;
};

/* most: how many are wanted. */
void top_init(struct top *t, size_t most, top_order_fn *order,
    const void *ctx);
void top_clear(struct top *t);
void top_offer(struct top *t, uint32_t item);
/* items[0..n-1] are the first ones, in order. */
void top_finish(struct top *t);

#endif
