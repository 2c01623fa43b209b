/*
 * sec_junk.c - what lies in the junk folders of users (spec/reports.md C.8).
 *
 * The counts are handed in: a report is made of what was counted, and knows
 * no more of directories than of logs.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "report/build.h"
#include "report/report.h"

static bool
unknown(const struct junk_row *r)
{
	return r->error.p != NULL;
}

/* Most first; what could not be counted, last; then by name. */
static int
by_count(const void *a, const void *b)
{
	const struct junk_row *x = a, *y = b;

	if (unknown(x) != unknown(y))
		return unknown(x) ? 1 : -1;
	if (!unknown(x) && x->messages != y->messages)
		return x->messages > y->messages ? -1 : 1;
	return str_cmp(x->user, y->user);
}

static void
columns(struct build *b, struct table *t)
{
	struct report *r = b->report;
	struct column *count, *error;

	table_column(r, t, "User", VALUE_TEXT);
	count = table_column(r, t, "Count", VALUE_COUNT);
	count->bar = true;
	count->unknown = "?";
	table_column(r, t, "Oldest", VALUE_TIME);
	table_column(r, t, "Newest", VALUE_TIME);
	table_column(r, t, "Bytes", VALUE_BYTES);
	error = table_column(r, t, "Error", VALUE_TEXT);
	error->wide = true;
	error->unknown = "";
}

static void
user_row(struct build *b, struct table *t, const struct junk_row *r)
{
	bool known = !unknown(r);
	struct row *row = build_row(b, t, VALUES(
	    build_text(b, r->user),
	    known ? value_count(r->messages) : value_null(),
	    build_time(r->oldest_ns),
	    build_time(r->newest_ns),
	    known ? value_count(r->bytes) : value_null(),
	    build_text(b, r->error)));

	if (!known)
		row->tone = TONE_WARN;
}

static void
totals(struct build *b, struct table *t, const struct junk_row *sum)
{
	struct value *v = table_footer(b->report, t, "totals");

	v[0] = build_text(b, STR("Totals"));
	v[1] = value_count(sum->messages);
	v[2] = build_time(sum->oldest_ns);
	v[3] = build_time(sum->newest_ns);
	v[4] = value_count(sum->bytes);
}

static void
add(struct junk_row *sum, const struct junk_row *r)
{
	if (r->messages == 0)
		return;
	if (sum->messages == 0 || r->oldest_ns < sum->oldest_ns)
		sum->oldest_ns = r->oldest_ns;
	if (sum->messages == 0 || r->newest_ns > sum->newest_ns)
		sum->newest_ns = r->newest_ns;
	sum->messages = num_add(sum->messages, r->messages);
	sum->bytes = num_add(sum->bytes, r->bytes);
}

/* A.4: what is cut off is summed. */
static void
others_row(struct build *b, struct table *t, struct junk_row *others, size_t n)
{
	struct buf label = { 0 };

	buf_printf(&label, "(%zu others)", n);
	others->user = buf_str(&label);
	user_row(b, t, others);
	t->rows[t->n_rows - 1].flags = ROW_OTHERS;
	buf_clear(&label);
}

void
section_junk(struct build *b, struct section *s)
{
	size_t n = b->o->n_junk, top, shown = 0, failed = 0;
	struct junk_row *rows, sum = { 0 }, others = { 0 };
	struct table *t;

	if (!b->o->junk_looked) {
		if (b->o->sections_named)
			section_note(b->report, s, "No Maildirs are known: set "
			    "dir in [maildir], or name them with --maildirs.");
		return;
	}
	rows = mem_alloc((n + 1) * sizeof(*rows));
	for (size_t i = 0; i < n; i++)
		rows[i] = b->o->junk[i];
	qsort(rows, n, sizeof(*rows), by_count);
	top = build_top(b, 0);
	t = section_table(b->report, s, NULL, NULL);
	columns(b, t);
	for (size_t i = 0; i < n; i++) {
		failed += unknown(&rows[i]);
		if (rows[i].messages == 0 && !unknown(&rows[i]))
			continue;
		add(&sum, &rows[i]);
		if (top == 0 || shown < top || unknown(&rows[i]))
			user_row(b, t, &rows[i]);
		else
			add(&others, &rows[i]);
		shown++;
	}
	if (others.messages > 0)
		others_row(b, t, &others, shown - failed - top);
	if (shown > 0)
		totals(b, t, &sum);
	if (failed > 0)
		section_note(b->report, s, "Junk folders of %zu user%s could not "
		    "be counted; run it as root.", failed,
		    failed == 1 ? "" : "s");
	free(rows);
}
