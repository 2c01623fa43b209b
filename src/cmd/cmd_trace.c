/*
 * cmd_trace.c - "mailtally trace": what happened to a message, a client or an
 * address.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/out.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "cmd/input_again.h"
#include "cmd/logs.h"
#include "cmd/store_opens.h"
#include "cmd/terminal.h"
#include "cmd/trace_store.h"
#include "format/format.h"
#include "history/kept_logs.h"
#include "pump/ordered.h"
#include "store/store.h"
#include "trace/hits.h"
#include "trace/show.h"
#include "trace/story.h"
#include "trace/what.h"

/* Of several hits so many are listed, unless --limit says otherwise. */
#define LISTED 10

enum output { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_JSONL };
static const char *const outputs[] = { "text", "json", "jsonl", NULL };

static const char *const colors[] = { "auto", "always", "never", NULL };

struct trace_options {
	struct logs_options logs;
	const char *store;
	const char *as;
	int output;
	int color;
	bool all;
	long limit; /* 0: not given */
};

struct trace {
	const struct cmd_context *context;
	const struct trace_options *o;
	struct logs logs;
	struct what what;
	struct store *store;	/* --store; else NULL */
	struct kept_logs kept;	/* of it */
	struct spans spans;	/* when to read the logs */
	struct hits *hits;
	struct ordered read;
	size_t shown; /* stories */
};

#define TRACE_ROWS 9

static void
trace_rows(struct opt rows[TRACE_ROWS], struct trace_options *o)
{
	const struct opt table[TRACE_ROWS] = {
		{ .type = OPT_GROUP, .help = "Store" },
		{ .type = OPT_TEXT, .name = "store", .argument = "FILE",
		    .value = &o->store, .help = "look there where in the logs it "
		    "is; FILE is as ingest has it" },
		{ .type = OPT_GROUP, .help = "What is shown" },
		{ .type = OPT_TEXT, .name = "as", .argument = "KIND",
		    .value = &o->as, .help = "what WHAT is: message-id, address, "
		    "client, process, queue-id, number", .initial = "by form" },
		{ .type = OPT_FLAG, .name = "all", .value = &o->all,
		    .help = "every hit whole, not only a list of the newest" },
		{ .type = OPT_NUMBER, .name = "limit", .argument = "N",
		    .value = &o->limit, .min = 1, .max = HITS_MAX,
		    .help = "at most N hits", .initial = "10 in a list" },
		{ .type = OPT_CHOICE, .short_name = 'o', .name = "output",
		    .argument = "FORMAT", .value = &o->output,
		    .choices = outputs, .help = "stories for people or as JSON, or "
		    "their events, one a line", .initial = "text" },
		{ .type = OPT_CHOICE, .name = "color", .argument = "WHEN",
		    .value = &o->color, .choices = colors,
		    .help = "colours", .initial = "auto" },
		{ .type = OPT_END },
	};

	memcpy(rows, table, sizeof(table));
}

/* Who hangs together with what was asked for is looked for so many times: each
 * forward of a forward may need one. */
#define READINGS 10
/* qmail gives up a message after so long (queuelifetime). */
#define QUEUE_AGE_NS (INT64_C(8) * 86400 * WHEN_SECOND)

/* Nobody asks for events: conversations are read from the lines. */
static bool
no_event(void *ctx, const struct event *ev)
{
	(void)ctx, (void)ev;
	return true;
}

/* One reading of all spans. */
static void
read_spans(struct trace *t)
{
	const struct logs *l = &t->logs;
	struct ordered_options oo = {
		.sources = &l->sources, .format = l->format, .zone = l->zone,
		.now_ns = l->now_given ? l->now_ns : WHEN_NONE,
		.clock_ns = l->now_ns, .sink = no_event,
		.before = hits_block, .lane_ctx = hits_lane,
		.lane_end = hits_lane_end, .ctx = t->hits,
		.progress = l->progress ? logs_progress : NULL,
	};

	for (size_t i = 0; i < t->spans.n; i++) {
		oo.start_ns = t->spans.items[i].start_ns;
		oo.end_ns = t->spans.items[i].end_ns;
		if (t->store)
			hits_span(t->hits, t->spans.items[i]);
		ordered_clear(&t->read);
		ordered_run(&oo, &t->read);
	}
}

