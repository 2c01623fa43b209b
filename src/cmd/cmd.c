#include "cmd/cmd.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/out.h"
#include "base/utf8.h"
#include "cmd/version.h"
#include "conf/conf.h"

#define HELP_COLUMNS 80
#define WRAP_COLUMNS 78

#define CONF_VARIABLE "MAILTALLY_CONF"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct cmd *const commands[] = {
	&cmd_report,
	&cmd_tail,
	&cmd_grep,
	&cmd_trace,
	&cmd_logs,
	&cmd_dnsbl_count,
	&cmd_dnsbl_test,
	&cmd_dnsbl_recheck,
	&cmd_maildir,
	&cmd_queue,
	&cmd_mail,
	&cmd_serve,
	&cmd_ingest,
	&cmd_summarize,
	&cmd_rotate,
	&cmd_doctor,
	&cmd_config,
	&cmd_formats,
	&cmd_explain,
	NULL
};

/* ---- finding a command ---- */

/* How many words the name has if argv begins with them, else 0. */
static int
words_match(const char *name, int argc, char *const *argv)
{
	struct str rest = str_from(name);
	struct str word;
	int n = 0;

	while (str_cut(&rest, ' ', &word)) {
		if (n == argc || !str_eq(word, str_from(argv[n])))
			return 0;
		n++;
	}
	return n;
}

/* "dnsbl" alone, where there are "dnsbl count" and "dnsbl test". */
static bool
add_subcommands(struct buf *b, const struct cmd *const *table,
    const char *word)
{
	for (; *table != NULL; table++) {
		struct str rest = str_from((*table)->name);
		struct str first;

		str_cut(&rest, ' ', &first);
		if (rest.p != NULL && str_eq(first, str_from(word)))
			buf_printf(b, "%s%s", b->n > 0 ? ", " : "", rest.p);
	}
	return b->n > 0;
}

static const char *
nearest_name(const struct cmd *const *table, const char *word)
{
	const char **names;
	const char *near;
	size_t n = 0;

	while (table[n] != NULL)
		n++;
	names = mem_zalloc((n + 1) * sizeof(*names));
	for (size_t i = 0; i < n; i++)
		names[i] = table[i]->name;
	near = opt_nearest(word, names);
	free(names);
	return near;
}

static int
unknown_command(const struct cmd *const *table, const char *word,
    struct err *err)
{
	struct buf subcommands = { 0 };
	const char *near = nearest_name(table, word);

	if (word[0] == '-') {
		err_set(err, ERR_USAGE, "%.60s: options stand behind the command; "
		    "mailtally --help lists these", word);
	} else if (add_subcommands(&subcommands, table, word)) {
		err_set(err, ERR_USAGE, "%s: which one: %s?", word,
		    subcommands.p);
	} else if (near != NULL) {
		err_set(err, ERR_USAGE,
		    "\"%.60s\": no such command; did you mean %s?", word, near);
	} else {
		err_set(err, ERR_USAGE, "\"%.60s\": no such command; mailtally "
		    "--help lists what there is", word);
	}
	buf_clear(&subcommands);
	return -1;
}

const struct cmd *
cmd_find(const struct cmd *const *table, int argc, char *const *argv,
    int *n_words, struct err *err)
{
	const struct cmd *found = NULL;

	assert(argc > 0);
	*n_words = 0;
	for (size_t i = 0; table[i] != NULL; i++) {
		int n = words_match(table[i]->name, argc, argv);

		if (n > *n_words) {
			*n_words = n;
			found = table[i];
		}
	}
	if (found == NULL)
		unknown_command(table, argv[0], err);
	return found;
}

const struct cmd *
cmd_find_alias(const struct cmd *const *table, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	for (; *table != NULL; table++) {
		const char *alias = (*table)->alias;

		if (alias != NULL && strcmp(alias, name) == 0)
			return *table;
	}
	return NULL;
}

/* ---- settings ---- */

int
cmd_take_conf(int *argc, char **argv, const char **path, struct err *err)
{
	int from = 1, to = 1;

	while (from < *argc && strcmp(argv[from], "--") != 0) {
		if (strncmp(argv[from], "-C", 2) != 0) {
			argv[to++] = argv[from++];
		} else if (argv[from][2] != '\0') {
			*path = argv[from++] + 2;
		} else if (from + 1 < *argc) {
			*path = argv[from + 1];
			from += 2;
		} else {
			return err_set(err, ERR_USAGE, "-C: no file is named");
		}
	}
	while (from < *argc)
		argv[to++] = argv[from++];
	argv[to] = NULL;
	*argc = to;
	return 0;
}

