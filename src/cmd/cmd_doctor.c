/*
 * cmd_doctor.c - "mailtally doctor": is everything as it should be, and what
 * to do if not.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/period.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "cmd/doctor_guard.h"
#include "cmd/doctor_options.h"
#include "cmd/doctor_report.h"
#include "cmd/inputs.h"
#include "cmd/length.h"
#include "cmd/logs.h"
#include "cmd/output.h"
#include "conf/conf.h"
#include "dns/resolve.h"
#include "doctor/doctor.h"
#include "render/render.h"
#include "report/report.h"
#include "store/place.h"

#define DAY_NS (WHEN_DAY_S * WHEN_SECOND)

/* What is wrong with the settings is a finding, not the end. */
static void
load_settings(struct cmd_context *context, struct examination *x)
{
	struct err err;

	if (cmd_load_settings(context, &err) == -1)
		x->conf_error = arena_str(&x->arena, str_from(err.text)).p;
	x->conf_file = context->conf_file;
}

static void
choose_zone(struct examination *x, struct zone **zone, const char *name)
{
	struct err err;

	if (zone_open(zone, name, &err) == -1) {
		x->zone_error = arena_str(&x->arena, str_from(err.text)).p;
		*zone = NULL;
	}
	x->zone = *zone;
}

/* How long a report is, as the settings have it: a day if they do not say. */
static void
choose_interval(struct examination *x, const struct conf *c)
{
	const struct period_options po = { .interval = c->interval,
		.base = c->base };
	struct period p;

	x->interval_ns = DAY_NS;
	if (x->zone != NULL && period_resolve(&po, false, x->now_ns, x->zone,
	    &p, NULL) == 0 && !period_unbounded(&p))
		x->interval_ns = p.end_ns - p.start_ns;
}

static int
read_options(struct examination *x, const struct doctor_options *o,
    struct err *err)
{
	x->disk_percent = o->disk;
	x->stale_ns = DAY_NS;
	if (o->stale != NULL && length_parse("stale", o->stale, &x->stale_ns,
	    err) == -1)
		return -1;
	return clock_now(&o->clock, x->zone, &x->now_ns, err);
}

/* Those that refuse mail by the client's address, as qpsmtpd is set up. */
static int
ask_lists(struct examination *x, const struct conf *c, const char *server,
    struct err *err)
{
	struct str *names;
	size_t n = 0;
	int status;

	if (server != NULL && resolver_check_server(server, err) == -1)
		return -1;
	names = mem_zalloc((c->n_lists + 1) * sizeof(*names));
	for (size_t i = 0; i < c->n_lists; i++)
		if (strcmp(c->lists[i].type, "DNSBL") == 0)
			names[n++] = c->lists[i].zone;
	status = n == 0 ? 0 : doctor_ask_lists(x, names, n, server, err);
	free(names);
	return status;
}

static void
choose_ports(struct examination *x, const struct conf *c)
{
	const struct service_port ports[SERVICE_PORTS] = {
		{ "qpsmtpd", c->port_qpsmtpd },
		{ "sqpsmtpd", c->port_sqpsmtpd },
	};

	memcpy(x->ports, ports, sizeof(ports));
}

/* The file to look at, to be freed, or NULL; that nobody named may be missing. */
static char *
choose_store(const char *named)
{
	char *file;

	if (named != NULL && strcmp(named, "none") == 0)
		return NULL;
	if (named != NULL && strcmp(named, "default") != 0)
		return mem_strdup(named);
	file = store_default_place(false, NULL);
	if (file == NULL || named != NULL || access(file, F_OK) == 0)
		return file;
	free(file);
	return NULL;
}

static void
add_places(struct examination *x, const struct cmd_context *context, int argc,
    char **argv)
{
	struct opt_list configured = { 0 };

	for (int i = 0; i < argc; i++)
		doctor_add(x, argv[i]);
	if (argc == 0 && logs_configured(&configured, context, NULL) == 0)
		for (size_t i = 0; i < configured.n; i++)
			doctor_add(x, configured.items[i]);
	opt_list_clear(&configured);
}

static int
print_rendered(const struct cmd_context *context, const struct examination *x,
    const struct renderer *renderer, const struct output_options *o,
    struct err *err)
{
	struct report *r = report_new(context->program);
	int status;