static void
read_logs(struct trace *t)
{
	const struct logs *l = &t->logs;
	struct hits_options ho = { .what = &t->what, .filter = l->filter,
		.period = l->period, .zone = l->zone };

	t->hits = hits_new(&ho);
	/* What was decided in the period may have its end after it. */
	spans_widen(&t->spans, 0, format_qpsmtpd.owner_age_ns);
	read_spans(t);
	for (int i = 1; i < READINGS && input_rewind(l) &&
	    hits_turn(t->hits); i++) {
		/* What the queue made of it may be before and long after. */
		if (i == 1)
			spans_widen(&t->spans, QUEUE_AGE_NS, t->store
			    ? QUEUE_AGE_NS : INT64_MAX);
		read_spans(t);
	}
	logs_progress_end(l);
}

/* How many of n are to be shown. */
static size_t
limit(const struct trace *t, size_t n, size_t usual)
{
	size_t most = t->o->limit > 0 ? (size_t)t->o->limit : usual;

	return n < most ? n : most;
}

/* Writes what is in b, so that it does not grow with the hits. */
static void
flush(struct out *out, struct buf *b)
{
	out_str(out, buf_str(b));
	buf_reset(b);
}

static void
print_json(const struct story *const *stories, size_t n, struct out *out,
    struct buf *b, const struct show_options *so)
{
	buf_add_str(b, STR("{\"schema\":1,\"stories\":["));
	for (size_t i = 0; i < n; i++) {
		buf_add_str(b, i ? STR(",\n") : STR("\n"));
		show_json(b, stories[i], so);
		flush(out, b);
	}
	buf_add_str(b, n ? STR("\n]}\n") : STR("]}\n"));
	flush(out, b);
}

static void
print_whole(const struct story *const *stories, size_t n, struct out *out,
    struct buf *b, const struct show_options *so)
{
	for (size_t i = 0; i < n && !out_gone(out); i++) {
		if (i > 0)
			buf_add_char(b, '\n');
		show_story(b, stories[i], so);
		flush(out, b);
	}
}

static void
print_list(const struct trace *t, const struct story *const *stories, size_t n,
    struct out *out, struct buf *b, const struct show_options *so)
{
	size_t found = hits_found(t->hits);

	for (size_t i = 0; i < n; i++)
		show_row(b, stories[i], so);
	flush(out, b);
	if (!t->context->quiet)
		fprintf(stderr, "mailtally: %zu hits%s; --all shows each "
		    "whole, PROCESS@\"TIME\" in place of WHAT one of them\n",
		    found, n < found ? ", the newest are listed" : "");
}

static void
print_events(const struct story *const *stories, size_t n, struct out *out,
    struct buf *b)
{
	for (size_t i = 0; i < n && !out_gone(out); i++) {
		show_events(b, stories[i]);
		flush(out, b);
	}
}

static bool
is_list(const struct trace *t)
{
	return t->o->output == OUTPUT_TEXT && !t->o->all &&
	    hits_found(t->hits) > 1 && !hits_of_one_connection(t->hits);
}

static void
print_hits(struct trace *t, struct out *out)
{
	struct show_options so = { .zone = t->logs.zone };
	struct terminal terminal;
	const struct story *const *stories;
	struct buf b = { 0 };
	size_t n;

	terminal_ask(&terminal, colors[t->o->color]);
	so.color = terminal.color;
	so.utf8 = terminal.utf8;
	stories = hits_sorted(t->hits, &n);
	n = t->shown = limit(t, n, is_list(t) ? LISTED : n);
	if (t->o->output == OUTPUT_JSON)
		print_json(stories, n, out, &b, &so);
	else if (t->o->output == OUTPUT_JSONL)
		print_events(stories, n, out, &b);
	else if (is_list(t))
		print_list(t, stories, n, out, &b, &so);
	else
		print_whole(stories, n, out, &b, &so);
	buf_clear(&b);
}

/* Sources that could not be read whole, one line each; the exit status. */
static int
tell_failures(const struct trace *t)
{
	int status = t->logs.missing ? err_exit_status(ERR_NO_INPUT)
	    : store_tell_gone(&t->kept);

	for (size_t i = 0; i < t->read.n_sources; i++) {
		const struct ordered_source *s = &t->read.sources[i];

		if (s->error == NULL)
			continue;
		if (strncmp(s->error, s->source->path,
		    strlen(s->source->path)) == 0)
			fprintf(stderr, "mailtally: %s\n", s->error);
		else
			fprintf(stderr, "mailtally: %s: %s; the rest was "
			    "searched\n", s->source->path, s->error);
		status = err_exit_status(ERR_IO);
	}
	return status;
}

static bool
anything_understood(const struct trace *t)
{
	/* What was recognised by content is understood, story or not. */
	for (size_t i = 0; i < t->read.n_sources; i++)
		if (t->read.sources[i].skipped ||
		    (t->read.sources[i].format && t->logs.format == NULL))
			return true;
	return hits_understood(t->hits);
}

