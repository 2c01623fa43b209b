/*
 * cmd_dnsbl_what_if.c - "mailtally dnsbl test": what if these block lists had been
 * used?
 *
 *	logs --> mails (whatif/mails.h) --> answers, from the lists or from a
 *	file (dns/asking.h, dns/snapshot.h) --> trial --> report
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "cmd/what_if_options.h"
#include "cmd/inputs.h"
#include "conf/conf.h"
#include "dns/answers.h"
#include "dns/asking.h"
#include "dns/snapshot.h"
#include "render/render.h"
#include "report/report.h"
#include "whatif/best.h"
#include "whatif/effect.h"
#include "whatif/mails.h"
#include "whatif/policy.h"
#include "whatif/show.h"

/* What a run holds, from options to the finished report. */
struct what_if {
	const struct cmd_context *context;
	const struct what_if_options *o;
	const struct renderer *renderer;
	struct resolver_options resolver;
	struct logs logs;
	struct answers answers;
	uint64_t lists;		/* those to be tried */
	uint64_t own;		/* those in use; 0 without --exclude-own */
	int64_t answers_ns;	/* when the answers were given */
	bool interrupted;
	struct policy *policies;
	struct mails *mails;	/* one a thread; the first has all in the end */
	struct pumped pumped;
	struct trial trial;
	struct report *report;
	int64_t begun_ns, told_ns; /* of the progress */
};

/* ---- lists and logs ---- */

/* An operand that is there as a file, or looks like a path, is a log. */
static bool
is_log(const char *operand)
{
	return strcmp(operand, "-") == 0 || strchr(operand, '/') != NULL ||
	    access(operand, F_OK) == 0;
}

static int
add_list(struct what_if *w, struct str name, uint64_t *set, struct err *err)
{
	struct buf b = { 0 };
	int list = -1;

	if (dnsbl_check_zone(&b, name, err) == 0)
		list = w->o->replay ? answers_find_list(&w->answers, buf_str(&b))
		    : answers_add_list(&w->answers, buf_str(&b), err);
	if (list >= 0)
		*set |= UINT64_C(1) << list;
	else if (b.n > 0 && w->o->replay)
		err_set(err, ERR_USAGE, "%s: nothing in it is about %s",
		    w->o->replay, b.p);
	buf_clear(&b);
	return list < 0 ? -1 : 0;
}

static int
add_own_lists(struct what_if *w, struct err *err)
{
	const struct conf *c = w->context->conf;

	for (size_t i = 0; i < c->n_lists; i++)
		if (strcmp(c->lists[i].type, "DNSBL") == 0 &&
		    add_list(w, c->lists[i].zone, &w->own, err) < 0)
			return -1;
	if (w->own == 0)
		return err_set(err, ERR_USAGE, "--exclude-own: no DNSBL is "
		    "configured; mailtally config --example says how");
	/* One that is in use already adds nothing. */
	w->lists &= ~w->own;
	return 0;
}

static int
check_lists(const struct what_if *w, struct err *err)
{
	if (w->lists == 0)
		return err_set(err, ERR_USAGE, "dnsbl test: which list is to be "
		    "tested? Name one, as zen.spamhaus.org%s",
		    w->own ? ", that is not in use already" : "");
	if (w->o->best > 0 && __builtin_popcountll(w->lists) > BEST_LISTS_MAX)
		return err_set(err, ERR_USAGE, "--best: all sets of more than "
		    "%d lists are too many to try", BEST_LISTS_MAX);
	return 0;
}

