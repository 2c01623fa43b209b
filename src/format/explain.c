#include "format/explain.h"

#include "base/buf.h"
#include "event/event.h"

void
explain_text(struct buf *b, const char *name, struct str value)
{
	if (value.p == NULL)
		return;
	buf_printf(b, "%s: ", name);
	buf_add_str(b, value);
	buf_add_char(b, '\n');
}

void
explain_number(struct buf *b, const char *name, int64_t n)
{
	if (n != EVENT_NO_NUMBER)
		buf_printf(b, "%s: %lld\n", name, (long long)n);
}

void
explain_milli(struct buf *b, const char *name, int64_t n)
{
	if (n != EVENT_NO_NUMBER)
		buf_printf(b, "%s: %.3f\n", name, (double)n / 1000);
}
