/*
 * cmd.h - the commands, one file each, and the table of them.
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <stdbool.h>

#include "base/opt.h"
#include "base/str.h"
#include "cmd/manual.h"

#define MAILTALLY_VERSION "0.1.0"
/* Of the manual. */
#define MAILTALLY_DATE "November 22, 2026"

/* Read if it exists; -C FILE and MAILTALLY_CONF name another, which must. */
#ifndef CMD_CONF_FILE
#define CMD_CONF_FILE "/etc/mailtally.conf"
#endif

struct buf;
struct conf;
struct err;

/* What every command gets: options common to all, and the settings. */
struct cmd_context {
	struct conf *conf;	 /* loaded: defaults, file, environment */
	const char *conf_named;	 /* -C FILE, or NULL */
	const char *conf_file;	 /* the file that was read, or NULL */
	const char *program;	 /* "mailtally 0.1.0" */
	bool quiet;
	bool verbose;
	enum manual_form manual; /* what --help prints instead */
};

struct cmd {
	const char *name;	 /* two words for sub-commands: "dnsbl count" */
	const char *alias;	 /* "qplogsumm": called by this name it is this command */
	const char *arguments;	 /* "[OPTIONS] [LOG...]" */
	const char *summary;	 /* one line */
	/* A paragraph or two and examples, or NULL; wrapped by cmd_wrap(). */
	const char *help;
	/* Called with defaults only, because it has to run even where the
	 * configuration is broken; it may call cmd_settings() itself. */
	bool without_settings;
	/* The command's own option rows; built by it because they point to
	 * where values go. */
	int (*run)(const struct cmd *self, struct cmd_context *context, int argc,
	    char **argv);	 /* returns the exit status */
};

/* Ends with NULL. */
extern const struct cmd *const commands[];

extern const struct cmd cmd_report;
extern const struct cmd cmd_tail;
extern const struct cmd cmd_grep;
extern const struct cmd cmd_trace;
extern const struct cmd cmd_logs;
extern const struct cmd cmd_dnsbl_recheck;
extern const struct cmd cmd_maildir;
extern const struct cmd cmd_queue;
extern const struct cmd cmd_dnsbl_count;
extern const struct cmd cmd_dnsbl_test;
extern const struct cmd cmd_doctor;
extern const struct cmd cmd_rotate;
extern const struct cmd cmd_mail;
extern const struct cmd cmd_serve;
extern const struct cmd cmd_ingest;
extern const struct cmd cmd_summarize;
extern const struct cmd cmd_formats;
extern const struct cmd cmd_explain;
extern const struct cmd cmd_config;

/*
 * The command of a table (commands) that the words in argv[0] and on name
 * ("dnsbl", "count"), the longest name that fits; *n_words is how many words
 * that took.  NULL with *err, which suggests what was meant, if there is none.
 */
const struct cmd *cmd_find(const struct cmd *const *table, int argc,
    char *const *argv, int *n_words, struct err *err);
/* The command whose alias the program was called by (argv[0]), or NULL. */
const struct cmd *cmd_find_alias(const struct cmd *const *table,
    const char *path);

/*
 * Takes "-C FILE" and "-CFILE", wherever they stand before a "--", out of
 * argv[1] and on.  *path is left alone if there is none; the last one counts.
 */
int cmd_take_conf(int *argc, char **argv, const char **path, struct err *err);
/* Loads the settings.  0, or the error is told and the exit status returned. */
int cmd_settings(struct cmd_context *context);
/* The same, but the error is handed out: -1. */
int cmd_load_settings(struct cmd_context *context, struct err *err);

/*
 * "mailtally: TEXT" as one line on standard error, escaped; returns the
 * status of err.
 */
int cmd_fail(const struct err *err);
/*
 * Takes the options of a command, those common to all among them (--help,
 * --quiet, --verbose).  Returns the number of operands (in argv[1..]), or -1
 * when the command is over: help was printed or an error told, and *status
 * is what to exit with.
 */
int cmd_options(const struct cmd *self, struct cmd_context *context,
    const struct opt *const *tables, unsigned n_tables, int argc, char **argv,
    int *status);
/*
 * Prints the help page of a command with its rows to standard output; returns
 * the exit status.
 */
int cmd_help(const struct cmd *self, const struct opt *const *tables,
    unsigned n_tables);
/* Prints how the program is called and what commands there are; the same. */
int cmd_overview(void);
/* Prints the version; the same. */
int cmd_version(const struct cmd_context *context);

/*
 * Appends text with each line wrapped at 78 columns and indented; lines that
 * begin with a blank stay as they are.  Ends with a newline.
 */
void cmd_wrap(struct buf *b, const char *text, size_t indent);
/* Appends text from a log or a file, escaped line by line, and indented. */
void cmd_escape(struct buf *b, struct str text, size_t indent);
/* The configured name of the host, or the machine's, which buffer then holds. */
const char *cmd_host_name(const struct conf *conf, char *buffer, size_t n);
/* Writes b to standard output; returns the exit status. */
int cmd_print(const struct buf *b);

#endif
