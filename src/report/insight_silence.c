/* insight_silence.c - hours without mail where there usually is some. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "report/build.h"
#include "report/insights.h"
#include "report/report.h"

#define WEEKS 4
#define DAYS (7 * WEEKS)
#define DAY_HOURS 24
#define WEEK_HOURS (7 * DAY_HOURS)
/* Of days compared so many of ten had mail then: one may have been silent, too. */
#define TENTHS_WITH_MAIL 8
/* A hundred years. */
#define HOURS_MOST 900000

/*
 * Transactions by hour of the wall, numbered from 1970-01-01 00:00 local time
 * on; so the same time of another day is 24 further, whatever the clocks did.
 */
struct hours {
	struct build *b;
	int64_t first, n;
	uint64_t *counts;
};

/* Hours without mail, in Unix seconds and in those numbers. */
struct silence {
	int64_t start_s, end_s;
	int64_t first, n;
	double usual; /* mails then, of days */
	int64_t days;
};

static int64_t
local_hour(const struct build *b, int64_t s)
{
	s += zone_offset_s(b->zone, s);
	return s / WHEN_HOUR_S - (s % WHEN_HOUR_S < 0);
}

/* ---- counting ---- */

static void
count_hours(struct hours *h, const struct tally *t)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_CATEGORY, &n);

	for (size_t i = 0; i < n; i++) {
		int64_t at;

		if (cells[i].bucket == INT32_MIN)
			continue;
		at = local_hour(h->b, tally_bucket_s(t, cells[i].bucket)) -
		    h->first;
		if (at >= 0 && at < h->n)
			h->counts[at] = num_add(h->counts[at], cells[i].count);
	}
}

/* The whole hours of the period that are over, [start_s, end_s). */
static bool
find_period(const struct build *b, int64_t *start_s, int64_t *end_s)
{
	int64_t start_ns = b->period.start_ns, end_ns = b->period.end_ns;

	if (b->logs_begin_ns == WHEN_NONE)
		return false;
	if (start_ns < b->logs_begin_ns)
		start_ns = b->logs_begin_ns;
	if (end_ns == INT64_MAX)
		end_ns = b->last_ns;
	if (b->now_ns > 0 && end_ns > b->now_ns)
		end_ns = b->now_ns;
	*start_s = (when_to_s(start_ns) + WHEN_HOUR_S - 1) / WHEN_HOUR_S *
	    WHEN_HOUR_S;
	*end_s = when_to_s(end_ns) / WHEN_HOUR_S * WHEN_HOUR_S;
	return *start_s < *end_s;
}

/* From where hours are known on, four weeks before the period at most. */
static bool
hours_init(struct hours *h, struct build *b, int64_t start_s, int64_t end_s)
{
	int64_t begin_s = when_to_s(b->logs_begin_ns) + WHEN_HOUR_S - 1;
	int64_t last = local_hour(b, end_s);

	*h = (struct hours){ .b = b, .first = local_hour(b, begin_s) };
	if (b->before == NULL)
		h->first = local_hour(b, start_s);
	if (h->first < local_hour(b, start_s) - DAYS * DAY_HOURS)
		h->first = local_hour(b, start_s) - DAYS * DAY_HOURS;
	h->n = last - h->first + 1;
	if (h->n <= 0 || h->n > HOURS_MOST)
		return false;
	h->counts = mem_zalloc((size_t)h->n * sizeof(*h->counts));
	count_hours(h, b->tally);
	if (b->before)
		count_hours(h, b->before);
	return true;
}

/* ---- judging ---- */

/* The mails of the same hours so much earlier; false: not known. */
static bool
sum_before(const struct hours *h, const struct silence *s, int64_t earlier,
    uint64_t *sum)
{
	int64_t at = s->first - earlier - h->first;

	*sum = 0;
	if (at < 0 || earlier < s->n)
		return false;
	for (int64_t i = 0; i < s->n; i++)
		*sum = num_add(*sum, h->counts[at + i]);
	return true;
}

