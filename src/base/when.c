/* when.c - printing and parsing instants. */
#include "base/when.h"

#include <inttypes.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"

/* The earliest instant: one later than "no time". */
#define EARLIEST_NS (WHEN_NONE + 1)

/* The TAI64 label of 1970-01-01 as daemontools has it: 2^62 and 10 seconds. */
#define TAI64_EPOCH UINT64_C(0x400000000000000a)

int64_t
when_from_s(int64_t unix_s)
{
	int64_t ns;

	if (__builtin_mul_overflow(unix_s, WHEN_SECOND, &ns))
		return unix_s < 0 ? EARLIEST_NS : INT64_MAX;
	return ns;
}

int64_t
when_to_s(int64_t time_ns)
{
	return time_ns / WHEN_SECOND - (time_ns % WHEN_SECOND < 0);
}

static int64_t
nanoseconds(int64_t time_ns)
{
	int64_t rest = time_ns % WHEN_SECOND;

	return rest < 0 ? rest + WHEN_SECOND : rest;
}

/* Saturates, too, but not at "no time". */
static int64_t
later(int64_t time_ns, int64_t by_ns)
{
	int64_t sum = num_add_signed(time_ns, by_ns);

	return sum == WHEN_NONE ? EARLIEST_NS : sum;
}

int64_t
when_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return later(when_from_s(now.tv_sec), now.tv_nsec);
}

/*
 * Printing.  Live lines print a time each, so this does without printf; each
 * put_ function writes at at and returns where it stopped.
 */

static char *
put_char(char *at, char c)
{
	*at = c;
	return at + 1;
}

static char *
put_number(char *at, int64_t n, int width)
{
	for (int i = width - 1; i >= 0; i--, n /= 10)
		at[i] = (char)('0' + n % 10);
	return at + width;
}

static char *
put_hex(char *at, uint64_t n, int width)
{
	for (int i = width - 1; i >= 0; i--, n >>= 4)
		at[i] = "0123456789abcdef"[n & 15];
	return at + width;
}

static char *
put_month(char *at, const struct civil *c)
{
	at = put_number(at, c->year, 4);
	at = put_char(at, '-');
	return put_number(at, c->month, 2);
}

static char *
put_day(char *at, const struct civil *c)
{
	at = put_month(at, c);
	at = put_char(at, '-');
	return put_number(at, c->day, 2);
}

static char *
put_hour(char *at, const struct civil *c)
{
	at = put_day(at, c);
	at = put_char(at, ',');
	at = put_char(at, ' ');
	return put_number(at, c->hour, 2);
}

static char *
put_second(char *at, const struct civil *c, char between)
{
	at = put_day(at, c);
	at = put_char(at, between);
	at = put_number(at, c->hour, 2);
	at = put_char(at, ':');
	at = put_number(at, c->minute, 2);
	at = put_char(at, ':');
	return put_number(at, c->second, 2);
}

static char *
put_offset(char *at, int32_t offset_s)
{
	int32_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;

	at = put_char(at, ' ');
	at = put_char(at, offset_s < 0 ? '-' : '+');
	return put_number(at, minutes / 60 * 100 + minutes % 60, 4);
}

static char *
put_rfc3339(char *at, const struct civil *c, int64_t ms)
{
	at = put_second(at, c, 'T');
	if (ms != 0) {
		at = put_char(at, '.');
		at = put_number(at, ms, 3);
	}
	return put_char(at, 'Z');
}

static char *
put_tai64n(char *at, int64_t time_ns)
{
	at = put_char(at, '@');
	at = put_hex(at, TAI64_EPOCH + (uint64_t)when_to_s(time_ns), 16);
	return put_hex(at, (uint64_t)nanoseconds(time_ns), 8);
}

static char *
put_time(char *at, int64_t time_ns, enum when_form form, const struct zone *z)
{
	bool local = form != WHEN_RFC3339 && form != WHEN_TAI64N;
	int64_t s = when_to_s(time_ns);
	int32_t offset_s = local ? zone_offset_s(z, s) : 0;
	struct civil c = civil_from_s(s + offset_s);

	switch (form) {
	case WHEN_RFC3339:
		return put_rfc3339(at, &c, nanoseconds(time_ns) / 1000000);
	case WHEN_LOCAL:
		return put_second(at, &c, ' ');
	case WHEN_LOCAL_ZONE:
		return put_offset(put_second(at, &c, ' '), offset_s);
	case WHEN_HOUR:
		return put_hour(at, &c);
	case WHEN_DAY:
		return put_day(at, &c);
	case WHEN_MONTH:
		return put_month(at, &c);
	case WHEN_TAI64N:
		return put_tai64n(at, time_ns);
	}
	return at;
}

