/*
 * cmd_report.c - "mailtally report": logs in, tables out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/country.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/out.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "cmd/inputs.h"
#include "cmd/logs.h"
#include "cmd/report_job.h"
#include "cmd/report_junk.h"
#include "cmd/report_options.h"
#include "cmd/store_opens.h"
#include "cmd/terminal.h"
#include "conf/conf.h"
#include "history/history.h"
#include "pump/pump.h"
#include "render/render.h"
#include "report/build.h"
#include "report/insights.h"
#include "report/report.h"
#include "store/store.h"
#include "summarize/state.h"
#include "summarize/store.h"
#include "tally/tally.h"

/* What a run holds, from options to the finished report. */
struct run {
	const struct cmd_context *context;
	const struct report_options *o;
	const struct report_job *job;
	struct logs logs;
	struct store *store; /* --store; else NULL */
	struct build_options build;
	const struct renderer *renderer;
	bool *chosen;
	bool no_logs; /* none is named, and what is chosen needs none */
	struct country_file *countries;
	struct report_junk junk;
	struct state state; /* --state; else all zero */
	struct part_counter *counters; /* one a thread */
	int64_t habits_begin_ns; /* of the events in a store; WHEN_NONE: all */
	struct pumped pumped;
	struct report *report;
	struct log_stream *streams;
	struct column_show_row *columns;
	struct configured_list *lists;
	struct str *facts;
};

/* The sink of one thread. */
struct part_counter {
	const struct filter *filter;
	struct period period;
	struct tally *tally;  /* of the period */
	struct tally *before; /* of what went before, or NULL */
};

static void
count_event(void *ctx, const struct event *ev)
{
	struct part_counter *c = ctx;

	if (c->filter && !filter_match(c->filter, ev))
		return;
	if (c->before && ev->time_ns != WHEN_NONE &&
	    ev->time_ns < c->period.start_ns)
		tally_add(c->before, ev);
	else
		tally_add(c->tally, ev);
}

static struct str
country_of(void *ctx, struct str client)
{
	return country_find(ctx, client);
}

/* Configuration and options as the sections want them. */
static void
take_settings(struct run *r)
{
	const struct report_options *o = r->o;
	const struct conf *c = r->context->conf;
	struct build_options *b = &r->build;
	static const enum column_show shows[] = {
		[COLUMN_AUTO] = SHOW_AUTO, [COLUMN_YES] = SHOW_YES,
		[COLUMN_NO] = SHOW_NO
	};

	b->top = o->top;
	b->max_hour_rows = o->max_hour_rows;
	b->tld_by_day = o->tld_by_day;
	b->explain = o->explain;
	b->sections_named = sections_named(o->sections);
	b->country_cutoff_percent = c->country_cutoff_percent;
	b->rule_cutoff_percent = c->rule_cutoff_percent;
	b->refused_countries = c->refused_countries;
	b->n_refused_countries = c->n_refused_countries;
	r->columns = mem_zalloc((c->n_columns + 1) * sizeof(*r->columns));
	for (size_t i = 0; i < c->n_columns; i++)
		r->columns[i] = (struct column_show_row){
			c->columns[i].title, shows[c->columns[i].show] };
	b->columns = r->columns;
	b->n_columns = c->n_columns;
	r->lists = mem_zalloc((c->n_lists + 1) * sizeof(*r->lists));
	for (size_t i = 0; i < c->n_lists; i++)
		r->lists[i] = (struct configured_list){
			c->lists[i].type, c->lists[i].zone };
	b->lists = r->lists;
	b->n_lists = c->n_lists;
	r->facts = mem_zalloc(
	    (c->n_facts + o->facts.n + 1) * sizeof(*r->facts));
	for (size_t i = 0; i < c->n_facts; i++)
		r->facts[b->n_facts++] = c->facts[i];
	for (size_t i = 0; i < o->facts.n; i++)
		r->facts[b->n_facts++] = str_from(o->facts.items[i]);
	b->facts = r->facts;
}

