/*
 * store_opens.h - what commands that use a store share.
 */
#ifndef CMD_STORE_OPENS_H
#define CMD_STORE_OPENS_H

#include <stdint.h>

struct cmd_context;
struct err;
struct logs;
struct store;

/* The rules that the settings mean, for the tallies of a store. */
uint64_t store_rules(const struct cmd_context *context);

/*
 * For --store FILE in place of LOG arguments: opens it, and works out the
 * period and the filters.
 */
struct logs_options;
int store_open_logs(struct store **s, const char *where, struct logs *l,
    const struct logs_options *o, const struct cmd_context *context, int argc,
    struct err *err);

/*
 * Tells on standard error of wanted facts whose log is gone; the exit status of
 * that, 0 if there are none.
 */
struct kept_logs;
int store_tell_gone(const struct kept_logs *l);

#endif
