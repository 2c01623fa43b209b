/*
 * sec_destinations.c - where mail went: domains (D.3), and how long it was in
 * the queue (D.8).
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "report/build.h"
#include "report/league.h"
#include "report/report.h"
#include "report/sec_qmail.h"
#include "report/sec_time.h"

/* ---- domains ---- */

enum { SENT, BYTES, DEFERRALS, BOUNCES };

struct domains {
	struct league league;
	struct times *times; /* by the index of the league's rows */
	size_t n, cap;
};

/* What follows the last @; a recipient may have none. */
static struct str
domain_of(struct str recipient)
{
	for (size_t i = recipient.n; i-- > 0;)
		if (recipient.p[i] == '@')
			return str_skip(recipient, i + 1);
	return str_none();
}

static struct league_row *
domain_row(struct domains *d, struct str domain)
{
	struct league_row *row = league_get(&d->league,
	    domain.n > 0 ? domain : STR("(none)"), str_none());

	if (row->index == d->n)
		ARRAY_PUSH(d->times, d->n, d->cap) = (struct times){ 0 };
	return row;
}

static void
domains_init(struct domains *d, const struct tally *t)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_QUEUE_RECIPIENT, &n);

	*d = (struct domains){ 0 };
	league_init(&d->league);
	for (size_t i = 0; i < n; i++) {
		const int64_t *plus = tally_plus(t, DIM_QUEUE_RECIPIENT, i);
		struct league_row *row = domain_row(d,
		    domain_of(tally_text(t, cells[i].k1)));

		row->count[SENT] += (uint64_t)plus[RECIPIENT_SENT];
		row->count[BYTES] += (uint64_t)plus[RECIPIENT_BYTES];
		row->count[DEFERRALS] += (uint64_t)plus[RECIPIENT_DEFERRED];
		row->count[BOUNCES] += (uint64_t)plus[RECIPIENT_FAILED];
	}
	cells = tally_cells(t, DIM_DESTINATION, &n);
	for (size_t i = 0; i < n; i++) {
		const struct cell_sum *sum = tally_sum(t, DIM_DESTINATION, i);
		struct times *times = &d->times[domain_row(d,
		    tally_text(t, cells[i].k1))->index];

		times_add(times, cells[i].k2, cells[i].count);
		times_add_sum(times, sum->sum, sum->max);
	}
	league_sort(&d->league, SENT, BYTES);
}

static void
domains_clear(struct domains *d)
{
	for (size_t i = 0; i < d->n; i++)
		times_clear(&d->times[i]);
	free(d->times);
	league_clear(&d->league);
}

static void
fill_counts(const struct league_row *row, struct value *v)
{
	v[0] = value_count(row->count[SENT]);
	v[1] = value_count(row->count[BYTES]);
	v[2] = value_count(row->count[DEFERRALS]);
	v[3] = value_count(row->count[BOUNCES]);
}

/* Mean, median, 95 %, maximum; null where nothing was delivered. */
static void
fill_times(struct times *t, struct value *v)
{
	if (t->count == 0)
		return;
	times_sort(t);
	v[0] = value_int((int64_t)((uint64_t)t->sum_ns / t->count));
	v[1] = value_int(times_quantile(t, 50));
	v[2] = value_int(times_quantile(t, 95));
	v[3] = value_int(t->max_ns);
}

void
section_dest_domains(struct build *b, struct section *s)
{
	static const char *const titles[] = { "Mean delay", "Median", "95 %",
		"Max delay" };
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct league_row others, total;
	struct domains d;
	size_t n;

	table_column(b->report, t, "Domain", VALUE_TEXT)->wide = true;
	table_column(b->report, t, "Sent", VALUE_COUNT)->bar = true;
	table_column(b->report, t, "Bytes", VALUE_BYTES);
	table_column(b->report, t, "Deferrals", VALUE_COUNT);
	table_column(b->report, t, "Bounces", VALUE_COUNT);
	for (int i = 0; i < 4; i++)
		table_column(b->report, t, titles[i], VALUE_DURATION);
	domains_init(&d, b->tally);
	total = league_total(&d.league);
	n = league_cut(&d.league, build_top(b, QMAIL_TOP), &others);
	for (size_t i = 0; i < n; i++) {
		const struct league_row *r = &d.league.rows[i];
		struct value *v = table_row(b->report, t)->values;

		v[0] = build_text(b, r->label);
		fill_counts(r, v + 1);
		fill_times(&d.times[r->index], v + 5);
	}
	if (n < d.league.n) {
		struct row *row = table_row(b->report, t);

		row->flags = ROW_OTHERS;
		row->values[0] = build_text(b, others.label);
		fill_counts(&others, row->values + 1);
	}
	if (d.league.n > 0) {
		struct value *v = table_footer(b->report, t, "totals");

		v[0] = value_text(STR("Totals"));
		fill_counts(&total, v + 1);
	}
	domains_clear(&d);
}

