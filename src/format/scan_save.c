#include "format/scan_save.h"

#include <string.h>

#include "base/mem.h"
#include "base/pack.h"
#include "base/when.h"
#include "format/scan_time.h"
#include "format/stamp.h"

void
scan_save_numbers(const uint64_t *numbers, size_t n, struct buf *b)
{
	pack_u64(b, n);
	for (size_t i = 0; i < n; i++)
		pack_u64(b, numbers[i]);
}

void
scan_restore_numbers(uint64_t *numbers, size_t n, struct unpack *in)
{
	if (unpack_count(in) != n) {
		in->bad = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
		numbers[i] = unpack_u64(in);
}

/* ---- counts ---- */

void
scan_save_counts(const struct scan_counts *c, struct buf *b)
{
	const uint64_t numbers[] = { c->bytes, c->lines,
		c->ignored[IGNORED_OTHER], c->guessed_years, c->joined_lines };

	scan_save_numbers(numbers, sizeof(numbers) / sizeof(*numbers), b);
	pack_u64(b, c->n_samples);
	for (unsigned i = 0; i < c->n_samples; i++) {
		pack_u64(b, c->samples[i].offset);
		pack_str(b, str_make(c->samples[i].text, c->samples[i].n));
	}
}

void
scan_restore_counts(struct scan_counts *c, struct unpack *in)
{
	uint64_t numbers[5] = { 0 };
	size_t n;

	scan_restore_numbers(numbers, 5, in);
	c->bytes = numbers[0];
	c->lines = numbers[1];
	c->ignored[IGNORED_OTHER] = numbers[2];
	c->guessed_years = numbers[3];
	c->joined_lines = numbers[4];
	n = unpack_count(in);
	in->bad |= n > SCAN_SAMPLES;
	for (size_t i = 0; i < n && !in->bad; i++) {
		struct scan_sample *sample = &c->samples[c->n_samples++];
		struct str text;

		sample->offset = unpack_u64(in);
		text = str_head(unpack_str(in), SCAN_SAMPLE_BYTES);
		sample->n = (uint16_t)text.n;
		if (text.n > 0)
			memcpy(sample->text, text.p, text.n);
	}
}

/* ---- time ---- */

void
scan_save_time(struct scan_time *t, struct buf *b)
{
	struct scan_counts c;
	int64_t before_ns = t->second[0] ? scan_time_of_label(t) : t->before_ns;

	/* It takes note of the stamp of the last line too. */
	scan_time_report(t, &c);
	pack_i64(b, before_ns);
	pack_i64(b, t->first_line_ns);
	pack_i64(b, t->min_ns);
	pack_i64(b, t->max_ns);
	pack_u64(b, t->out_of_order);
	pack_u64(b, t->jumps);
	pack_u64(b, t->n_gaps);
	for (size_t i = 0; i < t->n_gaps; i++) {
		pack_i64(b, t->gaps[i].from_ns);
		pack_i64(b, t->gaps[i].until_ns);
	}
	pack_u64(b, t->n_days);
	for (size_t i = 0; i < t->n_days; i++) {
		pack_i64(b, t->days[i].day);
		pack_u64(b, t->days[i].bytes);
	}
	pack_u64(b, t->lead);
	pack_i64(b, t->day);
}

void
scan_restore_time(struct scan_time *t, struct unpack *in)
{
	size_t n;

	t->before_ns = unpack_i64(in);
	t->first_line_ns = unpack_i64(in);
	t->min_ns = unpack_i64(in);
	t->max_ns = unpack_i64(in);
	t->out_of_order = unpack_u64(in);
	t->jumps = unpack_u64(in);
	n = unpack_count(in);
	in->bad |= n > SCAN_GAPS;
	for (size_t i = 0; i < n && !in->bad; i++) {
		t->gaps[i].from_ns = unpack_i64(in);
		t->gaps[i].until_ns = unpack_i64(in);
		t->n_gaps++;
	}
	n = unpack_count(in);
	for (size_t i = 0; i < n && !in->bad; i++) {
		struct scan_day day = { .day = unpack_i64(in) };

		day.bytes = unpack_u64(in);
		ARRAY_PUSH(t->days, t->n_days, t->cap_days) = day;
	}
	t->lead = unpack_u64(in);
	t->day = unpack_i64(in);
}

void
scan_save_clock(const struct stamp_clock *c, struct buf *b)
{
	pack_i64(b, c->year);
	pack_i64(b, c->previous);
	pack_i64(b, c->last_s);
}

void
scan_restore_clock(struct stamp_clock *c, struct unpack *in)
{
	c->year = (int)unpack_i64(in);
	c->previous = unpack_i64(in);
	c->last_s = unpack_i64(in);
}