static int
read_state(struct run *r, const char *path, struct err *err)
{
	char *text = mem_alloc(STATE_MAX_BYTES);
	struct err why;
	ssize_t n = store_read_file(path, text, STATE_MAX_BYTES, &why);

	state_init(&r->state);
	if (n > 0)
		state_read(&r->state, str_make(text, (size_t)n));
	r->build.state = &r->state;
	free(text);
	if (n < 0)
		return err_set(err, ERR_NO_INPUT, "%s: %s", path, why.text);
	if (state_is_empty(&r->state))
		return err_set(err, ERR_NO_INPUT, "%s: there are no counts in "
		    "it; name a state of qplogsumm or summarize", path);
	return 0;
}

static int
read_options(struct run *r, struct err *err)
{
	const struct report_options *o = r->o;
	const char *output = o->output ? o->output : "text";

	r->renderer = render_find(output);
	if (r->renderer == NULL)
		return err_set(err, ERR_USAGE, "-o %s: there is no such "
		    "output; there are text, json, jsonl, csv, html, mail and "
		    "prometheus", output);
	if (o->directory && strcmp(output, "csv") != 0)
		return err_set(err, ERR_USAGE, "-d %s: only -o csv writes a "
		    "file a section", o->directory);
	r->chosen = mem_zalloc(section_type_count() * sizeof(*r->chosen));
	if (sections_choose(o->sections, r->chosen, err) < 0 ||
	    report_choices(o, &r->build, err) < 0)
		return -1;
	if (r->job->also)
		sections_add(r->job->also, o->sections, r->chosen);
	if (o->case_sensitive_local)
		r->context->conf->classes.case_sensitive_local = true;
	take_settings(r);
	if (o->state && read_state(r, o->state, err) < 0)
		return -1;
	if (r->context->conf->country_file && country_open(&r->countries,
	    r->context->conf->country_file, err) < 0)
		return -1;
	return 0;
}

/* Does a chosen section look at what went before the period? */
static bool
wants_before(const struct run *r)
{
	if (period_unbounded(&r->logs.period))
		return false;
	for (size_t i = 0; section_types[i].id; i++)
		if (r->chosen[i] && section_types[i].wants_before)
			return true;
	return false;
}

/* Dimensions whose keys are few: what may be kept for weeks. */
static dim_mask
bounded(dim_mask wanted)
{
	return wanted & (~tally_stored() | DIM_BIT(DIM_CATEGORY) | DIM_BIT(DIM_DISPOSITION) |
	    DIM_BIT(DIM_ORIGIN) | DIM_BIT(DIM_COUNTER) |
	    DIM_BIT(DIM_CONNECTION) | DIM_BIT(DIM_LIMIT));
}

/* Are there tallies of this zone?  Else all is counted from facts. */
static bool
is_of_store(const struct run *r)
{
	return r->store && strcmp(store_settings(r->store)->zone,
	    zone_name(r->logs.zone)) == 0;
}

static struct tally_options
tally_options(const struct run *r, dim_mask dims_wanted)
{
	const struct logs *l = &r->logs;
	int64_t from_s = l->period.start_ns == INT64_MIN ? 0 :
	    when_to_s(l->period.start_ns);
	int64_t until_s = l->period.end_ns == INT64_MAX ?
	    when_to_s(l->now_ns) + WHEN_DAY_S : when_to_s(l->period.end_ns);
	struct tally_options to = {
		.dims = dims_wanted,
		.classes = &r->context->conf->classes,
		.zone = l->zone,
		.grain_s = is_of_store(r)
		    ? store_settings(r->store)->grain_s :
		    zone_whole_hours(l->zone, from_s, until_s) ? 3600 : 900,
		.country = r->countries ? country_of : NULL,
		.country_ctx = r->countries,
		.log_all = r->o->top == 0,
	};

	if (r->o->tld) {
		to.transactions_kept = true;
		to.tld_kept = str_from(r->o->tld);
		if (str_starts(to.tld_kept, STR(".")))
			to.tld_kept = str_skip(to.tld_kept, 1);
	}
	return to;
}

