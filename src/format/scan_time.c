#include "format/scan_time.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/when.h"
#include "format/stamp.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "labels are compared as byte-swapped words");

void
scan_time_init(struct scan_time *t, const struct zone *z)
{
	*t = (struct scan_time){ .zone = z, .before_ns = WHEN_NONE,
		.first_line_ns = WHEN_NONE, .min_ns = WHEN_NONE,
		.max_ns = WHEN_NONE, .day = INT64_MIN };
}

void
scan_time_clear(struct scan_time *t)
{
	free(t->days);
	t->days = NULL;
}

static void
note(struct scan_time *t, int64_t time_ns)
{
	if (time_ns == WHEN_NONE)
		return;
	if (t->min_ns == WHEN_NONE || time_ns < t->min_ns)
		t->min_ns = time_ns;
	if (t->max_ns == WHEN_NONE || time_ns > t->max_ns)
		t->max_ns = time_ns;
}

/* The stamp of the line before. */
static int64_t
before(const struct scan_time *t)
{
	return t->second[0] ? scan_time_of_label(t) : t->before_ns;
}

/* Unsigned: from one end of time to the other is more than INT64_MAX. */
static uint64_t
gap_ns(const struct scan_gap *g)
{
	return (uint64_t)g->until_ns - (uint64_t)g->from_ns;
}

static void
gap_add(struct scan_time *t, struct scan_gap gap)
{
	size_t at = t->n_gaps;

	while (at > 0) {
		const struct scan_gap *g = &t->gaps[at - 1];

		if (gap_ns(&gap) < gap_ns(g) || (gap_ns(&gap) == gap_ns(g) &&
		    gap.from_ns >= g->from_ns))
			break;
		at--;
	}
	if (at == SCAN_GAPS)
		return;
	if (t->n_gaps < SCAN_GAPS)
		t->n_gaps++;
	memmove(t->gaps + at + 1, t->gaps + at,
	    (t->n_gaps - 1 - at) * sizeof(gap));
	t->gaps[at] = gap;
}

/* A line at now_ns follows one at before_ns. */
static void
step(struct scan_time *t, int64_t before_ns, int64_t now_ns)
{
	struct scan_gap gap = { before_ns, now_ns };

	if (before_ns == WHEN_NONE || now_ns == WHEN_NONE)
		return;
	if (now_ns < before_ns) {
		gap = (struct scan_gap){ now_ns, before_ns };
		t->out_of_order++;
		t->jumps += gap_ns(&gap) > SCAN_GAP_NS;
	} else if (gap_ns(&gap) > SCAN_GAP_NS) {
		gap_add(t, gap);
	}
}

static void
day_add(struct scan_time *t, int64_t day, uint64_t bytes)
{
	size_t at = t->n_days;

	while (at > 0 && t->days[at - 1].day > day)
		at--;
	if (at > 0 && t->days[at - 1].day == day) {
		t->days[at - 1].bytes += bytes;
		return;
	}
	ARRAY_PUSH(t->days, t->n_days, t->cap_days) = (struct scan_day){ 0 };
	memmove(t->days + at + 1, t->days + at,
	    (t->n_days - 1 - at) * sizeof(*t->days));
	t->days[at] = (struct scan_day){ day, bytes };
}

/* All bytes up to position that no day has yet belong to the current day. */
static void
days_settle(struct scan_time *t, uint64_t position)
{
	uint64_t bytes = position - t->counted;

	t->counted = position;
	if (t->day == INT64_MIN)
		t->lead += bytes;
	else if (bytes > 0)
		day_add(t, t->day, bytes);
}

static int64_t
day_of(const struct scan_time *t, int64_t time_ns)
{
	int64_t s = when_to_s(time_ns);

	if (t->zone)
		s += zone_offset_s(t->zone, s);
	return s >= 0 ? s / WHEN_DAY_S : -((WHEN_DAY_S - 1 - s) / WHEN_DAY_S);
}

