/*
 * service.h - a supervised service: where it is, which process it is, and
 * sending that a signal, as sv(8), svc(8) and s6-svc do.
 *
 * The three supervisors agree in what matters here: DIRECTORY/supervise/control
 * is a named pipe that takes commands of one letter, "a" for ALRM, and
 * DIRECTORY/supervise/status says which process runs:
 *
 *	daemontools	18 bytes, process id in bytes 12 to 15, lowest first
 *			(supervise.c, svstat.c)
 *	runit		20 bytes, the same (runsv.c)
 *	s6		35 bytes or more, process id in 24 to 31, highest first
 *			(libs6, s6_svstatus_unpack)
 */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

struct err;

struct service {
	const char *directory;	/* the one with supervise/ in it */
	const char *supervisor;	/* "runit" */
	pid_t pid;		/* 0: it is down */
	const char **words;	/* its command line */
	size_t n_words, cap_words;
	struct arena arena;
};

/*
 * Finds a service by its directory or by its name in the usual places ($SVDIR,
 * /service, /etc/service, /var/service, /run/service), and of a service with a
 * log the one that writes it ("qpsmtpd" is /service/qpsmtpd/log).
 */
int service_find(struct service *s, const char *name, struct err *err);
/* The last part of the command's name: "multilog"; "" if it is not known. */
const char *service_program(const struct service *s);
/* The control command, a letter. */
int service_control(const struct service *s, char command, struct err *err);
void service_clear(struct service *s);

#endif
