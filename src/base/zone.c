/* zone.c - the offsets of a zone, tabled once, then looked up. */
#include "base/zone.h"

#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/tz.h"

#define HOUR_S 3600
#define WEEK_S INT64_C(604800)

/* 1970-01-01 to 2110-01-01. */
#define TABLE_BEGIN_S INT64_C(0)
#define TABLE_END_S INT64_C(4417977600)

/*
 * How far apart libc is asked: 6 days and 18 hours.  A change that is taken
 * back within a step would be missed, and a week is too long: in October 2000
 * Recife had summer time for 6 days and 23 hours, the shortest in the tz data
 * base (2025b), and Gaza will have such weeks.  A shorter step takes time:
 * after 2037 libc parses the rules anew for every answer.
 */
#define STEP_S INT64_C(583200)

/* offset_s holds from from_s until the from_s of the next span. */
struct span {
	int64_t from_s;
	int32_t offset_s;
};

struct zone {
	char *name;
	struct span *spans; /* ascending; the first is from INT64_MIN */
	size_t n;
	size_t cap;
	int32_t east_s; /* the largest offset_s */
};

static int32_t
libc_offset(int64_t unix_s)
{
	time_t t = (time_t)unix_s;
	struct tm tm = { 0 };

	localtime_r(&t, &tm);
	return (int32_t)tm.tm_gmtoff;
}

static int32_t
add_span(struct zone *z, int64_t from_s, int32_t offset_s)
{
	if (z->n == 0 || offset_s > z->east_s)
		z->east_s = offset_s;
	ARRAY_PUSH(z->spans, z->n, z->cap) =
	    (struct span){ .from_s = from_s, .offset_s = offset_s };
	return offset_s;
}

/*
 * Rules mostly name a weekday, so that a change is 52 or 53 weeks after the
 * one a year before.  Asking there first saves a quarter of the time.
 */
static int64_t
guess_change(const struct zone *z, int64_t after_s)
{
	int64_t guess_s;

	if (z->n < 2)
		return after_s;
	guess_s = z->spans[z->n - 2].from_s + 52 * WEEK_S;
	return guess_s > after_s ? guess_s : guess_s + WEEK_S;
}

/*
 * When the offset changes; it is offset_s still at from_s, and no more at
 * until_s.
 */
static int64_t
find_change(const struct zone *z, int64_t from_s, int64_t until_s,
    int32_t offset_s)
{
	int64_t guess_s = guess_change(z, from_s);

	if (guess_s > from_s && guess_s <= until_s &&
	    libc_offset(guess_s - 1) == offset_s &&
	    libc_offset(guess_s) != offset_s)
		return guess_s;
	while (until_s - from_s > 1) {
		int64_t middle_s = from_s + (until_s - from_s) / 2;

		if (libc_offset(middle_s) == offset_s)
			from_s = middle_s;
		else
			until_s = middle_s;
	}
	return until_s;
}

static void
tabulate(struct zone *z)
{
	int64_t at_s = TABLE_BEGIN_S, next_s = at_s + STEP_S;
	int32_t offset_s = add_span(z, INT64_MIN, libc_offset(at_s));

	while (at_s < TABLE_END_S) {
		if (libc_offset(next_s) == offset_s) {
			at_s = next_s;
			next_s += STEP_S;
			continue;
		}
		/* There may be another change before next_s: go on from here. */
		at_s = find_change(z, at_s, next_s, offset_s);
		offset_s = add_span(z, at_s, libc_offset(at_s));
	}
}

static int
put_tz(const char *value, struct err *err)
{
	if (value ? setenv("TZ", value, 1) : unsetenv("TZ"))
		return err_set(err, ERR_INTERNAL, "cannot set TZ: out of memory");
	tzset();
	return 0;
}

static int
tabulate_as(struct zone *z, const char *tz_value, struct err *err)
{
	const char *value = getenv("TZ");
	char *before = value ? mem_strdup(value) : NULL;
	int result = put_tz(tz_value, err);

	if (result == 0) {
		tabulate(z);
		result = put_tz(before, err);
	}
	free(before);
	return result;
}

int
zone_open(struct zone **z, const char *name, struct err *err)
{
	struct tz tz;
	int result;

	*z = NULL;
	if (tz_find(&tz, name, err) == -1)
		return -1;
	*z = mem_zalloc(sizeof(**z));
	(*z)->name = mem_strdup(tz.name);
	result = tabulate_as(*z, tz.value, err);
	if (result == -1)
		zone_close(z);
	tz_clear(&tz);
	return result;
}

void
zone_close(struct zone **z)
{
	if (*z == NULL)
		return;
	free((*z)->name);
	free((*z)->spans);
	free(*z);
	*z = NULL;
}

const char *
zone_name(const struct zone *z)
{
	return z->name;
}

/* The index of the span that unix_s is in.  Bisects without a branch to guess. */
static size_t
find_span(const struct zone *z, int64_t unix_s)
{
	size_t at = 0;

	for (size_t n = z->n; n > 1; n -= n / 2)
		at += z->spans[at + n / 2].from_s <= unix_s ? n / 2 : 0;
	return at;
}

int32_t
zone_offset_s(const struct zone *z, int64_t unix_s)
{
	return z->spans[find_span(z, unix_s)].offset_s;
}

/* The instant at which the clock shows local_s if span i holds then. */
static int64_t
instant_in(const struct zone *z, size_t i, int64_t local_s)
{
	return num_add_signed(local_s, -(int64_t)z->spans[i].offset_s);
}

int64_t
zone_from_local(const struct zone *z, int64_t local_s, int64_t not_before_s)
{
	size_t i = find_span(z, num_add_signed(local_s, -(int64_t)z->east_s));
	int64_t at_s = instant_in(z, i, local_s);

	/* at_s is never before span i, but may be after it. */
	for (; i + 1 < z->n; i++) {
		int64_t change_s = z->spans[i + 1].from_s;
		int64_t next_s = instant_in(z, i + 1, local_s);

		/* Once changed, the clock is past local_s already. */
		if (next_s < change_s)
			return at_s;
		/* The clock shows local_s before the change and after it. */
		if (at_s < change_s && at_s >= not_before_s)
			return at_s;
		at_s = next_s;
	}
	return at_s;
}

bool
zone_whole_hours(const struct zone *z, int64_t from_s, int64_t until_s)
{
	for (size_t i = find_span(z, from_s);
	    i < z->n && z->spans[i].from_s < until_s; i++)
		if (z->spans[i].offset_s % HOUR_S != 0)
			return false;
	return true;
}
