#include "format/stamp.h"

#include <string.h>

#include "base/num.h"
#include "base/when.h"

#define HALF_YEAR_S (INT64_C(183) * WHEN_DAY_S)
/* A year in which every date exists. */
#define LEAP_YEAR 1972

/* The label that is Unix time 0: 2^62 and the 10 s that were TAI - UTC in 1970. */
#define TAI64_EPOCH (UINT64_C(0x4000000000000000) + 10)

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool
hex_read(const char *p, size_t n, uint64_t *value)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++) {
		int d = hex_digit(p[i]);

		if (d < 0)
			return false;
		v = v << 4 | (uint64_t)d;
	}
	*value = v;
	return true;
}

/* Int64 nanoseconds end in 1677 and 2262: what is beyond is noise, WHEN_NONE. */
static int64_t
instant(int64_t s, int64_t ns)
{
	if (s > INT64_MAX / WHEN_SECOND - 1 || s < INT64_MIN / WHEN_SECOND + 1)
		return WHEN_NONE;
	return s * WHEN_SECOND + ns;
}

int64_t
stamp_tai64n(const char *p)
{
	uint64_t label, ns;

	if (p[0] != '@' || !hex_read(p + 1, 16, &label) ||
	    !hex_read(p + 17, 8, &ns) || ns > 999999999)
		return WHEN_NONE;
	return instant((int64_t)(label - TAI64_EPOCH), (int64_t)ns);
}

/* n digits at p, or -1. */
static int
digits(const char *p, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		v = v * 10 + (p[i] - '0');
	}
	return v;
}

/* "14:35:11" */
static bool
clock_read(const char *p, struct civil *c)
{
	if (p[2] != ':' || p[5] != ':')
		return false;
	c->hour = digits(p, 2);
	c->minute = digits(p + 3, 2);
	c->second = digits(p + 6, 2);
	return c->hour >= 0 && c->minute >= 0 && c->second >= 0;
}

/* "2026-11-22" */
static bool
date_read(const char *p, struct civil *c)
{
	int year = digits(p, 4);

	if (year < 0 || p[4] != '-' || p[7] != '-')
		return false;
	c->year = year;
	c->month = digits(p + 5, 2);
	c->day = digits(p + 8, 2);
	return true;
}

static int
month_read(const char *p)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int m = 0; m < 12; m++)
		if (memcmp(p, names + m * 3, 3) == 0)
			return m + 1;
	return 0;
}

/* "Nov 22 14:35:11", the day padded with a blank; 15 bytes. */
static bool
syslog_time_read(const char *p, struct civil *c)
{
	c->month = month_read(p);
	if (c->month == 0 || p[3] != ' ' || p[6] != ' ')
		return false;
	c->day = p[4] == ' ' ? digits(p + 5, 1) : digits(p + 4, 2);
	return c->day > 0 && clock_read(p + 7, c);
}

/* The digits after a point, at most nine of them, as nanoseconds. */
static int64_t
fraction_read(struct str s, size_t *n)
{
	int64_t ns = 0, unit = WHEN_SECOND / 10;
	size_t i = 0;

	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
		ns += (s.p[i] - '0') * unit;
		unit /= 10;
	}
	*n = i;
	return ns;
}

/*
 * "mail qpsmtpd[14753]: " or "mail[14753]: " behind a stamp.  A tag may have
 * slashes and dashes, and no [pid]; what is no tag is left in the message.
 */
static void
origin_read(struct str s, bool has_host, struct stamp *st)
{
	size_t at = 0, end;
	struct str tag;

	if (has_host) {
		at = str_index(s, ' ');
		if (at == s.n)
			return;
		st->host = str_head(s, at);
		st->n += at + 1;
		s = str_skip(s, at + 1);
	}
	end = str_index(s, ' ');
	if (end == 0 || s.p[end - 1] != ':')
		return;
	tag = str_head(s, end - 1);
	if (tag.n > 0 && tag.p[tag.n - 1] == ']') {
		size_t open = str_index(tag, '[');

		if (open < tag.n) {
			st->pid = str_span(tag.p + open + 1, tag.p + tag.n - 1);
			tag.n = open;
		}
	}
	if (has_host)
		st->program = tag;
	else
		st->host = tag;
	st->n += end < s.n ? end + 1 : end;
}

/* Sets the instant of a local time; false if there is no such date. */
static bool
local_set(struct stamp_clock *c, struct stamp *st, const struct civil *local,
    int64_t ns)
{
	int64_t s;

	if (!civil_valid(local))
		return false;
	s = civil_to_s(local);
	st->time_ns = instant(s, ns);
	if (c->zone == NULL || st->time_ns == WHEN_NONE)
		return st->time_ns != WHEN_NONE;
	/*
	 * In the hour that a clock set back repeats, time goes on: the second
	 * of the two instants once the first one is behind us.  Two minutes of
	 * grace, because syslog lines may swap places.
	 */
	s = zone_from_local(c->zone, s,
	    c->last_s == INT64_MIN ? INT64_MIN : c->last_s - 120);
	st->time_ns = instant(s, ns);
	if (st->time_ns == WHEN_NONE)
		return false;
	c->last_s = s;
	return true;
}

