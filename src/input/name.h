/*
 * name.h - what the name of a log file says: for input/ only.
 *
 * multilog:  @400000006b02fb1b2ebd56f4.s   the stamp is when it was finished
 *            @400000006b02fb1b2ebd56f4.u   not finished: there was a crash
 *            current                       being written
 * logrotate: maillog.1  maillog.2.gz  mail.2.log  larger numbers are older
 *            maillog-20260310  maillog-2026-03-10.xz  maillog-20260310.log
 *            maillog                       being written
 *
 * A suffix that says how a file is packed is ignored; svlogd and s6-log name
 * their files as multilog does.
 */
#ifndef INPUT_NAME_H
#define INPUT_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "input/source.h"

/* Oldest first. */
enum name_age { NAME_DATED, NAME_NUMBERED, NAME_NEWEST };

/* Files of one stem are pieces of one log. */
struct name {
	enum source_kind kind;
	struct str stem; /* points into the parsed name, as does date */
	bool log_suffix; /* ".log" belongs to the stem too */
	enum name_age age;
	struct str date; /* as text: years first, so byte order is time order */
	uint32_t number;
};

/* file_name is without directory and stays the caller's. */
struct name name_parse(struct str file_name);

bool name_same_stem(const struct name *a, const struct name *b);
/* Byte order of stems. */
int name_cmp_stem(const struct name *a, const struct name *b);
/* Of one stem: older first.  0: names do not tell. */
int name_cmp_age(const struct name *a, const struct name *b);

static inline bool
name_is_multilog(const struct name *n)
{
	return n->kind != SOURCE_FILE;
}

/* Hidden files, and those that multilog keeps beside its logs. */
bool name_is_no_log(struct str file_name);

#endif
