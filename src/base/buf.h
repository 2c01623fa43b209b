/*
 * buf.h - a growing string of bytes that we own.
 *
 * All zero is an empty buffer.  p[n] is always NUL once something was added,
 * so p can be given to the system; the NUL does not count in n.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "base/str.h"

struct buf {
	char *p;
	size_t n;
	size_t cap;
};

/*
 * Makes room for n more bytes and returns where they go.  Whoever writes
 * there adds to b->n what it wrote, and a NUL behind it if p will be read as
 * a C string; there is room for that.
 */
char *buf_reserve(struct buf *b, size_t n);
/* p may not point into b. */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_str(struct buf *b, struct str s);
void buf_add_char(struct buf *b, char c);
void buf_add_repeated(struct buf *b, char c, size_t times);
void buf_printf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));
/* Empty again; the memory is kept for the next use. */
void buf_reset(struct buf *b);
/* Empty, and the memory given back. */
void buf_clear(struct buf *b);

static inline struct str
buf_str(const struct buf *b)
{
	return str_make(b->p ? b->p : "", b->n);
}

#endif
