/*
 * text_line.h - lines on a terminal: escaped, coloured, ruled, wrapped.
 */
#ifndef RENDER_TEXT_LINE_H
#define RENDER_TEXT_LINE_H

#include <stddef.h>

#include "base/str.h"
#include "report/report.h"

struct buf;
struct out;
struct render_options;

/* Colours and weights: parameters of SGR (ECMA-48, 8.3.117); NULL: plain. */
#define STYLE_TITLE "1"
#define STYLE_ALERT "1;31"
#define STYLE_RULE "2"
#define STYLE_SUBTOTAL "1"

const char *text_tone_style(enum tone tone);

/* Appends s as a terminal may see it: the one way for any text. */
void text_escape(struct buf *b, struct str s, const struct render_options *o);

/* The width aimed at. */
size_t text_columns(const struct render_options *o);

/* Escaped text, in style if there are colours. */
void text_styled(struct out *out, const struct render_options *o,
    const char *style, struct str s);

/* A line of rule, single ('-') or double ('='). */
void text_rule(struct out *out, const struct render_options *o, char kind,
    size_t columns);

/*
 * Raw text as a paragraph, escaped here, broken at blanks.  The line is used
 * up to column at already; further lines begin at column indent.  A word
 * longer than the line is not broken: it may be searched for.
 */
void text_paragraph(struct out *out, const struct render_options *o,
    const char *style, struct str s, size_t at, size_t indent);

#endif
