/*
 * explain.h - lines of "name: value", for the explain functions of formats.
 */
#ifndef FORMAT_EXPLAIN_H
#define FORMAT_EXPLAIN_H

#include <stdint.h>

#include "base/str.h"

struct buf;

/* Raw, as everything that explain says; nothing for what is absent. */
void explain_text(struct buf *b, const char *name, struct str value);
/* Nothing for EVENT_NO_NUMBER; thousandths as a decimal number. */
void explain_number(struct buf *b, const char *name, int64_t n);
void explain_milli(struct buf *b, const char *name, int64_t n);

#endif
