/*
 * qpsmtpd_owner.h - which process's connection a qpsmtpd line belongs to:
 * struct format's line_owner, documented in format.h.
 */
#ifndef FORMAT_QPSMTPD_OWNER_H
#define FORMAT_QPSMTPD_OWNER_H

#include <stdbool.h>

#include "base/str.h"

struct line_owner;
struct stamp_clock;

/* "(for 3947) Queuing to", behind hook and plugin: 3947.  text is a CHECK's. */
bool qpsmtpd_queuing_read(struct str text, struct str *parent);

/*
 * The process that is to become qmail-queue speaks for its parent (exec keeps
 * the process id, so 3948 is what qmail-send's log will call "qp 3948"):
 *
 *	3948 (queue) queue::qmail_2dqueue: (for 3947) Queuing to /var/qmail/...
 *
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
