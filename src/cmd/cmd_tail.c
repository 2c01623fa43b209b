/*
 * mailtally tail - the last events of logs, and then each as it is written.
 *
 *	follower -> lanes -> merge -> filters -> printer, flushed event by event
 *
 * Between events the program sleeps in poll(2): on inotify, on standard input,
 * on a pipe that tells of signals, and on standard output, to end when its
 * reader does.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/out.h"
#include "base/utf8.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "cmd/logs.h"
#include "cmd/tail_options.h"
#include "cmd/tail_stats.h"
#include "cmd/terminal.h"
#include "input/follow.h"
#include "print/printer.h"
#include "pump/live.h"

struct tail {
	const struct tail_options *o;
	struct logs logs; /* no sources in it */
	struct terminal terminal;
	struct out *out;
	struct printer printer;
	struct follow *follow;
	struct live *live;
	struct tail_stats stats;
	bool stats_shown;  /* --stats, and standard error is a terminal */
	bool stats_on_line; /* they stand there at present */
	bool buffered;	   /* events are not flushed one by one */
	bool quiet;
	bool nothing_understood;
	struct err err;	   /* what ended it; ERR_NONE if nothing did */
};

/* ---- signals ---- */

/* Set by the handlers and nowhere else; the pipe wakes poll(). */
static volatile sig_atomic_t got_end, got_resize;
static int signal_pipe[2] = { -1, -1 };

static void
on_signal(int number)
{
	int before = errno;

	if (number == SIGWINCH)
		got_resize = 1;
	else
		got_end = 1;
	(void)!write(signal_pipe[1], "", 1);
	errno = before;
}

