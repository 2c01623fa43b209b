#include "render/plain.h"

#include <assert.h>
#include <inttypes.h>

#include "base/buf.h"
#include "base/when.h"

/* "40.0000" to "40.0", from the number that begins at b->p + begin. */
static void
trim_zeros(struct buf *b, size_t begin)
{
	while (b->n > begin + 2 && b->p[b->n - 1] == '0' && b->p[b->n - 2] != '.')
		b->n--;
	b->p[b->n] = '\0';
}

static void
plain_real(struct buf *b, double r, int digits)
{
	size_t begin = b->n;

	buf_printf(b, "%.*f", digits, r);
	trim_zeros(b, begin);
	/* What is too small to be shown has no sign either. */
	if (str_eq(str_skip(buf_str(b), begin), STR("-0.0"))) {
		b->n = begin;
		buf_add_str(b, STR("0.0"));
	}
}

static void
plain_seconds(struct buf *b, int64_t ns)
{
	uint64_t all = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	uint64_t second = (uint64_t)WHEN_SECOND;
	size_t begin = b->n;

	buf_printf(b, "%s%" PRIu64 ".%09" PRIu64, ns < 0 ? "-" : "",
	    all / second, all % second);
	trim_zeros(b, begin);
}

static void
plain_int(struct buf *b, enum value_type type, int64_t i)
{
	switch (type) {
	case VALUE_DURATION:
		plain_seconds(b, i);
		break;
	case VALUE_TIME:
		when_format(b, i, WHEN_RFC3339, NULL);
		break;
	case VALUE_FLAG:
		buf_add_str(b, i ? STR("true") : STR("false"));
		break;
	case VALUE_TEXT:
	case VALUE_IP:
	case VALUE_COUNT:
	case VALUE_BYTES:
	case VALUE_PERCENT:
	case VALUE_REAL:
		buf_printf(b, "%" PRId64, i);
		break;
	}
}

bool
plain_value(struct buf *b, enum value_type type, struct value v)
{
	assert(v.is != VALUE_IS_TEXT);
	if (!value_known(type, v))
		return false;
	if (v.is == VALUE_IS_INT)
		plain_int(b, type, v.i);
	else
		plain_real(b, v.r, type == VALUE_PERCENT ? 4 : 6);
	return true;
}

const char *
plain_type_name(enum value_type type)
{
	static const char *const names[] = {
		[VALUE_TEXT] = "text",
		[VALUE_IP] = "ip",
		[VALUE_COUNT] = "count",
		[VALUE_BYTES] = "bytes",
		[VALUE_DURATION] = "duration",
		[VALUE_PERCENT] = "percent",
		[VALUE_REAL] = "real",
		[VALUE_TIME] = "time",
		[VALUE_FLAG] = "flag",
	};

	assert(type <= VALUE_FLAG);
	return names[type];
}