/* Takes the lists out of the operands; what is left are logs. */
static int
choose_lists(struct what_if *w, int *argc, char **argv, struct err *err)
{
	int n_logs = 0;

	if (w->o->replay && snapshot_read(w->o->replay, &w->answers,
	    &w->answers_ns, err) < 0)
		return -1;
	for (int i = 0; i < *argc; i++) {
		if (is_log(argv[i]))
			argv[n_logs++] = argv[i];
		else if (add_list(w, str_from(argv[i]), &w->lists, err) < 0)
			return -1;
	}
	*argc = n_logs;
	/* Of a file that is replayed all lists, if none is named. */
	if (w->o->replay && w->lists == 0)
		for (size_t i = 0; i < w->answers.n_lists; i++)
			w->lists |= UINT64_C(1) << i;
	if (w->o->exclude_own && add_own_lists(w, err) < 0)
		return -1;
	return check_lists(w, err);
}

static int
choose_policies(struct what_if *w, struct err *err)
{
	const struct opt_list *list = &w->o->policies;

	w->policies = mem_zalloc((list->n + 1) * sizeof(*w->policies));
	for (size_t i = 0; i < list->n; i++)
		if (policy_parse(&w->policies[i], list->items[i], &w->answers,
		    w->lists, err) < 0)
			return -1;
	return 0;
}

static int
read_options(struct what_if *w, struct err *err)
{
	w->renderer = output_choose(&w->o->output, err);
	if (w->renderer == NULL)
		return -1;
	return what_if_check(w->o, err) < 0 ? -1
	    : lookup_choose(&w->o->lookup, &w->resolver, err);
}

/* ---- reading ---- */

struct reader_ctx {
	const struct filter *filter;
	struct mails *mails;
};

static void
take_event(void *ctx, const struct event *ev)
{
	struct reader_ctx *c = ctx;

	if (c->filter == NULL || filter_match(c->filter, ev))
		mails_add(c->mails, ev);
}

static void
read_logs(struct what_if *w)
{
	const struct logs *l = &w->logs;
	struct reader_ctx *readers = mem_zalloc(l->jobs * sizeof(*readers));
	void **ctx = mem_zalloc(l->jobs * sizeof(*ctx));
	struct pump_options po = inputs_pump(l);

	po.wants = EVENT_BIT(EVENT_TRANSACTION);
	po.sink = take_event;
	po.sink_ctx = ctx;
	w->mails = mem_zalloc(l->jobs * sizeof(*w->mails));
	for (unsigned i = 0; i < l->jobs; i++) {
		mails_init(&w->mails[i], &w->context->conf->classes);
		readers[i] = (struct reader_ctx){ l->filter, &w->mails[i] };
		ctx[i] = &readers[i];
	}
	pump_run(&po, &w->pumped);
	logs_progress_end(l);
	for (unsigned i = 1; i < l->jobs; i++) {
		mails_merge(&w->mails[0], &w->mails[i]);
		mails_clear(&w->mails[i]);
	}
	mails_sort(&w->mails[0]);
	free(ctx);
	free(readers);
}

/* ---- answers ---- */

/* From the second second on, four times a second. */
static void
tell_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct what_if *w = ctx;
	int64_t now_ns = when_now_ns();
	struct buf b = { 0 };

	if (now_ns - w->told_ns < WHEN_SECOND / 4 ||
	    now_ns - w->begun_ns < WHEN_SECOND || done == 0)
		return;
	w->told_ns = now_ns;
	buf_printf(&b, "\rmailtally: %" PRIu64 " of %" PRIu64 " answers, about ",
	    done, total);
	when_format_duration(&b, (int64_t)((double)(now_ns - w->begun_ns) *
	    (double)(total - done) / (double)done));
	buf_printf(&b, " left   ");
	fputs(b.p, stderr);
	buf_clear(&b);
}

static void
wipe_progress(const struct what_if *w)
{
	if (w->told_ns > 0)
		fprintf(stderr, "\r%*s\r", 70, "");
}

/* The answers of one address after the other, in their order. */
static void
add_clients(struct what_if *w)
{
	for (size_t i = 0; i < w->mails->n; i++) {
		struct ip ip = mails_ip(w->mails, w->mails->rows[i].client);

		answers_client(&w->answers, &ip);
	}
}

