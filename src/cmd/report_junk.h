/*
 * report_junk.h - the junk folders of users, counted for a report (C.8).
 *
 * Here, because the report is made of numbers and opens no directory.
 */
#ifndef CMD_REPORT_JUNK_H
#define CMD_REPORT_JUNK_H

#include "maildir/junk.h"

struct build_options;
struct conf;
struct junk_row;
struct opt_list;

struct report_junk {
	struct junk found;
	struct junk_row *rows; /* as the report wants them */
};

/*
 * Counts in the directories named, else in the configured ones, else, if the
 * section was asked for by name, in the well-known ones; none of these: it is
 * not looked, and *b stays as it is.  What *b gets is valid until the clearing.
 * While root works as a user no other thread may be at work.
 */
void report_junk_count(struct report_junk *j, struct build_options *b,
    const struct conf *conf, const struct opt_list *named);
void report_junk_clear(struct report_junk *j);

#endif
