/*
 * http.c - the only file that knows libmicrohttpd, which is loaded when there
 * is something to serve (base/library.h).
 */
#include "web/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/library.h"
#include "base/mem.h"
#include "base/when.h"
#include "web/body.h"

#define PAGE_POLICY "default-src 'none'; script-src 'self'; style-src 'self'; " \
	"img-src 'self' data:; connect-src 'self'; base-uri 'none'; " \
	"form-action 'self'; frame-ancestors 'none'"

/* As GnuTLS names it: what browsers of the last ten years speak. */
#define TLS "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

#define STREAM_BLOCK 16384

#ifndef LIBMICROHTTPD_FILE /* the Makefile asks the library itself */
#define LIBMICROHTTPD_FILE "libmicrohttpd.so.12"
#endif

#define MHD_FUNCTIONS(X) \
	X(MHD_start_daemon) \
	X(MHD_stop_daemon) \
	X(MHD_run) \
	X(MHD_get_timeout) \
	X(MHD_get_daemon_info) \
	X(MHD_get_connection_info) \
	X(MHD_get_connection_values) \
	X(MHD_get_connection_values_n) \
	X(MHD_lookup_connection_value) \
	X(MHD_suspend_connection) \
	X(MHD_resume_connection) \
	X(MHD_create_response_from_buffer) \
	X(MHD_create_response_from_buffer_with_free_callback_cls) \
	X(MHD_create_response_from_callback) \
	X(MHD_add_response_header) \
	X(MHD_queue_response) \
	X(MHD_destroy_response)

struct libmicrohttpd {
	MHD_FUNCTIONS(LIBRARY_POINTER)
};

static const char *const mhd_names[] = { MHD_FUNCTIONS(LIBRARY_NAME) };

static const struct library mhd_library = {
	.file = LIBMICROHTTPD_FILE,
	.package = "libmicrohttpd12",
	.names = mhd_names,
	.n = sizeof(mhd_names) / sizeof(*mhd_names),
};

/* An open connection, to see how long a request takes to arrive. */
struct peer {
	struct peer *next;
	int fd;
	bool waits;	  /* its next request is not complete */
	int64_t since_ns; /* since then */
};

struct http {
	struct libmicrohttpd lib;
	struct http_options o;
	struct MHD_Daemon *daemon;
	int epoll;
	uint16_t port;
	int64_t now_ns;
	struct peer *peers;
};

/*
 * States of a request: NEW; then ANSWERED, or WAITING and ANSWERED, or
 * STREAMING.  While WAITING, and while a stream has nothing to say, its
 * connection is suspended.
 */
enum request_state { REQUEST_NEW, REQUEST_WAITING, REQUEST_ANSWERED,
	REQUEST_STREAMING };

struct http_request {
	struct http *http;
	struct MHD_Connection *connection;
	const char *path;
	enum request_state state;
	bool waited;
	bool suspended;
	struct MHD_Response *response; /* waits until MHD asks again */
	unsigned status;
	const struct http_stream_calls *stream;
	void *stream_ctx;
};

/* ---- who may ask what ---- */

static struct str
without_port(struct str host)
{
	size_t n = host.n;

	while (n > 0 && host.p[n - 1] >= '0' && host.p[n - 1] <= '9')
		n--;
	return n > 0 && n < host.n && host.p[n - 1] == ':' ?
	    str_head(host, n - 1) : host;
}

/*
 * A page of a stranger that was loaded under a name of his can ask us under
 * that name (DNS rebinding): so we answer to our own names alone.
 */
static bool
host_is_ours(const struct http *h, const char *header)
{
	static const char *const loopback[] = { "localhost", "127.0.0.1",
		"[::1]" };
	struct str host;

	if (header == NULL)
		return false;
	host = without_port(str_from(header));
	for (size_t i = 0; i < sizeof(loopback) / sizeof(*loopback); i++)
		if (str_eq_nocase(host, str_from(loopback[i])))
			return true;
	for (size_t i = 0; i < h->o.n_names; i++)
		if (str_eq_nocase(host, str_from(h->o.names[i])))
			return true;
	return str_eq_nocase(host, str_from(h->o.host));
}

