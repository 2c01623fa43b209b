#include "report/attention.h"

#include <inttypes.h>

#include "base/buf.h"
#include "report/report.h"

/* Fewer deferred attempts than this are everyday, whatever their share. */
#define DEFERRED_LEAST 50
/* So many unusual numbers are named; the others are counted. */
#define UNUSUAL_NAMED 3

/* ---- finding ---- */

/* 0 where there is no number. */
static int64_t
number(const struct table *t, const struct row *row, const char *id)
{
	const struct value *v = table_value(t, row, id);

	return v && v->is == VALUE_IS_INT ? v->i : 0;
}

static int64_t
sum(const struct table *t, const char *id)
{
	int64_t all = 0;

	for (size_t i = 0; i < t->n_rows; i++)
		if (!(t->rows[i].flags & ROW_SUBTOTAL))
			all += number(t, &t->rows[i], id);
	return all;
}

/* The value of a row that is named by its item. */
static int64_t
item(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct value *v = table_value(t, &t->rows[i], "item");

		if (v && v->is == VALUE_IS_TEXT &&
		    str_eq(v->s, str_from(name)))
			return number(t, &t->rows[i], "value");
	}
	return 0;
}

static void
add(struct attention *a, const struct buf *sentence)
{
	if (sentence->n > 0 && a->n < ATTENTION_MOST)
		a->sentences[a->n++] = arena_str(&a->arena, buf_str(sentence));
}

/* ---- what is looked for ---- */

static void
slots(const struct report *r, struct buf *b)
{
	const struct table *t = report_table(r, "connections", NULL);
	int64_t refused = t ? sum(t, "refused_total") : 0;

	if (refused > 0)
		buf_printf(b, "%" PRId64 " connection%s refused because as many "
		    "ran as may at a time.", refused,
		    refused == 1 ? " was" : "s were");
}

static void
add_unusual(struct buf *b, const struct table *t, const struct row *row)
{
	const struct value *label = table_value(t, row, "label");
	const struct value *mean = table_value(t, row, "weekday_mean");

	if (label && label->is == VALUE_IS_TEXT)
		buf_add_str(b, label->s);
	buf_printf(b, " %" PRId64, number(t, row, "this_period"));
	if (mean && mean->is == VALUE_IS_REAL)
		buf_printf(b, " (usually about %.0f)", mean->r);
}

static void
unusual(const struct report *r, struct buf *b)
{
	const struct table *t = report_table(r, "compare", NULL);
	unsigned n = 0;

	for (size_t i = 0; t && i < t->n_rows; i++) {
		if (number(t, &t->rows[i], "unusual") == 0 ||
		    n++ >= UNUSUAL_NAMED)
			continue;
		buf_add_str(b, n == 1 ? STR("Unusual for this weekday: ") :
		    STR(", "));
		add_unusual(b, t, &t->rows[i]);
	}
	if (n > UNUSUAL_NAMED)
		buf_printf(b, " and %u more", n - UNUSUAL_NAMED);
	if (n > 0)
		buf_add_char(b, '.');
}

static void
deferrals(const struct report *r, struct buf *b)
{
	const struct table *t = report_table(r, "totals", NULL);
	const struct table *classes = report_table(r, "deferrals", "classes");
	const struct value *class = NULL;
	int64_t deferred = t ? item(t, "deferrals") : 0;
	int64_t delivered = t ? item(t, "delivered") : 0;

	if (classes == NULL || deferred < DEFERRED_LEAST || deferred <= delivered)
		return;
	if (classes->n_rows > 0)
		class = table_value(classes, &classes->rows[0], "class");
	buf_printf(b, "Deliveries pile up: %" PRId64 " attempts were put off, %"
	    PRId64 " succeeded", deferred, delivered);
	if (class && class->is == VALUE_IS_TEXT) {
		buf_add_str(b, STR("; most often: "));
		buf_add_str(b, class->s);
	}
	buf_add_char(b, '.');
}

/* Does an alert tell of the finding already? */
static bool
is_alert(const struct report *r, const struct table *t, const struct row *row)
{
	const struct value *name = table_value(t, row, "insight");

	return name && name->is == VALUE_IS_TEXT &&
	    str_eq(name->s, STR("list-errors")) &&
	    report_table(r, "bl-use", NULL);
}

/* Of the findings of insights those that need attention, as they stand there. */
static void
insights(struct attention *a, const struct report *r)
{
	const struct table *t = report_table(r, "insights", NULL);

	for (size_t i = 0; t && i < t->n_rows && a->n < ATTENTION_MOST; i++) {
		const struct value *v = table_value(t, &t->rows[i], "sentence");

		if (number(t, &t->rows[i], "attention") && v &&
		    v->is == VALUE_IS_TEXT && !is_alert(r, t, &t->rows[i]))
			a->sentences[a->n++] = arena_str(&a->arena, v->s);
	}
}

typedef void look_fn(const struct report *r, struct buf *b);

static void
look(struct attention *a, const struct report *r, look_fn *fn)
{
	struct buf b = { 0 };

	fn(r, &b);
	add(a, &b);
	buf_clear(&b);
}

void
attention_init(struct attention *a, const struct report *r)
{
	*a = (struct attention){ 0 };
	look(a, r, slots);
	look(a, r, unusual);
	for (size_t i = 0; i < r->n_alerts && a->n < ATTENTION_MOST; i++)
		a->sentences[a->n++] = arena_str(&a->arena, r->alerts[i]);
	insights(a, r);
	look(a, r, deferrals);
}

void
attention_clear(struct attention *a)
{
	arena_clear(&a->arena);
	*a = (struct attention){ 0 };
}