/* Fewer are shown than were asked for: that has to be said. */
static void
tell_left_out(const struct trace *t)
{
	size_t found = hits_found(t->hits);

	if (t->shown < limit(t, found, is_list(t) ? LISTED : found))
		fprintf(stderr, "mailtally: %zu hits are too many to be kept, "
		    "the newest %zu are shown; ask for less with --since, "
		    "--until, --from, --to or --client\n", found, t->shown);
}

static int
conclude(const struct trace *t)
{
	int status = tell_failures(t);

	tell_left_out(t);
	if (status != 0)
		return status;
	if (t->store == NULL && !anything_understood(t)) {
		fprintf(stderr, "mailtally: nothing in the input was "
		    "understood; \"mailtally formats\" says what is\n");
		return 2;
	}
	return t->shown > 0 ? 0 : 1;
}

/*
 * Mail that is asked for may be of any day: without a period all that the
 * configured logs hold is searched, as the named ones are.
 */
static void
default_period(struct period_options *p)
{
	if (!p->since && !p->until && !p->interval && !p->base && !p->name)
		p->name = "all";
}

static int
open_input(struct trace *t, const struct logs_options *lo, int argc,
    char **argv, struct err *err)
{
	if (t->o->store)
		return store_open_logs(&t->store, t->o->store, &t->logs, lo,
		    t->context, argc, err);
	if (logs_open(&t->logs, lo, t->context, argc, argv, err) < 0)
		return -1;
	for (size_t i = 0; i < t->logs.sources.n; i++)
		if (t->logs.sources.sources[i]->kind == SOURCE_STDIN &&
		    input_keep(err) < 0)
			return -1;
	return 0;
}

static int
find_spans(struct trace *t, struct err *err)
{
	if (t->store)
		return trace_store_find(t->store, &t->what, &t->logs, &t->kept,
		    &t->spans, err);
	spans_add(&t->spans, t->logs.period, 0);
	return 0;
}

static int
run_trace(struct trace *t, struct logs_options *lo, int argc, char **argv,
    struct err *err)
{
	struct out *out;

	if (argc == 0)
		return err_set(err, ERR_USAGE, "what is to be traced? Name a "
		    "message-id, an address, a client, PROCESS@TIME or \"qp N\"");
	default_period(&lo->period);
	if (open_input(t, lo, argc - 1, argv + 1, err) < 0 ||
	    what_parse(&t->what, argv[0], t->o->as, t->logs.now_ns,
	    t->logs.zone, err) < 0 || find_spans(t, err) < 0)
		return -1;
	read_logs(t);
	out = out_open_fd(STDOUT_FILENO, "standard output");
	print_hits(t, out);
	return out_close(&out, err);
}

static int
trace_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	struct trace_options o = { .output = OUTPUT_TEXT };
	struct opt shared[LOGS_ROWS], own[TRACE_ROWS];
	const struct opt *tables[] = { own, shared };
	struct trace t = { .context = context, .o = &o };
	struct err err;
	int operands, status;

	logs_rows(shared, &o.logs);
	trace_rows(own, &o);
	operands = cmd_options(self, context, tables, 2, argc, argv, &status);
	if (operands < 0)
		return status;
	if (run_trace(&t, &o.logs, operands, argv + 1, &err) < 0)
		status = cmd_fail(&err);
	else
		status = conclude(&t);
	hits_free(&t.hits);
	ordered_clear(&t.read);
	spans_clear(&t.spans);
	kept_logs_clear(&t.kept);
	store_close(&t.store);
	logs_close(&t.logs);
	return status;
}

const struct cmd cmd_trace = {
	.name = "trace",
	.arguments = "[OPTIONS] WHAT [LOG...]",
	.summary = "the whole story of a message, client or address",
	.help = "WHAT is a message-id (<a@b>), an address (a@b, @b), a client "
		"(192.0.2.1, 192.0.2.0/24), a process with a time "
		"(26351@\"2026-03-29 09:58\"), or a queue id (qp 26343). Prints "
		"each line of the log that belongs to it, with what each plugin "
		"found, and ends in one sentence: who sent what to whom and "
		"when, what was decided by whom and why, how long it took and "
		"where it is now. Of several hits a list is printed, newest "
		"first. Without LOG the configured logs are searched, of all "
		"days.\n\n"
		"  mailtally trace '<A859.337873@m59.example.pl>' "
		"/var/log/qpsmtpd\n"
		"  mailtally trace ann@example.org --since -2d --verdict "
		"rejected\n"
		"  mailtally trace 26351@\"2026-03-29 09:58\" -o json",
	.run = trace_run,
};
