/*
 * cmd_ingest.c - "mailtally ingest": new lines of logs into the store.
 */
#include <sys/prctl.h>

#include <signal.h>
#include <stdio.h>

#include "base/country.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "cmd/logs.h"
#include "cmd/store_opens.h"
#include "conf/conf.h"
#include "history/attend.h"
#include "history/history.h"
#include "store/store.h"

struct ingest_options {
	struct logs_options logs;
	const char *store;
	bool follow;
	bool prune;
	bool anonymize;
	long delta_bytes;
	long parent;
};

struct run {
	const struct cmd_context *context;
	const struct ingest_options *o;
	struct logs logs;
	struct store *store;
	struct country_file *countries;
	struct opt_list names; /* the LOGs */
	struct history_ingested result;
	int32_t pruned; /* the day when that was done last */
};

#define INGEST_ROWS 14
static void
ingest_rows(struct opt rows[INGEST_ROWS], struct ingest_options *o)
{
	const struct opt table[] = {
		{ .type = OPT_GROUP, .help = "Store" },
		{ .type = OPT_TEXT, .name = "store", .argument = "FILE",
		    .value = &o->store, .help = "where it is kept; made if it "
		    "is not there", .initial = "default" },
		{ .type = OPT_FLAG, .name = "anonymize",
		    .value = &o->anonymize, .help = "from now on keep hashes "
		    "of local parts and networks of clients only" },
		{ .type = OPT_FLAG, .name = "prune", .value = &o->prune,
		    .help = "and give up what is older than the settings "
		    "facts_days and hours_days say" },
		{ .type = OPT_GROUP, .help = "Input" },
		{ .type = OPT_FLAG, .name = "follow", .value = &o->follow,
		    .help = "go on, and take new lines as they come" },
		{ .type = OPT_TEXT, .name = "format", .argument = "NAME",
		    .value = &o->logs.format, .help = "format of the logs",
		    .initial = "by content" },
		{ .type = OPT_TEXT, .name = "tz", .argument = "ZONE",
		    .value = &o->logs.zone, .help = "whose days the store has, "
		    "fixed when it is made; and of stamps that name none",
		    .initial = "the system's" },
		{ .type = OPT_TEXT, .name = "progress", .argument = "WHEN",
		    .value = &o->logs.progress, .help = "auto, always, never",
		    .initial = "auto" },
		{ .type = OPT_TEXT, .name = "now", .argument = "TIME",
		    .value = &o->logs.now, .help = "what to take for the "
		    "present", .initial = "the clock" },
		/* For tests of what must not depend on where it is cut. */
		{ .type = OPT_NUMBER, .name = "delta-bytes", .argument = "N",
		    .value = &o->delta_bytes, .min = 0, .max = 1L << 40,
		    .help = "of log that are written at once", .hidden = true },
		/* For serve, which starts it. */
		{ .type = OPT_NUMBER, .name = "parent", .argument = "PID",
		    .value = &o->parent, .min = 0, .max = INT32_MAX,
		    .help = "end when this process, which started it, does",
		    .hidden = true },
		{ .type = OPT_END },
	};
	_Static_assert(sizeof(table) / sizeof(table[0]) <= INGEST_ROWS,
	    "INGEST_ROWS is too small");

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		rows[i] = table[i];
}

static struct str
country_of(void *ctx, struct str client)
{
	return country_find(ctx, client);
}

static void
tell(const char *text)
{
	fprintf(stderr, "mailtally: %s\n", text);
}

static void
tell_nobody(const char *text)
{
	(void)text;
}

/* A store has one zone; what has none of its own follows the store's. */
static int
choose_zone(struct run *r, struct err *err)
{
	const char *zone = store_settings(r->store)->zone;

	if (strcmp(zone_name(r->logs.zone), zone) == 0)
		return 0;
	if (r->o->logs.zone)
		return err_set(err, ERR_USAGE, "%s: its days are those of %s; "
		    "leave --tz out, or name another store",
		    store_name(r->store), zone);
	zone_close(&r->logs.zone);
	return zone_open(&r->logs.zone, zone, err);
}

static int
open_store(struct run *r, struct err *err)
{
	/* Days have to begin on a bucket at all times that logs may have. */
	struct store_settings settings = { .zone = zone_name(r->logs.zone),
		.grain_s = zone_whole_hours(r->logs.zone, 0,
		    when_to_s(r->logs.now_ns) + 3650 * WHEN_DAY_S)
		    ? 3600 : 900 };

	return store_open(&r->store, r->o->store ? r->o->store : "default",
	    STORE_CREATE, &settings, err) < 0 ? -1 : choose_zone(r, err);
}

/* Once a day, as of the store's zone. */
static int
prune(struct run *r, const struct history_ingest *hi, int64_t now_ns,
    struct err *err)
{
	const struct conf *c = r->context->conf;
	struct history_retention hr = { .store = r->store, .zone = hi->zone,
		.now_ns = now_ns, .facts_days = c->facts_days,
		.hours_days = c->hours_days,
		.keep_addresses = c->keep_addresses, .tally = hi->tally,
		.rules = hi->rules };
	int32_t today = store_day_of(r->store, now_ns);
	size_t folded;

	if (!r->o->prune || today == r->pruned)
		return 0;
	if (history_prune(&hr, &folded, err) < 0)
		return -1;
	r->pruned = today;
	if (r->context->verbose)
		fprintf(stderr, "mailtally: %s: %zu days were folded\n",
		    store_name(r->store), folded);
	return 0;
}

