/*
 * sec_providers.c - remote deliveries by who runs the server (D.7): by the
 * provider whose domain it is, else by the network of the host that answered,
 * since the log has addresses and no names.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "report/build.h"
#include "report/league.h"
#include "report/report.h"
#include "report/sec_names.h"
#include "report/sec_qmail.h"
#include "report/sec_time.h"
#include "tally/reason.h"

#define NETWORK_BITS_V4 24
#define NETWORK_BITS_V6 64

enum { SENT, FIRST, DEFERRED, BOUNCED, SLOW };

struct providers {
	struct league league;
	struct times *times; /* by the index of the league's rows */
	size_t n, cap;
	struct league reasons; /* provider, reason; count[0] attempts */
};

static struct str
label_of(struct buf *scratch, struct str name)
{
	return names_network(scratch, name, NETWORK_BITS_V4, NETWORK_BITS_V6);
}

static struct league_row *
row_of(struct providers *p, struct buf *scratch, struct str name)
{
	struct league_row *row = league_get(&p->league, label_of(scratch, name),
	    str_none());

	if (row->index == p->n)
		ARRAY_PUSH(p->times, p->n, p->cap) = (struct times){ 0 };
	return row;
}

static void
count_providers(struct providers *p, const struct tally *t)
{
	struct buf scratch = { 0 };
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_PROVIDER, &n);

	for (size_t i = 0; i < n; i++) {
		const int64_t *plus = tally_plus(t, DIM_PROVIDER, i);
		struct league_row *row = row_of(p, &scratch,
		    tally_text(t, cells[i].k1));

		row->count[SENT] += (uint64_t)plus[PROVIDER_SENT];
		row->count[FIRST] += (uint64_t)plus[PROVIDER_FIRST];
		row->count[DEFERRED] += (uint64_t)plus[PROVIDER_DEFERRED];
		row->count[BOUNCED] += (uint64_t)plus[PROVIDER_BOUNCED];
		row->count[SLOW] += (uint64_t)plus[PROVIDER_SLOW];
	}
	cells = tally_cells(t, DIM_PROVIDER_DELAY, &n);
	for (size_t i = 0; i < n; i++) {
		const struct cell_sum *sum = tally_sum(t, DIM_PROVIDER_DELAY,
		    i);
		struct times *times = &p->times[row_of(p, &scratch,
		    tally_text(t, cells[i].k1))->index];

		times_add(times, cells[i].k2, cells[i].count);
		times_add_sum(times, sum->sum, sum->max);
	}
	cells = tally_cells(t, DIM_PROVIDER_REASON, &n);
	for (size_t i = 0; i < n; i++)
		league_get(&p->reasons, label_of(&scratch,
		    tally_text(t, cells[i].k1)), tally_text(t,
		    cells[i].k2))->count[0] += cells[i].count;
	buf_clear(&scratch);
}

/* The reason that came most often, of equal ones the first in byte order. */
static struct str
top_reason(const struct providers *p, struct str label)
{
	const struct league_row *best = NULL;
	struct str code;

	for (size_t i = 0; i < p->reasons.n; i++) {
		const struct league_row *r = &p->reasons.rows[i];

		if (str_eq(r->label, label)) {
			best = r;
			break;
		}
	}
	return best ? reason_split(best->second, &code) : str_none();
}

static void
fill(const struct league_row *row, struct value *v)
{
	v[1] = value_count(row->count[SENT]);
	v[2] = value_count(row->count[DEFERRED]);
	v[3] = value_count(row->count[BOUNCED]);
	v[4] = value_percent(row->count[DEFERRED], row->count[FIRST]);
	v[5] = value_percent(row->count[BOUNCED], row->count[FIRST]);
	v[7] = value_count(row->count[SLOW]);
}

static struct table *
provider_columns(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);

	table_column(b->report, t, "Provider", VALUE_TEXT);
	table_column(b->report, t, "Sent", VALUE_COUNT)->bar = true;
	table_column(b->report, t, "Deferred", VALUE_COUNT);
	table_column(b->report, t, "Bounced", VALUE_COUNT);
	table_column(b->report, t, "Deferral rate", VALUE_PERCENT)->digits = 1;
	table_column(b->report, t, "Bounce rate", VALUE_PERCENT)->digits = 1;
	table_column(b->report, t, "Median delay", VALUE_DURATION);
	table_column(b->report, t, "Asked to slow down", VALUE_COUNT);
	table_column(b->report, t, "Top reason", VALUE_TEXT)->wide = true;
	return t;
}

static void
provider_rows(struct build *b, struct table *t, struct providers *p)
{
	struct league_row others, total = league_total(&p->league);
	size_t n = league_cut(&p->league, build_top(b, QMAIL_TOP), &others);

	for (size_t i = 0; i < n; i++) {
		const struct league_row *r = &p->league.rows[i];
		struct times *times = &p->times[r->index];
		struct value *v = table_row(b->report, t)->values;

		v[0] = build_text(b, r->label);
		fill(r, v);
		times_sort(times);
		if (times->count > 0)
			v[6] = value_int(times_quantile(times, 50));
		v[8] = build_text(b, top_reason(p, r->label));
	}
	if (n < p->league.n) {
		struct row *row = table_row(b->report, t);

		row->flags = ROW_OTHERS;
		row->values[0] = build_text(b, others.label);
		fill(&others, row->values);
	}
	if (p->league.n > 0) {
		struct value *v = table_footer(b->report, t, "totals");

		v[0] = value_text(STR("Totals"));
		fill(&total, v);
	}
}

void
section_providers(struct build *b, struct section *s)
{
	struct table *t = provider_columns(b, s);
	struct providers p = { 0 };

	league_init(&p.league);
	league_init(&p.reasons);
	count_providers(&p, b->tally);
	league_sort(&p.league, SENT, DEFERRED);
	league_sort(&p.reasons, 0, -1);
	provider_rows(b, t, &p);
	if (p.league.n > 0)
		section_note(b->report, s, "Deferred counts recipients that "
		    "were put off at least once; rates are of recipients.");
	for (size_t i = 0; i < p.n; i++)
		times_clear(&p.times[i]);
	free(p.times);
	league_clear(&p.league);
	league_clear(&p.reasons);
}
