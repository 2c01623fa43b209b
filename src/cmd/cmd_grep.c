/*
 * cmd_grep.c - "mailtally grep": the lines of old logs, by pattern and field.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/out.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "cmd/grep_group.h"
#include "cmd/grep_options.h"
#include "cmd/logs.h"
#include "cmd/terminal.h"
#include "conf/conf.h"
#include "event/address.h"
#include "print/printer.h"
#include "pump/ordered.h"
#include "search/ranking.h"
#include "search/search.h"
#include "trace/conversation.h"

/* What a run holds. */
struct run {
	const struct cmd_context *context;
	const struct grep_options *o;
	struct grep_choices choices;
	struct logs logs;
	struct search search;
	struct terminal terminal;
	struct out *out;
	struct printer printer;
	struct ranking ranking; /* --sort */
	struct groups groups;	/* --group-by */
	struct ordered ordered;
	struct buf scratch;
	uint64_t found;
	uint64_t unaddressed; /* denials without a recipient, not found */
	bool enough;	      /* stopped at the limit */
	int64_t progress_ns;  /* when the progress is to be told next */
};

/* One lane's, for --context connection. */
struct lane_run {
	struct run *run;
	int year;
	struct conversations *conversations; /* made when the format is known */
};

/* ---- what is found ---- */

/* A denial before any recipient was accepted: no address can find it. */
static bool
is_unaddressed(const struct event *ev)
{
	return ev->kind == EVENT_TRANSACTION &&
	    ev->verdict != VERDICT_ACCEPTED && address_recipients(ev).n == 0;
}

static void
count_unaddressed(void *ctx, const struct event *ev)
{
	struct run *r = ctx;

	r->unaddressed += is_unaddressed(ev);
}

static bool
is_found(struct run *r, const struct event *ev)
{
	if (!event_has_line(ev))
		return false;
	if (search_match(&r->search, ev))
		return true;
	count_unaddressed(r, ev);
	return false;
}

/* A lane's keep, where events are shown. */
static bool
keep_found(void *ctx, const struct event *ev)
{
	return is_found(ctx, ev);
}

static int64_t
sort_key(enum grep_sort sort, const struct event *ev)
{
	int64_t key = EVENT_NO_NUMBER;

	switch (sort) {
	case GREP_SORT_NONE:
	case GREP_SORT_TIME:
		/* They come in that order, and keep it. */
		return 0;
	case GREP_SORT_SECONDS:
		key = ev->duration_ns;
		break;
	case GREP_SORT_CONCURRENCY:
		key = ev->running;
		break;
	case GREP_SORT_SCORE:
		key = ev->score_milli;
		break;
	}
	return key == EVENT_NO_NUMBER ? RANKING_NO_KEY : key;
}

/* Raw lines as they are shown: without credentials, escaped. */
static struct str
compose_raw(struct run *r, struct str raw)
{
	for (size_t i = 0; formats[i]; i++) {
		buf_reset(&r->scratch);
		if (formats[i]->mask && formats[i]->mask(raw, &r->scratch))
			return printer_compose_raw(&r->printer,
			    buf_str(&r->scratch));
	}
	return printer_compose_raw(&r->printer, raw);
}

/* The sink: events that were found, in the order of time. */
static bool
show_event(void *ctx, const struct event *ev)
{
	struct run *r = ctx;
	struct str text;

	r->found++;
	if (r->choices.group) {
		groups_add(&r->groups, ev);
		return true;
	}
	if (!r->o->count) {
		text = r->o->raw ? compose_raw(r, ev->line)
				 : printer_compose(&r->printer, ev);
		if (r->choices.sort != GREP_SORT_NONE) {
			ranking_add(&r->ranking,
			    sort_key(r->choices.sort, ev), text);
			return true;
		}
		out_str(r->out, text);
	}
	r->enough = r->o->limit > 0 && r->found >= (uint64_t)r->o->limit;
	return !r->enough && !out_gone(r->out);
}

/* ---- whole connections ---- */

/* Groups of lines are set apart as grep -C does it. */
static void
set_apart(struct run *r)
{
	if (r->found++ > 0)
		out_text(r->out, "--\n");
}

