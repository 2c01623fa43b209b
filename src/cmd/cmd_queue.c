/*
 * cmd_queue.c - "mailtally queue": what is in the queue of qmail now.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/zone.h"
#include "cmd/clock.h"
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "cmd/queue_report.h"
#include "queue/qmail.h"
#include "report/report.h"

#define QUEUE_DIR "/var/qmail/queue"

struct queue_options {
	const char *dir;
	long top;
	struct output_options output;
	struct clock_options clock;
};

#define QUEUE_ROWS 4
static void
queue_rows(struct opt rows[QUEUE_ROWS], struct queue_options *o)
{
	const struct opt table[QUEUE_ROWS] = {
		{ .type = OPT_GROUP, .help = "Queue" },
		{ .type = OPT_TEXT, .name = "dir", .argument = "DIR",
		    .value = &o->dir, .help = "the queue's directory",
		    .initial = QUEUE_DIR },
		{ .type = OPT_NUMBER, .name = "top", .argument = "N",
		    .value = &o->top, .min = 0, .max = 1000000000,
		    .help = "messages and destinations shown, 0: all",
		    .initial = "0" },
		{ .type = OPT_END },
	};

	memcpy(rows, table, sizeof(table));
}

/* Literals and arguments of the command line, which nobody writes to. */
static int
add_option(const char **to, const char *name, const char *value)
{
	if (value == NULL)
		return 0;
	to[0] = name;
	to[1] = value;
	return 2;
}

/* The report of the logs tells what can be known from them, and says that it
 * is only that. */
static int
from_logs(struct cmd_context *context, const struct queue_options *o, int argc,
    char **argv)
{
	const char **all = mem_zalloc(((size_t)argc + 16) * sizeof(*all));
	struct buf top = { 0 };
	int n = 0, status;

	buf_printf(&top, "%ld", o->top);
	all[n++] = "report";
	n += add_option(all + n, "--sections", "qmail-queue,qmail-outgoing");
	n += add_option(all + n, "--top", top.p);
	/* What waits may have been queued on any day. */
	n += add_option(all + n, "--period", argc == 0 ? "all" : NULL);
	n += add_option(all + n, "--output", o->output.output);
	n += add_option(all + n, "--directory", o->output.directory);
	n += add_option(all + n, "--color", o->output.color);
	n += add_option(all + n, "--tz", o->clock.zone);
	n += add_option(all + n, "--now", o->clock.now);
	if (!o->output.csv_safe)
		all[n++] = "--no-csv-safe";
	for (int i = 0; i < argc; i++)
		all[n++] = argv[i];
	status = cmd_report.run(&cmd_report, context, n, (char **)(uintptr_t)all);
	free(all);
	buf_clear(&top);
	return status;
}

static int
print_queue(const struct cmd_context *context, const struct queue *q,
    const struct queue_options *o, const struct renderer *renderer,
    const struct zone *zone, int64_t now_ns, struct err *err)
{
	struct report *r = report_new(context->program);
	int status;

	r->zone = zone;
	r->period = (struct period){ INT64_MIN, INT64_MAX };
	queue_report(r, q, o->dir, now_ns, o->top);
	status = output_report(r, renderer, &o->output, err);
	report_free(&r);
	return status;
}

static int
from_directory(const struct cmd_context *context,
    const struct queue_options *o, struct err *err)
{
	const struct renderer *renderer = output_choose(&o->output, err);
	struct queue q = { 0 };
	struct zone *zone;
	int64_t now_ns;
	int status;

	if (renderer == NULL ||
	    clock_open(&o->clock, NULL, &zone, &now_ns, err) < 0)
		return -1;
	status = queue_read(&q, o->dir, err);
	if (status == 0)
		status = print_queue(context, &q, o, renderer, zone, now_ns,
		    err);
	if (status == 0 && q.n_problems > 0)
		status = err_set(err, ERR_IO, "%s: %llu parts could not be "
		    "read; run it as root", o->dir,
		    (unsigned long long)q.n_problems);
	queue_close(&q);
	zone_close(&zone);
	return status;
}

static int
queue_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	struct queue_options o = { .output = OUTPUT_DEFAULTS };
	struct opt own[QUEUE_ROWS], output[OUTPUT_ROWS], times[CLOCK_ROWS];
	const struct opt *tables[] = { own, output, times };
	struct err err;
	int operands, status;

	queue_rows(own, &o);
	output_rows(output, &o.output);
	clock_rows(times, &o.clock);
	operands = cmd_options(self, context, tables, 3, argc, argv, &status);
	if (operands < 0)
		return status;
	if (operands > 0)
		return from_logs(context, &o, operands, argv + 1);
	if (o.dir)
		return from_directory(context, &o, &err) < 0 ? cmd_fail(&err) : 0;
	o.dir = QUEUE_DIR;
	if (from_directory(context, &o, &err) == 0)
		return 0;
	if (err.kind != ERR_NO_INPUT)
		return cmd_fail(&err);
	/* There is none here, or it may not be read. */
	fprintf(stderr, "mailtally: %s; what is in the queue is estimated from "
	    "the logs\n", err.text);
	return from_logs(context, &o, 0, argv + 1);
}

const struct cmd cmd_queue = {
	.name = "queue",
	.arguments = "[OPTIONS] [LOG...]",
	.summary = "what is in the queue of qmail, with ages and next tries",
	.help = "Reads the queue itself, which only root may. With a LOG, a log "
		"of qmail-send, what is in the queue is estimated from that; "
		"without one and without access to the queue, from the "
		"configured logs.  An estimate says that it is one.\n\n"
		"  mailtally queue --top 20\n"
		"  mailtally queue --dir /var/qmail/queue -o json\n"
		"  mailtally queue /var/log/qmail",
	.run = queue_run,
};