/* ---- replies ---- */

static void
add_header(const struct http_request *r, struct MHD_Response *m,
    const char *name, const char *value)
{
	r->http->lib.MHD_add_response_header(m, name, value);
}

static void
add_safety(const struct http_request *r, struct MHD_Response *m,
    const char *policy)
{
	add_header(r, m, "Content-Security-Policy", policy ? policy : PAGE_POLICY);
	add_header(r, m, "X-Content-Type-Options", "nosniff");
	add_header(r, m, "X-Frame-Options", "DENY");
	add_header(r, m, "Referrer-Policy", "no-referrer");
	add_header(r, m, "Cross-Origin-Resource-Policy", "same-origin");
	add_header(r, m, "Cross-Origin-Opener-Policy", "same-origin");
}

static bool
wants_gzip(const struct http_request *r)
{
	const char *accepted = http_header(r, "Accept-Encoding");

	return accepted && strstr(accepted, "gzip") != NULL;
}

static bool
has_it(const struct http_request *r, const struct body *b)
{
	const char *tags = http_header(r, "If-None-Match");

	return tags && strstr(tags, b->etag) != NULL;
}

static void
body_done(void *ctx)
{
	struct body *b = ctx;

	body_unref(&b);
}

static struct MHD_Response *
empty_response(const struct http_request *r)
{
	return r->http->lib.MHD_create_response_from_buffer(0, NULL,
	    MHD_RESPMEM_PERSISTENT);
}

static struct MHD_Response *
body_response(const struct http_request *r, struct body *b)
{
	bool gzip = b->gzip.n > 0 && wants_gzip(r);
	const struct buf *from = gzip ? &b->gzip : &b->plain;
	const struct libmicrohttpd *lib = &r->http->lib;
	struct MHD_Response *m =
	    lib->MHD_create_response_from_buffer_with_free_callback_cls(from->n,
	    from->p, body_done, body_ref(b));

	if (gzip)
		add_header(r, m, "Content-Encoding", "gzip");
	return m;
}

static void
resume(struct http_request *r)
{
	if (!r->suspended)
		return;
	r->suspended = false;
	r->http->lib.MHD_resume_connection(r->connection);
}

static void
add_retry_after(const struct http_request *r, struct MHD_Response *m,
    unsigned seconds)
{
	char text[16];

	if (seconds == 0)
		return;
	snprintf(text, sizeof(text), "%u", seconds);
	add_header(r, m, "Retry-After", text);
}

void
http_answer(struct http_request *r, const struct http_reply *reply)
{
	struct MHD_Response *m;
	struct body *b = reply->body;

	r->status = reply->status;
	if (b && reply->status == MHD_HTTP_OK && has_it(r, b)) {
		r->status = MHD_HTTP_NOT_MODIFIED;
		m = empty_response(r);
	} else {
		m = b ? body_response(r, b) : empty_response(r);
	}
	add_safety(r, m, reply->policy);
	if (reply->type)
		add_header(r, m, "Content-Type", reply->type);
	if (b) {
		add_header(r, m, "Vary", "Accept-Encoding");
		if (reply->status == MHD_HTTP_OK)
			add_header(r, m, "ETag", b->etag);
	}
	add_header(r, m, "Cache-Control", reply->caching ? reply->caching :
	    "no-cache");
	if (reply->location)
		add_header(r, m, "Location", reply->location);
	if (reply->status == MHD_HTTP_UNAUTHORIZED)
		add_header(r, m, "WWW-Authenticate", "Basic realm=\"mailtally\", "
		    "charset=\"UTF-8\"");
	add_retry_after(r, m, reply->retry_after_s);
	r->response = m;
	r->state = REQUEST_ANSWERED;
	resume(r);
}

void
http_wait(struct http_request *r)
{
	r->state = REQUEST_WAITING;
	r->waited = true;
	/* It may have waited for something else before. */
	if (r->suspended)
		return;
	r->suspended = true;
	r->http->lib.MHD_suspend_connection(r->connection);
}

/* ---- streams ---- */

