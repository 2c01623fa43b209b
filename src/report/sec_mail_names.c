/*
 * sec_mail_names.c - hosts, senders and receivers by mails and bytes, and SMTP
 * errors, as AWStats shows them (C.24): one mail is one delivery.
 */
#include "base/num.h"
#include "report/build.h"
#include "report/league.h"
#include "report/report.h"
#include "report/sec_qmail.h"
#include "tally/reason.h"

enum { MAILS, BYTES };

static void
add_to(struct league *l, struct str label, int64_t mails, int64_t bytes,
    const struct cell_seen *seen)
{
	struct league_row *row;

	if (mails == 0)
		return;
	row = league_get(l, label, str_none());
	row->count[MAILS] += (uint64_t)mails;
	row->count[BYTES] += (uint64_t)bytes;
	league_see(row, seen->first_ns, seen->last_ns);
}

/* Senders in the log have <>; the null sender keeps them. */
static struct str
bare(struct str sender)
{
	if (sender.n > 2 && sender.p[0] == '<' && sender.p[sender.n - 1] == '>')
		return str_make(sender.p + 1, sender.n - 2);
	return sender;
}

static struct str
host_of(struct str address)
{
	/* qmail's own: "list-return-@host-@[]" of a list, "#@[]" of a double
	 * bounce. */
	if (str_ends(address, STR("-@[]")))
		address.n -= 4;
	else if (str_ends(address, STR("@[]")))
		return STR("(none)");
	for (size_t i = address.n; i-- > 0;)
		if (address.p[i] == '@')
			return i + 1 < address.n ? str_skip(address, i + 1) :
			    STR("(none)");
	return STR("(none)");
}

static void
add_senders(struct league *l, const struct tally *t, bool hosts)
{
	enum dim_id dim = DIM_QUEUE_SENDER;
	size_t n;
	const struct cell *cells = tally_cells(t, dim, &n);

	for (size_t i = 0; i < n; i++) {
		const int64_t *plus = tally_plus(t, dim, i);
		struct str sender = bare(tally_text(t, cells[i].k1));

		add_to(l, hosts ? host_of(sender) : sender, plus[SENDER_SENT],
		    plus[SENDER_SENT_BYTES], tally_seen(t, dim, i));
	}
}

static void
add_recipients(struct league *l, const struct tally *t, bool hosts)
{
	enum dim_id dim = DIM_QUEUE_RECIPIENT;
	size_t n;
	const struct cell *cells = tally_cells(t, dim, &n);

	for (size_t i = 0; i < n; i++) {
		const int64_t *plus = tally_plus(t, dim, i);
		struct str recipient = tally_text(t, cells[i].k1);

		add_to(l, hosts ? host_of(recipient) : recipient,
		    plus[RECIPIENT_SENT], plus[RECIPIENT_BYTES],
		    tally_seen(t, dim, i));
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

typedef void add_fn(struct league *l, const struct tally *t, bool hosts);

static void
name_table(struct build *b, struct section *s, const char *name,
    const char *title, const char *first, add_fn *add, bool hosts)
{
	struct table *t = section_table(b->report, s, name, title);
	struct league l;

	table_column(b->report, t, first, VALUE_TEXT)->wide = true;
	table_column(b->report, t, "Mails", VALUE_COUNT)->bar = true;
	table_column(b->report, t, "Bytes", VALUE_BYTES);
	table_column(b->report, t, "Mean size", VALUE_BYTES);
	table_column(b->report, t, "Last", VALUE_TIME);
	league_init(&l);
	add(&l, b->tally, hosts);
	qmail_first(b, &l, by_mails);
	qmail_league(b, t, &l, fill);
	league_clear(&l);
}

void
section_hosts(struct build *b, struct section *s)
{
	name_table(b, s, NULL, "Sending", "Host", add_senders, true);
	name_table(b, s, "receiving", "Receiving", "Host", add_recipients,
	    true);
}

void
section_senders(struct build *b, struct section *s)
{
	name_table(b, s, NULL, NULL, "Address", add_senders, false);
	name_table(b, s, "domains", "By domain", "Domain", add_senders, true);
}

void
section_receivers(struct build *b, struct section *s)
{
	name_table(b, s, NULL, NULL, "Address", add_recipients, false);
	name_table(b, s, "domains", "By domain", "Domain", add_recipients,
	    true);
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
