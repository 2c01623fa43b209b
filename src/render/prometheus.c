/*
 * The numbers of a report as Prometheus reads them (its text format 0.0.4),
 * for node_exporter's textfile collector.
 *
 * They are gauges: what the period held.  A counter could not fall when old
 * logs are removed.  Label values come from bounded sets (categories, plugins,
 * lists, classes of trouble): never an address.
 */
#include <inttypes.h>
#include <string.h>

#include "base/ip.h"
#include "base/out.h"
#include "base/when.h"
#include "render/render.h"
#include "report/report.h"

/* A label value is no longer, and a metric has no more of them. */
#define LABEL_MOST 64
#define LABELS_MOST 200

/* One sample for each row of a table. */
struct rows_metric {
	const char *name;
	const char *help;
	const char *section;
	const char *table; /* NULL: the first */
	const char *label; /* of the metric */
	const char *key;   /* the column that has its value */
	const char *value; /* the column of the sample */
	const char *only;  /* keys, each with a blank behind; NULL: all */
};

static const struct rows_metric rows_metrics[] = {
	{ "mailtally_dispositions", "Transactions by what decided them: queued, "
	    "or the plugin that denied.", "codes", NULL, "disposition",
	    "reason", "count", NULL },
	{ "mailtally_list_denials", "Denials by block list.", "bl-use", NULL,
	    "list", "list", "count", NULL },
	{ "mailtally_deferrals", "Delivery attempts put off, by kind of "
	    "trouble.", "deferrals", "classes", "class", "class", "count",
	    NULL },
	{ "mailtally_bounces", "Deliveries that failed, by kind of trouble.",
	    "bounces", "classes", "class", "class", "count", NULL },
	{ "mailtally_deliveries", "Delivery attempts by what became of them.",
	    "totals", NULL, "status", "item", "value",
	    "delivered deferrals bounced " },
	{ "mailtally_messages", "Messages by what became of them.", "totals",
	    NULL, "status", "item", "value",
	    "received rejected deferred queued in_queue " },
	{ "mailtally_log_lines", "Log lines by what was made of them.",
	    "unparsed", NULL, "state", "item", "lines",
	    "read used ignored not_understood " },
};

/* One sample, the sum of a column. */
struct sum_metric {
	const char *name;
	const char *help;
	const char *section;
	const char *value;
};

static const struct sum_metric sum_metrics[] = {
	{ "mailtally_connections", "Connections accepted.", "connections",
	    "connections" },
	{ "mailtally_connections_refused", "Connections refused because as "
	    "many ran as may.", "connections", "refused_total" },
	{ "mailtally_connections_refused_per_client", "Connections refused "
	    "because one client had as many as it may.", "connections",
	    "refused_per_ip" },
	{ "mailtally_login_failures", "Refused logins.", "auth", "failures" },
};

/* ---- lines ---- */

static void
print_help(struct out *out, const char *name, const char *type,
    const char *help)
{
	out_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/*
 * What plugins, lists and classes of trouble are called.  A broken log may have
 * anything in their place, also an address: that counts with the others.
 */
static bool
is_name(struct str s)
{
	static const char marks[] = "_.:/- ";
	bool letter = false;
	struct ip ip;

	for (size_t i = 0; i < s.n; i++) {
		char c = str_lower(s.p[i]);

		letter = letter || (c >= 'a' && c <= 'z');
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    (c == '\0' || strchr(marks, c) == NULL))
			return false;
	}
	return letter && s.n <= LABEL_MOST && !ip_parse(s, &ip);
}

/* value is a name: nothing to escape. */
static void
print_label(struct out *out, const char *label, struct str value)
{
	out_printf(out, "{%s=\"%.*s\"}", label, STR_ARG(value));
}

static void
print_number(struct out *out, const struct value *v)
{
	if (v->is == VALUE_IS_INT)
		out_printf(out, " %" PRId64 "\n", v->i);
	else
		out_printf(out, " %.9g\n", v->r);
}

