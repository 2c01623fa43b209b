/*
 * sec_coverage.c - what the logs hold, where they have gaps, and how far back
 * they will reach (C.16).
 */
#include "report/build.h"

#include "base/buf.h"
#include "base/num.h"
#include "base/when.h"
#include "report/report.h"
#include "report/sec_streams.h"

#define DAY_NS (WHEN_DAY_S * WHEN_SECOND)

static unsigned
files_of(const struct log_stream *st)
{
	return st->finished + st->unprocessed + st->current + st->plain;
}

/*
 * Bytes a day over the time between the first and the last line; negative if
 * that is no time.  Not over whole days: the logs of a busy server may hold
 * a few hours, and it is there that the limits matter.
 */
static double
bytes_per_day(const struct log_stream *st)
{
	const struct scan_counts *c = &st->counts;

	if (c->first_ns == WHEN_NONE || c->last_ns <= c->first_ns)
		return -1;
	return (double)c->bytes * (double)DAY_NS /
	    ((double)c->last_ns - (double)c->first_ns);
}

static uint64_t
peak_bytes(const struct log_stream *st)
{
	uint64_t peak = 0;

	for (size_t i = 0; i < st->n_days; i++)
		if (st->days[i].bytes > peak)
			peak = st->days[i].bytes;
	return peak;
}

static struct value
stream_name(struct build *b, const struct log_stream *st)
{
	return build_text(b, str_from(st->name));
}

static struct value
bytes_value(double bytes)
{
	return bytes < 0 || bytes >= 0x1p63 ? value_null() :
	    value_int((int64_t)(bytes + 0.5));
}

/* ---- one row a stream ---- */

static void
stream_columns(struct report *r, struct table *t)
{
	table_column(r, t, "Stream", VALUE_TEXT)->wide = true;
	table_column(r, t, "Files", VALUE_COUNT);
	table_column(r, t, "Bytes", VALUE_BYTES);
	table_column(r, t, "On disk", VALUE_BYTES);
	table_column(r, t, "Processed", VALUE_COUNT);
	table_column(r, t, "Unprocessed", VALUE_COUNT);
	table_column(r, t, "Current", VALUE_COUNT);
	table_column(r, t, "Oldest", VALUE_TIME);
	table_column(r, t, "Newest", VALUE_TIME);
	table_column(r, t, "Gaps", VALUE_COUNT);
	table_column(r, t, "Mean/day", VALUE_BYTES);
	table_column(r, t, "Peak/day", VALUE_BYTES);
}

static void
add_stream(struct build *b, struct table *t, const struct log_stream *st)
{
	struct value *v = table_row(b->report, t)->values;

	v[0] = stream_name(b, st);
	v[1] = value_count(files_of(st));
	v[2] = value_count(st->counts.bytes);
	v[3] = value_count(st->disk_bytes);
	if (st->multilog) {
		v[4] = value_count(st->finished);
		v[5] = value_count(st->unprocessed);
		v[6] = value_count(st->current);
	}
	v[7] = build_time(st->counts.first_ns);
	v[8] = build_time(st->counts.last_ns);
	v[9] = value_count(st->n_gaps);
	v[10] = bytes_value(bytes_per_day(st));
	if (st->n_days > 0)
		v[11] = value_count(peak_bytes(st));
}

static void
stream_table(struct build *b, struct section *s,
    const struct log_stream *const *streams)
{
	struct table *t = section_table(b->report, s, NULL, NULL);

	stream_columns(b->report, t);
	for (size_t i = 0; i < b->n_streams; i++)
		add_stream(b, t, streams[i]);
}

/* ---- the limits of multilog ---- */

/*
 * What one file holds when it is full.  The largest finished one shows the
 * limit best; a compressed one does not, so then the mean has to do.
 */
static double
file_bytes(const struct log_stream *st)
{
	if (st->packed == 0 && st->largest_file > 0)
		return (double)st->largest_file;
	if (st->finished == 0)
		return 0;
	return (double)st->counts.bytes / files_of(st);
}

static struct value
files_needed(double days, double rate, double size)
{
	double files = days * rate / size;
	int64_t whole;

	if (files >= 0x1p62)
		return value_null();
	whole = (int64_t)files;
	return value_int(whole + (files > (double)whole));
}

static void
add_limits(struct build *b, struct table *t, const struct log_stream *st)
{
	struct value *v = table_row(b->report, t)->values;
	double rate = bytes_per_day(st), size = file_bytes(st);

	v[0] = stream_name(b, st);
	v[1] = value_count(files_of(st));
	if (size <= 0)
		return;
	v[2] = bytes_value(size);
	if (rate <= 0)
		return;
	v[3] = value_real(files_of(st) * size / rate);
	v[4] = files_needed(7, rate, size);
	v[5] = files_needed(30, rate, size);
	v[6] = files_needed(90, rate, size);
}

static struct table *
limits_columns(struct report *r, struct section *s)
{
	struct table *t = section_table(r, s, "limits",
	    "How long the present limits hold");

	table_column(r, t, "Stream", VALUE_TEXT)->wide = true;
	table_column(r, t, "Files kept", VALUE_COUNT);
	table_column(r, t, "File size", VALUE_BYTES);
	table_column(r, t, "Days held", VALUE_REAL)->digits = 1;
	table_column(r, t, "Files for 7 days", VALUE_COUNT);
	table_column(r, t, "Files for 30 days", VALUE_COUNT);
	table_column(r, t, "Files for 90 days", VALUE_COUNT);
	return t;
}

