/*
 * sec_qmail_recipients.c - recipient hosts, recipients, and recipients in the
 * best order for mailing lists (qmail-log.md 4.6, 4.7).
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/num.h"
#include "report/report.h"
#include "report/sec_qmail.h"

enum { BYTES, MESS, TRIES };

static void
add_cell(struct league_row *row, const struct tally *t, size_t cell,
    uint64_t tries)
{
	const int64_t *plus = tally_plus(t, DIM_QUEUE_RECIPIENT, cell);

	row->count[BYTES] += (uint64_t)plus[RECIPIENT_BYTES];
	row->count[MESS] += (uint64_t)plus[RECIPIENT_SENT] +
	    (uint64_t)plus[RECIPIENT_FAILED];
	row->count[TRIES] += tries;
	row->sum = num_add_signed(row->sum,
	    tally_sum(t, DIM_QUEUE_RECIPIENT, cell)->sum);
}

/* What follows the last @; without one the recipient itself. */
static struct str
host_of(struct str recipient)
{
	for (size_t i = recipient.n; i-- > 0;)
		if (recipient.p[i] == '@')
			return str_skip(recipient, i + 1);
	return recipient;
}

/* Labels of recipients stand in labels, those of hosts in the league. */
static void
count_rows(struct league *l, struct arena *labels, const struct tally *t,
    bool by_host)
{
	struct buf scratch = { 0 };
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_QUEUE_RECIPIENT, &n);

	league_init(l);
	for (size_t i = 0; i < n; i++) {
		struct str label = qmail_recipient(&scratch,
		    (enum channel)cells[i].k2, tally_text(t, cells[i].k1));

		add_cell(by_host ? league_get(l, host_of(label), str_none())
		    : league_push(l, arena_str(labels, label)), t, i,
		    cells[i].count);
	}
	buf_clear(&scratch);
}

static void
fill(const struct league_row *row, struct value *v)
{
	v[0] = value_count(row->count[BYTES]);
	v[1] = value_count(row->count[MESS]);
	v[2] = value_count(row->count[TRIES]);
	v[3] = value_int(row->sum);
}

static void
cost_table(struct build *b, struct section *s, bool by_host)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct arena labels = { 0 };
	struct league l;

	table_column(b->report, t, by_host ? "host" : "recipient",
	    VALUE_TEXT)->wide = true;
	qmail_count(b, t, "sbytes");
	qmail_count(b, t, "mess");
	qmail_count(b, t, "tries");
	qmail_time(b, t, "xdelay");
	count_rows(&l, &labels, b->tally, by_host);
	qmail_sort(b, &l);
	qmail_league(b, t, &l, fill);
	league_clear(&l);
	arena_clear(&labels);
}

void
section_qmail_hosts(struct build *b, struct section *s)
{
	cost_table(b, s, true);
}

void
section_qmail_recipients(struct build *b, struct section *s)
{
	cost_table(b, s, false);
}

/* ---- best order ---- */

static int64_t
mean_ns(const struct league_row *row)
{
	return row->count[TRIES] ? row->sum / (int64_t)row->count[TRIES] : 0;
}

/* Fast ones first: a list that is sorted so is delivered soonest. */
static int
by_mean(const void *a, const void *b)
{
	const struct league_row *x = a, *y = b;
	int64_t p = mean_ns(x), q = mean_ns(y);

	if (p != q)
		return p < q ? -1 : 1;
	if (x->count[TRIES] != y->count[TRIES])
		return x->count[TRIES] < y->count[TRIES] ? -1 : 1;
	return str_cmp(x->label, y->label);
}

static void
fill_mean(const struct league_row *row, struct value *v)
{
	v[0] = value_int(mean_ns(row));
	v[1] = value_count(row->count[TRIES]);
}

void
section_qmail_rxdelay(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct arena labels = { 0 };
	struct league l;

	table_column(b->report, t, "recipient", VALUE_TEXT)->wide = true;
	qmail_time(b, t, "avg");
	qmail_count(b, t, "tries");
	count_rows(&l, &labels, b->tally, false);
	qmail_first(b, &l, by_mean);
	qmail_league(b, t, &l, fill_mean);
	league_clear(&l);
	arena_clear(&labels);
}
