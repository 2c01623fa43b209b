/*
 * out.h - buffered output to a file descriptor, or to memory.
 *
 * Errors are kept, not returned: print as much as you like, then ask
 * out_close() or out_flush() once.  A reader that went away (EPIPE) is not
 * an error: what is written after it is dropped, and out_gone() tells those
 * who would otherwise work on for nobody.  (SIGPIPE must be ignored.)
 */
#ifndef BASE_OUT_H
#define BASE_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct err;
struct out;

/* Writes to fd, which stays the caller's; name is for messages (copied). */
struct out *out_open_fd(int fd, const char *name);

/*
 * Writes a file beside path and renames it over path in out_close(), after
 * fsync, so that a reader sees the old file or the new one, never half.  An
 * old file's mode is kept, its owner is not; behind a symbolic link the file
 * it leads to is replaced.  What is not a plain file (/dev/null, a named
 * pipe) is written to as it is.  NULL with ERR_CREATE if it cannot be opened.
 */
struct out *out_open_file(const char *path, struct err *err);

/*
 * Appends to b, which stays the caller's and must outlive the output.  It
 * cannot fail, and b is complete after out_flush() or out_close().
 */
struct buf;
struct out *out_open_buf(struct buf *b);

void out_str(struct out *o, struct str s);
void out_text(struct out *o, const char *c_string);
void out_char(struct out *o, char c);
void out_printf(struct out *o, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

bool out_gone(const struct out *o);
/* -1 with *err (ERR_IO) if any write since the opening failed. */
int out_flush(struct out *o, struct err *err);
/*
 * Flushes, publishes, frees and sets *o to NULL (which it may be already).
 * On failure nothing is published and no temporary file stays.
 */
int out_close(struct out **o, struct err *err);
/* Gives up what is not written yet, frees; an old file stays as it was. */
void out_cancel(struct out **o);

#endif
