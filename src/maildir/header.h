/*
 * header.h - the fields of a message's header (RFC 5322, 2.2).
 */
#ifndef MAILDIR_HEADER_H
#define MAILDIR_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct buf;

/*
 * Of a message no more is read.  What the own server adds stands in front, in
 * the first 4 KiB nearly always.
 */
#define HEADER_BYTES ((size_t)64 * 1024)

struct header_field {
	struct str name; /* "Received", as it is written */
	struct str body; /* behind the colon, with its folds, without blanks at
			  * both ends */
};

/*
 * The next field of *rest, which moves on; false at the end of the header, an
 * empty line or the end of *rest.  Lines that are no fields are passed over
 * (mbox's "From " at the beginning; garbage).  Line ends are LF or CRLF.
 */
bool header_next(struct str *rest, struct header_field *f);

/* The first field of this name (any case); absent if there is none. */
struct str header_find(struct str header, struct str name);

/* Appends a body on one line: folds become blanks. */
void header_unfold(struct buf *b, struct str body);

/*
 * The header's bytes as far as they are read: up to HEADER_BYTES of fd from its
 * beginning, b's old content gone.  *whole: the end of the header is
 * in it.  -1 with errno.
 */
int header_read(int fd, struct buf *b, bool *whole);

#endif