static int
catch_signals(struct err *err)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH };
	struct sigaction action = { .sa_handler = on_signal,
		.sa_flags = SA_RESTART }, old;

	if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_set(err, ERR_INTERNAL, "pipe: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		/* nohup and shells without job control ignore some. */
		if (sigaction(numbers[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	}
	return 0;
}

static void
set_width(struct tail *t)
{
	t->printer.o.columns = t->terminal.is_terminal ? t->terminal.columns : 0;
}

static void
take_signals(struct tail *t)
{
	char bytes[64];

	while (read(signal_pipe[0], bytes, sizeof(bytes)) > 0)
		;
	if (got_resize) {
		got_resize = 0;
		terminal_ask(&t->terminal, t->o->color);
		set_width(t);
	}
}

/* ---- the line below ---- */

static void
write_error(struct str s)
{
	(void)!write(STDERR_FILENO, s.p, s.n);
}

static void
hide_stats(struct tail *t)
{
	if (t->stats_on_line)
		write_error(STR("\r\033[K"));
	t->stats_on_line = false;
}

static void
show_stats(struct tail *t)
{
	struct buf line = { 0 }, text = { 0 };

	if (!t->stats_shown)
		return;
	tail_stats_line(&t->stats, when_now_ns(), &line);
	buf_add_str(&text, STR("\r\033[K"));
	buf_add_str(&text, utf8_fit(buf_str(&line), t->terminal.columns - 1));
	write_error(buf_str(&text));
	t->stats_on_line = true;
	buf_clear(&line);
	buf_clear(&text);
}

/* ---- events ---- */

static bool
keep(void *ctx, const struct event *ev, bool before)
{
	struct tail *t = ctx;

	(void)before;
	tail_stats_slots(&t->stats, ev);
	if (ev->time_ns != WHEN_NONE && (ev->time_ns < t->logs.period.start_ns ||
	    ev->time_ns >= t->logs.period.end_ns))
		return false;
	return filter_match(t->logs.filter, ev);
}

static bool
stop(void *ctx)
{
	const struct tail *t = ctx;

	return got_end || t->err.kind != ERR_NONE || out_gone(t->out);
}

static void
flush(struct tail *t)
{
	struct err err;

	if (out_flush(t->out, &err) < 0 && t->err.kind == ERR_NONE)
		t->err = err;
}

static bool
show(void *ctx, const struct event *ev)
{
	struct tail *t = ctx;

	hide_stats(t);
	printer_event(&t->printer, ev);
	if (t->buffered)
		return true;
	if (t->stats_shown)
		tail_stats_count(&t->stats, ev, when_now_ns());
	flush(t);
	return !stop(t);
}

/* ---- what an admin should know ---- */

static void
say(struct tail *t, const char *path, const char *what)
{
	struct buf b = { 0 };

	hide_stats(t);
	buf_add_str(&b, STR("mailtally: "));
	utf8_escape(&b, str_from(path));
	buf_printf(&b, ": %s\n", what);
	write_error(buf_str(&b));
	buf_clear(&b);
}

static void
say_notices(struct tail *t, bool verbose)
{
	static const struct {
		bool only_verbose;
		const char *text;
	} notices[] = {
		[FOLLOW_APPEARED] = { true, "followed from here on" },
		[FOLLOW_WENT_ON] = { true, "was rotated; following the new one" },
		[FOLLOW_TRUNCATED] = { true, "was truncated; following from its "
		    "beginning" },
		[FOLLOW_UNREADABLE] = { false, NULL },
		[FOLLOW_MISSED] = { false, "rotated logs may have been removed "
		    "before they could be read; keep more of them" },
	};
	enum follow_notice n;
	const char *text;
	size_t log;

	while ((n = follow_notice(t->follow, &log, &text)) != FOLLOW_NOTHING) {
		if (t->quiet || (notices[n].only_verbose && !verbose))
			continue;
		say(t, follow_path(t->follow, log),
		    text ? text : notices[n].text);
	}
}

static int
add_log(struct tail *t, const char *name, struct err *err)
{
	struct stat st;

	if (follow_add(t->follow, name, err) < 0)
		return -1;
	if (strcmp(name, "-") != 0 && stat(name, &st) < 0 && !t->quiet)
		say(t, name, "is not there yet; waiting for it");
	return 0;
}

/* ---- the loop ---- */

/* The longest that may be slept; -1: until something happens. */
static int
timeout_ms(const struct tail *t)
{
	int ms = follow_timeout_ms(t->follow);

	if (t->stats_shown && tail_stats_moves(&t->stats) &&
	    (ms < 0 || ms > 1000))
		ms = 1000;
	return ms;
}

static void
wait_for_news(struct tail *t)
{
	struct pollfd p[FOLLOW_DESCRIPTORS + 2] = {
		{ .fd = signal_pipe[0], .events = POLLIN },
		{ .fd = STDOUT_FILENO }, /* POLLERR: its reader is gone */
	};
	nfds_t n = 2 + follow_descriptors(t->follow, p + 2);

	if (poll(p, n, timeout_ms(t)) < 0 && errno != EINTR)
		err_set(&t->err, ERR_INTERNAL, "poll: %s", strerror(errno));
	take_signals(t);
	if (p[1].revents & (POLLERR | POLLHUP))
		got_end = 1;
	follow_wake(t->follow);
}

static void
run(struct tail *t, bool verbose)
{
	t->buffered = true;
	live_start(t->live, (size_t)t->o->last);
	flush(t);
	t->buffered = false;
	for (;;) {
		live_read(t->live);
		say_notices(t, verbose);
		if (stop(t) || follow_ended(t->follow))
			break;
		show_stats(t);
		wait_for_news(t);
	}
	t->buffered = true;
	live_finish(t->live);
	hide_stats(t);
	t->nothing_understood = follow_ended(t->follow) &&
	    follow_bytes(t->follow) > 0 && !live_recognised(t->live);
	if (t->nothing_understood && !t->quiet)
		say(t, "standard input", "no line was recognised; \"mailtally "
		    "formats\" lists what is understood");
}

/* ---- the command ---- */

static void
print_options(struct tail *t, struct printer_options *po)
{
	const struct tail_options *o = t->o;

	terminal_ask(&t->terminal, o->color);
	*po = (struct printer_options){
		.style = { .long_form = o->long_form,
		    .time = o->local_time ? LINE_TIME_LOCAL : o->label
			? LINE_TIME_LABEL : LINE_TIME_NONE,
		    .zone = t->logs.zone },
		.jsonl = o->output && strcmp(o->output, "jsonl") == 0,
		.color = t->terminal.color, .utf8 = t->terminal.utf8,
		.aligned = t->terminal.is_terminal,
	};
}

static int
add_logs(struct tail *t, const struct cmd_context *context, int argc,
    char **argv, struct err *err)
{
	struct opt_list names = { 0 };
	int result = 0;

	if (argc == 0)
		result = logs_configured(&names, context, err);
	for (int i = 0; i < argc; i++)
		ARRAY_PUSH(names.items, names.n, names.cap) = argv[i];
	for (size_t i = 0; i < names.n && result == 0; i++)
		result = add_log(t, names.items[i], err);
	opt_list_clear(&names);
	return result;
}

static int
tail_logs(struct tail *t, const struct cmd_context *context, int argc,
    char **argv, struct err *err)
{
	const struct follow_options fo = { .no_watch = t->o->no_watch,
		.poll_ms = (int)t->o->poll_ms };
	struct printer_options po;
	struct live_options lo;

	if (logs_settings(&t->logs, &t->o->logs, context, true, err) < 0 ||
	    tail_check(t->o, err) < 0 || catch_signals(err) < 0)
		return -1;
	print_options(t, &po);
	t->stats_shown = t->o->stats && isatty(STDERR_FILENO);
	tail_stats_init(&t->stats, when_now_ns());
	t->follow = follow_new(&fo);
	if (add_logs(t, context, argc, argv, err) < 0)
		return -1;
	t->out = out_open_fd(STDOUT_FILENO, "standard output");
	printer_init(&t->printer, &po, t->out);
	set_width(t);
	lo = (struct live_options){ .follow = t->follow,
		.format = t->logs.format, .zone = t->logs.zone,
		.now_ns = t->logs.now_ns,
		.wants = EVENT_ALL & ~EVENT_BIT(EVENT_CHECK), .keep = keep,
		.sink = show, .stop = stop, .ctx = t };
	t->live = live_new(&lo);
	run(t, context->verbose);
	*err = t->err;
	return t->err.kind == ERR_NONE ? 0 : -1;
}

static int
tail_close(struct tail *t, int result, struct err *err)
{
	struct err late;

	live_free(&t->live);
	follow_free(&t->follow);
	printer_clear(&t->printer);
	logs_close(&t->logs);
	if (out_close(&t->out, &late) < 0 && result == 0) {
		*err = late;
		return -1;
	}
	return result;
}

static int
tail_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	struct tail_options o;
	struct tail t = { .o = &o };
	struct opt rows[TAIL_ROWS], common[LOGS_ROWS];
	const struct opt *tables[] = { rows, common };
	struct err err = { 0 };
	int operands, status, result;

	tail_rows(rows, common, &o);
	operands = cmd_options(self, context, tables, 2, argc, argv, &status);
	if (operands < 0)
		return status;
	t.quiet = context->quiet;
	result = tail_logs(&t, context, operands, argv + 1, &err);
	result = tail_close(&t, result, &err);
	if (result < 0)
		return cmd_fail(&err);
	return t.nothing_understood ? 2 : 0;
}

const struct cmd cmd_tail = {
	.name = "tail",
	.alias = "qplogtail",
	.arguments = "[OPTIONS] [LOG...]",
	.summary = "the last events, and then each as it is written",
	.help = "One line an event: accepted (pid ip n/m), denied (pid ip plugin "
		"trailer), queued (pid ip queued result), the end of a connection "
		"(pid ip seconds sec.), limits that were reached and refusals. "
		"Logs are followed over rotations and truncations; what is not "
		"there yet is waited for. Several logs are merged by time."
		"\n\n"
		"  mailtally tail /var/log/qpsmtpd\n"
		"  mailtally tail --time --long --to @example.org\n"
		"  mailtally tail -n 100 --verdict rejected --stats\n"
		"  mailtally tail -o jsonl | consumer\n"
		"\n"
		"At the start the last events are looked for in the last 8 MiB "
		"(or 64 KiB for each that is asked for), and further 4 MiB tell "
		"of the connections that were open; an address that is not known "
		"is shown as -.",
	.run = tail_run,
};
