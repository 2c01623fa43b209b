/*
 * named.h - who is named in a text of a log: mail addresses and IP addresses in
 * the midst of other words, for who must not keep them.
 */
#ifndef EVENT_NAMED_H
#define EVENT_NAMED_H

#include "base/str.h"

struct buf;

typedef void named_fn(void *ctx, struct str name, struct buf *out);

/*
 * Appends text to out, each mail address as address() writes it and each IP
 * address as client() does.  qmail-send writes _ for blanks, so a word with an
 * @ may have more words in front of it; they are taken for its local part.
 */
void named_replace(struct buf *out, struct str text, named_fn *address,
    named_fn *client, void *ctx);

#endif
