/*
 * sec_mail_names.c - hosts, senders and receivers by mails and bytes, and SMTP
 * errors, as AWStats shows them (C.24): one mail is one delivery.
 */
#include "base/num.h"
#include "report/build.h"
#include "report/domains.h"
#include "report/league.h"
#include "report/report.h"
#include "report/sec_qmail.h"
#include "tally/reason.h"

enum { MAILS, BYTES };

static struct str
host_of(struct str address)
{
	/* qmail's own: "list-return-@host-@[]" of a list, "#@[]" of a double
	 * bounce. */
	if (str_ends(address, STR("-@[]")))
		address.n -= 4;
	else if (str_ends(address, STR("@[]")))
		return STR("(none)");
	address = accounts_domain_of(address);
	return address.n > 0 ? address : STR("(none)");
}

/* brackets: the domain of qmail's own. */
static void
add_host(struct domains *d, uint32_t brackets, uint32_t domain,
    struct str address, uint64_t mails, int64_t bytes, int64_t last_ns)
{
	/* The domain of an address is mostly its host. */
	struct domain_sums *s = domain != INTERN_EMPTY && domain != brackets
	    ? domains_at(d, domain) : domains_named(d, host_of(address));

	s->count[MAILS] += mails;
	s->count[BYTES] += (uint64_t)bytes;
	if (last_ns > s->last_ns)
		s->last_ns = last_ns;
}

static void
offer_sender_hosts(struct best *x, const struct accounts *a)
{
	const struct sender_account *s;
	uint32_t brackets = ledger_find(&a->domains, STR("[]"));
	struct domains d;

	domains_init(&d, a);
	for (size_t at = 0; (s = accounts_sender(a, &at));)
		if (s->sent > 0)
			add_host(&d, brackets, s->domain, accounts_bare(ledger_name(
			    &a->senders, s->name)), s->sent, s->sent_bytes,
			    s->last_ns);
	domains_offer(&d, x);
	domains_clear(&d);
}

static void
offer_recipient_hosts(struct best *x, const struct accounts *a)
{
	const struct recipient_account *r;
	uint32_t brackets = ledger_find(&a->domains, STR("[]"));
	struct domains d;

	domains_init(&d, a);
	for (size_t at = 0; (r = accounts_recipient(a, &at));)
		if (r->sent > 0)
			add_host(&d, brackets, r->domain, ledger_name(&a->recipients,
			    r->name), r->sent, r->bytes, r->last_ns);
	domains_offer(&d, x);
	domains_clear(&d);
}

static void
add_sender(struct league_row *row, const struct sender_account *s)
{
	row->count[MAILS] += s->sent;
	row->count[BYTES] += (uint64_t)s->sent_bytes;
	league_see(row, s->last_ns, s->last_ns);
}

/* Of all uids that sent as one. */
static void
offer_senders(struct best *x, const struct accounts *a)
{
	for (uint32_t i = 0; i < ledger_n(&a->senders); i++) {
		const struct sender_account *s = ledger_at(&a->senders, i);
		struct league_row row = league_row_empty();

		if (!s->used)
			continue;
		add_sender(&row, s);
		while (s->other > 0) {
			s = ledger_at(&a->more_senders, s->other);
			add_sender(&row, s);
		}
		if (row.count[MAILS] == 0 || !best_wants(x, &row))
			continue;
		row.label = accounts_bare(ledger_name(&a->senders, i));
		best_add(x, &row);
	}
}

/* Of both channels. */
static void
offer_recipients(struct best *x, const struct accounts *a)
{
	for (uint32_t i = 0; i < ledger_n(&a->recipients); i++) {
		const struct recipient_account *r = ledger_at(&a->recipients,
		    i), *other = r->other ? &a->others[r->other - 1] : NULL;
		struct league_row row = league_row_empty();

		row.count[MAILS] = r->sent;
		row.count[BYTES] = (uint64_t)r->bytes;
		row.last_ns = r->last_ns;
		if (other) {
			row.count[MAILS] += other->sent;
			row.count[BYTES] += (uint64_t)other->bytes;
			league_see(&row, other->last_ns, other->last_ns);
		}
		if (row.count[MAILS] == 0 || !best_wants(x, &row))
			continue;
		row.label = ledger_name(&a->recipients, i);
		best_add(x, &row);
	}
}

static void
fill(const struct league_row *row, struct value *v)
{
	v[0] = value_count(row->count[MAILS]);
	v[1] = value_count(row->count[BYTES]);
	if (row->count[MAILS] > 0)
		v[2] = value_count(row->count[BYTES] / row->count[MAILS]);
	v[3] = build_time(row->last_ns);
}

