/*
 * sec_connections.c - how many connections there were at a time, how long they
 * took and what the limits refused (C.17).
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "report/build.h"
#include "report/league.h"
#include "report/report.h"
#include "report/sec_time.h"

#define LIMITS_TOP 20

/*
 * Values of n that nobody had are shown too, so that the bars are a picture;
 * but not up to any number that a log may claim.
 */
#define CONCURRENCY_ROWS 1000

/* ---- over time ---- */

struct load {
	uint64_t connections;
	int64_t peak;	 /* the highest n; -1: none known */
	uint32_t limit;	 /* m where n was highest; 0: not known */
	uint64_t refused[2]; /* by enum limit_scope */
};

struct loads {
	struct slots slots;
	struct load *rows; /* one for each slot, one for what has no time */
	struct load total;
};

/* Of equal peaks the one under the lower limit came closer to it. */
static void
load_peak(struct load *l, int64_t peak, uint32_t limit)
{
	if (peak > l->peak || (peak == l->peak && limit < l->limit)) {
		l->peak = peak;
		l->limit = limit;
	}
}

static struct load *
load_at(struct loads *l, const struct tally *t, int32_t bucket)
{
	return &l->rows[slots_find(&l->slots, tally_bucket_s(t, bucket))];
}

static void
count_connections(struct loads *l, const struct tally *t)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_CONNECTION, &n);

	for (size_t i = 0; i < n; i++) {
		const struct cell_sum *sum = tally_sum(t, DIM_CONNECTION, i);
		struct load *row = load_at(l, t, cells[i].bucket);

		row->connections = num_add(row->connections, cells[i].count);
		l->total.connections = num_add(l->total.connections,
		    cells[i].count);
		if (sum->n > 0) {
			load_peak(row, sum->max, cells[i].k1);
			load_peak(&l->total, sum->max, cells[i].k1);
		}
	}
}

static void
count_refused(struct loads *l, const struct tally *t)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_LIMIT, &n);

	for (size_t i = 0; i < n; i++) {
		enum limit_scope scope = cells[i].k1 == LIMIT_TOTAL
		    ? LIMIT_TOTAL : LIMIT_CLIENT;
		struct load *row = load_at(l, t, cells[i].bucket);

		row->refused[scope] = num_add(row->refused[scope],
		    cells[i].count);
		l->total.refused[scope] = num_add(l->total.refused[scope],
		    cells[i].count);
	}
}

static bool
load_is_empty(const struct load *l)
{
	return l->connections == 0 && l->refused[LIMIT_TOTAL] == 0 &&
	    l->refused[LIMIT_CLIENT] == 0;
}

static void
loads_init(struct loads *l, struct build *b)
{
	*l = (struct loads){ .slots = build_slots(b, false),
		.total.peak = -1 };
	l->rows = mem_zalloc((l->slots.n + 1) * sizeof(*l->rows));
	for (size_t i = 0; i <= l->slots.n; i++)
		l->rows[i].peak = -1;
	count_connections(l, b->tally);
	count_refused(l, b->tally);
}

static void
fill_load(struct value *v, struct str label, const struct load *l)
{
	v[0] = value_text(label);
	v[1] = value_count(l->connections);
	if (l->peak >= 0) {
		v[2] = value_int(l->peak);
		v[3] = l->limit > 0 ? value_int(l->limit) : value_null();
		v[4] = value_percent((uint64_t)l->peak, l->limit);
	}
	v[5] = value_count(l->refused[LIMIT_TOTAL]);
	v[6] = value_count(l->refused[LIMIT_CLIENT]);
}

static void
load_columns(struct report *r, struct table *t, enum slot_unit unit)
{
	static const char *const units[] = { [SLOT_HOUR] = "Hour",
		[SLOT_DAY] = "Day", [SLOT_MONTH] = "Month" };

	table_column(r, t, units[unit], VALUE_TEXT);
	table_column(r, t, "Connections", VALUE_COUNT)->bar = true;
	table_column(r, t, "Peak n", VALUE_COUNT);
	table_column(r, t, "m", VALUE_COUNT);
	table_column(r, t, "n/m %", VALUE_PERCENT)->digits = 1;
	table_column(r, t, "Refused (total)", VALUE_COUNT);
	table_column(r, t, "Refused (per IP)", VALUE_COUNT);
}

