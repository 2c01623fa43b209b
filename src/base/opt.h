/*
 * opt.h - command line options as rows of a table.
 *
 * A row holds everything about an option: how it is written, where its value
 * goes, its default and its help.  Help pages, man pages and completions are
 * printed from the rows.  Modelled on what git's parse-options does.
 */
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

enum opt_type {
	OPT_END = 0, /* the last row */
	OPT_GROUP,   /* a heading in the help page: .help only */
	OPT_FLAG,    /* bool *: --name sets, --no-name clears */
	OPT_TEXT,    /* const char **: points into argv */
	OPT_LIST,    /* struct opt_list *: may be given several times */
	OPT_NUMBER,  /* long *: between .min and .max */
	OPT_CHOICE   /* int *: index into .choices */
};

struct opt_list {
	const char **items; /* point into argv */
	size_t n;
	size_t cap;
};

struct opt {
	enum opt_type type;
	char short_name;       /* 0: none */
	const char *name;      /* without the dashes */
	const char *argument;  /* what the help calls the value: "FILE" */
	void *value;	       /* by type, see above */
	long min, max;	       /* OPT_NUMBER */
	const char *const *choices; /* OPT_CHOICE; NULL at the end */
	const char *help;      /* one line; %s is nothing special */
	/*
	 * The default as the help shows it, or NULL.  A flag that is on from
	 * the beginning has one, and is then shown as --[no-]name.
	 */
	const char *initial;
	bool hidden; /* works when written in full, but is not shown */
};

/*
 * Takes the options out of argv[1..argc-1]; what is left (operands) stands
 * in argv[1..] afterwards and its number is returned, -1 on an error.
 * "--name=value", "--name value", "-nvalue", "-n value", "-abc", "--" and
 * unambiguous shortenings of long names are understood.  Options and operands
 * may be mixed; "-" is an operand.  The last one given wins, except in lists.
 *
 * On an error (ERR_USAGE) argv and the values may be half done.
 */
int opt_parse(const struct opt *rows, int argc, char **argv, struct err *err);

/* Several tables as one (common options and a command's own). */
int opt_parse_tables(const struct opt *const *tables, size_t n_tables, int argc,
    char **argv, struct err *err);

/* The help text of the rows, wrapped at columns. */
void opt_help(struct buf *b, const struct opt *rows, size_t columns);

/*
 * Asserts that rows are complete and names unique: called at the start, with
 * all the tables that are parsed together.
 */
void opt_check(const struct opt *const *tables, size_t n_tables);

/* Frees the array and empties the list; its items were argv's. */
void opt_list_clear(struct opt_list *l);

/*
 * The candidate nearest to word (edit distance, or its beginning), or NULL if
 * none is near enough to be what was meant; the first one of equals.
 * candidates ends with NULL.
 */
const char *opt_nearest(const char *word, const char *const *candidates);

#endif
