/*
 * cmd_summarize.c - "mailtally summarize", qplogsumm: the multilog processor,
 * and the same by hand on files and log directories.
 */
#include <fcntl.h>
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
#include "format/format.h"
#include "input/source.h"
#include "pump/pump.h"
#include "summarize/change.h"
#include "summarize/counting.h"
#include "summarize/numbers.h"
#include "summarize/processor.h"
#include "summarize/state.h"
#include "summarize/store.h"
#include "summarize/summary.h"

struct summarize_options {
	bool append_table;
	bool include_unprocessed;
	const char *rebuild;
	const char *halve;
	const char *state;
	const char *write_state;
	const char *zone;
};

#define ROWS 10

static void
option_rows(struct opt rows[ROWS], struct summarize_options *o)
{
	const struct opt table[] = {
		{ .type = OPT_GROUP, .help = "As a processor" },
		{ .type = OPT_FLAG, .name = "append-table",
		    .value = &o->append_table,
		    .help = "the table as # lines behind the log" },
		{ .type = OPT_GROUP, .help = "By hand" },
		{ .type = OPT_TEXT, .name = "state", .argument = "FILE",
		    .value = &o->state, .help = "the totals go on from this "
		    "state" },
		{ .type = OPT_TEXT, .name = "write-state", .argument = "FILE",
		    .value = &o->write_state, .help = "write the new state" },
		{ .type = OPT_TEXT, .name = "tz", .argument = "ZONE",
		    .value = &o->zone, .help = "of stamps that name none",
		    .initial = "the system's" },
		{ .type = OPT_FLAG, .name = "include-unprocessed",
		    .value = &o->include_unprocessed, .help = "add the logs "
		    "that a crash left unprocessed (@*.u) to the state of the "
		    "named log directories, each once; as a processor: to that "
		    "of its own" },
		{ .type = OPT_TEXT, .name = "rebuild", .argument = "DIR",
		    .value = &o->rebuild, .help = "make the state of a log "
		    "directory anew from all logs that are there" },
		{ .type = OPT_TEXT, .name = "halve-history",
		    .argument = "FILE", .value = &o->halve, .help = "halve the "
		    "counts of a state that qplogsumm doubled; it is kept as "
		    "FILE.orig" },
		{ .type = OPT_END },
	};
	_Static_assert(sizeof(table) / sizeof(table[0]) == ROWS,
	    "ROWS must fit");

	memcpy(rows, table, sizeof(table));
}

/* ---- the processor ---- */

/* multilog keeps the log and tries again; any other failure would do. */
#define EXIT_TRY_AGAIN 111

static int
run_processor(const struct summarize_options *o)
{
	const struct processor_options po = {
		.append_table = o->append_table,
		.include_unprocessed = o->include_unprocessed };
	struct processor_report report;
	struct err err;
	int status = processor_run(&po, &report, &err);

	for (unsigned i = 0; i < report.n; i++)
		fprintf(stderr, "mailtally: %s\n", report.lines[i]);
	if (status == -1) {
		cmd_fail(&err);
		return EXIT_TRY_AGAIN;
	}
	return 0;
}

/* ---- logs by hand ---- */

/* What reading some logs came to. */
struct reading {
	struct counted counted;
	int64_t first_ns; /* of all lines, WHEN_NONE if there is none */
	size_t n_logs;
	int status;	  /* what could not be read: the exit status */
};

static void
tell_failures(struct reading *r, const struct pumped *p)
{
	for (size_t i = 0; i < p->n_sources; i++) {
		const struct pumped_source *s = &p->sources[i];

		r->n_logs += s->source->copy_of == NULL && s->error == NULL;
		if (s->error == NULL)
			continue;
		fprintf(stderr, "mailtally: %s: %s; the rest is counted\n",
		    s->source->path, s->error);
		r->status = err_exit_status(ERR_IO);
	}
}

