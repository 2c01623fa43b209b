/*
 * pattern.h - patterns as people give them to grep: Perl's regular
 * expressions, without case, over bytes.
 *
 * Log text has no charset, so a pattern is bytes too: "." is one byte, and only
 * ASCII letters have a case.
 */
#ifndef SEARCH_PATTERN_H
#define SEARCH_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct err;
struct pattern;

/* fixed: the text itself, no expression.  ERR_USAGE says what is wrong in it. */
int pattern_new(struct pattern **p, const char *text, bool fixed,
    struct err *err);
void pattern_free(struct pattern **p);
/* By one thread at a time. */
bool pattern_match(struct pattern *p, struct str subject);
/* Texts that were given up because the pattern backtracks without end. */
uint64_t pattern_given_up(const struct pattern *p);

#endif
