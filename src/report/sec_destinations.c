/*
 * sec_destinations.c - where mail went: domains (D.3), and how long it was in
 * the queue (D.8).
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "report/build.h"
#include "report/domains.h"
#include "report/report.h"
#include "report/sec_qmail.h"
#include "report/sec_time.h"

/* ---- domains ---- */

enum { SENT, BYTES, DEFERRALS, BOUNCES };

/* An empty domain, and none at all, are "(none)". */
static void
offer_domains(struct best *x, const struct accounts *a)
{
	const struct recipient_account *r;
	struct domains d;

	domains_init(&d, a);
	for (size_t at = 0; (r = accounts_recipient(a, &at));) {
		struct domain_sums *s = r->domain != INTERN_EMPTY
		    ? domains_at(&d, r->domain)
		    : domains_named(&d, STR("(none)"));

		s->count[SENT] += r->sent;
		s->count[BYTES] += (uint64_t)r->bytes;
		s->count[DEFERRALS] += r->deferred;
		s->count[BOUNCES] += r->failed;
	}
	domains_offer(&d, x);
	domains_clear(&d);
}

static int
by_sent(const void *a, const void *b)
{
	const struct league_row *x = a, *y = b;

	if (x->count[SENT] != y->count[SENT])
		return x->count[SENT] > y->count[SENT] ? -1 : 1;
	if (x->count[BYTES] != y->count[BYTES])
		return x->count[BYTES] > y->count[BYTES] ? -1 : 1;
	return str_cmp(x->label, y->label);
}

static void
add_domain(struct times *to, const struct accounts *a, uint32_t number)
{
	const struct domain_account *d = ledger_at(&a->domains, number);

	times_add_delays(to, &d->delays);
}

/* Of the domain with that label. */
static void
domain_times(struct times *to, const struct accounts *a, struct str label)
{
	uint32_t number = ledger_find(&a->domains, label);

	if (number != UINT32_MAX)
		add_domain(to, a, number);
	if (str_eq(label, STR("(none)")))
		add_domain(to, a, INTERN_EMPTY);
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
	struct best x;

	table_column(b->report, t, "Domain", VALUE_TEXT)->wide = true;
	table_column(b->report, t, "Sent", VALUE_COUNT)->bar = true;
	table_column(b->report, t, "Bytes", VALUE_BYTES);
	table_column(b->report, t, "Deferrals", VALUE_COUNT);
	table_column(b->report, t, "Bounces", VALUE_COUNT);
	for (int i = 0; i < 4; i++)
		table_column(b->report, t, titles[i], VALUE_DURATION);
	best_init(&x, by_sent, build_top(b, QMAIL_TOP));
	offer_domains(&x, tally_accounts(b->tally));
	qmail_rows(b, t, &x, fill_counts);
	/* Rows of the table are in the order of the league's. */
	for (size_t i = 0; i < x.n; i++) {
		struct times times = { 0 };

		domain_times(&times, tally_accounts(b->tally), x.rows[i].label);
		fill_times(&times, t->rows[i].values + 5);
		times_clear(&times);
	}
	best_clear(&x);
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
