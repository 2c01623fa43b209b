/*
 * conf.h - the settings a run works with, and the file they come from.
 *
 * Everything that can be configured is one row of one table (conf.c): key,
 * type, where the value goes, help.  An unknown key is an error with a
 * suggestion, because a misspelt setting that is silently ignored is how
 * wrong reports are made.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "base/str.h"
#include "tally/classes.h"

struct buf;
struct err;

enum column_switch { COLUMN_AUTO = 0, COLUMN_YES, COLUMN_NO };

/* A column of the hourly table that the configuration speaks of. */
struct column_setting {
	struct str title; /* as C.2 has it, case-insensitive */
	enum column_switch show;
};

/* C.9: a block list the server is configured with. */
struct list_setting {
	const char *type; /* literal: DNSBL RHSBL URIBL */
	struct str zone;
};

struct conf_list {
	struct str *items;
	size_t n, cap;
};

/* At most so many rows; the table is in rows.c. */
#define CONF_ROWS_MAX 64

/* How multilog keeps the logs of a service, for its run script. */
struct log_keeping {
	long files; /* n: how many, current among them */
	long bytes; /* s: how large one may become */
};

struct conf {
	struct arena arena;
	/* Where the value of each row comes from; NULL: the default. */
	const char *origins[CONF_ROWS_MAX];
	const char *origin; /* of what is being read */
	struct classes classes;

	/* [logs] log = PATH, several times */
	struct str *logs;
	size_t n_logs, cap_logs;

	/* [report] */
	const char *host;     /* name in the title; NULL: the machine's */
	const char *zone;     /* NULL: the system's */
	const char *interval; /* A.1; NULL: not set */
	const char *base;
	struct column_setting *columns;
	size_t n_columns, cap_columns;
	double country_cutoff_percent; /* C.7: 0.5 */
	double rule_cutoff_percent;    /* C.6; negative: by the rule there */
	struct str *refused_countries; /* upper case */
	size_t n_refused_countries, cap_refused_countries;
	struct list_setting *lists;
	size_t n_lists, cap_lists;
	struct conf_list snapshots; /* answers of lists that were kept: files */
	const char *country_file; /* MaxMind format; NULL: none */
	struct str *facts;        /* "key=value" lines for the head (C.1) */
	size_t n_facts, cap_facts;

	/* [maildir] */
	struct conf_list maildirs;     /* where users' mail is */
	struct conf_list mail_hosts;   /* names that this server's fields have */
	struct conf_list mail_relays;  /* networks, as text */
	struct conf_list junk_folders; /* names of directories in a Maildir */

	/* [store] */
	long facts_days;     /* how long single events are kept, */
	long hours_days;     /* and the hours of sums */
	bool keep_addresses; /* longer than single events */

	/* [qpsmtpd] [sqpsmtpd] [qmail] */
	struct log_keeping keep_qpsmtpd, keep_sqpsmtpd, keep_qmail;
	long port_qpsmtpd, port_sqpsmtpd; /* where they listen; 0: nowhere */
};

void conf_init(struct conf *c);
void conf_clear(struct conf *c);

/*
 * Reads an ini file over what c holds: [sections], "key = value", comments
 * begin with # or ; at the start of a line, or with ; after a blank.
 *
 * A list may be given in one value, split at commas and blanks ("quoted" where
 * an item holds one), or by repeating its key.  The first time that a file
 * names a list it replaces what was there, the default too.  An empty value
 * puts a setting back to "not set", a list to none.
 *
 * Errors: "FILE: line N: unknown key \"local_domian\" in [classes]; did you
 * mean \"local_domain\"?", "FILE: line N: tag_level: \"x\" is not a number".
 * What stood above the line is set then; c is good for nothing but clearing.
 * A file that does not exist is an error here (ERR_NO_INPUT); the caller
 * decides whether the standard place (/etc/mailtally.conf) must exist.
 */
int conf_read(struct conf *c, const char *path, struct err *err);

/*
 * One "section.key" and its value, as a command line or an environment may
 * set it.  A list is replaced.
 */
int conf_set(struct conf *c, struct str key, struct str value, struct err *err);

/*
 * MAILTALLY_<SECTION>_<KEY>=VALUE for each such variable of environment (as
 * environ(7)).  Those that name no section are not ours and passed over.
 */
int conf_read_environment(struct conf *c, char *const *environment,
    struct err *err);

/*
 * The configuration data base of an SME Server, if directory has one (files
 * configuration and domains): what it says of the mail server becomes the
 * default.  A value that we do not take is passed over: the data base is not
 * ours.  -1 with *err only if it is there and cannot be read.
 *
 *	mailstats=report|Base|Midnight|Interval|daily|status|enabled
 */
#define CONF_SME_DIRECTORY "/home/e-smith/db"
int conf_read_sme(struct conf *c, const char *directory, struct err *err);

/*
 * Appends the value of "section.key", as a line of a file has it.  For scripts
 * written for an SME Server "qmail.KeepLogFiles" is qmail.keep_log_files.
 */
int conf_get(const struct conf *c, struct str key, struct buf *b,
    struct err *err);

/* The keys as a list of mdoc(7). */
void conf_mdoc(struct buf *b);

/* The same as conf_print, with a comment that says where a value is from. */
void conf_print_origins(struct buf *b, const struct conf *c);

/* All settings as a file that conf_read() understands. */
void conf_print(struct buf *b, const struct conf *c);

/* Every key with its help and its default, as a commented example file. */
void conf_example(struct buf *b);

#endif
