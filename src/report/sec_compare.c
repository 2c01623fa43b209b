/*
 * sec_compare.c - this period against the one before it and against the same
 * weekday of four weeks (D.19).
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "report/build.h"
#include "report/report.h"
#include "report/sec_items.h"
#include "tally/classes.h"

#define WEEKS 4
#define DAYS_BEFORE (7 * WEEKS)
/* Outside mean +- so many standard deviations is unusual. */
#define DEVIATIONS 3

/* The numbers compared; one for each outcome category follows. */
enum number { TRANSACTIONS, ACCEPTED, REJECTED, DEFERRED, CONNECTIONS,
	FIRST_CATEGORY };

struct comparison {
	struct build *b;
	size_t n;	    /* numbers */
	bool one_day;	    /* so that there are weekdays to compare with */
	uint64_t *now;
	uint64_t *previous; /* NULL: not known */
	uint64_t *weeks[WEEKS];
	size_t n_weeks;
};

/* The same time of day, so many days later. */
static int64_t
shift_days(const struct zone *z, int64_t time_ns, int64_t days)
{
	int64_t s = when_to_s(time_ns);
	int64_t local_s = s + zone_offset_s(z, s) + days * WHEN_DAY_S;

	return num_add_signed(when_from_s(zone_from_local(z, local_s,
	    INT64_MIN)), time_ns - when_from_s(s));
}

int64_t
build_before_since(const struct period *p, const struct zone *z)
{
	int64_t weeks_ns, previous_ns;

	if (period_unbounded(p))
		return INT64_MIN;
	weeks_ns = shift_days(z, p->start_ns, -DAYS_BEFORE);
	previous_ns = period_before(p, z).start_ns;
	return weeks_ns < previous_ns ? weeks_ns : previous_ns;
}

/* ---- counting ---- */

static void
add_to(uint64_t *number, uint64_t count)
{
	*number = num_add(*number, count);
}

static void
add_category(const struct comparison *x, uint64_t *numbers,
    const struct cell *c)
{
	size_t category = FIRST_CATEGORY + (size_t)c->k1;

	add_to(&numbers[TRANSACTIONS], c->count);
	if (c->verdict == VERDICT_ACCEPTED)
		add_to(&numbers[ACCEPTED], c->count);
	else if (c->verdict == VERDICT_REJECTED)
		add_to(&numbers[REJECTED], c->count);
	else if (c->verdict == VERDICT_DEFERRED)
		add_to(&numbers[DEFERRED], c->count);
	if (category < x->n)
		add_to(&numbers[category], c->count);
}

/* Does the bucket begin in p?  All do where p is NULL. */
static bool
is_in(const struct tally *t, const struct cell *c, const struct period *p)
{
	int64_t start_ns;

	if (p == NULL)
		return true;
	if (c->bucket == INT32_MIN)
		return false;
	start_ns = when_from_s(tally_bucket_s(t, c->bucket));
	return start_ns >= p->start_ns && start_ns < p->end_ns;
}

static uint64_t *
count_numbers(const struct comparison *x, const struct tally *t,
    const struct period *p)
{
	uint64_t *numbers = mem_zalloc(x->n * sizeof(*numbers));
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_CATEGORY, &n);

	for (size_t i = 0; i < n; i++)
		if (is_in(t, &cells[i], p))
			add_category(x, numbers, &cells[i]);
	cells = tally_cells(t, DIM_CONNECTION, &n);
	for (size_t i = 0; i < n; i++)
		if (is_in(t, &cells[i], p))
			add_to(&numbers[CONNECTIONS], cells[i].count);
	return numbers;
}

/* Do the logs, and what was counted of them, reach back to p? */
static bool
is_known(const struct build *b, const struct period *p)
{
	return b->logs_begin_ns != WHEN_NONE &&
	    b->logs_begin_ns <= num_add_signed(p->start_ns,
	    BUILD_TOLERANCE_NS);
}

static void
count_weeks(struct comparison *x)
{
	const struct build *b = x->b;

	for (int week = 1; week <= WEEKS; week++) {
		struct period p = {
			shift_days(b->zone, b->period.start_ns, -7 * week),
			shift_days(b->zone, b->period.end_ns, -7 * week),
		};

		if (is_known(b, &p))
			x->weeks[x->n_weeks++] = count_numbers(x, b->before,
			    &p);
	}
}

static void
comparison_init(struct comparison *x, struct build *b)
{
	struct period previous = period_before(&b->period, b->zone);

	*x = (struct comparison){ .b = b,
		.n = FIRST_CATEGORY + CATEGORIES +
		    b->classes->n_extra_categories,
		.one_day = shift_days(b->zone, b->period.start_ns, 1) ==
		    b->period.end_ns };
	x->now = count_numbers(x, b->tally, NULL);
	if (is_known(b, &previous))
		x->previous = count_numbers(x, b->before, &previous);
	if (x->one_day)
		count_weeks(x);
}

static void
comparison_clear(struct comparison *x)
{
	free(x->now);
	free(x->previous);
	for (size_t i = 0; i < x->n_weeks; i++)
		free(x->weeks[i]);
}

/* ---- judging ---- */

static double
mean_of(const struct comparison *x, size_t number)
{
	double sum = 0;

	for (size_t i = 0; i < x->n_weeks; i++)
		sum += (double)x->weeks[i][number];
	return sum / (double)x->n_weeks;
}

/* The standard deviation of a sample, so over n - 1. */
static double
deviation_of(const struct comparison *x, size_t number)
{
	double mean = mean_of(x, number), sum = 0;

	for (size_t i = 0; i < x->n_weeks; i++) {
		double off = (double)x->weeks[i][number] - mean;

		sum += off * off;
	}
	return sqrt(sum / (double)(x->n_weeks - 1));
}