static void
make_counters(struct run *r, dim_mask dims_wanted)
{
	const struct logs *l = &r->logs;
	struct tally_options to = tally_options(r, dims_wanted);
	struct tally_options few = tally_options(r, bounded(dims_wanted));
	bool before = wants_before(r);

	r->counters = mem_zalloc(l->jobs * sizeof(*r->counters));
	for (unsigned i = 0; i < l->jobs; i++) {
		r->counters[i].filter = l->filter;
		r->counters[i].period = l->period;
		r->counters[i].tally = tally_new(&to);
		if (before)
			r->counters[i].before = tally_new(&few);
	}
}

/* What is to be counted.  Block lists are counted by one key only. */
static dim_mask
dims_chosen(const struct run *r)
{
	dim_mask wanted = sections_dims(r->chosen,
	    r->build.sections_named);

	return r->build.list_key_host ? wanted : wanted &
	    ~(DIM_BIT(DIM_LIST_HOST) | DIM_BIT(DIM_CLIENT_LIST_HOST));
}

/*
 * Counts what a store's tallies do not have (tally_stored) from its events, as
 * far back as they are kept, and adds it to *t.
 */
static int
add_habits(const struct run *r, struct history_recall hr, dim_mask wanted,
    struct tally **t, struct err *err)
{
	dim_mask missing = wanted & ~tally_stored();
	struct tally_options of_all = tally_options(r, wanted);
	struct tally_options of_habits = tally_options(r, missing);
	struct tally *all, *habits;
	int result;

	if (missing == 0)
		return 0;
	hr.facts_only = hr.as_kept = true;
	hr.kinds = tally_wants(missing);
	habits = tally_new(&of_habits);
	result = history_tally(&hr, habits, err);
	all = tally_new(&of_all);
	tally_merge(all, *t);
	tally_merge(all, habits);
	tally_settle(all);
	tally_free(&habits);
	tally_free(t);
	*t = all;
	return result;
}

/* A store's tally of a period. */
static int
recall(const struct run *r, const struct history_recall *hr, dim_mask wanted,
    struct tally **t, struct err *err)
{
	if (history_tally(hr, *t, err) < 0)
		return -1;
	return add_habits(r, *hr, wanted, t, err);
}

static int
read_before(struct run *r, struct history_recall *hr, dim_mask wanted,
    struct err *err)
{
	const struct logs *l = &r->logs;
	int32_t since;

	hr->period = (struct period){ build_before_since(&l->period, l->zone),
		l->period.start_ns };
	hr->facts_only = false;
	if (store_facts_since(r->store, &since, err) < 0)
		return -1;
	if (since != STORE_NO_DAY)
		r->habits_begin_ns = store_day_start(r->store, since);
	return recall(r, hr, bounded(wanted), &r->counters[0].before, err);
}

static int
read_store(struct run *r, struct err *err)
{
	const struct logs *l = &r->logs;
	dim_mask wanted = dims_chosen(r);
	struct history_recall hr = { .store = r->store, .period = l->period,
		.filter = l->filter, .zone = l->zone,
		.classes = &r->context->conf->classes,
		.rules = store_rules(r->context),
		/* What a tally keeps for these is not in a store. */
		.facts_only = r->o->tld || r->o->top == 0 };
	int result = -1;

	r->logs.jobs = 1;
	make_counters(r, wanted & tally_stored());
	if (store_look(r->store, err) < 0)
		return -1;
	if (recall(r, &hr, wanted, &r->counters[0].tally, err) == 0 &&
	    history_streams(&hr, &r->pumped, err) == 0)
		result = 0;
	if (result == 0 && r->counters[0].before)
		result = read_before(r, &hr, wanted, err);
	store_look_end(r->store);
	return result;
}

