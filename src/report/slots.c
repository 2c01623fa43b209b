/*
 * slots.c - the rows of time of a report.
 *
 * A row ends where the next one begins.  Hours go from one full hour on the
 * wall to the next; where the clock changes inside, the hour ends there (Lord
 * Howe Island moves by half an hour, so its row "02" is short once a year).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/when.h"
#include "report/build.h"
#include "report/report.h"

/* A.2: beyond so many days, months. */
#define DAY_ROWS_MAX 1100

/* What of time is to be divided, in whole seconds. */
struct span {
	int64_t start_s, end_s;
};

static int64_t
floor_to(int64_t n, int64_t unit)
{
	return n - ((n % unit) + unit) % unit;
}

static int64_t
local_s(const struct zone *z, int64_t unix_s)
{
	return unix_s + zone_offset_s(z, unix_s);
}

/* The first second in (from_s, until_s] that has another offset than from_s. */
static int64_t
find_change(const struct zone *z, int64_t from_s, int64_t until_s)
{
	int32_t offset_s = zone_offset_s(z, from_s);

	while (until_s - from_s > 1) {
		int64_t middle_s = from_s + (until_s - from_s) / 2;

		if (zone_offset_s(z, middle_s) == offset_s)
			from_s = middle_s;
		else
			until_s = middle_s;
	}
	return until_s;
}

static int64_t
hour_end(const struct zone *z, int64_t unix_s)
{
	int64_t local = local_s(z, unix_s);
	int64_t end_s = unix_s + WHEN_HOUR_S - (local - floor_to(local, WHEN_HOUR_S));

	if (zone_offset_s(z, end_s - 1) == zone_offset_s(z, unix_s))
		return end_s;
	return find_change(z, unix_s, end_s - 1);
}

static int64_t
hour_start(const struct zone *z, int64_t unix_s)
{
	int64_t local = local_s(z, unix_s);
	int64_t start_s = unix_s - (local - floor_to(local, WHEN_HOUR_S));

	if (zone_offset_s(z, start_s) == zone_offset_s(z, unix_s))
		return start_s;
	return find_change(z, start_s, unix_s);
}

/* Midnight of the day that is days after that of unix_s. */
static int64_t
day_start(const struct zone *z, int64_t unix_s, int days)
{
	int64_t midnight = floor_to(local_s(z, unix_s), WHEN_DAY_S);

	return zone_from_local(z, midnight + days * WHEN_DAY_S, INT64_MIN);
}

static int64_t
month_start(const struct zone *z, int64_t unix_s, int months)
{
	struct civil c = civil_from_s(local_s(z, unix_s));
	struct civil first = { .year = c.year, .month = c.month + months, .day = 1 };

	if (first.month > 12) {
		first.month = 1;
		first.year++;
	}
	return zone_from_local(z, civil_to_s(&first), INT64_MIN);
}

static int64_t
slot_start(enum slot_unit unit, const struct zone *z, int64_t unix_s)
{
	switch (unit) {
	case SLOT_HOUR:
		return hour_start(z, unix_s);
	case SLOT_DAY:
		return day_start(z, unix_s, 0);
	case SLOT_MONTH:
		return month_start(z, unix_s, 0);
	}
	return unix_s;
}

static int64_t
slot_end(enum slot_unit unit, const struct zone *z, int64_t start_s)
{
	switch (unit) {
	case SLOT_HOUR:
		return hour_end(z, start_s);
	case SLOT_DAY:
		return day_start(z, start_s, 1);
	case SLOT_MONTH:
		return month_start(z, start_s, 1);
	}
	return start_s;
}

/* Has this hour a label that an hour before it had? */
static bool
is_second(const struct zone *z, int64_t start_s)
{
	return zone_from_local(z, local_s(z, start_s), INT64_MIN) < start_s;
}

