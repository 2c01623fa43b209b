/*
 * terminal.h - what standard output is, and what it can show.
 */
#ifndef CMD_TERMINAL_H
#define CMD_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

struct render_options;

struct terminal {
	bool is_terminal;
	bool color;
	bool utf8;	/* by the locale */
	size_t columns; /* 80 if it cannot be known */
};

/*
 * color: always, never, or auto (or NULL): on a terminal, unless NO_COLOR says
 * no (https://no-color.org).
 */
void terminal_ask(struct terminal *t, const char *color);
/* The same for what renders a report: sets color, utf8, bars and columns. */
void terminal_options(struct render_options *o, const char *color);

#endif