static void
read_logs(struct run *r)
{
	const struct logs *l = &r->logs;
	dim_mask wanted = sections_dims(r->chosen,
	    r->build.sections_named);
	void **ctx = mem_zalloc(l->jobs * sizeof(*ctx));
	struct pump_options po = {
		.sources = &l->sources, .format = l->format, .jobs = l->jobs,
		.zone = l->zone,
		.now_ns = l->now_given ? l->now_ns : WHEN_NONE,
		.clock_ns = l->now_ns, .wants = tally_wants(wanted),
		.join = tally_needs_join(wanted),
		.start_ns = l->period.start_ns, .end_ns = l->period.end_ns,
		.part_bytes = (uint64_t)r->o->part_bytes,
		.sink = count_event, .sink_ctx = ctx,
		.progress = l->progress ? logs_progress : NULL,
	};

	make_counters(r, dims_chosen(r));
	if (r->counters[0].before)
		po.start_ns = build_before_since(&l->period, l->zone);
	for (unsigned i = 0; i < l->jobs; i++)
		ctx[i] = &r->counters[i];
	pump_run(&po, &r->pumped);
	logs_progress_end(l);
	for (unsigned i = 1; i < l->jobs; i++) {
		tally_merge(r->counters[0].tally, r->counters[i].tally);
		tally_free(&r->counters[i].tally);
		if (r->counters[0].before)
			tally_merge(r->counters[0].before,
			    r->counters[i].before);
		tally_free(&r->counters[i].before);
	}
	tally_settle(r->counters[0].tally);
	if (r->counters[0].before)
		tally_settle(r->counters[0].before);
	free(ctx);
}

static void
add_file(struct log_stream *s, const struct pumped_source *p)
{
	const struct source *source = p->source;

	if (source->copy_of) {
		s->copies++;
		return;
	}
	switch (source->kind) {
	case SOURCE_FINISHED:
		s->finished++;
		s->multilog = true;
		break;
	case SOURCE_UNPROCESSED:
		s->unprocessed++;
		s->multilog = true;
		break;
	case SOURCE_CURRENT:
		s->current++;
		s->multilog = true;
		break;
	case SOURCE_FILE:
	case SOURCE_STDIN:
		s->plain++;
		break;
	}
	s->packed += source->packing != PACKING_NONE;
	s->unreadable += p->error != NULL && !p->truncated;
	s->truncated += p->truncated;
	s->disk_bytes += source->size;
	if (source->kind == SOURCE_FINISHED && source->size > s->largest_file)
		s->largest_file = source->size;
}

static void
describe_streams(struct run *r)
{
	struct pumped *p = &r->pumped;
	size_t source = 0;

	r->streams = mem_zalloc((p->n_streams + 1) * sizeof(*r->streams));
	for (size_t i = 0; i < p->n_streams; i++) {
		struct pumped_stream *from = &p->streams[i];
		struct log_stream *s = &r->streams[i];

		*s = (struct log_stream){ .name = from->name,
			.format = from->format ? from->format->name : NULL,
			.counts = from->counts, .gaps = from->gaps,
			.n_gaps = from->n_gaps, .days = from->days,
			.n_days = from->n_days };
		for (; source < p->n_sources &&
		    p->sources[source].source->stream == from->name; source++)
			add_file(s, &p->sources[source]);
	}
}

/* Are the chosen sections made of other things than logs? */
static bool
needs_no_logs(const struct run *r)
{
	for (size_t i = 0; section_types[i].id; i++)
		if (r->chosen[i] && !section_types[i].without_logs)
			return false;
	return true;
}

static bool
is_chosen(const struct run *r, build_fn *build)
{
	for (size_t i = 0; section_types[i].id; i++)
		if (r->chosen[i] && section_types[i].build == build)
			return true;
	return false;
}

