/*
 * sec_traffic.c - received, delivered, deferred, bounced and rejected by day
 * and by hour of the day (D.2).  Delivered and Bounced are the queue's affair:
 * what mail servers at the door log has none.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "report/build.h"
#include "report/report.h"

#define HOURS 24

/* The columns of counts. */
enum { RECEIVED, DELIVERED, TRAFFIC_DEFERRED, BOUNCED, TRAFFIC_REJECTED,
	KINDS };

static const struct {
	const char *title, *mean;
	bool queue; /* only a queue has it */
} columns[KINDS] = {
	[RECEIVED] = { "Received", "Received/day", false },
	[DELIVERED] = { "Delivered", "Delivered/day", true },
	[TRAFFIC_DEFERRED] = { "Deferred", "Deferred/day", false },
	[BOUNCED] = { "Bounced", "Bounced/day", true },
	[TRAFFIC_REJECTED] = { "Rejected", "Rejected/day", false },
};

struct traffic {
	uint64_t n[KINDS];
};

/* The kinds that are shown. */
struct kinds {
	int kind[KINDS];
	size_t n;
};

/* Is there a queue's log?  (Unit tests may have no log at all.) */
static bool
has_queue(const struct build *b)
{
	return b->n_streams > 0 && build_has_side(b, SIDE_QUEUE);
}

static struct kinds
kinds_shown(const struct build *b)
{
	struct kinds k = { .n = 0 };

	for (int i = 0; i < KINDS; i++)
		if (!columns[i].queue || has_queue(b))
			k.kind[k.n++] = i;
	return k;
}

static void
add(struct traffic *t, int kind, uint64_t count)
{
	t->n[kind] = num_add(t->n[kind], count);
}

/* Which of many rows a bucket of time belongs to. */
typedef size_t row_fn(const struct build *b, const void *ctx, int32_t bucket);

/* True if there was anything to count. */
static bool
count_traffic(const struct build *b, struct traffic *rows, row_fn *row_of,
    const void *ctx)
{
	static const int at_door[] = {
		[VERDICT_NONE] = TRAFFIC_REJECTED,
		[VERDICT_ACCEPTED] = RECEIVED,
		[VERDICT_REJECTED] = TRAFFIC_REJECTED,
		[VERDICT_DEFERRED] = TRAFFIC_DEFERRED,
	};
	static const int in_queue[] = {
		[VERDICT_NONE] = TRAFFIC_DEFERRED,
		[VERDICT_ACCEPTED] = DELIVERED,
		[VERDICT_REJECTED] = BOUNCED,
		[VERDICT_DEFERRED] = TRAFFIC_DEFERRED,
	};
	size_t n, any;
	const struct cell *cells = tally_cells(b->tally, DIM_CATEGORY, &n);

	any = n;
	for (size_t i = 0; i < n; i++)
		add(&rows[row_of(b, ctx, cells[i].bucket)],
		    at_door[cells[i].verdict], cells[i].count);
	cells = tally_cells(b->tally, DIM_DELIVERY, &n);
	any += n;
	for (size_t i = 0; i < n; i++)
		add(&rows[row_of(b, ctx, cells[i].bucket)],
		    in_queue[cells[i].verdict], cells[i].count);
	/* What came in through the door is counted there. */
	if (build_has_side(b, SIDE_INCOMING))
		return any > 0;
	cells = tally_cells(b->tally, DIM_QUEUE, &n);
	for (size_t i = 0; i < n; i++)
		if (cells[i].k1 == QUEUE_RECEIVED)
			add(&rows[row_of(b, ctx, cells[i].bucket)], RECEIVED,
			    cells[i].count);
	return any + n > 0;
}

static bool
is_empty(const struct traffic *t)
{
	for (int i = 0; i < KINDS; i++)
		if (t->n[i] > 0)
			return false;
	return true;
}

static struct table *
traffic_table(struct build *b, struct section *s, const char *first)
{
	struct table *t = section_table(b->report, s, NULL, NULL);

	struct kinds k = kinds_shown(b);

	table_column(b->report, t, first, VALUE_TEXT);
	for (size_t i = 0; i < k.n; i++)
		table_column(b->report, t, columns[k.kind[i]].title,
		    VALUE_COUNT)->bar = i == 0;
	if (has_queue(b) && build_has_side(b, SIDE_INCOMING))
		section_note(b->report, s, "Received and Rejected are of the "
		    "door; Deferred counts what the door put off and each "
		    "delivery that was.");
	return t;
}

static void
fill(const struct kinds *k, struct value *v, struct str label,
    const struct traffic *t)
{
	v[0] = value_text(label);
	for (size_t i = 0; i < k->n; i++)
		v[1 + i] = value_count(t->n[k->kind[i]]);
}

