/*
 * report_job.h - what "mailtally report" does, for the commands that do
 * something else with the finished report.
 */
#ifndef CMD_REPORT_JOB_H
#define CMD_REPORT_JOB_H

#include <stdint.h>

struct cmd;
struct cmd_context;
struct err;
struct opt;
struct render_options;
struct report;

struct report_job {
	const struct opt *rows;	 /* options of its own; NULL: none */
	/* Options of report that it has not: names, ends with NULL. */
	const char *const *without;
	/* A section that is shown by name only, unless sections are named. */
	const char *also;
	/*
	 * What is done with the report; o is what the options say about
	 * rendering.  -1 with *err.
	 */
	int (*finish)(void *ctx, struct report *r,
	    const struct render_options *o, struct err *err);
	/* The options were read: are they complete?  -1 with *err. */
	int (*check)(void *ctx, struct err *err);
	void *ctx;
};

/* Runs the command line; returns the exit status, by the rules of report. */
int report_job_run(const struct report_job *job, const struct cmd *self,
    struct cmd_context *context, int argc, char **argv);

#endif
