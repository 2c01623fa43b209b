/*
 * unrecognised.c - dispositions that are in no list, and denial texts of no
 * known shape (spec/reports.md C.12): what the classification rules miss.
 */
#include "base/num.h"
#include "base/when.h"
#include "report/build.h"
#include "report/league.h"
#include "tally/classes.h"

/* WHEN_NONE is later than any time. */
static bool
is_earlier(int64_t a_ns, int64_t b_ns)
{
	return a_ns != WHEN_NONE && (b_ns == WHEN_NONE || a_ns < b_ns);
}

/* The example is that of the earliest event, of those the smallest text. */
static void
see(const struct tally *t, struct league_row *row, const struct cell_seen *seen)
{
	struct str example = tally_text(t, seen->example);

	if (row->example.p == NULL || is_earlier(seen->first_ns, row->first_ns) ||
	    (seen->first_ns == row->first_ns &&
		str_cmp(example, row->example) < 0))
		row->example = example;
	league_see(row, seen->first_ns, seen->last_ns);
}

void
build_unrecognised(const struct build *b, struct league *l)
{
	const struct tally *t = b->tally;
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_DISPOSITION, &n);

	for (size_t i = 0; i < n; i++) {
		struct str name = tally_text(t, cells[i].k1);
		struct league_row *row;

		if (classes_known_disposition(b->classes, name))
			continue;
		row = league_get(l, name, str_none());
		row->count[0] = num_add(row->count[0], cells[i].count);
		see(t, row, tally_seen(t, DIM_DISPOSITION, i));
	}
	league_sort(l, 0, -1);
}

static struct row *
add_name(struct build *b, struct table *t, const struct league_row *r)
{
	return build_row(b, t, VALUES(
	    build_text(b, r->label),
	    value_count(r->count[0]),
	    build_time(r->first_ns),
	    build_text(b, r->example)));
}

static void
add_names(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct league_row others;
	struct league l;
	size_t shown;

	league_init(&l);
	build_unrecognised(b, &l);
	shown = league_cut(&l, build_top(b, 0), &others);
	table_column(b->report, t, "Name", VALUE_TEXT);
	table_column(b->report, t, "Count", VALUE_COUNT);
	table_column(b->report, t, "First seen", VALUE_TIME);
	table_column(b->report, t, "Example text", VALUE_TEXT)->wide = true;
	for (size_t i = 0; i < shown; i++)
		add_name(b, t, &l.rows[i]);
	if (others.label.n > 0)
		add_name(b, t, &others)->flags = ROW_OTHERS;
	build_footer(b, t, "totals", VALUES(
	    value_text(STR("Totals")),
	    value_count(league_total(&l).count[0]),
	    value_null(), value_null()));
	league_clear(&l);
}

/* Only some texts are kept, but of all it is known how many there were. */
static void
add_texts(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, "texts",
	    "Denial texts of no known shape");
	uint64_t all = build_counter(b->tally, COUNTER_UNKNOWN_TEXT);
	uint64_t kept;
	struct league l;
	size_t n;
	const struct odd_text *texts = tally_odd_texts(b->tally, &n);

	league_init(&l);
	for (size_t i = 0; i < n; i++)
		league_get(&l, str_make(texts[i].text, texts[i].n),
		    str_none())->count[0] = texts[i].count;
	league_sort(&l, 0, -1);
	table_column(b->report, t, "Count", VALUE_COUNT);
	table_column(b->report, t, "Text", VALUE_TEXT)->wide = true;
	for (size_t i = 0; i < l.n; i++)
		build_row(b, t, VALUES(value_count(l.rows[i].count[0]),
		    build_text(b, l.rows[i].label)));
	kept = league_total(&l).count[0];
	if (all > kept)
		build_row(b, t, VALUES(value_count(all - kept),
		    value_text(STR("(others)"))))->flags = ROW_OTHERS;
	build_footer(b, t, "totals", VALUES(value_count(all),
	    value_text(STR("Totals"))));
	league_clear(&l);
}

void
section_unrecognised(struct build *b, struct section *s)
{
	add_names(b, s);
	if (build_counter(b->tally, COUNTER_UNKNOWN_TEXT) > 0)
		add_texts(b, s);
}
