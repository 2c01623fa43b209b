/*
 * grep_options.h - the options of "mailtally grep" beside those that all
 * commands that read logs share.
 */
#ifndef CMD_GREP_OPTIONS_H
#define CMD_GREP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/opt.h"
#include "cmd/logs.h"
#include "event/event.h"

struct err;
struct group_field;

/* As the command line has them. */
struct grep_options {
	struct logs_options logs;
	const char *store;
	struct opt_list patterns;
	bool all;
	bool fixed;
	struct opt_list kinds;
	bool long_form;
	bool local_time;
	bool label;
	bool raw;
	bool match_raw; /* no option: called as qploggrep */
	const char *context;
	bool count;
	const char *lines; /* for tests: auto, every, some */
	const char *sort;
	bool reverse;
	long limit;
	const char *group_by;
	const char *output;
	const char *color;
};

/* What the words among them mean. */
enum grep_sort {
	GREP_SORT_NONE, /* as it comes: in the order of time */
	GREP_SORT_TIME,
	GREP_SORT_SECONDS,
	GREP_SORT_CONCURRENCY,
	GREP_SORT_SCORE
};
struct grep_choices {
	event_mask kinds;
	enum grep_sort sort;
	bool connection; /* --context connection */
	bool jsonl;
	bool every_line;  /* the short way is not taken, */
	bool some_lines;  /* or whenever it can be */
	const struct group_field *group; /* NULL: no groups */
};

/* The option rows; they point into o, which must outlive them. */
#define GREP_ROWS 25
void grep_rows(struct opt rows[GREP_ROWS], struct grep_options *o);

/* A word that means nothing, or two that exclude one another, are the error. */
int grep_choose(const struct grep_options *o, struct grep_choices *c,
    struct err *err);

#endif
