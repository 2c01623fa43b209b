/*
 * recheck_report.h - the tables of "dnsbl recheck".
 */
#ifndef CMD_RECHECK_REPORT_H
#define CMD_RECHECK_REPORT_H

#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"

struct handover;
struct recheck_verdict;
struct report;
struct section;
struct table;

/* One user's mail. */
struct recheck_user {
	struct str name;
	uint64_t examined, listed, moved, unknown, errors;
};

struct recheck_report {
	struct report *report;
	struct section *section;
	struct table *table; /* messages */
	struct recheck_user *users; /* in the order of the walk */
	size_t n_users, cap_users;
};

/*
 * The report is the caller's.  acted: what the column of messages that were
 * dealt with is called: "Moved"; NULL: nothing is to be done, and messages have
 * no column for it.
 */
void recheck_report_begin(struct recheck_report *t, struct report *r,
    const char *acted);
struct recheck_user *recheck_report_user(struct recheck_report *t,
    struct str name);
/* action: "moved", "would move"; literal or NULL. */
void recheck_report_row(struct recheck_report *t, const struct handover *h,
    const struct recheck_verdict *v, const char *path, const char *action);
/* The table of users, and their sum. */
struct recheck_user recheck_report_end(struct recheck_report *t,
    const char *acted);
void recheck_report_clear(struct recheck_report *t);

#endif
