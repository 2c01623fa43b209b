/*
 * cmd_dnsbl_count.c - "mailtally dnsbl count": how often each block list
 * denied something.
 *
 * What is counted is what the section bl-use of the report counts, by the same
 * code; here a plugin at a time, so that those that are asked for can be added
 * up (spec/reports.md C.10).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "cmd/cmd.h"
#include "cmd/inputs.h"
#include "cmd/logs.h"
#include "cmd/output.h"
#include "cmd/terminal.h"
#include "conf/conf.h"
#include "event/naughty.h"
#include "render/render.h"
#include "report/block_lists.h"
#include "report/build.h"
#include "report/report.h"
#include "tally/tally.h"

struct count_options {
	struct logs_options logs;
	const char *by;
	const char *plugins;
	bool long_form;
	long top;
	struct output_options output;
};

#define COUNT_ROWS 6
static void
count_rows(struct opt rows[COUNT_ROWS], struct count_options *o)
{
	const struct opt table[] = {
		{ .type = OPT_GROUP, .help = "Count" },
		{ .type = OPT_TEXT, .name = "by", .argument = "KEY",
		    .value = &o->by, .help = "zone: the host of the URL in the "
		    "denial, unchanged; name: the list's name",
		    .initial = "zone" },
		{ .type = OPT_TEXT, .name = "plugin", .argument = "LIST",
		    .value = &o->plugins, .help = "dnsbl, naughty-dnsbl, rhsbl, "
		    "naughty-rhsbl, uribl, naughty-uribl, other; naughty: its "
		    "three; all", .initial = "dnsbl,naughty-dnsbl" },
		{ .type = OPT_FLAG, .short_name = 'l', .name = "long",
		    .value = &o->long_form, .help = "a table with shares, "
		    "clients, first and last, and the plugins" },
		{ .type = OPT_NUMBER, .name = "top", .argument = "N",
		    .value = &o->top, .min = 0, .max = 1000000000,
		    .help = "lists shown, 0: all", .initial = "0" },
		{ .type = OPT_END },
	};
	_Static_assert(sizeof(table) / sizeof(table[0]) <= COUNT_ROWS,
	    "COUNT_ROWS is too small");

	memcpy(rows, table, sizeof(table));
}

/* ---- plugins ---- */

/* "other" is what the configuration puts into the category RBL/DNS. */
enum {
	PLUGIN_DNSBL, PLUGIN_NAUGHTY_DNSBL, PLUGIN_RHSBL, PLUGIN_NAUGHTY_RHSBL,
	PLUGIN_URIBL, PLUGIN_NAUGHTY_URIBL, PLUGIN_OTHER, PLUGINS
};

#define BIT(plugin) (1u << (plugin))
#define NAUGHTY (BIT(PLUGIN_NAUGHTY_DNSBL) | BIT(PLUGIN_NAUGHTY_RHSBL) |      \
	BIT(PLUGIN_NAUGHTY_URIBL))

/* The names of events; then words of the option that stand for several. */
static const struct {
	const char *name;
	unsigned plugins;
} plugin_words[] = {
	[PLUGIN_DNSBL] = { "dnsbl", BIT(PLUGIN_DNSBL) },
	[PLUGIN_NAUGHTY_DNSBL] = { "naughty-dnsbl", BIT(PLUGIN_NAUGHTY_DNSBL) },
	[PLUGIN_RHSBL] = { "rhsbl", BIT(PLUGIN_RHSBL) },
	[PLUGIN_NAUGHTY_RHSBL] = { "naughty-rhsbl", BIT(PLUGIN_NAUGHTY_RHSBL) },
	[PLUGIN_URIBL] = { "uribl", BIT(PLUGIN_URIBL) },
	[PLUGIN_NAUGHTY_URIBL] = { "naughty-uribl", BIT(PLUGIN_NAUGHTY_URIBL) },
	[PLUGIN_OTHER] = { "other", BIT(PLUGIN_OTHER) },
	{ "naughty", NAUGHTY },
	{ "all", BIT(PLUGINS) - 1 },
};

static unsigned
plugin_of(const struct event *ev)
{
	char buffer[NAUGHTY_NAME_MAX];
	struct str name = ev->disposition;

	if (naughty_is(name))
		name = naughty_name(buffer, ev->text);
	for (unsigned i = 0; i < PLUGIN_OTHER; i++)
		if (str_eq(name, str_from(plugin_words[i].name)))
			return i;
	return PLUGIN_OTHER;
}