static bool
is_number(const struct value *v)
{
	return v && (v->is == VALUE_IS_INT || v->is == VALUE_IS_REAL);
}

static void
print_seconds(struct out *out, int64_t ns)
{
	out_printf(out, " %.9g\n", (double)ns / (double)WHEN_SECOND);
}

/* ---- metrics of tables ---- */

static bool
is_listed(const char *list, struct str key)
{
	struct str rest, one;

	if (list == NULL)
		return true;
	rest = str_from(list);
	while (str_cut(&rest, ' ', &one))
		if (one.n > 0 && str_eq(one, key))
			return true;
	return false;
}

static void
print_sample(struct out *out, const struct rows_metric *m, struct str key,
    int64_t n)
{
	out_text(out, m->name);
	print_label(out, m->label, key);
	out_printf(out, " %" PRId64 "\n", n);
}

static void
print_rows(struct out *out, const struct report *r,
    const struct rows_metric *m)
{
	const struct table *t = report_table(r, m->section, m->table);
	int64_t others = 0;
	size_t n = 0;

	if (t == NULL || t->n_rows == 0)
		return;
	print_help(out, m->name, "gauge", m->help);
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct row *row = &t->rows[i];
		const struct value *key = table_value(t, row, m->key);
		const struct value *v = table_value(t, row, m->value);

		if (!key || key->is != VALUE_IS_TEXT || !v ||
		    v->is != VALUE_IS_INT || row->flags & ROW_SUBTOTAL ||
		    !is_listed(m->only, key->s))
			continue;
		if (row->flags & ROW_OTHERS || !is_name(key->s) ||
		    n++ >= LABELS_MOST)
			others += v->i;
		else
			print_sample(out, m, key->s, v->i);
	}
	if (others > 0)
		print_sample(out, m, STR("(others)"), others);
}

static void
print_sum(struct out *out, const struct report *r, const struct sum_metric *m)
{
	const struct table *t = report_table(r, m->section, NULL);
	int64_t sum = 0;

	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct value *v = table_value(t, &t->rows[i], m->value);

		if (v == NULL)
			return;
		if (v->is == VALUE_IS_INT && !(t->rows[i].flags & ROW_SUBTOTAL))
			sum += v->i;
	}
	print_help(out, m->name, "gauge", m->help);
	out_printf(out, "%s %" PRId64 "\n", m->name, sum);
}

/* The columns of the table of hours are the categories. */
static void
print_outcomes(struct out *out, const struct report *r)
{
	const struct table *t = report_table(r, "hours", NULL);

	if (t == NULL || t->n_footers == 0)
		return;
	print_help(out, "mailtally_transactions", "gauge",
	    "Transactions by category of their outcome.");
	for (size_t i = 0; i < t->n_columns; i++) {
		const struct column *c = &t->columns[i];

		if (c->type != VALUE_COUNT || strcmp(c->id, "totals") == 0 ||
		    !is_number(&t->footers[0].values[i]))
			continue;
		out_text(out, "mailtally_transactions");
		print_label(out, "outcome", str_from(c->id));
		print_number(out, &t->footers[0].values[i]);
	}
}

/* ---- durations ---- */

static int64_t
int_of(const struct table *t, const struct row *row, const char *column)
{
	const struct value *v = table_value(t, row, column);

	return v && v->is == VALUE_IS_INT ? v->i : 0;
}

