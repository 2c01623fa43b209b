/*
 * sec_time.h - how long things took: count, sum and quantiles of a histogram.
 *
 * Count, sum and maximum are exact.  A quantile is the middle of the bucket
 * that it falls in, so it is off by at most 0.1 % (tally.h).
 */
#ifndef REPORT_SEC_TIME_H
#define REPORT_SEC_TIME_H

#include <stddef.h>
#include <stdint.h>

struct report;
struct table;
struct value;

struct times_bucket {
	uint32_t bucket; /* histogram_bucket */
	uint64_t count;
};

/* All zero is an empty one. */
struct times {
	struct times_bucket *buckets;
	size_t n, cap;
	uint64_t count;
	int64_t sum_ns;
	int64_t max_ns;
};

void times_clear(struct times *t);
/* count values of one bucket, which may have been added to before. */
void times_add(struct times *t, uint32_t bucket, uint64_t count);
/* What values that are added, or will be, sum up to, and their largest. */
void times_add_sum(struct times *t, int64_t sum_ns, int64_t max_ns);
struct delays;
/* All of a name's delays. */
void times_add_delays(struct times *t, const struct delays *d);
/* When all are added; quantiles need it. */
void times_sort(struct times *t);

/*
 * The smallest bucket in which at least percent of all values lie or lie
 * below: whose cumulative count reaches ceil(percent / 100 * count).  percent
 * is 1 to 100; t is not empty.
 */
int64_t times_quantile(const struct times *t, unsigned percent);

/* Columns Count, Total, Mean, Median, 90 %, 99 %, Max; and what stands there. */
void times_columns(struct report *r, struct table *table);
void times_values(const struct times *t, struct value *v);

#endif
