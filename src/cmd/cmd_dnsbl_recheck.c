/*
 * cmd_dnsbl_recheck.c - "mailtally dnsbl recheck": mail that was delivered,
 * whose sender is listed now (spec/reports.md C.22).
 *
 *	walk --> clients --> answers of the lists --> walk again --> table, and
 *	perhaps move, flag, header
 *
 * It walks twice, so that nothing but the addresses has to be kept, and so that
 * what is done is done to what is there then, looked at with open files.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "cmd/inputs.h"
#include "cmd/recheck.h"
#include "cmd/recheck_options.h"
#include "cmd/recheck_report.h"
#include "cmd/recheck_undo.h"
#include "conf/conf.h"
#include "dns/answers.h"
#include "dns/asking.h"
#include "maildir/act.h"
#include "maildir/header.h"
#include "maildir/journal.h"
#include "report/report.h"

struct recheck {
	const struct cmd_context *context;
	const struct recheck_options *o;
	struct maildirs m;
	struct resolver_options resolver;
	struct answers answers;
	bool interrupted;
	struct report *report;
	struct recheck_report table;
	struct act act;
	bool stopped; /* the journal takes no more */
	bool collecting; /* the first of the two walks */
	uint64_t problems;
	struct buf header, path, field, journal;
	struct recheck_verdict verdict;
	struct err err; /* of the last action */
};

/* How each action is spoken of. */
static const struct wording {
	const char *column, *would, *did;
} wordings[] = {
	[RECHECK_LIST] = { NULL, NULL, NULL },
	[RECHECK_MOVE] = { "Moved", "would move", "moved" },
	[RECHECK_FLAG] = { "Flagged", "would flag", "flagged" },
	[RECHECK_HEADER] = { "Marked", "would mark", "marked" },
};

/* ---- walking ---- */

static void
one_problem(void *ctx, struct str user, const char *path, int error)
{
	struct recheck *k = ctx;
	uint64_t before = k->problems;

	/* Once is enough. */
	if (k->collecting)
		return;
	maildirs_problem(&k->problems, path, error);
	recheck_report_user(&k->table, user)->errors += k->problems - before;
}

static bool
find_handover(struct recheck *k, const struct maildir_message *m,
    struct handover *h)
{
	bool whole;

	if (header_read(m->fd, &k->header, &whole) < 0) {
		one_problem(k, m->folder->user, m->name, errno);
		return false;
	}
	handover_find(buf_str(&k->header), &k->m.own, h);
	return true;
}

static void
walk(struct recheck *k, maildir_folder_fn *folder, int *status)
{
	struct maildirs m = k->m;

	m.walk.folder = folder;
	m.walk.problem = one_problem;
	m.walk.ctx = k;
	*status = maildirs_walk(&m);
}

/* ---- first: who has to be asked for ---- */

static void
collect_message(void *ctx, const struct maildir_message *m)
{
	struct recheck *k = ctx;
	struct handover h;

	if (find_handover(k, m, &h) && recheck_asks(&h))
		answers_client(&k->answers, &h.ip);
}

/* What was moved before is not looked at again. */
static bool
is_target(const struct recheck *k, const struct maildir_folder *f)
{
	return strcmp(f->name, k->o->folder) == 0;
}

static void
collect_folder(void *ctx, const struct maildir_folder *f)
{
	struct recheck *k = ctx;

	if (!is_target(k, f))
		maildir_messages(f, k->m.since_ns, collect_message,
		    one_problem, k);
}

/* ---- the lists ---- */

static int
add_list(struct recheck *k, struct str name, struct err *err)
{
	struct buf b = { 0 };
	int status = dnsbl_check_zone(&b, name, err);

	if (status == 0)
		status = answers_add_list(&k->answers, buf_str(&b), err);
	buf_clear(&b);
	return status < 0 ? -1 : 0;
}

static int
choose_lists(struct recheck *k, struct err *err)
{
	const struct conf *c = k->context->conf;

	for (size_t i = 0; i < k->o->lists.n; i++)
		if (add_list(k, str_from(k->o->lists.items[i]), err) < 0)
			return -1;
	for (size_t i = 0; k->o->lists.n == 0 && i < c->n_lists; i++)
		if (strcmp(c->lists[i].type, "DNSBL") == 0 &&
		    add_list(k, c->lists[i].zone, err) < 0)
			return -1;
	if (k->answers.n_lists == 0)
		return err_set(err, ERR_USAGE, "which lists are to be asked? "
		    "Name one with --list, or set dnsbl in [lists]");
	return 0;
}

static void
tell_progress(void *ctx, uint64_t done, uint64_t total)
{
	(void)ctx;
	fprintf(stderr, "\rmailtally: %llu of %llu answers ",
	    (unsigned long long)done, (unsigned long long)total);
}

