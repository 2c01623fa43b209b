/*
 * processor.h - the multilog processor (spec/qpsmtpd-log.md 4.3, reports.md
 * C.15): the log from standard input to standard output, the old state on
 * descriptor 4, the new one on 5.
 *
 * multilog repeats a processor that fails, for ever, and meanwhile no mail is
 * accepted.  So nothing but a copy that cannot be made is a failure, and what
 * could go wrong with counting is kept away from the copy:
 *
 *	this process	 copies; hands the bytes on; writes what comes back to
 *			 the copy of the state and to 5.  Allocates no memory.
 *	a child		 reads the bytes from a pipe, counts, reads the states,
 *			 and sends back the text of the new one.  Writes nothing
 *			 else, so it does not matter when or how it dies.
 *
 * If the child gives no answer the new state is the old one, and a note.
 */
#ifndef SUMMARIZE_PROCESSOR_H
#define SUMMARIZE_PROCESSOR_H

#include <stdbool.h>

struct err;

#define PROCESSOR_STATE_FD 4
#define PROCESSOR_NEWSTATE_FD 5

struct processor_options {
	bool append_table;	  /* the table as # lines behind the log */
	bool include_unprocessed; /* count @*.u in the working directory */
};

/* What was strange, one line each, for standard error. */
struct processor_report {
	char lines[4][256];
	unsigned n;
};

/* Is it multilog that runs us: is standard input its "previous"? */
bool processor_is_called(void);

/* -1 with *err if the log could not be copied; nothing else fails. */
int processor_run(const struct processor_options *o,
    struct processor_report *report, struct err *err);

#endif
