/*
 * meaning.h - what the answer to an A query says of a client
 * (spec/reports.md C.20).
 */
#ifndef DNS_MEANING_H
#define DNS_MEANING_H

#include "dns/dnsbl.h"

struct buf;
struct resolve_answer;

/*
 * Why it is unknown; DNSBL_NO_REASON: it is not, and the client listed if there is
 * an address.  The addresses are appended to b, in order, with blanks between.
 */
enum dnsbl_reason meaning_of(struct buf *b,
    const struct resolve_answer *answer);

#endif
