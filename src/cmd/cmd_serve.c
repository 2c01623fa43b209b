/*
 * cmd_serve.c - "mailtally serve": the dashboard.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/zone.h"
#include "cmd/cmd.h"
#include "cmd/logs.h"
#include "conf/conf.h"
#include "store/place.h"
#include "store/store.h"
#include "web/server.h"

/* Where qmail keeps its queue, as "mailtally queue" looks for it. */
#define QMAIL_QUEUE "/var/qmail/queue"
#define LISTEN "127.0.0.1:8025"

struct serve {
	const char *listen;
	struct opt_list names;
	bool trust_proxy;
	const char *auth_file;
	const char *tls_cert, *tls_key;
	bool sandbox;
	const char *store;
	struct opt_list followed;
	bool live;
	struct logs_options logs;
	struct opt_list served; /* the logs */
	struct opt_list common;
	struct opt_list snapshots;
	struct buf host;	/* of listen */
	struct buf writable;	/* a directory; empty: none */
	struct buf cert, key;	/* texts, NUL at the end; empty: no TLS */
};

#define SERVE_ROWS 15

static void
serve_rows(struct opt rows[SERVE_ROWS], struct serve *s)
{
	const struct opt table[SERVE_ROWS] = {
		{ .type = OPT_GROUP, .help = "Dashboard" },
		{ .type = OPT_TEXT, .name = "listen", .argument = "ADDR:PORT",
		    .value = &s->listen, .help = "where browsers find it; port "
		    "0: any that is free", .initial = LISTEN },
		{ .type = OPT_LIST, .name = "name", .argument = "HOST",
		    .value = &s->names, .help = "a name under which it may be "
		    "asked, beside localhost; may be given several times" },
		{ .type = OPT_FLAG, .name = "trust-proxy",
		    .value = &s->trust_proxy, .help = "a proxy in front of it "
		    "asks who it is; without this or --auth-file only loopback" },
		{ .type = OPT_TEXT, .name = "auth-file", .argument = "FILE",
		    .value = &s->auth_file, .help = "ask for a name and a "
		    "password of this file, as \"htpasswd -B\" writes it" },
		{ .type = OPT_TEXT, .name = "tls-cert", .argument = "FILE",
		    .value = &s->tls_cert, .help = "speak TLS, with this "
		    "certificate and those that vouch for it (PEM)" },
		{ .type = OPT_TEXT, .name = "tls-key", .argument = "FILE",
		    .value = &s->tls_key, .help = "its key (PEM)" },
		{ .type = OPT_FLAG, .name = "sandbox", .value = &s->sandbox,
		    .help = "forbid itself what it never does, as far as the "
		    "kernel can", .initial = "on" },
		{ .type = OPT_TEXT, .name = "store", .argument = "FILE",
		    .value = &s->store, .help = "answer from what \"mailtally "
		    "ingest\" kept there; LOGs are for what needs their lines" },
		{ .type = OPT_LIST, .name = "follow", .argument = "LOG",
		    .value = &s->followed, .help = "what is shown live, instead "
		    "of all logs, and with --store put into it as it comes; "
		    "may be given several times" },
		{ .type = OPT_FLAG, .name = "live", .value = &s->live,
		    .help = "show events as they come", .initial = "on" },
		{ .type = OPT_TEXT, .name = "tz", .argument = "ZONE",
		    .value = &s->logs.zone, .help = "time zone of reports",
		    .initial = "the system's" },
		{ .type = OPT_TEXT, .name = "now", .argument = "TIME",
		    .value = &s->logs.now, .help = "what to take for the present",
		    .initial = "the clock" },
		{ .type = OPT_END },
	};

	memcpy(rows, table, sizeof(table));
}

/* ---- signals ---- */

/* The handler writes to it and nobody else; the server ends when it can be read. */
static int signal_pipe[2] = { -1, -1 };

static void
on_signal(int number)
{
	int before = errno;

	(void)number;
	(void)!write(signal_pipe[1], "", 1);
	errno = before;
}

static int
catch_signals(struct err *err)
{
	const struct sigaction action = { .sa_handler = on_signal,
		.sa_flags = SA_RESTART };

	if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_set(err, ERR_INTERNAL, "pipe: %s", strerror(errno));
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	return 0;
}

/* ---- what the options mean ---- */

/* "127.0.0.1:8025", "[::1]:8025" */
static int
read_listen(struct serve *s, uint16_t *port, struct err *err)
{
	struct str text = str_from(s->listen ? s->listen : LISTEN);
	size_t colon = text.n;
	uint32_t number;

	while (colon > 0 && text.p[colon - 1] != ':')
		colon--;
	if (colon < 2 || !num_u32(str_skip(text, colon), &number) ||
	    number > UINT16_MAX)
		return err_set(err, ERR_USAGE, "--listen %s: write an address "
		    "and a port, for instance " LISTEN, text.p);
	*port = (uint16_t)number;
	text = str_head(text, colon - 1);
	if (str_starts(text, STR("[")) && str_ends(text, STR("]")))
		text = str_make(text.p + 1, text.n - 2);
	buf_add_str(&s->host, text);
	return 0;
}