static void
read_sources(struct reading *r, const struct source_list *sources,
    const struct zone *zone)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned jobs = processors > 0 ? (unsigned)processors : 1;
	struct counted *counted = mem_zalloc(jobs * sizeof(*counted));
	void **ctx = mem_zalloc(jobs * sizeof(*ctx));
	const struct pump_options po = {
		.sources = sources, .format = &format_qpsmtpd, .jobs = jobs,
		.zone = zone, .now_ns = WHEN_NONE, .clock_ns = when_now_ns(),
		.wants = EVENT_BIT(EVENT_TRANSACTION),
		.start_ns = INT64_MIN, .end_ns = INT64_MAX,
		.sink = counted_event, .sink_ctx = ctx,
	};
	struct pumped pumped;

	*r = (struct reading){ .first_ns = WHEN_NONE };
	counted_init(&r->counted);
	for (unsigned i = 0; i < jobs; i++) {
		counted_init(&counted[i]);
		ctx[i] = &counted[i];
	}
	pump_run(&po, &pumped);
	for (unsigned i = 0; i < jobs; i++) {
		counted_merge(&r->counted, &counted[i]);
		counted_clear(&counted[i]);
	}
	for (size_t i = 0; i < pumped.n_streams; i++) {
		int64_t first_ns = pumped.streams[i].counts.first_ns;

		if (first_ns != WHEN_NONE && (r->first_ns == WHEN_NONE ||
		    first_ns < r->first_ns))
			r->first_ns = first_ns;
	}
	tell_failures(r, &pumped);
	pumped_clear(&pumped);
	free(counted);
	free(ctx);
}

/* An exact copy of a state file, or nothing. */
static int
read_state(const char *path, struct buf *text, struct err *err)
{
	struct err why;
	ssize_t n;

	if (path == NULL)
		return 0;
	if (access(path, F_OK) == -1)
		return err_set(err, ERR_NO_INPUT, "%s: there is no such state",
		    path);
	n = store_read_file(path, buf_reserve(text, STATE_MAX_BYTES),
	    STATE_MAX_BYTES, &why);
	if (n == -1)
		return err_set(err, ERR_IO, "%s: %s", path, why.text);
	text->n = (size_t)n;
	return 0;
}

static int
write_state(const char *path, struct str text, struct err *err)
{
	struct err why;

	if (path == NULL || store_replace(path, text, &why) == 0)
		return 0;
	return err_set(err, ERR_CREATE, "%s: %s", path, why.text);
}

static int
print_table(struct summary *s, const struct counted *recent)
{
	struct buf b = { 0 };
	struct numbers n;
	int status;

	numbers_init(&n, &recent->sums, recent->first_ns, recent->last_ns,
	    &s->state);
	numbers_table(&b, &n, "");
	numbers_clear(&n);
	status = cmd_print(&b);
	buf_clear(&b);
	return status;
}

static int
add_sources(struct source_list *l, int argc, char **argv, struct err *err)
{
	const struct source_options so = { .newer_than_ns = WHEN_NONE };

	for (int i = 0; i < argc; i++)
		if (source_list_add(l, argv[i], &so, err) == -1)
			return -1;
	source_list_mark_copies(l);
	return 0;
}

static int
count_logs(const struct summarize_options *o, int argc, char **argv,
    int *status, struct err *err)
{
	struct source_list sources = { 0 };
	struct buf old = { 0 }, text = { 0 };
	struct reading r = { .first_ns = WHEN_NONE };
	struct zone *zone = NULL;
	struct summary s;
	size_t table_at;
	int rc = -1;

	summary_init(&s);
	if (zone_open(&zone, o->zone, err) == -1 ||
	    read_state(o->state, &old, err) == -1 ||
	    add_sources(&sources, argc, argv, err) == -1)
		goto out;
	read_sources(&r, &sources, zone);
	summary_begin(&s, buf_str(&old), NULL, str_none(),
	    (struct log_id){ 0 });
	summary_add(&s, &r.counted, (struct log_id){ 0 }, str_none());
	summary_write(&text, &s, &r.counted, &table_at);
	*status = print_table(&s, &r.counted);
	if (r.status != 0)
		*status = r.status;
	rc = write_state(o->write_state, buf_str(&text), err);
out:
	counted_clear(&r.counted);
	summary_clear(&s);
	source_list_clear(&sources);
	buf_clear(&old);
	buf_clear(&text);
	zone_close(&zone);
	return rc;
}

/* ---- changes of a state ---- */

static char *
state_of(const char *directory)
{
	struct buf b = { 0 };

	buf_printf(&b, "%s/state", directory);
	return b.p;
}

static int
check_directory(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return err_set(err, ERR_NO_INPUT, "%s: is no directory that can "
		    "be read; name a log directory of multilog", path);
	close(fd);
	return 0;
}

/* Nothing is recent: the table of such a state has no log. */
static void
write_without_log(struct buf *text, struct summary *s)
{
	struct counted none;
	size_t table_at;

	counted_init(&none);
	summary_write(text, s, &none, &table_at);
	counted_clear(&none);
}

struct inclusion {
	const char *directory;
	struct unprocessed sum;
	bool any;
};

static int
include(void *ctx, struct str old, struct str copy, struct buf *text,
    struct err *err)
{
	struct inclusion *inc = ctx;
	struct unprocessed u;
	struct summary s;

