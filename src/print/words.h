/*
 * words.h - the words that lines of events are made of.
 */
#ifndef PRINT_WORDS_H
#define PRINT_WORDS_H

#include <stdint.h>

#include "base/str.h"

struct buf;

void words_number(struct buf *b, int64_t n);
/* Seconds with three decimals, as connection_time writes them; more only if
 * there are. */
void words_seconds(struct buf *b, int64_t duration_ns);
/* What is absent or empty keeps its place, as "-". */
void words_or_dash(struct buf *b, struct str s);
/* A blank in front; nothing if there is nothing. */
void words_behind(struct buf *b, struct str s);

#endif