static struct str
slot_label(struct build *b, enum slot_unit unit, int64_t start_s)
{
	static const enum when_form forms[] = {
		[SLOT_HOUR] = WHEN_HOUR,
		[SLOT_DAY] = WHEN_DAY,
		[SLOT_MONTH] = WHEN_MONTH,
	};
	struct buf text = { 0 };
	struct str label;

	when_format(&text, when_from_s(start_s), forms[unit], b->zone);
	if (unit == SLOT_HOUR && is_second(b->zone, start_s)) {
		int minutes = zone_offset_s(b->zone, start_s) / 60;
		int size = minutes < 0 ? -minutes : minutes;

		buf_printf(&text, " (%c%02d%02d)", minutes < 0 ? '-' : '+',
		    size / 60, size % 60);
	}
	label = arena_str(&b->report->arena, buf_str(&text));
	buf_clear(&text);
	return label;
}

/*
 * The period in seconds.  Where it is open: from the hour of the first line to
 * the end of that of the last one.  False if there is nothing to divide.
 */
static bool
whole_span(const struct build *b, struct span *span)
{
	const struct period *p = &b->period;
	bool open_start = p->start_ns == INT64_MIN;
	bool open_end = p->end_ns == INT64_MAX;

	if ((open_start && b->first_ns == WHEN_NONE) ||
	    (open_end && b->last_ns == WHEN_NONE))
		return false;
	span->start_s = open_start
	    ? hour_start(b->zone, when_to_s(b->first_ns))
	    : when_to_s(p->start_ns);
	span->end_s = open_end ? hour_end(b->zone, when_to_s(b->last_ns))
	    : when_to_s(p->end_ns - 1) + 1;
	return span->start_s < span->end_s;
}

static enum slot_unit
choose_unit(const struct build *b, const struct span *span, bool days_only)
{
	int64_t length_s = span->end_s - span->start_s;
	int64_t local_length_s = local_s(b->zone, span->end_s) -
	    local_s(b->zone, span->start_s);

	if (!days_only && (length_s + WHEN_HOUR_S - 1) / WHEN_HOUR_S <=
	    b->o->max_hour_rows)
		return SLOT_HOUR;
	/* On the wall, or a summer's day more would be an hour too long. */
	return local_length_s <= DAY_ROWS_MAX * WHEN_DAY_S ? SLOT_DAY :
	    SLOT_MONTH;
}

/*
 * Is a part of [start_s, end_s) outside the period?  Where the period is open
 * nothing is known to be missing.
 */
static bool
is_partial(const struct period *p, int64_t start_s, int64_t end_s)
{
	return (p->start_ns != INT64_MIN && when_from_s(start_s) < p->start_ns) ||
	    (p->end_ns != INT64_MAX && when_from_s(end_s) > p->end_ns);
}

struct slots
build_slots(struct build *b, bool days_only)
{
	struct slots s = { .unit = days_only ? SLOT_DAY : SLOT_HOUR };
	struct slot *rows = NULL;
	struct span span;
	size_t cap = 0;
	int64_t end_s;

	if (!whole_span(b, &span))
		return s;
	s.unit = choose_unit(b, &span, days_only);
	for (int64_t at_s = slot_start(s.unit, b->zone, span.start_s);
	    at_s < span.end_s; at_s = end_s) {
		end_s = slot_end(s.unit, b->zone, at_s);
		ARRAY_PUSH(rows, s.n, cap) = (struct slot){
			.start_s = at_s, .end_s = end_s,
			.label = slot_label(b, s.unit, at_s),
			.partial = is_partial(&b->period, at_s, end_s),
		};
	}
	s.rows = arena_alloc(&b->report->arena, s.n * sizeof(*rows));
	if (s.n > 0)
		memcpy(s.rows, rows, s.n * sizeof(*rows));
	free(rows);
	return s;
}

size_t
slots_find(const struct slots *s, int64_t unix_s)
{
	size_t low = 0, high = s->n;

	/* The last one that does not begin later. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->rows[middle].start_s <= unix_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && unix_s < s->rows[low - 1].end_s ? low - 1 : s->n;
}
