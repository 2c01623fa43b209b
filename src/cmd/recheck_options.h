/*
 * recheck_options.h - the options of "mailtally dnsbl recheck" beside those of
 * Maildirs and of asking.
 */
#ifndef CMD_RECHECK_OPTIONS_H
#define CMD_RECHECK_OPTIONS_H

#include <stdbool.h>

#include "base/opt.h"
#include "cmd/lookup_options.h"
#include "cmd/maildir_options.h"

struct err;

enum recheck_action {
	RECHECK_LIST,
	RECHECK_MOVE,
	RECHECK_FLAG,
	RECHECK_HEADER
};

struct recheck_options {
	struct maildir_options common;
	struct lookup_options lookup;
	struct opt_list lists;
	int action; /* enum recheck_action */
	bool apply;
	const char *folder;
	const char *flag;
	const char *journal;
	const char *undo;
	bool all;
};

#define RECHECK_FOLDER ".RBL-Recheck"
#define RECHECK_FLAG_LETTER "F"

/* The option rows; they point into o, which must outlive them. */
#define RECHECK_ROWS 10
void recheck_rows(struct opt rows[RECHECK_ROWS], struct recheck_options *o);

/* Do they fit together?  -1 with *err (ERR_USAGE). */
int recheck_check(const struct recheck_options *o, int operands,
    struct err *err);

#endif
