/*
 * sec_qmail_recipients.c - recipient hosts, recipients, and recipients in the
 * best order for mailing lists (qmail-log.md 4.6, 4.7).
 */
#include "base/buf.h"
#include "base/num.h"
#include "report/domains.h"
#include "report/report.h"
#include "report/sec_qmail.h"

enum { BYTES, MESS, TRIES };

static uint64_t
tries_of(const struct recipient_account *r)
{
	return r->sent + r->failed + r->deferred;
}

/* Each recipient a row: "remote.bob@far.example". */
static void
offer_recipients(struct best *x, const struct accounts *a)
{
	const struct recipient_account *r;
	struct buf scratch = { 0 };

	for (size_t at = 0; (r = accounts_recipient(a, &at));) {
		struct league_row row = league_row_empty();

		row.count[BYTES] = (uint64_t)r->bytes;
		row.count[MESS] = r->sent + r->failed;
		row.count[TRIES] = tries_of(r);
		row.sum = r->duration_ns;
		if (!best_wants(x, &row))
			continue;
		row.label = qmail_recipient(&scratch, r->channel,
		    ledger_name(&a->recipients, r->name));
		best_add(x, &row);
	}
	buf_clear(&scratch);
}

/* What follows the last @; without one the recipient itself. */
static struct domain_sums *
host_of(struct domains *d, const struct accounts *a,
    const struct recipient_account *r, struct buf *scratch)
{
	struct str name = ledger_name(&a->recipients, r->name);

	/* Only an empty domain may be that of none. */
	if (r->domain != INTERN_EMPTY || str_index(name, '@') < name.n)
		return domains_at(d, r->domain);
	return domains_named(d, qmail_recipient(scratch, r->channel, name));
}

static void
offer_hosts(struct best *x, const struct accounts *a)
{
	const struct recipient_account *r;
	struct buf scratch = { 0 };
	struct domains d;

	domains_init(&d, a);
	for (size_t at = 0; (r = accounts_recipient(a, &at));) {
		struct domain_sums *s = host_of(&d, a, r, &scratch);

		s->count[BYTES] += (uint64_t)r->bytes;
		s->count[MESS] += r->sent + r->failed;
		s->count[TRIES] += tries_of(r);
		s->sum = num_add_signed(s->sum, r->duration_ns);
	}
	domains_offer(&d, x);
	domains_clear(&d);
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

typedef void offer_fn(struct best *x, const struct accounts *a);

static void
cost_table(struct build *b, struct section *s, const char *title,
    offer_fn *offer)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct best x;

	table_column(b->report, t, title, VALUE_TEXT)->wide = true;
	qmail_count(b, t, "sbytes");
	qmail_count(b, t, "mess");
	qmail_count(b, t, "tries");
	qmail_time(b, t, "xdelay");
	best_init(&x, qmail_by_sum, build_top(b, QMAIL_TOP));
	offer(&x, tally_accounts(b->tally));
	qmail_rows(b, t, &x, fill);
	best_clear(&x);
}

void
section_qmail_hosts(struct build *b, struct section *s)
{
	cost_table(b, s, "host", offer_hosts);
}

void
section_qmail_recipients(struct build *b, struct section *s)
{
	cost_table(b, s, "recipient", offer_recipients);
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
	struct best x;

	table_column(b->report, t, "recipient", VALUE_TEXT)->wide = true;
	qmail_time(b, t, "avg");
	qmail_count(b, t, "tries");
	best_init(&x, by_mean, build_top(b, QMAIL_TOP));
	offer_recipients(&x, tally_accounts(b->tally));
	qmail_rows(b, t, &x, fill_mean);
	best_clear(&x);
}
