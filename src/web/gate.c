#include "web/gate.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/body.h"
#include "web/http.h"
#include "web/login.h"
#include "web/routes.h"

/* A request whose password is being looked at. */
struct waiting {
	struct site *site;
	struct http_request *request;
};

static void
refuse(struct http_request *r, unsigned status, const char *why,
    unsigned retry_after_s)
{
	struct http_reply reply = { .status = status,
		.type = "application/json; charset=utf-8",
		.caching = "no-store", .retry_after_s = retry_after_s };
	struct buf b = { 0 };

	buf_printf(&b, "{\"error\":\"%s\"}\n", why);
	reply.body = body_new(&b);
	http_answer(r, &reply);
	body_unref(&reply.body);
}

/* wait_s: for LOGIN_THROTTLED. */
static void
decide(struct site *s, struct http_request *r, enum login_result result,
    unsigned wait_s)
{
	switch (result) {
	case LOGIN_GOOD:
		routes_handle(s, r);
		return;
	case LOGIN_BAD:
		refuse(r, 401, "A name and a password are needed.", 0);
		return;
	case LOGIN_THROTTLED:
		refuse(r, 429, "Too many wrong passwords; wait.", wait_s);
		return;
	case LOGIN_BUSY:
		refuse(r, 503, "Too many log in at a time; ask again.", 1);
		return;
	case LOGIN_WAIT:
		return;
	}
}

static void
go_on(void *who, enum login_result result)
{
	struct waiting *w = who;

	decide(w->site, w->request, result, 0);
	free(w);
}

void
gate_handle(void *site, struct http_request *r)
{
	struct site *s = site;
	struct waiting *w;
	enum login_result result;
	uint64_t client = http_client(r);

	if (s->login == NULL) {
		routes_handle(s, r);
		return;
	}
	w = mem_zalloc(sizeof(*w));
	*w = (struct waiting){ s, r };
	result = login_ask(s->login, http_header(r, "Authorization"), client, w,
	    s->now_ns);
	if (result == LOGIN_WAIT) {
		http_wait(r);
		return;
	}
	free(w);
	decide(s, r, result, login_wait_s(s->login, client, s->now_ns));
}

void
gate_run(struct site *s)
{
	if (s->login != NULL)
		login_run(s->login, go_on, s->now_ns);
}

void
gate_stop(struct site *s)
{
	if (s->login != NULL)
		login_stop(s->login, go_on);
}
