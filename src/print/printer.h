/*
 * printer.h - events to an output, for people (text) or programs (jsonl).
 */
#ifndef PRINT_PRINTER_H
#define PRINT_PRINTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "print/line.h"

struct out;

struct printer_options {
	struct line_style style;
	bool jsonl;
	bool color;	/* SGR sequences, by verdict */
	bool utf8;	/* else what is not ASCII is escaped too */
	bool aligned;	/* columns; on a terminal */
	size_t columns; /* lines are cut to these; 0: never */
};

struct printer {
	struct printer_options o;
	struct out *out; /* the caller's */
	struct buf raw;	 /* scratch */
	struct buf text; /* scratch */
};

void printer_init(struct printer *p, const struct printer_options *o,
    struct out *out);
void printer_clear(struct printer *p);

/* Writes one line, escaped.  Flushing is the caller's. */
void printer_event(struct printer *p, const struct event *ev);
/* Any raw text as one escaped line. */
void printer_text(struct printer *p, struct str raw);

#endif
