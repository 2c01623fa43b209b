#include "cmd/length.h"

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/when.h"

/* A relative time, without its sign. */
int
length_parse(const char *name, const char *text, int64_t *length_ns,
    struct err *err)
{
	struct buf b = { 0 };
	int64_t then_ns;
	bool ok;

	buf_printf(&b, "-%s", text);
	ok = text[0] >= '0' && text[0] <= '9' && when_parse(buf_str(&b), 0, NULL,
	    &then_ns, NULL) == 0 && then_ns < 0;
	buf_clear(&b);
	if (!ok)
		return err_set(err, ERR_USAGE, "--%s %s: not a length of time; "
		    "write for instance 5s, 30m, 6h or 2d", name, text);
	*length_ns = -then_ns;
	return 0;
}
