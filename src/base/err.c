/* err.c - filling an error. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
err_set(struct err *e, enum err_kind kind, const char *format, ...)
{
	/* Not straight into *e: the arguments may hold the text it has. */
	char text[sizeof(e->text)];
	va_list ap;

	if (e == NULL)
		return -1;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	e->kind = kind;
	memcpy(e->text, text, strlen(text) + 1);
	return -1;
}

int
err_exit_status(enum err_kind kind)
{
	switch (kind) {
	case ERR_NONE:
		return 0;
	case ERR_USAGE:
		return 64;
	case ERR_DATA:
		return 65;
	case ERR_NO_INPUT:
		return 66;
	case ERR_INTERNAL:
		return 70;
	case ERR_CREATE:
		return 73;
	case ERR_IO:
		return 74;
	case ERR_AGAIN:
		return 75;
	}
	return 70;
}
