/*
 * sa_rules.c - which SpamAssassin rules fired (spec/reports.md C.6), in all
 * mail and apart in what was rejected, tagged and taken for ham.
 */
#include "base/num.h"
#include "report/build.h"
#include "report/league.h"

/* In which mail. */
#define ANY_OUTCOME UINT32_MAX

/* C.6: where rules fire much, only the frequent ones are of interest. */
#define MANY_HITS_PERCENT 10
#define CUTOFF_MANY_PERCENT 1.0
#define CUTOFF_FEW_PERCENT 0.2

static void
gather(const struct tally *t, uint32_t outcome, struct league *l)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_RULE, &n);

	for (size_t i = 0; i < n; i++) {
		const struct cell_sum *sum = tally_sum(t, DIM_RULE, i);
		struct league_row *row;

		if (outcome != ANY_OUTCOME && cells[i].k2 != outcome)
			continue;
		row = league_get(l, tally_text(t, cells[i].k1), str_none());
		row->count[0] = num_add(row->count[0], cells[i].count);
		row->sum = num_add_signed(row->sum, sum->sum);
		row->sum_n = num_add(row->sum_n, sum->n);
	}
}

static double
cutoff_percent(const struct build *b)
{
	uint64_t hits = build_sum(b->tally, DIM_RULE);

	if (b->o->rule_cutoff_percent >= 0)
		return b->o->rule_cutoff_percent;
	return (double)hits * 100.0 > MANY_HITS_PERCENT * (double)b->examined
	    ? CUTOFF_MANY_PERCENT : CUTOFF_FEW_PERCENT;
}

static struct row *
add_row(struct build *b, struct table *t, const struct league_row *r)
{
	return build_row(b, t, VALUES(
	    value_count(r->count[0]),
	    value_percent(r->count[0], b->examined),
	    r->sum_n == 0 ? value_null()
		: value_real((double)r->sum / 1000.0 / (double)r->sum_n),
	    build_text(b, r->label)));
}

static void
add_rows(struct build *b, struct table *t, uint32_t outcome)
{
	struct league_row others;
	struct league l;
	size_t shown;

	league_init(&l);
	gather(b->tally, outcome, &l);
	league_sort(&l, 0, -1);
	shown = league_cut_below(&l, build_top(b, 0), 0, cutoff_percent(b),
	    b->examined, &others);
	for (size_t i = 0; i < shown; i++)
		add_row(b, t, &l.rows[i]);
	if (others.label.n > 0)
		add_row(b, t, &others)->flags = ROW_OTHERS;
	league_clear(&l);
}

static struct table *
add_table(struct build *b, struct section *s, const char *name,
    const char *title)
{
	struct table *t = section_table(b->report, s, name, title);

	table_column(b->report, t, "Count", VALUE_COUNT);
	table_column(b->report, t, "Percent", VALUE_PERCENT)->digits = 1;
	table_column(b->report, t, "Score", VALUE_REAL)->digits = 1;
	table_column(b->report, t, "Rule", VALUE_TEXT)->wide = true;
	return t;
}

static bool
has_outcome(const struct tally *t, uint32_t outcome)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_RULE, &n);

	for (size_t i = 0; i < n; i++) {
		if (cells[i].k2 == outcome)
			return true;
	}
	return false;
}

void
section_sa_rules(struct build *b, struct section *s)
{
	static const struct {
		enum rule_outcome outcome;
		const char *name;
		const char *title;
	} parts[] = {
		{ RULE_REJECTED, "rejected", "In rejected mail" },
		{ RULE_TAGGED, "tagged", "In tagged mail" },
		{ RULE_HAM, "ham",
		    "In ham (a high score here may be a false positive)" },
	};
	struct table *t = add_table(b, s, NULL, NULL);

	add_rows(b, t, ANY_OUTCOME);
	build_footer(b, t, "totals", VALUES(
	    value_count(b->examined),
	    value_percent(b->examined, b->examined),
	    value_null(),
	    value_text(STR("Totals"))));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (has_outcome(b->tally, parts[i].outcome))
			add_rows(b, add_table(b, s, parts[i].name,
			    parts[i].title), parts[i].outcome);
	}
}
