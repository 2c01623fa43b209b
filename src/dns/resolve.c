/*
 * resolve.c - c-ares behind lanes that keep to a rate.
 *
 * A question lives like this:
 *
 *	waits in its lane --> under way (c-ares has it) --> answered
 *	       ^                        |
 *	       +------ SERVFAIL --------+	while it has tries left
 *
 * Timeouts are repeated by c-ares itself.  It is told to hand every answer on
 * (ARES_FLAG_NOCHECKRESP), because it would otherwise forget which of SERVFAIL
 * and REFUSED it was.
 */
#include "dns/resolve.h"

#include <arpa/nameser.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <ares.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/ip.h"
#include "base/mem.h"
#include "dns/lanes.h"
#include "dns/packet.h"
#include "dns/server.h"

#define SECOND_NS INT64_C(1000000000)
/* How long a caught signal may go unnoticed: it may come right before poll. */
#define STOP_MS 250
/* c-ares has one UDP and one TCP socket a server. */
#define SOCKETS 32

struct question {
	struct waiting waiting; /* first: what lanes know of it */
	struct resolver *r;
	unsigned lane;
	enum resolve_type type;
	unsigned tries; /* left, this one counted */
	resolve_fn *fn;
	void *ctx;
	char name[];
};

struct resolver {
	ares_channel channel;
	struct resolver_options o;
	struct lanes lanes;	/* of questions that wait */
	size_t under_way;
	uint64_t sent;
	struct pollfd sockets[SOCKETS];
	nfds_t n_sockets;
	struct buf texts;  /* of the answer that is being told */
};

static int64_t
clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * SECOND_NS + ts.tv_nsec;
}

/* ---- opening ---- */

static int
use_server(struct resolver *r, struct err *err)
{
	struct ares_addr_port_node node = { 0 };
	struct server server;

	if (server_parse(&server, r->o.server, err) < 0)
		return -1;
	node.udp_port = node.tcp_port = server.port;
	if (ip_is_v4(&server.ip)) {
		node.family = AF_INET;
		memcpy(&node.addr.addr4, server.ip.b + 12, 4);
	} else {
		node.family = AF_INET6;
		memcpy(&node.addr.addr6, server.ip.b, 16);
	}
	if (ares_set_servers_ports(r->channel, &node) == ARES_SUCCESS)
		return 0;
	return err_set(err, ERR_INTERNAL, "%.80s: cannot be used as a name "
	    "server", r->o.server);
}

/* c-ares opened a socket, closed one, or wants to know of other things. */
static void
socket_changed(void *ctx, ares_socket_t fd, int readable, int writable)
{
	struct resolver *r = ctx;
	nfds_t i = 0;

	while (i < r->n_sockets && r->sockets[i].fd != fd)
		i++;
	if (!readable && !writable) {
		if (i < r->n_sockets)
			r->sockets[i] = r->sockets[--r->n_sockets];
		return;
	}
	/* One too many is not polled; its queries time out. */
	if (i == SOCKETS)
		return;
	if (i == r->n_sockets)
		r->n_sockets++;
	r->sockets[i] = (struct pollfd){ .fd = fd,
		.events = (short)((readable ? POLLIN : 0) |
		    (writable ? POLLOUT : 0)) };
}

int
resolver_check_server(const char *text, struct err *err)
{
	struct server server;

	return server_parse(&server, text, err);
}

struct resolver *
resolver_open(const struct resolver_options *o, struct err *err)
{
	struct resolver *r = mem_zalloc(sizeof(*r));
	struct ares_options ao = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES |
		    ARES_FLAG_NOCHECKRESP,
		.timeout = (int)o->timeout_ms,
		.tries = (int)o->tries,
		.sock_state_cb = socket_changed,
		.sock_state_cb_data = r,
	};
	int status;

	assert(o->concurrency > 0 && o->tries > 0 && o->timeout_ms > 0);
	r->o = *o;
	lanes_init(&r->lanes, o->rate);
	ares_library_init(ARES_LIB_INIT_ALL);
	status = ares_init_options(&r->channel, &ao, ARES_OPT_FLAGS |
	    ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
	if (status != ARES_SUCCESS)
		err_set(err, ERR_AGAIN, "the resolver cannot be set up: %s",
		    ares_strerror(status));
	else if (o->server == NULL || use_server(r, err) == 0)
		return r;
	resolver_close(&r);
	return NULL;
}

unsigned
resolver_add_lane(struct resolver *r)
{
	return lanes_add(&r->lanes, clock_ns());
}

/* ---- asking ---- */