/* Where in LEAP_YEAR a date without a year stands; false if there is none. */
static bool
seconds_in_year(struct civil c, int64_t *s)
{
	struct civil first = { .year = LEAP_YEAR, .month = 1, .day = 1 };

	c.year = LEAP_YEAR;
	*s = civil_to_s(&c) - civil_to_s(&first);
	return civil_valid(&c);
}

/*
 * How many years later than the date before, -1 for none, this one is, if it
 * is taken to be as near to it as can be.
 */
static int
years_between(int64_t before_s, int64_t now_s)
{
	if (before_s < 0)
		return 0;
	return (now_s - before_s < -HALF_YEAR_S) -
	    (now_s - before_s > HALF_YEAR_S);
}

static bool
parse_tai64n(struct str line, struct stamp *st)
{
	if (line.n < 25)
		return false;
	st->time_ns = stamp_tai64n(line.p);
	if (st->time_ns == WHEN_NONE || (line.n > 25 && line.p[25] != ' '))
		return false;
	st->kind = STAMP_TAI64N;
	st->n = line.n > 25 ? 26 : 25;
	return true;
}

static bool
parse_syslog(struct str line, struct stamp_clock *c, struct stamp *st)
{
	struct civil local = { 0 };
	int64_t now;

	if (line.n < 17 || line.p[15] != ' ' ||
	    !syslog_time_read(line.p, &local) || !seconds_in_year(local, &now))
		return false;
	local.year = c->year ? c->year + years_between(c->previous, now)
			     : LEAP_YEAR;
	if (!local_set(c, st, &local, 0))
		return false;
	c->year = c->year ? (int)local.year : 0;
	c->previous = now;
	st->kind = STAMP_SYSLOG;
	st->guessed = true;
	st->n = 16;
	origin_read(str_skip(line, 16), true, st);
	return true;
}

/* "Sun Nov 22 14:35:11 2026 mail[14753]: " */
static bool
parse_file_plugin(struct str line, struct stamp_clock *c, struct stamp *st)
{
	struct civil local = { 0 };

	if (line.n < 26 || line.p[3] != ' ' || line.p[19] != ' ' ||
	    line.p[24] != ' ' || !syslog_time_read(line.p + 4, &local))
		return false;
	local.year = digits(line.p + 20, 4);
	if (local.year < 0 || !local_set(c, st, &local, 0))
		return false;
	st->kind = STAMP_FILE_PLUGIN;
	st->n = 25;
	origin_read(str_skip(line, 25), false, st);
	return true;
}

