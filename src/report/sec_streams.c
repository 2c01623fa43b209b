/* sec_streams.c - what each log directory or host adds to the sum. */
#include "report/sec_streams.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/when.h"
#include "report/build.h"
#include "report/league.h"
#include "report/report.h"

enum { CONNECTIONS, TRANSACTIONS, ACCEPTED, REJECTED, DEFERRED };

static int
name_order(const void *a, const void *b)
{
	const struct log_stream *x = *(const struct log_stream *const *)a;
	const struct log_stream *y = *(const struct log_stream *const *)b;

	return strcmp(x->name, y->name);
}

const struct log_stream **
streams_by_name(const struct build *b)
{
	const struct log_stream **sorted = arena_alloc(&b->report->arena,
	    (b->n_streams + 1) * sizeof(*sorted));

	for (size_t i = 0; i < b->n_streams; i++)
		sorted[i] = &b->streams[i];
	if (b->n_streams > 1)
		qsort(sorted, b->n_streams, sizeof(*sorted), name_order);
	return sorted;
}

static void
count_cell(struct league_row *row, const struct cell *c)
{
	if (c->k2 == EVENT_ACCEPTED) {
		row->count[CONNECTIONS] = num_add(row->count[CONNECTIONS],
		    c->count);
		return;
	}
	if (c->k2 != EVENT_TRANSACTION)
		return;
	row->count[TRANSACTIONS] = num_add(row->count[TRANSACTIONS], c->count);
	if (c->verdict == VERDICT_ACCEPTED)
		row->count[ACCEPTED] = num_add(row->count[ACCEPTED], c->count);
	else if (c->verdict == VERDICT_REJECTED)
		row->count[REJECTED] = num_add(row->count[REJECTED], c->count);
	else if (c->verdict == VERDICT_DEFERRED)
		row->count[DEFERRED] = num_add(row->count[DEFERRED], c->count);
}

static void
count_streams(const struct build *b, struct league *l)
{
	size_t n;
	const struct cell *cells = tally_cells(b->tally, DIM_STREAM, &n);

	/* A log without a single event is worth a row more than any other. */
	for (size_t i = 0; i < b->n_streams; i++)
		league_get(l, str_from(b->streams[i].name), str_none());
	for (size_t i = 0; i < n; i++) {
		const struct cell_seen *seen = tally_seen(b->tally, DIM_STREAM,
		    i);
		struct league_row *row = league_get(l,
		    tally_text(b->tally, cells[i].k1), str_none());

		count_cell(row, &cells[i]);
		league_see(row, seen->first_ns, seen->last_ns);
	}
	league_sort_by_label(l);
}

static void
fill(struct value *v, const struct league_row *row)
{
	for (size_t i = 0; i <= DEFERRED; i++)
		v[1 + i] = value_count(row->count[i]);
	v[6] = build_time(row->first_ns);
	v[7] = build_time(row->last_ns);
}

static struct table *
stream_table(struct report *r, struct section *s)
{
	static const char *const counts[] = { "Connections", "Transactions",
		"Accepted", "Rejected", "Deferred" };
	struct table *t = section_table(r, s, NULL, NULL);

	table_column(r, t, "Stream", VALUE_TEXT)->wide = true;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		table_column(r, t, counts[i], VALUE_COUNT);
	table_column(r, t, "First", VALUE_TIME);
	table_column(r, t, "Last", VALUE_TIME);
	return t;
}

static void
show(struct build *b, struct section *s, const struct league *l)
{
	struct table *t = stream_table(b->report, s);
	struct league_row total = league_total(l);
	struct value *v;

	for (size_t i = 0; i < l->n; i++) {
		v = table_row(b->report, t)->values;
		v[0] = build_text(b, l->rows[i].label);
		fill(v, &l->rows[i]);
	}
	v = table_footer(b->report, t, "totals");
	v[0] = value_text(STR("Totals"));
	fill(v, &total);
}

void
section_streams(struct build *b, struct section *s)
{
	struct league l;

	league_init(&l);
	count_streams(b, &l);
	/* One log is the whole report: nothing to tell apart. */
	if (l.n > 1)
		show(b, s, &l);
	league_clear(&l);
}