/* ---- by day ---- */

static void
day_rows(struct build *b, struct table *t, const struct slots *slots,
    const struct traffic *days)
{
	struct kinds k = kinds_shown(b);
	struct traffic total = { 0 };

	for (size_t i = 0; i <= slots->n; i++)
		for (int kind = 0; kind < KINDS; kind++)
			add(&total, kind, days[i].n[kind]);
	for (size_t i = 0; i < slots->n; i++) {
		struct row *row = table_row(b->report, t);

		fill(&k, row->values, slots->rows[i].label, &days[i]);
		row->flags = slots->rows[i].partial ? ROW_PARTIAL : 0;
	}
	if (!is_empty(&days[slots->n]))
		fill(&k, table_row(b->report, t)->values, STR("(no time)"),
		    &days[slots->n]);
	fill(&k, table_footer(b->report, t, "totals"), STR("Totals"), &total);
}

static size_t
slot_of(const struct build *b, const void *ctx, int32_t bucket)
{
	return slots_find(ctx, tally_bucket_s(b->tally, bucket));
}

void
section_traffic_days(struct build *b, struct section *s)
{
	struct slots slots = build_slots(b, true);
	struct table *t = traffic_table(b, s,
	    slots.unit == SLOT_MONTH ? "Month" : "Day");
	struct traffic *days = mem_zalloc((slots.n + 1) * sizeof(*days));

	if (count_traffic(b, days, slot_of, &slots))
		day_rows(b, t, &slots, days);
	free(days);
}

/* ---- by hour of the day ---- */

/* On how many days the logs cover each hour, and how many days that are. */
struct covered {
	uint64_t days[HOURS];
	uint64_t n_days;
};

/* The part of the period, [from_ns, until_ns), in which a stream has lines. */
struct stretch {
	int64_t from_ns, until_ns;
	const struct scan_gap *gaps;
	size_t n_gaps;
};

static struct stretch
stretch_of(const struct build *b, int64_t first_ns, int64_t last_ns)
{
	struct stretch s = { b->period.start_ns, b->period.end_ns, NULL, 0 };

	if (first_ns == WHEN_NONE)
		return (struct stretch){ 0, 0, NULL, 0 };
	if (first_ns > s.from_ns)
		s.from_ns = first_ns;
	if (last_ns < s.until_ns)
		s.until_ns = num_add_signed(last_ns, 1);
	return s;
}

/*
 * One for each stream; where there are none (a report from stored tallies)
 * one for all that was read.
 */
static struct stretch *
stretches_new(const struct build *b, size_t *n)
{
	struct stretch *all = mem_alloc((b->n_streams + 1) * sizeof(*all));

	*n = b->n_streams;
	for (size_t i = 0; i < b->n_streams; i++) {
		const struct log_stream *st = &b->streams[i];

		all[i] = stretch_of(b, st->counts.first_ns,
		    st->counts.last_ns);
		all[i].gaps = st->gaps;
		all[i].n_gaps = st->n_gaps;
	}
	if (b->n_streams == 0)
		all[(*n)++] = stretch_of(b, b->first_ns, b->last_ns);
	return all;
}

/*
 * Would the stream have a line of [from_ns, until_ns)?  Not of an hour that
 * lies wholly in a gap: then the server, or its log, may have stood still.
 */
static bool
covers(const struct stretch *s, int64_t from_ns, int64_t until_ns)
{
	if (until_ns <= s->from_ns || from_ns >= s->until_ns)
		return false;
	/* A gap begins and ends with a line. */
	for (size_t i = 0; i < s->n_gaps; i++)
		if (s->gaps[i].from_ns < from_ns &&
		    s->gaps[i].until_ns >= until_ns)
			return false;
	return true;
}

static bool
any_covers(const struct stretch *all, size_t n, int64_t from_ns,
    int64_t until_ns)
{
	for (size_t i = 0; i < n; i++)
		if (covers(&all[i], from_ns, until_ns))
			return true;
	return false;
}

static int64_t
local_day(const struct zone *z, int64_t time_ns)
{
	int64_t s = when_to_s(time_ns);
	int64_t local_s = s + zone_offset_s(z, s);

	return local_s / WHEN_DAY_S - (local_s % WHEN_DAY_S < 0);
}

/* When an hour of a local day begins; 24 is the next day's first. */
static int64_t
hour_start_ns(const struct zone *z, int64_t day, int hour)
{
	return when_from_s(zone_from_local(z,
	    day * WHEN_DAY_S + hour * WHEN_HOUR_S, INT64_MIN));
}