static ssize_t
stream_read(void *ctx, uint64_t at, char *to, size_t n)
{
	struct http_request *r = ctx;
	size_t filled = r->stream->fill(r->stream_ctx, to, n);

	(void)at;
	if (filled == 0 && !r->suspended) {
		r->suspended = true;
		r->http->lib.MHD_suspend_connection(r->connection);
	}
	return (ssize_t)filled;
}

void
http_stream(struct http_request *r, const char *type,
    const struct http_stream_calls *calls, void *ctx)
{
	struct MHD_Response *m;

	r->stream = calls;
	r->stream_ctx = ctx;
	m = r->http->lib.MHD_create_response_from_callback(MHD_SIZE_UNKNOWN,
	    STREAM_BLOCK, stream_read, r, NULL);
	add_safety(r, m, NULL);
	add_header(r, m, "Content-Type", type);
	add_header(r, m, "Cache-Control", "no-store");
	r->response = m;
	r->status = MHD_HTTP_OK;
	r->state = REQUEST_STREAMING;
	resume(r);
}

void
http_stream_wake(struct http_request *r)
{
	resume(r);
}

/* ---- what a handler asks ---- */

const char *
http_path(const struct http_request *r)
{
	return r->path;
}

const char *
http_param(const struct http_request *r, const char *name)
{
	return r->http->lib.MHD_lookup_connection_value(r->connection,
	    MHD_GET_ARGUMENT_KIND, name);
}