static void
show_conversation(void *ctx, const struct conversation *c)
{
	struct lane_run *l = ctx;
	struct run *r = l->run;

	if (r->enough)
		return;
	set_apart(r);
	for (size_t i = 0; i < c->n; i++)
		out_str(r->out, compose_raw(r, str_make(
		    c->text.p + c->lines[i].at, c->lines[i].n)));
	r->enough = r->o->limit > 0 && r->found >= (uint64_t)r->o->limit;
}

static void *
lane_begin(void *ctx, const char *stream, int year)
{
	struct lane_run *l = mem_zalloc(sizeof(*l));

	(void)stream;
	l->run = ctx;
	l->year = year;
	return l;
}

static void
lane_end(void *ctx, void *lane_ctx)
{
	struct lane_run *l = lane_ctx;

	(void)ctx;
	if (l->conversations)
		conversations_finish(l->conversations);
	conversations_free(&l->conversations);
	free(l);
}

static void
collect_lines(void *ctx, const struct format *format, struct str block,
    uint64_t offset)
{
	struct lane_run *l = ctx;
	const struct conversations_options co = { .format = format,
		.zone = l->run->logs.zone, .year = l->year };

	if (l->conversations == NULL)
		l->conversations = conversations_new(&co, show_conversation, l);
	conversations_block(l->conversations, block, offset);
}

/* A lane's keep: the connection is what is shown. */
static bool
mark_found(void *ctx, const struct event *ev)
{
	struct lane_run *l = ctx;
	struct run *r = l->run;

	if (!is_found(r, ev) || r->enough ||
	    conversations_mark(l->conversations, ev->pid, ev->offset))
		return false;
	/* "Too many connections": of no connection. */
	set_apart(r);
	out_str(r->out, compose_raw(r, ev->line));
	return false;
}

static void
settle_lines(void *ctx, const struct format *format, struct str block,
    uint64_t offset)
{
	struct lane_run *l = ctx;

	(void)format;
	(void)block;
	(void)offset;
	conversations_settle(l->conversations);
}

/* ---- the run ---- */

/* Is it to be told what cannot be found by an address? */
static bool
is_for_address(const struct run *r)
{
	return !r->context->quiet && (r->o->logs.filter.to ||
	    search_is_for_address(&r->search));
}

/*
 * Checks and countries are told events by other lines of the connection than
 * its first, and in words of ours.
 */
static bool
can_be_quick(const struct run *r)
{
	return !r->choices.every_line && !(r->choices.kinds & EVENT_BIT(EVENT_CHECK)) &&
	    !(r->o->group_by && strcmp(r->o->group_by, "country") == 0);
}

/* From the second second on, four times a second. */
static void
tell_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct run *r = ctx;
	int64_t now_ns = when_now_ns();

	if (now_ns < r->progress_ns)
		return;
	r->progress_ns = now_ns + WHEN_SECOND / 4;
	logs_progress(NULL, done, total);
}

/* Not among lines that are found meanwhile. */
static bool
wants_progress(const struct run *r)
{
	return r->logs.progress && (!r->terminal.is_terminal || r->o->count ||
	    r->choices.group || r->choices.sort != GREP_SORT_NONE);
}

static void
read_logs(struct run *r)
{
	const struct logs *l = &r->logs;
	struct ordered_options oo = {
		.sources = &l->sources, .format = l->format, .zone = l->zone,
		.now_ns = l->now_given ? l->now_ns : WHEN_NONE,
		.clock_ns = l->now_ns, .wants = r->choices.kinds,
		.all_checks = true,
		.start_ns = l->period.start_ns, .end_ns = l->period.end_ns,
		.keep = keep_found, .sink = show_event, .ctx = r,
		.progress = wants_progress(r) ? tell_progress : NULL,
	};

	r->progress_ns = when_now_ns() + WHEN_SECOND;
	if (can_be_quick(r)) {
		oo.word = search_literal(&r->search);
		oo.word_is_rare = r->choices.some_lines;
		oo.others = is_for_address(r) ? count_unaddressed : NULL;
	}
	if (r->choices.connection) {
		oo.keep = mark_found;
		oo.before = collect_lines;
		oo.after = settle_lines;
		oo.lane_ctx = lane_begin;
		oo.lane_end = lane_end;
	}
	ordered_run(&oo, &r->ordered);
	logs_progress_end(l);
}