static int
by_mails(const void *a, const void *b)
{
	const struct league_row *x = a, *y = b;

	if (x->count[MAILS] != y->count[MAILS])
		return x->count[MAILS] > y->count[MAILS] ? -1 : 1;
	if (x->count[BYTES] != y->count[BYTES])
		return x->count[BYTES] > y->count[BYTES] ? -1 : 1;
	return str_cmp(x->label, y->label);
}

typedef void offer_fn(struct best *x, const struct accounts *a);

static void
name_table(struct build *b, struct section *s, const char *name,
    const char *title, const char *first, offer_fn *offer)
{
	struct table *t = section_table(b->report, s, name, title);
	struct best x;

	table_column(b->report, t, first, VALUE_TEXT)->wide = true;
	table_column(b->report, t, "Mails", VALUE_COUNT)->bar = true;
	table_column(b->report, t, "Bytes", VALUE_BYTES);
	table_column(b->report, t, "Mean size", VALUE_BYTES);
	table_column(b->report, t, "Last", VALUE_TIME);
	best_init(&x, by_mails, build_top(b, QMAIL_TOP));
	offer(&x, tally_accounts(b->tally));
	qmail_rows(b, t, &x, fill);
	best_clear(&x);
}

void
section_hosts(struct build *b, struct section *s)
{
	name_table(b, s, NULL, "Sending", "Host", offer_sender_hosts);
	name_table(b, s, "receiving", "Receiving", "Host",
	    offer_recipient_hosts);
}

void
section_senders(struct build *b, struct section *s)
{
	name_table(b, s, NULL, NULL, "Address", offer_senders);
	name_table(b, s, "domains", "By domain", "Domain", offer_sender_hosts);
}

void
section_receivers(struct build *b, struct section *s)
{
	name_table(b, s, NULL, NULL, "Address", offer_recipients);
	name_table(b, s, "domains", "By domain", "Domain",
	    offer_recipient_hosts);
}

/* ---- errors ---- */

/* What the subject of an enhanced code says (RFC 3463, 3.1). */
static struct str
meaning_of(struct str code)
{
	static const struct str subjects[] = {
#define TEXT(literal) { literal, sizeof(literal) - 1 }
		TEXT("other"), TEXT("addressing"), TEXT("mailbox"),
		TEXT("mail system"), TEXT("network and routing"),
		TEXT("mail delivery protocol"), TEXT("message content"),
		TEXT("security or policy"),
#undef TEXT
	};

	if (code.n == 0)
		return STR("no code");
	if (code.n > 3 && code.p[1] == '.' && code.p[2] >= '0' &&
	    code.p[2] <= '7')
		return subjects[code.p[2] - '0'];
	return code.p[0] == '4' ? STR("for now") : STR("for good");
}

void
section_smtp_errors(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct league_row total;
	struct league l;
	size_t n;
	const struct cell *cells = tally_cells(b->tally, DIM_REASON, &n);

	table_column(b->report, t, "Code", VALUE_TEXT);
	table_column(b->report, t, "Meaning", VALUE_TEXT);
	table_column(b->report, t, "Mails", VALUE_COUNT)->bar = true;
	table_column(b->report, t, "Percent", VALUE_PERCENT)->digits = 1;
	table_column(b->report, t, "Bytes", VALUE_BYTES);
	league_init(&l);
	for (size_t i = 0; i < n; i++) {
		struct league_row *row;
		struct str code;

		reason_split(tally_text(b->tally, cells[i].k1), &code);
		row = league_get(&l, code.p ? code : STR(""), str_none());
		row->count[MAILS] += cells[i].count;
		row->count[BYTES] += (uint64_t)tally_plus(b->tally, DIM_REASON,
		    i)[REASON_BYTES_ALL];
	}
	league_sort(&l, MAILS, BYTES);
	total = league_total(&l);
	for (size_t i = 0; i < l.n; i++) {
		const struct league_row *r = &l.rows[i];

		build_row(b, t, VALUES(r->label.n > 0
		    ? build_text(b, r->label) : value_null(),
		    value_text(meaning_of(r->label)),
		    value_count(r->count[MAILS]),
		    value_percent(r->count[MAILS], total.count[MAILS]),
		    value_count(r->count[BYTES])));
	}
	if (l.n > 0)
		build_footer(b, t, "totals", VALUES(value_text(STR("Totals")),
		    value_null(), value_count(total.count[MAILS]),
		    value_percent(total.count[MAILS], total.count[MAILS]),
		    value_count(total.count[BYTES])));
	league_clear(&l);
}
