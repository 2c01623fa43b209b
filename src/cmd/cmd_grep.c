/*
 * cmd_grep.c - "mailtally grep": the lines of old logs, by pattern and field.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/out.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "cmd/grep_run.h"
#include "cmd/grep_store.h"
#include "conf/conf.h"
#include "store/store.h"

/*
 * Checks and countries are told events by other lines of the connection than
 * its first, and in words of ours.
 */
static bool
can_be_quick(const struct grep_run *r)
{
	return !r->choices.every_line && !(r->choices.kinds & EVENT_BIT(EVENT_CHECK)) &&
	    !(r->o->group_by && strcmp(r->o->group_by, "country") == 0);
}

/* From the second second on, four times a second. */
static void
tell_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct grep_run *r = ctx;
	int64_t now_ns = when_now_ns();

	if (now_ns < r->progress_ns)
		return;
	r->progress_ns = now_ns + WHEN_SECOND / 4;
	logs_progress(NULL, done, total);
}

/* Not among lines that are found meanwhile. */
static bool
wants_progress(const struct grep_run *r)
{
	return r->logs.progress && (!r->terminal.is_terminal || r->o->count ||
	    r->choices.group || r->choices.sort != GREP_SORT_NONE);
}

/* What of the logs is of a stretch of time. */
static void
read_span(struct grep_run *r, const struct period *span)
{
	const struct logs *l = &r->logs;
	struct ordered_options oo = {
		.sources = &l->sources, .format = l->format, .zone = l->zone,
		.now_ns = l->now_given ? l->now_ns : WHEN_NONE,
		.clock_ns = l->now_ns, .wants = r->choices.kinds,
		.all_checks = true,
		.start_ns = span->start_ns, .end_ns = span->end_ns,
		.progress = wants_progress(r) ? tell_progress : NULL,
	};

	r->progress_ns = when_now_ns() + WHEN_SECOND;
	if (can_be_quick(r)) {
		oo.word = search_literal(&r->search);
		oo.word_is_rare = r->choices.some_lines;
	}
	grep_hook(r, &oo);
	ordered_clear(&r->ordered);
	ordered_run(&oo, &r->ordered);
	logs_progress_end(l);
}

static void
read_logs(struct grep_run *r)
{
	for (size_t i = 0; i < r->spans.n && !r->enough; i++)
		read_span(r, &r->spans.items[i]);
}

/* What could not be shown before all was read. */
static void
show_rest(struct grep_run *r)
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
	if (*argc == 1 && access((*argv)[0], F_OK) == 0)
		fprintf(stderr, "mailtally: grep: %s is taken for the pattern; with "
		    "--all every argument is a log\n", (*argv)[0]);
	ARRAY_PUSH(o->patterns.items, o->patterns.n, o->patterns.cap) =
	    (*argv)[0];
	--*argc;
	++*argv;
	return 0;
}

static int
open_search(struct grep_run *r, struct err *err)
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
open_output(struct grep_run *r)
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
run_grep(struct grep_run *r, struct grep_options *o, int argc, char **argv,
    struct err *err)
{
	struct period_options *p = &o->logs.period;

	if (take_pattern(o, &argc, &argv, err) < 0 ||
	    grep_choose(o, &r->choices, err) < 0)
		return -1;
	/* Old logs are what is searched, those that are configured too (C.19). */
	if (!p->since && !p->until && !p->interval && !p->base && !p->name)
		p->name = "all";
	if (o->store ? grep_store_open(r, argc, err) < 0 :
	    logs_open(&r->logs, &o->logs, r->context, argc, argv, err) < 0)
		return -1;
	if (open_search(r, err) < 0)
		return -1;
	open_output(r);
	if (r->store == NULL)
		spans_add(&r->spans, r->logs.period, 0);
	else if (grep_store_read(r, err) < 0)
		return -1;
	read_logs(r);
	show_rest(r);
	return out_close(&r->out, err);
}

static void
run_clear(struct grep_run *r)
{
	out_cancel(&r->out);
	search_clear(&r->search);
	printer_clear(&r->printer);
	ranking_clear(&r->ranking);
	if (r->choices.group)
		groups_clear(&r->groups);
	ordered_clear(&r->ordered);
	spans_clear(&r->spans);
	kept_logs_clear(&r->kept);
	store_close(&r->store);
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
	struct grep_run r = { .context = context, .o = &o };
	struct err err;
	int operands, status;

	if (called_by(argv[0], self->alias))
		o.long_form = o.match_raw = true;
	logs_rows(shared, &o.logs);
	grep_rows(own, &o);
	operands = cmd_options(self, context, tables, 2, argc, argv, &status);
	if (operands < 0)
		return status;
	if (run_grep(&r, &o, operands, argv + 1, &err) < 0)
		status = cmd_fail(&err);
	else
		status = grep_conclude(&r);
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