static void
limits_table(struct build *b, struct section *s,
    const struct log_stream *const *streams)
{
	struct table *t = NULL;

	for (size_t i = 0; i < b->n_streams; i++) {
		if (!streams[i]->multilog)
			continue;
		if (t == NULL)
			t = limits_columns(b->report, s);
		add_limits(b, t, streams[i]);
	}
	if (t != NULL)
		section_note(b->report, s, "Files kept are the files that are "
		    "there now, which may be fewer than multilog may keep.");
}

/* ---- gaps ---- */

static struct table *
gap_columns(struct report *r, struct section *s)
{
	struct table *t = section_table(r, s, "gaps",
	    "Without a line for more than an hour");

	table_column(r, t, "Stream", VALUE_TEXT)->wide = true;
	table_column(r, t, "From", VALUE_TIME);
	table_column(r, t, "Until", VALUE_TIME);
	table_column(r, t, "Length", VALUE_DURATION);
	return t;
}

static void
add_gap(struct build *b, struct table *t, const struct log_stream *st,
    const struct scan_gap *gap)
{
	struct value *v = table_row(b->report, t)->values;

	v[0] = stream_name(b, st);
	v[1] = value_int(gap->from_ns);
	v[2] = value_int(gap->until_ns);
	v[3] = value_int(num_add_signed(gap->until_ns, -gap->from_ns));
}

static void
gap_table(struct build *b, struct section *s,
    const struct log_stream *const *streams)
{
	struct table *t = NULL;

	for (size_t i = 0; i < b->n_streams; i++) {
		for (size_t j = 0; j < streams[i]->n_gaps; j++) {
			if (t == NULL)
				t = gap_columns(b->report, s);
			add_gap(b, t, streams[i], &streams[i]->gaps[j]);
		}
	}
}

/* ---- is the period covered? ---- */

static void
add_time(const struct build *b, struct buf *text, int64_t time_ns)
{
	when_format(text, time_ns, WHEN_LOCAL, b->zone);
}

/*
 * What [first_ns, last_ns] lacks of the period, as the rest of a sentence; empty if
 * nothing.  What is yet to come is not missing.
 */
static struct str
lack(const struct build *b, struct buf *text, int64_t first_ns,
    int64_t last_ns)
{
	int64_t start_ns = b->period.start_ns, end_ns = b->period.end_ns;
	bool late, early;

	if (b->now_ns > 0 && end_ns != INT64_MAX && end_ns > b->now_ns)
		end_ns = b->now_ns;
	late = start_ns != INT64_MIN &&
	    num_add_signed(start_ns, BUILD_TOLERANCE_NS) < first_ns;
	early = end_ns != INT64_MAX &&
	    num_add_signed(last_ns, BUILD_TOLERANCE_NS) < end_ns;
	buf_reset(text);
	if (late) {
		buf_add_str(text, STR("begins only at "));
		add_time(b, text, first_ns);
	}
	if (late && early)
		buf_add_str(text, STR(" and "));
	if (early) {
		buf_add_str(text, STR("ends already at "));
		add_time(b, text, last_ns);
	}
	return buf_str(text);
}

static bool
has_lines(const struct log_stream *st)
{
	return st->counts.first_ns != WHEN_NONE;
}

/* Of one stream among others: it may have been started or stopped. */
static void
note_lack(struct build *b, struct section *s, const struct log_stream *st)
{
	struct buf text = { 0 };
	struct str lacks = lack(b, &text, st->counts.first_ns,
	    st->counts.last_ns);

	if (lacks.n > 0)
		section_note(b->report, s, "The log of %s %.*s.", st->name,
		    STR_ARG(lacks));
	buf_clear(&text);
}

static void
note_stream(struct build *b, struct section *s, const struct log_stream *st)
{
	if (st->unreadable > 0)
		section_note(b->report, s, "In %s %u file%s could not be read.",
		    st->name, st->unreadable, st->unreadable == 1 ? "" : "s");
	if (!has_lines(st))
		return;
	if (b->n_streams > 1)
		note_lack(b, s, st);
	if ((double)st->counts.last_ns - (double)st->counts.first_ns <
	    (double)(DAY_NS - BUILD_TOLERANCE_NS))
		section_note(b->report, s, "The log of %s covers less than a "
		    "day: its mean per day is extrapolated.", st->name);
}

/* Of all logs together: the numbers of this report are too small. */
static void
alert_period(struct build *b)
{
	int64_t first_ns = INT64_MAX, last_ns = INT64_MIN;
	struct buf text = { 0 };
	struct str lacks;

	for (size_t i = 0; i < b->n_streams; i++) {
		const struct scan_counts *c = &b->streams[i].counts;

		if (!has_lines(&b->streams[i]))
			continue;
		first_ns = c->first_ns < first_ns ? c->first_ns : first_ns;
		last_ns = c->last_ns > last_ns ? c->last_ns : last_ns;
	}
	if (first_ns == INT64_MAX)
		return;
	lacks = lack(b, &text, first_ns, last_ns);
	if (lacks.n > 0)
		report_alert(b->report, "The period is not fully covered: what "
		    "was read of the logs %.*s.", STR_ARG(lacks));
	buf_clear(&text);
}

void
section_coverage(struct build *b, struct section *s)
{
	const struct log_stream **streams = streams_by_name(b);

	stream_table(b, s, streams);
	limits_table(b, s, streams);
	gap_table(b, s, streams);
	for (size_t i = 0; i < b->n_streams; i++)
		note_stream(b, s, streams[i]);
	alert_period(b);
}
