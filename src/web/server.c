#include "web/server.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/when.h"
#include "render/assets.h"
#include "web/gate.h"
#include "web/http.h"
#include "web/jobs.h"
#include "web/keeper.h"
#include "web/live.h"
#include "web/login.h"
#include "web/params.h"
#include "web/routes.h"
#include "web/sandbox.h"
#include "web/users.h"

/* So many events stand in the page at its start. */
#define LIVE_FIRST 200

static void
follower_arguments(struct args *a, const struct server_options *o)
{
	args_add(a, "mailtally");
	args_add(a, "tail");
	for (size_t i = 0; i < o->n_common; i++)
		args_add(a, o->common[i]);
	args_add(a, "--output=jsonl");
	args_addf(a, "--lines=%d", LIVE_FIRST);
	args_add(a, "--");
	for (size_t i = 0; i < o->n_followed; i++)
		args_add(a, o->followed[i]);
}

static void
ingest_arguments(struct args *a, const struct server_options *o)
{
	args_add(a, "mailtally");
	args_add(a, "ingest");
	for (size_t i = 0; i < o->n_common; i++)
		args_add(a, o->common[i]);
	args_add(a, "--follow");
	args_addf(a, "--parent=%ld", (long)getpid());
	args_addf(a, "--store=%s", o->store);
	args_add(a, "--");
	for (size_t i = 0; i < o->n_ingested; i++)
		args_add(a, o->ingested[i]);
}

static void
tell_ingest(void *ctx, const char *line)
{
	const struct server_options *o = ctx;
	struct buf b = { 0 };

	buf_printf(&b, "ingest: %s", line);
	o->tell(o->ctx, b.p);
	buf_clear(&b);
}

static int
sooner(int a_ms, int b_ms)
{
	if (a_ms < 0 || b_ms < 0)
		return a_ms < 0 ? b_ms : a_ms;
	return a_ms < b_ms ? a_ms : b_ms;
}

/* One turn: waits, then lets everybody do what there is to do. */
static int
turn(struct site *s, struct http *h, bool *stop, struct err *err)
{
	struct pollfd p[2 + LOGIN_DESCRIPTORS + LIVE_DESCRIPTORS + KEEPER_DESCRIPTORS +
	    JOBS_DESCRIPTORS] = {
		{ .fd = s->o->stop, .events = POLLIN },
		{ .fd = http_descriptor(h), .events = POLLIN },
	};
	nfds_t n = 2;
	int timeout = http_timeout_ms(h);

	if (s->live != NULL) {
		n += live_feed_descriptors(s->live, p + n);
		timeout = sooner(timeout, live_feed_timeout_ms(s->live));
	}
	if (s->ingest != NULL) {
		n += keeper_descriptors(s->ingest, p + n);
		timeout = sooner(timeout, keeper_timeout_ms(s->ingest));
	}
	if (s->login != NULL)
		n += login_descriptors(s->login, p + n);
	n += jobs_descriptors(s->jobs, p + n);
	timeout = sooner(timeout, jobs_timeout_ms(s->jobs, s->now_ns));
	if (poll(p, n, timeout) < 0 && errno != EINTR)
		return err_set(err, ERR_INTERNAL, "poll: %s", strerror(errno));
	s->now_ns = when_now_ns();
	if (s->live != NULL)
		live_feed_run(s->live, s->now_ns);
	if (s->ingest != NULL)
		keeper_run(s->ingest, s->now_ns);
	gate_run(s);
	jobs_run(s->jobs, s->now_ns);
	http_run(h, s->now_ns);
	*stop = p[0].revents != 0;
	return 0;
}

/* Nobody may wait when libmicrohttpd ends. */
static void
finish(struct site *s, struct http *h)
{
	if (s->live != NULL)
		live_feed_stop(s->live);
	gate_stop(s);
	jobs_stop(s->jobs);
	for (int i = 0; i < 3; i++)
		http_run(h, when_now_ns());
}

/* What lives as long as the server. */
struct running {
	struct site site;
	struct http *http;
	struct args follower, ingester;
	struct buf policy;
};

/*
 * Before anything is started, which is restricted likewise.  What SQLite has no
 * room for in memory it writes where it may.
 */
static void
restrict_all(const struct server_options *o)
{
	if (!o->sandbox)
		return;
	if (o->n_writable > 0)
		setenv("SQLITE_TMPDIR", o->writable[0], 1);
	sandbox_enter(o->writable, o->n_writable);
}

static void
start_runs(struct running *r, const struct server_options *o)
{
	struct site *s = &r->site;

	s->jobs = jobs_new();
	if (o->n_followed > 0) {
		follower_arguments(&r->follower, o);
		s->live = live_feed_new((const char *const *)r->follower.items);
	}
	if (o->n_ingested > 0) {
		ingest_arguments(&r->ingester, o);
		s->ingest = keeper_new((const char *const *)r->ingester.items,
		    tell_ingest, (void *)(uintptr_t)o);
		keeper_run(s->ingest, s->now_ns);
	}
}

static int
open_all(struct running *r, const struct server_options *o, struct err *err)
{
	const struct http_options ho = { .host = o->host, .port = o->port,
		.names = o->names, .n_names = o->n_names,
		.tls_cert = o->tls_cert, .tls_key = o->tls_key,
		.handle = gate_handle, .ctx = &r->site };
	struct users *users = NULL;

	*r = (struct running){ .site = { .o = o, .now_ns = when_now_ns() } };
	if (o->auth_file && users_read(&users, o->auth_file, err) < 0)
		return -1;
	r->http = http_open(&ho, err);
	if (r->http == NULL) {
		users_free(&users);
		return -1;
	}
	restrict_all(o);
	if (users != NULL && login_open(&r->site.login, users, err) < 0)
		return -1;
	buf_printf(&r->policy, "default-src 'none'; style-src 'sha256-%s'; "
	    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	    asset_style.sha256);
	r->site.tables_policy = r->policy.p;
	start_runs(r, o);
	return 0;
}

static void
close_all(struct running *r)
{
	http_close(&r->http);
	jobs_free(&r->site.jobs);
	live_feed_free(&r->site.live);
	login_close(&r->site.login);
	keeper_free(&r->site.ingest);
	args_clear(&r->follower);
	args_clear(&r->ingester);
	buf_clear(&r->policy);
}

int
server_run(const struct server_options *o, struct err *err)
{
	struct running r;
	bool stop = false;
	int result = open_all(&r, o, err);

	if (result == 0) {
		o->ready(o->ctx, http_port(r.http));
		while (!stop && result == 0)
			result = turn(&r.site, r.http, &stop, err);
		finish(&r.site, r.http);
	}
	close_all(&r);
	return result;
}
