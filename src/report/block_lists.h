/*
 * block_lists.h - the use of block lists by the plugin that asked them, for
 * "mailtally dnsbl count"; the sections of the report are in build.h.
 */
#ifndef REPORT_BLOCK_LISTS_H
#define REPORT_BLOCK_LISTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct build;
struct league;
struct section;
struct tally;

struct list_plugin {
	const char *name;    /* "naughty-dnsbl" */
	struct tally *tally; /* of its denials alone, settled */
};

/* Appends the table "plugins" to the section: a row for each plugin that denied
 * something. */
void section_bl_plugins(struct build *b, struct section *s,
    const struct list_plugin *plugins, size_t n);

/*
 * Denials by list (DIM_LIST), those apart for which the list answered an error;
 * either may be NULL.  count[0] and times of the rows.
 */
void block_lists_gather(const struct tally *t, struct league *used,
    struct league *errors);
/*
 * The denials of a configured list, of all names that match its zone best; or,
 * where there is none, of those of the same owner (truncate.gbudb.net sends
 * people to www.gbudb.com).
 */
uint64_t block_lists_hits(const struct league *used, struct str zone);

#endif
