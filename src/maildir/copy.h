/*
 * copy.h - a message once more, with another beginning.
 */
#ifndef MAILDIR_COPY_H
#define MAILDIR_COPY_H

#include <sys/types.h>

#include "base/str.h"

/*
 * Makes the file name in the directory dir, which must not be there: head, then
 * what the file from holds behind its first skip bytes; with from's mode and
 * times; all of it on the disk.  -1 with errno, and no file: ESTALE if from
 * changed meanwhile.
 */
int copy_message(int from, off_t skip, struct str head, int dir,
    const char *name);

#endif
