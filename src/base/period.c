/* period.c - the part of time that options name. */
#include "base/period.h"

#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/when.h"

/* A hundred years: more is a slip. */
#define HOURS_MAX 876600

/* The base instant is the moment of the run, not an hour of the day. */
#define BASE_NOW (-1)

/* One of them is not 0.  Months and days are the calendar's; hours pass. */
struct length {
	int months;
	int days;
	int hours;
};

static const struct interval {
	const char *name;
	struct length length;
} intervals[] = {
	{ .name = "daily", .length = { .days = 1 } },
	{ .name = "weekly", .length = { .days = 7 } },
	{ .name = "fortnightly", .length = { .days = 14 } },
	{ .name = "monthly", .length = { .days = 30 } },
	{ .name = "calendar-month", .length = { .months = 1 } },
	{ .name = NULL }
};

enum first_day { FIRST_ANY, FIRST_MONDAY, FIRST_OF_MONTH };

static const struct named {
	const char *name;
	enum first_day first;
	struct length length;
	int back; /* how many lengths before the one that is now */
} names[] = {
	{ .name = "today", FIRST_ANY, { .days = 1 }, .back = 0 },
	{ .name = "yesterday", FIRST_ANY, { .days = 1 }, .back = 1 },
	{ .name = "this-week", FIRST_MONDAY, { .days = 7 }, .back = 0 },
	{ .name = "last-week", FIRST_MONDAY, { .days = 7 }, .back = 1 },
	{ .name = "this-month", FIRST_OF_MONTH, { .months = 1 }, .back = 0 },
	{ .name = "last-month", FIRST_OF_MONTH, { .months = 1 }, .back = 1 },
	{ .name = NULL }
};

static const struct period everything = { .start_ns = INT64_MIN,
	.end_ns = INT64_MAX };

static struct civil
to_local(const struct zone *z, int64_t unix_s)
{
	return civil_from_s(unix_s + zone_offset_s(z, unix_s));
}

static int64_t
to_unix(const struct zone *z, struct civil c)
{
	return zone_from_local(z, civil_to_s(&c), INT64_MIN);
}

static struct civil
add_days(struct civil c, int64_t days)
{
	return civil_from_s(civil_to_s(&c) + days * WHEN_DAY_S);
}

static struct civil
add_months(struct civil c, int64_t months)
{
	int64_t n = c.year * 12 + c.month - 1 + months;
	int last;

	c.year = n / 12;
	c.month = (int)(n % 12) + 1;
	last = civil_month_days(c.year, c.month);
	if (c.day > last)
		c.day = last;
	return c;
}

/* The months and days of l, times over. */
static struct civil
add_length(struct civil c, struct length l, int times)
{
	return add_days(add_months(c, l.months * times), l.days * times);
}

/* The latest day that had its hour o'clock when it was now_s. */
static struct civil
latest_base(const struct zone *z, int64_t now_s, int hour)
{
	struct civil c = to_local(z, now_s);

	c.hour = hour;
	c.minute = c.second = 0;
	/* From tomorrow: a clock set back over midnight shows a day twice. */
	c = add_days(c, 1);
	while (to_unix(z, c) > now_s)
		c = add_days(c, -1);
	return c;
}

static int
parse_interval(const char *text, struct length *l, struct err *err)
{
	const struct interval *row = intervals;
	uint32_t hours;

	if (text == NULL)
		text = "daily";
	while (row->name && strcmp(row->name, text) != 0)
		row++;
	if (row->name) {
		*l = row->length;
		return 0;
	}
	if (!num_u32(str_from(text), &hours) || hours < 1 || hours > HOURS_MAX)
		return err_set(err, ERR_USAGE,
		    "--interval \"%.60s\": give daily, weekly, fortnightly, "
		    "monthly, calendar-month or a number of hours", text);
	*l = (struct length){ .hours = (int)hours };
	return 0;
}

static int
parse_base(const char *text, int *hour, struct err *err)
{
	uint32_t n;

	if (text == NULL || strcmp(text, "midnight") == 0)
		*hour = 0;
	else if (strcmp(text, "midday") == 0)
		*hour = 12;
	else if (strcmp(text, "now") == 0)
		*hour = BASE_NOW;
	else if (num_u32(str_from(text), &n) && n <= 23)
		*hour = (int)n;
	else
		return err_set(err, ERR_USAGE,
		    "--base \"%.60s\": give midnight, midday, now or an hour "
		    "from 0 to 23", text);
	return 0;
}

static int
resolve_interval(const struct period_options *o, int64_t now_ns,
    const struct zone *z, struct period *p, struct err *err)
{
	int64_t end_s = when_to_s(now_ns), rest_ns = 0;
	struct civil c = to_local(z, end_s);
	struct length length = { 0 };
	int hour = 0;

	if (parse_interval(o->interval, &length, err) == -1 ||
	    parse_base(o->base, &hour, err) == -1)
		return -1;
	if (hour == BASE_NOW) {
		rest_ns = now_ns - when_from_s(end_s);
	} else {
		c = latest_base(z, end_s, hour);
		end_s = to_unix(z, c);
	}
	p->end_ns = when_from_s(end_s) + rest_ns;
	if (length.hours > 0)
		p->start_ns = num_add_signed(p->end_ns,
		    -length.hours * WHEN_HOUR_S * WHEN_SECOND);
	else
		p->start_ns = when_from_s(
		    to_unix(z, add_length(c, length, -1))) + rest_ns;
	return 0;
}

