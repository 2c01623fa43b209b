/* buf.c - a growing string of bytes. */
#include "base/buf.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CAP_MIN ((size_t)64)

/* Doubling, so that n bytes added one by one cost O(n). */
static void
grow(struct buf *b, size_t needed)
{
	size_t cap = b->cap < CAP_MIN ? CAP_MIN : b->cap;

	while (cap < needed)
		cap = cap > SIZE_MAX / 2 ? needed : cap * 2;
	b->p = mem_resize(b->p, cap);
	b->cap = cap;
}

char *
buf_reserve(struct buf *b, size_t n)
{
	size_t needed;

	/* No memory is that large: the overflow ends in mem_resize. */
	if (__builtin_add_overflow(n, b->n + 1, &needed))
		needed = SIZE_MAX;
	if (needed > b->cap)
		grow(b, needed);
	return b->p + b->n;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	char *to = buf_reserve(b, n);

	if (n > 0)
		memcpy(to, p, n);
	to[n] = '\0';
	b->n += n;
}

void
buf_add_str(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.n);
}

void
buf_add_char(struct buf *b, char c)
{
	char *to = buf_reserve(b, 1);

	to[0] = c;
	to[1] = '\0';
	b->n++;
}

void
buf_add_repeated(struct buf *b, char c, size_t times)
{
	char *to = buf_reserve(b, times);

	memset(to, c, times);
	to[times] = '\0';
	b->n += times;
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	buf_vprintf(b, format, ap);
	va_end(ap);
}

void
buf_vprintf(struct buf *b, const char *format, va_list ap)
{
	va_list again;
	char *to = buf_reserve(b, 0);
	size_t room = b->cap - b->n;
	int n;

	va_copy(again, ap);
	n = vsnprintf(to, room, format, ap);
	assert(n >= 0);
	if ((size_t)n >= room) {
		to = buf_reserve(b, (size_t)n);
		vsnprintf(to, (size_t)n + 1, format, again);
	}
	va_end(again);
	b->n += (size_t)n;
}

void
buf_reset(struct buf *b)
{
	b->n = 0;
	if (b->p != NULL)
		b->p[0] = '\0';
}

void
buf_clear(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}