/* ---- time in queue ---- */

static const struct {
	struct str label;
	int64_t seconds;
} limits[] = {
#define TEXT(literal) { literal, sizeof(literal) - 1 }
	{ TEXT("1m"), 60 }, { TEXT("5m"), 300 }, { TEXT("15m"), 900 },
	{ TEXT("30m"), 1800 }, { TEXT("1h"), 3600 }, { TEXT("3h"), 10800 },
	{ TEXT("6h"), 21600 }, { TEXT("12h"), 43200 }, { TEXT("1d"), 86400 },
	{ TEXT("more"), INT64_MAX },
#undef TEXT
};
#define LIMITS (sizeof(limits) / sizeof(limits[0]))

/* Recipients at their final state: all, and those of remote deliveries. */
enum { ALL, REMOTE, KINDS };

static size_t
limit_of(uint32_t bucket)
{
	int64_t value_ns = histogram_value(bucket);
	size_t i = 0;

	while (limits[i].seconds != INT64_MAX &&
	    value_ns >= limits[i].seconds * WHEN_SECOND)
		i++;
	return i;
}

static void
count_final(const struct tally *t, struct times times[KINDS],
    uint64_t below[LIMITS][KINDS])
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_DELIVERY_DELAY, &n);

	for (size_t i = 0; i < n; i++) {
		const struct cell_sum *sum = tally_sum(t, DIM_DELIVERY_DELAY,
		    i);
		int last = cells[i].k1 == CHANNEL_REMOTE ? REMOTE : ALL;

		for (int k = ALL; k <= last; k++) {
			times_add(&times[k], cells[i].k2, cells[i].count);
			times_add_sum(&times[k], sum->sum, sum->max);
			below[limit_of(cells[i].k2)][k] += cells[i].count;
		}
	}
}

static void
limit_table(struct build *b, struct table *t, const struct times times[KINDS],
    uint64_t below[LIMITS][KINDS])
{
	uint64_t sum[KINDS] = { 0 };

	table_column(b->report, t, "Under", VALUE_TEXT);
	table_column(b->report, t, "Messages", VALUE_COUNT)->bar = true;
	table_column(b->report, t, "%", VALUE_PERCENT)->digits = 1;
	table_column(b->report, t, "Cumulative %", VALUE_PERCENT)->digits = 1;
	table_column(b->report, t, "Remote", VALUE_COUNT);
	table_column(b->report, t, "Remote %", VALUE_PERCENT)->digits = 1;
	table_column(b->report, t, "Remote cumulative %",
	    VALUE_PERCENT)->digits = 1;
	for (size_t i = 0; i < LIMITS && times[ALL].count > 0; i++) {
		struct value *v = table_row(b->report, t)->values;

		v[0] = value_text(limits[i].label);
		for (int k = ALL; k < KINDS; k++) {
			sum[k] += below[i][k];
			v[1 + 3 * k] = value_count(below[i][k]);
			v[2 + 3 * k] = value_percent(below[i][k],
			    times[k].count);
			v[3 + 3 * k] = value_percent(sum[k], times[k].count);
		}
	}
}

static void
quantile_table(struct build *b, struct section *s, struct times times[KINDS])
{
	static const char *const titles[] = { "Mean", "Median", "95 %", "Max" };
	struct table *t = section_table(b->report, s, "times", NULL);

	table_column(b->report, t, "Deliveries", VALUE_TEXT);
	table_column(b->report, t, "Count", VALUE_COUNT);
	for (int i = 0; i < 4; i++)
		table_column(b->report, t, titles[i], VALUE_DURATION);
	for (int k = ALL; k < KINDS; k++) {
		struct value *v = table_row(b->report, t)->values;

		v[0] = value_text(k == ALL ? STR("all") : STR("remote"));
		v[1] = value_count(times[k].count);
		fill_times(&times[k], v + 2);
	}
}

void
section_queue_times(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	uint64_t below[LIMITS][KINDS] = { { 0 } };
	struct times times[KINDS] = { { 0 } };

	count_final(b->tally, times, below);
	limit_table(b, t, times, below);
	if (times[ALL].count > 0) {
		quantile_table(b, s, times);
		section_note(b->report, s, "Each recipient counts once, when it "
		    "was delivered or given up.");
	}
	for (int k = ALL; k < KINDS; k++)
		times_clear(&times[k]);
}