static struct civil
first_day(struct civil c, enum first_day first)
{
	c.hour = c.minute = c.second = 0;
	switch (first) {
	case FIRST_ANY:
		break;
	case FIRST_MONDAY:
		return add_days(c, -c.weekday);
	case FIRST_OF_MONTH:
		c.day = 1;
		break;
	}
	return c;
}

static int
resolve_name(const char *name, int64_t now_ns, const struct zone *z,
    struct period *p, struct err *err)
{
	const struct named *row = names;
	struct civil c = to_local(z, when_to_s(now_ns));

	if (strcmp(name, "all") == 0) {
		*p = everything;
		return 0;
	}
	while (row->name && strcmp(row->name, name) != 0)
		row++;
	if (row->name == NULL)
		return err_set(err, ERR_USAGE,
		    "--period \"%.60s\": give today, yesterday, this-week, "
		    "last-week, this-month, last-month or all", name);
	c = add_length(first_day(c, row->first), row->length, -row->back);
	p->start_ns = when_from_s(to_unix(z, c));
	p->end_ns = when_from_s(to_unix(z, add_length(c, row->length, 1)));
	return 0;
}

/* Leaves *time_ns as it is if there is no text. */
static int
parse_edge(const char *option, const char *text, int64_t now_ns,
    const struct zone *z, int64_t *time_ns, struct err *err)
{
	struct err why = { 0 };

	if (text == NULL ||
	    when_parse(str_from(text), now_ns, z, time_ns, &why) == 0)
		return 0;
	return err_set(err, why.kind, "%s %s", option, why.text);
}

static int
resolve_edges(const struct period_options *o, int64_t now_ns,
    const struct zone *z, struct period *p, struct err *err)
{
	*p = everything;
	if (parse_edge("--since", o->since, now_ns, z, &p->start_ns, err) == -1)
		return -1;
	return parse_edge("--until", o->until, now_ns, z, &p->end_ns, err);
}

static int
refuse_empty(const struct period *p, const struct zone *z, struct err *err)
{
	struct buf text = { 0 };

	when_format(&text, p->start_ns, WHEN_LOCAL_ZONE, z);
	buf_add_str(&text, STR(" to "));
	when_format(&text, p->end_ns, WHEN_LOCAL_ZONE, z);
	err_set(err, ERR_USAGE,
	    "the period from %s is empty; its end must be later than its start",
	    text.p);
	buf_clear(&text);
	return -1;
}

int
period_resolve(const struct period_options *o, bool named_input,
    int64_t now_ns, const struct zone *z, struct period *p, struct err *err)
{
	bool by_edges = o->since || o->until;
	bool by_interval = o->interval || o->base;
	struct period found = everything;
	int result = 0;

	if (by_edges + by_interval + (o->name != NULL) > 1)
		return err_set(err, ERR_USAGE,
		    "--since and --until, --interval and --base, and --period "
		    "exclude each other; name the period in one way");
	if (by_edges)
		result = resolve_edges(o, now_ns, z, &found, err);
	else if (o->name)
		result = resolve_name(o->name, now_ns, z, &found, err);
	else if (by_interval || !named_input)
		result = resolve_interval(o, now_ns, z, &found, err);
	if (result == -1)
		return -1;
	if (found.end_ns <= found.start_ns)
		return refuse_empty(&found, z, err);
	*p = found;
	return 0;
}

bool
period_unbounded(const struct period *p)
{
	return p->start_ns == INT64_MIN || p->end_ns == INT64_MAX;
}

/* Do the clocks of a and b show the same time of day?  If so, how far apart? */
static bool
calendar_length(const struct civil *a, const struct civil *b, struct length *l)
{
	int64_t s = civil_to_s(b) - civil_to_s(a);

	if (s < WHEN_DAY_S || s % WHEN_DAY_S != 0)
		return false;
	*l = (struct length){ 0 };
	if (a->day == b->day)
		l->months = (int)((b->year - a->year) * 12 + b->month - a->month);
	else
		l->days = (int)(s / WHEN_DAY_S);
	return true;
}

struct period
period_before(const struct period *p, const struct zone *z)
{
	int64_t start_s = when_to_s(p->start_ns), end_s = when_to_s(p->end_ns);
	int64_t rest_ns = p->start_ns - when_from_s(start_s);
	struct civil a = to_local(z, start_s), b = to_local(z, end_s);
	struct period before = { .end_ns = p->start_ns };
	struct length length;

	if (rest_ns == p->end_ns - when_from_s(end_s) &&
	    calendar_length(&a, &b, &length))
		before.start_ns = when_from_s(
		    to_unix(z, add_length(a, length, -1))) + rest_ns;
	else
		before.start_ns = num_add_signed(p->start_ns,
		    num_add_signed(p->start_ns, -p->end_ns));
	return before;
}
