/*
 * json_text.h - any bytes as a JSON string (RFC 8259, 7).
 */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include "base/str.h"

struct buf;

/*
 * Appends s in quotes.
 *
 * What base/utf8.h would not show as it is becomes \uXXXX where it is a
 * character (controls, bidirectional and hidden ones) and \xHH where it is no
 * UTF-8 at all; as in utf8_escape, a backslash that would read as such a \xHH
 * is doubled before JSON doubles it again.
 */
void json_quote(struct buf *b, struct str s);

/* Appends "name": to an object that was begun with {, a comma in front if needed. */
void json_add_key(struct buf *b, const char *name);
/* A member with a text; nothing if that is absent or empty. */
void json_add_text(struct buf *b, const char *name, struct str s);

#endif
