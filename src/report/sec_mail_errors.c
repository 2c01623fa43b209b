/*
 * sec_mail_errors.c - what was not accepted, by code (C.24): attempts of a
 * queue, transactions of what came in.
 */
#include "report/build.h"
#include "report/league.h"
#include "report/report.h"
#include "report/sec_mail.h"
#include "tally/reason.h"

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

/* What qpsmtpd's plugins return; the numbers are those of its constants. */
static struct str
meaning_of_denial(struct str code)
{
	if (str_eq(code, STR("901")))
		return STR("refused");
	if (str_eq(code, STR("902")))
		return STR("put off");
	if (str_eq(code, STR("903")))
		return STR("refused and disconnected");
	if (str_eq(code, STR("904")))
		return STR("put off and disconnected");
	return code.n > 0 ? STR("other") : STR("no code");
}

typedef struct str meaning_fn(struct str code);

static void
columns(struct build *b, struct table *t)
{
	table_column(b->report, t, "Code", VALUE_TEXT);
	table_column(b->report, t, "Meaning", VALUE_TEXT);
	table_column(b->report, t, "Mails", VALUE_COUNT)->bar = true;
	table_column(b->report, t, "Percent", VALUE_PERCENT)->digits = 1;
	table_column(b->report, t, "Bytes", VALUE_BYTES);
}

/* Null where no size is known. */
static struct value
bytes_of(const struct league_row *r)
{
	return r->count[MAIL_SIZED] > 0 ? value_count(r->count[MAIL_BYTES])
	    : value_null();
}

static void
rows(struct build *b, struct table *t, struct league *l, meaning_fn *meaning)
{
	struct league_row total;

	league_sort(l, MAIL_MAILS, MAIL_BYTES);
	total = league_total(l);
	for (size_t i = 0; i < l->n; i++) {
		const struct league_row *r = &l->rows[i];

		build_row(b, t, VALUES(r->label.n > 0
		    ? build_text(b, r->label) : value_null(),
		    value_text(meaning(r->label)),
		    value_count(r->count[MAIL_MAILS]),
		    value_percent(r->count[MAIL_MAILS],
		    total.count[MAIL_MAILS]), bytes_of(r)));
	}
	if (l->n > 0)
		build_footer(b, t, "totals", VALUES(value_text(STR("Totals")),
		    value_null(), value_count(total.count[MAIL_MAILS]),
		    value_percent(total.count[MAIL_MAILS],
		    total.count[MAIL_MAILS]), bytes_of(&total)));
}

static void
add(struct league *l, struct str code, uint64_t mails, int64_t bytes,
    uint64_t sized)
{
	struct league_row *row = league_get(l, code, str_none());

	row->count[MAIL_MAILS] += mails;
	row->count[MAIL_BYTES] += (uint64_t)bytes;
	row->count[MAIL_SIZED] += sized;
}

static void
queue_errors(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct league l;
	size_t n;
	const struct cell *cells = tally_cells(b->tally, DIM_REASON, &n);

	columns(b, t);
	league_init(&l);
	for (size_t i = 0; i < n; i++) {
		struct str code;

		reason_split(tally_text(b->tally, cells[i].k1), &code);
		add(&l, code.p ? code : STR(""), cells[i].count,
		    tally_plus(b->tally, DIM_REASON, i)[REASON_BYTES_ALL],
		    cells[i].count);
	}
	rows(b, t, &l, meaning_of);
	league_clear(&l);
}

static void
denials(struct build *b, struct section *s, bool second)
{
	struct table *t = section_table(b->report, s,
	    second ? "incoming" : NULL, second ? "Incoming" : NULL);
	struct league l;
	size_t n;
	const struct cell *cells = tally_cells(b->tally, DIM_MAIL_ERROR, &n);

	columns(b, t);
	league_init(&l);
	for (size_t i = 0; i < n; i++) {
		const struct cell_sum *sum = tally_sum(b->tally,
		    DIM_MAIL_ERROR, i);

		add(&l, tally_text(b->tally, cells[i].k1), cells[i].count,
		    sum->sum, sum->n);
	}
	rows(b, t, &l, meaning_of_denial);
	league_clear(&l);
}

void
section_smtp_errors(struct build *b, struct section *s)
{
	bool queue = mail_has_queue(b);

	if (queue)
		queue_errors(b, s);
	if (mail_has_incoming(b))
		denials(b, s, queue);
}
