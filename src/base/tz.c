/* tz.c - names of time zones, and the forms that TZ may have. */
#include "base/tz.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

/*
 * The POSIX form.  Each of these takes what it is named after from the start
 * of *p, or says that it is not there.
 */

static bool
skip_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool
skip_number(const char **p, int min, int max)
{
	const char *begin = *p;
	int n = 0;

	for (; isdigit((unsigned char)**p) && *p - begin < 3; (*p)++)
		n = n * 10 + (**p - '0');
	return *p > begin && n >= min && n <= max;
}

/* "CET" or "<+0545>" */
static bool
skip_name(const char **p)
{
	bool quoted = skip_char(p, '<');
	const char *begin = *p;

	while (isalpha((unsigned char)**p) || (quoted &&
	    (isdigit((unsigned char)**p) || **p == '+' || **p == '-')))
		(*p)++;
	return *p - begin >= 3 && (!quoted || skip_char(p, '>'));
}

/* "-1", "5:45", "+02:00:00" */
static bool
skip_time(const char **p, int max_hours)
{
	if (!skip_char(p, '-'))
		skip_char(p, '+');
	if (!skip_number(p, 0, max_hours))
		return false;
	for (int part = 0; part < 2 && skip_char(p, ':'); part++)
		if (!skip_number(p, 0, 59))
			return false;
	return true;
}

/* "M3.5.0" (the last Sunday in March), "J60", "59" */
static bool
skip_date(const char **p)
{
	if (skip_char(p, 'M'))
		return skip_number(p, 1, 12) && skip_char(p, '.') &&
		    skip_number(p, 1, 5) && skip_char(p, '.') &&
		    skip_number(p, 0, 6);
	if (skip_char(p, 'J'))
		return skip_number(p, 1, 365);
	return skip_number(p, 0, 365);
}

/* ",M10.5.0/3"; glibc takes a week of hours, for zones such as Gaza's. */
static bool
skip_rule(const char **p)
{
	return skip_char(p, ',') && skip_date(p) &&
	    (!skip_char(p, '/') || skip_time(p, 167));
}

bool
tz_is_posix(const char *s)
{
	if (!skip_name(&s) || !skip_time(&s, 24))
		return false;
	if (*s == '\0')
		return true;
	return skip_name(&s) && (*s == ',' || skip_time(&s, 24)) &&
	    skip_rule(&s) && skip_rule(&s) && *s == '\0';
}

/*
 * The data base.
 */

/* libc's rule, so that both look in the same place. */
static const char *
zoneinfo_dir(void)
{
	const char *dir = getenv("TZDIR");

	return dir && *dir ? dir : "/usr/share/zoneinfo";
}

/* Other things lie in the folder, too: tables, a list of leap seconds. */
static bool
is_zone_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	char magic[4];
	bool result;

	if (f == NULL)
		return false;
	result = fread(magic, sizeof(magic), 1, f) == 1 &&
	    memcmp(magic, "TZif", sizeof(magic)) == 0;
	fclose(f);
	return result;
}

static bool
in_zoneinfo(const char *name)
{
	struct buf path = { 0 };
	bool result;

	if (*name == '\0' || *name == '/' || strstr(name, ".."))
		return false;
	buf_printf(&path, "%s/%s", zoneinfo_dir(), name);
	result = is_zone_file(path.p);
	buf_clear(&path);
	return result;
}

/* "/usr/share/zoneinfo/Europe/Berlin" -> "Europe/Berlin", or NULL. */
static const char *
name_in_path(const char *path)
{
	static const char dir[] = "/zoneinfo/";
	const char *at = strstr(path, dir);

	return at ? at + sizeof(dir) - 1 : NULL;
}

static int
set_tz(struct tz *tz, const char *name, const char *value)
{
	tz->name = mem_strdup(name);
	tz->value = value ? mem_strdup(value) : NULL;
	return 0;
}