/* "Z", "+01:00" or "-0330" at the start of s: seconds east; how many bytes. */
static bool
offset_read(struct str s, int64_t *east_s, size_t *n)
{
	int hours, minutes;
	size_t colon;

	if (s.n > 0 && (s.p[0] == 'Z' || s.p[0] == 'z')) {
		*east_s = 0;
		*n = 1;
		return true;
	}
	if (s.n < 5 || (s.p[0] != '+' && s.p[0] != '-'))
		return false;
	colon = s.p[3] == ':';
	if (s.n < 5 + colon)
		return false;
	hours = digits(s.p + 1, 2);
	minutes = digits(s.p + 3 + colon, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return false;
	*east_s = (hours * 60 + minutes) * 60;
	if (s.p[0] == '-')
		*east_s = -*east_s;
	*n = 5 + colon;
	return true;
}

/* "2008-11-08 06:35:41.724563500 " or "2026-11-22T14:35:11.5+01:00 " */
static bool
parse_iso(struct str line, struct stamp_clock *c, struct stamp *st)
{
	struct civil local = { 0 };
	int64_t ns = 0, east_s;
	size_t at = 19, used;

	if (line.n < 20 || !date_read(line.p, &local) ||
	    (line.p[10] != ' ' && line.p[10] != 'T') ||
	    !clock_read(line.p + 11, &local) || !civil_valid(&local))
		return false;
	if (line.p[at] == '.') {
		ns = fraction_read(str_skip(line, at + 1), &used);
		at += 1 + used;
	}
	if (at >= line.n)
		return false;
	if (line.p[10] == ' ') {
		if (line.p[at] != ' ' || !local_set(c, st, &local, ns))
			return false;
		st->kind = STAMP_TAI64NLOCAL;
		st->n = at + 1;
		return true;
	}
	if (!offset_read(str_skip(line, at), &east_s, &used))
		return false;
	at += used;
	if (at >= line.n || line.p[at] != ' ')
		return false;
	st->time_ns = instant(civil_to_s(&local) - east_s, ns);
	if (st->time_ns == WHEN_NONE)
		return false;
	st->kind = STAMP_RFC3339;
	st->n = at + 1;
	origin_read(str_skip(line, at + 1), true, st);
	return true;
}

/* "22/11/2026 14:35:11:14753: " */
static bool
parse_prefork(struct str line, struct stamp_clock *c, struct stamp *st)
{
	struct civil local = { 0 };
	struct str pid;
	uint32_t number;
	size_t end;

	if (line.n < 23 || line.p[2] != '/' || line.p[5] != '/' ||
	    line.p[10] != ' ' || line.p[19] != ':')
		return false;
	local.day = digits(line.p, 2);
	local.month = digits(line.p + 3, 2);
	local.year = digits(line.p + 6, 4);
	pid = str_skip(line, 20);
	pid = str_head(pid, str_index(pid, ':'));
	end = 20 + pid.n;
	if (local.year < 0 || !clock_read(line.p + 11, &local) ||
	    !num_u32(pid, &number) || end + 1 >= line.n ||
	    line.p[end + 1] != ' ' || !local_set(c, st, &local, 0))
		return false;
	st->pid = pid;
	st->kind = STAMP_PREFORK;
	st->n = end + 2;
	return true;
}

/* "1795357230.230487500 " */
static bool
parse_decimal(struct str line, struct stamp *st)
{
	int64_t s = 0, ns;
	size_t used;

	if (line.n < 13 || line.p[10] != '.')
		return false;
	for (int i = 0; i < 10; i++) {
		if (line.p[i] < '0' || line.p[i] > '9')
			return false;
		s = s * 10 + (line.p[i] - '0');
	}
	ns = fraction_read(str_skip(line, 11), &used);
	st->time_ns = instant(s, ns);
	if (used == 0 || 11 + used >= line.n || line.p[11 + used] != ' ' ||
	    st->time_ns == WHEN_NONE)
		return false;
	st->kind = STAMP_DECIMAL;
	st->n = 11 + used + 1;
	return true;
}

void
stamp_clock_init(struct stamp_clock *c, const struct zone *z, int year)
{
	*c = (struct stamp_clock){
		.zone = z, .year = year, .previous = -1, .last_s = INT64_MIN
	};
}

bool
stamp_parse(struct str line, struct stamp_clock *c, struct stamp *st)
{
	bool found = false;

	*st = (struct stamp){ .kind = STAMP_NONE, .time_ns = WHEN_NONE };
	if (line.n == 0)
		return false;
	if (line.p[0] == '@')
		found = parse_tai64n(line, st);
	else if (line.p[0] >= '0' && line.p[0] <= '9')
		found = parse_iso(line, c, st) || parse_prefork(line, c, st) ||
		    parse_decimal(line, st);
	else if (line.p[0] >= 'A' && line.p[0] <= 'Z')
		found = parse_syslog(line, c, st) ||
		    parse_file_plugin(line, c, st);
	if (!found)
		*st = (struct stamp){ .kind = STAMP_NONE, .time_ns = WHEN_NONE };
	return found;
}

bool
stamp_begins(struct str line)
{
	struct stamp_clock clock;
	struct stamp st;

	/* Which instant a local stamp is does not matter here: UTC will do. */
	stamp_clock_init(&clock, NULL, 0);
	return stamp_parse(line, &clock, &st);
}

void
years_init(struct years *y)
{
	*y = (struct years){ .previous = -1 };
}

static void
years_line(struct years *y, struct str line)
{
	struct civil c = { 0 };
	int64_t now;

	if (line.n < 17 || line.p[15] != ' ' ||
	    !syslog_time_read(line.p, &c) || !seconds_in_year(c, &now))
		return;
	y->era += years_between(y->previous, now);
	y->any = true;
	y->previous = now;
	if (c.month == 2 && c.day == 29 && y->era >= -YEARS_BEFORE &&
	    y->era < 64 - YEARS_BEFORE)
		y->leap_eras |= UINT64_C(1) << (y->era + YEARS_BEFORE);
	y->last_month = c.month;
	y->last_day = c.day;
	y->last_hour = c.hour;
	y->last_minute = c.minute;
	y->last_second = c.second;
}

void
years_block(struct years *y, struct str block)
{
	struct str line;

	while (str_cut(&block, '\n', &line))
		years_line(y, line);
}

static bool
years_fit(const struct years *y, int64_t first)
{
	for (int bit = 0; bit < 64; bit++)
		if (y->leap_eras >> bit & 1 &&
		    !civil_leap_year(first + bit - YEARS_BEFORE))
			return false;
	return true;
}

int
years_first(const struct years *y, int64_t anchor_ns, const struct zone *z)
{
	int64_t anchor_s = when_to_s(anchor_ns);
	struct civil last = civil_from_s(anchor_s + WHEN_DAY_S +
	    (z ? zone_offset_s(z, anchor_s) : 0));
	int64_t limit_s = civil_to_s(&last);
	int64_t year = last.year;

	last.month = y->last_month;
	last.day = y->last_day;
	last.hour = y->last_hour;
	last.minute = y->last_minute;
	last.second = y->last_second;
	if (civil_to_s(&last) > limit_s)
		year--;
	/* A 29 February needs at most 8 years back (1896 to 1904). */
	for (int back = 0; back < 8; back++)
		if (years_fit(y, year - back - y->era))
			return (int)(year - back - y->era);
	return (int)(year - y->era);
}
