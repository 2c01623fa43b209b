/*
 * cmd_rotate.c - "mailtally rotate": a rotation of a supervised log, now.
 */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "cmd/length.h"
#include "input/log_files.h"
#include "service/service.h"

#define WAIT_NS (30 * WHEN_SECOND)
#define LOOK_EVERY_MS 50

/* Those that rotate on ALRM.  It would kill another one. */
static const char *const writers[] = { "multilog", "svlogd", "s6-log", NULL };

/* A log directory before the signal. */
struct waiting {
	char *directory;
	char *newest; /* finished file; "": none */
	bool empty;   /* nothing is in current: there will be no new file */
	bool done;
};

static bool
rotates(const struct service *s)
{
	for (size_t i = 0; writers[i] != NULL; i++)
		if (strcmp(service_program(s), writers[i]) == 0)
			return true;
	return false;
}

/* The newest finished file; "" if there is none. */
static char *
newest_finished(const char *directory)
{
	struct log_files files = { 0 };
	char *name = NULL;

	if (log_files_read(&files, directory) == 0)
		for (size_t i = files.n; i > 0 && name == NULL; i--)
			if (files.files[i - 1].name.kind == SOURCE_FINISHED)
				name = mem_strdup(files.files[i - 1].file_name);
	log_files_clear(&files);
	return name != NULL ? name : mem_strdup("");
}

static bool
is_empty(const char *directory)
{
	struct buf path = { 0 };
	struct stat st;
	bool empty;

	buf_printf(&path, "%s/current", directory);
	empty = stat(path.p, &st) == -1 || st.st_size == 0;
	buf_clear(&path);
	return empty;
}

/*
 * The directories on the command line of a log writer: what begins with / or .
 * (multilog(8), svlogd(8)); relative ones are of the service's directory.
 */
static size_t
log_directories(const struct service *s, struct waiting **all)
{
	size_t n = 0, cap = 0;

	*all = NULL;
	for (size_t i = 1; i < s->n_words; i++) {
		const char *word = s->words[i];
		struct buf path = { 0 };

		if (word[0] != '/' && word[0] != '.')
			continue;
		buf_printf(&path, "%s%s%s", word[0] == '/' ? "" : s->directory,
		    word[0] == '/' ? "" : "/", word);
		ARRAY_PUSH(*all, n, cap) = (struct waiting){
			.directory = path.p,
			.newest = newest_finished(path.p),
			.empty = is_empty(path.p) };
	}
	return n;
}

static bool
look(struct waiting *w)
{
	char *newest = newest_finished(w->directory);

	w->done = strcmp(newest, w->newest) != 0;
	if (w->done)
		printf("%s: rotated; the new file is %s\n", w->directory,
		    newest);
	free(newest);
	return w->done;
}

static int
wait_for(struct waiting *w, int64_t wait_ns, struct err *err)
{
	const struct timespec pause = { .tv_nsec = LOOK_EVERY_MS * 1000000L };
	int64_t end_ns = when_now_ns() + wait_ns;

	if (w->empty) {
		printf("%s: current is empty, there is nothing to rotate\n",
		    w->directory);
		return 0;
	}
	while (!look(w)) {
		if (when_now_ns() >= end_ns)
			return err_set(err, ERR_AGAIN, "%s: there is no new file "
			    "yet; mailtally doctor %s may tell why",
			    w->directory, w->directory);
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int
rotate_service(const struct service *s, int64_t wait_ns, struct err *err)
{
	struct waiting *all;
	size_t n;
	int result;

	if (s->pid == 0)
		return err_set(err, ERR_NO_INPUT, "%s: is down; nothing writes a "
		    "log there", s->directory);
	if (!rotates(s))
		return err_set(err, ERR_DATA, "%s: runs \"%s\", which ALRM would "
		    "end; only multilog, svlogd and s6-log rotate", s->directory,
		    service_program(s));
	n = log_directories(s, &all);
	result = service_control(s, 'a', err);
	if (result == 0)
		printf("%s: sent ALRM to %s, process %ld, through %s\n",
		    s->directory, service_program(s), (long)s->pid,
		    s->supervisor);
	for (size_t i = 0; i < n; i++) {
		if (result == 0)
			result = wait_for(&all[i], wait_ns, err);
		free(all[i].directory);
		free(all[i].newest);
	}
	free(all);
	return result;
}

static int
rotate(const char *name, int64_t wait_ns, struct err *err)
{
	struct service s;
	int result = service_find(&s, name, err);

	if (result == 0)
		result = rotate_service(&s, wait_ns, err);
	service_clear(&s);
	return result;
}

#define ROTATE_ROWS 3
static void
rotate_rows(struct opt rows[ROTATE_ROWS], const char **wait)
{
	const struct opt table[ROTATE_ROWS] = {
		{ .type = OPT_GROUP, .help = "Rotate" },
		{ .type = OPT_TEXT, .name = "wait", .argument = "TIME",
		    .value = wait, .help = "how long to wait for the new file",
		    .initial = "30s" },
		{ .type = OPT_END },
	};

	memcpy(rows, table, sizeof(table));
}

static int
rotate_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	const char *wait = NULL;
	struct opt own[ROTATE_ROWS];
	const struct opt *tables[] = { own };
	int64_t wait_ns = WAIT_NS;
	struct err err;
	int operands, status;

	rotate_rows(own, &wait);
	operands = cmd_options(self, context, tables, 1, argc, argv, &status);
	if (operands < 0)
		return status;
	if (operands == 0) {
		err_set(&err, ERR_USAGE, "rotate: name a service, for instance "
		    "qpsmtpd");
		return cmd_fail(&err);
	}
	status = 0;
	if (wait != NULL && length_parse("wait", wait, &wait_ns, &err) == -1)
		return cmd_fail(&err);
	for (int i = 1; i <= operands && status == 0; i++)
		if (rotate(argv[i], wait_ns, &err) == -1)
			status = cmd_fail(&err);
	return status;
}

const struct cmd cmd_rotate = {
	.name = "rotate",
	.arguments = "[OPTIONS] SERVICE...",
	.summary = "force a rotation of a supervised log",
	.help = "Sends ALRM to the log writer of a service, as sv alarm does, "
		"and waits until the new file is there: under runit, daemontools "
		"and s6. A SERVICE is a name (qpsmtpd means "
		"/service/qpsmtpd/log) or a directory.\n\n"
		"  mailtally rotate qpsmtpd\n"
		"  mailtally rotate /service/qmail/log",
	.without_settings = true,
	.run = rotate_run,
};
