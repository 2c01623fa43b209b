/*
 * text_table.h - a table of a report in a terminal's columns.
 *
 * Numbers stand right, text left.  A table wider than the terminal first has
 * its `wide` columns shortened; if that is not enough its lines are longer
 * than the terminal, never wrapped.
 */
#ifndef RENDER_TEXT_TABLE_H
#define RENDER_TEXT_TABLE_H

struct out;
struct render_options;
struct report;
struct table;

void text_table(struct out *out, const struct render_options *o,
    const struct report *r, const struct table *t);

#endif
