/*
 * output.h - the options of commands whose answer is a report: in which form, and
 * where to.
 */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include <stdbool.h>

#include "base/opt.h"

struct err;
struct renderer;
struct report;

/* As the command line has them. */
struct output_options {
	const char *output;
	const char *directory;
	const char *color;
	bool csv_safe;
	bool of_logs;	/* made of logs: then there is --empty-ok */
	bool empty_ok;
};
#define OUTPUT_DEFAULTS { .csv_safe = true }
#define OUTPUT_OF_LOGS { .csv_safe = true, .of_logs = true }

/* The option rows; they point into o, which must outlive them. */
#define OUTPUT_ROWS 7
void output_rows(struct opt rows[OUTPUT_ROWS], struct output_options *o);

/* NULL with *err: a form that there is not, or a directory for a form that writes
 * no files. */
const struct renderer *output_choose(const struct output_options *o,
    struct err *err);

/* Renders to standard output, or to the directory. */
int output_report(const struct report *r, const struct renderer *renderer,
    const struct output_options *o, struct err *err);

#endif
