/*
 * what_if_options.h - the options of "mailtally dnsbl test" beside those that
 * it shares with others.
 */
#ifndef CMD_WHAT_IF_OPTIONS_H
#define CMD_WHAT_IF_OPTIONS_H

#include <stdbool.h>

#include "base/opt.h"
#include "cmd/logs.h"
#include "cmd/lookup_options.h"
#include "cmd/output.h"

struct err;

/* As the command line has them. */
struct what_if_options {
	struct logs_options logs;
	struct lookup_options lookup;
	bool exclude_own;
	struct opt_list policies;
	long best;
	const char *snapshot;
	const char *replay;
	bool summary;
	long top;
	struct output_options output;
};

/* The option rows; they point into o, which must outlive them. */
#define WHAT_IF_ROWS 9
void what_if_rows(struct opt rows[WHAT_IF_ROWS],
    struct what_if_options *o);

/* Options that exclude each other are the error. */
int what_if_check(const struct what_if_options *o, struct err *err);

#endif
