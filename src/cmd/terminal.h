/*
 * terminal.h - what standard output is, for renderers.
 */
#ifndef CMD_TERMINAL_H
#define CMD_TERMINAL_H

struct render_options;

/*
 * Sets color, utf8, bars and columns by standard output, the environment
 * (NO_COLOR, locale) and --color (auto, always, never; NULL is auto).
 */
void terminal_options(struct render_options *o, const char *color);

#endif
