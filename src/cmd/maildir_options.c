#include "cmd/maildir_options.h"

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
#include "conf/conf.h"
#include "maildir/tree.h"
#include "render/render.h"
#include "report/report.h"

/* The SME Server's; the usual one of virtual users; everybody's. */
static const char *const well_known_dirs[] = { "/home/e-smith/files/users",
	"/var/vmail", "/home", NULL };

void
maildir_rows(struct opt rows[MAILDIR_ROWS], struct maildir_options *o)
{
	const struct opt table[MAILDIR_ROWS] = {
		{ .type = OPT_GROUP, .help = "Maildirs" },
		{ .type = OPT_NUMBER, .name = "days", .argument = "N",
		    .value = &o->days, .min = 0, .max = 36500,
		    .help = "mail that arrived in the last N days, 0: all",
		    .initial = o->days == 2 ? "2" : "1" },
		{ .type = OPT_LIST, .name = "user", .argument = "NAME",
		    .value = &o->users, .help = "this user's alone; may be given "
		    "several times" },
		{ .type = OPT_LIST, .name = "folder", .argument = "NAME",
		    .value = &o->folders, .help = "this folder alone, as its "
		    "directory is called; INBOX is the Maildir itself" },
		{ .type = OPT_FLAG, .name = "cross-devices",
		    .value = &o->cross_devices,
		    .help = "go into other file systems too" },
		{ .type = OPT_END },
	};

	memcpy(rows, table, sizeof(table));
}

void
maildir_options_clear(struct maildir_options *o)
{
	opt_list_clear(&o->users);
	opt_list_clear(&o->folders);
}

/* ---- which directories ---- */

static void
add_dir(struct opt_list *l, const char *dir)
{
	ARRAY_PUSH(l->items, l->n, l->cap) = dir;
}

void
maildirs_known(struct opt_list *dirs, const struct conf *c, bool well_known)
{
	/* The settings' texts have a NUL behind them: arena_str(). */
	for (size_t i = 0; i < c->maildirs.n; i++)
		add_dir(dirs, c->maildirs.items[i].p);
	for (size_t i = 0; well_known && dirs->n == 0 && well_known_dirs[i]; i++)
		if (access(well_known_dirs[i], F_OK) == 0)
			add_dir(dirs, well_known_dirs[i]);
}

static int
choose_dirs(struct maildirs *m, const struct cmd_context *context, int argc,
    char **argv, struct err *err)
{
	for (int i = 0; i < argc; i++)
		add_dir(&m->dirs, argv[i]);
	if (argc > 0)
		return 0;
	maildirs_known(&m->dirs, context->conf, true);
	if (m->dirs.n == 0)
		return err_set(err, ERR_NO_INPUT, "no Maildirs are named; name a "
		    "Maildir, a home or a directory of homes, or set dir in "
		    "[maildir]");
	for (size_t i = 0; !context->quiet && i < m->dirs.n; i++)
		fprintf(stderr, "%s%s%s", i == 0 ? "mailtally: looking in " :
		    ", ", m->dirs.items[i], i + 1 == m->dirs.n ? "\n" : "");
	return 0;
}

/* ---- who we are ---- */

/* Domains of ours; ".example.org" and "example.org" alike: a host of ours has
 * a name in one. */
static void
own_domains(struct maildirs *m, const struct classes *c)
{
	m->domains = mem_alloc((c->n_local_domains + 1) * sizeof(*m->domains));
	for (size_t i = 0; i < c->n_local_domains; i++)
		m->domains[i] = c->local_domains[i].name;
	m->own.domains = m->domains;
	m->own.n_domains = c->n_local_domains;
	m->own.networks = c->local_networks;
	m->own.n_networks = c->n_local_networks;
}

static void
own_names(struct maildirs *m, const struct conf *c)
{
	size_t n = 0;
	char name[256];

	m->names = mem_alloc((c->mail_hosts.n + 2) * sizeof(*m->names));
	for (size_t i = 0; i < c->mail_hosts.n; i++)
		m->names[n++] = c->mail_hosts.items[i];
	if (c->host != NULL)
		m->names[n++] = str_from(c->host);
	if (c->mail_hosts.n == 0 && gethostname(name, sizeof(name)) == 0) {
		name[sizeof(name) - 1] = '\0';
		m->names[n++] = arena_str(&m->arena, str_from(name));
	}
	m->own.names = m->names;
	m->own.n_names = n;
}

static void
own_relays(struct maildirs *m, const struct conf *c)
{
	const struct conf_list *l = &c->mail_relays;

	m->relays = mem_alloc((l->n + 1) * sizeof(*m->relays));
	/* Each was understood when it was set. */
	for (size_t i = 0; i < l->n; i++)
		if (ip_net_parse(l->items[i], &m->relays[m->own.n_relays]))
			m->own.n_relays++;
	m->own.relays = m->relays;
}

static void
choose_folders(struct maildirs *m, const struct opt_list *l)
{
	m->folders = mem_alloc((l->n + 1) * sizeof(*m->folders));
	for (size_t i = 0; i < l->n; i++)
		m->folders[i] = strcmp(l->items[i], "INBOX") == 0 ? STR("")
		    : str_from(l->items[i]);
	m->walk.folders = m->folders;
	m->walk.n_folders = l->n;
}

int
maildirs_open(struct maildirs *m, const struct maildir_options *o,
    const struct cmd_context *context, int argc, char **argv, struct err *err)
{
	const struct conf *c = context->conf;

	*m = (struct maildirs){ .since_ns = INT64_MIN };
	m->walk.users = o->users.items;
	m->walk.n_users = o->users.n;
	m->walk.cross_devices = o->cross_devices;
	choose_folders(m, &o->folders);
	own_domains(m, &c->classes);
	own_names(m, c);
	own_relays(m, c);
	if (output_choose(&o->output, err) == NULL ||
	    clock_open(&o->clock, c->zone, &m->zone, &m->now_ns, err) < 0)
		return -1;
	if (o->days > 0)
		m->since_ns = m->now_ns - o->days * WHEN_DAY_S * WHEN_SECOND;
	return choose_dirs(m, context, argc, argv, err);
}

void
maildirs_close(struct maildirs *m)
{
	opt_list_clear(&m->dirs);
	free(m->folders);
	free(m->names);
	free(m->domains);
	free(m->relays);
	zone_close(&m->zone);
	arena_clear(&m->arena);
}

/* ---- walking and printing ---- */

int
maildirs_walk(const struct maildirs *m)
{
	struct maildir_seen seen = { 0 };
	struct maildir_walk w = m->walk;
	struct err err;
	int status = 0;

	/* One alone has no mailbox twice. */
	w.seen = m->dirs.n > 1 ? &seen : NULL;
	for (size_t i = 0; i < m->dirs.n; i++)
		if (maildir_walk(&w, m->dirs.items[i], &err) < 0)
			status = cmd_fail(&err);
	free(seen.ids);
	return status;
}

void
maildirs_problem(uint64_t *problems, const char *path, int error)
{
	struct buf b = { 0 };

	*problems += error != ELOOP && error != EXDEV;
	buf_add_str(&b, STR("mailtally: "));
	utf8_escape(&b, str_from(path));
	buf_printf(&b, ": %s; it is left out\n", tree_error(error));
	fwrite(b.p, 1, b.n, stderr);
	buf_clear(&b);
}

int
maildirs_print(struct report *r, const struct maildir_options *o,
    struct err *err)
{
	const struct renderer *renderer = output_choose(&o->output, err);

	return renderer == NULL ? -1
	    : output_report(r, renderer, &o->output, err);
}
