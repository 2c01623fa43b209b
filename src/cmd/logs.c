#include "cmd/logs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "conf/conf.h"
#include "format/format.h"

/* Where logs are when nobody says where. */
static const char *const well_known[] = {
	"/var/log/qpsmtpd", "/var/log/sqpsmtpd", "/var/log/qmail", NULL
};

void
logs_rows(struct opt rows[LOGS_ROWS], struct logs_options *o)
{
	const struct opt table[] = {
		{ .type = OPT_GROUP, .help = "Period (without one: everything, "
		    "if logs are named; else the day up to midnight)" },
		{ .type = OPT_TEXT, .name = "since", .argument = "TIME",
		    .value = &o->period.since, .help = "from this time on: "
		    "2026-03-10, \"2026-03-10 14:05\", -2h, -3d, @1767225600" },
		{ .type = OPT_TEXT, .name = "until", .argument = "TIME",
		    .value = &o->period.until, .help = "up to, not including" },
		{ .type = OPT_TEXT, .name = "interval", .argument = "LENGTH",
		    .value = &o->period.interval, .help = "daily, weekly, "
		    "fortnightly, monthly, calendar-month, or hours" },
		{ .type = OPT_TEXT, .name = "base", .argument = "WHEN",
		    .value = &o->period.base, .help = "the interval ends at "
		    "midnight, midday, now, or an hour (0 to 23)" },
		{ .type = OPT_TEXT, .name = "period", .argument = "NAME",
		    .value = &o->period.name, .help = "today, yesterday, "
		    "this-week, last-week, this-month, last-month, all" },
		{ .type = OPT_TEXT, .name = "tz", .argument = "ZONE",
		    .value = &o->zone, .help = "time zone of the report, and of "
		    "stamps that name none", .initial = "the system's" },
		{ .type = OPT_GROUP, .help = "Which events (all that are given "
		    "must hold)" },
		{ .type = OPT_TEXT, .name = "client", .argument = "CIDR",
		    .value = &o->filter.client, .help = "address or network" },
		{ .type = OPT_TEXT, .name = "host", .argument = "GLOB",
		    .value = &o->filter.host, .help = "name of the client" },
		{ .type = OPT_TEXT, .name = "helo", .argument = "GLOB",
		    .value = &o->filter.helo, .help = "what it called itself" },
		{ .type = OPT_TEXT, .name = "from", .argument = "ADDR",
		    .value = &o->filter.from, .help = "sender: an address, a "
		    "@domain or a glob" },
		{ .type = OPT_TEXT, .name = "to", .argument = "ADDR",
		    .value = &o->filter.to, .help = "one of the recipients" },
		{ .type = OPT_TEXT, .name = "disposition", .argument = "NAME",
		    .value = &o->filter.disposition, .help = "queued, or the "
		    "plugin that denied; naughty-dnsbl for a reason of naughty" },
		{ .type = OPT_TEXT, .name = "verdict", .argument = "VERDICT",
		    .value = &o->filter.verdict,
		    .help = "accepted, rejected, deferred, or denied: the "
		    "latter two" },
		{ .type = OPT_TEXT, .name = "min-score", .argument = "N",
		    .value = &o->filter.min_score,
		    .help = "SpamAssassin's score at least this" },
		{ .type = OPT_TEXT, .name = "max-score", .argument = "N",
		    .value = &o->filter.max_score, .help = "at most this" },
		{ .type = OPT_TEXT, .name = "stream", .argument = "NAME",
		    .value = &o->filter.stream,
		    .help = "log directory, or syslog host" },
		{ .type = OPT_GROUP, .help = "Input" },
		{ .type = OPT_TEXT, .name = "format", .argument = "NAME",
		    .value = &o->format, .help = "format of the logs",
		    .initial = "by content" },
		{ .type = OPT_TEXT, .name = "files-newer-than",
		    .argument = "N[d]", .value = &o->newer_than,
		    .help = "only files changed in the last N days" },
		{ .type = OPT_NUMBER, .name = "jobs", .argument = "N",
		    .value = &o->jobs, .min = 0, .max = 256,
		    .help = "threads that read", .initial = "processors" },
		{ .type = OPT_TEXT, .name = "progress", .argument = "WHEN",
		    .value = &o->progress, .help = "auto, always, never",
		    .initial = "auto" },
		{ .type = OPT_TEXT, .name = "now", .argument = "TIME",
		    .value = &o->now, .help = "what to take for the present",
		    .initial = "the clock" },
		{ .type = OPT_END },
	};
	_Static_assert(sizeof(table) / sizeof(table[0]) <= LOGS_ROWS,
	    "LOGS_ROWS is too small");

	memcpy(rows, table, sizeof(table));
}

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* "7", "7d": days. */
static int
newer_than(const char *text, int64_t now_ns, int64_t *since_ns,
    struct err *err)
{
	struct str s = str_from(text);
	uint64_t days;

	if (s.n > 0 && s.p[s.n - 1] == 'd')
		s.n--;
	if (!num_u64(s, &days) || days == 0 || days > 36500)
		return err_set(err, ERR_USAGE, "--files-newer-than %s: not a "
		    "number of days; write for instance 7d", text);
	*since_ns = now_ns - (int64_t)days * WHEN_DAY_S * WHEN_SECOND;
	return 0;
}

