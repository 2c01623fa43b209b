/*
 * listing.h - which block list a denial names (spec/reports.md B.5).
 */
#ifndef TALLY_LISTING_H
#define TALLY_LISTING_H

#include <stdbool.h>

#include "base/str.h"

struct buf;

/*
 * The URL host of the classic one-liner: what stands between the first "//"
 * and the next "/", unchanged - port, "www." and case kept.  "(no URL)" without one.
 */
struct str listing_host(struct str text);

/*
 * The name of the list: host of the first URL without "www." and port, in
 * lower case, or the zone of an A record's answer ("5.113.0.203.zone"), or
 * the word behind "Blocked by", "blocked using", "on lists", or the first
 * word that looks like a domain.  "(no list named)" when there is nothing.
 * Points into text, scratch (appended to) or a literal.
 */
struct str listing_name(struct buf *scratch, struct str text);

/*
 * Does the text say that the list refused to answer?  A server that treats
 * this as a listing rejects all its mail (C.10).
 */
bool listing_is_error(struct str text);

/*
 * The part of the text in front of the client's address, if that ends the
 * text; else absent.  And are name and host the same for all texts with this
 * head, whatever the address?
 */
struct str listing_head(struct str text, struct str client);
bool listing_head_decides(struct str head);

/* "Virus found: NAME", "Virus Found: NAME": NAME; else the whole text (C.4). */
struct str listing_virus(struct str text);

/* Is the denial text of a shape that this plugin is known to write (C.12)? */
bool listing_known_text(struct str plugin, struct str text);
/* Is any shape of what this plugin writes known?  If not, it may say anything. */
bool listing_has_shape(struct str plugin);

#endif