/* The file to read, or NULL if there is none and need not be. */
static const char *
find_conf_file(const struct cmd_context *context)
{
	const char *variable = getenv(CONF_VARIABLE);

	if (context->conf_named != NULL)
		return context->conf_named;
	if (variable != NULL && *variable != '\0')
		return variable;
	/* One that is there but may not be read is an error all the same. */
	return access(CMD_CONF_FILE, F_OK) == 0 ? CMD_CONF_FILE : NULL;
}

int
cmd_load_settings(struct cmd_context *context, struct err *err)
{
	const char *sme = getenv("MAILTALLY_SME");

	context->conf_file = find_conf_file(context);
	if (conf_read_sme(context->conf, sme != NULL ? sme :
	    CONF_SME_DIRECTORY, err) == -1)
		return -1;
	if (context->conf_file != NULL &&
	    conf_read(context->conf, context->conf_file, err) == -1)
		return -1;
	return conf_read_environment(context->conf, environ, err);
}

int
cmd_settings(struct cmd_context *context)
{
	struct err err;

	return cmd_load_settings(context, &err) == -1 ? cmd_fail(&err) : 0;
}

/* ---- options and help ---- */

struct common_options {
	bool quiet;
	bool verbose;
	bool help;
	bool version;
};

#define COMMON_ROWS 6

static void
common_rows(struct opt rows[COMMON_ROWS], struct common_options *o)
{
	const struct opt table[COMMON_ROWS] = {
		{ .type = OPT_GROUP, .help = "Common" },
		{ .type = OPT_FLAG, .short_name = 'q', .name = "quiet",
		    .value = &o->quiet,
		    .help = "only errors on standard error" },
		{ .type = OPT_FLAG, .short_name = 'v', .name = "verbose",
		    .value = &o->verbose, .help = "say more there" },
		{ .type = OPT_FLAG, .short_name = 'h', .name = "help",
		    .value = &o->help, .help = "print this page" },
		{ .type = OPT_FLAG, .name = "version", .value = &o->version,
		    .help = "print the version" },
		{ .type = OPT_END },
	};

	memcpy(rows, table, sizeof(table));
}

int
cmd_help(const struct cmd *self, const struct opt *const *tables,
    unsigned n_tables)
{
	struct common_options ignored;
	struct opt common[COMMON_ROWS];
	struct buf b = { 0 };
	int status;

	buf_printf(&b, "usage: mailtally [-C FILE] %s%s%s\n", self->name,
	    *self->arguments ? " " : "", self->arguments);
	if (self->alias != NULL)
		buf_printf(&b, "  or:  %s %s\n", self->alias, self->arguments);
	buf_printf(&b, "\n%s: %s\n\n", self->name, self->summary);
	if (self->help != NULL) {
		cmd_wrap(&b, self->help, 0);
		buf_add_char(&b, '\n');
	}
	for (unsigned i = 0; i < n_tables; i++) {
		opt_help(&b, tables[i], HELP_COLUMNS);
		buf_add_char(&b, '\n');
	}
	common_rows(common, &ignored);
	opt_help(&b, common, HELP_COLUMNS);
	status = cmd_print(&b);
	buf_clear(&b);
	return status;
}

int
cmd_overview(void)
{
	struct buf b = { 0 };
	int status;

	buf_printf(&b, "usage: mailtally [-C FILE] COMMAND [OPTIONS] "
	    "[LOG...]\n\nReads the logs of a mail server: what happened, what is "
	    "happening, what happened\nto this mail.\n\nCommands:\n");
	for (size_t i = 0; commands[i] != NULL; i++) {
		const struct cmd *c = commands[i];

		buf_printf(&b, "  %-16s %s%s%s%s\n", c->name, c->summary,
		    c->alias ? " (also called " : "", c->alias ? c->alias : "",
		    c->alias ? ")" : "");
	}
	buf_printf(&b, "  %-16s this page, or that of a command\n"
	    "\nSettings come from %s if it exists; -C FILE or\n"
	    "%s name another file. mailtally config --example prints\n"
	    "one with all there are.\n", "help [COMMAND]", CMD_CONF_FILE,
	    CONF_VARIABLE);
	status = cmd_print(&b);
	buf_clear(&b);
	return status;
}