static void
cover_day(struct covered *c, const struct zone *z, int64_t day,
    const struct stretch *all, size_t n)
{
	bool any = false;

	for (int hour = 0; hour < HOURS; hour++) {
		int64_t from_ns = hour_start_ns(z, day, hour);
		int64_t until_ns = hour_start_ns(z, day, hour + 1);

		/* Not the hour that a clock set forward leaves out. */
		if (from_ns >= until_ns ||
		    !any_covers(all, n, from_ns, until_ns))
			continue;
		c->days[hour]++;
		any = true;
	}
	c->n_days += any;
}

static struct covered
covered_hours(const struct build *b)
{
	struct covered c = { 0 };
	int64_t from_ns = INT64_MAX, until_ns = INT64_MIN;
	size_t n;
	struct stretch *all = stretches_new(b, &n);

	for (size_t i = 0; i < n; i++) {
		if (all[i].from_ns >= all[i].until_ns)
			continue;
		if (all[i].from_ns < from_ns)
			from_ns = all[i].from_ns;
		if (all[i].until_ns > until_ns)
			until_ns = all[i].until_ns;
	}
	if (from_ns < until_ns) {
		int64_t last = local_day(b->zone, until_ns - 1);

		for (int64_t day = local_day(b->zone, from_ns); day <= last;
		    day++)
			cover_day(&c, b->zone, day, all, n);
	}
	free(all);
	return c;
}

static struct value
per_day(uint64_t count, uint64_t days)
{
	if (days == 0)
		return value_null();
	return value_real((double)count / (double)days);
}

static void
fill_means(const struct kinds *k, struct value *v, const struct traffic *t,
    uint64_t days)
{
	v[0] = value_count(days);
	for (size_t i = 0; i < k->n; i++)
		v[1 + i] = per_day(t->n[k->kind[i]], days);
}

static void
mean_columns(struct build *b, struct table *t)
{
	struct kinds k = kinds_shown(b);

	table_column(b->report, t, "Days", VALUE_COUNT);
	for (size_t i = 0; i < k.n; i++)
		table_column(b->report, t, columns[k.kind[i]].mean,
		    VALUE_REAL)->digits = 1;
}

/* hours[HOURS] is what has no time. */
static void
hour_rows(struct build *b, struct table *t, const struct traffic *hours,
    const struct covered *covered)
{
	static const struct str labels[HOURS] = {
#define TEXT(literal) { literal, sizeof(literal) - 1 }
		TEXT("00"), TEXT("01"), TEXT("02"), TEXT("03"), TEXT("04"),
		TEXT("05"), TEXT("06"), TEXT("07"), TEXT("08"), TEXT("09"),
		TEXT("10"), TEXT("11"), TEXT("12"), TEXT("13"), TEXT("14"),
		TEXT("15"), TEXT("16"), TEXT("17"), TEXT("18"), TEXT("19"),
		TEXT("20"), TEXT("21"), TEXT("22"), TEXT("23"),
#undef TEXT
	};
	struct kinds k = kinds_shown(b);
	struct traffic total = { 0 };

	for (int i = 0; i <= HOURS; i++)
		for (int kind = 0; kind < KINDS; kind++)
			add(&total, kind, hours[i].n[kind]);
	for (int i = 0; i < HOURS; i++) {
		struct value *v = table_row(b->report, t)->values;

		fill(&k, v, labels[i], &hours[i]);
		if (covered->n_days > 1)
			fill_means(&k, v + 1 + k.n, &hours[i],
			    covered->days[i]);
	}
	if (!is_empty(&hours[HOURS]))
		fill(&k, table_row(b->report, t)->values, STR("(no time)"),
		    &hours[HOURS]);
	fill(&k, table_footer(b->report, t, "totals"), STR("Totals"), &total);
}

/* The hour of the day of a bucket, or HOURS. */
static size_t
hour_of(const struct build *b, const void *ctx, int32_t bucket)
{
	int64_t s = tally_bucket_s(b->tally, bucket);

	(void)ctx;
	if (bucket == INT32_MIN)
		return HOURS;
	return (size_t)civil_from_s(s + zone_offset_s(b->zone, s)).hour;
}

void
section_traffic_hours(struct build *b, struct section *s)
{
	struct table *t = traffic_table(b, s, "Hour");
	struct traffic hours[HOURS + 1] = { 0 };
	struct covered covered = covered_hours(b);

	if (!count_traffic(b, hours, hour_of, NULL))
		return;
	if (covered.n_days > 1) {
		mean_columns(b, t);
		section_note(b->report, s, "The means are over the days on which "
		    "the log covers that hour.");
	}
	hour_rows(b, t, hours, &covered);
}