/* Compares with days that far apart, up to four weeks back. */
static bool
compare(const struct hours *h, struct silence *s, int64_t step)
{
	int64_t with_mail = 0;
	double sum = 0;

	s->days = 0;
	for (int64_t e = step; e <= DAYS * DAY_HOURS; e += step) {
		uint64_t mails;

		if (!sum_before(h, s, e, &mails))
			continue;
		s->days++;
		with_mail += mails > 0;
		sum += (double)mails;
	}
	s->usual = s->days > 0 ? sum / (double)s->days : 0;
	return s->days >= threshold(SILENCE_DAYS) &&
	    with_mail >= threshold(SILENCE_DAYS) &&
	    with_mail * 10 >= s->days * TENTHS_WITH_MAIL;
}

static bool
is_unusual(const struct hours *h, struct silence *s)
{
	bool same_weekday = compare(h, s, WEEK_HOURS);

	/* Where enough weekdays are known, they alone tell. */
	if (s->days < threshold(SILENCE_DAYS))
		same_weekday = compare(h, s, DAY_HOURS);
	return same_weekday && s->usual >= (double)threshold(SILENCE_MAILS);
}

/* The next stretch without mail from *s on. */
static bool
next_silence(const struct hours *h, int64_t *s, int64_t end_s,
    struct silence *found)
{
	for (; *s < end_s; *s += WHEN_HOUR_S)
		if (h->counts[local_hour(h->b, *s) - h->first] == 0)
			break;
	if (*s >= end_s)
		return false;
	*found = (struct silence){ .start_s = *s,
		.first = local_hour(h->b, *s) };
	while (*s < end_s && h->counts[local_hour(h->b, *s) - h->first] == 0)
		*s += WHEN_HOUR_S;
	found->end_s = *s;
	found->n = local_hour(h->b, *s - 1) - found->first + 1;
	return found->n > 0;
}

/* ---- showing ---- */

static int
longest_first(const void *a, const void *b)
{
	const struct silence *x = a, *y = b;

	if (x->usual < y->usual || x->usual > y->usual)
		return x->usual > y->usual ? -1 : 1;
	return x->start_s < y->start_s ? -1 : x->start_s > y->start_s;
}

static void
add_sentence(struct insights *x, struct buf *text, const struct silence *s,
    size_t n)
{
	buf_add_str(text, STR("No mail from "));
	when_format(text, when_from_s(s->start_s), WHEN_LOCAL, x->b->zone);
	buf_add_str(text, STR(" to "));
	when_format(text, when_from_s(s->end_s), WHEN_LOCAL, x->b->zone);
	buf_printf(text, ", when %.0f mails are usual", s->usual);
	if (n > 1)
		buf_printf(text, ", and in %zu more stretches of time", n - 1);
	buf_add_char(text, '.');
}

static void
show(struct insights *x, const struct silence *all, size_t n)
{
	struct report *report = x->b->report;
	struct buf text = { 0 };
	struct finding f = { .name = "silence", .found = n, .attention = true,
		.thresholds = THRESHOLD_BIT(SILENCE_MAILS) |
		    THRESHOLD_BIT(SILENCE_DAYS) };
	struct table *t;

	add_sentence(x, &text, all, n);
	f.sentence = buf_str(&text);
	t = insights_add(x, &f);
	table_column(report, t, "From", VALUE_TIME);
	table_column(report, t, "Until", VALUE_TIME);
	table_column(report, t, "Hours", VALUE_COUNT);
	table_column(report, t, "Usual mails", VALUE_REAL)->digits = 1;
	table_column(report, t, "Days compared", VALUE_COUNT);
	n = insights_rows(x, &f, n);
	for (size_t i = 0; i < n; i++)
		build_row(x->b, t, VALUES(
		    value_int(when_from_s(all[i].start_s)),
		    value_int(when_from_s(all[i].end_s)),
		    value_int((all[i].end_s - all[i].start_s) / WHEN_HOUR_S),
		    value_real(all[i].usual), value_int(all[i].days)));
	buf_clear(&text);
}

void
insight_silence(struct insights *x)
{
	struct silence *all = NULL, found;
	size_t n = 0, cap = 0;
	int64_t start_s, end_s;
	struct hours h;

	if (!find_period(x->b, &start_s, &end_s) ||
	    !hours_init(&h, x->b, start_s, end_s))
		return;
	for (int64_t s = start_s; next_silence(&h, &s, end_s, &found);)
		if (is_unusual(&h, &found))
			ARRAY_PUSH(all, n, cap) = found;
	if (n > 1)
		qsort(all, n, sizeof(*all), longest_first);
	if (n > 0)
		show(x, all, n);
	free(all);
	free(h.counts);
}