static void
day_of_line(struct scan_time *t, const char *p, int64_t time_ns)
{
	int64_t day = day_of(t, time_ns);

	if (day == t->day)
		return;
	days_settle(t, t->before_block + (uint64_t)(p - t->block));
	t->day = day;
}

void
scan_time_block(struct scan_time *t, const char *p)
{
	t->block = p;
}

void
scan_time_block_end(struct scan_time *t, size_t n)
{
	t->before_block += n;
	days_settle(t, t->before_block);
}

void
scan_time_seen(struct scan_time *t, const char *p, int64_t time_ns)
{
	int64_t before_ns = before(t);

	step(t, before_ns, time_ns);
	note(t, before_ns);
	note(t, time_ns);
	if (t->first_line_ns == WHEN_NONE)
		t->first_line_ns = time_ns;
	day_of_line(t, p, time_ns);
	t->before_ns = time_ns;
	t->second[0] = '\0';
}

bool
scan_time_new_second(struct scan_time *t, const char *p)
{
	int64_t time_ns = stamp_tai64n(p);
	uint64_t ns;

	if (time_ns == WHEN_NONE || !scan_time_digits(p + 17, &ns))
		return false;
	scan_time_seen(t, p, time_ns);
	t->label_ns = ns;
	t->second_ns = time_ns - scan_time_hex8(t->label_ns);
	memcpy(t->second, p, SCAN_TIME_SECOND);
	return true;
}

void
scan_time_back(struct scan_time *t, uint64_t now)
{
	t->out_of_order++;
	note(t, scan_time_of_label(t));
	t->label_ns = now;
	note(t, scan_time_of_label(t));
}

void
scan_time_join(struct scan_time *t, struct scan_time *later)
{
	int64_t before_ns = before(t), end_ns = before(later);

	note(t, before_ns);
	note(later, end_ns);
	step(t, before_ns, later->first_line_ns);
	note(t, later->min_ns);
	note(t, later->max_ns);
	t->out_of_order += later->out_of_order;
	t->jumps += later->jumps;
	for (size_t i = 0; i < later->n_gaps; i++)
		gap_add(t, later->gaps[i]);
	/* What stands before the first stamp of later follows the last of t. */
	if (t->day == INT64_MIN)
		t->lead += later->lead;
	else if (later->lead > 0)
		day_add(t, t->day, later->lead);
	for (size_t i = 0; i < later->n_days; i++)
		day_add(t, later->days[i].day, later->days[i].bytes);
	if (later->day != INT64_MIN)
		t->day = later->day;
	if (t->first_line_ns == WHEN_NONE)
		t->first_line_ns = later->first_line_ns;
	if (end_ns != WHEN_NONE) {
		t->before_ns = end_ns;
		t->second[0] = '\0';
	}
}

void
scan_time_report(struct scan_time *t, struct scan_counts *c)
{
	note(t, before(t));
	c->first_ns = t->min_ns;
	c->last_ns = t->max_ns;
	c->out_of_order = t->out_of_order;
	c->jumps = t->jumps;
}

static int
gap_order(const void *a, const void *b)
{
	const struct scan_gap *x = a, *y = b;

	return (x->from_ns > y->from_ns) - (x->from_ns < y->from_ns);
}

const struct scan_gap *
scan_time_gaps(struct scan_time *t, size_t *n)
{
	/* Called when all is read: the order may change for good. */
	qsort(t->gaps, t->n_gaps, sizeof(t->gaps[0]), gap_order);
	*n = t->n_gaps;
	return t->gaps;
}

const struct scan_day *
scan_time_days(struct scan_time *t, size_t *n)
{
	/* Nothing precedes: the first bytes are of the first stamp's day. */
	if (t->lead > 0 && t->first_line_ns != WHEN_NONE) {
		day_add(t, day_of(t, t->first_line_ns), t->lead);
		t->lead = 0;
	}
	*n = t->n_days;
	return t->days;
}