static int
ask_lists(struct recheck *k, struct err *err)
{
	const volatile sig_atomic_t *stop = lookup_catch_signals();
	bool progress = !k->context->quiet && isatty(STDERR_FILENO);
	struct asking q = { .answers = &k->answers, .stop = stop,
		.progress = progress ? tell_progress : NULL };
	uint64_t lists = k->answers.n_lists == 64 ? UINT64_MAX
	    : (UINT64_C(1) << k->answers.n_lists) - 1;
	int status = -1;

	q.resolver = resolver_open(&k->resolver, err);
	if (q.resolver != NULL && asking_open(&q, err) == 0) {
		asking_probe(&q, lists);
		asking_run(&q, lists, 0);
		status = 0;
	}
	k->interrupted = *stop;
	if (progress)
		fprintf(stderr, "\r%*s\r", 60, "");
	asking_close(&q);
	resolver_close(&q.resolver);
	lookup_release_signals();
	return status;
}

/* Those that do not work; true if none does. */
static bool
tell_lists(struct recheck *k)
{
	bool none = true;

	for (size_t i = 0; i < k->answers.n_lists; i++) {
		const struct answers_list *l = &k->answers.lists[i];
		struct buf b = { 0 };

		if (l->probe.health == DNSBL_WORKS) {
			none = false;
			continue;
		}
		dnsbl_health_text(&b, &l->probe);
		report_alert(k->report, "%.*s was not asked: it %s.",
		    STR_ARG(l->name), b.p);
		buf_clear(&b);
	}
	return none;
}

/* ---- then: what is to be done ---- */

static enum act_result
act(struct recheck *k, const struct maildir_message *m,
    const struct handover *h)
{
	switch ((enum recheck_action)k->o->action) {
	case RECHECK_MOVE:
		return act_move(&k->act, m, k->o->folder, &k->err);
	case RECHECK_FLAG:
		return act_flag(&k->act, m, k->o->flag[0], &k->err);
	case RECHECK_HEADER:
		recheck_field(&k->field, &k->verdict, &h->ip, k->m.now_ns);
		return act_header(&k->act, m, buf_str(&k->field), &k->err);
	case RECHECK_LIST:
		break;
	}
	return ACT_ALREADY;
}

/* Acts, if it is to; what the table says of it. */
static const char *
deal_with(struct recheck *k, const struct maildir_message *m,
    const struct handover *h, struct recheck_user *user)
{
	const struct wording *w = &wordings[k->o->action];

	if (k->act.journal == NULL)
		return w->would;
	if (k->stopped)
		return "left alone";
	switch (act(k, m, h)) {
	case ACT_DONE:
		user->moved++;
		return w->did;
	case ACT_ALREADY:
		return "it has been";
	case ACT_GONE:
		return "gone meanwhile";
	case ACT_STOPPED:
		k->stopped = true;
		break;
	case ACT_FAILED:
		break;
	}
	user->errors++;
	k->problems++;
	cmd_fail(&k->err);
	return "error";
}

static void
judge_message(void *ctx, const struct maildir_message *m)
{
	struct recheck *k = ctx;
	struct recheck_user *user;
	const char *action = NULL;
	struct handover h;

	if (!find_handover(k, m, &h))
		return;
	user = recheck_report_user(&k->table, m->folder->user);
	recheck_judge(&k->verdict, &h, &k->answers);
	user->examined++;
	user->unknown += k->verdict.result == RECHECK_UNKNOWN;
	user->listed += k->verdict.result == RECHECK_LISTED;
	if (k->verdict.result == RECHECK_LISTED)
		action = deal_with(k, m, &h, user);
	else if (!k->o->all && !k->context->verbose)
		return;
	buf_reset(&k->path);
	maildir_path(&k->path, m->folder, m->place, m->name);
	recheck_report_row(&k->table, &h, &k->verdict, k->path.p, action);
}

static void
judge_folder(void *ctx, const struct maildir_folder *f)
{
	struct recheck *k = ctx;

	recheck_report_user(&k->table, f->user);
	if (!is_target(k, f))
		maildir_messages(f, k->m.since_ns, judge_message, one_problem,
		    k);
}

/* ---- all of it ---- */

static int
open_journal(struct recheck *k, struct err *err)
{
	if (k->o->journal != NULL) {
		buf_add_str(&k->journal, str_from(k->o->journal));
	} else {
		buf_printf(&k->journal, "mailtally-recheck-%lld-%d.journal",
		    (long long)when_to_s(when_now_ns()), (int)getpid());
	}
	k->act.now_ns = when_now_ns();
	k->act.journal = journal_create(k->journal.p, err);
	return k->act.journal == NULL ? -1 : 0;
}

static void
tell_journal(const struct recheck *k)
{
	struct buf b = { 0 };

	if (k->act.journal == NULL || journal_records(k->act.journal) == 0 ||
	    k->context->quiet)
		return;
	buf_add_str(&b, STR("mailtally: what was done is in "));
	utf8_escape(&b, buf_str(&k->journal));
	buf_add_str(&b, STR("; mailtally dnsbl recheck --undo FILE makes it as "
	    "it was\n"));
	fwrite(b.p, 1, b.n, stderr);
	buf_clear(&b);
}