void
resolver_ask(struct resolver *r, unsigned lane, enum resolve_type type,
    const char *name, resolve_fn *fn, void *ctx)
{
	size_t n = strlen(name) + 1;
	struct question *q = mem_alloc(sizeof(*q) + n);

	*q = (struct question){ .r = r, .lane = lane, .type = type,
		.tries = r->o.tries, .fn = fn, .ctx = ctx };
	memcpy(q->name, name, n);
	lanes_push(&r->lanes, q->lane, &q->waiting);
}

size_t
resolver_waiting(const struct resolver *r)
{
	return r->lanes.n_waiting;
}

size_t
resolver_unanswered(const struct resolver *r)
{
	return r->lanes.n_waiting + r->under_way;
}

uint64_t
resolver_sent(const struct resolver *r)
{
	return r->sent;
}

/* ---- what an answer says ---- */

static enum resolve_status
status_of(int ares_status)
{
	switch (ares_status) {
	case ARES_SUCCESS:
		return RESOLVE_FOUND;
	case ARES_ENOTFOUND:
		return RESOLVE_NO_NAME;
	case ARES_ENODATA:
		return RESOLVE_NO_DATA;
	case ARES_ETIMEOUT:
		return RESOLVE_TIMEOUT;
	case ARES_ESERVFAIL:
		return RESOLVE_SERVFAIL;
	case ARES_EREFUSED:
		return RESOLVE_REFUSED;
	case ARES_ECONNREFUSED:
		return RESOLVE_UNREACHABLE;
	case ARES_ECANCELLED:
	case ARES_EDESTRUCTION:
		return RESOLVE_CANCELLED;
	default:
		return RESOLVE_BAD;
	}
}

static uint32_t
min_ttl(uint32_t a, int b)
{
	uint32_t ttl = b > 0 ? (uint32_t)b : 0;

	return ttl < a ? ttl : a;
}

static void
read_addresses(const unsigned char *packet, int n,
    struct resolve_answer *answer)
{
	struct ares_addrttl records[RESOLVE_RECORDS];
	int n_records = RESOLVE_RECORDS;
	int status = ares_parse_a_reply(packet, n, NULL, records, &n_records);

	answer->status = status_of(status);
	if (status != ARES_SUCCESS)
		return;
	if (n_records == 0)
		answer->status = RESOLVE_NO_DATA;
	answer->ttl_s = n_records > 0 ? UINT32_MAX : 0;
	for (int i = 0; i < n_records; i++) {
		memcpy(answer->a[i], &records[i].ipaddr, 4);
		answer->ttl_s = min_ttl(answer->ttl_s, records[i].ttl);
	}
	answer->n = (size_t)n_records;
}

/* The strings of a record are one text (RFC 7208, 3.3 says so of SPF; lists
 * mean the same). */
static void
read_texts(struct resolver *r, const unsigned char *packet, int n,
    struct resolve_answer *answer)
{
	struct ares_txt_ext *strings = NULL;
	size_t ends[RESOLVE_RECORDS] = { 0 };
	size_t begin = 0;
	int status = ares_parse_txt_reply_ext(packet, n, &strings);

	answer->status = status_of(status);
	buf_reset(&r->texts);
	for (const struct ares_txt_ext *s = strings; s; s = s->next) {
		if (s->record_start && answer->n == RESOLVE_RECORDS)
			break;
		answer->n += s->record_start != 0;
		if (answer->n == 0)
			continue;
		buf_add(&r->texts, s->txt, s->length);
		ends[answer->n - 1] = r->texts.n;
	}
	ares_free_data(strings);
	/* Only now does the buffer stay where it is. */
	for (size_t i = 0; i < answer->n; i++) {
		answer->txt[i] = str_make(r->texts.p + begin, ends[i] - begin);
		begin = ends[i];
	}
	if (status == ARES_SUCCESS && answer->n == 0)
		answer->status = RESOLVE_NO_DATA;
}

static void
tell(struct question *q, struct resolve_answer *answer)
{
	q->fn(q->ctx, answer);
	free(q);
}

static void
answered(void *ctx, int status, int timeouts, unsigned char *packet, int n)
{
	struct question *q = ctx;
	struct resolver *r = q->r;
	struct resolve_answer answer = { .status = status_of(status) };

	(void)timeouts;
	r->under_way--;
	if (answer.status == RESOLVE_SERVFAIL && --q->tries > 0) {
		lanes_push(&r->lanes, q->lane, &q->waiting);
		return;
	}
	if (answer.status == RESOLVE_FOUND && q->type == RESOLVE_A)
		read_addresses(packet, n, &answer);
	else if (answer.status == RESOLVE_FOUND)
		read_texts(r, packet, n, &answer);
	if ((answer.status == RESOLVE_NO_NAME ||
	    answer.status == RESOLVE_NO_DATA) && packet != NULL)
		answer.ttl_s = packet_negative_ttl(packet, (size_t)n);
	tell(q, &answer);
}

