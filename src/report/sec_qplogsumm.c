/*
 * sec_qplogsumm.c - the table of the old summariser over a period (C.15).
 *
 * The cumulative side is that of a state file, as it stands: which of the logs
 * that were read here are in it already is not known, so nothing is added.
 */
#include "base/when.h"
#include "report/build.h"
#include "report/report.h"
#include "summarize/numbers.h"
#include "summarize/state.h"
#include "summarize/sums.h"

struct counts {
	struct sums sums;
	int64_t first_ns, last_ns;
};

/* Tallies tell naughty by its reason; the old tool and its state do not. */
static struct str
plain_name(struct str disposition)
{
	return str_starts(disposition, STR("naughty-")) ? STR("naughty")
	    : disposition;
}

static void
counts_init(struct counts *c, const struct tally *t)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_DISPOSITION, &n);

	*c = (struct counts){ .first_ns = WHEN_NONE, .last_ns = WHEN_NONE };
	sums_init(&c->sums);
	for (size_t i = 0; i < n; i++) {
		const struct cell_seen *seen = tally_seen(t, DIM_DISPOSITION, i);

		sums_add(&c->sums, plain_name(tally_text(t, cells[i].k1)),
		    seen->first_ns, cells[i].count);
		if (seen->first_ns != WHEN_NONE && (c->first_ns == WHEN_NONE ||
		    seen->first_ns < c->first_ns))
			c->first_ns = seen->first_ns;
		if (seen->last_ns > c->last_ns)
			c->last_ns = seen->last_ns;
	}
}

static struct value
number(uint64_t n)
{
	return n == NUMBERS_NONE ? value_null() : value_count(n);
}

static struct value
percent(uint64_t n)
{
	return n == NUMBERS_NONE ? value_null() : value_real((double)n);
}

static void
side_columns(struct report *r, struct table *t, const char *const titles[3])
{
	table_column(r, t, titles[0], VALUE_COUNT);
	table_column(r, t, titles[1], VALUE_PERCENT);
	table_column(r, t, titles[2], VALUE_COUNT);
}

static void
fill_side(struct value *v, const struct numbers_side *side)
{
	v[0] = value_count(side->total);
	v[1] = percent(side->percent);
	v[2] = number(side->per_day);
}

static void
fill(struct value *v, struct value name, const struct numbers_row *row,
    bool cumulative)
{
	v[0] = name;
	fill_side(v + 1, &row->recent);
	if (cumulative)
		fill_side(v + 4, &row->all);
}

static void
disposition_table(struct build *b, struct section *s, const struct numbers *n,
    bool cumulative)
{
	static const char *const recent[] = { "Total", "%", "Avg/Day" };
	static const char *const all[] = { "Cum. total", "Cum. %",
		"Cum. avg/day" };
	struct table *t = section_table(b->report, s, NULL, NULL);

	table_column(b->report, t, "Disposition", VALUE_TEXT)->wide = true;
	side_columns(b->report, t, recent);
	if (cumulative)
		side_columns(b->report, t, all);
	for (size_t i = 0; i < n->n; i++)
		fill(table_row(b->report, t)->values,
		    build_text(b, str_from(n->rows[i].name)), &n->rows[i],
		    cumulative);
	fill(table_footer(b->report, t, "totals"), value_text(STR("Totals")),
	    &n->totals, cumulative);
}

static void
head_row(struct build *b, struct table *t, struct str name,
    const struct numbers_head *h)
{
	build_row(b, t, VALUES(value_text(name), build_time(h->first_ns),
	    build_time(h->last_ns), h->elapsed_s > INT64_MAX / WHEN_SECOND
		? value_null()
		: value_int((int64_t)h->elapsed_s * WHEN_SECOND),
	    value_count(h->total), number(h->per_hour)));
}

static void
head_table(struct build *b, struct section *s, const struct numbers *n,
    bool cumulative)
{
	struct table *t = section_table(b->report, s, "times", "Times");

	table_column(b->report, t, "Of", VALUE_TEXT);
	table_column(b->report, t, "Start", VALUE_TIME);
	table_column(b->report, t, "Finish", VALUE_TIME);
	table_column(b->report, t, "Elapsed", VALUE_DURATION);
	table_column(b->report, t, "Transactions", VALUE_COUNT);
	table_column(b->report, t, "Avg/Hour", VALUE_COUNT);
	head_row(b, t, STR("this report"), &n->recent);
	if (cumulative)
		head_row(b, t, STR("state file"), &n->all);
}

/* Rows of the report that the state does not have, without counts there. */
static void
add_names(struct state *all, const struct sums *recent)
{
	for (size_t i = 0; i < recent->n; i++)
		sums_add(&all->sums, str_from(recent->rows[i].name), WHEN_NONE,
		    0);
}

void
section_qplogsumm(struct build *b, struct section *s)
{
	bool cumulative = b->o->state != NULL;
	struct counts c;
	struct state all;
	struct numbers n;

	counts_init(&c, b->tally);
	state_init(&all);
	if (cumulative)
		state_add(&all, &b->o->state->sums, b->o->state->epoch_ns,
		    b->o->state->newest_ns);
	add_names(&all, &c.sums);
	/* A state of the old tool does not say when it ends. */
	if (all.newest_ns == WHEN_NONE)
		all.newest_ns = c.last_ns;
	numbers_init(&n, &c.sums, c.first_ns, c.last_ns, &all);
	disposition_table(b, s, &n, cumulative);
	if (n.n > 0)
		head_table(b, s, &n, cumulative);
	numbers_clear(&n);
	state_clear(&all);
	sums_clear(&c.sums);
}
