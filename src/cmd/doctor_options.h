/* doctor_options.h - the options of "mailtally doctor". */
#ifndef CMD_DOCTOR_OPTIONS_H
#define CMD_DOCTOR_OPTIONS_H

#include <stdbool.h>

#include "base/opt.h"
#include "cmd/clock.h"
#include "cmd/output.h"

struct doctor_options {
	bool fix;
	const char *every;
	const char *stale;
	long disk;
	const char *resolver;
	bool dns;
	const char *store;
	bool list;
	struct output_options output;
	struct clock_options clock;
};

/* The option rows; they point into o, which must outlive them. */
#define DOCTOR_ROWS 10
void doctor_rows(struct opt rows[DOCTOR_ROWS], struct doctor_options *o);

#endif
