/*
 * insight_habits.c - numbers of a name far outside of what it has on a usual
 * day of the four weeks before.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/when.h"
#include "report/build.h"
#include "report/insights.h"
#include "report/league.h"
#include "report/report.h"

#define NAMED 3
#define DAYS_MOST 28

/* count[] of a row: in the period, and of the days before the sum and the sum
 * of squares.  max: how far outside, in thousandths of the mean. */
enum { NOW, SUM, SQUARES };

struct habit_kind {
	const char *name;	/* of the finding */
	const char *title;	/* of its column */
	const char *things;	/* "recipients" */
	enum dim_id dim;
	enum value_type type;
};

struct habits {
	struct build *b;
	const struct habit_kind *kind;
	int32_t first_day, end_day; /* the days before that are known */
	double period_days;
	bool complete; /* nothing of the period is yet to come */
	struct league league;
};

static double
days_known(const struct habits *h)
{
	return h->end_day - h->first_day;
}

static double
mean_of(const struct habits *h, const struct league_row *r)
{
	return (double)r->count[SUM] / days_known(h);
}

static double
deviation_of(const struct habits *h, const struct league_row *r)
{
	double mean = mean_of(h, r), n = days_known(h);
	double variance = ((double)r->count[SQUARES] - n * mean * mean) /
	    (n - 1);

	/* Rare things come as they like: as Poisson has it. */
	return sqrt(fmax(fmax(variance, mean), 1));
}

static double
rate_of(const struct habits *h, const struct league_row *r)
{
	return (double)r->count[NOW] / h->period_days;
}

static bool
is_outside(const struct habits *h, const struct league_row *r)
{
	double rate = rate_of(h, r), mean = mean_of(h, r);
	double times = (double)threshold(HABIT_TIMES);
	double least = (double)threshold(HABIT_LEAST);
	double far = (double)threshold(HABIT_DEVIATIONS) * deviation_of(h, r);

	if (rate >= least && rate >= times * mean && rate > mean + far)
		return true;
	return h->complete && mean >= least && rate * times <= mean &&
	    rate < mean - far;
}

/* ---- counting ---- */

static void
count_now(struct habits *h)
{
	const struct tally *t = h->b->tally;
	size_t n;
	const struct cell *cells = tally_cells(t, h->kind->dim, &n);

	for (size_t i = 0; i < n; i++) {
		struct league_row *r = league_get(&h->league,
		    tally_text(t, cells[i].k1), str_none());

		r->count[NOW] = num_add(r->count[NOW], cells[i].count);
	}
}

/* The local day of a cell. */
static int32_t
day_of(const struct habits *h, const struct cell *c)
{
	if (dims[h->kind->dim].grain == DIM_DAY || c->bucket == INT32_MIN)
		return c->bucket;
	return insights_day(h->b,
	    when_from_s(tally_bucket_s(h->b->before, c->bucket)));
}

/* What one name had on one day. */
static void
count_day(struct habits *h, struct str name, uint64_t count)
{
	struct league_row *r = league_get(&h->league, name, str_none());
	uint64_t square;

	if (__builtin_mul_overflow(count, count, &square))
		square = UINT64_MAX;
	r->count[SUM] = num_add(r->count[SUM], count);
	r->count[SQUARES] = num_add(r->count[SQUARES], square);
}

/* A name has several cells a day where they are of hours, or have codes. */
static void
count_before(struct habits *h)
{
	const struct tally *t = h->b->before;
	struct league days;
	size_t n;
	const struct cell *cells = tally_cells(t, h->kind->dim, &n);

	league_init(&days);
	for (size_t i = 0; i < n; i++) {
		char text[16];
		int32_t day = day_of(h, &cells[i]);
		struct league_row *r;

		if (day < h->first_day || day >= h->end_day)
			continue;
		snprintf(text, sizeof(text), "%" PRId32, day);
		r = league_get(&days, tally_text(t, cells[i].k1),
		    str_from(text));
		r->count[NOW] = num_add(r->count[NOW], cells[i].count);
	}
	for (size_t i = 0; i < days.n; i++)
		count_day(h, days.rows[i].label, days.rows[i].count[NOW]);
	league_clear(&days);
}

/* ---- showing ---- */

/* Those outside come first, with what they differ by; how many are they? */
static size_t
judge(struct habits *h)
{
	size_t outside = 0;

	for (size_t i = 0; i < h->league.n; i++) {
		struct league_row *r = &h->league.rows[i];

		r->count[SQUARES + 1] = 0;
		if (!is_outside(h, r))
			continue;
		outside++;
		r->count[SQUARES + 1] = (uint64_t)fabs(
		    (rate_of(h, r) - mean_of(h, r)) * 1000);
	}
	league_sort(&h->league, SQUARES + 1, NOW);
	return outside;
}

