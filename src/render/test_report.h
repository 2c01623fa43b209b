/*
 * test_report.h - reports for the tests of the renderers, and what they print.
 */
#ifndef RENDER_TEST_REPORT_H
#define RENDER_TEST_REPORT_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/out.h"
#include "base/when.h"
#include "render/render.h"
#include "report/report.h"

/* 2026-03-10 00:00:00 UTC. */
#define TEST_DAY_NS (INT64_C(1773100800) * WHEN_SECOND)
#define TEST_MINUTE_NS (60 * WHEN_SECOND)

/* What a stranger may write into a log; the bytes of each cell of it. */
#define TEXT(literal) { literal, sizeof(literal) - 1 }
static const struct str test_hostile[] = {
	TEXT("\033[2J\033[31mred"),
	TEXT("\033]52;c;ZWNobyBoaQ==\007"),
	TEXT("\xc2\x9b" "31m \x9b" "31m"), /* CSI as UTF-8 and as a byte */
	TEXT("=cmd|'/c calc'!A1"),
	TEXT("+1"),
	TEXT("-1"),
	TEXT("@SUM(A1)"),
	TEXT("\t=1"),
	TEXT("\r=1"),
	TEXT("say \"hi\", you"),
	TEXT("\",\"x\":[{"),
	TEXT("two\r\nlines\nand more"),
	TEXT("nul\0inside"),
	TEXT("\xff\xfe\xc3(\xed\xa0\x80\xf4\x90\x80\x80\xc0\xaf"),
	TEXT("\xe2\x80\xaegpj.exe"),	     /* right-to-left override */
	TEXT("\xe2\x81\xa6x\xe2\x80\x8b\xef\xbb\xbf"), /* isolate, zero width */
	TEXT("a\xe2\x80\xa8" "b\xe2\x80\xa9"),	     /* line separators */
	TEXT("\xf3\xa0\x81\x81tag"),		     /* U+E0041 */
	TEXT("\\x41 \\ \\n \\u0041"),
	TEXT("\x7f\x01\x1f"),
	TEXT("</script><b>&amp;"),
	TEXT("gr\xc3\xbc\xc3\x9f \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80"),
	TEXT(""),
};
#undef TEXT

#define TEST_HOSTILE (sizeof(test_hostile) / sizeof(test_hostile[0]))

/* What renderer prints of r; *status its result or that of the output. */
static inline struct buf
test_render(const struct renderer *renderer, const struct report *r,
    const struct render_options *o, int *status, struct err *err)
{
	FILE *file = tmpfile();
	struct out *out;
	struct buf b = { 0 };
	int flushed;

	assert(file != NULL);
	out = out_open_fd(fileno(file), "test");
	*status = renderer->render(r, o, out, err);
	flushed = out_close(&out, *status ? NULL : err);
	*status = *status ? *status : flushed;
	rewind(file);
	for (size_t n = 1; n > 0; b.n += n)
		n = fread(buf_reserve(&b, 65536), 1, 65536, file);
	buf_add(&b, "", 0);
	fclose(file);
	return b;
}

static inline struct report *
test_report_new(const struct zone *z)
{
	struct report *r = report_new("mailtally 0.1.0");

	r->host = STR("mx1");
	r->zone = z;
	r->period.start_ns = TEST_DAY_NS;
	r->period.end_ns = TEST_DAY_NS + WHEN_DAY_S * WHEN_SECOND;
	r->hours = 24;
	return r;
}

static inline void
test_add_hours(struct report *r)
{
	static const char *const titles[] = { "Hour", "Fetchmail", "Local",
		"RBL/DNS", "Qued.Spam?", "Ham", "Totals" };
	static const int64_t counts[3][6] = {
		{ 0, 0, 1, 1, 1, 3 }, { 0, 1, 0, 0, 1, 2 }, { 0, 0, 4, 0, 1, 5 },
	};
	static const char *const hours[] = { "2026-03-10, 00", "2026-03-10, 01",
		"2026-03-10, 03" };
	static const int64_t sums[] = { 0, 1, 5, 1, 3, 10 };
	struct section *s = report_section(r, "hours", "Mail by hour");
	struct table *t = section_table(r, s, NULL, NULL);
	struct value *totals, *percentages;

	for (size_t i = 0; i < 7; i++) {
		struct column *c = table_column(r, t, titles[i],
		    i == 0 ? VALUE_TEXT : VALUE_COUNT);
		int width = (int)strlen(titles[i]) + 1;

		c->min_width = i == 0 ? 16 : width < 6 ? 6 : width;
		c->hidden = i == 1;
	}
	for (size_t row = 0; row < 3; row++) {
		struct row *added = table_row(r, t);

		added->values[0] = value_text(str_from(hours[row]));
		for (size_t i = 0; i < 6; i++)
			added->values[i + 1] = value_int(counts[row][i]);
		added->flags = row == 2 ? ROW_PARTIAL : 0;
	}
	totals = table_footer(r, t, "totals");
	percentages = table_footer_percent(r, t, "percentages");
	totals[0] = value_text(STR("Totals"));
	percentages[0] = value_text(STR("Percentages"));
	for (size_t i = 0; i < 6; i++) {
		totals[i + 1] = value_int(sums[i]);
		percentages[i + 1] = value_percent((uint64_t)sums[i], 10);
	}
}

