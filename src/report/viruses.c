/* viruses.c - what virus scanners found (spec/reports.md C.4). */
#include "base/num.h"
#include "report/build.h"
#include "report/league.h"

static void
gather(const struct tally *t, struct league *l)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_VIRUS, &n);

	for (size_t i = 0; i < n; i++) {
		struct league_row *row = league_get(l,
		    tally_text(t, cells[i].k1), str_none());

		row->count[0] = num_add(row->count[0], cells[i].count);
	}
}

/* Is the signature one of those that ClamAV does not make itself? */
static bool
is_third_party(struct str name)
{
	return str_find(name, STR("Sanesecurity")) < name.n ||
	    str_find(name, STR("UNOFFICIAL")) < name.n;
}

static void
add_row(struct build *b, struct table *t, const struct league_row *r)
{
	build_row(b, t, VALUES(
	    value_text(STR("Rejected")),
	    value_count(r->count[0]),
	    build_text(b, r->label),
	    value_int(is_third_party(r->label))));
}

static void
add_others(struct build *b, struct table *t, const struct league_row *r)
{
	if (r->label.n == 0)
		return;
	build_row(b, t, VALUES(
	    value_null(),
	    value_count(r->count[0]),
	    build_text(b, r->label),
	    value_null()))->flags = ROW_OTHERS;
}

void
section_viruses(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct league l;
	struct league_row others;
	size_t shown;

	league_init(&l);
	gather(b->tally, &l);
	league_sort(&l, 0, -1);
	shown = league_cut(&l, build_top(b, 0), &others);
	table_column(b->report, t, "Action", VALUE_TEXT);
	table_column(b->report, t, "Count", VALUE_COUNT);
	table_column(b->report, t, "Name", VALUE_TEXT)->wide = true;
	table_column(b->report, t, "Third-party", VALUE_FLAG)->mark = "yes";
	for (size_t i = 0; i < shown; i++)
		add_row(b, t, &l.rows[i]);
	add_others(b, t, &others);
	build_footer(b, t, "totals", VALUES(
	    value_text(STR("Totals")),
	    value_count(league_total(&l).count[0]),
	    value_null(), value_null()));
	league_clear(&l);
}
