/*
 * literal.h - what must stand in a text for a pattern to match it.
 *
 * A search reads gigabytes to find a few lines.  Most patterns hold a piece of
 * plain text without which they cannot match ("user@example\.org" in
 * "<user@example\.org>.*queued"), and looking for that alone is ten times as
 * fast as reading the lines (sieve.h).
 */
#ifndef SEARCH_LITERAL_H
#define SEARCH_LITERAL_H

#include <stdbool.h>

#include "base/str.h"

struct buf;

/*
 * The longest word - text without blanks - that every match of the pattern
 * contains, ASCII letters without case; absent if none of at least
 * LITERAL_MIN bytes is certain.  fixed: as for pattern_new.  It stands in
 * scratch.
 *
 * Understands plain characters, classes, groups and quantifiers of PCRE2;
 * before anything that it does not know it gives up.
 */
#define LITERAL_MIN 3
struct str literal_required(struct buf *scratch, struct str pattern,
    bool fixed);

/*
 * May the word stand in a line of ours (print/line.h) though it is nowhere in
 * the log?  Such a word finds nothing by itself: "too-many", "4/30".
 */
bool literal_may_be_ours(struct str word);

#endif