/*
 * Round after round, each as if it was run anew: so whatever happened to
 * the files meanwhile is understood as it always is, and there is nothing
 * to be put in order at the end, which may come at any moment.  What cannot be
 * read was told in the first round.
 */
static int
follow(struct run *r, const struct history_ingest *first, struct err *err)
{
	const struct source_options so = { .newer_than_ns = WHEN_NONE };
	struct attend *attend = attend_new();
	struct history_ingest again = *first;
	struct source_list list;
	int result;

	again.sources = &list;
	again.progress = NULL;
	for (;;) {
		struct history_ingested news;

		attend_names(attend, r->names.items, r->names.n);
		list = (struct source_list){ 0 };
		for (size_t i = 0; i < r->names.n; i++)
			source_list_add(&list, r->names.items[i], &so, NULL);
		attend_sources(attend, &list);
		source_list_mark_copies(&list);
		if (!r->logs.now_given)
			again.clock_ns = when_now_ns();
		result = history_ingest(&again, &news, tell_nobody, err);
		if (result == 0)
			result = prune(r, &again, again.clock_ns, err);
		source_list_clear(&list);
		if (result < 0 && err->kind != ERR_AGAIN)
			break;
		attend_wait(attend, result < 0);
	}
	attend_free(&attend);
	return -1;
}

/* The LOGs by name, to be listed again. */
static int
take_names(struct run *r, int argc, char **argv, struct err *err)
{
	for (int i = 0; i < argc; i++)
		ARRAY_PUSH(r->names.items, r->names.n, r->names.cap) = argv[i];
	return argc > 0 ? 0 : logs_configured(&r->names, r->context, err);
}

/* However it ends: a server that is killed leaves no writer behind. */
static int
end_with_parent(long parent, struct err *err)
{
	if (parent == 0)
		return 0;
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == (pid_t)parent)
		return 0;
	return err_set(err, ERR_AGAIN, "who started it has ended");
}

static int
run_ingest(struct run *r, int argc, char **argv, struct err *err)
{
	const struct conf *c = r->context->conf;
	struct history_ingest hi = { .now_ns = WHEN_NONE };

	if (end_with_parent(r->o->parent, err) < 0 ||
	    logs_open(&r->logs, &r->o->logs, r->context, argc, argv,
	    err) < 0 ||
	    (c->country_file &&
	    country_open(&r->countries, c->country_file, err) < 0) ||
	    open_store(r, err) < 0)
		return -1;
	hi = (struct history_ingest){
		.store = r->store, .sources = &r->logs.sources,
		.format = r->logs.format, .zone = r->logs.zone,
		.now_ns = r->logs.now_given ? r->logs.now_ns : WHEN_NONE,
		.clock_ns = r->logs.now_ns,
		.tally = { .dims = tally_stored(),
		    .classes = &c->classes,
		    .country = r->countries ? country_of : NULL,
		    .country_ctx = r->countries },
		.rules = store_rules(r->context),
		.anonymize = r->o->anonymize,
		.delta_bytes = (uint64_t)r->o->delta_bytes,
		.progress = r->logs.progress ? logs_progress : NULL };
	if (history_ingest(&hi, &r->result, tell, err) < 0)
		return -1;
	logs_progress_end(&r->logs);
	if (prune(r, &hi, hi.clock_ns, err) < 0)
		return -1;
	if (!r->o->follow)
		return 0;
	return take_names(r, argc, argv, err) < 0 ? -1 : follow(r, &hi, err);
}

static int
conclude(const struct run *r)
{
	const struct history_ingested *i = &r->result;

	if (r->context->verbose)
		fprintf(stderr, "mailtally: %s: %llu new lines of %zu files, "
		    "%llu events\n", store_name(r->store),
		    (unsigned long long)i->lines, i->sources,
		    (unsigned long long)i->facts);
	if (i->unread > 0)
		return err_exit_status(ERR_IO);
	if (r->logs.missing > 0)
		return err_exit_status(ERR_NO_INPUT);
	if (i->unknown == 0 || i->unknown < r->logs.sources.n)
		return 0;
	fprintf(stderr, "mailtally: nothing in the input was understood; "
	    "\"mailtally formats\" says what is\n");
	return 2;
}

static int
ingest_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	struct ingest_options o = { 0 };
	struct opt rows[INGEST_ROWS];
	const struct opt *tables[] = { rows };
	struct run r = { .context = context, .o = &o };
	struct err err;
	int operands, status;

	ingest_rows(rows, &o);
	operands = cmd_options(self, context, tables, 1, argc, argv, &status);
	if (operands < 0)
		return status;
	if (run_ingest(&r, operands, argv + 1, &err) < 0)
		status = cmd_fail(&err);
	else
		status = conclude(&r);
	store_close(&r.store);
	country_close(&r.countries);
	logs_close(&r.logs);
	opt_list_clear(&r.names);
	return status;
}

const struct cmd cmd_ingest = {
	.name = "ingest",
	.arguments = "[OPTIONS] [LOG...]",
	.summary = "new lines of logs into the store",
	.help = "Reads what the store has not seen of each LOG and adds it: "
		"counts by day, single events, and how far it came. A log is "
		"known by its content, so rotated, renamed, packed and copied "
		"files are not counted twice. It can be stopped at any moment "
		"and run again.\n\n"
		"  mailtally ingest /var/log/qpsmtpd /var/log/qmail\n"
		"  mailtally report --store default --period yesterday",
	.run = ingest_run,
};