static void
first_and_last(struct run *r, struct build *b)
{
	b->first_ns = b->last_ns = WHEN_NONE;
	for (size_t i = 0; i < r->pumped.n_streams; i++) {
		const struct scan_counts *c = &r->pumped.streams[i].counts;

		if (c->first_ns != WHEN_NONE && (b->first_ns == WHEN_NONE ||
		    c->first_ns < b->first_ns))
			b->first_ns = c->first_ns;
		if (c->last_ns > b->last_ns)
			b->last_ns = c->last_ns;
	}
}

static int
make_report(struct run *r, struct err *err)
{
	const struct logs *l = &r->logs;
	struct build b = {
		.tally = r->counters[0].tally,
		.before = r->counters[0].before,
		.classes = &r->context->conf->classes,
		.zone = l->zone, .period = l->period, .o = &r->build,
	};

	r->report = report_new(r->context->program);
	inputs_name_host(r->report, r->context->conf);
	r->report->zone = l->zone;
	r->report->period = l->period;
	describe_streams(r);
	inputs_describe(r->report, &r->pumped);
	first_and_last(r, &b);
	b.report = r->report;
	b.now_ns = l->now_ns;
	b.logs_begin_ns = b.habits_begin_ns = b.first_ns;
	if (r->habits_begin_ns > b.first_ns)
		b.habits_begin_ns = r->habits_begin_ns;
	b.streams = r->streams;
	b.n_streams = r->pumped.n_streams;
	if (!r->no_logs && !inputs_understood(&r->pumped))
		inputs_explain_nothing(r->report, &r->pumped);
	build_report(&b, r->chosen);
	return r->o->selfcheck ? build_selfcheck(&b, err) : 0;
}

static int
print_report(struct run *r, const struct render_options *ro, struct err *err)
{
	struct out *out = out_open_fd(STDOUT_FILENO, "standard output");
	struct err late;
	int status = r->renderer->render(r->report, ro, out, err);

	if (out_close(&out, &late) < 0 && status == 0) {
		*err = late;
		status = -1;
	}
	return status;
}

static int
finish(struct run *r, struct err *err)
{
	const struct report_options *o = r->o;
	const struct mail_envelope mail = { .now_ns = r->logs.now_ns };
	struct render_options ro = {
		.quiet_empty = o->quiet_empty, .csv_safe = o->csv_safe,
		.timing = o->timing, .directory = o->directory, .mail = &mail,
		.no_script = !o->script,
	};

	terminal_options(&ro, o->color);
	if (r->job->finish)
		return r->job->finish(r->job->ctx, r->report, &ro, err);
	return print_report(r, &ro, err);
}

/* The logs that are named, or the store. */
static int
open_inputs(struct run *r, int argc, char **argv, struct err *err)
{
	const struct logs_options *o = &r->o->logs;

	if (r->o->store)
		return store_open_logs(&r->store, r->o->store, &r->logs, o,
		    r->context, argc, err);
	r->no_logs = argc == 0 && needs_no_logs(r);
	return r->no_logs ? logs_settings(&r->logs, o, r->context, true, err)
	    : logs_open(&r->logs, o, r->context, argc, argv, err);
}

static int
run_report(struct run *r, int argc, char **argv, struct err *err)
{
	int64_t begun_ns = when_now_ns();

	if (read_options(r, err) < 0)
		return -1;
	if (open_inputs(r, argc, argv, err) < 0)
		return -1;
	if (is_chosen(r, section_junk))
		report_junk_count(&r->junk, &r->build, r->context->conf,
		    &r->o->maildirs);
	if (!r->store)
		read_logs(r);
	else if (read_store(r, err) < 0)
		return -1;
	if (make_report(r, err) < 0)
		return -1;
	if (r->o->timing)
		r->report->seconds_taken =
		    (double)(when_now_ns() - begun_ns) / 1e9;
	return finish(r, err);
}