static void
load_table(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct loads l;

	loads_init(&l, b);
	load_columns(b->report, t, l.slots.unit);
	for (size_t i = 0; i < l.slots.n && !load_is_empty(&l.total); i++) {
		struct row *row = table_row(b->report, t);

		fill_load(row->values, l.slots.rows[i].label, &l.rows[i]);
		row->flags = l.slots.rows[i].partial ? ROW_PARTIAL : 0;
	}
	if (!load_is_empty(&l.rows[l.slots.n]))
		fill_load(table_row(b->report, t)->values, STR("(no time)"),
		    &l.rows[l.slots.n]);
	if (!load_is_empty(&l.total))
		fill_load(table_footer(b->report, t, "totals"), STR("Totals"),
		    &l.total);
	if (l.total.refused[LIMIT_TOTAL] > 0)
		section_note(b->report, s, "Refused (total) counts the lines "
		    "\"Too many connections\", one for each second at the "
		    "limit, not clients: these wait.");
	free(l.rows);
}

/* ---- connection times ---- */

struct durations {
	struct times all;
	struct league league;  /* dispositions; count[0] connections */
	struct times *by;      /* by the index of the league's rows */
	size_t n, cap;
};

/* The last disposition; a connection may end without any. */
static struct str
disposition_label(const struct tally *t, uint32_t id)
{
	struct str disposition = tally_text(t, id);

	return disposition.n > 0 ? disposition : STR("(none)");
}

static struct times *
times_of(struct durations *d, struct str disposition)
{
	size_t i = league_get(&d->league, disposition, str_none())->index;

	if (i == d->n)
		ARRAY_PUSH(d->by, d->n, d->cap) = (struct times){ 0 };
	return &d->by[i];
}

static void
durations_init(struct durations *d, const struct tally *t)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_CONNECTION_TIME, &n);

	*d = (struct durations){ 0 };
	league_init(&d->league);
	for (size_t i = 0; i < n; i++) {
		const struct cell_sum *sum = tally_sum(t, DIM_CONNECTION_TIME,
		    i);

		times_add_sum(&d->all, sum->sum, sum->max);
		times_add_sum(times_of(d, disposition_label(t, cells[i].k1)),
		    sum->sum, sum->max);
	}
	cells = tally_cells(t, DIM_DURATION, &n);
	for (size_t i = 0; i < n; i++) {
		times_add(&d->all, cells[i].k2, cells[i].count);
		times_add(times_of(d, disposition_label(t, cells[i].k1)),
		    cells[i].k2, cells[i].count);
	}
	times_sort(&d->all);
	for (size_t i = 0; i < d->league.n; i++) {
		struct league_row *row = &d->league.rows[i];

		times_sort(&d->by[row->index]);
		row->count[0] = d->by[row->index].count;
	}
	league_sort(&d->league, 0, -1);
}

static void
durations_clear(struct durations *d)
{
	for (size_t i = 0; i < d->n; i++)
		times_clear(&d->by[i]);
	free(d->by);
	times_clear(&d->all);
	league_clear(&d->league);
}

static void
times_table(struct build *b, struct section *s, const struct durations *d)
{
	struct table *t = section_table(b->report, s, "times",
	    "Connection time");

	times_columns(b->report, t);
	times_values(&d->all, table_row(b->report, t)->values);
}

static void
disposition_table(struct build *b, struct section *s,
    const struct durations *d)
{
	struct table *t = section_table(b->report, s, "dispositions",
	    "Connection time by last disposition");

	table_column(b->report, t, "Disposition", VALUE_TEXT);
	times_columns(b->report, t);
	for (size_t i = 0; i < d->league.n; i++) {
		const struct league_row *row = &d->league.rows[i];
		struct value *v = table_row(b->report, t)->values;

		v[0] = build_text(b, row->label);
		times_values(&d->by[row->index], v + 1);
	}
}

/* A client or process of which no line was seen is not known. */
static struct value
text_known(struct build *b, uint32_t id)
{
	return id == INTERN_EMPTY ? value_null() :
	    build_text(b, tally_text(b->tally, id));
}

static void
slowest_table(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, "slowest",
	    "Longest connections");
	size_t n, top = build_top(b, TALLY_SLOWEST);
	const struct slow_connection *slow = tally_slowest(b->tally, &n);

	table_column(b->report, t, "Time", VALUE_TIME);
	table_column(b->report, t, "PID", VALUE_TEXT);
	table_column(b->report, t, "IP", VALUE_IP);
	table_column(b->report, t, "Duration", VALUE_DURATION)->id = "seconds";
	table_column(b->report, t, "Disposition", VALUE_TEXT);
	for (size_t i = 0; i < n && (top == 0 || i < top); i++)
		build_row(b, t, VALUES(build_time(slow[i].time_ns),
		    text_known(b, slow[i].pid), text_known(b, slow[i].client),
		    value_int(slow[i].duration_ns),
		    build_text(b, disposition_label(b->tally,
		    slow[i].disposition))));
}

static void
time_tables(struct build *b, struct section *s)
{
	struct durations d;

	durations_init(&d, b->tally);
	if (d.all.count > 0) {
		times_table(b, s, &d);
		disposition_table(b, s, &d);
		slowest_table(b, s);
	}
	durations_clear(&d);
}

