/*
 * grep_store.h - "mailtally grep --store": the same lines out of a store.
 */
#ifndef CMD_GREP_STORE_H
#define CMD_GREP_STORE_H

struct err;
struct grep_run;

/* Opens it and works out period and filters, in place of logs_open(). */
int grep_store_open(struct grep_run *r, int argc, struct err *err);
/*
 * Shows what is found; the searching and the printing parts of r are open.
 * What needs lines is not shown yet: the logs that the store was made of, as
 * far as they are there, are the ones of r then, and its spans say where in them
 * to look.
 */
int grep_store_read(struct grep_run *r, struct err *err);

#endif
