#include "logview/log_state_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"
#include "report/report.h"
#include "summarize/state.h"

static struct value
time_of(int64_t time_ns)
{
	return time_ns == WHEN_NONE ? value_null() : value_int(time_ns);
}

/* Negative: not known. */
static double
days_of(const struct state *s)
{
	if (s->epoch_ns == WHEN_NONE || s->newest_ns == WHEN_NONE ||
	    s->newest_ns <= s->epoch_ns)
		return -1;
	return (double)(s->newest_ns - s->epoch_ns) / 1e9 / WHEN_DAY_S;
}

static int
most_first(const void *a, const void *b)
{
	const struct sums_row *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->name, y->name);
}

static void
add_rows(struct report *r, struct table *t, const struct state *s)
{
	struct sums_row *rows = mem_zalloc((s->sums.n + 1) * sizeof(*rows));
	uint64_t total = sums_total(&s->sums);
	double days = days_of(s);

	for (size_t i = 0; i < s->sums.n; i++)
		rows[i] = s->sums.rows[i];
	qsort(rows, s->sums.n, sizeof(*rows), most_first);
	for (size_t i = 0; i < s->sums.n; i++) {
		struct value *v = table_row(r, t)->values;

		v[0] = value_text(arena_str(&r->arena, str_from(rows[i].name)));
		v[1] = value_count(rows[i].count);
		v[2] = value_percent(rows[i].count, total);
		if (days > 0)
			v[3] = value_real((double)rows[i].count / days);
		v[4] = time_of(rows[i].first_ns);
	}
	free(rows);
}

static void
add_section(struct report *r, const struct state *s)
{
	struct section *section = report_section(r, "state", "State");
	struct table *t = section_table(r, section, NULL, NULL);

	section->always = true;
	table_column(r, t, "Disposition", VALUE_TEXT);
	table_column(r, t, "Count", VALUE_COUNT)->bar = true;
	table_column(r, t, "Percent", VALUE_PERCENT)->digits = 1;
	table_column(r, t, "Per day", VALUE_REAL)->digits = 1;
	table_column(r, t, "First", VALUE_TIME);
	add_rows(r, t, s);
	if (!s->whole)
		section_note(r, section, "The file was cut or changed by somebody "
		    "else: the counts may be too small.");
}

void
log_state_report(struct report *r, struct str text)
{
	struct state *s = mem_zalloc(sizeof(*s));

	state_init(s);
	state_read(s, text);
	report_head(r, "since", "Counted since", VALUE_TIME,
	    time_of(s->epoch_ns));
	report_head(r, "newest", "Last transaction", VALUE_TIME,
	    time_of(s->newest_ns));
	report_head(r, "total", "Transactions", VALUE_COUNT,
	    value_count(sums_total(&s->sums)));
	add_section(r, s);
	state_clear(s);
	free(s);
}
