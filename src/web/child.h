/*
 * child.h - a run of this program by itself: arguments in, output out.
 *
 * The process that talks to the network reads no log.  It starts mailtally
 * for that, as an admin would on a command line but without a shell, and so
 * every answer is what the command prints, a crash costs one answer, and a
 * run that takes too long can be ended.
 */
#ifndef WEB_CHILD_H
#define WEB_CHILD_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct err;

struct child {
	pid_t pid;
	int out;	    /* its standard output; -1: ended */
	int error;	    /* its standard error; -1: ended */
	struct buf complaint; /* the head of what it says there */
};

/* argv[0] is for show; it ends with NULL.  -1 with *err. */
int child_start(struct child *c, const char *const *argv, struct err *err);
/* Appends what there is; false: its output has ended. */
bool child_read(struct child *c, struct buf *to);
/* What it complains of; to be called when its standard error is readable. */
void child_read_error(struct child *c);
/* After its output has ended, or to end it (kill).  Its exit status; -1: killed. */
int child_end(struct child *c, bool kill_it);

#endif
