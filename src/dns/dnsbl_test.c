#include "dns/dnsbl.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/test.h"
#include "dns/resolve.h"

/* ---- a name server ---- */

/*
 * What it says follows from the last octet of the client, the first label: up
 * to 99 it is listed, for so many seconds; from 100 on it is not, for that minus
 * 100, where that is no 0; 255 gets no answer.
 */
struct server {
	int fd;
	char address[32];
	pthread_t thread;
	atomic_uint questions;
};

static size_t
add_record(uint8_t *at, uint8_t type, uint8_t ttl, const void *data, uint8_t n)
{
	const uint8_t head[] = { 0xc0, 12, 0, type, 0, 1, 0, 0, 0, ttl, 0, n };

	memcpy(at, head, sizeof(head));
	memcpy(at + sizeof(head), data, n);
	return sizeof(head) + n;
}

/* Makes the answer of the question in packet; its length, 0: none. */
static size_t
answer(uint8_t *packet, size_t n)
{
	uint8_t octet = (uint8_t)strtoul((const char *)packet + 13, NULL, 10);
	bool txt = packet[n - 3] == 16;
	uint8_t soa[22] = { 0 };

	packet[2] = 0x81;
	if (octet == 255)
		return 0;
	if (octet < 100) {
		packet[3] = 0x80;
		packet[7] = 1;
		return n + (txt ? add_record(packet + n, 16, octet, "\3why", 4)
		    : add_record(packet + n, 1, octet, "\177\0\0\2", 4));
	}
	packet[3] = 0x83; /* NXDOMAIN */
	if (octet == 100)
		return n;
	packet[9] = 1;
	soa[21] = (uint8_t)(octet - 100);
	return n + add_record(packet + n, 6, 200, soa, sizeof(soa));
}

static void *
serve(void *ctx)
{
	struct server *s = ctx;
	struct sockaddr_in peer;
	socklen_t peer_n = sizeof(peer);
	uint8_t packet[512];
	ssize_t n;

	while ((n = recvfrom(s->fd, packet, sizeof(packet) - 64, 0,
	    (struct sockaddr *)&peer, &peer_n)) > 0) {
		size_t length = answer(packet, (size_t)n);

		atomic_fetch_add(&s->questions, 1);
		if (length > 0)
			sendto(s->fd, packet, length, 0,
			    (struct sockaddr *)&peer, peer_n);
	}
	return NULL;
}

static void
server_start(struct server *s)
{
	struct sockaddr_in own = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t own_n = sizeof(own);

	s->fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&own, own_n), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&own, &own_n), 0);
	snprintf(s->address, sizeof(s->address), "127.0.0.1:%d",
	    ntohs(own.sin_port));
	atomic_init(&s->questions, 0);
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

/* An empty packet ends it. */
static void
server_stop(struct server *s)
{
	struct sockaddr_in own;
	socklen_t own_n = sizeof(own);

	getsockname(s->fd, (struct sockaddr *)&own, &own_n);
	sendto(s->fd, "", 0, 0, (struct sockaddr *)&own, own_n);
	pthread_join(s->thread, NULL);
	close(s->fd);
}

/* ---- asking it ---- */

struct fixture {
	struct server server;
	struct resolver *r;
	struct dnsbl *d;
	unsigned zone;
};

static void
set_up(struct fixture *f)
{
	struct resolver_options o = { .concurrency = 8, .timeout_ms = 5000,
		.tries = 2 };
	struct err err;

	server_start(&f->server);
	o.server = f->server.address;
	f->r = resolver_open(&o, &err);
	assert_non_null(f->r);
	f->d = dnsbl_new(f->r);
	assert_int_equal(dnsbl_add_zone(f->d, STR("x.example"), &f->zone, &err),
	    0);
}

static void
tear_down(struct fixture *f)
{
	dnsbl_free(&f->d);
	resolver_close(&f->r);
	server_stop(&f->server);
}

struct told {
	unsigned times;
	enum dnsbl_result result;
	enum dnsbl_reason reason;
	char a[64];
	char txt[64];
};

static void
tell(void *ctx, unsigned zone, const struct ip *ip,
    const struct dnsbl_answer *got)
{
	struct told *t = ctx;

	(void)zone;
	(void)ip;
	t->times++;
	t->result = got->result;
	t->reason = got->reason;
	snprintf(t->a, sizeof(t->a), "%.*s", STR_ARG(got->a));
	snprintf(t->txt, sizeof(t->txt), "%.*s", STR_ARG(got->txt));
}

static void
ask(struct fixture *f, uint8_t octet, struct told *told)
{
	struct ip ip = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2,
		octet } };

	dnsbl_ask(f->d, f->zone, &ip, tell, told);
}

/* How many questions it takes to be told of a client. */
static unsigned
questions_for(struct fixture *f, uint8_t octet, struct told *told)
{
	unsigned before = atomic_load(&f->server.questions);

	memset(told, 0, sizeof(*told));
	ask(f, octet, told);
	resolver_run(f->r, NULL);
	assert_int_equal(told->times, 1);
	return atomic_load(&f->server.questions) - before;
}

/* ---- the tests ---- */

static void
assert_query_name(const char *address, const char *name)
{
	struct buf b = { 0 };
	struct ip ip;

	assert_true(ip_parse(str_from(address), &ip));
	dnsbl_query_name(&b, &ip, STR("bl.example"));
	assert_string_equal(b.p, name);
	buf_clear(&b);
}

