/*
 * sec_reasons.c - why deliveries were put off or failed, one row for each kind
 * of trouble (D.6).
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "report/build.h"
#include "report/league.h"
#include "report/report.h"
#include "report/sec_qmail.h"
#include "tally/reason.h"

/* Less of a reason says nothing. */
#define REASON_WIDTH 36

enum { COUNT, HOSTS, RECIPIENTS, EXPIRED };

/* Each cell of a pair is one more distinct name; by a reason's text. */
static void
count_pairs(struct league *l, const struct tally *t, enum dim_id dim,
    enum verdict verdict, int which, const uint32_t *row_of)
{
	size_t n;
	const struct cell *cells = tally_cells(t, dim, &n);

	for (size_t i = 0; i < n; i++)
		if (cells[i].verdict == verdict && row_of[cells[i].k1] > 0)
			l->rows[row_of[cells[i].k1] - 1].count[which]++;
}

/* The rows by reason; a reason has one class, which stands in extra. */
static void
count_rows(struct league *l, const struct tally *t, enum verdict verdict)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_REASON, &n);
	uint32_t *row_of = mem_zalloc(tally_texts(t) * sizeof(*row_of));

	league_init(l);
	for (size_t i = 0; i < n; i++) {
		const struct cell_seen *seen = tally_seen(t, DIM_REASON, i);
		struct league_row *row;

		if (cells[i].verdict != verdict)
			continue;
		row = league_get(l, tally_text(t, cells[i].k1), str_none());
		row->count[COUNT] = cells[i].count;
		row->count[EXPIRED] = (uint64_t)tally_plus(t, DIM_REASON,
		    i)[REASON_EXPIRED];
		row->example = tally_text(t, seen->example);
		row->extra = reason_class_name((enum reason_class)cells[i].k2);
		league_see(row, seen->first_ns, seen->last_ns);
		row_of[cells[i].k1] = (uint32_t)row->index + 1;
	}
	count_pairs(l, t, DIM_REASON_HOST, verdict, HOSTS, row_of);
	count_pairs(l, t, DIM_REASON_RECIPIENT, verdict, RECIPIENTS, row_of);
	free(row_of);
	league_sort(l, COUNT, -1);
}

static void
add_row(struct build *b, struct table *t, const struct league_row *r)
{
	struct row *row = table_row(b->report, t);
	struct value *v = row->values;
	struct str code = str_none(), text = r->label;

	if (r->extra) {
		text = reason_split(r->label, &code);
		v[0] = value_text(str_from(r->extra));
	} else {
		row->flags = ROW_OTHERS;
	}
	v[1] = value_count(r->count[COUNT]);
	v[2] = build_text(b, code);
	v[3] = build_text(b, text);
	/* Names of several reasons may be the same: they do not add up. */
	if (r->extra) {
		v[4] = value_count(r->count[HOSTS]);
		v[5] = value_count(r->count[RECIPIENTS]);
	}
	v[6] = value_count(r->count[EXPIRED]);
	v[7] = build_time(r->first_ns);
	v[8] = build_time(r->last_ns);
	v[9] = build_text(b, r->example);
}

static struct table *
reason_columns(struct report *r, struct section *s, enum verdict verdict)
{
	struct table *t = section_table(r, s, NULL, NULL);
	struct column *c;

	table_column(r, t, "Class", VALUE_TEXT);
	table_column(r, t, "Count", VALUE_COUNT)->bar = true;
	table_column(r, t, "Code", VALUE_TEXT);
	c = table_column(r, t, "Reason", VALUE_TEXT);
	c->wide = true;
	c->min_width = REASON_WIDTH;
	table_column(r, t, "Hosts", VALUE_COUNT);
	table_column(r, t, "Recipients", VALUE_COUNT);
	/* What is put off is not given up yet. */
	table_column(r, t, "Expired", VALUE_COUNT)->hidden =
	    verdict == VERDICT_DEFERRED;
	table_column(r, t, "First", VALUE_TIME)->hidden = true;
	table_column(r, t, "Last", VALUE_TIME);
	table_column(r, t, "Example", VALUE_TEXT)->hidden = true;
	return t;
}

static void
class_table(struct build *b, struct section *s, const struct league *reasons)
{
	struct table *t = section_table(b->report, s, "classes", "By class");
	struct league_row total = league_total(reasons);
	struct league classes;

	league_init(&classes);
	for (size_t i = 0; i < reasons->n; i++) {
		const struct league_row *r = &reasons->rows[i];
		struct league_row *row = league_get(&classes,
		    str_from(r->extra), str_none());

		row->count[COUNT] = num_add(row->count[COUNT], r->count[COUNT]);
		row->count[HOSTS]++; /* of reasons */
	}
	league_sort(&classes, COUNT, -1);
	table_column(b->report, t, "Class", VALUE_TEXT);
	table_column(b->report, t, "Count", VALUE_COUNT)->bar = true;
	table_column(b->report, t, "Percent", VALUE_PERCENT)->digits = 1;
	table_column(b->report, t, "Reasons", VALUE_COUNT);
	for (size_t i = 0; i < classes.n; i++) {
		const struct league_row *r = &classes.rows[i];

		build_row(b, t, VALUES(build_text(b, r->label),
		    value_count(r->count[COUNT]),
		    value_percent(r->count[COUNT], total.count[COUNT]),
		    value_count(r->count[HOSTS])));
	}
	build_footer(b, t, "totals", VALUES(value_text(STR("Totals")),
	    value_count(total.count[COUNT]),
	    value_percent(total.count[COUNT], total.count[COUNT]),
	    value_count(reasons->n)));
	league_clear(&classes);
}

static void
reasons_section(struct build *b, struct section *s, enum verdict verdict)
{
	struct table *t = reason_columns(b->report, s, verdict);
	struct league l;
	struct league_row others, total;
	size_t n;

	count_rows(&l, b->tally, verdict);
	total = league_total(&l);
	if (l.n > 0)
		class_table(b, s, &l);
	n = league_cut(&l, build_top(b, QMAIL_TOP), &others);
	for (size_t i = 0; i < n; i++)
		add_row(b, t, &l.rows[i]);
	if (n < l.n)
		add_row(b, t, &others);
	if (l.n > 0) {
		struct value *v = table_footer(b->report, t, "totals");

		v[0] = value_text(STR("Totals"));
		v[1] = value_count(total.count[COUNT]);
		v[6] = value_count(total.count[EXPIRED]);
		v[7] = build_time(total.first_ns);
		v[8] = build_time(total.last_ns);
		section_note(b->report, s, "* stands for addresses, hosts and "
		    "numbers of single mails; -o json has a whole example of "
		    "each.");
	}
	league_clear(&l);
}

void
section_deferrals(struct build *b, struct section *s)
{
	reasons_section(b, s, VERDICT_DEFERRED);
}

void
section_bounces(struct build *b, struct section *s)
{
	reasons_section(b, s, VERDICT_REJECTED);
}
