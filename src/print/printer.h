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

/*
 * The line of an event, escaped, coloured, with its newline; valid until the
 * next call.
 */
struct str printer_compose(struct printer *p, const struct event *ev);
/* Writes that line.  Flushing is the caller's. */
void printer_event(struct printer *p, const struct event *ev);
/*
 * The raw lines of a log, each as one escaped line that is never cut.  TABs
 * stay: they separate the fields of a record, and harm no terminal.
 */
struct str printer_compose_raw(struct printer *p, struct str raw);

#endif
