/*
 * name.h - names of messages in a Maildir.
 *
 *	1773100800.M123456P789.mx,S=4096,W=4180:2,FS
 *	^ arrived              ^ bytes         ^ flags, in ASCII order
 *
 * What stands before the colon is the message's own and never changes while
 * flags do (https://cr.yp.to/proto/maildir.html; S= and W=, the size as it is
 * and with CRLF, are Maildir++'s and Dovecot's).
 */
#ifndef MAILDIR_NAME_H
#define MAILDIR_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct buf;

struct maildir_name {
	struct str base;    /* all before ":2," */
	struct str flags;   /* behind it; may be empty */
	bool has_info;	    /* there is a colon */
	int64_t arrived_ns; /* WHEN_NONE: the name does not tell */
	int64_t bytes;	    /* S=; -1: the name does not tell */
};

/* The slices are name's. */
void maildir_name_parse(struct str name, struct maildir_name *n);

/* Is this a name that a message may have?  No slash, no dot in front. */
bool maildir_name_valid(struct str name);

/* Appends name with a flag more, or as it is if it has that already. */
void maildir_name_add_flag(struct buf *b, struct str name, char flag);
/* Appends name without the flag; without ":2," if nothing is left of it. */
void maildir_name_drop_flag(struct buf *b, struct str name, char flag);

/*
 * Appends name as it has to be when bytes were added to (or, below zero,
 * taken from) the file, and crlf_bytes as mail counts them: S= and W=, where
 * they are, are changed.
 */
void maildir_name_resize(struct buf *b, struct str name, int64_t bytes,
    int64_t crlf_bytes);

/*
 * Appends a name that nobody has, with name's time of arrival, sizes and
 * flags: now_ns, the process and counter make it another one at each call.
 */
void maildir_name_fresh(struct buf *b, struct str name, int64_t now_ns,
    unsigned counter);

#endif
