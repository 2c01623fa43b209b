/*
 * sec_mail_times.c - mail by month, day, weekday and hour of the clock, as
 * AWStats shows it (C.24).
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "report/build.h"
#include "report/report.h"
#include "report/sec_items.h"
#include "report/sec_mail.h"

#define HOURS 24
#define WEEKDAYS 7
#define MONTHS 12

struct mail {
	uint64_t mails, bytes;
	uint64_t sized; /* mails whose size is known */
};

/* Mail of one bucket of the tally. */
typedef void mail_fn(void *ctx, int32_t bucket, const struct mail *mail);

static void
each_delivery(const struct build *b, mail_fn *fn, void *ctx)
{
	size_t n;
	const struct cell *cells = tally_cells(b->tally, DIM_DELIVERY, &n);

	for (size_t i = 0; i < n; i++) {
		struct mail mail = { .mails = cells[i].count,
			.sized = cells[i].count };

		if (cells[i].verdict != VERDICT_ACCEPTED)
			continue;
		mail.bytes = (uint64_t)tally_plus(b->tally, DIM_DELIVERY,
		    i)[DELIVERY_BYTES];
		fn(ctx, cells[i].bucket, &mail);
	}
}

static void
each_incoming(const struct build *b, mail_fn *fn, void *ctx)
{
	size_t n;
	const struct cell *cells = tally_cells(b->tally, DIM_MAIL, &n);

	for (size_t i = 0; i < n; i++) {
		const struct cell_sum *sum = tally_sum(b->tally, DIM_MAIL, i);
		struct mail mail = { .mails = cells[i].count,
			.bytes = (uint64_t)sum->sum, .sized = sum->n };

		fn(ctx, cells[i].bucket, &mail);
	}
}

/* What a table is made of, and where it stands in its section. */
struct side {
	void (*each)(const struct build *b, mail_fn *fn, void *ctx);
	enum dim_id refusals;
	const char *name, *title;
};
typedef void side_fn(struct build *b, struct section *s,
    const struct side *side);

static void
each_side(struct build *b, struct section *s, side_fn *fn)
{
	static const struct side queue = { .each = each_delivery,
		.refusals = DIM_DELIVERY };
	struct side in = { .each = each_incoming, .refusals = DIM_CATEGORY };

	if (mail_has_queue(b)) {
		fn(b, s, &queue);
		in.name = "incoming";
		in.title = "Incoming";
	}
	if (mail_has_incoming(b))
		fn(b, s, &in);
}

static void
add(struct mail *to, const struct mail *mail)
{
	to->mails = num_add(to->mails, mail->mails);
	to->bytes = num_add(to->bytes, mail->bytes);
	to->sized = num_add(to->sized, mail->sized);
}

/* ---- tables ---- */

static struct table *
mail_table(struct build *b, struct section *s, const struct side *side,
    const char *first)
{
	struct table *t = section_table(b->report, s, side->name, side->title);

	table_column(b->report, t, first, VALUE_TEXT);
	table_column(b->report, t, "Mails", VALUE_COUNT)->bar = true;
	table_column(b->report, t, "Bytes", VALUE_BYTES);
	table_column(b->report, t, "Mean size", VALUE_BYTES);
	return t;
}

/* sized: is any size known? */
static void
fill(struct value *v, struct str label, const struct mail *m, bool sized)
{
	v[0] = value_text(label);
	v[1] = value_count(m->mails);
	if (sized)
		v[2] = value_count(m->bytes);
	if (m->sized > 0)
		v[3] = value_count(m->bytes / m->sized);
}

static void
rows_and_total(struct build *b, struct table *t, const struct str *labels,
    const struct mail *rows, size_t n)
{
	struct mail total = { 0 };

	for (size_t i = 0; i < n; i++)
		add(&total, &rows[i]);
	if (total.mails == 0)
		return;
	for (size_t i = 0; i < n; i++)
		fill(table_row(b->report, t)->values, labels[i], &rows[i],
		    total.sized > 0);
	fill(table_footer(b->report, t, "totals"), STR("Totals"), &total,
	    total.sized > 0);
}

/* The local date of a bucket; false if it has no time. */
static bool
date_of(const struct build *b, int32_t bucket, struct civil *c)
{
	int64_t s = tally_bucket_s(b->tally, bucket);

	if (bucket == INT32_MIN)
		return false;
	*c = civil_from_s(s + zone_offset_s(b->zone, s));
	return true;
}