uint64_t
http_client(const struct http_request *r)
{
	const union MHD_ConnectionInfo *info =
	    r->http->lib.MHD_get_connection_info(r->connection,
	    MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr_in *v4;
	const struct sockaddr_in6 *v6;
	uint64_t network = 0;

	if (info == NULL || info->client_addr == NULL)
		return 0;
	if (info->client_addr->sa_family == AF_INET) {
		v4 = (const struct sockaddr_in *)(const void *)info->client_addr;
		return v4->sin_addr.s_addr;
	}
	v6 = (const struct sockaddr_in6 *)(const void *)info->client_addr;
	memcpy(&network, &v6->sin6_addr, sizeof(network));
	return network;
}

const char *
http_header(const struct http_request *r, const char *name)
{
	return r->http->lib.MHD_lookup_connection_value(r->connection,
	    MHD_HEADER_KIND, name);
}

struct each {
	http_param_fn *fn;
	void *ctx;
};

static enum MHD_Result
each_param(void *ctx, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	const struct each *e = ctx;

	(void)kind;
	return e->fn(e->ctx, name, value ? value : "") ? MHD_YES : MHD_NO;
}

void
http_params(const struct http_request *r, http_param_fn *fn, void *ctx)
{
	struct each e = { fn, ctx };

	r->http->lib.MHD_get_connection_values(r->connection,
	    MHD_GET_ARGUMENT_KIND, each_param, &e);
}

/* ---- what libmicrohttpd calls ---- */

static void
refuse(struct http_request *r, unsigned status, const char *why)
{
	struct buf b = { 0 };
	struct http_reply reply = { .status = status,
		.type = "application/json", .caching = "no-store" };

	buf_printf(&b, "{\"error\":\"%s\"}\n", why);
	reply.body = body_new(&b);
	http_answer(r, &reply);
	body_unref(&reply.body);
}

/* %00 would hide what stands behind it. */
static enum MHD_Result
no_nul(void *ctx, enum MHD_ValueKind kind, const char *name, size_t name_n,
    const char *value, size_t n)
{
	bool *found = ctx;

	(void)kind;
	*found = *found || memchr(name, '\0', name_n) != NULL ||
	    (n > 0 && memchr(value, '\0', n) != NULL);
	return MHD_YES;
}

static bool
has_nul(const struct http_request *r)
{
	bool found = false;

	r->http->lib.MHD_get_connection_values_n(r->connection, MHD_GET_ARGUMENT_KIND,
	    no_nul, &found);
	return found;
}

/*
 * What one in front of us may read in another way than we do: then a part of
 * a request would be the next one (RFC 9112, 11.2).
 */
struct doubts {
	unsigned hosts, lengths, encodings;
};

static enum MHD_Result
doubt(void *ctx, enum MHD_ValueKind kind, const char *name, size_t name_n,
    const char *value, size_t n)
{
	struct doubts *d = ctx;
	struct str header = str_make(name, name_n);

	(void)kind;
	(void)value;
	(void)n;
	d->hosts += str_eq_nocase(header, STR("Host"));
	d->lengths += str_eq_nocase(header, STR("Content-Length"));
	d->encodings += str_eq_nocase(header, STR("Transfer-Encoding"));
	return MHD_YES;
}

static bool
is_doubtful(const struct http_request *r)
{
	struct doubts d = { .hosts = 0 };

	r->http->lib.MHD_get_connection_values_n(r->connection,
	    MHD_HEADER_KIND, doubt, &d);
	return d.hosts > 1 || d.lengths > 1 || d.encodings > 0;
}

/* Before a body is read that nobody wants. */
static void
check_request(struct http_request *r, const char *method)
{
	if (is_doubtful(r)) {
		refuse(r, MHD_HTTP_BAD_REQUEST, "Headers that contradict one "
		    "another.");
		add_header(r, r->response, "Connection", "close");
		return;
	}
	if (!host_is_ours(r->http, http_header(r, "Host")))
		refuse(r, MHD_HTTP_MISDIRECTED_REQUEST, "This server has "
		    "another name; see serve --name.");
	else if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		refuse(r, MHD_HTTP_METHOD_NOT_ALLOWED, "Only GET and HEAD.");
	else if (has_nul(r))
		refuse(r, MHD_HTTP_BAD_REQUEST, "A parameter holds a NUL.");
}

static enum MHD_Result
send_response(struct http_request *r)
{
	const struct libmicrohttpd *lib = &r->http->lib;
	enum MHD_Result result = lib->MHD_queue_response(r->connection,
	    r->status, r->response);

	lib->MHD_destroy_response(r->response);
	r->response = NULL;
	return result;
}

/* A request is awaited from now on, or it is there. */
static void
set_waits(const struct http *h, struct MHD_Connection *c, bool waits)
{
	const union MHD_ConnectionInfo *info = h->lib.MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct peer *p = info ? info->socket_context : NULL;

	if (p == NULL)
		return;
	p->waits = waits;
	p->since_ns = h->now_ns;
}

/*
 * Called with the headers, with each piece of a request's body, and again
 * after a connection was resumed.
 */
static enum MHD_Result
on_access(void *ctx, struct MHD_Connection *c, const char *path,
    const char *method, const char *version, const char *data, size_t *n,
    void **request)
{
	struct http *h = ctx;
	struct http_request *r = *request;

	(void)version;
	(void)data;
	if (r == NULL) {
		r = mem_zalloc(sizeof(*r));
		*r = (struct http_request){ .http = h, .connection = c,
			.path = path };
		*request = r;
		set_waits(h, c, false);
		check_request(r, method);
		return r->response ? send_response(r) : MHD_YES;
	}
	if (*n > 0) { /* nobody asked for one */
		*n = 0;
		return MHD_NO;
	}
	if (r->state == REQUEST_NEW) {
		h->o.handle(h->o.ctx, r);
		/* Even if it was answered meanwhile: we are called again. */
		if (r->waited)
			return MHD_YES;
	}
	if (r->response != NULL)
		return send_response(r);
	return MHD_YES;
}

static void
on_completed(void *ctx, struct MHD_Connection *c, void **request,
    enum MHD_RequestTerminationCode code)
{
	struct http *h = ctx;
	struct http_request *r = *request;

	(void)code;
	set_waits(h, c, true);
	if (r == NULL)
		return;
	if (r->stream != NULL && r->stream->closed != NULL)
		r->stream->closed(r->stream_ctx);
	if (r->response != NULL)
		r->http->lib.MHD_destroy_response(r->response);
	free(r);
	*request = NULL;
}

static void
on_connection(void *ctx, struct MHD_Connection *c, void **socket_context,
    enum MHD_ConnectionNotificationCode code)
{
	struct http *h = ctx;
	struct peer *p = *socket_context;
	const union MHD_ConnectionInfo *info;
	struct peer **link;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		info = h->lib.MHD_get_connection_info(c,
		    MHD_CONNECTION_INFO_CONNECTION_FD);
		p = mem_zalloc(sizeof(*p));
		*p = (struct peer){ .next = h->peers, .fd = info->connect_fd,
			.waits = true, .since_ns = h->now_ns };
		h->peers = p;
		*socket_context = p;
		return;
	}
	for (link = &h->peers; *link != p; link = &(*link)->next)
		;
	*link = p->next;
	free(p);
	*socket_context = NULL;
}

