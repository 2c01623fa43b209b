/*
 * utf8.h - log text at the edge: what may be shown as it is, and how wide
 * it is on a terminal.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct buf;

/*
 * The code point at the start of s (s.n > 0) and how many bytes it takes;
 * 0 bytes when they are not well-formed UTF-8 (RFC 3629: no surrogates, no
 * overlong forms, nothing above 10FFFF).
 */
size_t utf8_decode(struct str s, uint32_t *code_point);

/*
 * Appends s with everything that could disturb a reader or a terminal as
 * \xHH, byte for byte, in capitals: control characters (C0, DEL, C1), bytes
 * that are not valid UTF-8, and the characters that change the direction,
 * end a line or show nothing: bidirectional controls, U+2028 and U+2029,
 * interlinear annotations, and what Unicode calls Default_Ignorable (zero
 * width, fillers, tags; not the variation selectors U+FE00-FE0F of emoji).
 *
 * Backslashes are doubled only where they stand right before x and two hex
 * digits or before a byte that is escaped: what is shown is unambiguous, and
 * other backslashes look as they are.
 */
void utf8_escape(struct buf *b, struct str s);

/* As utf8_escape, but anything outside printable ASCII becomes \xHH. */
void utf8_escape_ascii(struct buf *b, struct str s);

/* Terminal columns of escaped text (wide characters 2, combining marks 0). */
size_t utf8_width(struct str s);

/* The longest head of escaped text of at most columns; whole characters. */
struct str utf8_fit(struct str s, size_t columns);

#endif
