/*
 * tail_options.h - the options of "mailtally tail", beside those that all commands
 * that read logs share.
 */
#ifndef CMD_TAIL_OPTIONS_H
#define CMD_TAIL_OPTIONS_H

#include <stdbool.h>

#include "base/opt.h"
#include "cmd/logs.h"

struct err;

/* As the command line has them. */
struct tail_options {
	struct logs_options logs;
	long last;
	bool long_form;
	bool local_time;
	bool label;
	const char *output;
	const char *color;
	bool stats;
	bool no_watch;
	long poll_ms;
};

/*
 * Sets the defaults and fills both tables, the command's own and that of
 * logs_rows(); they point into o, which must outlive them.
 */
#define TAIL_ROWS 12
void tail_rows(struct opt own[TAIL_ROWS], struct opt common[LOGS_ROWS],
    struct tail_options *o);

/* A word that means nothing, and two that cannot be together, are the error. */
int tail_check(const struct tail_options *o, struct err *err);

#endif