/*
 * libmicrohttpd's own limit begins anew with each byte; who sends one a second
 * would hold his place for ever.  What is shut down here, it closes.
 */
static void
drop_slow(struct http *h)
{
	for (struct peer *p = h->peers; p != NULL; p = p->next)
		if (p->waits && h->now_ns - p->since_ns >
		    HTTP_REQUEST_S * WHEN_SECOND)
			shutdown(p->fd, SHUT_RDWR);
}

static void
no_log(void *ctx, const char *format, va_list ap)
{
	(void)ctx;
	(void)format;
	(void)ap;
}

/* ---- opening ---- */

static int
read_address(const struct http_options *o, struct sockaddr_storage *a)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)a;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)a;

	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, o->host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(o->port);
		return 0;
	}
	if (inet_pton(AF_INET6, o->host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(o->port);
		return 0;
	}
	return -1;
}

struct http *
http_open(const struct http_options *o, struct err *err)
{
	struct http *h;
	struct sockaddr_storage address;
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
	    MHD_USE_ERROR_LOG;
	const union MHD_DaemonInfo *info;
	const struct MHD_OptionItem no_tls[] = { { MHD_OPTION_END, 0, NULL } };
	const struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)o->tls_cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)o->tls_key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS },
		{ MHD_OPTION_END, 0, NULL },
	};

	if (read_address(o, &address) < 0) {
		err_set(err, ERR_USAGE, "--listen %s: not a numeric address; "
		    "write for instance 127.0.0.1:8025 or [::1]:8025", o->host);
		return NULL;
	}
	if (address.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	if (o->tls_cert != NULL)
		flags |= MHD_USE_TLS;
	h = mem_zalloc(sizeof(*h));
	h->o = *o;
	h->now_ns = when_now_ns();
	if (library_load(&mhd_library, &h->lib, err) < 0) {
		free(h);
		return NULL;
	}
	h->daemon = h->lib.MHD_start_daemon(flags, o->port, NULL, NULL,
	    on_access, h,
	    MHD_OPTION_EXTERNAL_LOGGER, no_log, NULL,
	    MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
	    MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_EACH,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, HTTP_HEADER_BYTES,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_ARRAY, o->tls_cert ? tls : no_tls,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
	    MHD_OPTION_END);
	if (h->daemon == NULL) {
		err_set(err, ERR_AGAIN, "%s port %u: cannot listen there; is it "
		    "taken? --listen names another%s", o->host, o->port,
		    o->tls_cert ? ". Or do the certificate and the key not "
		    "belong together?" : "");
		free(h);
		return NULL;
	}
	info = h->lib.MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	h->epoll = info->listen_fd;
	info = h->lib.MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT);
	h->port = info->port;
	return h;
}

void
http_close(struct http **h)
{
	struct http *old = *h;

	*h = NULL;
	if (old == NULL)
		return;
	old->lib.MHD_stop_daemon(old->daemon);
	free(old);
}

uint16_t
http_port(const struct http *h)
{
	return h->port;
}

int
http_descriptor(const struct http *h)
{
	return h->epoll;
}

int
http_timeout_ms(struct http *h)
{
	MHD_UNSIGNED_LONG_LONG ms;
	int most = h->peers != NULL ? 1000 : -1;

	if (h->lib.MHD_get_timeout(h->daemon, &ms) != MHD_YES)
		return most;
	return most < 0 || ms < (unsigned)most ? (int)ms : most;
}

void
http_run(struct http *h, int64_t now_ns)
{
	h->now_ns = now_ns;
	h->lib.MHD_run(h->daemon);
	drop_slow(h);
}
