/*
 * attention.h - what of a report a postmaster should look at, in at most
 * three sentences: the head of the daily mail.
 *
 * They are taken from the finished report, so they can claim nothing that its
 * tables do not show.  In this order (spec/reports.md D.19, C.17): connections
 * refused for want of slots, numbers beyond what the weekday is used to, the
 * alerts of the report (lists that answer errors, logs that do not cover the
 * period), what stands out (insights), deliveries that are put off more often than
 * made.
 */
#ifndef REPORT_ATTENTION_H
#define REPORT_ATTENTION_H

#include <stddef.h>

#include "base/mem.h"
#include "base/str.h"

struct report;

#define ATTENTION_MOST 3

struct attention {
	struct str sentences[ATTENTION_MOST]; /* raw: may hold log text */
	size_t n; /* 0: nothing needs attention */
	struct arena arena;
};

void attention_init(struct attention *a, const struct report *r);
void attention_clear(struct attention *a);

#endif
