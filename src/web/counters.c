#include "web/counters.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/ip.h"
#include "base/mem.h"
#include "base/when.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* kind: of events that count; label: the member that names the counter. */
static const struct family {
	const char *name;
	const char *help;
	const char *kind; /* NULL: any */
	const char *label;
} families[] = {
	{ "mailtally_events_total", "Events by kind.", NULL, "kind" },
	{ "mailtally_transactions_total", "Transactions by verdict.",
	    "transaction", "verdict" },
	{ "mailtally_dispositions_total", "Transactions by what decided them.",
	    "transaction", "disposition" },
	{ "mailtally_deliveries_total", "Delivery attempts by verdict.",
	    "delivery", "verdict" },
};

static const double bounds[] = { 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120,
	300 };

void
counters_init(struct counters *c, int64_t start_ns)
{
	*c = (struct counters){ .start_ns = start_ns, .running = -1,
		.limit = -1 };
}

void
counters_clear(struct counters *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->all[i].label);
	free(c->all);
	*c = (struct counters){ 0 };
}

/* ---- members of our own lines ---- */

/*
 * The value of a member as it is written.  Nothing that a stranger wrote is
 * taken for one: within a text of JSON a quote has a backslash before it.
 */
static struct str
member(struct str line, const char *name)
{
	struct buf key = { 0 };
	struct str value;
	size_t at;

	buf_printf(&key, "\"%s\":", name);
	at = str_find(line, buf_str(&key));
	value = at < line.n ? str_skip(line, at + key.n) : str_none();
	buf_clear(&key);
	if (value.n > 0 && value.p[0] == '"') {
		value = str_skip(value, 1);
		return str_head(value, str_index(value, '"'));
	}
	return str_head(value, str_index(str_head(value,
	    str_index(value, '}')), ','));
}

static double
number(struct str s)
{
	char text[32];

	if (s.n == 0 || s.n >= sizeof(text))
		return -1;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return strtod(text, NULL);
}

/* Names of plugins, verdicts, kinds: never an address of a broken log. */
static bool
is_label(struct str s)
{
	struct ip ip;

	if (ip_parse(s, &ip) || str_index(s, '@') < s.n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '\\' ||
		    (unsigned char)s.p[i] >= 0x7f)
			return false;
	return s.n > 0 && s.n <= 64;
}

/* ---- counting ---- */

static void
count_label(struct counters *c, int family, struct str label)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->all[i].family == family &&
		    str_eq(str_from(c->all[i].label), label)) {
			c->all[i].n++;
			return;
		}
	}
	if (c->n >= COUNTERS_MOST - COUNT(families) &&
	    !str_eq(label, STR("others"))) {
		count_label(c, family, STR("others"));
		return;
	}
	ARRAY_PUSH(c->all, c->n, c->cap) = (struct counter){
		family, mem_cstr(label), 1 };
}

static void
count_seconds(struct counters *c, double seconds)
{
	size_t i = 0;

	if (seconds < 0)
		return;
	while (i < COUNT(bounds) && seconds > bounds[i])
		i++;
	c->seconds_n[i]++;
	c->seconds_count++;
	c->seconds_sum += seconds;
}

void
counters_add(struct counters *c, struct str line)
{
	struct str kind = member(line, "kind");
	int64_t time_ns;

	if (str_eq(kind, STR("accepted"))) {
		c->running = (int64_t)number(member(line, "running"));
		c->limit = (int64_t)number(member(line, "limit"));
	}
	if (when_parse(member(line, "time"), c->start_ns, NULL, &time_ns,
	    NULL) < 0 || time_ns < c->start_ns)
		return;
	for (size_t i = 0; i < COUNT(families); i++) {
		const struct family *f = &families[i];
		struct str label = member(line, f->label);

		if (f->kind && !str_eq(kind, str_from(f->kind)))
			continue;
		if (label.n > 0)
			count_label(c, (int)i, is_label(label) ? label :
			    STR("others"));
	}
	if (str_eq(kind, STR("closed")))
		count_seconds(c, number(member(line, "seconds")));
}

/* ---- printing ---- */

static void
print_gauge(struct buf *b, const char *name, const char *help, int64_t n)
{
	if (n >= 0)
		buf_printf(b, "# HELP %s %s\n# TYPE %s gauge\n%s %" PRId64 "\n",
		    name, help, name, name, n);
}

static void
print_seconds(const struct counters *c, struct buf *b)
{
	static const char name[] = "mailtally_connection_seconds";
	uint64_t n = 0;

	buf_printf(b, "# HELP %s How long connections took.\n"
	    "# TYPE %s histogram\n", name, name);
	for (size_t i = 0; i < COUNT(bounds); i++) {
		n += c->seconds_n[i];
		buf_printf(b, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name,
		    bounds[i], n);
	}
	buf_printf(b, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %.9g\n"
	    "%s_count %" PRIu64 "\n", name, c->seconds_count, name,
	    c->seconds_sum, name, c->seconds_count);
}

void
counters_print(const struct counters *c, struct buf *b)
{
	for (size_t i = 0; i < COUNT(families); i++) {
		buf_printf(b, "# HELP %s %s\n# TYPE %s counter\n",
		    families[i].name, families[i].help, families[i].name);
		for (size_t j = 0; j < c->n; j++)
			if (c->all[j].family == (int)i)
				buf_printf(b, "%s{%s=\"%s\"} %" PRIu64 "\n",
				    families[i].name, families[i].label,
				    c->all[j].label, c->all[j].n);
	}
	print_gauge(b, "mailtally_connections_running", "Connections that ran "
	    "when the newest one was accepted.", c->running);
	print_gauge(b, "mailtally_connections_limit", "Connections that may run "
	    "at a time.", c->limit);
	print_seconds(c, b);
}