/* ---- months: those of the year of the last line ---- */

struct months {
	const struct build *b;
	int64_t year;
	struct mail rows[MONTHS];
};

static void
count_month(void *ctx, int32_t bucket, const struct mail *mail)
{
	struct months *m = ctx;
	struct civil c;

	if (date_of(m->b, bucket, &c) && c.year == m->year)
		add(&m->rows[c.month - 1], mail);
}

static void
months_table(struct build *b, struct section *s, const struct side *side)
{
	struct table *t = mail_table(b, s, side, "Month");
	struct months m = { .b = b };
	struct str labels[MONTHS];
	struct buf label = { 0 };
	int64_t last_s = when_to_s(b->last_ns);

	if (b->last_ns == WHEN_NONE)
		return;
	m.year = civil_from_s(last_s + zone_offset_s(b->zone, last_s)).year;
	for (int i = 0; i < MONTHS; i++) {
		buf_reset(&label);
		buf_printf(&label, "%04lld-%02d", (long long)m.year, i + 1);
		labels[i] = arena_str(&b->report->arena, buf_str(&label));
	}
	buf_clear(&label);
	side->each(b, count_month, &m);
	rows_and_total(b, t, labels, m.rows, MONTHS);
}

/* ---- days ---- */

struct days {
	const struct build *b;
	struct slots slots;
	struct mail *rows;
};

static void
count_day(void *ctx, int32_t bucket, const struct mail *mail)
{
	struct days *d = ctx;

	add(&d->rows[slots_find(&d->slots, tally_bucket_s(d->b->tally,
	    bucket))], mail);
}

static void
days_table(struct build *b, struct section *s, const struct side *side)
{
	struct days d = { .b = b, .slots = build_slots(b, true) };
	struct table *t = mail_table(b, s, side,
	    d.slots.unit == SLOT_MONTH ? "Month" : "Day");
	struct str *labels = mem_zalloc((d.slots.n + 1) * sizeof(*labels));
	struct mail total = { 0 };

	d.rows = mem_zalloc((d.slots.n + 1) * sizeof(*d.rows));
	side->each(b, count_day, &d);
	for (size_t i = 0; i < d.slots.n; i++) {
		labels[i] = d.slots.rows[i].label;
		add(&total, &d.rows[i]);
	}
	rows_and_total(b, t, labels, d.rows, d.slots.n);
	if (total.mails > 0) {
		struct value *v = table_footer(b->report, t, "average");

		v[0] = value_text(STR("Average"));
		v[1] = value_count(total.mails / d.slots.n);
		if (total.sized > 0) {
			v[2] = value_count(total.bytes / d.slots.n);
			v[3] = value_count(total.bytes / total.sized);
		}
	}
	free(labels);
	free(d.rows);
}

/* ---- weekdays: an average day ---- */

struct weekdays {
	const struct build *b;
	struct mail rows[WEEKDAYS];
};

static void
count_weekday(void *ctx, int32_t bucket, const struct mail *mail)
{
	struct weekdays *w = ctx;
	struct civil c;

	if (date_of(w->b, bucket, &c))
		add(&w->rows[c.weekday], mail);
}

static void
weekdays_table(struct build *b, struct section *s, const struct side *side)
{
	static const struct str names[WEEKDAYS] = {
#define TEXT(literal) { literal, sizeof(literal) - 1 }
		TEXT("Monday"), TEXT("Tuesday"), TEXT("Wednesday"),
		TEXT("Thursday"), TEXT("Friday"), TEXT("Saturday"),
		TEXT("Sunday"),
#undef TEXT
	};
	struct table *t = mail_table(b, s, side, "Weekday");
	struct slots slots = build_slots(b, true);
	struct weekdays w = { .b = b };
	uint64_t days[WEEKDAYS] = { 0 };
	struct mail total = { 0 };

	table_column(b->report, t, "Days", VALUE_COUNT);
	side->each(b, count_weekday, &w);
	if (slots.unit != SLOT_DAY)
		return;
	for (size_t i = 0; i < slots.n; i++) {
		int64_t at = slots.rows[i].start_s;

		days[civil_from_s(at + zone_offset_s(b->zone, at)).weekday]++;
	}
	for (int i = 0; i < WEEKDAYS; i++)
		add(&total, &w.rows[i]);
	for (int i = 0; i < WEEKDAYS && slots.n > 0; i++) {
		struct mail mean = w.rows[i];
		struct value *v = table_row(b->report, t)->values;

		if (days[i] > 0) {
			mean.mails /= days[i];
			mean.bytes /= days[i];
		}
		/* The mean size is not one of an average day. */
		mean.sized = 0;
		fill(v, names[i], &mean, total.sized > 0);
		if (w.rows[i].sized > 0)
			v[3] = value_count(w.rows[i].bytes / w.rows[i].sized);
		v[4] = value_count(days[i]);
	}
	if (slots.n > 0)
		section_note(b->report, s, "Mails and bytes of an average day.");
}

