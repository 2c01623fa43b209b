/*
 * report_options.h - the options of "mailtally report" beside those that all
 * commands that read logs share.
 */
#ifndef CMD_REPORT_OPTIONS_H
#define CMD_REPORT_OPTIONS_H

#include <stdbool.h>

#include "base/opt.h"
#include "cmd/logs.h"

struct build_options;
struct err;

/* The command's own options, as the command line has them. */
struct report_options {
	struct logs_options logs;
	const char *output;
	const char *directory;
	const char *sections;
	bool list_sections;
	bool list_thresholds;
	const char *color;
	long top;
	const char *codes_by;
	const char *bl_key;
	const char *tld;
	const char *tld_of;
	bool tld_by_day;
	const char *order;
	const char *ip_prefix;
	long max_hour_rows;
	struct opt_list facts;
	bool case_sensitive_local;
	bool explain;
	bool quiet_empty;
	bool empty_ok;
	bool csv_safe;
	bool script;
	bool timing;
	bool selfcheck;
	const char *state;
	struct opt_list maildirs;
	const char *store;
	long part_bytes;
};

/* The option rows; they point into o, which must outlive them. */
#define REPORT_ROWS 30
void report_rows(struct opt rows[REPORT_ROWS], struct report_options *o);

/* What the words among them mean; a word that means nothing is the error. */
int report_choices(const struct report_options *o, struct build_options *b,
    struct err *err);

#endif
