/*
 * reason.h - why a delivery failed or was put off: the kind of trouble, and
 * the text without what is of one mail alone (spec/reports.md D.6).
 */
#ifndef TALLY_REASON_H
#define TALLY_REASON_H

#include <stdbool.h>

#include "base/str.h"

struct buf;

/* In the order in which the rules are tried: the first that hits wins. */
enum reason_class {
	REASON_GREYLISTED,
	REASON_RATE_LIMITED,
	REASON_REPUTATION,
	REASON_AUTHENTICATION, /* SPF, DKIM, DMARC */
	REASON_CONTENT,
	REASON_USER_UNKNOWN,
	REASON_MAILBOX_FULL,
	REASON_TOO_LARGE,
	REASON_RELAY_DENIED,
	REASON_TLS,
	REASON_DNS,
	REASON_REFUSED,
	REASON_TIMEOUT,
	REASON_LOOP,
	REASON_LOCAL,
	REASON_POLICY,
	REASON_OTHER,
	REASON_CLASSES
};
const char *reason_class_name(enum reason_class c); /* "greylisted" */

/* A longer text is cut: it is a key. */
#define REASON_BYTES 300

/*
 * The text of a result, as the log has it (blanks may be written '_'), without
 * what is of one mail alone: addresses, IPs, host names, ids and numbers
 * become "*"; the words of qmail-send about giving up are left out.  Before
 * it stands its code and a blank: the first enhanced code ("4.2.0"), or if
 * there is none the first reply code ("450"), or "-".  Points into scratch,
 * which is emptied first.
 */
struct str reason_normalise(struct buf *scratch, struct str raw);
/* Takes that apart: returns the text; *code is absent for "-". */
struct str reason_split(struct str reason, struct str *code);

/* The class of a normalised reason, code and all. */
enum reason_class reason_class_of(struct str reason);

/* Did the queue give the message up because it was there too long? */
bool reason_is_expired(struct str raw);

#endif