/* What could not be shown before all was read. */
static void
show_rest(struct run *r)
{
	uint64_t limit = r->o->limit > 0 ? (uint64_t)r->o->limit : 0;

	if (r->o->count)
		out_printf(r->out, "%" PRIu64 "\n", r->found);
	if (r->choices.group)
		groups_print(&r->groups, r->out, r->choices.jsonl,
		    r->terminal.utf8, limit);
	if (r->choices.sort == GREP_SORT_NONE)
		return;
	for (size_t i = 0, n = ranking_sort(&r->ranking); i < n; i++)
		out_str(r->out, ranking_get(&r->ranking, i));
}

/*
 * A block list refuses a client before it names anybody: such denials can't be
 * found by an address (C.19).
 */
static void
note_unaddressed(const struct run *r)
{
	if (is_for_address(r) && r->unaddressed > 0 && !r->enough)
		fprintf(stderr, "mailtally: %" PRIu64 " denials in the period "
		    "had no recipient and could not match\n", r->unaddressed);
}

static void
note_given_up(const struct run *r)
{
	uint64_t n = search_given_up(&r->search);

	if (n > 0)
		fprintf(stderr, "mailtally: the pattern was too much for %"
		    PRIu64 " texts, which were taken not to match; write it "
		    "without nested repetitions\n", n);
}

static void
note_bytes(const struct run *r)
{
	uint64_t total = 0;
	size_t skipped = 0;

	if (!r->context->verbose)
		return;
	for (size_t i = 0; i < r->ordered.n_sources; i++) {
		total += r->ordered.sources[i].source->size;
		skipped += r->ordered.sources[i].skipped;
	}
	fprintf(stderr, "mailtally: read %" PRIu64 " of %" PRIu64 " bytes; "
	    "%zu of %zu files are outside the period\n", r->ordered.bytes,
	    total, skipped, r->ordered.n_sources);
}

/* Sources that could not be read whole, one line each; their exit status. */
static int
tell_failures(const struct run *r)
{
	int status = r->logs.missing ? err_exit_status(ERR_NO_INPUT) : 0;

	for (size_t i = 0; i < r->ordered.n_sources; i++) {
		const struct ordered_source *s = &r->ordered.sources[i];
		const char *path = s->source->path;

		if (s->error == NULL)
			continue;
		if (strncmp(s->error, path, strlen(path)) == 0)
			fprintf(stderr, "mailtally: %s\n", s->error);
		else
			fprintf(stderr, "mailtally: %s: %s; the rest was "
			    "searched\n", path, s->error);
		status = err_exit_status(ERR_IO);
	}
	return status;
}

/* Was there anything to read, and nothing of it known? */
static bool
nothing_understood(const struct run *r)
{
	bool any = false;

	for (size_t i = 0; i < r->ordered.n_sources; i++) {
		if (r->ordered.sources[i].format ||
		    r->ordered.sources[i].skipped)
			return false;
		any |= r->ordered.sources[i].bytes > 0;
	}
	return any;
}

static int
exit_status(const struct run *r)
{
	int status = tell_failures(r);

	if (status != 0)
		return status;
	if (nothing_understood(r)) {
		fprintf(stderr, "mailtally: nothing in the input was understood; "
		    "mailtally formats lists what is\n");
		return 2;
	}
	return r->found > 0 ? 0 : 1;
}

/* Takes the pattern out of the operands, unless there is one already. */
static int
take_pattern(struct grep_options *o, int *argc, char ***argv, struct err *err)
{
	if (o->all && o->patterns.n > 0)
		return err_set(err, ERR_USAGE, "--all and -e do not go together");
	if (o->all || o->patterns.n > 0)
		return 0;
	if (*argc == 0)
		return err_set(err, ERR_USAGE, "grep: what is to be looked for? "
		    "Give a pattern, or --all");
	ARRAY_PUSH(o->patterns.items, o->patterns.n, o->patterns.cap) =
	    (*argv)[0];
	--*argc;
	++*argv;
	return 0;
}

static int
open_search(struct run *r, struct err *err)
{
	const struct search_options so = {
		.patterns = r->o->patterns.items,
		.n_patterns = r->o->patterns.n, .fixed = r->o->fixed,
		.long_form = r->o->long_form, .raw = r->o->raw || r->o->match_raw,
		.filter = r->logs.filter,
	};

	return search_init(&r->search, &so, err);
}

