/*
 * login.h - HTTP Basic authentication (RFC 7617): is the one who asks a user?
 *
 * Hashing a password is made to be slow, so a thread does it, one at a time,
 * while the loop goes on; whoever was found good is remembered, in memory, and
 * asks for free from then on.
 *
 * Bounds: LOGIN_PENDING checks that wait, LOGIN_PENDING_EACH of one client;
 * LOGIN_REMEMBERED users.  Wrong passwords: throttle.h.
 */
#ifndef WEB_LOGIN_H
#define WEB_LOGIN_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

struct err;
struct login;
struct users;

#define LOGIN_PENDING 32
#define LOGIN_PENDING_EACH 4
#define LOGIN_REMEMBERED 64
#define LOGIN_HEADER_BYTES 1024

enum login_result {
	LOGIN_GOOD,
	LOGIN_BAD,	/* no header, none of ours, or a wrong password */
	LOGIN_WAIT,	/* it is being looked at: done is called later */
	LOGIN_THROTTLED,
	LOGIN_BUSY,	/* too many wait, or the server ends */
};

/* What LOGIN_WAIT comes to: LOGIN_GOOD, LOGIN_BAD or LOGIN_BUSY. */
typedef void login_done_fn(void *who, enum login_result result);

/* Takes users over. */
int login_open(struct login **l, struct users *users, struct err *err);
/* Nobody waits any more: login_stop() was called. */
void login_close(struct login **l);

/*
 * header: of Authorization, or NULL.  client: who is made to wait after
 * failures.  who is handed to done if the result is LOGIN_WAIT.
 */
enum login_result login_ask(struct login *l, const char *header,
    uint64_t client, void *who, int64_t now_ns);
/* Seconds that LOGIN_THROTTLED is about. */
unsigned login_wait_s(const struct login *l, uint64_t client, int64_t now_ns);

/* For poll(2): one. */
#define LOGIN_DESCRIPTORS 1
nfds_t login_descriptors(const struct login *l, struct pollfd *p);
/* Tells all whose checks are done; done may ask again. */
void login_run(struct login *l, login_done_fn *done, int64_t now_ns);
/* Ends the thread, and tells all who wait that it is busy. */
void login_stop(struct login *l, login_done_fn *done);

#endif
