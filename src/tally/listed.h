/*
 * listed.h - which list a denial names, remembered.
 *
 * Most denials of one list are the same text but for the client's address at
 * its end: "Blocked - see http://www.spamcop.net/bl.shtml?192.0.2.1".  What
 * stands before it decides, so it is looked at once (listing.h does that).
 */
#ifndef TALLY_LISTED_H
#define TALLY_LISTED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct tally;

struct listed {
	uint32_t name; /* texts of the tally: listing_name, listing_host */
	uint32_t host;
	bool error;    /* listing_is_error */
};

/* Texts that are longer before the address are looked at each time. */
#define LISTED_HEAD 120
#define LISTED_KNOWN 64
struct listed_known {
	struct listed is;
	uint8_t n;
	char head[LISTED_HEAD];
};

struct listed listed_of(struct tally *t, struct str text, struct str client);

#endif