static int
check_reach(const struct serve *s, struct err *err)
{
	struct str host = buf_str(&s->host);

	if (str_starts(host, STR("127.")) || str_eq(host, STR("::1")) ||
	    s->trust_proxy)
		return 0;
	if (s->auth_file == NULL)
		return err_set(err, ERR_USAGE, "--listen %s: whoever reaches "
		    "that address could read the logs; name users "
		    "(--auth-file), put a proxy in front that asks for a "
		    "password (--trust-proxy), or use a tunnel of ssh", host.p);
	if (s->tls_cert == NULL)
		fprintf(stderr, "mailtally: passwords go to %s readable for "
		    "all in between; --tls-cert and --tls-key hide them\n",
		    host.p);
	return 0;
}

/* ---- TLS ---- */

#define PEM_BYTES ((size_t)1 << 20)

static int
read_pem(struct buf *text, const char *path, struct err *err)
{
	FILE *f = fopen(path, "re");
	bool wrong;

	if (f == NULL)
		return err_set(err, ERR_NO_INPUT, "%s: %s", path,
		    strerror(errno));
	text->n = fread(buf_reserve(text, PEM_BYTES), 1, PEM_BYTES - 1, f);
	wrong = ferror(f) || str_find(buf_str(text), STR("-----BEGIN ")) ==
	    text->n;
	fclose(f);
	buf_add(text, "", 1);
	return wrong ? err_set(err, ERR_DATA, "%s: this is no PEM file, which "
	    "has a line -----BEGIN ...", path) : 0;
}

static int
read_tls(struct serve *s, struct err *err)
{
	if (s->tls_cert == NULL && s->tls_key == NULL)
		return 0;
	if (s->tls_cert == NULL || s->tls_key == NULL)
		return err_set(err, ERR_USAGE, "--tls-cert and --tls-key go "
		    "together");
	return read_pem(&s->cert, s->tls_cert, err) < 0 ? -1 :
	    read_pem(&s->key, s->tls_key, err);
}

/* Each run is told what we were told. */
static void
add_common(struct serve *s, const struct cmd_context *context)
{
	struct opt_list *l = &s->common;

	if (context->conf_file != NULL) {
		ARRAY_PUSH(l->items, l->n, l->cap) = "-C";
		ARRAY_PUSH(l->items, l->n, l->cap) = context->conf_file;
	}
	if (s->logs.zone != NULL) {
		ARRAY_PUSH(l->items, l->n, l->cap) = "--tz";
		ARRAY_PUSH(l->items, l->n, l->cap) = s->logs.zone;
	}
	if (s->logs.now != NULL) {
		ARRAY_PUSH(l->items, l->n, l->cap) = "--now";
		ARRAY_PUSH(l->items, l->n, l->cap) = s->logs.now;
	}
}

/*
 * What lines are read of: the LOGs; else, with a store, those that are followed;
 * else those of the configuration, which with a store need not be.
 */
static int
choose_logs(struct serve *s, const struct cmd_context *context, int argc,
    char **argv, struct err *err)
{
	const struct opt_list *followed = &s->followed;
	struct opt_list *l = &s->served;
	int result = 0;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "-") == 0)
			return err_set(err, ERR_USAGE, "-: standard input can "
			    "be read only once; name a file or a directory");
		ARRAY_PUSH(l->items, l->n, l->cap) = argv[i];
	}
	if (argc == 0 && s->store != NULL)
		for (size_t i = 0; i < followed->n; i++)
			ARRAY_PUSH(l->items, l->n, l->cap) = followed->items[i];
	if (l->n == 0 && (s->store == NULL || context->conf->n_logs > 0))
		result = logs_configured(l, context, err);
	for (size_t i = 0; result == 0 && i < l->n; i++)
		if (access(l->items[i], R_OK) < 0)
			return err_set(err, ERR_NO_INPUT, "%s: %s", l->items[i],
			    strerror(errno));
	return result;
}

static void
add_snapshots(struct serve *s, const struct conf *c)
{
	struct opt_list *l = &s->snapshots;

	for (size_t i = 0; i < c->snapshots.n; i++)
		ARRAY_PUSH(l->items, l->n, l->cap) = c->snapshots.items[i].p;
}

/* One that ingest is to make need not be there yet. */
static int
check_store(const struct serve *s, struct err *err)
{
	struct store *store;

	if (s->store == NULL || s->followed.n > 0)
		return 0;
	if (store_open(&store, s->store, STORE_READ, NULL, err) < 0)
		return -1;
	store_close(&store);
	return 0;
}

/* The only place that runs write to, at most: the store's directory. */
static int
choose_writable(struct serve *s, struct err *err)
{
	const char *slash;
	char *made = NULL;

	if (s->store == NULL)
		return 0;
	if (strcmp(s->store, "default") == 0) {
		made = store_default_place(s->followed.n > 0, err);
		if (made == NULL)
			return -1;
	}
	buf_printf(&s->writable, "%s", made ? made : s->store);
	free(made);
	slash = strrchr(s->writable.p, '/');
	if (slash == NULL) {
		buf_reset(&s->writable);
		buf_printf(&s->writable, ".");
	} else {
		/* Of "/store" the root. */
		s->writable.p[slash > s->writable.p ?
		    slash - s->writable.p : 1] = '\0';
	}
	return 0;
}