	(void)err;
	summary_init(&s);
	summary_begin(&s, old, NULL, copy, (struct log_id){ 0 });
	u = summary_unprocessed(&s, inc->directory);
	if (!inc->any || u.files > 0)
		inc->sum = u;
	inc->any = true;
	if (u.files > 0)
		write_without_log(text, &s);
	summary_clear(&s);
	return u.files > 0;
}

static int
include_directory(const char *directory, int *status, struct err *err)
{
	struct inclusion inc = { .directory = directory };
	char *path = state_of(directory);
	int rc = check_directory(directory, err);

	if (rc == 0)
		rc = change_state(path, false, include, &inc, err);
	free(path);
	if (rc == -1)
		return -1;
	printf("%s: %zu unprocessed logs with %" PRIu64 " transactions were "
	    "added, %zu were counted before\n", directory, inc.sum.files,
	    inc.sum.transactions, inc.sum.known);
	if (inc.sum.unreadable > 0) {
		fprintf(stderr, "mailtally: %s: %zu unprocessed logs cannot be "
		    "read\n", directory, inc.sum.unreadable);
		*status = err_exit_status(ERR_IO);
	}
	return 0;
}

static int
include_directories(int argc, char **argv, int *status, struct err *err)
{
	for (int i = 0; i < argc; i++)
		if (include_directory(argv[i], status, err) == -1)
			return -1;
	return 0;
}

struct rebuilding {
	const char *directory;
	struct source_list sources; /* of the last go */
	struct reading reading;
	struct buf text;
};

/* @*.s and @*.u: current is yet to be processed. */
static int
list_finished(struct source_list *l, const char *directory, struct err *err)
{
	const struct source_options so = { .newer_than_ns = WHEN_NONE };
	size_t kept = 0;

	if (source_list_add(l, directory, &so, err) == -1)
		return -1;
	for (size_t i = 0; i < l->n; i++)
		if (l->sources[i]->kind == SOURCE_FINISHED ||
		    l->sources[i]->kind == SOURCE_UNPROCESSED)
			l->sources[kept++] = l->sources[i];
	l->n = kept;
	return 0;
}

static bool
has_path(const struct source_list *l, const char *path)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->sources[i]->path, path) == 0)
			return true;
	return false;
}

/* Was every log that is there now read? */
static bool
is_up_to_date(const struct rebuilding *re, const struct source_list *now)
{
	for (size_t i = 0; i < now->n; i++)
		if (!has_path(&re->sources, now->sources[i]->path))
			return false;
	return true;
}

static void
rebuild_text(struct rebuilding *re)
{
	struct summary s;
	struct buf time = { 0 };

	summary_init(&s);
	state_add(&s.state, &re->reading.counted.sums,
	    re->reading.counted.first_ns, re->reading.counted.last_ns);
	for (size_t i = 0; i < re->sources.n; i++)
		if (re->sources.sources[i]->kind == SOURCE_UNPROCESSED)
			state_include(&s.state,
			    log_id_of_file(re->sources.sources[i]->path));
	when_format(&time, re->reading.first_ns, WHEN_RFC3339, NULL);
	summary_note(&s, "made anew from %zu logs; complete from %s",
	    re->reading.n_logs, time.p);
	buf_reset(&re->text);
	write_without_log(&re->text, &s);
	buf_clear(&time);
	summary_clear(&s);
}

static int
rebuild(void *ctx, struct str old, struct str copy, struct buf *text,
    struct err *err)
{
	struct rebuilding *re = ctx;
	struct source_list now = { 0 };

	(void)copy;
	if (list_finished(&now, re->directory, err) == -1)
		return -1;
	if (re->text.n > 0 && is_up_to_date(re, &now) &&
	    str_eq(old, buf_str(&re->text))) {
		source_list_clear(&now);
		return 0;
	}
	source_list_clear(&re->sources);
	counted_clear(&re->reading.counted);
	re->sources = now;
	source_list_mark_copies(&re->sources);
	read_sources(&re->reading, &re->sources, NULL);
	rebuild_text(re);
	buf_add_str(text, buf_str(&re->text));
	return 1;
}

