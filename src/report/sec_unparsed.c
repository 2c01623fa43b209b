/*
 * sec_unparsed.c - what became of every line that was read (D.20).
 */
#include "base/buf.h"
#include "base/num.h"
#include "report/build.h"
#include "report/report.h"
#include "report/sec_items.h"
#include "report/sec_streams.h"

/* The sums of all streams. */
struct lines {
	struct scan_counts counts; /* without times and samples */
	uint64_t ignored;
	uint64_t truncated_files, copies;
};

static void
add_to(uint64_t *sum, uint64_t n)
{
	*sum = num_add(*sum, n);
}

static void
add_counts(struct lines *sum, const struct scan_counts *c)
{
	add_to(&sum->counts.lines, c->lines);
	add_to(&sum->counts.used, c->used);
	for (int i = 0; i < IGNORE_REASONS; i++) {
		add_to(&sum->counts.ignored[i], c->ignored[i]);
		add_to(&sum->ignored, c->ignored[i]);
	}
	add_to(&sum->counts.not_understood, c->not_understood);
	add_to(&sum->counts.out_of_order, c->out_of_order);
	add_to(&sum->counts.jumps, c->jumps);
	add_to(&sum->counts.guessed_years, c->guessed_years);
	add_to(&sum->counts.long_lines, c->long_lines);
	add_to(&sum->counts.joined_lines, c->joined_lines);
	add_to(&sum->counts.unjoined, c->unjoined);
}

static struct lines
count_lines(const struct build *b)
{
	struct lines sum = { 0 };

	for (size_t i = 0; i < b->n_streams; i++) {
		add_counts(&sum, &b->streams[i].counts);
		add_to(&sum.truncated_files, b->streams[i].truncated);
		add_to(&sum.copies, b->streams[i].copies);
	}
	return sum;
}

static void
add_item(struct build *b, struct table *t, struct str id, struct str label,
    uint64_t n)
{
	items_row(b->report, t, id, label)[ITEMS_FIRST] = value_count(n);
}

/* An item that is a part of all lines. */
static void
add_part(struct build *b, struct table *t, const struct lines *lines,
    struct str id, struct str label, uint64_t n)
{
	struct value *v = items_row(b->report, t, id, label) + ITEMS_FIRST;

	v[0] = value_count(n);
	v[1] = value_percent(n, lines->counts.lines);
}

static void
add_reason(struct build *b, struct table *t, const struct lines *lines,
    enum ignore_reason reason)
{
	static const struct str ids[IGNORE_REASONS] = {
#define TEXT(literal) { literal, sizeof(literal) - 1 }
		[IGNORED_DIALOGUE] = TEXT("ignored_dialogue"),
		[IGNORED_CHECK] = TEXT("ignored_check"),
		[IGNORED_PROGRESS] = TEXT("ignored_progress"),
		[IGNORED_SUMMARY] = TEXT("ignored_summary"),
		[IGNORED_EMPTY] = TEXT("ignored_empty"),
		[IGNORED_PERIOD] = TEXT("ignored_period"),
		[IGNORED_UNNEEDED] = TEXT("ignored_unneeded"),
		[IGNORED_OTHER] = TEXT("ignored_other"),
#undef TEXT
	};
	struct buf label = { 0 };

	buf_printf(&label, "Ignored: %s", ignore_reason_name(reason));
	add_part(b, t, lines, ids[reason], buf_str(&label),
	    lines->counts.ignored[reason]);
	buf_clear(&label);
}

static void
add_items(struct build *b, struct table *t, const struct lines *lines)
{
	const struct scan_counts *c = &lines->counts;

	add_part(b, t, lines, STR("read"), STR("Read"), c->lines);
	add_part(b, t, lines, STR("used"), STR("Used"), c->used);
	add_part(b, t, lines, STR("ignored"), STR("Ignored on purpose"),
	    lines->ignored);
	for (int i = 0; i < IGNORE_REASONS; i++)
		if (c->ignored[i] > 0)
			add_reason(b, t, lines, (enum ignore_reason)i);
	add_part(b, t, lines, STR("not_understood"), STR("Not understood"),
	    c->not_understood);
	add_part(b, t, lines, STR("out_of_order"), STR("Out of order"),
	    c->out_of_order);
	add_part(b, t, lines, STR("time_jumps"),
	    STR("Back by more than an hour"), c->jumps);
	add_part(b, t, lines, STR("guessed_years"), STR("With a guessed year"),
	    c->guessed_years);
	add_part(b, t, lines, STR("long_lines"), STR("Too long to read whole"),
	    c->long_lines);
	add_part(b, t, lines, STR("joined_lines"),
	    STR("Cut between files and joined"), c->joined_lines);
	add_item(b, t, STR("truncated_files"), STR("Files truncated"),
	    lines->truncated_files);
	add_item(b, t, STR("copies"), STR("Copies of files not counted"),
	    lines->copies);
}

static void
count_table(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct lines lines = count_lines(b);

	items_columns(b->report, t);
	table_column(b->report, t, "Lines", VALUE_COUNT);
	table_column(b->report, t, "Percent", VALUE_PERCENT)->digits = 1;
	add_items(b, t, &lines);
	if (lines.counts.unjoined > 0)
		section_note(b->report, s, "Too many connections were open at a "
		    "time: what the lines of %llu of them tell was not joined.",
		    (unsigned long long)lines.counts.unjoined);
}

static struct table *
sample_columns(struct report *r, struct section *s)
{
	struct table *t = section_table(r, s, "samples",
	    "Lines that were not understood");

	table_column(r, t, "Stream", VALUE_TEXT);
	table_column(r, t, "Line", VALUE_TEXT)->wide = true;
	return t;
}

static void
sample_table(struct build *b, struct section *s)
{
	const struct log_stream **streams = streams_by_name(b);
	struct table *t = NULL;

	for (size_t i = 0; i < b->n_streams; i++) {
		const struct scan_counts *c = &streams[i]->counts;

		for (unsigned j = 0; j < c->n_samples; j++) {
			const struct scan_sample *sample = &c->samples[j];

			if (t == NULL)
				t = sample_columns(b->report, s);
			build_row(b, t, VALUES(
			    build_text(b, str_from(streams[i]->name)),
			    build_text(b, str_make(sample->text, sample->n))));
		}
	}
}

void
section_unparsed(struct build *b, struct section *s)
{
	/* A report never hides what it did not understand (A.6). */
	s->always = true;
	count_table(b, s);
	sample_table(b, s);
}