static void
open_output(struct run *r)
{
	struct printer_options po = {
		.style = { .long_form = r->o->long_form,
		    .time = r->o->local_time ? LINE_TIME_LOCAL
			: r->o->label ? LINE_TIME_LABEL : LINE_TIME_NONE,
		    .zone = r->logs.zone },
		.jsonl = r->choices.jsonl,
	};
	uint64_t limit = r->o->limit > 0 ? (uint64_t)r->o->limit : 0;

	terminal_ask(&r->terminal, r->o->color);
	po.color = r->terminal.color;
	po.utf8 = r->terminal.utf8;
	po.aligned = r->terminal.is_terminal;
	po.columns = r->terminal.is_terminal ? r->terminal.columns : 0;
	r->out = out_open_fd(STDOUT_FILENO, "standard output");
	printer_init(&r->printer, &po, r->out);
	ranking_init(&r->ranking, limit, r->o->reverse);
	if (r->choices.group)
		groups_init(&r->groups, r->choices.group,
		    &r->context->conf->classes, r->logs.zone);
}

static int
run_grep(struct run *r, struct grep_options *o, int argc, char **argv,
    struct err *err)
{
	struct period_options *p = &o->logs.period;

	if (take_pattern(o, &argc, &argv, err) < 0 ||
	    grep_choose(o, &r->choices, err) < 0)
		return -1;
	/* Old logs are what is searched, those that are configured too (C.19). */
	if (!p->since && !p->until && !p->interval && !p->base && !p->name)
		p->name = "all";
	if (logs_open(&r->logs, &o->logs, r->context, argc, argv, err) < 0 ||
	    open_search(r, err) < 0)
		return -1;
	open_output(r);
	read_logs(r);
	show_rest(r);
	return out_close(&r->out, err);
}

static void
run_clear(struct run *r)
{
	out_cancel(&r->out);
	search_clear(&r->search);
	printer_clear(&r->printer);
	ranking_clear(&r->ranking);
	if (r->choices.group)
		groups_clear(&r->groups);
	ordered_clear(&r->ordered);
	logs_close(&r->logs);
	buf_clear(&r->scratch);
}

/* Called as the old command? */
static bool
called_by(const char *path, const char *alias)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash ? slash + 1 : path, alias) == 0;
}

static int
grep_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	struct grep_options o = { .label = true };
	struct opt shared[LOGS_ROWS], own[GREP_ROWS];
	const struct opt *tables[] = { own, shared };
	struct run r = { .context = context, .o = &o };
	struct err err;
	int operands, status;

	if (called_by(argv[0], self->alias))
		o.long_form = o.match_raw = true;
	logs_rows(shared, &o.logs);
	grep_rows(own, &o);
	operands = cmd_options(self, context, tables, 2, argc, argv, &status);
	if (operands < 0)
		return status;
	if (run_grep(&r, &o, operands, argv + 1, &err) < 0) {
		status = cmd_fail(&err);
	} else {
		note_unaddressed(&r);
		note_given_up(&r);
		note_bytes(&r);
		status = exit_status(&r);
	}
	run_clear(&r);
	opt_list_clear(&o.patterns);
	opt_list_clear(&o.kinds);
	return status;
}

const struct cmd cmd_grep = {
	.name = "grep",
	.alias = "qploggrep",
	.arguments = "[OPTIONS] PATTERN [LOG...]",
	.summary = "lines of old logs, by pattern and by field",
	.help = "Prints a line for each event in which the pattern is found: in "
		"the line itself, or in sender, recipients, HELO or host. It is a "
		"regular expression of Perl's kind, without case. With -e or "
		"--all every argument is a LOG. The exit status is 1 if nothing "
		"was found, 2 if nothing of the input was understood.\n\n"
		"  mailtally grep --time user@example.org /var/log/qpsmtpd\n"
		"  mailtally grep --from @example.net --disposition spamassassin "
		"--all\n"
		"  mailtally grep --all --kind closed --sort seconds\n"
		"  mailtally grep --all --verdict rejected --group-by "
		"sender-domain\n"
		"  mailtally grep --context connection 82.210.181.241",
	.run = grep_run,
};
