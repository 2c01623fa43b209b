/*
 * lookup_options.h - the options of commands that ask block lists: how fast, how
 * patiently, and whom; and what Ctrl-C means meanwhile.
 */
#ifndef CMD_LOOKUP_OPTIONS_H
#define CMD_LOOKUP_OPTIONS_H

#include <signal.h>

#include "base/opt.h"
#include "dns/resolve.h"

struct err;

/* As the command line has them. */
struct lookup_options {
	long concurrency;
	long rate;
	const char *timeout;
	long tries;
	const char *resolver;
};

/* 64 at once, 50 a second and list, 3 seconds, 2 tries, the system's resolver. */
#define LOOKUP_DEFAULTS { .concurrency = 64, .rate = 50, .tries = 2 }

/* The option rows; they point into o, which must outlive them. */
#define LOOKUP_ROWS 7
void lookup_rows(struct opt rows[LOOKUP_ROWS], struct lookup_options *o);

/* What they mean; -1 (ERR_USAGE) for what means nothing. */
int lookup_choose(const struct lookup_options *o, struct resolver_options *r,
    struct err *err);

/*
 * From now on the first SIGINT or SIGTERM only sets the flag that is returned (for
 * resolver_run(), struct asking); a second one ends the program as ever.
 */
const volatile sig_atomic_t *lookup_catch_signals(void);
void lookup_release_signals(void);

#endif
