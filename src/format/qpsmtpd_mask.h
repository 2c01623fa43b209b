/*
 * qpsmtpd_mask.h - credentials taken out of a line before anyone sees it
 * (DESIGN 1, promise 5).
 *
 * qpsmtpd logs every command as it came, "dispatching AUTH PLAIN <base64>"
 * among them.  Clients misspell, leave out the mechanism, or go on with user
 * and password when AUTH was refused; and a line may be cut anywhere.
 */
#ifndef FORMAT_QPSMTPD_MASK_H
#define FORMAT_QPSMTPD_MASK_H

#include <stdbool.h>

#include "base/str.h"

struct buf;

/*
 * Writes a line to b with *** in place of what may be a secret and of all that
 * follows it.  True if there was something to mask; otherwise b is left alone
 * and the line may be used as it is.
 */
bool qp_mask(struct str line, struct buf *b);

/*
 * The same for a part of a line, a field of a record: what follows AUTH and a
 * mechanism.  Appends to b.
 */
bool qp_mask_field(struct str field, struct buf *b);

#endif
