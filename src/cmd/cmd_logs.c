/*
 * cmd_logs.c - "mailtally logs": the log files there are, lines of one of them,
 * and the state beside them.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/out.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "cmd/inputs.h"
#include "cmd/logs.h"
#include "cmd/output.h"
#include "cmd/terminal.h"
#include "logview/log_list.h"
#include "logview/log_page.h"
#include "logview/log_state_table.h"
#include "print/printer.h"
#include "render/render.h"
#include "report/report.h"
#include "summarize/state.h"
#include "summarize/store.h"

struct view_options {
	const char *lines;
	const char *state;
	const char *pattern;
	bool fixed;
	bool last;
	bool local_time;
	long at;
	long limit;
	struct logs_options logs;
	struct output_options output;
};

struct view {
	const struct cmd_context *context;
	const struct view_options *o;
	struct logs logs;
};

#define VIEW_ROWS 13

static void
view_rows(struct opt rows[VIEW_ROWS], struct view_options *o)
{
	const struct opt table[] = {
		{ .type = OPT_GROUP, .help = "What is shown" },
		{ .type = OPT_TEXT, .name = "lines", .argument = "ID",
		    .value = &o->lines, .help = "lines of that file of the "
		    "list, by its id or its name" },
		{ .type = OPT_TEXT, .name = "state", .argument = "ID",
		    .value = &o->state, .help = "that state of the list, as a "
		    "table" },
		{ .type = OPT_GROUP, .help = "Which lines" },
		{ .type = OPT_TEXT, .short_name = 'e', .name = "pattern",
		    .argument = "PATTERN", .value = &o->pattern,
		    .help = "those with this in them, without case" },
		{ .type = OPT_FLAG, .short_name = 'F', .name = "fixed-strings",
		    .value = &o->fixed, .help = "the pattern is plain text" },
		{ .type = OPT_NUMBER, .name = "at", .argument = "N",
		    .value = &o->at, .min = 0, .max = INT64_MAX,
		    .help = "from this byte of the file on", .initial = "0" },
		{ .type = OPT_NUMBER, .name = "limit", .argument = "N",
		    .value = &o->limit, .min = 1, .max = LOG_PAGE_LINES,
		    .help = "at most N lines", .initial = "500" },
		{ .type = OPT_FLAG, .name = "last", .value = &o->last,
		    .help = "the last ones, not the first ones" },
		{ .type = OPT_FLAG, .name = "time", .value = &o->local_time,
		    .help = "local time in place of labels" },
		{ .type = OPT_TEXT, .name = "tz", .argument = "ZONE",
		    .value = &o->logs.zone, .help = "time zone",
		    .initial = "the system's" },
		{ .type = OPT_TEXT, .name = "now", .argument = "TIME",
		    .value = &o->logs.now, .help = "what to take for the "
		    "present", .initial = "the clock", .hidden = true },
		{ .type = OPT_END },
	};
	_Static_assert(sizeof(table) / sizeof(table[0]) <= VIEW_ROWS,
	    "VIEW_ROWS is too small");

	memcpy(rows, table, sizeof(table));
}

static int
no_such(const char *what, const char *id, struct err *err)
{
	return err_set(err, ERR_NO_INPUT, "%.40s: there is no such %s; "
	    "\"mailtally logs\" lists them", id, what);
}

/* ---- reports ---- */

static struct report *
new_report(const struct view *v)
{
	struct report *r = report_new(v->context->program);

	r->zone = v->logs.zone;
	r->period = (struct period){ INT64_MIN, INT64_MAX };
	inputs_name_host(r, v->context->conf);
	return r;
}

static int
show_list(const struct view *v, const struct renderer *renderer,
    struct err *err)
{
	struct report *r = new_report(v);
	int result;

	log_list_report(r, &v->logs.sources, v->logs.zone);
	result = output_report(r, renderer, &v->o->output, err);
	report_free(&r);
	return result;
}

/* The path of a state by its id; false if there is none. */
static bool
find_state(const struct view *v, struct log_state *found)
{
	struct log_state *states = mem_zalloc(LOG_STATES_MAX * sizeof(*states));
	size_t n = log_states(states, LOG_STATES_MAX, &v->logs.sources), i = 0;

	while (i < n && strcmp(states[i].id, v->o->state) != 0)
		i++;
	if (i < n)
		*found = states[i];
	free(states);
	return i < n;
}

static int
read_state(const char *path, struct buf *text, struct err *err)
{
	struct err why;
	ssize_t n = store_read_file(path, buf_reserve(text, STATE_MAX_BYTES),
	    STATE_MAX_BYTES, &why);

	if (n < 0)
		return err_set(err, ERR_IO, "%s: %s", path, why.text);
	text->n = (size_t)n;
	return 0;
}

static int
show_state(const struct view *v, const struct renderer *renderer,
    struct err *err)
{
	struct log_state state;
	struct buf text = { 0 };
	struct report *r;
	int result = -1;