static int
choose_plugins(const char *list, unsigned *chosen, struct err *err)
{
	struct str rest = str_from(list ? list : "dnsbl,naughty-dnsbl"), word;

	*chosen = 0;
	while (str_cut(&rest, ',', &word)) {
		size_t i = 0, n = sizeof(plugin_words) / sizeof(*plugin_words);

		while (i < n && !str_eq(word, str_from(plugin_words[i].name)))
			i++;
		if (i == n)
			return err_set(err, ERR_USAGE, "--plugin %.*s: there are "
			    "dnsbl, rhsbl, uribl, naughty-dnsbl, naughty-rhsbl, "
			    "naughty-uribl, naughty, other and all",
			    (int)str_head(word, 60).n, word.p);
		*chosen |= plugin_words[i].plugins;
	}
	return 0;
}

/* ---- counting ---- */

/* The sink of one thread. */
struct plugin_counter {
	const struct filter *filter;
	unsigned chosen;
	struct tally *tallies[PLUGINS]; /* NULL: not asked for */
};

struct count {
	const struct cmd_context *context;
	const struct count_options *o;
	const struct renderer *renderer;
	unsigned chosen;
	bool by_zone;
	struct logs logs;
	struct tally_options tally;
	struct plugin_counter *counters;
	struct tally *all; /* of all that were chosen */
	struct pumped pumped;
	struct report *report;
	int status; /* of printing lines */
};

static void
count_event(void *ctx, const struct event *ev)
{
	struct plugin_counter *c = ctx;
	struct tally *t = c->tallies[plugin_of(ev)];

	if (t != NULL && (c->filter == NULL || filter_match(c->filter, ev)))
		tally_add(t, ev);
}

static void
make_counters(struct count *c)
{
	c->tally = (struct tally_options){
		.dims = DIM_BIT(DIM_CATEGORY) | (c->by_zone
		    ? DIM_BIT(DIM_LIST_HOST) | DIM_BIT(DIM_CLIENT_LIST_HOST)
		    : DIM_BIT(DIM_LIST) | DIM_BIT(DIM_CLIENT_LIST)),
		.classes = &c->context->conf->classes,
		.zone = c->logs.zone,
		.grain_s = 3600,
	};
	c->counters = mem_zalloc(c->logs.jobs * sizeof(*c->counters));
	for (unsigned i = 0; i < c->logs.jobs; i++) {
		c->counters[i].filter = c->logs.filter;
		for (unsigned p = 0; p < PLUGINS; p++)
			if (c->chosen & BIT(p))
				c->counters[i].tallies[p] = tally_new(&c->tally);
	}
}

/* Adds the threads up, and then the plugins. */
static void
add_up(struct count *c)
{
	c->all = tally_new(&c->tally);
	for (unsigned p = 0; p < PLUGINS; p++) {
		struct tally *first = c->counters[0].tallies[p];

		if (first == NULL)
			continue;
		for (unsigned i = 1; i < c->logs.jobs; i++) {
			tally_merge(first, c->counters[i].tallies[p]);
			tally_free(&c->counters[i].tallies[p]);
		}
		tally_settle(first);
		tally_merge(c->all, first);
	}
	tally_settle(c->all);
}

static void
read_logs(struct count *c)
{
	const struct logs *l = &c->logs;
	void **ctx = mem_zalloc(l->jobs * sizeof(*ctx));
	struct pump_options po = inputs_pump(l);

	make_counters(c);
	po.wants = tally_wants(c->tally.dims);
	po.join = tally_needs_join(c->tally.dims);
	po.sink = count_event;
	po.sink_ctx = ctx;
	for (unsigned i = 0; i < l->jobs; i++)
		ctx[i] = &c->counters[i];
	pump_run(&po, &c->pumped);
	logs_progress_end(l);
	free(ctx);
	add_up(c);
}

/* ---- showing ---- */

static void
make_report(struct count *c)
{
	struct build_options bo = { .top = c->o->top,
		.list_key_host = c->by_zone };
	struct build b = { .tally = c->all, .o = &bo, .zone = c->logs.zone,
		.period = c->logs.period,
		.classes = &c->context->conf->classes };
	struct list_plugin plugins[PLUGINS];
	struct report *r = report_new(c->context->program);
	struct section *s;
	size_t n = 0;

	c->report = b.report = r;
	r->zone = c->logs.zone;
	r->period = c->logs.period;
	inputs_name_host(r, c->context->conf);
	inputs_describe(r, &c->pumped);
	if (!inputs_understood(&c->pumped))
		inputs_explain_nothing(r, &c->pumped);
	s = report_section(r, "bl-use", "Block list use");
	section_bl_use(&b, s);
	for (unsigned p = 0; p < PLUGINS; p++)
		if (c->counters[0].tallies[p])
			plugins[n++] = (struct list_plugin){
				plugin_words[p].name, c->counters[0].tallies[p] };
	section_bl_plugins(&b, s, plugins, n);
}

