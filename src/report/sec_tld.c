/* sec_tld.c - disposition by top-level domain of the sender (C.13). */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/when.h"
#include "event/address.h"
#include "report/build.h"
#include "report/league.h"
#include "report/report.h"
#include "tally/classes.h"

/* Of a (disposition, TLD): its own number, and the place of its disposition. */
enum { COUNT, PLACE };

struct cross {
	struct build *b;
	struct table *table;
	bool by_day;
	size_t top;
	uint64_t total;
};

static bool
is_wanted(const struct build_options *o, const struct cell *c)
{
	const char *of = o->tld_of;

	if (of != NULL && strcmp(of, "queued") == 0)
		return c->verdict == VERDICT_ACCEPTED;
	if (of != NULL && strcmp(of, "denied") == 0)
		return c->verdict != VERDICT_ACCEPTED;
	return true;
}

static int
day_order(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;

	return (x->bucket > y->bucket) - (x->bucket < y->bucket);
}

/* The cells to be shown, by day; the caller frees them. */
static struct cell *
wanted_cells(const struct build *b, size_t *n_wanted)
{
	size_t n;
	const struct cell *cells = tally_cells(b->tally, DIM_TLD, &n);
	struct cell *wanted = mem_alloc((n + 1) * sizeof(*wanted));

	*n_wanted = 0;
	for (size_t i = 0; i < n; i++) {
		if (is_wanted(b->o, &cells[i]))
			wanted[(*n_wanted)++] = cells[i];
	}
	if (*n_wanted > 1)
		qsort(wanted, *n_wanted, sizeof(*wanted), day_order);
	return wanted;
}

static struct str
day_text(struct report *r, int32_t day)
{
	struct civil c = civil_from_s((int64_t)day * WHEN_DAY_S);
	struct buf text = { 0 };
	struct str s;

	/* The day of lines that had no stamp. */
	if (day == INT32_MIN)
		return STR("-");
	buf_printf(&text, "%04lld-%02d-%02d", (long long)c.year, c.month, c.day);
	s = arena_str(&r->arena, buf_str(&text));
	buf_clear(&text);
	return s;
}

/* A row of the table; its values begin behind the date, if there is one. */
static struct value *
add_row(struct cross *x, struct str day, unsigned flags, struct str disposition)
{
	struct row *row = table_row(x->b->report, x->table);
	struct value *v = row->values;

	row->flags = flags;
	if (x->by_day)
		*v++ = value_text(day);
	v[0] = value_text(disposition);
	return v;
}

static void
set_count(struct cross *x, struct value *v, uint64_t count)
{
	v[2] = value_count(count);
	v[3] = value_percent(count, x->b->examined);
}

/* The TLDs of one disposition, rows[0] to rows[n-1], and their sub-total. */
static void
add_group(struct cross *x, struct str day, const struct league_row *rows,
    size_t n)
{
	struct arena *a = &x->b->report->arena;
	struct str disposition = arena_str(a, rows[0].label);
	size_t shown = x->top == 0 || x->top > n ? n : x->top;
	uint64_t sum = 0, others = 0;
	struct value *v;

	for (size_t i = 0; i < n; i++) {
		sum = num_add(sum, rows[i].count[COUNT]);
		if (i >= shown) {
			others = num_add(others, rows[i].count[COUNT]);
			continue;
		}
		v = add_row(x, day, 0, disposition);
		v[1] = value_text(arena_str(a, rows[i].second));
		set_count(x, v, rows[i].count[COUNT]);
	}
	if (shown < n) {
		struct buf label = { 0 };

		v = add_row(x, day, ROW_OTHERS, disposition);
		buf_printf(&label, "(%zu others)", n - shown);
		v[1] = value_text(arena_str(a, buf_str(&label)));
		set_count(x, v, others);
		buf_clear(&label);
	}
	v = add_row(x, day, ROW_SUBTOTAL, disposition);
	set_count(x, v, sum);
	x->total = num_add(x->total, sum);
}

/*
 * Gives the TLDs of the disposition that comes first the highest place, so
 * that one sort by place, then count, keeps each disposition together.
 */
static void
sort_pairs(const struct cross *x, struct league *dispositions,
    struct league *pairs)
{
	if (x->b->o->order_by_name) {
		league_sort_by_label(pairs);
		return;
	}
	league_sort(dispositions, COUNT, -1);
	for (size_t i = 0; i < dispositions->n; i++)
		dispositions->rows[i].count[PLACE] = dispositions->n - i;
	for (size_t i = 0; i < pairs->n; i++) {
		struct league_row *row = &pairs->rows[i];

		row->count[PLACE] = league_get(dispositions, row->label,
		    str_none())->count[PLACE];
	}
	league_sort(pairs, PLACE, COUNT);
}

