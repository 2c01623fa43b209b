/*
 * grep_store.h - "mailtally grep --store": the same lines out of a store.
 */
#ifndef CMD_GREP_STORE_H
#define CMD_GREP_STORE_H

struct err;
struct grep_run;

/* What needs the logs themselves does not go with it. */
int grep_store_check(const struct grep_run *r, struct err *err);
/* Opens it and works out period and filters, in place of logs_open(). */
int grep_store_open(struct grep_run *r, int argc, struct err *err);
/* Shows what is found; the searching and the printing parts of r are open. */
int grep_store_read(struct grep_run *r, struct err *err);

#endif
