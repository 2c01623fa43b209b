/*
 * logs.h - what all commands that read logs share: the options of DESIGN 4
 * for period, zone, filters and inputs, and the steps from them to sources.
 */
#ifndef CMD_LOGS_H
#define CMD_LOGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/opt.h"
#include "base/period.h"
#include "event/filter.h"
#include "input/source.h"

struct cmd_context;
struct err;
struct filter;
struct format;
struct zone;

/* As the command line has them. */
struct logs_options {
	struct period_options period;
	struct filter_options filter;
	const char *zone;
	const char *format;
	const char *now;
	const char *newer_than;
	long jobs;
	const char *progress;
};

/* What they mean. */
struct logs {
	struct zone *zone;
	struct period period;
	struct filter *filter;	     /* NULL: everything */
	const struct format *format; /* NULL: by content */
	int64_t now_ns;		     /* --now, else the clock */
	bool now_given;
	unsigned jobs;
	bool progress;
	struct source_list sources;
	unsigned missing;	     /* LOG arguments that do not exist */
};

/* The option rows; they point into o, which must outlive them. */
#define LOGS_ROWS 26
void logs_rows(struct opt rows[LOGS_ROWS], struct logs_options *o);

/*
 * Works out all but the sources: for who reads logs in another way than from
 * their beginning to their end.  named: LOG arguments were given.
 */
int logs_settings(struct logs *l, const struct logs_options *o,
    const struct cmd_context *context, bool named, struct err *err);

/*
 * Appends what is read without LOG arguments: the configured logs, else the
 * well-known places that exist, and standard error says which.  None: an
 * error.  The texts are the settings'.
 */
int logs_configured(struct opt_list *names, const struct cmd_context *context,
    struct err *err);

/*
 * Works all of it out.  LOG arguments are argv[0..argc-1]; none: the
 * configured logs, else the well-known places that exist, and standard error
 * says which.  What does not exist is told on standard error and counted;
 * that nothing is left to read is the error.
 */
int logs_open(struct logs *l, const struct logs_options *o,
    const struct cmd_context *context, int argc, char **argv, struct err *err);
void logs_close(struct logs *l);

/* For pump_options.progress: a line on standard error. */
void logs_progress(void *ctx, uint64_t done, uint64_t total);
/* Wipes that line. */
void logs_progress_end(const struct logs *l);

#endif
