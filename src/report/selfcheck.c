/*
 * selfcheck.c - the equalities of spec/reports.md F that one report has to
 * satisfy in itself.
 *
 * Each compares two sums that were made on different ways: what one dimension
 * of the tally holds, what another one holds, what a table shows.  Those of
 * sections that were not asked for are left out.
 */
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "report/build.h"
#include "tally/classes.h"

/* A column of the first table of a section; table NULL: not in this report. */
struct shown {
	const struct table *table;
	size_t column;
};

/* The last one of that title: the configuration may have made one before it. */
static struct shown
find_column(const struct table *t, const char *title)
{
	for (size_t i = t->n_columns; i-- > 0;) {
		if (strcmp(t->columns[i].title, title) == 0)
			return (struct shown){ t, i };
	}
	return (struct shown){ NULL, 0 };
}

static struct shown
find_shown(const struct build *b, const char *section_id, const char *title)
{
	const struct report *r = b->report;

	for (size_t i = 0; i < r->n_sections; i++) {
		const struct section *s = r->sections[i];

		if (strcmp(s->id, section_id) == 0 && s->n_tables > 0)
			return find_column(s->tables[0], title);
	}
	return (struct shown){ NULL, 0 };
}

static uint64_t
as_count(struct value v)
{
	return v.is == VALUE_IS_INT ? (uint64_t)v.i : 0;
}

static uint64_t
rows_sum(struct shown s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s.table->n_rows; i++) {
		const struct row *row = &s.table->rows[i];

		if (!(row->flags & ROW_SUBTOTAL))
			sum = num_add(sum, as_count(row->values[s.column]));
	}
	return sum;
}

/* In the footer "totals", the first one of every table that has one. */
static uint64_t
total_shown(struct shown s)
{
	return as_count(s.table->footers[0].values[s.column]);
}

/* The two sides of an equality. */
struct sides {
	uint64_t left, right;
};

/* False: there is nothing to compare in this report. */
typedef bool sides_fn(const struct build *b, struct sides *sides);

static bool
dispositions_are_all(const struct build *b, struct sides *x)
{
	x->left = build_sum(b->tally, DIM_DISPOSITION);
	x->right = b->examined;
	return tally_has(b->tally, DIM_DISPOSITION);
}

static bool
hours_are_all(const struct build *b, struct sides *x)
{
	struct shown totals = find_shown(b, "hours", "Totals");

	if (totals.table == NULL)
		return false;
	x->left = rows_sum(totals);
	x->right = b->examined;
	return true;
}

static bool
hours_total_is_all(const struct build *b, struct sides *x)
{
	struct shown totals = find_shown(b, "hours", "Totals");

	if (totals.table == NULL)
		return false;
	x->left = total_shown(totals);
	x->right = b->examined;
	return true;
}

static bool
codes_are_all(const struct build *b, struct sides *x)
{
	struct shown counts = find_shown(b, "codes", "Count");

	if (counts.table == NULL)
		return false;
	x->left = rows_sum(counts);
	x->right = b->examined;
	return true;
}

static bool
domains_add_up(const struct build *b, struct sides *x)
{
	struct shown total = find_shown(b, "rcpt-domains", "Total");

	if (total.table == NULL)
		return false;
	x->left = rows_sum(total);
	x->right = num_add(num_add(
	    rows_sum(find_shown(b, "rcpt-domains", "Deny")),
	    rows_sum(find_shown(b, "rcpt-domains", "XferErr"))),
	    rows_sum(find_shown(b, "rcpt-domains", "Accept")));
	return true;
}

static bool
domains_are_all(const struct build *b, struct sides *x)
{
	x->left = build_sum(b->tally, DIM_DOMAIN_ROW);
	x->right = num_add(build_counter(b->tally, COUNTER_RECIPIENTS),
	    build_counter(b->tally, COUNTER_WITHOUT_RECIPIENT));
	return tally_has(b->tally, DIM_DOMAIN_ROW);
}

static bool
lists_are_all(const struct build *b, struct sides *x)
{
	struct shown counts = find_shown(b, "bl-use", "Count");

	if (counts.table == NULL)
		return false;
	/* The errors are a row of it. */
	x->left = rows_sum(counts);
	x->right = build_category(b->tally, CATEGORY_LIST);
	return true;
}

static bool
viruses_are_all(const struct build *b, struct sides *x)
{
	x->left = build_sum(b->tally, DIM_VIRUS);
	x->right = build_category(b->tally, CATEGORY_VIRUS);
	return tally_has(b->tally, DIM_VIRUS);
}

static bool
queued_is_tagged_or_ham(const struct build *b, struct sides *x)
{
	size_t n;
	const struct cell *cells = tally_cells(b->tally, DIM_DISPOSITION, &n);

	x->left = num_add(build_category(b->tally, CATEGORY_TAGGED),
	    build_category(b->tally, CATEGORY_HAM));
	x->right = 0;
	for (size_t i = 0; i < n; i++) {
		if (str_eq(tally_text(b->tally, cells[i].k1), STR("queued")))
			x->right = num_add(x->right, cells[i].count);
	}
	return tally_has(b->tally, DIM_DISPOSITION);
}

static bool
users_are_outside_recipients(const struct build *b, struct sides *x)
{
	struct shown total = find_shown(b, "rcpt-users", "Total");

	if (total.table == NULL)
		return false;
	x->left = rows_sum(total);
	x->right = build_counter(b->tally, COUNTER_OUTSIDE_RECIPIENTS);
	return true;
}

static bool
lines_are_accounted_for(const struct build *b, struct sides *x)
{
	*x = (struct sides){ 0, 0 };
	for (size_t i = 0; i < b->n_streams; i++) {
		const struct scan_counts *c = &b->streams[i].counts;

		x->left = num_add(x->left, c->lines);
		x->right = num_add(x->right, num_add(c->used, c->not_understood));
		for (int reason = 0; reason < IGNORE_REASONS; reason++)
			x->right = num_add(x->right, c->ignored[reason]);
	}
	return b->n_streams > 0;
}

static const struct equality {
	int number; /* in spec/reports.md F */
	const char *left, *right;
	sides_fn *sides;
} equalities[] = {
	{ 1, "dispositions", "examined", dispositions_are_all },
	{ 1, "rows of hours", "examined", hours_are_all },
	{ 1, "total of hours", "examined", hours_total_is_all },
	{ 1, "rows of codes", "examined", codes_are_all },
	{ 2, "rows of rcpt-domains", "denied + failed + accepted",
	    domains_add_up },
	{ 2, "recipients by domain", "recipients + mail without one",
	    domains_are_all },
	{ 3, "rows of bl-use", "column RBL/DNS", lists_are_all },
	{ 4, "viruses by name", "column Virus", viruses_are_all },
	{ 5, "Qued.Spam? + Ham", "queued", queued_is_tagged_or_ham },
	{ 6, "rows of rcpt-users", "recipients of mail from outside",
	    users_are_outside_recipients },
	{ 11, "lines read", "used + ignored + not understood",
	    lines_are_accounted_for },
};

int
build_selfcheck(const struct build *b, struct err *err)
{
	for (size_t i = 0; i < sizeof(equalities) / sizeof(equalities[0]); i++) {
		const struct equality *e = &equalities[i];
		struct sides x = { 0, 0 };

		if (e->sides(b, &x) && x.left != x.right)
			return err_set(err, ERR_INTERNAL, "equality F.%d does"
			    " not hold: %s is %llu, %s is %llu", e->number,
			    e->left, (unsigned long long)x.left, e->right,
			    (unsigned long long)x.right);
	}
	return 0;
}
