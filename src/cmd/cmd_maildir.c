/*
 * cmd_maildir.c - "mailtally maildir": recent mail with the address it came
 * from (spec/reports.md C.21).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/ip.h"
#include "base/mem.h"
#include "base/out.h"
#include "base/utf8.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "cmd/inputs.h"
#include "cmd/maildir_options.h"
#include "maildir/header.h"
#include "maildir/name.h"
#include "report/report.h"

struct listing {
	const struct maildirs *m;
	bool all;
	bool with_details;
	struct out *out;       /* lines; or a table: */
	struct report *report;
	struct table *table;
	struct buf header;
	struct buf path;
	struct buf text;
	uint64_t problems;
	/* Fields of hosts that are not ours stood on top. */
	uint64_t foreign;
	struct str foreign_by; /* the first one */
	struct arena arena;
};

struct maildir_command {
	struct maildir_options common;
	bool all;
	bool with_details;
};

#define OWN_ROWS 4
static void
own_rows(struct opt rows[OWN_ROWS], struct maildir_command *c)
{
	const struct opt table[OWN_ROWS] = {
		{ .type = OPT_GROUP, .help = "List" },
		{ .type = OPT_FLAG, .short_name = 'l', .name = "long",
		    .value = &c->with_details, .help = "date, user, folder, flags, "
		    "sender and subject too" },
		{ .type = OPT_FLAG, .short_name = 'a', .name = "all",
		    .value = &c->all, .help = "mail of our own hosts and without "
		    "an address too" },
		{ .type = OPT_END },
	};

	memcpy(rows, table, sizeof(table));
}

/* ---- one message ---- */

enum { IP, DATE, USER, FOLDER, FLAGS, FROM, SUBJECT, FILE_NAME, FIELDS };

/* What a message's line is made of; texts may be of strangers. */
struct found {
	struct str field[FIELDS];
	int64_t arrived_ns;
};

static void
add_line(struct listing *l, const struct found *f)
{
	buf_reset(&l->text);
	for (int i = IP; i < FIELDS; i++) {
		if (i != IP && i != FILE_NAME && !l->with_details)
			continue;
		if (i != IP)
			buf_add_char(&l->text, '\t');
		if (i == DATE)
			when_format(&l->text, f->arrived_ns, WHEN_LOCAL,
			    l->m->zone);
		else
			utf8_escape(&l->text, f->field[i]);
	}
	buf_add_char(&l->text, '\n');
	out_str(l->out, buf_str(&l->text));
}

static void
add_row(struct listing *l, const struct found *f)
{
	struct value *v = table_row(l->report, l->table)->values;

	for (int i = IP; i < FIELDS; i++)
		if (f->field[i].p != NULL && (i != IP ||
		    !str_eq(f->field[i], STR("-"))))
			v[i] = value_text(arena_str(&l->report->arena,
			    f->field[i]));
	v[DATE] = value_int(f->arrived_ns);
}

/* Is a message from there shown? */
static bool
is_shown(const struct listing *l, const struct handover *h)
{
	return l->all || (h->has_ip && h->kind != HANDOVER_LOCAL &&
	    !own_hosts_has_ip(&l->m->own, &h->ip));
}

static void
see_foreign(struct listing *l, const struct handover *h)
{
	if (h->kind != HANDOVER_NONE || h->by.n == 0)
		return;
	if (l->foreign++ == 0)
		l->foreign_by = arena_str(&l->arena, str_head(h->by, 100));
}

static void
show(struct listing *l, const struct maildir_message *m,
    const struct handover *h)
{
	struct buf ip = { 0 }, from = { 0 }, subject = { 0 };
	struct str header = buf_str(&l->header);
	struct found f = { .arrived_ns = m->arrived_ns };
	struct maildir_name n;

	maildir_name_parse(str_from(m->name), &n);
	buf_reset(&l->path);
	maildir_path(&l->path, m->folder, m->place, m->name);
	if (h->has_ip)
		ip_format(&ip, &h->ip);
	else
		buf_add_char(&ip, '-');
	header_unfold(&from, header_find(header, STR("From")));
	header_unfold(&subject, header_find(header, STR("Subject")));
	f.field[IP] = buf_str(&ip);
	f.field[USER] = m->folder->user;
	f.field[FOLDER] = *m->folder->name ? str_from(m->folder->name)
	    : STR("INBOX");
	f.field[FLAGS] = n.flags;
	f.field[FROM] = buf_str(&from);
	f.field[SUBJECT] = buf_str(&subject);
	f.field[FILE_NAME] = buf_str(&l->path);
	if (l->report != NULL)
		add_row(l, &f);
	else
		add_line(l, &f);
	buf_clear(&ip);
	buf_clear(&from);
	buf_clear(&subject);
}