static bool
is_unusual(const struct comparison *x, size_t number)
{
	return fabs((double)x->now[number] - mean_of(x, number)) >
	    DEVIATIONS * deviation_of(x, number);
}

static struct value
change_of(const struct comparison *x, size_t number)
{
	double now = (double)x->now[number], then;

	if (x->previous == NULL || x->previous[number] == 0)
		return value_null();
	then = (double)x->previous[number];
	return value_real((now - then) * 100.0 / then);
}

/* ---- showing ---- */

static void
compare_columns(const struct comparison *x, struct table *t)
{
	struct report *r = x->b->report;
	struct column *c;

	items_columns(r, t);
	table_column(r, t, "This period", VALUE_COUNT);
	table_column(r, t, "Previous", VALUE_COUNT);
	table_column(r, t, "Change %", VALUE_PERCENT)->digits = 1;
	c = table_column(r, t, "Weekday mean", VALUE_REAL);
	c->digits = 1;
	c->hidden = !x->one_day;
	table_column(r, t, "Weeks", VALUE_COUNT)->hidden = !x->one_day;
	c = table_column(r, t, "Unusual", VALUE_FLAG);
	c->mark = "!";
	c->hidden = !x->one_day;
}

static void
add_number(const struct comparison *x, struct table *t, struct str id,
    struct str label, size_t number)
{
	struct value *v = items_row(x->b->report, t, id, label) + ITEMS_FIRST;

	v[0] = value_count(x->now[number]);
	if (x->previous != NULL)
		v[1] = value_count(x->previous[number]);
	v[2] = change_of(x, number);
	if (x->n_weeks > 0)
		v[3] = value_real(mean_of(x, number));
	if (x->one_day)
		v[4] = value_count(x->n_weeks);
	if (x->n_weeks == WEEKS && is_unusual(x, number)) {
		v[5] = value_int(1);
		t->rows[t->n_rows - 1].tone = TONE_WARN;
	} else if (x->n_weeks == WEEKS) {
		v[5] = value_int(0);
	}
}

/* Categories that are 0 everywhere tell nothing. */
static bool
is_zero(const struct comparison *x, size_t number)
{
	bool zero = x->now[number] == 0 &&
	    (x->previous == NULL || x->previous[number] == 0);

	for (size_t i = 0; i < x->n_weeks; i++)
		zero = zero && x->weeks[i][number] == 0;
	return zero;
}

static void
add_category_row(const struct comparison *x, struct table *t, int category)
{
	size_t number = FIRST_CATEGORY + (size_t)category;
	struct arena *a = &x->b->report->arena;
	struct str title;

	if (is_zero(x, number))
		return;
	title = arena_str(a, category_title(x->b->classes, category));
	add_number(x, t, str_from(column_id_from_title(a, title.p)), title,
	    number);
}

static void
add_category_rows(const struct comparison *x, struct table *t)
{
	int extra = (int)x->b->classes->n_extra_categories;

	/* The order of C.2: those of the configuration before Del.Spam. */
	for (int i = 0; i < CATEGORY_SPAM; i++)
		add_category_row(x, t, i);
	for (int i = 0; i < extra; i++)
		add_category_row(x, t, CATEGORIES + i);
	for (int i = CATEGORY_SPAM; i < CATEGORIES; i++)
		add_category_row(x, t, i);
}

static void
compare_rows(const struct comparison *x, struct table *t)
{
	add_number(x, t, STR("transactions"), STR("Transactions"),
	    TRANSACTIONS);
	add_number(x, t, STR("accepted"), STR("Accepted"), ACCEPTED);
	add_number(x, t, STR("rejected"), STR("Rejected"), REJECTED);
	add_number(x, t, STR("deferred"), STR("Deferred"), DEFERRED);
	add_category_rows(x, t);
	if (tally_has(x->b->tally, DIM_CONNECTION) &&
	    tally_has(x->b->before, DIM_CONNECTION))
		add_number(x, t, STR("connections"), STR("Connections"),
		    CONNECTIONS);
}

/* The tally knows buckets: where do periods end in the middle of one? */
static bool
cuts_buckets(const struct build *b)
{
	int64_t grain_ns = when_from_s(tally_bucket_s(b->before, 1));

	return b->period.start_ns % grain_ns != 0 ||
	    b->period.end_ns % grain_ns != 0;
}

static void
note_doubts(const struct comparison *x, struct section *s)
{
	struct report *r = x->b->report;

	if (x->previous == NULL)
		section_note(r, s, "The logs do not reach back to the beginning "
		    "of the previous period.");
	if (x->one_day && x->n_weeks < WEEKS)
		section_note(r, s, "The logs hold this weekday of %zu of the "
		    "last %d weeks; only with all of them numbers are marked "
		    "as unusual.", x->n_weeks, WEEKS);
	if (cuts_buckets(x->b))
		section_note(r, s, "The period does not begin and end on the "
		    "hour: what came before it is counted in whole hours.");
}

static void
note_nothing(struct build *b, struct section *s)
{
	if (period_unbounded(&b->period))
		section_note(b->report, s, "The report has no period with a "
		    "beginning and an end, so there is none to compare it with.");
	else
		section_note(b->report, s, "What came before the period was not "
		    "counted.");
}

void
section_compare(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct comparison x;

	if (b->before == NULL || period_unbounded(&b->period)) {
		x = (struct comparison){ .b = b };
		compare_columns(&x, t);
		note_nothing(b, s);
		return;
	}
	comparison_init(&x, b);
	compare_columns(&x, t);
	compare_rows(&x, t);
	note_doubts(&x, s);
	comparison_clear(&x);
}
