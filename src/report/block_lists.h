/*
 * block_lists.h - the use of block lists by the plugin that asked them, for
 * "mailtally dnsbl count"; the sections of the report are in build.h.
 */
#ifndef REPORT_BLOCK_LISTS_H
#define REPORT_BLOCK_LISTS_H

#include <stddef.h>

struct build;
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

#endif
