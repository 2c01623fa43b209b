/*
 * naughty.h - the reason behind the plugin "naughty".
 *
 * qpsmtpd's naughty plugin refuses on behalf of others, so its name says
 * nothing: the plugin that found the fault stands in front of the denial text,
 * "(dnsbl) http://...".  Reports speak of naughty-dnsbl.
 */
#ifndef EVENT_NAUGHTY_H
#define EVENT_NAUGHTY_H

#include <stdbool.h>

#include "base/str.h"

/* A plugin's name is not longer than this; what is, is text of a stranger. */
#define NAUGHTY_REASON_MAX 64

/* Room for "naughty-" and a reason. */
#define NAUGHTY_NAME_MAX (8 + NAUGHTY_REASON_MAX)

bool naughty_is(struct str disposition);

/*
 * The first word in parentheses at the start of a denial text, or "unknown"
 * (spec/reports.md B.3).  A slice of text or a literal.
 */
struct str naughty_reason(struct str text);

/* "naughty-dnsbl", written to name. */
struct str naughty_name(char name[NAUGHTY_NAME_MAX], struct str text);

#endif
