/* rcpt_domains.c - recipients by their domain (spec/reports.md C.3). */
#include "base/buf.h"
#include "base/num.h"
#include "report/build.h"
#include "report/league.h"
#include "tally/classes.h"

/* What a row counts. */
enum { DENIED, FAILED, ACCEPTED };

static const char *const type_names[] = {
	[DOMAIN_OTHER] = "other",
	[DOMAIN_LOCAL] = "local",
	[DOMAIN_MXBACKUP] = "mxbackup",
	[DOMAIN_MXBACKUP_SUB] = "mxbackup-sub",
};

/* "example.org" to "org.example", and back again. */
static struct str
reversed_labels(struct buf *scratch, struct str domain)
{
	size_t end = domain.n;

	buf_reset(scratch);
	for (size_t i = domain.n; i-- > 0;) {
		if (domain.p[i] != '.')
			continue;
		buf_add(scratch, domain.p + i + 1, end - i - 1);
		buf_add_char(scratch, '.');
		end = i;
	}
	buf_add_str(scratch, str_head(domain, end));
	return buf_str(scratch);
}

static size_t
what_became(uint32_t outcome)
{
	switch ((enum domain_outcome)outcome) {
	case DOMAIN_ACCEPT:
		return ACCEPTED;
	case DOMAIN_TRANSFER_ERROR:
		return FAILED;
	case DOMAIN_DENY:
		break;
	}
	return DENIED;
}

/* By reversed domain, and by type as second label. */
static void
gather(const struct tally *t, struct league *l)
{
	struct buf scratch = { 0 };
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_DOMAIN_ROW, &n);

	for (size_t i = 0; i < n; i++) {
		struct str domain = tally_text(t, cells[i].k1);
		struct league_row *row = league_get(l,
		    reversed_labels(&scratch, domain),
		    str_from(type_names[cells[i].k2]));
		uint64_t *count = &row->count[what_became(cells[i].verdict)];

		*count = num_add(*count, cells[i].count);
	}
	buf_clear(&scratch);
}

static uint64_t
row_total(const struct league_row *r)
{
	return num_add(num_add(r->count[DENIED], r->count[FAILED]),
	    r->count[ACCEPTED]);
}

static void
add_rows(struct build *b, struct table *t, const struct league *l)
{
	struct buf scratch = { 0 };

	for (size_t i = 0; i < l->n; i++) {
		const struct league_row *r = &l->rows[i];

		build_row(b, t, VALUES(
		    build_text(b, reversed_labels(&scratch, r->label)),
		    build_text(b, r->second),
		    value_count(row_total(r)),
		    value_count(r->count[DENIED]),
		    value_count(r->count[FAILED]),
		    value_count(r->count[ACCEPTED]),
		    value_percent(r->count[ACCEPTED], row_total(r))));
	}
	buf_clear(&scratch);
}

static void
add_totals(struct build *b, struct table *t, const struct league *l)
{
	struct league_row r = league_total(l);

	build_footer(b, t, "totals", VALUES(
	    value_text(STR("Totals")),
	    value_null(),
	    value_count(row_total(&r)),
	    value_count(r.count[DENIED]),
	    value_count(r.count[FAILED]),
	    value_count(r.count[ACCEPTED]),
	    value_percent(r.count[ACCEPTED], row_total(&r))));
}

static void
note_recipients(struct build *b, struct section *s)
{
	uint64_t recipients = build_counter(b->tally, COUNTER_RECIPIENTS);
	uint64_t naming = build_counter(b->tally, COUNTER_MAILS_WITH_RECIPIENTS);
	struct buf note = { 0 };

	buf_printf(&note, "%llu mails, %llu recipients",
	    (unsigned long long)b->examined, (unsigned long long)recipients);
	if (naming > 0)
		buf_printf(&note, ", %.2f recipients per mail that named one",
		    (double)recipients / (double)naming);
	section_note(b->report, s, "%s.", note.p);
	buf_clear(&note);
}

void
section_rcpt_domains(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct league l;

	league_init(&l);
	gather(b->tally, &l);
	league_sort_by_label(&l);
	table_column(b->report, t, "Domain", VALUE_TEXT)->wide = true;
	table_column(b->report, t, "Type", VALUE_TEXT);
	table_column(b->report, t, "Total", VALUE_COUNT);
	table_column(b->report, t, "Deny", VALUE_COUNT);
	table_column(b->report, t, "XferErr", VALUE_COUNT);
	table_column(b->report, t, "Accept", VALUE_COUNT);
	table_column(b->report, t, "%accept", VALUE_PERCENT)->digits = 2;
	add_rows(b, t, &l);
	add_totals(b, t, &l);
	if (l.n > 0)
		note_recipients(b, s);
	league_clear(&l);
}
