#include "render/text_table.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/out.h"
#include "base/utf8.h"
#include "render/human.h"
#include "render/render.h"
#include "render/text_line.h"
#include "report/report.h"

/*
 * No cell is wider, whatever a stranger wrote into the log: a mail address
 * can be this long (RFC 5321, 4.5.3.1: 64 + 1 + 255).
 */
#define CELL_MOST 320
/* Nor is more of it looked at: characters may have no width at all. */
#define CELL_BYTES_MOST 4096
/* A wide column is not shortened below this. */
#define WIDE_LEAST 20
/* A shorter bar says nothing, a longer one no more. */
#define BAR_LEAST 8
#define BAR_MOST 40
#define BAR_GAP 2

/* A column that is shown, and where. */
struct field {
	const struct column *column;
	size_t index; /* in the row */
	size_t width;
	size_t least; /* width it may be shortened to */
	size_t gap;   /* blanks behind it, unless it is the last */
};

/* A line of the table: the header (no values), a row or a footer. */
struct line {
	const struct value *values;
	unsigned flags;		     /* enum row_flag */
	const struct footer *footer; /* or NULL */
};

struct layout {
	struct out *out;
	const struct render_options *o;
	const struct report *report;
	const struct table *table;
	struct field *fields;
	size_t n_fields;
	size_t width;
	const struct field *bar; /* or NULL */
	size_t bar_width;
	double bar_most; /* the value of a full bar */
	struct buf cell; /* the text of one cell */
	struct buf text; /* the line as far as it is made */
};

static struct line
row_line(const struct row *row)
{
	return (struct line){ .values = row->values, .flags = row->flags };
}

static struct line
footer_line(const struct footer *f)
{
	return (struct line){ .values = f->values, .footer = f };
}

static bool
stands_left(enum value_type type)
{
	return type == VALUE_TEXT || type == VALUE_IP || type == VALUE_TIME ||
	    type == VALUE_FLAG;
}

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/*
 * One cell.
 */

static void
add_ellipsis(struct layout *l)
{
	buf_add_str(&l->cell, l->o->utf8 ? STR("\u2026") : STR("..."));
}

