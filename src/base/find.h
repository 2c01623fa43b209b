/*
 * find.h - where a text stands in a large block of bytes, ASCII letters without
 * case, at the speed of memory.
 *
 * Two bytes of the text, those that logs have least of, are compared with 16
 * places at once; only where both fit is the whole looked at.  memmem() knows
 * no case, and looks for the first bytes, which in logs are often the commonest.
 */
#ifndef BASE_FIND_H
#define BASE_FIND_H

#include <stddef.h>

#include "base/str.h"

struct find {
	struct str text; /* as given to find_init: borrowed */
	size_t first, second; /* places in text of the two bytes */
};

/* text has at least two bytes and outlives f. */
void find_init(struct find *f, struct str text);
/* The first place at or after from, or s.n. */
size_t find_next(const struct find *f, struct str s, size_t from);

#endif