/* "19867 Total", as the classic command has it: count, TAB, list. */
static void
print_line(struct buf *b, struct str name, struct value count, bool utf8)
{
	buf_printf(b, "%lld\t", (long long)count.i);
	(utf8 ? utf8_escape : utf8_escape_ascii)(b, name);
	buf_add_char(b, '\n');
}

static int
print_lines(const struct count *c)
{
	const struct table *t = c->report->sections[0]->tables[0];
	struct terminal terminal;
	struct buf b = { 0 };
	int status;

	terminal_ask(&terminal, c->o->output.color);
	/* By name the total is a footer: "Totals" there, "Total" here. */
	for (size_t i = 0; i < t->n_footers; i++)
		print_line(&b, STR("Total"), t->footers[i].values[1],
		    terminal.utf8);
	for (size_t i = 0; i < t->n_rows; i++)
		print_line(&b, t->rows[i].values[0].s, t->rows[i].values[1],
		    terminal.utf8);
	status = cmd_print(&b);
	buf_clear(&b);
	return status;
}

/* Where the report is not shown, its alerts are for standard error. */
static void
tell_alerts(const struct report *r)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < r->n_alerts; i++) {
		buf_add_str(&b, STR("mailtally: "));
		utf8_escape_ascii(&b, r->alerts[i]);
		buf_add_char(&b, '\n');
	}
	fputs(b.n > 0 ? b.p : "", stderr);
	buf_clear(&b);
}

/* ---- the command ---- */

static int
read_options(struct count *c, struct err *err)
{
	const struct count_options *o = c->o;

	c->renderer = output_choose(&o->output, err);
	if (c->renderer == NULL)
		return -1;
	c->by_zone = o->by == NULL || strcmp(o->by, "zone") == 0;
	if (!c->by_zone && strcmp(o->by, "name") != 0)
		return err_set(err, ERR_USAGE, "--by %s: must be zone or name",
		    o->by);
	return choose_plugins(o->plugins, &c->chosen, err);
}

static int
run_count(struct count *c, int argc, char **argv, struct err *err)
{
	if (read_options(c, err) < 0 ||
	    logs_open(&c->logs, &c->o->logs, c->context, argc, argv, err) < 0)
		return -1;
	read_logs(c);
	make_report(c);
	if (c->renderer != &render_text || c->o->long_form)
		return output_report(c->report, c->renderer, &c->o->output,
		    err);
	tell_alerts(c->report);
	c->status = print_lines(c);
	return 0;
}

static void
count_clear(struct count *c)
{
	report_free(&c->report);
	for (unsigned p = 0; c->counters && p < PLUGINS; p++)
		tally_free(&c->counters[0].tallies[p]);
	tally_free(&c->all);
	free(c->counters);
	pumped_clear(&c->pumped);
	logs_close(&c->logs);
}

static int
count_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	struct count_options o = { .output = OUTPUT_OF_LOGS };
	struct opt shared[LOGS_ROWS], own[COUNT_ROWS], output[OUTPUT_ROWS];
	const struct opt *tables[] = { own, output, shared };
	struct count c = { .context = context, .o = &o };
	struct err err;
	int operands, status;

	logs_rows(shared, &o.logs);
	output_rows(output, &o.output);
	count_rows(own, &o);
	operands = cmd_options(self, context, tables, 3, argc, argv, &status);
	if (operands < 0)
		return status;
	if (run_count(&c, operands, argv + 1, &err) < 0)
		status = cmd_fail(&err);
	else if (c.status != 0)
		status = c.status;
	else
		status = inputs_conclude(&c.logs, &c.pumped,
		    o.output.empty_ok);
	count_clear(&c);
	return status;
}

const struct cmd cmd_dnsbl_count = {
	.name = "dnsbl count",
	.arguments = "[OPTIONS] [LOG...]",
	.summary = "how often each block list denied something",
	.help = "Prints a line for each list: how many transactions it denied, a "
		"TAB, and what names the list in the denials. The first line is "
		"the total. What a list refused to answer is no use of it, and "
		"is counted apart.\n\n"
		"  mailtally dnsbl count --files-newer-than 1d /var/log/qpsmtpd\n"
		"  mailtally dnsbl count --by name --long --period yesterday\n"
		"  mailtally dnsbl count --plugin all -o json log.gz",
	.run = count_run,
};
