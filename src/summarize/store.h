/*
 * store.h - state files: reading a bounded text, replacing a file at once.
 *
 * Nothing here allocates memory, and nothing waits for ever: descriptors 4
 * and 5 of a log processor may be anything, a pipe that nobody writes to too.
 */
#ifndef SUMMARIZE_STORE_H
#define SUMMARIZE_STORE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/str.h"

struct err;

/* How long what is no file may keep us waiting, in all. */
#define STORE_PATIENCE_MS 5000

/*
 * Reads to the end, or n bytes.  -1 with *err (without a name in it) if that
 * failed before, or took longer; what was read until then is lost.
 */
ssize_t store_read(int fd, char *p, size_t n, int patience_ms,
    struct err *err);
/* The same of a file; 0 bytes if there is none (ENOENT). */
ssize_t store_read_file(const char *path, char *p, size_t n, struct err *err);

/*
 * Writes all of text; on failure what was written is taken back if fd is a
 * file, so that nobody takes half a state for a whole one.
 */
int store_write(int fd, struct str text, struct err *err);

/*
 * path is the old text or the new one, never half: PATH.tmp, fsync, rename.
 * Everybody may read it (multilog must be able to, whoever it runs as), and it
 * belongs to the owner of an old file, else of the directory, if we may say so.
 * Two that do it at once: one fails.
 */
int store_replace(const char *path, struct str text, struct err *err);

#endif
