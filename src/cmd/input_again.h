/*
 * input_again.h - for who reads the logs more than once.
 */
#ifndef CMD_INPUT_AGAIN_H
#define CMD_INPUT_AGAIN_H

#include <stdbool.h>

struct err;
struct logs;

/* Before standard input is read: what is piped is kept in a file that has no
 * name. */
int input_keep(struct err *err);
/* Before the next reading.  False: there is a pipe with a name, which can be
 * read only once. */
bool input_rewind(const struct logs *l);

#endif
