/*
 * address.h - mail addresses as logs write them (spec/reports.md A.5, B.6, B.7).
 *
 * Nothing here allocates but for a scratch buffer of the caller's.  Slices
 * that come back point into the argument, into a literal or into the scratch
 * buffer, and are valid as long as that is.
 */
#ifndef EVENT_ADDRESS_H
#define EVENT_ADDRESS_H

#include <stdbool.h>

#include "base/str.h"

struct buf;
struct event;

/* Without blanks around it and without <>; the null sender stays "<>". */
struct str address_bare(struct str raw);

/*
 * The form in which addresses are shown, counted and compared (A.5): bare,
 * the domain in lower case, the local part too unless keep_local_case.
 *
 * Appends to scratch only when a letter must change, and what it returned
 * before stays valid until scratch grows: copy, or reset scratch each time.
 */
struct str address_normalise(struct buf *scratch, struct str raw,
    bool keep_local_case);

/*
 * What follows the last @ of an address, raw or bare, without a dot at its
 * end; absent if there is no @.  Case is left as it is.
 */
struct str address_domain(struct str address);
/* What stands before the last @; the whole of it if there is none. */
struct str address_local(struct str address);

/*
 * The next address of a list that is split at commas outside <>, blanks
 * trimmed, still with its <>; empty ones are passed over.  *rest moves on.
 */
bool address_next(struct str *rest, struct str *one);

/*
 * The last label of the sender's domain in lower case, or "(null sender)",
 * "(none)", "(ip literal)" (B.7).  Appends to scratch as address_normalise.
 */
struct str address_tld(struct buf *scratch, struct str sender);

/*
 * The recipient that a denial names: a plugin that judges recipients is asked
 * before the recipient is in the list, so its text is all there is.  Only an
 * address at the very end of the text counts ("invalid recipient a@b"),
 * because elsewhere anything might stand (B.6).  Absent if there is none.
 */
struct str address_denied(struct str disposition, struct str text);

/* The recipients of an event: its list, or if that is empty the denied one. */
struct str address_recipients(const struct event *ev);

#endif