static void
warn(const struct err *err)
{
	fprintf(stderr, "mailtally: %s\n", err->text);
}

static void
add_named(struct logs *l, const struct source_options *so, const char *path)
{
	struct err err;

	if (source_list_add(&l->sources, path, so, &err) < 0) {
		warn(&err);
		l->missing++;
	}
}

int
logs_configured(struct opt_list *names, const struct cmd_context *context,
    struct err *err)
{
	const struct conf *c = context->conf;

	for (size_t i = 0; i < c->n_logs; i++)
		ARRAY_PUSH(names->items, names->n, names->cap) = c->logs[i].p;
	if (c->n_logs > 0)
		return 0;
	for (size_t i = 0; well_known[i]; i++) {
		if (!is_directory(well_known[i]))
			continue;
		if (!context->quiet)
			fprintf(stderr, "mailtally: reading %s\n",
			    well_known[i]);
		ARRAY_PUSH(names->items, names->n, names->cap) = well_known[i];
	}
	if (names->n > 0)
		return 0;
	return err_set(err, ERR_NO_INPUT, "no log is named, none is configured "
	    "and there is no %s; name a file or a directory, or - for "
	    "standard input", well_known[0]);
}

static int
add_configured(struct logs *l, const struct source_options *so,
    const struct cmd_context *context, struct err *err)
{
	struct opt_list names = { 0 };
	int result = logs_configured(&names, context, err);

	for (size_t i = 0; i < names.n; i++)
		add_named(l, so, names.items[i]);
	opt_list_clear(&names);
	return result;
}

static int
choose_progress(struct logs *l, const char *when, struct err *err)
{
	if (when == NULL || strcmp(when, "auto") == 0)
		l->progress = isatty(STDERR_FILENO);
	else if (strcmp(when, "always") == 0)
		l->progress = true;
	else if (strcmp(when, "never") == 0)
		l->progress = false;
	else
		return err_set(err, ERR_USAGE, "--progress %s: must be auto, "
		    "always or never", when);
	return 0;
}

static int
choose_format(struct logs *l, const char *name, struct err *err)
{
	if (name == NULL)
		return 0;
	l->format = format_find(name);
	if (l->format == NULL)
		return err_set(err, ERR_USAGE, "--format %s: no such format; "
		    "\"mailtally formats\" lists them", name);
	return 0;
}

int
logs_settings(struct logs *l, const struct logs_options *o,
    const struct cmd_context *context, bool named, struct err *err)
{
	const struct conf *conf = context->conf;
	struct period_options period = o->period;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	*l = (struct logs){ .now_ns = when_now_ns() };
	l->jobs = o->jobs > 0 ? (unsigned)o->jobs :
	    processors > 0 ? (unsigned)processors : 1;
	if (zone_open(&l->zone, o->zone ? o->zone : conf->zone, err) < 0 ||
	    choose_progress(l, o->progress, err) < 0 ||
	    choose_format(l, o->format, err) < 0)
		return -1;
	if (o->now) {
		l->now_given = true;
		if (when_parse(str_from(o->now), l->now_ns, l->zone,
		    &l->now_ns, err) < 0)
			return -1;
	}
	/* The configured interval is that of the configured logs. */
	if (!named && !period.since && !period.until && !period.interval &&
	    !period.base && !period.name) {
		period.interval = conf->interval;
		period.base = conf->base;
	}
	return period_resolve(&period, named, l->now_ns, l->zone, &l->period,
	    err) < 0 ? -1 : filter_new(&l->filter, &o->filter, err);
}

int
logs_open(struct logs *l, const struct logs_options *o,
    const struct cmd_context *context, int argc, char **argv, struct err *err)
{
	struct source_options so = { .newer_than_ns = WHEN_NONE };

	if (logs_settings(l, o, context, argc > 0, err) < 0)
		return -1;
	if (o->newer_than &&
	    newer_than(o->newer_than, l->now_ns, &so.newer_than_ns, err) < 0)
		return -1;
	/* One that does not exist is the error; of several, each is told. */
	if (argc == 1 && source_list_add(&l->sources, argv[0], &so, err) < 0)
		return -1;
	for (int i = 0; argc > 1 && i < argc; i++)
		add_named(l, &so, argv[i]);
	if (argc == 0 && add_configured(l, &so, context, err) < 0)
		return -1;
	if (l->sources.n == 0 && l->missing > 0)
		return err_set(err, ERR_NO_INPUT, "nothing is left to read");
	source_list_mark_copies(&l->sources);
	return 0;
}

void
logs_close(struct logs *l)
{
	source_list_clear(&l->sources);
	filter_free(&l->filter);
	zone_close(&l->zone);
}

void
logs_progress(void *ctx, uint64_t done, uint64_t total)
{
	(void)ctx;
	if (total == 0)
		return;
	fprintf(stderr, "\rmailtally: read %3.0f %% of %.1f MiB",
	    (double)done * 100 / (double)total, (double)total / 1048576);
}

void
logs_progress_end(const struct logs *l)
{
	if (l->progress)
		fprintf(stderr, "\r%*s\r", 48, "");
}
