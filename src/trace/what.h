/*
 * what.h - what is to be traced: a message, an address, a client, a process
 * or a queue id, recognised by the form in which it is given.
 */
#ifndef TRACE_WHAT_H
#define TRACE_WHAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/find.h"
#include "base/ip.h"
#include "base/str.h"

struct conversation;
struct err;
struct event;
struct story;
struct zone;

enum what_kind {
	WHAT_MESSAGE_ID, /* <20260328.A859@example.org> */
	WHAT_ADDRESS,	 /* ann@example.org, @example.org, *@*.example.org; if
			  * its kind was not said, a message-id without <> too */
	WHAT_CLIENT,	 /* 192.0.2.1, 2001:db8::1, 192.0.2.0/24 */
	WHAT_PROCESS,	 /* 26351@2026-03-29 09:58:45 */
	WHAT_QUEUE_ID,	 /* qp 26343 */
	WHAT_NUMBER,	 /* 26351: a process or a queue id */
	WHAT_KINDS
};

struct what {
	enum what_kind kind;
	bool forced;	 /* the kind was said, not recognised */
	struct str text; /* what is looked for, without <>, "qp", time */
	struct find find; /* the same, if it has two bytes */
	struct ip_net net;
	int64_t time_ns; /* of a process; WHEN_NONE: any */
};

/* The kinds as --as names them, then NULL. */
extern const char *const what_kind_names[];

/*
 * text is borrowed for as long as *w is used.  as is one of what_kind_names, or
 * NULL: recognised.  ERR_USAGE says what forms there are.
 */
int what_parse(struct what *w, const char *text, const char *as,
    int64_t now_ns, const struct zone *z, struct err *err);

/*
 * Might a story of this conversation be wanted?  Looks at the raw lines only:
 * true too often, never false where what_matches would be true.
 */
bool what_may_be_in(const struct what *w, const struct conversation *c);
bool what_matches(const struct what *w, const struct story *s);
/* The same of one event: may it be of such a story? */
bool what_may_be_of(const struct what *w, const struct event *ev);

#endif
