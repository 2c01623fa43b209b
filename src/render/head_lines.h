/*
 * head_lines.h - the title and the head of a report (spec/reports.md C.1) as
 * people read them: text, HTML and mail.
 */
#ifndef RENDER_HEAD_LINES_H
#define RENDER_HEAD_LINES_H

#include <stddef.h>

#include "base/mem.h"
#include "base/str.h"

struct buf;
struct report;

/* What is known and what it is called; the text is raw. */
struct head_line {
	const char *label;
	struct str text;
};

struct head_lines {
	struct head_line *lines;
	size_t n, cap;
	struct arena arena;
};

/* Appends "Report for HOST from DAY", raw. */
void head_title(struct buf *title, const struct report *r);
/* Items whose value is not known are left out. */
void head_lines_init(struct head_lines *h, const struct report *r);
void head_lines_clear(struct head_lines *h);

#endif
