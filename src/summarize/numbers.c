#include "summarize/numbers.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "summarize/state.h"
#include "summarize/sums.h"

#define HOUR_S UINT64_C(3600)
#define DAY_S UINT64_C(86400)

/* n * times / divisor, cut. */
static uint64_t
share(uint64_t n, uint64_t times, uint64_t divisor)
{
	uint64_t whole, part;

	if (divisor == 0)
		return NUMBERS_NONE;
	if (__builtin_mul_overflow(n / divisor, times, &whole))
		return NUMBERS_NONE;
	/* Both are so large then that this is as good. */
	if (__builtin_mul_overflow(n % divisor, times, &part)) {
		assert(divisor >= times);
		return num_add(whole, n % divisor / (divisor / times));
	}
	return num_add(whole, part / divisor);
}

/* How many that makes in unit_s seconds. */
static uint64_t
rate(uint64_t n, uint64_t unit_s, uint64_t elapsed_s)
{
	return elapsed_s == NUMBERS_NONE ? NUMBERS_NONE
	    : share(n, unit_s, elapsed_s);
}

static uint64_t
seconds_between(int64_t first_ns, int64_t last_ns)
{
	if (first_ns == WHEN_NONE || last_ns == WHEN_NONE || last_ns < first_ns)
		return NUMBERS_NONE;
	return (uint64_t)(when_to_s(last_ns) - when_to_s(first_ns));
}

static void
set_side(struct numbers_side *side, uint64_t total, uint64_t whole,
    uint64_t elapsed_s)
{
	side->total = total;
	side->percent = share(total, 100, whole);
	side->per_day = rate(total, DAY_S, elapsed_s);
}

static void
set_head(struct numbers_head *h, int64_t first_ns, int64_t last_ns,
    uint64_t total)
{
	h->first_ns = first_ns;
	h->last_ns = last_ns;
	h->elapsed_s = seconds_between(first_ns, last_ns);
	h->total = total;
	h->per_hour = rate(total, HOUR_S, h->elapsed_s);
}

static int
row_order(const void *a, const void *b)
{
	const struct numbers_row *x = a, *y = b;

	if (x->recent.total != y->recent.total)
		return x->recent.total < y->recent.total ? 1 : -1;
	return strcmp(x->name, y->name);
}

static void
set_row(struct numbers *n, struct numbers_row *row, const struct sums *recent,
    const struct sums_row *all)
{
	const struct sums_row *r = sums_find(recent, str_from(all->name));
	int64_t first_ns = all->first_ns == WHEN_NONE ? n->all.first_ns
	    : all->first_ns;

	row->name = all->name;
	set_side(&row->recent, r != NULL ? r->count : 0, n->recent.total,
	    n->recent.elapsed_s);
	set_side(&row->all, all->count, n->all.total,
	    seconds_between(first_ns, n->all.last_ns));
}

void
numbers_init(struct numbers *n, const struct sums *recent, int64_t first_ns,
    int64_t last_ns, const struct state *all)
{
	*n = (struct numbers){ .n = all->sums.n, .totals.name = "TOTALS" };
	set_head(&n->recent, first_ns, last_ns, sums_total(recent));
	/* A log of one second had an hour's worth at that rate. */
	if (n->recent.elapsed_s == 0)
		n->recent.per_hour = share(n->recent.total, HOUR_S, 1);
	set_head(&n->all, all->epoch_ns, all->newest_ns,
	    sums_total(&all->sums));
	n->rows = mem_zalloc((n->n + 1) * sizeof(*n->rows));
	for (size_t i = 0; i < n->n; i++)
		set_row(n, &n->rows[i], recent, &all->sums.rows[i]);
	qsort(n->rows, n->n, sizeof(*n->rows), row_order);
	set_side(&n->totals.recent, n->recent.total, n->recent.total,
	    n->recent.elapsed_s);
	set_side(&n->totals.all, n->all.total, n->all.total, n->all.elapsed_s);
}