void
when_format(struct buf *b, int64_t time_ns, enum when_form form,
    const struct zone *z)
{
	char text[32]; /* the longest has 25 */
	char *end;

	end = time_ns == WHEN_NONE ? put_char(text, '-') :
				     put_time(text, time_ns, form, z);
	buf_add_str(b, str_span(text, end));
}

static uint64_t
rounded(uint64_t n, uint64_t unit)
{
	return (n + unit / 2) / unit;
}

/*
 * Each form is chosen by the number it would print, so that 59.96 seconds
 * become 1m00s and not 60.0s.
 */
void
when_format_duration(struct buf *b, int64_t duration_ns)
{
	uint64_t ns = duration_ns < 0 ? 0 - (uint64_t)duration_ns :
					(uint64_t)duration_ns;
	uint64_t ms = rounded(ns, 1000000);
	uint64_t tenths = rounded(ns, 100000000);
	uint64_t seconds = rounded(ns, WHEN_SECOND);
	uint64_t minutes = rounded(ns, 60 * WHEN_SECOND);
	uint64_t hours = rounded(ns, WHEN_HOUR_S * WHEN_SECOND);

	if (duration_ns < 0)
		buf_add_char(b, '-');
	if (ms < 1000)
		buf_printf(b, "0.%03" PRIu64 "s", ms);
	else if (tenths < 600)
		buf_printf(b, "%" PRIu64 ".%" PRIu64 "s", tenths / 10,
		    tenths % 10);
	else if (seconds < 3600)
		buf_printf(b, "%" PRIu64 "m%02" PRIu64 "s", seconds / 60,
		    seconds % 60);
	else if (minutes < 1440)
		buf_printf(b, "%" PRIu64 "h%02" PRIu64 "m", minutes / 60,
		    minutes % 60);
	else
		buf_printf(b, "%" PRIu64 "d%02" PRIu64 "h", hours / 24,
		    hours % 24);
}

/*
 * Parsing.  The take_ functions move *s behind what they take.
 */

static bool
take_char(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = str_skip(*s, 1);
	return true;
}

/* Exactly width digits; more may follow. */
static bool
take_number(struct str *s, size_t width, int *n)
{
	uint32_t value;

	if (s->n < width || !num_u32(str_head(*s, width), &value))
		return false;
	*n = (int)value;
	*s = str_skip(*s, width);
	return true;
}

/* The rest of a time that may end in ".5"; "" is 0. */
static bool
parse_fraction(struct str s, int64_t *ns)
{
	*ns = 0;
	return s.n == 0 || (s.n > 1 && s.p[0] == '.' &&
	    num_decimal(s, 9, ns));
}

static bool
parse_hex(struct str s, uint64_t *n)
{
	*n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c >= '0' && c <= '9')
			*n = *n << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*n = *n << 4 | (uint64_t)(c - 'a' + 10);
		else
			return false;
	}
	return true;
}

bool
when_parse_tai64n(struct str label, int64_t *time_ns)
{
	uint64_t seconds, ns;

	if (label.n != 25 || label.p[0] != '@' ||
	    !parse_hex(str_make(label.p + 1, 16), &seconds) ||
	    !parse_hex(str_make(label.p + 17, 8), &ns))
		return false;
	/* 2^63 and above are reserved. */
	if (seconds > INT64_MAX || ns >= WHEN_SECOND)
		return false;
	*time_ns = later(when_from_s((int64_t)(seconds - TAI64_EPOCH)),
	    (int64_t)ns);
	return true;
}

/* "@1767225600", "1767225600.230487500" */
static bool
parse_unix(struct str s, int64_t *time_ns)
{
	bool marked = take_char(&s, '@');
	size_t digits = str_index(s, '.');
	uint64_t seconds;
	int64_t ns;

	/* Fewer digits without a mark may be a year or a slip. */
	if (!marked && digits < 10)
		return false;
	if (!num_u64(str_head(s, digits), &seconds) ||
	    !parse_fraction(str_skip(s, digits), &ns))
		return false;
	if (seconds > INT64_MAX)
		seconds = INT64_MAX;
	*time_ns = later(when_from_s((int64_t)seconds), ns);
	return true;
}