static void
add_text(struct layout *l, struct str s)
{
	size_t n = CELL_BYTES_MOST;

	if (s.n <= CELL_BYTES_MOST) {
		text_escape(&l->cell, s, l->o);
		return;
	}
	/* Not through a character, which would then be shown as bytes. */
	while (n > CELL_BYTES_MOST - 4 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	text_escape(&l->cell, str_head(s, n), l->o);
	add_ellipsis(l);
}

/* Beside "Totals" there is no address that could be unknown. */
static void
add_unknown(struct layout *l, const struct line *line, const struct column *c)
{
	bool sum = line->footer || line->flags & (ROW_SUBTOTAL | ROW_OTHERS);

	if (!sum || !stands_left(c->type))
		buf_add_str(&l->cell, c->unknown ? str_from(c->unknown)
		    : STR("-"));
}

static void
fill_cell(struct layout *l, const struct line *line, const struct field *f)
{
	struct column c = *f->column;
	struct value v;

	buf_reset(&l->cell);
	if (line->values == NULL) {
		add_text(l, str_from(c.title));
		return;
	}
	if (line->footer != NULL)
		c = footer_column(line->footer, f->column);
	v = line->values[f->index];
	if (v.is == VALUE_IS_TEXT)
		add_text(l, v.s);
	else if (!human_value(&l->cell, &c, l->report->zone, v))
		add_unknown(l, line, f->column);
	if (line->flags & ROW_PARTIAL && f == l->fields)
		buf_add_char(&l->cell, '*');
}

static void
cut_cell(struct layout *l, size_t width)
{
	size_t ellipsis = l->o->utf8 ? 1 : 3;

	if (utf8_width(buf_str(&l->cell)) <= width)
		return;
	l->cell.n = utf8_fit(buf_str(&l->cell), width - ellipsis).n;
	add_ellipsis(l);
}

/*
 * Where the columns go.
 */

static void
choose_fields(struct layout *l)
{
	const struct table *t = l->table;

	l->fields = mem_zalloc(t->n_columns * sizeof(*l->fields));
	for (size_t i = 0; i < t->n_columns; i++) {
		struct field *f = &l->fields[l->n_fields];

		if (t->columns[i].hidden)
			continue;
		f->column = &t->columns[i];
		f->index = i;
		f->gap = f->column->min_width > 0 ? 1 : 2;
		if (f->column->min_width > 0)
			f->width = (size_t)f->column->min_width - 1;
		l->n_fields++;
	}
}

static void
measure_line(struct layout *l, struct line line)
{
	for (size_t i = 0; i < l->n_fields; i++) {
		struct field *f = &l->fields[i];

		fill_cell(l, &line, f);
		cut_cell(l, CELL_MOST);
		f->width = larger(f->width, utf8_width(buf_str(&l->cell)));
	}
}

static void
measure(struct layout *l)
{
	const struct table *t = l->table;

	measure_line(l, (struct line){ 0 });
	for (size_t i = 0; i < l->n_fields; i++)
		l->fields[i].least = larger(l->fields[i].width, WIDE_LEAST);
	for (size_t i = 0; i < t->n_rows; i++)
		measure_line(l, row_line(&t->rows[i]));
	for (size_t i = 0; i < t->n_footers; i++)
		measure_line(l, footer_line(&t->footers[i]));
	for (size_t i = 0; i < l->n_fields; i++)
		l->width += l->fields[i].width +
		    (i + 1 < l->n_fields ? l->fields[i].gap : 0);
}

static struct field *
widest_to_shorten(struct layout *l)
{
	struct field *widest = NULL;

	for (size_t i = 0; i < l->n_fields; i++) {
		struct field *f = &l->fields[i];

		if (f->column->wide && f->width > f->least &&
		    (widest == NULL || f->width > widest->width))
			widest = f;
	}
	return widest;
}

/* Step by step, so that two long columns end equally long. */
static void
shorten(struct layout *l)
{
	struct field *f;

	while (l->width > text_columns(l->o) &&
	    (f = widest_to_shorten(l)) != NULL) {
		f->width--;
		l->width--;
	}
}

/*
 * Bars, in what is left of the terminal at the right.
 */

static double
bar_value(const struct layout *l, const struct row *row)
{
	struct value v = row->values[l->bar->index];

	if (row->flags & (ROW_SUBTOTAL | ROW_OTHERS))
		return 0;
	if (!value_known(l->bar->column->type, v))
		return 0;
	switch (v.is) {
	case VALUE_IS_INT:
		return (double)v.i;
	case VALUE_IS_REAL:
		return v.r;
	case VALUE_IS_NULL:
	case VALUE_IS_TEXT:
		break;
	}
	return 0;
}

static void
plan_bars(struct layout *l)
{
	size_t most = text_columns(l->o);

	if (!l->o->bars || l->width + BAR_GAP + BAR_LEAST > most)
		return;
	for (size_t i = 0; i < l->n_fields && l->bar == NULL; i++) {
		if (l->fields[i].column->bar)
			l->bar = &l->fields[i];
	}
	if (l->bar == NULL)
		return;
	l->bar_width = most - l->width - BAR_GAP;
	if (l->bar_width > BAR_MOST)
		l->bar_width = BAR_MOST;
	for (size_t i = 0; i < l->table->n_rows; i++) {
		double value = bar_value(l, &l->table->rows[i]);

		if (value > l->bar_most)
			l->bar_most = value;
	}
}

/* Whole blocks, then one of seven narrower ones; in ASCII whole ones only. */
static void
add_bar(struct layout *l, const struct row *row)
{
	double value = l->bar ? bar_value(l, row) : 0;
	size_t steps = l->o->utf8 ? 8 : 1;
	size_t n;

	if (value <= 0)
		return;
	n = (size_t)(value / l->bar_most * (double)(l->bar_width * steps) + 0.5);
	n = larger(n, 1); /* little is not nothing */
	buf_add_repeated(&l->text, ' ', BAR_GAP);
	if (!l->o->utf8) {
		buf_add_repeated(&l->text, '#', n);
		return;
	}
	for (; n >= 8; n -= 8)
		buf_add_str(&l->text, STR("\u2588"));
	if (n > 0) /* U+258F is one eighth, U+2589 seven */
		buf_printf(&l->text, "\xe2\x96%c", (int)(0x90 - n));
}

/*
 * The lines themselves.
 */

static void
add_cell(struct layout *l, const struct field *f)
{
	size_t blanks = f->width - utf8_width(buf_str(&l->cell));
	bool left = stands_left(f->column->type);

	buf_add_repeated(&l->text, ' ', left ? 0 : blanks);
	buf_add_str(&l->text, buf_str(&l->cell));
	buf_add_repeated(&l->text, ' ', left ? blanks : 0);
}

static void
make_line(struct layout *l, struct line line)
{
	buf_reset(&l->text);
	for (size_t i = 0; i < l->n_fields; i++) {
		const struct field *f = &l->fields[i];

		fill_cell(l, &line, f);
		cut_cell(l, f->width);
		add_cell(l, f);
		if (i + 1 < l->n_fields)
			buf_add_repeated(&l->text, ' ', f->gap);
	}
}

static void
print_line(struct layout *l, const char *style)
{
	while (l->text.n > 0 && l->text.p[l->text.n - 1] == ' ')
		l->text.n--;
	text_styled(l->out, l->o, style, buf_str(&l->text));
	out_char(l->out, '\n');
}

static void
print_row(struct layout *l, const struct row *row)
{
	const char *style = text_tone_style((enum tone)row->tone);

	if (style == NULL && row->flags & ROW_SUBTOTAL)
		style = STYLE_SUBTOTAL;
	make_line(l, row_line(row));
	add_bar(l, row);
	print_line(l, style);
}

static void
print_rows(struct layout *l)
{
	const struct table *t = l->table;

	for (size_t i = 0; i < t->n_rows; i++) {
		print_row(l, &t->rows[i]);
		/* A group ends here. */
		if (t->rows[i].flags & ROW_SUBTOTAL && i + 1 < t->n_rows)
			out_char(l->out, '\n');
	}
}

static void
print_footers(struct layout *l)
{
	const struct table *t = l->table;

	if (t->n_footers > 0)
		text_rule(l->out, l->o, '-', l->width);
	for (size_t i = 0; i < t->n_footers; i++) {
		make_line(l, footer_line(&t->footers[i]));
		print_line(l, NULL);
	}
}

void
text_table(struct out *out, const struct render_options *o,
    const struct report *r, const struct table *t)
{
	struct layout l = { .out = out, .o = o, .report = r, .table = t };

	choose_fields(&l);
	measure(&l);
	shorten(&l);
	plan_bars(&l);
	make_line(&l, (struct line){ 0 });
	print_line(&l, NULL);
	text_rule(out, o, '-', l.width);
	print_rows(&l);
	print_footers(&l);
	buf_clear(&l.cell);
	buf_clear(&l.text);
	free(l.fields);
}
