/*
 * grep_run.h - a run of "mailtally grep": for the files of that command only.
 */
#ifndef CMD_GREP_RUN_H
#define CMD_GREP_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "cmd/grep_group.h"
#include "cmd/grep_options.h"
#include "cmd/logs.h"
#include "cmd/terminal.h"
#include "history/kept_logs.h"
#include "print/printer.h"
#include "pump/ordered.h"
#include "search/ranking.h"
#include "search/search.h"

struct cmd_context;
struct out;
struct store;

/* What a run holds. */
struct grep_run {
	const struct cmd_context *context;
	const struct grep_options *o;
	struct grep_choices choices;
	struct logs logs;
	struct store *store;	/* --store; else NULL */
	struct kept_logs kept;	/* of it, if lines are needed */
	struct spans spans;	/* when to read the logs */
	struct search search;
	struct terminal terminal;
	struct out *out;
	struct printer printer;
	struct ranking ranking; /* --sort */
	struct groups groups;	/* --group-by */
	struct ordered ordered;
	struct buf scratch;
	uint64_t found;
	uint64_t unaddressed; /* denials without a recipient, not found */
	bool enough;	      /* stopped at the limit */
	int64_t progress_ns;  /* when the progress is to be told next */
};

/*
 * Puts the hooks of the reading in: what is kept, and what is done with it.
 * The searching and the printing parts of r are open.
 */
void grep_hook(struct grep_run *r, struct ordered_options *oo);

/* Is it to be told how many denials cannot be found by an address? */
bool grep_is_for_address(const struct grep_run *r);
/* What standard error says when all is done; the exit status. */
int grep_conclude(const struct grep_run *r);

#endif
