#include "render/html_cell.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "render/human.h"
#include "report/report.h"

/* More bytes are not looked at: characters may have no width at all. */
#define TEXT_BYTES_MOST 4096

static const char *
reference(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static void
add_references(struct buf *b, struct str s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *text = reference(s.p[i]);

		if (text == NULL)
			continue;
		buf_add(b, s.p + from, i - from);
		buf_add_str(b, str_from(text));
		from = i + 1;
	}
	buf_add(b, s.p + from, s.n - from);
}

/* A head of s that does not end inside a character. */
static struct str
head_of(struct str s, size_t n)
{
	while (n > TEXT_BYTES_MOST - 4 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return str_head(s, n);
}

void
html_escape(struct buf *b, struct str s)
{
	struct buf shown = { 0 };
	struct str fits;
	bool cut = s.n > TEXT_BYTES_MOST;

	utf8_escape(&shown, cut ? head_of(s, TEXT_BYTES_MOST) : s);
	fits = utf8_fit(buf_str(&shown), HTML_TEXT_MOST);
	add_references(b, fits);
	if (cut || fits.n < shown.n)
		buf_add_str(b, STR("\u2026"));
	buf_clear(&shown);
}

bool
html_stands_left(const struct column *c)
{
	return c->type == VALUE_TEXT || c->type == VALUE_IP ||
	    c->type == VALUE_TIME || c->type == VALUE_FLAG;
}

void
html_cell(struct buf *b, const struct report *r, const struct table *t,
    const struct html_line *line, size_t column)
{
	struct column c = t->columns[column];
	struct value v = line->values[column];
	bool sum = line->footer || line->flags & (ROW_SUBTOTAL | ROW_OTHERS);

	if (line->footer != NULL)
		c = footer_column(line->footer, &t->columns[column]);
	if (v.is == VALUE_IS_TEXT)
		html_escape(b, v.s);
	else if (!human_value(b, &c, r->zone, v) &&
	    (!sum || !html_stands_left(&t->columns[column])))
		buf_add_char(b, '-');
	if (line->flags & ROW_PARTIAL && column == 0)
		buf_add_char(b, '*');
}

size_t
html_bar_column(const struct table *t)
{
	size_t i = 0;

	while (i < t->n_columns && (!t->columns[i].bar || t->columns[i].hidden))
		i++;
	return i;
}

static double
bar_value(const struct row *row, size_t column)
{
	struct value v = row->values[column];

	if (row->flags & (ROW_SUBTOTAL | ROW_OTHERS))
		return 0;
	if (v.is == VALUE_IS_INT)
		return (double)v.i;
	return v.is == VALUE_IS_REAL ? v.r : 0;
}

double
html_bar_most(const struct table *t, size_t column)
{
	double most = 0;

	for (size_t i = 0; column < t->n_columns && i < t->n_rows; i++) {
		double value = bar_value(&t->rows[i], column);

		if (value > most)
			most = value;
	}
	return most;
}

int
html_bar(const struct row *row, size_t column, double most)
{
	double value = most > 0 ? bar_value(row, column) : 0;

	if (!(value > 0))
		return 0;
	/* Little is not nothing. */
	return value * 100 < most ? 1 : (int)(value * 100 / most + 0.5);
}
