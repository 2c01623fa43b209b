#include "print/json_member.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/json_text.h"
#include "base/when.h"
#include "event/event.h"

void
json_add_number(struct buf *b, const char *name, int64_t n)
{
	if (n == EVENT_NO_NUMBER)
		return;
	json_add_key(b, name);
	buf_printf(b, "%" PRId64, n);
}

void
json_add_decimal(struct buf *b, const char *name, int64_t n, int digits)
{
	char fraction[20];
	uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	int used = digits;

	if (n == EVENT_NO_NUMBER)
		return;
	for (int i = digits; i-- > 0; left /= 10)
		fraction[i] = (char)('0' + left % 10);
	while (used > 1 && fraction[used - 1] == '0')
		used--;
	json_add_key(b, name);
	buf_printf(b, "%s%" PRIu64 ".%.*s", n < 0 ? "-" : "", left, used,
	    fraction);
}

void
json_add_time(struct buf *b, const char *name, int64_t time_ns)
{
	if (time_ns == WHEN_NONE)
		return;
	json_add_key(b, name);
	buf_add_char(b, '"');
	when_format(b, time_ns, WHEN_RFC3339, NULL);
	buf_add_char(b, '"');
}