static int
rebuild_directory(const char *directory, int *status, struct err *err)
{
	struct rebuilding re = { .directory = directory };
	struct buf time = { 0 };
	char *path = state_of(directory);
	int rc = check_directory(directory, err);

	if (rc == 0)
		rc = change_state(path, access(path, F_OK) == 0, rebuild, &re,
		    err);
	if (rc == 0) {
		when_format(&time, re.reading.first_ns, WHEN_RFC3339, NULL);
		printf("%s: made anew from %zu logs with %" PRIu64
		    " transactions; complete from %s\n", path,
		    re.reading.n_logs, sums_total(&re.reading.counted.sums),
		    time.p);
		*status = re.reading.status;
	}
	source_list_clear(&re.sources);
	counted_clear(&re.reading.counted);
	buf_clear(&re.text);
	buf_clear(&time);
	free(path);
	return rc;
}

struct halving {
	const char *path;
	int64_t now_ns;
};

static int
halve(void *ctx, struct str old, struct str copy, struct buf *text,
    struct err *err)
{
	const struct halving *h = ctx;
	struct summary s;
	int rc = 1;

	(void)copy;
	summary_init(&s);
	summary_begin(&s, old, NULL, str_none(), (struct log_id){ 0 });
	if (s.state.halved_ns == h->now_ns) {
		rc = 0;
	} else if (s.state.halved_ns != WHEN_NONE) {
		rc = err_set(err, ERR_DATA, "%s: was halved before", h->path);
	} else if (state_is_empty(&s.state)) {
		rc = err_set(err, ERR_DATA, "%s: there are no counts in it",
		    h->path);
	} else {
		for (size_t i = 0; i < s.state.sums.n; i++)
			s.state.sums.rows[i].count /= 2;
		s.state.halved_ns = h->now_ns;
		write_without_log(text, &s);
	}
	summary_clear(&s);
	return rc;
}

static int
halve_history(const char *path, struct err *err)
{
	struct halving h = { .path = path, .now_ns = when_now_ns() };

	if (access(path, F_OK) == -1)
		return err_set(err, ERR_NO_INPUT, "%s: there is no such state",
		    path);
	if (change_state(path, true, halve, &h, err) == -1)
		return -1;
	printf("%s: all counts were halved; it is kept as %s.orig\n", path,
	    path);
	return 0;
}

/* ---- the command ---- */

static int
by_hand(const struct summarize_options *o, int argc, char **argv, int *status,
    struct err *err)
{
	*status = 0;
	if (o->rebuild != NULL)
		return rebuild_directory(o->rebuild, status, err);
	if (o->halve != NULL)
		return halve_history(o->halve, err);
	if (o->include_unprocessed)
		return include_directories(argc, argv, status, err);
	if (argc == 0)
		return err_set(err, ERR_USAGE, "--%s: name the logs that are to "
		    "be counted, - for standard input",
		    o->state ? "state" : o->write_state ? "write-state" : "tz");
	return count_logs(o, argc, argv, status, err);
}

static bool
is_by_hand(const struct summarize_options *o, int operands)
{
	return operands > 0 || o->rebuild || o->halve || o->state ||
	    o->write_state || o->zone;
}

static int
summarize_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	struct summarize_options o = { 0 };
	struct opt rows[ROWS];
	const struct opt *tables[] = { rows };
	struct err err;
	int operands, status;

	option_rows(rows, &o);
	operands = cmd_options(self, context, tables, 1, argc, argv, &status);
	/* Whatever multilog was told to call us with: it would go on calling. */
	if (processor_is_called() && !(operands < 0 && status == 0))
		return run_processor(&o);
	if (operands < 0)
		return status;
	if (!is_by_hand(&o, operands))
		return run_processor(&o);
	if (by_hand(&o, operands, argv + 1, &status, &err) == -1)
		return cmd_fail(&err);
	return status;
}

const struct cmd cmd_summarize = {
	.name = "summarize",
	.alias = "qplogsumm",
	.arguments = "[OPTIONS] [LOG...]",
	.summary = "transactions by disposition, in this log and in all: a "
	    "processor for multilog",
	.help = "Without LOG it is a processor, for multilog's command line: it "
	    "copies the log from standard input to standard output, reads the "
	    "old state on descriptor 4 and writes the new one to 5, and to "
	    "mailtally.state in the log directory, which is used when multilog "
	    "was killed and emptied its own. The exit status is 0 whatever "
	    "happens to the state, and 111 only if the log could not be copied: "
	    "then multilog keeps it and tries again. The state is that of "
	    "qplogsumm, which can go on from ours too.\n"
	    "\n"
	    "With LOG it prints the table of these logs.\n"
	    "\n"
	    "  multilog t s10000000 n30 '!mailtally summarize' /var/log/qpsmtpd\n"
	    "  mailtally summarize --state old --write-state new @*.s\n"
	    "  mailtally summarize --include-unprocessed /var/log/qpsmtpd",
	.without_settings = true,
	.run = summarize_run,
};