static void
add_groups(struct cross *x, struct str day, const struct league *pairs)
{
	size_t first = 0;

	for (size_t i = 1; i <= pairs->n; i++) {
		if (i < pairs->n &&
		    str_eq(pairs->rows[i].label, pairs->rows[first].label))
			continue;
		add_group(x, day, &pairs->rows[first], i - first);
		first = i;
	}
}

/* The cross table of some cells: of one day, or of all. */
static void
add_cells(struct cross *x, struct str day, const struct cell *cells, size_t n)
{
	const struct tally *tally = x->b->tally;
	struct league dispositions, pairs;

	league_init(&dispositions);
	league_init(&pairs);
	for (size_t i = 0; i < n; i++) {
		struct str disposition = tally_text(tally, cells[i].k1);
		struct league_row *row = league_get(&pairs, disposition,
		    tally_text(tally, cells[i].k2));

		row->count[COUNT] = num_add(row->count[COUNT], cells[i].count);
		row = league_get(&dispositions, disposition, str_none());
		row->count[COUNT] = num_add(row->count[COUNT], cells[i].count);
	}
	sort_pairs(x, &dispositions, &pairs);
	add_groups(x, day, &pairs);
	league_clear(&pairs);
	league_clear(&dispositions);
}

static void
add_days(struct cross *x, const struct cell *cells, size_t n)
{
	size_t first = 0;

	for (size_t i = 1; i <= n; i++) {
		if (i < n && cells[i].bucket == cells[first].bucket)
			continue;
		add_cells(x, day_text(x->b->report, cells[first].bucket),
		    cells + first, i - first);
		first = i;
	}
}

static void
cross_table(struct build *b, struct section *s)
{
	struct cross x = { .b = b, .by_day = b->o->tld_by_day,
		.top = build_top(b, 0),
		.table = section_table(b->report, s, NULL, NULL) };
	size_t n;
	struct cell *cells = wanted_cells(b, &n);
	struct value *v;

	if (x.by_day)
		table_column(b->report, x.table, "Date", VALUE_TEXT);
	table_column(b->report, x.table, "Disposition", VALUE_TEXT);
	table_column(b->report, x.table, "TLD", VALUE_TEXT);
	table_column(b->report, x.table, "Count", VALUE_COUNT);
	table_column(b->report, x.table, "Percent", VALUE_PERCENT)->digits = 1;
	if (x.by_day && n > 0)
		add_days(&x, cells, n);
	else if (n > 0)
		add_cells(&x, str_none(), cells, n);
	free(cells);
	if (n == 0)
		return;
	v = table_footer(b->report, x.table, "totals");
	v[0] = value_text(STR("Totals"));
	set_count(&x, v + x.by_day, x.total);
}

static struct value
sender_value(struct build *b, struct buf *scratch, uint32_t sender)
{
	buf_reset(scratch);
	return build_text(b, address_normalise(scratch,
	    tally_text(b->tally, sender), b->classes->case_sensitive_local));
}

/* The transactions of the one TLD under review. */
static void
review_table(struct build *b, struct section *s)
{
	struct report *r = b->report;
	struct buf scratch = { 0 };
	size_t n;
	const struct kept_transaction *kept = tally_kept(b->tally, &n);
	struct table *t;

	if (n == 0)
		return;
	t = section_table(r, s, "transactions", "Transactions of the TLD");
	table_column(r, t, "Time", VALUE_TIME);
	table_column(r, t, "IP", VALUE_IP);
	table_column(r, t, "Disposition", VALUE_TEXT);
	table_column(r, t, "Sender", VALUE_TEXT)->wide = true;
	table_column(r, t, "Text", VALUE_TEXT)->wide = true;
	for (size_t i = 0; i < n; i++) {
		struct value *v = table_row(r, t)->values;

		v[0] = build_time(kept[i].time_ns);
		if (kept[i].client != INTERN_EMPTY)
			v[1] = build_text(b, tally_text(b->tally,
			    kept[i].client));
		v[2] = build_text(b, tally_text(b->tally, kept[i].disposition));
		v[3] = sender_value(b, &scratch, kept[i].sender);
		v[4] = build_text(b, tally_text(b->tally, kept[i].text));
	}
	if (n == TALLY_KEPT)
		section_note(r, s, "Of the TLD under review only the first %d "
		    "transactions are listed.", TALLY_KEPT);
	buf_clear(&scratch);
}

void
section_tld(struct build *b, struct section *s)
{
	cross_table(b, s);
	review_table(b, s);
}
