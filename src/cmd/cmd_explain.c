/*
 * cmd_explain.c - "mailtally explain": how a single line is understood.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/out.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "conf/conf.h"
#include "format/format.h"

/* Promise 6 (DESIGN 1): of a longer line the head is explained. */
#define LINE_BYTES_MAX ((size_t)1 << 20)

struct explain {
	const struct format *format; /* NULL: by content */
	struct zone *zone;
	struct out *out;
	unsigned lines;
	unsigned understood;
};

/* The format whose line it seems to be, or NULL. */
static const struct format *
detect(struct str line)
{
	const struct format *f;
	struct buf block = { 0 };

	buf_add_str(&block, line);
	buf_add_char(&block, '\n');
	memset(buf_reserve(&block, FORMAT_SLACK), '\n', FORMAT_SLACK);
	f = format_detect(buf_str(&block));
	buf_clear(&block);
	return f;
}

/* The line itself is not shown: what a format shows has no credentials. */
static void
explain_line(struct explain *e, struct str line)
{
	const struct format *f = e->format != NULL ? e->format : detect(line);
	struct buf fields = { 0 }, shown = { 0 };
	bool understood = f != NULL && f->explain(line, e->zone, &fields);

	e->lines++;
	e->understood += understood;
	buf_printf(&shown, "%sline %u: %s%s%s\n", e->lines > 1 ? "\n" : "",
	    e->lines, f != NULL ? f->name : "", f != NULL && !understood
	    ? ", " : "", understood ? "" : "not understood");
	cmd_escape(&shown, buf_str(&fields), 4);
	out_str(e->out, buf_str(&shown));
	buf_clear(&fields);
	buf_clear(&shown);
}

/* A line of standard input without its newline; false at the end. */
static bool
read_line(struct buf *line)
{
	int c;

	buf_reset(line);
	while ((c = getchar_unlocked()) != EOF && c != '\n') {
		if (line->n < LINE_BYTES_MAX)
			buf_add_char(line, (char)c);
	}
	return c != EOF || line->n > 0;
}

static int
explain_input(struct explain *e, struct err *err)
{
	struct buf line = { 0 };

	while (!out_gone(e->out) && read_line(&line))
		explain_line(e, buf_str(&line));
	buf_clear(&line);
	if (!ferror(stdin))
		return 0;
	return err_set(err, ERR_IO, "standard input: %s", strerror(errno));
}

static int
explain_lines(struct explain *e, char *const *lines, int n, struct err *err)
{
	for (int i = 0; i < n; i++) {
		if (strcmp(lines[i], "-") != 0)
			explain_line(e, str_from(lines[i]));
		else if (explain_input(e, err) == -1)
			return -1;
	}
	return 0;
}

static int
open_explain(struct explain *e, const char *format, const char *zone, int n,
    struct err *err)
{
	if (n == 0) {
		return err_set(err, ERR_USAGE, "explain: give lines of a log, "
		    "each as one argument, or - to read them from standard input");
	}
	if (format != NULL) {
		e->format = format_find(format);
		if (e->format == NULL) {
			return err_set(err, ERR_USAGE, "--format %.60s: no such "
			    "format; mailtally formats lists what there is",
			    format);
		}
	}
	if (zone_open(&e->zone, zone, err) == -1)
		return -1;
	e->out = out_open_fd(STDOUT_FILENO, "standard output");
	return 0;
}

static int
close_explain(struct explain *e, struct err *err)
{
	zone_close(&e->zone);
	return e->out != NULL ? out_close(&e->out, err) : 0;
}

static int
explain_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	const char *format = NULL, *zone = context->conf->zone;
	const struct opt rows[] = {
		{ .type = OPT_GROUP, .help = "Lines" },
		{ .type = OPT_TEXT, .name = "format", .argument = "NAME",
		    .value = &format, .help = "format of the lines",
		    .initial = "by content" },
		{ .type = OPT_TEXT, .name = "tz", .argument = "ZONE",
		    .value = &zone, .help = "time zone of stamps that name none",
		    .initial = "the system's" },
		{ .type = OPT_END },
	};
	const struct opt *tables[] = { rows };
	struct explain e = { .lines = 0 };
	struct err err, late;
	int operands, status, result;

	operands = cmd_options(self, context, tables, 1, argc, argv, &status);
	if (operands < 0)
		return status;
	result = open_explain(&e, format, zone, operands, &err);
	if (result == 0)
		result = explain_lines(&e, argv + 1, operands, &err);
	if (close_explain(&e, &late) == -1 && result == 0) {
		err = late;
		result = -1;
	}
	if (result == -1)
		return cmd_fail(&err);
	return e.understood > 0 ? 0 : 2;
}

const struct cmd cmd_explain = {
	.name = "explain",
	.arguments = "[OPTIONS] LINE...",
	.summary = "how a line of a log is understood",
	.help = "Each argument is one line; - reads lines from standard input. "
		"Lines are looked at one by one, so what a report joins is not "
		"joined here. The exit status is 2 if none of them was understood."
		"\n\n"
		"  tail -n 1 /var/log/qpsmtpd/current | mailtally explain -",
	.run = explain_run,
};
