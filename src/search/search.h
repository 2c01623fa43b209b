/*
 * search.h - does an event match what grep was asked for (spec C.19)?
 */
#ifndef SEARCH_SEARCH_H
#define SEARCH_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "print/line.h"

struct err;
struct event;
struct filter;
struct pattern;

struct search_options {
	const char *const *patterns; /* any of them; none: everything */
	size_t n_patterns;
	bool fixed;		     /* texts, no expressions */
	bool long_form;		     /* of the line that is matched */
	bool raw;		     /* match the raw lines too */
	const struct filter *filter; /* NULL: none; not copied */
};

struct search {
	struct search_options o;
	struct pattern **patterns;
	size_t n;
	struct buf text;	/* scratch */
	struct buf literal;
};

int search_init(struct search *s, const struct search_options *o,
    struct err *err);
void search_clear(struct search *s);

/*
 * Matches the line of the event as it is shown, without the time, then its
 * full record, then (raw) its raw lines.
 */
bool search_match(struct search *s, const struct event *ev);

/*
 * A word that stands in the log - in an event's own lines, or in the one that
 * began its connection - wherever this search finds something; absent if there
 * is none, and every event must be looked at.  Valid until search_clear.
 */
struct str search_literal(struct search *s);

/* Is it an address that is searched for? */
bool search_is_for_address(const struct search *s);

/* Texts that a pattern gave up on. */
uint64_t search_given_up(const struct search *s);

#endif