static int64_t
unit_s(char letter)
{
	switch (letter) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return WHEN_HOUR_S;
	case 'd':
		return WHEN_DAY_S;
	case 'w':
		return 7 * WHEN_DAY_S;
	default:
		return 0;
	}
}

/* "-2h", "+30s" */
static bool
parse_relative(struct str s, int64_t now_ns, int64_t *time_ns)
{
	bool back = take_char(&s, '-');
	uint64_t n;
	int64_t ns;

	if ((!back && !take_char(&s, '+')) || s.n < 2 ||
	    unit_s(s.p[s.n - 1]) == 0 || !num_u64(str_head(s, s.n - 1), &n))
		return false;
	if (__builtin_mul_overflow(n, unit_s(s.p[s.n - 1]) * WHEN_SECOND, &ns))
		ns = INT64_MAX;
	*time_ns = later(now_ns, back ? -ns : ns);
	return true;
}

static bool
take_date(struct str *s, struct civil *c)
{
	int year;

	if (!take_number(s, 4, &year) || !take_char(s, '-') ||
	    !take_number(s, 2, &c->month) || !take_char(s, '-') ||
	    !take_number(s, 2, &c->day))
		return false;
	c->year = year;
	return true;
}

/* "14:05", "14:05:06", "14:05:06.5" */
static bool
take_time_of_day(struct str *s, struct civil *c, int64_t *ns)
{
	size_t n = 0;

	if (!take_number(s, 2, &c->hour) || !take_char(s, ':') ||
	    !take_number(s, 2, &c->minute))
		return false;
	if (!take_char(s, ':'))
		return true;
	if (!take_number(s, 2, &c->second))
		return false;
	if (s->n > 0 && s->p[0] == '.')
		n = num_decimal_span(*s);
	if (!parse_fraction(str_head(*s, n), ns))
		return false;
	*s = str_skip(*s, n);
	return true;
}

/* What follows the time of day: "Z", "+01:00", " +0100", "-05". */
static bool
parse_offset(struct str s, int64_t *offset_s)
{
	bool east, west;
	int hours, minutes = 0;

	*offset_s = 0;
	if (str_eq(s, STR("Z")))
		return true;
	take_char(&s, ' ');
	east = take_char(&s, '+');
	west = !east && take_char(&s, '-');
	if ((!east && !west) || !take_number(&s, 2, &hours))
		return false;
	if (s.n > 2)
		take_char(&s, ':');
	if (s.n > 0 && !take_number(&s, 2, &minutes))
		return false;
	if (s.n > 0 || hours > 24 || minutes > 59)
		return false;
	*offset_s = (hours * 60 + minutes) * (west ? -60 : 60);
	return true;
}

/* "2026-03-10", "2026-03-10 14:05:06.5 +0100" */
static bool
parse_civil(struct str s, const struct zone *z, int64_t *time_ns)
{
	struct civil c = { 0 };
	int64_t ns = 0, unix_s, offset_s;

	if (!take_date(&s, &c))
		return false;
	if (s.n > 0) {
		if (!take_char(&s, ' ') && !take_char(&s, 'T'))
			return false;
		if (!take_time_of_day(&s, &c, &ns))
			return false;
	}
	if (!civil_valid(&c))
		return false;
	unix_s = civil_to_s(&c);
	if (s.n == 0)
		unix_s = zone_from_local(z, unix_s, INT64_MIN);
	else if (parse_offset(s, &offset_s))
		unix_s -= offset_s;
	else
		return false;
	*time_ns = later(when_from_s(unix_s), ns);
	return true;
}

int
when_parse(struct str s, int64_t now_ns, const struct zone *z, int64_t *time_ns,
    struct err *err)
{
	if (str_eq(s, STR("now"))) {
		*time_ns = now_ns;
		return 0;
	}
	if (when_parse_tai64n(s, time_ns) || parse_unix(s, time_ns) ||
	    parse_relative(s, now_ns, time_ns) || parse_civil(s, z, time_ns))
		return 0;
	return err_set(err, ERR_USAGE,
	    "\"%.*s\" is no time; give 2026-03-10, \"2026-03-10 14:05:06\" "
	    "(Z or +0100 may follow), @1767225600, a TAI64N label, now, or "
	    "-90m (s m h d w)",
	    STR_ARG(str_head(s, 60)));
}