static void
one_message(void *ctx, const struct maildir_message *m)
{
	struct listing *l = ctx;
	struct handover h;
	bool whole;

	/* A disk that fails is told; the rest is read. */
	if (header_read(m->fd, &l->header, &whole) < 0) {
		maildirs_problem(&l->problems, m->name, errno);
		return;
	}
	handover_find(buf_str(&l->header), &l->m->own, &h);
	see_foreign(l, &h);
	if (is_shown(l, &h))
		show(l, m, &h);
}

static void
one_problem(void *ctx, struct str user, const char *path, int error)
{
	struct listing *l = ctx;

	(void)user;
	maildirs_problem(&l->problems, path, error);
}

static void
one_folder(void *ctx, const struct maildir_folder *f)
{
	struct listing *l = ctx;

	maildir_messages(f, l->m->since_ns, one_message, one_problem, l);
}

/* ---- all of them ---- */

static void
begin_table(struct listing *l, const struct cmd_context *context)
{
	struct section *s;
	struct report *r = report_new(context->program);

	inputs_name_host(r, context->conf);
	r->zone = l->m->zone;
	r->period = (struct period){ l->m->since_ns, INT64_MAX };
	s = report_section(r, "maildir-list", "Recent mail");
	s->always = true;
	l->report = r;
	l->table = section_table(r, s, NULL, NULL);
	table_column(r, l->table, "IP", VALUE_IP);
	table_column(r, l->table, "Date", VALUE_TIME);
	table_column(r, l->table, "User", VALUE_TEXT);
	table_column(r, l->table, "Folder", VALUE_TEXT);
	table_column(r, l->table, "Flags", VALUE_TEXT);
	table_column(r, l->table, "From", VALUE_TEXT);
	table_column(r, l->table, "Subject", VALUE_TEXT);
	table_column(r, l->table, "File", VALUE_TEXT);
}

static void
advise(const struct listing *l)
{
	struct buf b = { 0 };

	if (l->foreign == 0)
		return;
	buf_printf(&b, "mailtally: %llu message%s with a topmost Received: "
	    "field of another host (", (unsigned long long)l->foreign,
	    l->foreign == 1 ? "" : "s");
	utf8_escape(&b, l->foreign_by);
	buf_add_str(&b, STR("); if that is this server, set host in "
	    "[maildir]\n"));
	fwrite(b.p, 1, b.n, stderr);
	buf_clear(&b);
}

static int
list(struct listing *l, const struct maildir_command *c,
    const struct cmd_context *context, struct err *err)
{
	struct maildirs walk = *l->m;
	const char *output = c->common.output.output;
	bool lines = output == NULL || strcmp(output, "text") == 0;
	int status, printed;

	if (lines)
		l->out = out_open_fd(STDOUT_FILENO, "standard output");
	else
		begin_table(l, context);
	walk.walk.folder = one_folder;
	walk.walk.problem = one_problem;
	walk.walk.ctx = l;
	status = maildirs_walk(&walk);
	printed = lines ? out_close(&l->out, err)
	    : maildirs_print(l->report, &c->common, err);
	if (printed < 0)
		return cmd_fail(err);
	if (!context->quiet)
		advise(l);
	if (status == 0 && l->problems > 0)
		status = err_exit_status(ERR_IO);
	return status;
}

static int
maildir_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	struct maildir_command c = { .common.days = 1,
		.common.output = OUTPUT_DEFAULTS };
	struct opt shared[MAILDIR_ROWS], own[OWN_ROWS];
	struct opt output[OUTPUT_ROWS], times[CLOCK_ROWS];
	const struct opt *tables[] = { shared, own, output, times };
	struct maildirs m = { 0 };
	struct listing l = { .m = &m };
	struct err err;
	int operands, status;

	maildir_rows(shared, &c.common);
	own_rows(own, &c);
	output_rows(output, &c.common.output);
	clock_rows(times, &c.common.clock);
	operands = cmd_options(self, context, tables, 4, argc, argv, &status);
	if (operands >= 0) {
		l.all = c.all;
		l.with_details = c.with_details;
		if (maildirs_open(&m, &c.common, context, operands, argv + 1,
		    &err) < 0)
			status = cmd_fail(&err);
		else
			status = list(&l, &c, context, &err);
	}
	report_free(&l.report);
	buf_clear(&l.header);
	buf_clear(&l.path);
	buf_clear(&l.text);
	arena_clear(&l.arena);
	maildirs_close(&m);
	maildir_options_clear(&c.common);
	return status;
}

const struct cmd cmd_maildir = {
	.name = "maildir",
	.arguments = "[OPTIONS] [DIR...]",
	.summary = "recent mail with the address of the host it came from",
	.help = "A DIR is a Maildir, a user's home, or a directory of many; "
		"without one the configured and the well-known are looked into. "
		"Lines are IP, tab, file. The address is that of the host which "
		"handed the message to this server: only Received: fields of our "
		"own hosts are believed. Reads headers, and changes nothing.\n\n"
		"  mailtally maildir /home/e-smith/files/users\n"
		"  mailtally maildir --days 7 --user ann --long\n"
		"  mailtally maildir -o csv --folder .junkmail /home/ann/Maildir",
	.run = maildir_run,
};