static void
tell_speed(const struct what_if *w, uint64_t queries)
{
	double seconds = (double)(when_now_ns() - w->begun_ns) / 1e9;

	if (w->context->verbose)
		fprintf(stderr, "mailtally: %" PRIu64 " queries in %.1f s, %.0f a "
		    "second\n", queries, seconds, seconds > 0
		    ? (double)queries / seconds : 0);
}

static int
ask_lists(struct what_if *w, struct err *err)
{
	const volatile sig_atomic_t *stop = lookup_catch_signals();
	struct asking k = { .answers = &w->answers, .stop = stop,
		.progress = w->logs.progress ? tell_progress : NULL,
		.progress_ctx = w };
	int result = -1;

	k.resolver = resolver_open(&w->resolver, err);
	if (k.resolver != NULL && asking_open(&k, err) == 0) {
		w->begun_ns = w->answers_ns = when_now_ns();
		if (w->logs.now_given)
			w->answers_ns = w->logs.now_ns;
		asking_probe(&k, w->lists | w->own);
		if (w->own)
			asking_run(&k, w->own, 0);
		asking_run(&k, w->lists, w->own);
		wipe_progress(w);
		tell_speed(w, resolver_sent(k.resolver));
		result = 0;
	}
	w->interrupted = *stop;
	asking_close(&k);
	resolver_close(&k.resolver);
	lookup_release_signals();
	return result;
}

/* What a file does not know of a list that works is unknown, not "not listed". */
static void
fill_gaps(struct what_if *w)
{
	const struct dnsbl_answer gap = { .result = DNSBL_UNKNOWN,
		.reason = DNSBL_NOT_RECORDED, .a = STR(""), .txt = STR("") };
	struct answers *a = &w->answers;

	for (uint32_t client = 0; client < a->n_clients; client++)
		for (unsigned list = 0; list < a->n_lists; list++)
			if (a->lists[list].probe.health == DNSBL_WORKS &&
			    answers_get(a, client, list)->result ==
			    DNSBL_NOT_ASKED &&
			    answers_listed(a, client, w->own) == 0)
				answers_set(a, client, list, &gap);
}

static int
get_answers(struct what_if *w, struct err *err)
{
	add_clients(w);
	if (w->o->replay) {
		fill_gaps(w);
		return 0;
	}
	if (ask_lists(w, err) < 0)
		return -1;
	return w->o->snapshot ? snapshot_write(w->o->snapshot, &w->answers,
	    w->answers_ns, err) : 0;
}

/* ---- the report ---- */

/* Lists that could not be tested; true if none could. */
static bool
tell_lists(struct what_if *w)
{
	bool none = true;

	for (unsigned i = 0; i < w->answers.n_lists; i++) {
		const struct answers_list *l = &w->answers.lists[i];
		struct buf b = { 0 };

		if (!((w->lists | w->own) >> i & 1))
			continue;
		if (l->probe.health == DNSBL_WORKS) {
			none = none && !(w->lists >> i & 1);
			continue;
		}
		dnsbl_health_text(&b, &l->probe);
		report_alert(w->report, "%.*s was not asked: it %s.",
		    STR_ARG(l->name), b.p);
		buf_clear(&b);
	}
	return none;
}

static void
make_report(struct what_if *w)
{
	const struct trial_view so = {
		.zone = w->logs.zone,
		.keep_local_case =
		    w->context->conf->classes.case_sensitive_local,
		.for_people = w->renderer == &render_text,
		/* What is piped is searched, not looked at. */
		.whole = !isatty(STDOUT_FILENO),
		.summary = w->o->summary, .top = (size_t)w->o->top,
		.policies = w->policies, .n_policies = w->o->policies.n,
		.best = (unsigned)w->o->best, .replayed = w->o->replay,
		.answers_ns = w->answers_ns,
	};
	struct report *r = report_new(w->context->program);

	w->report = r;
	r->zone = w->logs.zone;
	r->period = w->logs.period;
	inputs_name_host(r, w->context->conf);
	inputs_describe(r, &w->pumped);
	if (!inputs_understood(&w->pumped))
		inputs_explain_nothing(r, &w->pumped);
	if (w->interrupted)
		report_alert(r, "The run was interrupted: this is what was "
		    "known by then; what was not asked counts as not listed.");
	trial_init(&w->trial, w->mails, &w->answers, w->lists, w->own);
	trial_show(r, &w->trial, &so);
}