static void
run_clear(struct run *r)
{
	report_free(&r->report);
	report_junk_clear(&r->junk);
	state_clear(&r->state);
	if (r->counters) {
		tally_free(&r->counters[0].tally);
		tally_free(&r->counters[0].before);
	}
	free(r->counters);
	pumped_clear(&r->pumped);
	store_close(&r->store);
	logs_close(&r->logs);
	country_close(&r->countries);
	free(r->chosen);
	free(r->streams);
	free(r->columns);
	free(r->lists);
	free(r->facts);
}

static int
list_sections(void)
{
	struct buf b = { 0 };
	int status;

	for (size_t i = 0; section_types[i].id; i++)
		buf_printf(&b, "%-18s %s\n", section_types[i].id,
		    section_types[i].help);
	status = cmd_print(&b);
	buf_clear(&b);
	return status;
}

static int
list_thresholds(void)
{
	struct buf b = { 0 };
	int status;

	for (int i = 0; i < THRESHOLDS; i++)
		buf_printf(&b, "%-18s %4lld %-10s %s\n", thresholds[i].name,
		    (long long)thresholds[i].value, thresholds[i].unit,
		    thresholds[i].help);
	status = cmd_print(&b);
	buf_clear(&b);
	return status;
}

/* Takes out the rows of options that a command has not. */
static void
drop_rows(struct opt *rows, const char *const *names)
{
	struct opt *to = rows;

	for (struct opt *from = rows;; from++) {
		bool dropped = false;

		for (size_t i = 0; names && names[i] && from->name; i++)
			dropped = dropped || strcmp(from->name, names[i]) == 0;
		if (!dropped)
			*to++ = *from;
		if (from->type == OPT_END)
			return;
	}
}

int
report_job_run(const struct report_job *job, const struct cmd *self,
    struct cmd_context *context, int argc, char **argv)
{
	struct report_options o = { .top = -1, .max_hour_rows = 744,
		.csv_safe = true, .script = true };
	struct opt shared[LOGS_ROWS], own[REPORT_ROWS];
	const struct opt *tables[3] = { shared, own, job->rows };
	struct run r = { .context = context, .o = &o, .job = job,
		.habits_begin_ns = WHEN_NONE };
	struct err err;
	int operands, status;

	logs_rows(shared, &o.logs);
	report_rows(own, &o);
	drop_rows(shared, job->without);
	drop_rows(own, job->without);
	operands = cmd_options(self, context, tables, job->rows ? 3 : 2, argc,
	    argv, &status);
	if (operands < 0)
		return status;
	if (o.list_sections || o.list_thresholds) {
		opt_list_clear(&o.facts);
		opt_list_clear(&o.maildirs);
		return o.list_sections ? list_sections() : list_thresholds();
	}
	if ((job->check && job->check(job->ctx, &err) < 0) ||
	    run_report(&r, operands, argv + 1, &err) < 0)
		status = cmd_fail(&err);
	else
		status = inputs_conclude(&r.logs, &r.pumped,
		    o.empty_ok || r.no_logs);
	run_clear(&r);
	opt_list_clear(&o.facts);
	opt_list_clear(&o.maildirs);
	return status;
}

static int
report_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	static const struct report_job job = { 0 };

	return report_job_run(&job, self, context, argc, argv);
}

const struct cmd cmd_report = {
	.name = "report",
	.arguments = "[OPTIONS] [LOG...]",
	.summary = "the tables of a mail server's log for a period",
	.help = "A LOG is a file, a multilog directory, a directory of rotated "
		"logs, or - for standard input; compression and format are "
		"recognised by content.\n\n"
		"  mailtally report --period yesterday /var/log/qpsmtpd\n"
		"  mailtally report /var/log/qpsmtpd /var/log/qmail\n"
		"  mailtally report --sections codes,bl-use -o csv -d out log.gz\n"
		"  zcat log.gz | mailtally report -o json -",
	.run = report_run,
};
