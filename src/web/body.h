/*
 * body.h - what is sent, once for all who get it: counted, packed, tagged.
 */
#ifndef WEB_BODY_H
#define WEB_BODY_H

#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

struct body {
	unsigned refs;
	struct buf plain;
	struct buf gzip;  /* empty: not worth it */
	char etag[40];	  /* in quotes: RFC 9110, 8.8.3 */
};

/* Takes content over (it is empty afterwards); the reference is the caller's. */
struct body *body_new(struct buf *content);
/* From bytes that are packed already. */
struct body *body_new_packed(struct str plain, struct str gzip);
struct body *body_ref(struct body *b);
/* NULL is allowed; *b becomes NULL. */
void body_unref(struct body **b);

#endif