/* ---- how many at a time ---- */

static int
number_order(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;

	return (x->k1 > y->k1) - (x->k1 < y->k1);
}

static void
add_concurrency(struct build *b, struct table *t, uint32_t n, uint64_t count)
{
	build_row(b, t, VALUES(value_int(n), value_count(count)));
}

static void
concurrency_table(struct build *b, struct section *s)
{
	size_t n;
	const struct cell *cells = tally_cells(b->tally, DIM_CONCURRENCY, &n);
	struct cell *sorted;
	struct table *t;
	bool fill;

	if (n == 0)
		return;
	t = section_table(b->report, s, "concurrency",
	    "Connections by how many ran before them");
	table_column(b->report, t, "n", VALUE_COUNT);
	table_column(b->report, t, "Connections", VALUE_COUNT)->bar = true;
	sorted = mem_alloc(n * sizeof(*sorted));
	memcpy(sorted, cells, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), number_order);
	fill = sorted[n - 1].k1 < CONCURRENCY_ROWS;
	for (size_t i = 0, next = 0; i < n; i++) {
		for (; fill && next < sorted[i].k1; next++)
			add_concurrency(b, t, (uint32_t)next, 0);
		add_concurrency(b, t, sorted[i].k1, sorted[i].count);
		next = (size_t)sorted[i].k1 + 1;
	}
	free(sorted);
}

/* ---- clients over their limit ---- */

enum { REFUSALS, LIMIT };

/* A client under two limits, after a change of the settings, has two rows. */
static void
count_limits(const struct tally *t, struct league *l)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_LIMIT_CLIENT, &n);
	struct buf limit = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct cell_sum *sum = tally_sum(t, DIM_LIMIT_CLIENT, i);
		struct league_row *row;

		buf_reset(&limit);
		buf_printf(&limit, "%010" PRIu32, cells[i].k2);
		row = league_get(l, tally_text(t, cells[i].k1), buf_str(&limit));
		row->count[REFUSALS] = num_add(row->count[REFUSALS],
		    cells[i].count);
		row->count[LIMIT] = cells[i].k2;
		if (sum->n > 0 && sum->max > row->max)
			row->max = sum->max;
	}
	league_sort(l, REFUSALS, -1);
	buf_clear(&limit);
}

static struct value
highest(const struct league_row *row)
{
	return row->max == INT64_MIN ? value_null() : value_int(row->max);
}

static void
limit_rows(struct build *b, struct table *t, struct league *l)
{
	struct league_row others, total = league_total(l);
	size_t n = league_cut(l, build_top(b, LIMITS_TOP), &others);

	for (size_t i = 0; i < n; i++) {
		const struct league_row *row = &l->rows[i];

		build_row(b, t, VALUES(build_text(b, row->label),
		    value_count(row->count[REFUSALS]), highest(row),
		    value_count(row->count[LIMIT])));
	}
	if (n < l->n)
		build_row(b, t, VALUES(build_text(b, others.label),
		    value_count(others.count[REFUSALS]), highest(&others),
		    value_null()))->flags = ROW_OTHERS;
	build_footer(b, t, "totals", VALUES(value_text(STR("Totals")),
	    value_count(total.count[REFUSALS]), highest(&total),
	    value_null()));
}

static void
limit_table(struct build *b, struct section *s)
{
	struct league l;
	struct table *t;

	league_init(&l);
	count_limits(b->tally, &l);
	if (l.n > 0) {
		t = section_table(b->report, s, "limits",
		    "Clients over their limit");
		table_column(b->report, t, "IP", VALUE_IP);
		table_column(b->report, t, "Refusals", VALUE_COUNT);
		table_column(b->report, t, "Highest n", VALUE_COUNT);
		table_column(b->report, t, "Limit", VALUE_COUNT);
		limit_rows(b, t, &l);
	}
	league_clear(&l);
}

static void
note_counters(struct build *b, struct section *s)
{
	uint64_t unfinished = build_counter(b->tally, COUNTER_UNFINISHED);
	uint64_t refused = build_counter(b->tally, COUNTER_REFUSED);

	if (unfinished > 0)
		section_note(b->report, s, "Connections whose end is not in "
		    "the log: %" PRIu64 ". They have no connection time.",
		    unfinished);
	if (refused > 0)
		section_note(b->report, s, "Connections refused by the list of "
		    "hosts_allow: %" PRIu64 ".", refused);
}

void
section_connections(struct build *b, struct section *s)
{
	load_table(b, s);
	time_tables(b, s);
	concurrency_table(b, s);
	limit_table(b, s);
	note_counters(b, s);
}
