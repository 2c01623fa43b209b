/*
 * filter.h - the field filters of DESIGN 4: which events are wanted.
 *
 * All filters that are set must hold (and).  An event that lacks the field a
 * filter asks for does not match.  The same filters serve report, tail, grep
 * and trace.
 */
#ifndef EVENT_FILTER_H
#define EVENT_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct err;
struct event;
struct filter;

/*
 * As the command line has them; NULL where nothing was asked.
 *
 * Addresses and names are compared without case (spec/reports.md A.5).  An
 * address that begins with @ is compared with the domain alone, and may be a
 * glob too; the null sender is "<>".
 */
struct filter_options {
	const char *client;	 /* address or network in CIDR form */
	const char *host;	 /* glob over the PTR name */
	const char *helo;	 /* glob */
	const char *from;	 /* address, @domain or glob over the sender */
	const char *to;		 /* the same over each recipient, the denied too */
	const char *disposition; /* plugin or "queued"; "naughty-dnsbl" too; glob */
	const char *verdict;	 /* accepted rejected deferred denied */
	const char *min_score;	 /* decimal */
	const char *max_score;
	const char *stream;	 /* name of a stream, or whole parts of its path; glob */
};

/*
 * NULL in *f when no option is set: everything matches.  The options are
 * copied.  Errors (ERR_USAGE) name the option.
 */
int filter_new(struct filter **f, const struct filter_options *o,
    struct err *err);
void filter_free(struct filter **f);
/* f may be NULL. */
bool filter_match(const struct filter *f, const struct event *ev);
/*
 * * and ? as in a shell, over raw bytes, ASCII letters without case; "*" alone
 * matches the absent field too.  Linear in practice: no backtracking beyond
 * the last *.
 */
bool glob_match(struct str glob, struct str text);

#endif
