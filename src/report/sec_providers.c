/*
 * sec_providers.c - remote deliveries by who runs the server (D.7): by the
 * provider whose domain it is, else by the network of the host that answered,
 * since the log has addresses and no names.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "report/best.h"
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

/* Networks of IPv4 addresses are so named already; hosts with an IPv6 address
 * are put together. */
static struct str
label_of(struct buf *scratch, struct str name)
{
	return names_network(scratch, name, NETWORK_BITS_V4, NETWORK_BITS_V6);
}

static void
add_to(struct league_row *row, const struct provider_account *p)
{
	row->count[SENT] += p->sent;
	row->count[FIRST] += p->first;
	row->count[DEFERRED] += p->deferred;
	row->count[BOUNCED] += p->bounced;
	row->count[SLOW] += p->slow;
}

static void
offer_providers(struct best *x, const struct accounts *a)
{
	struct buf scratch = { 0 };
	struct league several; /* of which there are several accounts */

	league_init(&several);
	for (uint32_t i = 0; i < ledger_n(&a->providers); i++) {
		const struct provider_account *p = ledger_at(&a->providers, i);
		struct str name = ledger_name(&a->providers, i);
		struct league_row row = league_row_empty();

		if (p->attempts == 0)
			continue;
		if (str_index(name, ':') < name.n) {
			add_to(league_get(&several, label_of(&scratch, name),
			    str_none()), p);
			continue;
		}
		add_to(&row, p);
		if (!best_wants(x, &row))
			continue;
		row.label = name;
		best_add(x, &row);
	}
	for (size_t i = 0; i < several.n; i++)
		if (best_wants(x, &several.rows[i]))
			best_add(x, &several.rows[i]);
	league_clear(&several);
	buf_clear(&scratch);
}

static int
by_sent(const void *a, const void *b)
{
	const struct league_row *x = a, *y = b;

	if (x->count[SENT] != y->count[SENT])
		return x->count[SENT] > y->count[SENT] ? -1 : 1;
	if (x->count[DEFERRED] != y->count[DEFERRED])
		return x->count[DEFERRED] > y->count[DEFERRED] ? -1 : 1;
	return str_cmp(x->label, y->label);
}

/* Of the rows that are shown. */
struct shown {
	struct times times;
	struct league reasons; /* attempts */
};

static void
take_times(struct shown *shown, const struct league *rows,
    const struct accounts *a)
{
	struct buf scratch = { 0 };

	for (uint32_t i = 0; i < ledger_n(&a->providers); i++) {
		const struct provider_account *p = ledger_at(&a->providers, i);
		const struct league_row *row;

		if (p->delays.count == 0)
			continue;
		row = league_find(rows, label_of(&scratch,
		    ledger_name(&a->providers, i)));
		if (row)
			times_add_delays(&shown[row->index].times, &p->delays);
	}
	buf_clear(&scratch);
}

static void
take_reasons(struct shown *shown, const struct league *rows,
    const struct tally *t)
{
	struct buf scratch = { 0 };
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_PROVIDER_REASON, &n);

	for (size_t i = 0; i < n; i++) {
		const struct league_row *row = league_find(rows, label_of(
		    &scratch, tally_text(t, cells[i].k1)));

		if (row)
			league_get(&shown[row->index].reasons, tally_text(t,
			    cells[i].k2), str_none())->count[0] +=
			    cells[i].count;
	}
	buf_clear(&scratch);
}

/* The reason that came most often, of equal ones the first in byte order. */
static struct str
top_reason(struct league *reasons)
{
	struct str code;

	league_sort(reasons, 0, -1);
	return reasons->n > 0 ? reason_split(reasons->rows[0].label, &code) :
	    str_none();
}

static void
fill(const struct league_row *row, struct value *v)
{
	v[0] = value_count(row->count[SENT]);
	v[1] = value_count(row->count[DEFERRED]);
	v[2] = value_count(row->count[BOUNCED]);
	v[3] = value_percent(row->count[DEFERRED], row->count[FIRST]);
	v[4] = value_percent(row->count[BOUNCED], row->count[FIRST]);
	v[6] = value_count(row->count[SLOW]);
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

/* What is only worked out for the rows that are shown, which stand first. */
static void
fill_shown(struct build *b, struct table *t, const struct best *x)
{
	struct shown *shown = mem_zalloc((x->n + 1) * sizeof(*shown));
	struct league rows;

	league_init(&rows);
	for (size_t i = 0; i < x->n; i++) {
		league_get(&rows, x->rows[i].label, str_none());
		league_init(&shown[i].reasons);
	}
	take_times(shown, &rows, tally_accounts(b->tally));
	take_reasons(shown, &rows, b->tally);
	for (size_t i = 0; i < x->n; i++) {
		struct value *v = t->rows[i].values;

		times_sort(&shown[i].times);
		if (shown[i].times.count > 0)
			v[6] = value_int(times_quantile(&shown[i].times, 50));
		v[8] = build_text(b, top_reason(&shown[i].reasons));
		times_clear(&shown[i].times);
		league_clear(&shown[i].reasons);
	}
	league_clear(&rows);
	free(shown);
}

void
section_providers(struct build *b, struct section *s)
{
	struct table *t = provider_columns(b, s);
	struct best x;

	best_init(&x, by_sent, build_top(b, QMAIL_TOP));
	offer_providers(&x, tally_accounts(b->tally));
	qmail_rows(b, t, &x, fill);
	fill_shown(b, t, &x);
	if (x.n > 0)
		section_note(b->report, s, "Deferred counts recipients that "
		    "were put off at least once; rates are of recipients.");
	best_clear(&x);
}