static void
tell_ready(void *ctx, uint16_t port)
{
	const struct serve *s = ctx;
	bool v6 = strchr(s->host.p, ':') != NULL;

	printf("http%s://%s%s%s:%u/\n", s->cert.n > 0 ? "s" : "", v6 ? "[" : "", s->host.p, v6 ? "]" : "",
	    port);
	fflush(stdout);
}

/* The line may have a name in it that a stranger chose. */
static void
tell_trouble(void *ctx, const char *line)
{
	struct err err;

	(void)ctx;
	err_set(&err, ERR_AGAIN, "%s", line);
	cmd_fail(&err);
}

static int
serve(struct serve *s, const struct cmd_context *context, int argc,
    char **argv, struct err *err)
{
	char name[256];
	struct logs logs = { 0 };
	struct server_options o = { .program = context->program,
		.queue = access(QMAIL_QUEUE "/mess", R_OK | X_OK) == 0,
		.ready = tell_ready, .tell = tell_trouble, .ctx = s,
		.store = s->store };
	const struct opt_list *followed;
	int result;

	if (read_listen(s, &o.port, err) < 0 || check_reach(s, err) < 0 ||
	    read_tls(s, err) < 0 ||
	    choose_logs(s, context, argc, argv, err) < 0 ||
	    check_store(s, err) < 0 || choose_writable(s, err) < 0 ||
	    catch_signals(err) < 0)
		return -1;
	if (logs_settings(&logs, &s->logs, context, true, err) < 0) {
		logs_close(&logs);
		return -1;
	}
	add_common(s, context);
	add_snapshots(s, context->conf);
	followed = s->followed.n > 0 ? &s->followed : &s->served;
	o.host = s->host.p;
	o.auth_file = s->auth_file;
	o.tls_cert = s->cert.n > 0 ? s->cert.p : NULL;
	o.tls_key = s->key.p;
	o.names = s->names.items;
	o.n_names = s->names.n;
	o.report_host = cmd_host_name(context->conf, name, sizeof(name));
	o.zone = zone_name(logs.zone);
	o.now_ns = logs.now_given ? logs.now_ns : 0;
	o.common = s->common.items;
	o.n_common = s->common.n;
	o.logs = s->served.items;
	o.n_logs = s->served.n;
	o.followed = followed->items;
	o.n_followed = s->live ? followed->n : 0;
	o.snapshots = s->snapshots.items;
	o.n_snapshots = s->snapshots.n;
	if (s->store != NULL) {
		o.ingested = s->followed.items;
		o.n_ingested = s->followed.n;
	}
	o.sandbox = s->sandbox;
	o.writable = (const char *const *)&s->writable.p;
	o.n_writable = s->writable.n > 0;
	o.stop = signal_pipe[0];
	result = server_run(&o, err);
	logs_close(&logs);
	return result;
}

static int
serve_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	struct serve s = { .live = true, .sandbox = true };
	struct opt rows[SERVE_ROWS];
	const struct opt *tables[] = { rows };
	struct err err;
	int operands, status;

	serve_rows(rows, &s);
	operands = cmd_options(self, context, tables, 1, argc, argv, &status);
	if (operands >= 0)
		status = serve(&s, context, operands, argv + 1, &err) < 0 ?
		    cmd_fail(&err) : 0;
	opt_list_clear(&s.names);
	opt_list_clear(&s.followed);
	opt_list_clear(&s.served);
	opt_list_clear(&s.common);
	opt_list_clear(&s.snapshots);
	buf_clear(&s.host);
	buf_clear(&s.writable);
	buf_clear(&s.cert);
	if (s.key.n > 0)
		explicit_bzero(s.key.p, s.key.n);
	buf_clear(&s.key);
	return status;
}

const struct cmd cmd_serve = {
	.name = "serve",
	.arguments = "[OPTIONS] [LOG...]",
	.summary = "the dashboard, an API and metrics, for browsers",
	.help = "Prints its address when it is ready, and serves until it is "
		"ended. It reads nothing but the named logs (or the configured "
		"ones), each time they are asked for, and remembers answers as long as "
		"no log changes."
		"\n\n"
		"  mailtally serve /var/log/qpsmtpd /var/log/qmail\n"
		"  mailtally serve --listen 127.0.0.1:0 --now \"2026-03-30 00:11\" LOG\n"
		"  mailtally serve --store default --follow /var/log/qpsmtpd\n"
		"  mailtally serve --listen 10.0.0.5:8025 --trust-proxy --name mail.example.org\n"
		"  mailtally serve --listen 10.0.0.5:8025 --auth-file USERS --tls-cert C.pem "
		"--tls-key K.pem\n"
		"\n"
		"From elsewhere: ssh -L 8025:127.0.0.1:8025 HOST. The API is described in "
		"docs/API.md.",
	.run = serve_run,
};
