/*
 * qpsmtpd_owner.h - which process's connection a qpsmtpd line belongs to:
 * struct format's line_owner, documented in format.h.
 */
#ifndef FORMAT_QPSMTPD_OWNER_H
#define FORMAT_QPSMTPD_OWNER_H

#include "base/str.h"

struct line_owner;
struct stamp_clock;

/*
 * "cleaning up after 3907" is the parent's line but 3907's last one.  What the
 * parent says when it refuses a client before a process is forked for it
 * (spec/qpsmtpd-log.md 3.6) is a connection of the parent's, one at a time:
 *
 *	789 (pre-connection) hosts_allow: fail: too many connections from ...
 *	789 (deny) logging::logterse: ` <TAB><TAB> ... hosts_allow<TAB>902 ...
 */
void qpsmtpd_line_owner(struct str line, struct stamp_clock *clock,
    struct line_owner *owner);

#endif