void
numbers_clear(struct numbers *n)
{
	free(n->rows);
	*n = (struct numbers){ 0 };
}

/* ---- the text ---- */

/* One line, without blanks at its end. */
static void __attribute__((format(printf, 3, 4)))
line(struct buf *b, const char *lead, const char *format, ...)
{
	va_list ap;

	buf_add_str(b, str_from(lead));
	va_start(ap, format);
	buf_vprintf(b, format, ap);
	va_end(ap);
	while (b->n > 0 && b->p[b->n - 1] == ' ')
		b->n--;
	buf_add_char(b, '\n');
}

#define NUMBER_TEXT 24

/* The number and what stands behind it, or "-". */
static const char *
number(char text[NUMBER_TEXT], uint64_t n, const char *unit)
{
	if (n == NUMBERS_NONE)
		snprintf(text, NUMBER_TEXT, "-");
	else
		snprintf(text, NUMBER_TEXT, "%" PRIu64 "%s", n, unit);
	return text;
}

static void
time_line(struct buf *b, const char *lead, const char *label, int64_t time_ns)
{
	struct buf text = { 0 };

	/* RFC 3339 is in UTC, without a zone to be opened. */
	when_format(&text, time_ns == WHEN_NONE ? WHEN_NONE
	    : when_from_s(when_to_s(time_ns)), WHEN_RFC3339, NULL);
	if (text.n == 20) {
		text.p[10] = ' ';
		text.n--;
	}
	line(b, lead, "%-7s: %.*s", label, STR_ARG(buf_str(&text)));
	buf_clear(&text);
}

static void
head_lines(struct buf *b, const char *lead, const char *title,
    const struct numbers_head *h, int width)
{
	char text[NUMBER_TEXT];
	uint64_t s = h->elapsed_s;

	line(b, lead, "%s", title);
	line(b, lead, "%.*s", (int)strlen(title),
	    "---------------------------------------");
	line(b, lead, "%s", "");
	time_line(b, lead, "Start", h->first_ns);
	time_line(b, lead, "Finish", h->last_ns);
	if (s == NUMBERS_NONE)
		line(b, lead, "Elapsed: -");
	else
		line(b, lead, "Elapsed: %" PRIu64 " days, %" PRIu64 " hours, %"
		    PRIu64 " mins, %" PRIu64 " secs", s / DAY_S,
		    s % DAY_S / HOUR_S, s % HOUR_S / 60, s % 60);
	line(b, lead, "%s", "");
	line(b, lead, "Total transactions : %*" PRIu64, width, h->total);
	line(b, lead, "Average tx per hour: %*s", width,
	    number(text, h->per_hour, ""));
	line(b, lead, "%s", "");
}

static void
row_line(struct buf *b, const char *lead, const struct numbers_row *r)
{
	char percent[2][NUMBER_TEXT], per_day[2][NUMBER_TEXT];

	line(b, lead, "%-30.30s %6" PRIu64 " %4s %8s %10" PRIu64 " %4s %8s",
	    r->name,
	    r->recent.total, number(percent[0], r->recent.percent, "%"),
	    number(per_day[0], r->recent.per_day, ""),
	    r->all.total, number(percent[1], r->all.percent, "%"),
	    number(per_day[1], r->all.per_day, ""));
}

static const char rule[] = "-------------------------------------------------"
    "---------------------------";

void
numbers_table(struct buf *b, const struct numbers *n, const char *lead)
{
	head_lines(b, lead, "Most recent logfile", &n->recent, 9);
	head_lines(b, lead, "Cumulative Totals", &n->all, 12);
	line(b, lead, "%30s  Most Recent Logfile      Cumulative Totals", "");
	line(b, lead, "%-30s  Total       Avg/Day      Total       Avg/Day",
	    "Disposition (plugin)");
	line(b, lead, "%s", rule);
	for (size_t i = 0; i < n->n; i++)
		row_line(b, lead, &n->rows[i]);
	line(b, lead, "%s", rule);
	row_line(b, lead, &n->totals);
}