/* ---- the command ---- */

static int
run_test(struct what_if *w, int argc, char **argv, struct err *err)
{
	bool none_works;

	if (read_options(w, err) < 0 ||
	    choose_lists(w, &argc, argv, err) < 0 ||
	    choose_policies(w, err) < 0 ||
	    logs_open(&w->logs, &w->o->logs, w->context, argc, argv, err) < 0)
		return -1;
	read_logs(w);
	if (get_answers(w, err) < 0)
		return -1;
	make_report(w);
	none_works = tell_lists(w);
	if (output_report(w->report, w->renderer, &w->o->output, err) < 0)
		return -1;
	if (w->interrupted)
		return err_set(err, ERR_AGAIN, "interrupted: not every client "
		    "was asked for");
	return none_works ? err_set(err, ERR_AGAIN, "none of the lists could be "
	    "tested") : 0;
}

static void
what_if_clear(struct what_if *w)
{
	report_free(&w->report);
	trial_clear(&w->trial);
	if (w->mails)
		mails_clear(&w->mails[0]);
	free(w->mails);
	free(w->policies);
	answers_clear(&w->answers);
	pumped_clear(&w->pumped);
	logs_close(&w->logs);
}

static int
test_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	struct what_if_options o = { .lookup = LOOKUP_DEFAULTS,
		.output = OUTPUT_OF_LOGS, .top = 20 };
	struct opt own[WHAT_IF_ROWS], output[OUTPUT_ROWS];
	struct opt asking[LOOKUP_ROWS], shared[LOGS_ROWS];
	const struct opt *tables[] = { own, output, asking, shared };
	struct what_if w = { .context = context, .o = &o,
		.answers_ns = WHEN_NONE };
	struct err err;
	int operands, status;

	logs_rows(shared, &o.logs);
	lookup_rows(asking, &o.lookup);
	output_rows(output, &o.output);
	what_if_rows(own, &o);
	operands = cmd_options(self, context, tables, 4, argc, argv, &status);
	if (operands < 0)
		return status;
	answers_init(&w.answers);
	if (run_test(&w, operands, argv + 1, &err) < 0)
		status = cmd_fail(&err);
	else
		status = inputs_conclude(&w.logs, &w.pumped,
		    o.output.empty_ok);
	what_if_clear(&w);
	opt_list_clear(&o.policies);
	return status;
}

const struct cmd cmd_dnsbl_test = {
	.name = "dnsbl test",
	.arguments = "[OPTIONS] LIST... [LOG...]",
	.summary = "what block lists would have stopped",
	.help = "Looks up now, in each LIST, the client of every transaction that "
		"no DNSBL denied: which of them are listed, what became of that "
		"mail, and so what using the list would lose and save. A LIST is "
		"the name of its zone; what is there as a file, or has a / in it, "
		"is a LOG. Each client is asked for once, slowly (--rate). Ctrl-C "
		"prints what is known so far.\n\n"
		"  mailtally dnsbl test zen.spamhaus.org /var/log/qpsmtpd\n"
		"  mailtally dnsbl test bl.spamcop.net --files-newer-than 7d "
		"--exclude-own\n"
		"  mailtally dnsbl test LIST LIST LIST --best 2 --snapshot today\n"
		"  mailtally dnsbl test --replay today --policy 'zen=3,spamcop=1 "
		">= 3'",
	.run = test_run,
};
