/*
 * maildir_options.h - what commands that look into Maildirs share: which
 * ones, whose, since when, and who "we" are.
 */
#ifndef CMD_MAILDIR_OPTIONS_H
#define CMD_MAILDIR_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/opt.h"
#include "cmd/clock.h"
#include "cmd/output.h"
#include "maildir/handover.h"
#include "maildir/walk.h"

struct cmd_context;
struct conf;
struct err;
struct report;
struct zone;

/* As the command line has them. */
struct maildir_options {
	long days;
	struct opt_list users;
	struct opt_list folders;
	bool cross_devices;
	struct output_options output;
	struct clock_options clock;
};

/* What they mean. */
struct maildirs {
	struct arena arena;
	struct opt_list dirs;  /* argv's or the settings' */
	struct maildir_walk walk; /* folder, problem and ctx are the caller's */
	struct own_hosts own;
	struct str *folders, *names, *domains;
	struct ip_net *relays;
	struct zone *zone;
	int64_t now_ns;
	int64_t since_ns;
};

/* The option rows; they point into o, which must outlive them. */
#define MAILDIR_ROWS 6
void maildir_rows(struct opt rows[MAILDIR_ROWS], struct maildir_options *o);
void maildir_options_clear(struct maildir_options *o);

/*
 * Works all of it out.  Directories are argv[0..argc-1]; none: the
 * configured ones, else the well-known ones that exist, and standard error
 * says which; none at all is the error.
 */
int maildirs_open(struct maildirs *m, const struct maildir_options *o,
    const struct cmd_context *context, int argc, char **argv, struct err *err);
void maildirs_close(struct maildirs *m);

/* The directories alone, without an error where there are none. */
void maildirs_known(struct opt_list *dirs, const struct conf *c,
    bool well_known);

/* Walks all of the directories, each mailbox once.  What cannot be opened is told; the status to
 * exit with. */
int maildirs_walk(const struct maildirs *m);
/*
 * One line on standard error.  Counts in *problems what should have been read;
 * a symbolic link, or another file system, is left out on purpose.
 */
void maildirs_problem(uint64_t *problems, const char *path, int error);

/* Prints the report to standard output in the format of o; the status. */
int maildirs_print(struct report *r, const struct maildir_options *o,
    struct err *err);

#endif
