/*
 * escaped.h - texts as the program's own files hold them: a byte that could
 * be mistaken stands as "\\xHH", the backslash also as "\\\\".
 */
#ifndef BASE_ESCAPED_H
#define BASE_ESCAPED_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * Appends the text that s stands for.  False if a backslash is followed by
 * nothing that has a meaning; then b holds what came before it.
 */
bool escaped_read(struct buf *b, struct str s);

#endif
