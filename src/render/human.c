#include "render/human.h"

#include <assert.h>
#include <inttypes.h>

#include "base/buf.h"
#include "base/when.h"

void
human_bytes(struct buf *b, int64_t bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB",
		"EiB" };
	double size = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes > -1024 && bytes < 1024) {
		buf_printf(b, "%" PRId64 " B", bytes);
		return;
	}
	/* Not 1024: what rounds to 1024.0 belongs to the next unit. */
	while (size >= 1023.95 || size <= -1023.95) {
		size /= 1024;
		unit++;
	}
	buf_printf(b, "%.1f %s", size, units[unit]);
}

void
human_time(struct buf *b, int64_t time_ns, int form, const struct zone *z)
{
	enum when_form as = form ? (enum when_form)form : WHEN_LOCAL;

	when_format(b, time_ns, z ? as : WHEN_RFC3339, z);
}

static void
human_int(struct buf *b, const struct column *c, const struct zone *z, int64_t i)
{
	switch (c->type) {
	case VALUE_BYTES:
		human_bytes(b, i);
		break;
	case VALUE_DURATION:
		when_format_duration(b, i);
		break;
	case VALUE_TIME:
		human_time(b, i, c->form, z);
		break;
	case VALUE_FLAG:
		if (i)
			buf_add_str(b, str_from(c->mark ? c->mark : "*"));
		break;
	case VALUE_PERCENT:
		buf_printf(b, "%" PRId64 "%%", i);
		break;
	case VALUE_TEXT:
	case VALUE_IP:
	case VALUE_COUNT:
	case VALUE_REAL:
		buf_printf(b, "%" PRId64, i);
		break;
	}
}

static void
human_real(struct buf *b, const struct column *c, double r)
{
	bool fits = c->type == VALUE_PERCENT || c->type == VALUE_REAL;

	buf_printf(b, "%.*f%s", fits ? c->digits : 1, r,
	    c->type == VALUE_PERCENT ? "%" : "");
}

bool
human_value(struct buf *b, const struct column *c, const struct zone *z,
    struct value v)
{
	assert(v.is != VALUE_IS_TEXT);
	if (!value_known(c->type, v))
		return false;
	if (v.is == VALUE_IS_INT)
		human_int(b, c, z, v.i);
	else
		human_real(b, c, v.r);
	return true;
}
