/*
 * mime.h - the parts of a mail message that have an encoding (RFC 2045, 2047,
 * 5322).  Lines end in LF, as sendmail programs take them; SMTP makes CRLF of
 * it.
 */
#ifndef RENDER_MIME_H
#define RENDER_MIME_H

#include <stdint.h>

#include "base/str.h"

struct buf;
struct zone;

/* Appends text as quoted-printable; the last line ends in a newline. */
void mime_quoted_printable(struct buf *b, struct str text);
/*
 * Appends "name: value" and a newline.  The value is raw text: what is not
 * printable is shown as \xHH, so that no value can begin a header of its own,
 * and what is not ASCII becomes encoded words.  Folded where it is long.
 */
void mime_header(struct buf *b, const char *name, struct str value);
/* Appends "Tue, 10 Mar 2026 00:05:00 +0100". */
void mime_date(struct buf *b, int64_t time_ns, const struct zone *z);

#endif