int
cmd_version(const struct cmd_context *context)
{
	struct buf b = { 0 };
	int status;

	buf_printf(&b, "%s\n", context->program);
	version_details(&b);
	status = cmd_print(&b);
	buf_clear(&b);
	return status;
}

static int
print_manual(const struct cmd *self, const struct cmd_context *context,
    const struct opt *const *tables, unsigned n_tables)
{
	struct buf b = { 0 };
	int status;

	manual_print(&b, context->manual, self, tables, n_tables);
	status = cmd_print(&b);
	buf_clear(&b);
	return status;
}

int
cmd_options(const struct cmd *self, struct cmd_context *context,
    const struct opt *const *tables, unsigned n_tables, int argc, char **argv,
    int *status)
{
	struct common_options o = { .quiet = context->quiet,
		.verbose = context->verbose };
	struct opt common[COMMON_ROWS];
	const struct opt *all[8];
	struct err err;
	int n;

	assert(n_tables < COUNT(all));
	for (unsigned i = 0; i < n_tables; i++)
		all[i] = tables[i];
	common_rows(common, &o);
	all[n_tables] = common;
	opt_check(all, n_tables + 1);
	n = opt_parse_tables(all, n_tables + 1, argc, argv, &err);
	context->quiet = o.quiet;
	context->verbose = o.verbose;
	if (n == -1)
		*status = cmd_fail(&err);
	else if (o.help && context->manual != MANUAL_NONE)
		*status = print_manual(self, context, all, n_tables + 1);
	else if (o.help)
		*status = cmd_help(self, tables, n_tables);
	else if (o.version)
		*status = cmd_version(context);
	else
		return n;
	return -1;
}

/* ---- printing ---- */

static void
wrap_line(struct buf *b, struct str line, size_t indent)
{
	size_t column = 0;
	struct str word;

	while (str_cut(&line, ' ', &word)) {
		if (column > 0 && column + 1 + word.n > WRAP_COLUMNS) {
			buf_add_char(b, '\n');
			column = 0;
		}
		if (column == 0) {
			buf_add_repeated(b, ' ', indent);
			column = indent;
		} else {
			buf_add_char(b, ' ');
			column++;
		}
		buf_add_str(b, word);
		column += word.n;
	}
	buf_add_char(b, '\n');
}

void
cmd_wrap(struct buf *b, const char *text, size_t indent)
{
	struct str rest = str_from(text);
	struct str line;

	while (str_cut(&rest, '\n', &line)) {
		if (line.n == 0) {
			buf_add_char(b, '\n');
		} else if (line.p[0] == ' ') {
			buf_add_repeated(b, ' ', indent);
			buf_add_str(b, line);
			buf_add_char(b, '\n');
		} else {
			wrap_line(b, line, indent);
		}
	}
}

void
cmd_escape(struct buf *b, struct str text, size_t indent)
{
	struct str line;

	while (text.n > 0) {
		str_cut(&text, '\n', &line);
		buf_add_repeated(b, ' ', indent);
		utf8_escape(b, line);
		buf_add_char(b, '\n');
	}
}

int
cmd_print(const struct buf *b)
{
	struct out *out = out_open_fd(STDOUT_FILENO, "standard output");
	struct err err;

	out_str(out, buf_str(b));
	return out_close(&out, &err) == -1 ? cmd_fail(&err) : 0;
}

int
cmd_fail(const struct err *err)
{
	struct buf b = { 0 };

	buf_add_str(&b, STR("mailtally: "));
	utf8_escape(&b, str_from(err->text));
	buf_add_char(&b, '\n');
	fwrite(b.p, 1, b.n, stderr);
	buf_clear(&b);
	return err_exit_status(err->kind);
}

const char *
cmd_host_name(const struct conf *conf, char *buffer, size_t n)
{
	if (conf->host)
		return conf->host;
	if (gethostname(buffer, n) < 0)
		return "localhost";
	buffer[n - 1] = '\0';
	return buffer;
}
