/*
 * sec_qmail_delays.c - how soon mail was delivered (qmail-log.md 4.9).
 *
 * The original's mean is one of distinct values; ours is that of deliveries.
 * Values are known to 0.1 % (tally.h); a bucket with one value knows it well.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "report/report.h"
#include "report/sec_qmail.h"

/* Deliveries of one histogram bucket. */
struct delay {
	uint32_t bucket;
	uint64_t count;
	int64_t sum_ns;
};

struct all_delays {
	struct delay *rows; /* ascending */
	size_t n, cap;
	uint64_t count;
	int64_t sum_ns, max_ns;
};

static int
by_bucket(const void *a, const void *b)
{
	const struct delay *x = a, *y = b;

	return (x->bucket > y->bucket) - (x->bucket < y->bucket);
}

static void
take_delays(struct all_delays *d, const struct tally *t)
{
	size_t n, kept = 0;
	const struct cell *cells = tally_cells(t, DIM_DELIVERY_DELAY, &n);

	for (size_t i = 0; i < n; i++) {
		const struct cell_sum *sum = tally_sum(t, DIM_DELIVERY_DELAY,
		    i);

		if (cells[i].verdict != VERDICT_ACCEPTED)
			continue;
		ARRAY_PUSH(d->rows, d->n, d->cap) = (struct delay){
			cells[i].k2, cells[i].count, sum->sum };
		d->count += cells[i].count;
		d->sum_ns = num_add_signed(d->sum_ns, sum->sum);
		if (d->n == 1 || sum->max > d->max_ns)
			d->max_ns = sum->max;
	}
	if (d->n > 1)
		qsort(d->rows, d->n, sizeof(*d->rows), by_bucket);
	/* Local and remote ones of one bucket are one. */
	for (size_t i = 0; i < d->n; i++) {
		if (kept > 0 && d->rows[kept - 1].bucket == d->rows[i].bucket) {
			d->rows[kept - 1].count += d->rows[i].count;
			d->rows[kept - 1].sum_ns += d->rows[i].sum_ns;
		} else {
			d->rows[kept++] = d->rows[i];
		}
	}
	d->n = kept;
}

static int64_t
value_ns(const struct all_delays *d, size_t i)
{
	return i + 1 == d->n ? d->max_ns :
	    d->rows[i].sum_ns / (int64_t)d->rows[i].count;
}

/* Each per cent from 10 on at which a delivery was done. */
static void
percent_table(struct build *b, struct section *s, const struct all_delays *d)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	uint64_t below = 0, last = 9;
	int64_t sum_ns = 0;

	qmail_time(b, t, "doneby");
	qmail_time(b, t, "avg");
	qmail_count(b, t, "pct");
	for (size_t i = 0; i < d->n; i++) {
		uint64_t percent;

		below += d->rows[i].count;
		sum_ns = num_add_signed(sum_ns, d->rows[i].sum_ns);
		percent = (uint64_t)((__uint128_t)below * 100 / d->count);
		if (percent <= last)
			continue;
		last = percent;
		build_row(b, t, VALUES(value_int(value_ns(d, i)),
		    value_int(sum_ns / (int64_t)below), value_count(percent)));
	}
}

/*
 * The smallest delay that at least percent of all deliveries have at most,
 * and the mean of those.
 */
static void
percentile_row(struct build *b, struct table *t, const struct all_delays *d,
    unsigned percent)
{
	uint64_t rank = (uint64_t)(((__uint128_t)d->count * percent + 99) / 100);
	uint64_t below = 0;
	int64_t sum_ns = 0;
	size_t i = 0;

	while (below + d->rows[i].count < rank) {
		below += d->rows[i].count;
		sum_ns = num_add_signed(sum_ns, d->rows[i].sum_ns);
		i++;
	}
	sum_ns = num_add_signed(sum_ns, d->rows[i].sum_ns /
	    (int64_t)d->rows[i].count * (int64_t)(rank - below));
	build_row(b, t, VALUES(value_count(percent), value_int(value_ns(d, i)),
	    value_int(percent == 100 ? d->sum_ns / (int64_t)d->count :
	    sum_ns / (int64_t)rank)));
}

static void
percentile_table(struct build *b, struct section *s, const struct all_delays *d)
{
	static const unsigned percents[] = { 10, 25, 50, 75, 90, 95, 99, 100 };
	struct table *t = section_table(b->report, s, "percentiles",
	    "Percentiles");

	qmail_count(b, t, "pct");
	qmail_time(b, t, "delay");
	qmail_time(b, t, "mean");
	for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++)
		percentile_row(b, t, d, percents[i]);
}

void
section_qmail_delays(struct build *b, struct section *s)
{
	struct all_delays d = { 0 };

	take_delays(&d, b->tally);
	percent_table(b, s, &d);
	if (d.count > 0) {
		percentile_table(b, s, &d);
		section_note(b->report, s, "doneby: how long after its queueing "
		    "so many per cent of the deliveries were done; avg: how "
		    "long these took on average.");
	}
	free(d.rows);
}