static void
finish_table(struct recheck *k)
{
	const struct wording *w = &wordings[k->o->action];
	struct recheck_user sum = recheck_report_end(&k->table, w->column);

	if (sum.listed == 0)
		section_note(k->report, k->table.section, "No mail of a host that "
		    "is listed now.");
	else if (w->would != NULL && k->act.journal == NULL)
		section_note(k->report, k->table.section, "Nothing was changed: "
		    "--apply %ss %llu message%s.", w->would + sizeof("would"),
		    (unsigned long long)sum.listed, sum.listed == 1 ? "" : "s");
	section_note(k->report, k->table.section, "The lists were asked now; when "
	    "the mail came the sender may not have been listed.");
}

static int
run_recheck(struct recheck *k, struct err *err)
{
	bool none_works;
	int status;

	k->collecting = true;
	walk(k, collect_folder, &status);
	k->collecting = false;
	if (status != 0 && k->answers.n_clients == 0)
		return status;
	if (ask_lists(k, err) < 0)
		return cmd_fail(err);
	k->report = report_new(k->context->program);
	inputs_name_host(k->report, k->context->conf);
	k->report->zone = k->m.zone;
	k->report->period = (struct period){ k->m.since_ns, INT64_MAX };
	recheck_report_begin(&k->table, k->report,
	    wordings[k->o->action].column);
	none_works = tell_lists(k);
	if (k->interrupted)
		report_alert(k->report, "The run was interrupted: not every host "
		    "was asked for, and nothing was changed.");
	else if (k->o->apply && !none_works && open_journal(k, err) < 0)
		return cmd_fail(err);
	walk(k, judge_folder, &status);
	finish_table(k);
	if (maildirs_print(k->report, &k->o->common, err) < 0)
		return cmd_fail(err);
	tell_journal(k);
	if (status == 0 && k->problems > 0)
		status = err_exit_status(ERR_IO);
	if (status == 0 && (k->interrupted || none_works))
		status = err_exit_status(ERR_AGAIN);
	return status;
}

static void
recheck_clear(struct recheck *k)
{
	journal_close(&k->act.journal);
	recheck_report_clear(&k->table);
	report_free(&k->report);
	answers_clear(&k->answers);
	recheck_verdict_clear(&k->verdict);
	buf_clear(&k->header);
	buf_clear(&k->path);
	buf_clear(&k->field);
	buf_clear(&k->journal);
	maildirs_close(&k->m);
}

static int
run_parsed(struct recheck *k, int operands, char **argv)
{
	const struct recheck_options *o = k->o;
	struct err err;

	if (recheck_check(o, operands, &err) < 0)
		return cmd_fail(&err);
	if (o->undo != NULL)
		return recheck_undo(o->undo, k->context);
	if (lookup_choose(&o->lookup, &k->resolver, &err) < 0 ||
	    choose_lists(k, &err) < 0 || maildirs_open(&k->m, &o->common,
	    k->context, operands, argv, &err) < 0)
		return cmd_fail(&err);
	return run_recheck(k, &err);
}

static int
recheck_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	struct recheck_options o = { .common.days = 2,
		.common.output = OUTPUT_DEFAULTS, .lookup = LOOKUP_DEFAULTS,
		.folder = RECHECK_FOLDER, .flag = RECHECK_FLAG_LETTER };
	struct opt shared[MAILDIR_ROWS], asking[LOOKUP_ROWS];
	struct opt own[RECHECK_ROWS];
	struct opt output[OUTPUT_ROWS], times[CLOCK_ROWS];
	const struct opt *tables[] = { own, asking, shared, output, times };
	struct recheck k = { .context = context, .o = &o };
	int operands, status;

	maildir_rows(shared, &o.common);
	lookup_rows(asking, &o.lookup);
	recheck_rows(own, &o);
	output_rows(output, &o.common.output);
	clock_rows(times, &o.common.clock);
	operands = cmd_options(self, context, tables, 5, argc, argv, &status);
	if (operands >= 0) {
		answers_init(&k.answers);
		status = run_parsed(&k, operands, argv + 1);
		recheck_clear(&k);
	}
	maildir_options_clear(&o.common);
	opt_list_clear(&o.lists);
	return status;
}

const struct cmd cmd_dnsbl_recheck = {
	.name = "dnsbl recheck",
	.arguments = "[OPTIONS] [DIR...]",
	.summary = "delivered mail whose sender is listed by now",
	.help = "Asks block lists for the hosts that handed over the mail of the "
		"last days (DIR: as in mailtally help maildir), and lists what "
		"came from hosts that are listed now. It may be moved to a folder "
		"of its user, flagged, or marked with a field X-RBL-Recheck; but "
		"only --apply does it. What is done is journalled first, and "
		"--undo makes it as it was. Nothing is ever deleted.\n\n"
		"  mailtally dnsbl recheck --list zen.spamhaus.org --days 1\n"
		"  mailtally dnsbl recheck --action move --to .Suspect --apply\n"
		"  mailtally dnsbl recheck --undo mailtally-recheck-....journal",
	.run = recheck_run,
};