	inputs_name_host(r, context->conf);
	r->zone = x->zone;
	r->period = (struct period){ INT64_MIN, INT64_MAX };
	doctor_report(r, x);
	status = output_report(r, renderer, o, err);
	report_free(&r);
	return status;
}

/* text: in our own words, because commands must not be cut to a column. */
static int
print_examination(const struct cmd_context *context,
    const struct examination *x, const struct renderer *renderer,
    const struct output_options *o)
{
	struct buf b = { 0 };
	struct err err;
	int status;

	if (strcmp(renderer->name, "text") != 0)
		return print_rendered(context, x, renderer, o, &err) == -1 ?
		    cmd_fail(&err) : 0;
	doctor_text(&b, x);
	status = cmd_print(&b);
	buf_clear(&b);
	return status;
}

static int
examine(struct cmd_context *context, const struct doctor_options *o, int argc,
    char **argv)
{
	struct examination x = { 0 };
	struct zone *zone = NULL;
	char *store = NULL;
	struct err err;
	const struct renderer *renderer = output_choose(&o->output, &err);
	int status;

	if (renderer == NULL)
		return cmd_fail(&err);
	load_settings(context, &x);
	choose_zone(&x, &zone, o->clock.zone ? o->clock.zone
	    : context->conf->zone);
	if (read_options(&x, o, &err) == -1 ||
	    (o->dns && ask_lists(&x, context->conf, o->resolver, &err) == -1)) {
		status = cmd_fail(&err);
	} else {
		choose_interval(&x, context->conf);
		choose_ports(&x, context->conf);
		x.store = store = choose_store(o->store);
		add_places(&x, context, argc, argv);
		doctor_examine(&x);
		if (o->fix && doctor_fix(&x, &err) > 0)
			cmd_fail(&err);
		status = print_examination(context, &x, renderer,
		    &o->output);
		if (status == 0)
			status = (int)doctor_severity(&x);
	}
	doctor_clear(&x);
	free(store);
	zone_close(&zone);
	return status;
}

static int
guard(const struct doctor_options *o, int argc, char **argv)
{
	struct err err;
	int64_t every_ns;

	if (!o->fix)
		err_set(&err, ERR_USAGE, "--every %s: goes with --fix", o->every);
	else if (argc == 0)
		err_set(&err, ERR_USAGE, "--every %s: name the log directories",
		    o->every);
	else if (length_parse("every", o->every, &every_ns, &err) == 0)
		return doctor_guard(argv, argc, every_ns);
	return cmd_fail(&err);
}

static int
list(void)
{
	struct buf b = { 0 };
	int status;

	doctor_list(&b);
	status = cmd_print(&b);
	buf_clear(&b);
	return status;
}

static int
doctor_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	struct doctor_options o = { .disk = 90, .dns = true,
		.output = OUTPUT_DEFAULTS };
	struct opt own[DOCTOR_ROWS], output[OUTPUT_ROWS], times[CLOCK_ROWS];
	const struct opt *tables[] = { own, output, times };
	int operands, status;

	doctor_rows(own, &o);
	output_rows(output, &o.output);
	clock_rows(times, &o.clock);
	operands = cmd_options(self, context, tables, 3, argc, argv, &status);
	if (operands < 0)
		return status;
	if (o.list)
		return list();
	if (o.every != NULL)
		return guard(&o, operands, argv + 1);
	return examine(context, &o, operands, argv + 1);
}

const struct cmd cmd_doctor = {
	.name = "doctor",
	.arguments = "[OPTIONS] [LOG...]",
	.summary = "is all well with the logs, and what to do if not",
	.help = "Looks at the logs that are named or configured: can they be "
		"read and understood, are they written now, do they reach back far "
		"enough, is multilog well and its state sane; and at what is around "
		"them: does the server listen, do the configured block lists answer "
		"its name server, is the store whole. Each finding comes "
		"with the command that puts it right. The exit status is 0 if all "
		"is well, 1 with warnings, 2 if something is critical, as "
		"monitoring expects it.\n"
		"\n"
		"With --fix what can do no harm is done. With --fix --every it "
		"stays, and creates the state of the named log directories of "
		"multilog again whenever it is missing, since without it the next "
		"rotation would stop all mail. It touches nothing else.\n\n"
		"  mailtally doctor\n"
		"  mailtally doctor -o json /var/log/qpsmtpd\n"
		"  mailtally doctor --fix --every 5s /var/log/qpsmtpd",
	.without_settings = true,
	.run = doctor_run,
};
