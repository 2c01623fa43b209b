/*
 * manual.h - the manual and the completions, made of the same rows as --help.
 *
 * "mailtally help --mdoc COMMAND" prints a page (mdoc(7)), "--mdoc-options
 * COMMAND" its options alone, for pages that are written by hand, and "help
 * --mdoc-commands" a list of the commands; "help
 * --rows" the options of all commands, a line each, for completions.  A new
 * command needs nothing done for any of them.
 */
#ifndef CMD_MANUAL_H
#define CMD_MANUAL_H

#include "base/str.h"

struct buf;
struct cmd;
struct opt;

enum manual_form {
	MANUAL_NONE = 0, /* the help page */
	MANUAL_PAGE,
	MANUAL_OPTIONS,
	MANUAL_ROWS,
	MANUAL_COMMANDS
};

/* "--mdoc" and so on; MANUAL_NONE if the word is none of them. */
enum manual_form manual_form_find(const char *word);

/* What a command's tables (those common to all among them) come to in a form. */
void manual_print(struct buf *b, enum manual_form form, const struct cmd *self,
    const struct opt *const *tables, unsigned n_tables);

/* Sentences, one a line, wrapped, with nothing in them taken for mdoc. */
void manual_text(struct buf *b, struct str text);
/* The same for the arguments of a macro, on its line. */
void manual_words(struct buf *b, struct str text);

#endif
