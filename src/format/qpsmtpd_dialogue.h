/*
 * qpsmtpd_dialogue.h - commands and replies in a qpsmtpd log: struct format's
 * dialogue, documented in format.h.
 */
#ifndef FORMAT_QPSMTPD_DIALOGUE_H
#define FORMAT_QPSMTPD_DIALOGUE_H

#include "base/str.h"

struct dialogue;

/*
 *	dispatching RCPT TO:<ann@example.org>
 *	250-mail.example.org Hi host.example.net [192.0.2.1]
 *	250 Queued! 1469519342 qp 5322 <20160726.4322@example.net>
 */
void qpsmtpd_dialogue(struct str text, struct dialogue *d);

#endif