/* ---- running ---- */

static struct question *
question_of(struct waiting *w)
{
	return (struct question *)w;
}

static void
send_all(struct resolver *r, int64_t now_ns)
{
	struct waiting *w;

	while (r->under_way < r->o.concurrency &&
	    (w = lanes_next(&r->lanes, now_ns)) != NULL) {
		struct question *q = question_of(w);

		r->under_way++;
		r->sent++;
		ares_query(r->channel, q->name, ns_c_in, (int)q->type, answered,
		    q);
	}
}

/* When something has to be done though no packet comes. */
static int64_t
next_event_ns(struct resolver *r, int64_t now_ns, int64_t at_most_ns)
{
	struct timeval most = { .tv_sec = at_most_ns / SECOND_NS,
		.tv_usec = at_most_ns % SECOND_NS / 1000 }, room;
	const struct timeval *tv = ares_timeout(r->channel, &most, &room);
	int64_t wait_ns = (int64_t)tv->tv_sec * SECOND_NS +
	    (int64_t)tv->tv_usec * 1000;

	if (r->under_way < r->o.concurrency) {
		int64_t lane_ns = lanes_when(&r->lanes, now_ns);

		if (lane_ns < wait_ns)
			wait_ns = lane_ns;
	}
	return wait_ns;
}

static void
take_answers(struct resolver *r, const struct pollfd *ready, nfds_t n)
{
	for (nfds_t i = 0; i < n; i++)
		if (ready[i].revents)
			ares_process_fd(r->channel,
			    ready[i].revents & (POLLIN | POLLERR | POLLHUP)
			    ? ready[i].fd : ARES_SOCKET_BAD,
			    ready[i].revents & POLLOUT
			    ? ready[i].fd : ARES_SOCKET_BAD);
	ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

void
resolver_step(struct resolver *r, int max_wait_ms)
{
	struct pollfd sockets[SOCKETS];
	struct timespec wait;
	int64_t now_ns = clock_ns(), wait_ns;
	nfds_t n;

	if (resolver_unanswered(r) == 0)
		return;
	send_all(r, now_ns);
	/* One that could not be sent is answered already. */
	if (resolver_unanswered(r) == 0)
		return;
	wait_ns = next_event_ns(r, now_ns, (int64_t)max_wait_ms * 1000000);
	wait = (struct timespec){ .tv_sec = (time_t)(wait_ns / SECOND_NS),
		.tv_nsec = (long)(wait_ns % SECOND_NS) };
	/* Answers close sockets and open others. */
	n = r->n_sockets;
	memcpy(sockets, r->sockets, n * sizeof(*sockets));
	if (ppoll(sockets, n, &wait, NULL) < 0)
		n = 0;
	take_answers(r, sockets, n);
}

void
resolver_run(struct resolver *r, const volatile sig_atomic_t *stop)
{
	while (resolver_unanswered(r) > 0 && !(stop && *stop))
		resolver_step(r, STOP_MS);
}

/* ---- giving up ---- */

void
resolver_drop(struct resolver *r, unsigned lane)
{
	struct resolve_answer cancelled = { .status = RESOLVE_CANCELLED };
	struct waiting *w;

	/* Not those that are asked while the others are told. */
	for (size_t n = lanes_length(&r->lanes, lane); n > 0; n--) {
		w = lanes_pop(&r->lanes, lane);
		tell(question_of(w), &cancelled);
	}
}

void
resolver_cancel(struct resolver *r)
{
	ares_cancel(r->channel);
	for (unsigned i = 0; i < r->lanes.n; i++)
		resolver_drop(r, i);
}

void
resolver_close(struct resolver **rp)
{
	struct resolver *r = *rp;

	if (r == NULL)
		return;
	/* It is not there where it could not be opened. */
	if (r->channel != NULL) {
		resolver_cancel(r);
		ares_destroy(r->channel);
	}
	ares_library_cleanup();
	lanes_clear(&r->lanes);
	buf_clear(&r->texts);
	free(r);
	*rp = NULL;
}

const char *
resolve_status_name(enum resolve_status status)
{
	static const char *const names[] = {
		[RESOLVE_FOUND] = "found",
		[RESOLVE_NO_NAME] = "NXDOMAIN",
		[RESOLVE_NO_DATA] = "no data",
		[RESOLVE_TIMEOUT] = "timeout",
		[RESOLVE_SERVFAIL] = "SERVFAIL",
		[RESOLVE_REFUSED] = "REFUSED",
		[RESOLVE_UNREACHABLE] = "name server unreachable",
		[RESOLVE_BAD] = "garbage",
		[RESOLVE_CANCELLED] = "cancelled",
	};

	return names[status];
}
