/*
 * html_cell.h - what HTML for browsers and HTML for mail have in common:
 * the one function that escapes, and the cells of tables.
 */
#ifndef RENDER_HTML_CELL_H
#define RENDER_HTML_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct buf;
struct column;
struct footer;
struct report;
struct row;
struct table;
struct value;

/*
 * Appends raw text for an element or for an attribute in quotes: first what
 * base/utf8.h would not show becomes \xHH, then & < > " ' become references.
 * A text of more than HTML_TEXT_MOST columns is cut and ends in an ellipsis.
 */
#define HTML_TEXT_MOST 400
void html_escape(struct buf *b, struct str s);

/* A row or a footer: what a cell needs to know of its line. */
struct html_line {
	const struct value *values;
	unsigned flags;		     /* enum row_flag */
	const struct footer *footer; /* NULL: a row */
};

/* The content of a cell, escaped. */
void html_cell(struct buf *b, const struct report *r, const struct table *t,
    const struct html_line *line, size_t column);

/* Does the column stand left (text, addresses, times), or right (numbers)? */
bool html_stands_left(const struct column *c);

/* The first column that asks for a bar, or t->n_columns. */
size_t html_bar_column(const struct table *t);
/* The value of a full bar; 0: no row has one. */
double html_bar_most(const struct table *t, size_t column);
/* How long the bar of a row is: 0 to 100. */
int html_bar(const struct row *row, size_t column, double most);

#endif