static int
set_utc(struct tz *tz, const char *name)
{
	/* libc knows "UTC" from its file, but "UTC0" without one. */
	return set_tz(tz, name, "UTC0");
}

static int
refuse(const char *name, struct err *err)
{
	if (!in_zoneinfo("UTC"))
		return err_set(err, ERR_NO_INPUT,
		    "time zone \"%.80s\": no time zones in %.200s; install the "
		    "package tzdata (UTC works without it)",
		    name, zoneinfo_dir());
	return err_set(err, ERR_USAGE,
	    "no time zone is called \"%.80s\"; give a name such as UTC or "
	    "Europe/Berlin (all are in %.200s) or rules such as "
	    "CET-1CEST,M3.5.0,M10.5.0/3",
	    name, zoneinfo_dir());
}

static int
find_by_name(struct tz *tz, const char *name, struct err *err)
{
	if (strcasecmp(name, "UTC") == 0)
		return set_utc(tz, "UTC");
	if (strcmp(name, "Etc/UTC") == 0)
		return set_utc(tz, name);
	if (in_zoneinfo(name) || tz_is_posix(name))
		return set_tz(tz, name, name);
	return refuse(name, err);
}

/*
 * The system's zone.
 */

static int
blame(const char *who, const struct err *why, struct err *err)
{
	return err_set(err, why->kind, "%.80s: %s", who, why->text);
}

/* Debian's etc/timezone is one line. */
static const char *
read_first_line(const char *path, char *line, size_t size)
{
	FILE *f = fopen(path, "r");
	bool empty;

	if (f == NULL)
		return NULL;
	empty = fgets(line, (int)size, f) == NULL;
	fclose(f);
	if (empty)
		return NULL;
	line[strcspn(line, " \t\r\n")] = '\0';
	return *line ? line : NULL;
}

int
tz_find_system(struct tz *tz, const char *etc, struct err *err)
{
	struct buf link = { 0 }, text = { 0 };
	char target[PATH_MAX];
	struct err why = { 0 };
	const char *name;
	ssize_t n;
	int result = 0;

	buf_printf(&link, "%s/localtime", etc);
	buf_printf(&text, "%s/timezone", etc);
	n = readlink(link.p, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = '\0';
	name = name_in_path(target);
	if (is_zone_file(link.p)) {
		char line[128];

		if (name == NULL)
			name = read_first_line(text.p, line, sizeof(line));
		set_tz(tz, name ? name : "local", NULL);
	} else if (name == NULL) {
		set_utc(tz, "UTC");
	} else if (find_by_name(tz, name, &why) == -1) {
		result = blame(link.p, &why, err);
	}
	buf_clear(&link);
	buf_clear(&text);
	return result;
}

static int
find_by_path(struct tz *tz, const char *path, struct err *err)
{
	const char *name = name_in_path(path);

	if (strcmp(path, "/etc/localtime") == 0)
		return tz_find_system(tz, "/etc", err);
	if (!is_zone_file(path))
		return err_set(err, ERR_NO_INPUT,
		    "%.200s: not a time zone file", path);
	return set_tz(tz, name ? name : path, path);
}

/* A colon before the name means the same as none. */
static int
find_by_environment(struct tz *tz, const char *value, struct err *err)
{
	struct err why = { 0 };
	int result;

	if (*value == ':')
		value++;
	if (*value == '\0')
		return set_utc(tz, "UTC");
	result = *value == '/' ? find_by_path(tz, value, &why) :
				 find_by_name(tz, value, &why);
	return result == 0 ? 0 : blame("TZ in the environment", &why, err);
}

int
tz_find(struct tz *tz, const char *name, struct err *err)
{
	const char *value = getenv("TZ");

	*tz = (struct tz){ 0 };
	if (name)
		return find_by_name(tz, name, err);
	if (value)
		return find_by_environment(tz, value, err);
	return tz_find_system(tz, "/etc", err);
}

void
tz_clear(struct tz *tz)
{
	free(tz->name);
	free(tz->value);
	*tz = (struct tz){ 0 };
}