	if (!find_state(v, &state))
		return no_such("state", v->o->state, err);
	if (read_state(state.path, &text, err) == 0) {
		r = new_report(v);
		log_state_report(r, buf_str(&text));
		result = output_report(r, renderer, &v->o->output, err);
		report_free(&r);
	}
	buf_clear(&text);
	return result;
}

/* ---- lines ---- */

static int64_t
monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * WHEN_SECOND + t.tv_nsec;
}

static void
print_text(const struct view *v, const struct log_page *page, struct out *out)
{
	const struct printer_options po = { .utf8 = true };
	struct buf line = { 0 };
	struct printer printer;

	printer_init(&printer, &po, out);
	for (size_t i = 0; i < page->n && !out_gone(out); i++) {
		const struct log_page_line *l = &page->lines[i];

		buf_reset(&line);
		if (v->o->local_time && l->time_ns != WHEN_NONE)
			when_format(&line, l->time_ns, WHEN_LOCAL,
			    v->logs.zone);
		else
			buf_add_str(&line, l->stamp);
		if (line.n > 0)
			buf_add_char(&line, ' ');
		buf_add_str(&line, l->text);
		buf_add_char(&line, '\n');
		out_str(out, printer_compose_raw(&printer, buf_str(&line)));
	}
	printer_clear(&printer);
	buf_clear(&line);
}

static void
print_page(const struct view *v, const struct log_page *page,
    const struct source *s, struct out *out)
{
	struct buf b = { 0 };

	if (v->o->output.output == NULL ||
	    strcmp(v->o->output.output, "json") != 0) {
		print_text(v, page, out);
		return;
	}
	log_page_json(&b, page, s, v->logs.zone);
	out_str(out, buf_str(&b));
	buf_clear(&b);
}

static int
show_lines(const struct view *v, struct err *err)
{
	const struct log_page_options po = { .pattern = v->o->pattern,
		.fixed = v->o->fixed, .at = v->o->last ? 0 : (uint64_t)v->o->at,
		.limit = (size_t)v->o->limit, .last = v->o->last,
		.zone = v->logs.zone, .clock = monotonic };
	const struct source *s = log_find(&v->logs.sources,
	    str_from(v->o->lines));
	struct log_page page;
	struct out *out;
	int result;

	if (s == NULL)
		return no_such("log file", v->o->lines, err);
	result = log_page_read(&page, s, &po, err);
	if (result == 0) {
		out = out_open_fd(STDOUT_FILENO, "standard output");
		print_page(v, &page, s, out);
		result = out_close(&out, err);
	}
	log_page_clear(&page);
	return result;
}

/* ---- the command ---- */

static int
check(const struct view_options *o, struct err *err)
{
	const char *form = o->output.output;

	if (o->lines && o->state)
		return err_set(err, ERR_USAGE, "--lines and --state: one at a "
		    "time");
	if (o->lines && form && strcmp(form, "text") != 0 &&
	    strcmp(form, "json") != 0)
		return err_set(err, ERR_USAGE, "-o %s: lines are text or json",
		    form);
	return 0;
}

static int
show(struct view *v, int argc, char **argv, struct err *err)
{
	const struct renderer *renderer = output_choose(&v->o->output, err);

	if (renderer == NULL || check(v->o, err) < 0)
		return -1;
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "-") == 0)
			return err_set(err, ERR_USAGE, "-: standard input is "
			    "no file; name one, or a directory");
	if (logs_open(&v->logs, &v->o->logs, v->context, argc, argv, err) < 0)
		return -1;
	if (v->o->lines)
		return show_lines(v, err);
	return v->o->state ? show_state(v, renderer, err) :
	    show_list(v, renderer, err);
}

static int
logs_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	struct view_options o = { .limit = 500, .output = OUTPUT_DEFAULTS };
	struct opt own[VIEW_ROWS], output[OUTPUT_ROWS];
	const struct opt *tables[] = { own, output };
	struct view v = { .context = context, .o = &o };
	struct err err;
	int operands, status;

	view_rows(own, &o);
	output_rows(output, &o.output);
	operands = cmd_options(self, context, tables, 2, argc, argv, &status);
	if (operands < 0)
		return status;
	status = show(&v, operands, argv + 1, &err) < 0 ? cmd_fail(&err) : 0;
	logs_close(&v.logs);
	return status;
}

const struct cmd cmd_logs = {
	.name = "logs",
	.arguments = "[OPTIONS] [LOG...]",
	.summary = "the log files there are, and lines of one of them",
	.help = "Lists the files that the LOGs (or the configured ones) consist "
		"of, with an ID each, and the state that multilog keeps beside "
		"them. With --lines lines of one file, and with --state ID "
		"such a state as a table. Passwords are shown as ***.\n\n"
		"  mailtally logs /var/log/qpsmtpd\n"
		"  mailtally logs --lines current --last --time /var/log/qpsmtpd\n"
		"  mailtally logs --lines current -F -e queued /var/log/qpsmtpd",
	.run = logs_run,
};