static void
add_sentence(const struct habits *h, struct buf *text, size_t n)
{
	buf_printf(text, "Far outside the habit of %.0f days, %s: ",
	    days_known(h), h->kind->things);
	for (size_t i = 0; i < n && i < NAMED; i++) {
		const struct league_row *r = &h->league.rows[i];

		buf_add_str(text, i ? STR(", ") : STR(""));
		buf_add_str(text, str_head(r->label, 80));
		buf_printf(text, " %.0f a day (usually %.0f)", rate_of(h, r),
		    mean_of(h, r));
	}
	if (n > NAMED)
		buf_printf(text, " and %zu more", n - NAMED);
	buf_add_char(text, '.');
}

static void
show(struct insights *x, struct habits *h, size_t n)
{
	struct report *report = x->b->report;
	struct buf text = { 0 };
	struct finding f = { .name = h->kind->name, .found = n,
		.attention = true,
		.thresholds = THRESHOLD_BIT(HABIT_DAYS) |
		    THRESHOLD_BIT(HABIT_LEAST) | THRESHOLD_BIT(HABIT_TIMES) |
		    THRESHOLD_BIT(HABIT_DEVIATIONS) };
	struct table *t;

	add_sentence(h, &text, n);
	f.sentence = buf_str(&text);
	t = insights_add(x, &f);
	table_column(report, t, h->kind->title, h->kind->type)->wide = true;
	table_column(report, t, "Count", VALUE_COUNT)->bar = true;
	table_column(report, t, "A day", VALUE_REAL)->digits = 1;
	table_column(report, t, "Usually", VALUE_REAL)->digits = 1;
	table_column(report, t, "Deviation", VALUE_REAL)->digits = 1;
	n = insights_rows(x, &f, n);
	for (size_t i = 0; i < n; i++) {
		const struct league_row *r = &h->league.rows[i];

		build_row(x->b, t, VALUES(build_text(x->b, r->label),
		    value_count(r->count[NOW]), value_real(rate_of(h, r)),
		    value_real(mean_of(h, r)),
		    value_real(deviation_of(h, r))));
	}
	buf_clear(&text);
}

static int64_t
begin_of(const struct build *b, enum dim_id dim)
{
	int64_t begin_ns = dims[dim].measures & DIM_CAPPED
	    ? b->habits_begin_ns : b->logs_begin_ns;

	/* The first day is whole if they begin with it, or nearly. */
	return begin_ns == WHEN_NONE ? WHEN_NONE : num_add_signed(begin_ns,
	    WHEN_DAY_S * WHEN_SECOND - BUILD_TOLERANCE_NS);
}

/* False: too few days are known. */
static bool
find_days(struct habits *h)
{
	const struct build *b = h->b;
	int64_t begin_ns = begin_of(b, h->kind->dim);
	int64_t length_ns;

	if (b->before == NULL || period_unbounded(&b->period) ||
	    begin_ns == WHEN_NONE)
		return false;
	length_ns = num_add_signed(b->period.end_ns, -b->period.start_ns);
	h->period_days = fmax(1, (double)length_ns /
	    ((double)WHEN_DAY_S * (double)WHEN_SECOND));
	h->complete = length_ns >= WHEN_DAY_S * WHEN_SECOND -
	    BUILD_TOLERANCE_NS && b->last_ns >= b->period.end_ns -
	    BUILD_TOLERANCE_NS;
	h->end_day = insights_day(b, b->period.start_ns);
	h->first_day = insights_day(b, begin_ns);
	if (h->first_day < h->end_day - DAYS_MOST)
		h->first_day = h->end_day - DAYS_MOST;
	return h->end_day - h->first_day >= threshold(HABIT_DAYS);
}

static void
insight(struct insights *x, const struct habit_kind *kind)
{
	struct habits h = { .b = x->b, .kind = kind };
	size_t n;

	if (!find_days(&h))
		return;
	league_init(&h.league);
	count_now(&h);
	count_before(&h);
	n = judge(&h);
	if (n > 0)
		show(x, &h, n);
	league_clear(&h.league);
}

void
insight_dispositions(struct insights *x)
{
	static const struct habit_kind kind = { "unusual-dispositions",
		"Disposition", "dispositions", DIM_DISPOSITION, VALUE_TEXT };

	insight(x, &kind);
}

void
insight_networks(struct insights *x)
{
	static const struct habit_kind kind = { "unusual-networks", "Network",
		"client networks", DIM_NETWORK, VALUE_IP };

	insight(x, &kind);
}

void
insight_recipients(struct insights *x)
{
	static const struct habit_kind kind = { "unusual-recipients",
		"Recipient", "recipients", DIM_RECIPIENT_DAY, VALUE_TEXT };

	insight(x, &kind);
}

void
insight_deferrals(struct insights *x)
{
	static const struct habit_kind kind = { "unusual-deferrals", "Reason",
		"reasons of deferrals", DIM_DEFERRAL_DAY, VALUE_TEXT };

	insight(x, &kind);
}