static void
print_connection_time(struct out *out, const struct report *r)
{
	static const struct {
		const char *quantile, *column;
	} quantiles[] = { { "0.5", "median" }, { "0.9", "90_percent" },
		{ "0.99", "99_percent" } };
	static const char name[] = "mailtally_connection_seconds";
	const struct table *t = report_table(r, "connections", "times");

	if (t == NULL || t->n_rows == 0)
		return;
	print_help(out, name, "summary", "How long connections took.");
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(*quantiles); i++) {
		const struct value *v = table_value(t, &t->rows[0],
		    quantiles[i].column);

		if (!v || v->is != VALUE_IS_INT)
			continue;
		out_printf(out, "%s{quantile=\"%s\"}", name,
		    quantiles[i].quantile);
		print_seconds(out, v->i);
	}
	out_printf(out, "%s_sum", name);
	print_seconds(out, int_of(t, &t->rows[0], "total"));
	out_printf(out, "%s_count %" PRId64 "\n", name,
	    int_of(t, &t->rows[0], "count"));
}

/* The bounds of section queue-times (spec/reports.md D.8); "more" is +Inf. */
static const struct {
	const char *under;
	unsigned seconds;
} bounds[] = {
	{ "1m", 60 }, { "5m", 300 }, { "15m", 900 }, { "30m", 1800 },
	{ "1h", 3600 }, { "3h", 10800 }, { "6h", 21600 }, { "12h", 43200 },
	{ "1d", 86400 },
};

static unsigned
bound_of(struct str under)
{
	for (size_t i = 0; i < sizeof(bounds) / sizeof(*bounds); i++)
		if (str_eq(under, str_from(bounds[i].under)))
			return bounds[i].seconds;
	return 0;
}

static void
print_delays(struct out *out, const struct report *r)
{
	static const char name[] = "mailtally_delivery_delay_seconds";
	const struct table *t = report_table(r, "queue-times", NULL);
	const struct table *times = report_table(r, "queue-times", "times");
	int64_t all = 0;

	if (t == NULL || times == NULL || times->n_rows == 0)
		return;
	print_help(out, name, "histogram", "How long until a recipient was "
	    "delivered to or given up.");
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct value *under = table_value(t, &t->rows[i],
		    "under");
		unsigned bound = under && under->is == VALUE_IS_TEXT ?
		    bound_of(under->s) : 0;

		all += int_of(t, &t->rows[i], "messages");
		if (bound > 0)
			out_printf(out, "%s_bucket{le=\"%u\"} %" PRId64 "\n",
			    name, bound, all);
	}
	out_printf(out, "%s_bucket{le=\"+Inf\"} %" PRId64 "\n%s_sum", name, all,
	    name);
	out_printf(out, " %.9g\n%s_count %" PRId64 "\n",
	    (double)int_of(times, &times->rows[0], "mean") / 1e9 *
	    (double)int_of(times, &times->rows[0], "count"), name, all);
}

/* ---- the whole ---- */

static void
print_bound(struct out *out, const char *name, const char *help, int64_t ns)
{
	if (ns == INT64_MIN || ns == INT64_MAX)
		return;
	print_help(out, name, "gauge", help);
	out_printf(out, "%s %" PRId64 "\n", name, when_to_s(ns));
}

static int
render(const struct report *r, const struct render_options *o, struct out *out,
    struct err *err)
{
	(void)o;
	(void)err;
	print_bound(out, "mailtally_period_start_seconds", "Beginning of the "
	    "period, Unix time.", r->period.start_ns);
	print_bound(out, "mailtally_period_end_seconds", "End of the period, "
	    "Unix time.", r->period.end_ns);
	print_bound(out, "mailtally_newest_line_seconds", "Time of the newest "
	    "log line, Unix time.", r->last_ns);
	print_outcomes(out, r);
	for (size_t i = 0; i < sizeof(rows_metrics) / sizeof(*rows_metrics); i++)
		print_rows(out, r, &rows_metrics[i]);
	for (size_t i = 0; i < sizeof(sum_metrics) / sizeof(*sum_metrics); i++)
		print_sum(out, r, &sum_metrics[i]);
	print_connection_time(out, r);
	print_delays(out, r);
	return 0;
}

const struct renderer render_prometheus = {
	.name = "prometheus",
	.help = "gauges for Prometheus, as the textfile collector reads them",
	.render = render,
};
