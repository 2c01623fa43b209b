/*
 * send.h - hands a finished message over: to a sendmail program, or to a mail
 * server by SMTP.
 */
#ifndef SEND_SEND_H
#define SEND_SEND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct err;

/* Bare addresses, without <>; send_check() accepted them. */
struct envelope {
	const char *from; /* NULL: the program decides; SMTP needs one */
	const char *const *to;
	size_t n_to;
};

/*
 * May the address stand in a command line and in an SMTP command?  ERR_USAGE:
 * it is empty, begins with "-", or holds blanks, control characters, <>, commas.
 */
int send_check(const char *address, struct err *err);

/*
 * Runs program with the message (lines end in LF) as its input, without a shell:
 * program -i [-f FROM] -- TO...  ERR_AGAIN when it says so (exit status 75).
 */
int send_by_program(const char *program, const struct envelope *e,
    struct str message, struct err *err);

struct smtp {
	const char *url;      /* smtp://host[:port], smtps://host[:port] */
	const char *user;     /* NULL: no authentication */
	const char *password; /* with user */
	const char *ca_file;  /* NULL: the system's */
	long timeout_s;
};

/*
 * Over smtp:// STARTTLS is used where the server offers it; with a user it
 * has to, and its certificate has to be good, so that a password is never
 * sent in the clear.  ERR_AGAIN for what may pass: no connection, a 4xx reply.
 */
int send_by_smtp(const struct smtp *s, const struct envelope *e,
    struct str message, struct err *err);

#endif
