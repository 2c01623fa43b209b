/*
 * lookback.h - what a process wrote before a line, found backwards in the
 * files of a stream: for sieve.c only.
 *
 * The sources of a lane are seen as one text, in which a place is a number.
 */
#ifndef PUMP_LOOKBACK_H
#define PUMP_LOOKBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "format/format.h"

struct lookback;
struct source;
struct zone;

struct lookback *lookback_new(const struct format *format,
    const struct zone *zone);
void lookback_free(struct lookback **b);

/*
 * A source follows, read from its byte from on.  newline: the one before ends
 * in a line without '\n' that this one does not go on.  Returns what is to be
 * added to a place in the source to have that in the text (modulo 2^64).
 */
uint64_t lookback_source(struct lookback *b, const struct source *source,
    uint64_t from, bool newline);
/* The last source was read up to this byte of it. */
void lookback_seen(struct lookback *b, uint64_t offset);

/*
 * The lines of owner's process in [from, to), in order, each with its '\n' and
 * FORMAT_SLACK behind: back to the line that began its connection, the one that
 * ended the connection before, or an hour without a line.  Valid until the
 * next call.
 */
struct str lookback_find(struct lookback *b, const struct line_owner *owner,
    uint64_t from, uint64_t to);

/* Does a connection begin with the line, that is LINE_FIRST? */
bool lookback_begins(const struct lookback *b, struct str line);

uint64_t lookback_bytes(const struct lookback *b);

#endif
