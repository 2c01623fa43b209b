#include "report/sec_time.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "report/report.h"
#include "tally/delays.h"
#include "tally/tally.h"

void
times_clear(struct times *t)
{
	free(t->buckets);
	*t = (struct times){ 0 };
}

void
times_add(struct times *t, uint32_t bucket, uint64_t count)
{
	ARRAY_PUSH(t->buckets, t->n, t->cap) =
	    (struct times_bucket){ .bucket = bucket, .count = count };
	t->count = num_add(t->count, count);
}

void
times_add_sum(struct times *t, int64_t sum_ns, int64_t max_ns)
{
	t->sum_ns = num_add_signed(t->sum_ns, sum_ns);
	if (max_ns > t->max_ns)
		t->max_ns = max_ns;
}

static void
add_bucket(void *ctx, uint32_t bucket, uint64_t count)
{
	times_add(ctx, bucket, count);
}

void
times_add_delays(struct times *t, const struct delays *d)
{
	delays_each(d, add_bucket, t);
	times_add_sum(t, d->sum_ns, d->max_ns);
}

static int
bucket_order(const void *a, const void *b)
{
	const struct times_bucket *x = a, *y = b;

	return (x->bucket > y->bucket) - (x->bucket < y->bucket);
}

void
times_sort(struct times *t)
{
	if (t->n > 1)
		qsort(t->buckets, t->n, sizeof(*t->buckets), bucket_order);
}

/* ceil(percent * n / 100), which fits although the product may not. */
static uint64_t
rank_of(uint64_t n, unsigned percent)
{
	return n / 100 * percent + (n % 100 * percent + 99) / 100;
}

int64_t
times_quantile(const struct times *t, unsigned percent)
{
	uint64_t rank = rank_of(t->count, percent), below = 0;
	int64_t value_ns;
	size_t i;

	assert(t->count > 0 && percent >= 1 && percent <= 100);
	for (i = 0; i + 1 < t->n; i++) {
		below += t->buckets[i].count;
		if (below >= rank)
			break;
	}
	value_ns = histogram_value(t->buckets[i].bucket);
	/* The middle of the last bucket may lie above all that is in it. */
	return value_ns < t->max_ns ? value_ns : t->max_ns;
}

void
times_columns(struct report *r, struct table *table)
{
	static const char *const titles[] = { "Total", "Mean", "Median", "90 %",
		"99 %", "Max" };

	table_column(r, table, "Count", VALUE_COUNT);
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		table_column(r, table, titles[i], VALUE_DURATION);
}

void
times_values(const struct times *t, struct value *v)
{
	v[0] = value_count(t->count);
	v[1] = value_int(t->sum_ns);
	if (t->count == 0)
		return;
	v[2] = value_int((int64_t)((uint64_t)t->sum_ns / t->count));
	v[3] = value_int(times_quantile(t, 50));
	v[4] = value_int(times_quantile(t, 90));
	v[5] = value_int(times_quantile(t, 99));
	v[6] = value_int(t->max_ns);
}