TEST(a_client_is_asked_for_backwards)
{
	assert_query_name("192.0.2.99", "99.2.0.192.bl.example");
	assert_query_name("::ffff:192.0.2.99", "99.2.0.192.bl.example");
	/* RFC 5782, 2.4 */
	assert_query_name("2001:db8:1:2:3:4:567:89ab",
	    "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2."
	    "bl.example");
}

TEST(a_zone_is_a_domain_name)
{
	static const char *const wrong[] = { "", ".", "a..b", ".a", "a b", "a/b",
		"a.b;c", "a..", "\303\244.example" };
	struct buf b = { 0 };
	struct err err;

	assert_int_equal(dnsbl_check_zone(&b, STR("Zen.Example_1.ORG."), &err),
	    0);
	assert_string_equal(b.p, "zen.example_1.org");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		buf_reset(&b);
		assert_int_equal(dnsbl_check_zone(&b, str_from(wrong[i]), &err),
		    -1);
		assert_int_equal(err.kind, ERR_USAGE);
	}
	buf_clear(&b);
}

TEST(a_listing_has_an_address_and_a_text)
{
	struct fixture f;
	struct told told;

	set_up(&f);
	assert_int_equal(questions_for(&f, 60, &told), 2);
	assert_int_equal(told.result, DNSBL_LISTED);
	assert_string_equal(told.a, "127.0.0.2");
	assert_string_equal(told.txt, "why");
	tear_down(&f);
}

TEST(an_answer_is_used_as_long_as_its_ttl_lasts)
{
	struct fixture f;
	struct told told;

	set_up(&f);
	assert_int_equal(questions_for(&f, 60, &told), 2);
	assert_int_equal(questions_for(&f, 60, &told), 0);
	assert_int_equal(told.result, DNSBL_LISTED);
	assert_string_equal(told.txt, "why");
	/* A second. */
	assert_int_equal(questions_for(&f, 1, &told), 2);
	usleep(1100000);
	assert_int_equal(questions_for(&f, 1, &told), 2);
	/* None at all. */
	assert_int_equal(questions_for(&f, 0, &told), 2);
	assert_int_equal(questions_for(&f, 0, &told), 2);
	tear_down(&f);
}

TEST(not_listed_is_used_as_long_as_the_zone_says)
{
	struct fixture f;
	struct told told;

	set_up(&f);
	assert_int_equal(questions_for(&f, 160, &told), 1);
	assert_int_equal(told.result, DNSBL_NOT_LISTED);
	assert_int_equal(questions_for(&f, 160, &told), 0);
	assert_int_equal(told.result, DNSBL_NOT_LISTED);
	assert_int_equal(questions_for(&f, 101, &told), 1);
	usleep(1100000);
	assert_int_equal(questions_for(&f, 101, &told), 1);
	/* Without an SOA record nobody says. */
	assert_int_equal(questions_for(&f, 100, &told), 1);
	assert_int_equal(questions_for(&f, 100, &told), 1);
	tear_down(&f);
}

TEST(who_asks_what_is_being_asked_waits_for_the_same_answer)
{
	struct fixture f;
	struct told told[5] = { 0 };

	set_up(&f);
	for (int i = 0; i < 5; i++)
		ask(&f, 60, &told[i]);
	resolver_run(f.r, NULL);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(told[i].times, 1);
		assert_int_equal(told[i].result, DNSBL_LISTED);
	}
	assert_int_equal(atomic_load(&f.server.questions), 2);
	tear_down(&f);
}

TEST(whoever_waits_is_told_when_it_is_over)
{
	struct fixture f;
	struct told asked = { 0 }, not_sent = { 0 };

	set_up(&f);
	ask(&f, 255, &asked);
	while (atomic_load(&f.server.questions) == 0)
		resolver_step(f.r, 10);
	ask(&f, 60, &not_sent);
	tear_down(&f);
	assert_int_equal(asked.times, 1);
	assert_int_equal(asked.reason, DNSBL_CANCELLED);
	assert_int_equal(not_sent.times, 1);
	assert_int_equal(not_sent.reason, DNSBL_CANCELLED);
}

TEST(a_server_is_an_address_and_perhaps_a_port)
{
	static const char *const right[] = { "192.0.2.1", "192.0.2.1:5353",
		"2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:53" };
	static const char *const wrong[] = { "", "localhost", "192.0.2.1:",
		"192.0.2.1:0", "192.0.2.1:65536", "[2001:db8::1", "[]:53",
		"[2001:db8::1]53", "192.0.2:53", ":53" };
	struct err err;

	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		assert_int_equal(resolver_check_server(right[i], &err), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(resolver_check_server(wrong[i], &err), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_is_asked_for_backwards),
		cmocka_unit_test(a_zone_is_a_domain_name),
		cmocka_unit_test(a_listing_has_an_address_and_a_text),
		cmocka_unit_test(an_answer_is_used_as_long_as_its_ttl_lasts),
		cmocka_unit_test(not_listed_is_used_as_long_as_the_zone_says),
		cmocka_unit_test(
		    who_asks_what_is_being_asked_waits_for_the_same_answer),
		cmocka_unit_test(whoever_waits_is_told_when_it_is_over),
		cmocka_unit_test(a_server_is_an_address_and_perhaps_a_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
