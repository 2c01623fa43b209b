/*
 * recheck.h - what is said of mail that was delivered already (spec/reports.md
 * C.22): is the host it came from on a block list now?
 */
#ifndef CMD_RECHECK_H
#define CMD_RECHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct answers;
struct handover;
struct ip;

enum recheck_result {
	RECHECK_OK,
	RECHECK_LISTED,
	RECHECK_UNKNOWN,
	RECHECK_AUTH,
	RECHECK_LOCAL,
	RECHECK_SENT
};

struct recheck_verdict {
	enum recheck_result result;
	struct buf code;   /* "127.0.0.2", "OK", "AUTH" */
	struct buf detail; /* lists, reason, user: perhaps a stranger's bytes */
	struct buf asked;  /* lists */
};

/* Is the address of such a message to be asked for? */
bool recheck_asks(const struct handover *h);

/*
 * Fills v, whose old texts go.  A listing counts whatever other lists say; "OK"
 * needs an answer of every list that works.
 */
void recheck_judge(struct recheck_verdict *v, const struct handover *h,
    struct answers *a);
void recheck_verdict_clear(struct recheck_verdict *v);

/* The body of the field that marks a listed message: one line of ASCII. */
void recheck_field(struct buf *b, const struct recheck_verdict *v,
    const struct ip *ip, int64_t now_ns);

#endif
