/*
 * rewrite.h - a message once more, with another beginning.
 */
#ifndef MAILDIR_REWRITE_H
#define MAILDIR_REWRITE_H

#include <sys/types.h>

#include <stdbool.h>

#include "base/str.h"

/* All of it; -1 with errno. */
int rewrite_put(int fd, struct str bytes);

/* Does the file begin with this? */
bool rewrite_begins(int fd, struct str text);

/*
 * Makes the file name in the directory dir, which must not be there: head, then
 * what the file from holds behind its first skip bytes; with from's mode and
 * times; all of it on the disk.  -1 with errno, and no file: ESTALE if from
 * changed meanwhile.
 */
int rewrite_message(int from, off_t skip, struct str head, int dir,
    const char *name);

#endif
