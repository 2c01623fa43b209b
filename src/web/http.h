/*
 * http.h - the HTTP server: requests in, bodies out.
 *
 * One thread.  The caller polls http_descriptor() and calls http_run(); the
 * handler is called from there, once for each request, and either answers or
 * says that it will later.  What a request may be is decided here: GET and
 * HEAD, a Host that is ours, headers and addresses of bounded size, a bounded
 * number of connections, and a request that is complete within seconds.
 */
#ifndef WEB_HTTP_H
#define WEB_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct body;
struct err;
struct http;
struct http_request;

/* A request has so long to be complete, and a connection may idle so long. */
#define HTTP_REQUEST_S 10
#define HTTP_IDLE_S 30
#define HTTP_CONNECTIONS 1000
#define HTTP_CONNECTIONS_EACH 500
#define HTTP_HEADER_BYTES ((size_t)32 * 1024)

struct http_options {
	const char *host;	  /* an address, numeric */
	uint16_t port;		  /* 0: any that is free */
	const char *const *names; /* further values of Host, without ports */
	size_t n_names;
	const char *tls_cert;	  /* PEM texts, or NULL for both: no TLS */
	const char *tls_key;
	/* Called for each request with a good Host and method. */
	void (*handle)(void *ctx, struct http_request *r);
	void *ctx;
};

/* NULL with *err: the address is taken, or not ours. */
struct http *http_open(const struct http_options *o, struct err *err);
void http_close(struct http **h);
/* The port that it listens on. */
uint16_t http_port(const struct http *h);

int http_descriptor(const struct http *h);
/* The longest until http_run() must be called; -1: no limit. */
int http_timeout_ms(struct http *h);
void http_run(struct http *h, int64_t now_ns);

/* ---- in the handler ---- */

const char *http_path(const struct http_request *r);
/* The value of a parameter of the address, or NULL. */
const char *http_param(const struct http_request *r, const char *name);
/* Who asks: an IPv4 address, or a network of IPv6 of 64 bits. */
uint64_t http_client(const struct http_request *r);
/* A header of the request, or NULL. */
const char *http_header(const struct http_request *r, const char *name);
/* Calls fn for each parameter, until it returns false. */
typedef bool http_param_fn(void *ctx, const char *name, const char *value);
void http_params(const struct http_request *r, http_param_fn *fn, void *ctx);

struct http_reply {
	unsigned status;
	const char *type;     /* Content-Type */
	struct body *body;    /* a reference is taken */
	const char *policy;   /* Content-Security-Policy; NULL: the page's */
	const char *caching;  /* Cache-Control; NULL: no-cache */
	const char *location; /* for 302, or NULL */
	unsigned retry_after_s; /* 0: it says nothing of it */
};

/*
 * Answers; with 304 where the client has that body already.  Either in the
 * handler, or once later for a request that http_wait() was called for.  The
 * request must not be touched afterwards.
 */
void http_answer(struct http_request *r, const struct http_reply *reply);
void http_wait(struct http_request *r);

/*
 * A stream.  fill is asked for at most n bytes; 0: there are none now, and the
 * caller calls http_stream_wake() when there may be; HTTP_STREAM_END: no more.
 * closed is called when the client is gone.  All have to end before
 * http_close(), and http_run() to be called after that.
 */
#define HTTP_STREAM_END ((size_t)-1)
struct http_stream_calls {
	size_t (*fill)(void *ctx, char *to, size_t n);
	void (*closed)(void *ctx);
};
void http_stream(struct http_request *r, const char *type,
    const struct http_stream_calls *calls, void *ctx);
void http_stream_wake(struct http_request *r);

#endif