/* ---- clock ---- */

struct clock_hours {
	const struct build *b;
	struct mail rows[HOURS];
};

static void
count_hour(void *ctx, int32_t bucket, const struct mail *mail)
{
	struct clock_hours *h = ctx;
	struct civil c;

	if (date_of(h->b, bucket, &c))
		add(&h->rows[c.hour], mail);
}

static void
clock_table(struct build *b, struct section *s, const struct side *side)
{
	struct table *t = mail_table(b, s, side, "Hour");
	struct clock_hours h = { .b = b };
	struct str labels[HOURS];
	struct buf label = { 0 };

	for (int i = 0; i < HOURS; i++) {
		buf_reset(&label);
		buf_printf(&label, "%02d", i);
		labels[i] = arena_str(&b->report->arena, buf_str(&label));
	}
	buf_clear(&label);
	side->each(b, count_hour, &h);
	rows_and_total(b, t, labels, h.rows, HOURS);
}

/* ---- summary ---- */

static void
count_all(void *ctx, int32_t bucket, const struct mail *mail)
{
	(void)bucket;
	add(ctx, mail);
}

/* Attempts, or transactions, that were not accepted. */
static uint64_t
refused(const struct build *b, enum dim_id dim)
{
	uint64_t sum = 0;
	size_t n;
	const struct cell *cells = tally_cells(b->tally, dim, &n);

	for (size_t i = 0; i < n; i++)
		if (cells[i].verdict != VERDICT_ACCEPTED)
			sum = num_add(sum, cells[i].count);
	return sum;
}

static void
summary_table(struct build *b, struct section *s, const struct side *side)
{
	struct table *t = section_table(b->report, s, side->name, side->title);
	struct mail all = { 0 };

	items_columns(b->report, t);
	table_column(b->report, t, "Value", VALUE_COUNT);
	table_column(b->report, t, "Time", VALUE_TIME);
	side->each(b, count_all, &all);
	if (b->last_ns == WHEN_NONE)
		return;
	items_row(b->report, t, STR("mails"), STR("Mails"))[ITEMS_FIRST] =
	    value_count(all.mails);
	items_row(b->report, t, STR("bytes"), STR("Bytes"))[ITEMS_FIRST] =
	    all.sized > 0 || all.mails == 0 ? value_count(all.bytes) :
	    value_null();
	items_row(b->report, t, STR("mean_size"), STR("Mean size"))
	    [ITEMS_FIRST] = all.sized > 0 ? value_count(all.bytes / all.sized)
	    : value_null();
	items_row(b->report, t, STR("refused"), STR("Refused or put off"))
	    [ITEMS_FIRST] = value_count(refused(b, side->refusals));
	items_row(b->report, t, STR("first"), STR("First"))[ITEMS_FIRST + 1] =
	    build_time(b->first_ns);
	items_row(b->report, t, STR("last"), STR("Last"))[ITEMS_FIRST + 1] =
	    build_time(b->last_ns);
}

/* ---- sections ---- */

void
section_summary(struct build *b, struct section *s)
{
	each_side(b, s, summary_table);
}

void
section_months(struct build *b, struct section *s)
{
	each_side(b, s, months_table);
}

void
section_days(struct build *b, struct section *s)
{
	each_side(b, s, days_table);
}

void
section_weekdays(struct build *b, struct section *s)
{
	each_side(b, s, weekdays_table);
}

void
section_clock(struct build *b, struct section *s)
{
	each_side(b, s, clock_table);
}
