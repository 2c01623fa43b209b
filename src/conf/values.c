/* values.c - settings that are one value. */
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/ip.h"
#include "base/num.h"
#include "base/period.h"
#include "base/when.h"
#include "conf/conf.h"
#include "conf/row.h"
#include "event/event.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void *
field(const struct assignment *a)
{
	return (char *)a->conf + a->row->offset;
}

static const void *
const_field(const struct conf *c, const struct row *r)
{
	return (const char *)c + r->offset;
}

static int
set_text(const struct assignment *a)
{
	const char **text = field(a);

	*text = NULL;
	if (a->value.n > 0)
		*text = arena_str(&a->conf->arena, a->value).p;
	return 0;
}

static void
print_text(struct buf *b, const struct conf *c, const struct row *r)
{
	const char *const *text = const_field(c, r);

	if (*text != NULL)
		buf_add_str(b, str_from(*text));
}

const struct conf_type conf_type_text = {
	.set = set_text,
	.print = print_text,
};

static int
set_marker(const struct assignment *a)
{
	struct str *marker = field(a);

	*marker = arena_str(&a->conf->arena, a->value);
	return 0;
}

static void
print_marker(struct buf *b, const struct conf *c, const struct row *r)
{
	const struct str *marker = const_field(c, r);

	buf_add_str(b, *marker);
}

const struct conf_type conf_type_marker = {
	.set = set_marker,
	.print = print_marker,
};

static int
set_zone(const struct assignment *a)
{
	struct zone *zone;

	set_text(a);
	if (a->value.n == 0)
		return 0;
	if (zone_open(&zone, *(const char **)field(a), a->err) == -1)
		return -1;
	zone_close(&zone);
	return 0;
}

const struct conf_type conf_type_zone = {
	.set = set_zone,
	.print = print_text,
};

/* The module that knows periods judges, now rather than at the first report. */
static int
set_period(const struct assignment *a)
{
	struct period_options options;
	struct period period;
	struct zone *utc;
	struct err why = { 0 };
	int result;

	set_text(a);
	options = (struct period_options){
		.interval = a->conf->interval,
		.base = a->conf->base,
	};
	if (zone_open(&utc, "UTC", a->err) == -1)
		return -1;
	result = period_resolve(&options, false, 0, utc, &period, &why);
	zone_close(&utc);
	if (result == -1) /* it speaks of the option: "--interval ..." */
		err_set(a->err, why.kind, "%s", why.text + strspn(why.text, "-"));
	return result;
}

const struct conf_type conf_type_period = {
	.set = set_period,
	.print = print_text,
};

static int
set_yes_no(const struct assignment *a)
{
	static const char *const words[] = { "no", "yes", "false", "true",
		"off", "on", "0", "1" };
	bool *flag = field(a);

	for (size_t i = 0; i < COUNT(words); i++) {
		if (str_eq_nocase(a->value, str_from(words[i]))) {
			*flag = i % 2 == 1;
			return 0;
		}
	}
	return conf_wrong(a, "is neither yes nor no");
}

static void
print_yes_no(struct buf *b, const struct conf *c, const struct row *r)
{
	const bool *flag = const_field(c, r);

	buf_add_str(b, *flag ? STR("yes") : STR("no"));
}

const struct conf_type conf_type_yes_no = {
	.set = set_yes_no,
	.print = print_yes_no,
};

static int
set_score(const struct assignment *a)
{
	int64_t *milli = field(a);

	*milli = EVENT_NO_NUMBER;
	if (a->value.n > 0 && !num_decimal(a->value, 3, milli))
		return conf_wrong(a, "is not a number");
	return 0;
}

static void
print_score(struct buf *b, const struct conf *c, const struct row *r)
{
	const int64_t *milli = const_field(c, r);

	if (*milli != EVENT_NO_NUMBER)
		buf_printf(b, "%.15g", (double)*milli / 1000);
}

const struct conf_type conf_type_score = {
	.set = set_score,
	.print = print_score,
};

static int
set_percent(const struct assignment *a)
{
	const int64_t percent = 1000000;
	double *number = field(a);
	int64_t millionths;

	if (!num_decimal(a->value, 6, &millionths) || millionths < 0 ||
	    millionths > 100 * percent)
		return conf_wrong(a, "is not a percentage, 0 to 100");
	*number = (double)millionths / (double)percent;
	return 0;
}

static int
set_percent_or_auto(const struct assignment *a)
{
	double *number = field(a);

	if (a->value.n > 0 && !str_eq_nocase(a->value, STR("auto")))
		return set_percent(a);
	*number = -1;
	return 0;
}

static void
print_percent(struct buf *b, const struct conf *c, const struct row *r)
{
	const double *number = const_field(c, r);

	if (*number < 0)
		buf_add_str(b, STR("auto"));
	else
		buf_printf(b, "%.9g", *number);
}

const struct conf_type conf_type_percent = {
	.set = set_percent,
	.print = print_percent,
};

const struct conf_type conf_type_percent_or_auto = {
	.set = set_percent_or_auto,
	.print = print_percent,
};

static int
set_ip(const struct assignment *a)
{
	struct ip *ip = field(a);

	*ip = (struct ip){ 0 };
	if (a->value.n > 0 && !ip_parse(a->value, ip))
		return conf_wrong(a, "is not an IP address");
	return 0;
}

static void
print_ip(struct buf *b, const struct conf *c, const struct row *r)
{
	static const struct ip none;
	const struct ip *ip = const_field(c, r);

	if (memcmp(ip, &none, sizeof(none)) != 0)
		ip_format(b, ip);
}

const struct conf_type conf_type_ip = {
	.set = set_ip,
	.print = print_ip,
};

static int
set_between(const struct assignment *a, uint64_t min, uint64_t max,
    const char *why)
{
	long *number = field(a);
	uint64_t value;

	if (!num_u64(a->value, &value) || value < min || value > max)
		return conf_wrong(a, why);
	*number = (long)value;
	return 0;
}

static void
print_long(struct buf *b, const struct conf *c, const struct row *r)
{
	const long *number = const_field(c, r);

	buf_printf(b, "%ld", *number);
}

/* The limits of both are multilog's. */
static int
set_file_count(const struct assignment *a)
{
	return set_between(a, 2, 1000000, "is not a number from 2 on");
}

const struct conf_type conf_type_file_count = {
	.set = set_file_count,
	.print = print_long,
};

static int
set_days(const struct assignment *a)
{
	return set_between(a, 1, 36500, "is not a number of days from 1 on");
}

const struct conf_type conf_type_days = {
	.set = set_days,
	.print = print_long,
};

static int
set_file_bytes(const struct assignment *a)
{
	return set_between(a, 4096, 16777215, "is not a number of bytes from "
	    "4096 to 16777215");
}

const struct conf_type conf_type_file_bytes = {
	.set = set_file_bytes,
	.print = print_long,
};

static int
set_port(const struct assignment *a)
{
	return set_between(a, 0, 65535, "is not a port, 0 to 65535");
}

const struct conf_type conf_type_port = {
	.set = set_port,
	.print = print_long,
};