static inline void
test_add_codes(struct report *r)
{
	static const struct {
		const char *reason;
		uint64_t count;
	} rows[] = {
		{ "queued", 4 }, { "check_earlytalker", 1 }, { "dnsbl", 2 },
	};
	struct section *s = report_section(r, "codes", "Disposition codes");
	struct table *t = section_table(r, s, NULL, NULL);
	struct value *totals;

	table_column(r, t, "Reason", VALUE_TEXT);
	table_column(r, t, "Count", VALUE_COUNT)->bar = true;
	table_column(r, t, "Percent", VALUE_PERCENT)->digits = 1;
	for (size_t i = 0; i < 3; i++) {
		struct value *v = table_row(r, t)->values;

		v[0] = value_text(str_from(rows[i].reason));
		v[1] = value_count(rows[i].count);
		v[2] = value_percent(rows[i].count, 7);
	}
	totals = table_footer(r, t, "totals");
	totals[0] = value_text(STR("Totals"));
	totals[1] = value_count(7);
	totals[2] = value_real(100);
}

/* A section with every type of value, nulls, a sub-table, notes. */
static inline void
test_add_types(struct report *r)
{
	struct section *s = report_section(r, "types", "All types");
	struct table *t = section_table(r, s, NULL, NULL);
	struct value *v;
	struct row *row;

	table_column(r, t, "Name", VALUE_TEXT);
	table_column(r, t, "IP", VALUE_IP);
	table_column(r, t, "Size", VALUE_BYTES);
	table_column(r, t, "Delay", VALUE_DURATION);
	table_column(r, t, "Score", VALUE_REAL)->digits = 2;
	table_column(r, t, "Last", VALUE_TIME);
	table_column(r, t, "Hit", VALUE_FLAG)->mark = "!";
	v = table_row(r, t)->values;
	v[0] = value_text(STR("ann"));
	v[1] = value_text(STR("192.0.2.10"));
	v[2] = value_int(1536);
	v[3] = value_int(12 * WHEN_SECOND + WHEN_SECOND / 2);
	v[4] = value_real(-1);
	v[5] = value_int(TEST_DAY_NS + 5 * TEST_MINUTE_NS);
	v[6] = value_int(1);
	table_row(r, t)->values[0] = value_text(STR("nobody"));
	row = table_row(r, t);
	row->flags = ROW_SUBTOTAL;
	row->values[0] = value_text(STR("both"));
	row->values[6] = value_int(0);
	row = table_row(r, t);
	row->flags = ROW_OTHERS;
	row->values[0] = value_text(STR("(2 others)"));
	row->values[2] = value_int(7);
	t = section_table(r, s, "slow", "Slowest");
	table_column(r, t, "Process", VALUE_COUNT);
	table_row(r, t)->values[0] = value_int(4711);
	section_note(r, s, "A note.");
}

/* Hostile text wherever a report takes text that is not ours. */
static inline struct report *
test_hostile_report(const struct zone *z)
{
	static char huge[1 << 20];
	struct report *r = test_report_new(z);
	struct section *s;
	struct table *t;

	memset(huge, 'x', sizeof(huge));
	memcpy(huge, "=\033", 2);
	s = report_section(r, "hostile", "Ho\033[31m\xffstile");
	t = section_table(r, s, NULL, "Ti\ntle \xe2\x80\xae");
	table_column(r, t, "Co\033l,u\"mn\n", VALUE_TEXT);
	table_column(r, t, "=Count\x9b", VALUE_COUNT);
	table_column(r, t, "IP", VALUE_IP);
	table_column(r, t, "Text", VALUE_TEXT)->wide = true;
	for (size_t i = 0; i < TEST_HOSTILE; i++) {
		struct str text = test_hostile[i];
		struct report_input *in = report_input(r, text);
		struct value *v = table_row(r, t)->values;

		in->error = text;
		in->note = text;
		v[0] = v[1] = v[2] = v[3] = value_text(text);
		report_alert(r, "%.*s", STR_ARG(text));
		section_note(r, s, "%.*s", STR_ARG(text));
		report_head(r, "fact", "Fa\033ct\n", VALUE_TEXT,
		    value_text(text))->note = text;
	}
	table_row(r, t)->values[0] = value_text(str_make(huge, sizeof(huge)));
	table_footer(r, t, "totals")[0] = value_text(test_hostile[0]);
	r->host = test_hostile[0];
	r->alerts[0] = str_make(huge, sizeof(huge));
	r->inputs[0].path = str_make(huge, sizeof(huge));
	return r;
}

#endif
