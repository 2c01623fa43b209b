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
#include "web/http.h"
#include "web/jobs.h"
#include "web/keeper.h"
#include "web/live.h"
#include "web/params.h"
#include "web/routes.h"

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
	struct pollfd p[2 + LIVE_DESCRIPTORS + KEEPER_DESCRIPTORS +
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
	n += jobs_descriptors(s->jobs, p + n);
	timeout = sooner(timeout, jobs_timeout_ms(s->jobs, s->now_ns));
	if (poll(p, n, timeout) < 0 && errno != EINTR)
		return err_set(err, ERR_INTERNAL, "poll: %s", strerror(errno));
	s->now_ns = when_now_ns();
	if (s->live != NULL)
		live_feed_run(s->live, s->now_ns);
	if (s->ingest != NULL)
		keeper_run(s->ingest, s->now_ns);
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
	jobs_stop(s->jobs);
	for (int i = 0; i < 3; i++)
		http_run(h, when_now_ns());
}

int
server_run(const struct server_options *o, struct err *err)
{
	struct args follower = { 0 }, ingester = { 0 };
	struct site s = { .o = o, .now_ns = when_now_ns() };
	struct http_options ho = { .host = o->host, .port = o->port,
		.names = o->names, .n_names = o->n_names,
		.handle = routes_handle, .ctx = &s };
	struct http *h = http_open(&ho, err);
	struct buf policy = { 0 };
	bool stop = false;
	int result = 0;

	if (h == NULL)
		return -1;
	buf_printf(&policy, "default-src 'none'; style-src 'sha256-%s'; base-uri "
	    "'none'; form-action 'none'; frame-ancestors 'none'",
	    asset_style.sha256);
	s.tables_policy = policy.p;
	s.jobs = jobs_new();
	if (o->n_followed > 0) {
		follower_arguments(&follower, o);
		s.live = live_feed_new((const char *const *)follower.items);
	}
	if (o->n_ingested > 0) {
		ingest_arguments(&ingester, o);
		s.ingest = keeper_new((const char *const *)ingester.items,
		    tell_ingest, (void *)(uintptr_t)o);
		keeper_run(s.ingest, s.now_ns);
	}
	o->ready(o->ctx, http_port(h));
	while (!stop && result == 0)
		result = turn(&s, h, &stop, err);
	finish(&s, h);
	http_close(&h);
	jobs_free(&s.jobs);
	live_feed_free(&s.live);
	keeper_free(&s.ingest);
	args_clear(&follower);
	args_clear(&ingester);
	buf_clear(&policy);
	return result;
}
