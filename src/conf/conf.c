#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/row.h"

#define ENVIRONMENT_PREFIX "MAILTALLY_"

#define HELP_COLUMNS 76

/* A month of a small server. */
#define LOG_KEEPING { .files = 30, .bytes = 5000000 }

void
conf_init(struct conf *c)
{
	*c = (struct conf){
		.country_cutoff_percent = 0.5,
		.rule_cutoff_percent = -1,
		.facts_days = 30,
		.hours_days = 400,
		.keep_qpsmtpd = LOG_KEEPING,
		.keep_sqpsmtpd = LOG_KEEPING,
		.keep_qmail = LOG_KEEPING,
		.port_qpsmtpd = 25,
		.port_sqpsmtpd = 465,
	};
	classes_init(&c->classes);
	ARRAY_PUSH(c->junk_folders.items, c->junk_folders.n,
	    c->junk_folders.cap) = STR(".junkmail");
}

void
conf_clear(struct conf *c)
{
	classes_clear(&c->classes);
	arena_clear(&c->arena);
	free(c->logs);
	free(c->columns);
	free(c->refused_countries);
	free(c->lists);
	free(c->snapshots.items);
	free(c->facts);
	free(c->maildirs.items);
	free(c->mail_hosts.items);
	free(c->mail_relays.items);
	free(c->junk_folders.items);
	*c = (struct conf){ 0 };
}

int
conf_set(struct conf *c, struct str key, struct str value, struct err *err)
{
	size_t dot = str_index(key, '.');
	const struct row *r;
	struct str name;

	if (dot == key.n) {
		return err_set(err, ERR_USAGE,
		    "\"%.*s\" is not of the form section.key",
		    STR_ARG(str_head(key, 60)));
	}
	name = str_skip(key, dot + 1);
	r = conf_row_find(str_head(key, dot), name, err);
	if (r == NULL)
		return -1;
	return conf_row_set(c, r, name, str_trim(value), false, err);
}

/* "REPORT_ZONE" is "report.zone"; false if it names no section. */
static bool
key_of_variable(struct buf *key, struct str name)
{
	size_t end = str_index(name, '_');

	buf_reset(key);
	for (size_t i = 0; i < name.n; i++)
		buf_add_char(key, i == end ? '.' : str_lower(name.p[i]));
	return end < name.n && conf_row_section(str_head(buf_str(key), end));
}

/* "NAME=value" */
static int
read_variable(struct conf *c, struct str variable, struct buf *key,
    struct err *err)
{
	struct str prefix = STR(ENVIRONMENT_PREFIX);
	size_t equals = str_index(variable, '=');
	struct str name = str_head(variable, equals);
	struct err why = { 0 };

	if (equals == variable.n || !str_starts(name, prefix) ||
	    !key_of_variable(key, str_skip(name, prefix.n)))
		return 0;
	c->origin = arena_str(&c->arena, name).p;
	if (conf_set(c, buf_str(key), str_skip(variable, equals + 1), &why) == 0)
		return 0;
	return err_set(err, why.kind, "%.*s: %s", STR_ARG(str_head(name, 80)),
	    why.text);
}

int
conf_read_environment(struct conf *c, char *const *environment,
    struct err *err)
{
	struct buf key = { 0 };
	int result = 0;

	for (; *environment != NULL && result == 0; environment++)
		result = read_variable(c, str_from(*environment), &key, err);
	buf_clear(&key);
	return result;
}

/* The section's heading above its first row; false above the others. */
static bool
print_section(struct buf *b, size_t i)
{
	const struct row *r = &conf_rows[i];

	if (i > 0 && strcmp(r->section, r[-1].section) == 0)
		return false;
	buf_printf(b, "%s[%s]\n", b->n > 0 ? "\n" : "", r->section);
	return true;
}

/* Appends the lines of a row, each with mark in front. */
static void
print_row(struct buf *b, const struct conf *c, const struct row *r,
    const char *mark)
{
	struct buf text = { 0 };
	struct str rest, line;

	r->type->print(&text, c, r);
	rest = buf_str(&text);
	if (r->key != NULL) {
		buf_printf(b, "%s%s =%s", mark, r->key, rest.n > 0 ? " " : "");
		buf_add_str(b, rest);
		buf_add_char(b, '\n');
	} else {
		while (str_cut(&rest, '\n', &line) && line.n > 0)
			buf_printf(b, "%s%.*s\n", mark, STR_ARG(line));
	}
	buf_clear(&text);
}

static void
print_all(struct buf *b, const struct conf *c, bool origins)
{
	for (size_t i = 0; i < conf_n_rows; i++) {
		print_section(b, i);
		if (origins && c->origins[i] != NULL)
			buf_printf(b, "# from %s:\n", c->origins[i]);
		print_row(b, c, &conf_rows[i], "");
	}
}

void
conf_print(struct buf *b, const struct conf *c)
{
	print_all(b, c, false);
}

void
conf_print_origins(struct buf *b, const struct conf *c)
{
	print_all(b, c, true);
}

/* "KeepLogFiles" is "keep_log_files". */
static void
add_snake(struct buf *b, struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char lower = str_lower(name.p[i]);

		if (lower != name.p[i] && i > 0 && name.p[i - 1] != '.' &&
		    name.p[i - 1] != '_')
			buf_add_char(b, '_');
		buf_add_char(b, lower);
	}
}

int
conf_get(const struct conf *c, struct str key, struct buf *b, struct err *err)
{
	size_t dot = str_index(key, '.');
	struct buf name = { 0 };
	const struct row *r;

	if (dot == key.n)
		return err_set(err, ERR_USAGE,
		    "\"%.*s\" is not of the form section.key",
		    STR_ARG(str_head(key, 60)));
	add_snake(&name, str_skip(key, dot + 1));
	r = conf_row_find(str_head(key, dot), buf_str(&name), err);
	buf_clear(&name);
	if (r == NULL)
		return -1;
	r->type->print(b, c, r);
	return 0;
}

/* ---- the manual ---- */

static void
mdoc_value(struct buf *b, const struct conf *c, const struct row *r)
{
	struct buf text = { 0 };

	if (r->example != NULL) {
		buf_printf(b, "Example:\n.Dl %s\n", r->example);
		return;
	}
	r->type->print(&text, c, r);
	if (text.n > 0 && r->key != NULL && str_index(buf_str(&text), '\n') == text.n)
		buf_printf(b, "Default:\n.Dl %s\n", text.p);
	buf_clear(&text);
}

void
conf_mdoc(struct buf *b)
{
	struct conf c;

	conf_init(&c);
	for (size_t i = 0; i < conf_n_rows; i++) {
		const struct row *r = &conf_rows[i];
		bool begins = i == 0 || strcmp(r->section, r[-1].section) != 0;

		if (begins)
			buf_printf(b, "%s.Ss \\&[%s]\\&\n.Bl -tag -width Ds\n",
			    i > 0 ? ".El\n" : "", r->section);
		buf_printf(b, ".It %s %s\n", r->key != NULL ? "Cm" : "Ar",
		    r->key != NULL ? r->key : "name");
		buf_printf(b, "%s\n", r->help);
		mdoc_value(b, &c, r);
	}
	buf_add_str(b, STR(".El\n"));
	conf_clear(&c);
}

/* As comments, wrapped. */
static void
print_help(struct buf *b, const char *help)
{
	struct str rest = str_from(help);
	struct str word;
	size_t column = 0;

	while (str_cut(&rest, ' ', &word)) {
		if (column == 0 || column + 1 + word.n > HELP_COLUMNS) {
			buf_printf(b, "%s#", column ? "\n" : "");
			column = 1;
		}
		buf_printf(b, " %.*s", STR_ARG(word));
		column += 1 + word.n;
	}
	buf_add_char(b, '\n');
}

static void
print_example(struct buf *b, const struct row *r)
{
	if (r->key != NULL)
		buf_printf(b, "#%s = %s\n", r->key, r->example);
	else
		buf_printf(b, "#%s\n", r->example);
}

void
conf_example(struct buf *b)
{
	struct conf c;

	conf_init(&c);
	buf_add_str(b, STR("# Settings of mailtally. What is commented out shows "
	    "the default, or an example\n# where there is none. A list may be "
	    "given in one line or by repeating its key.\n"));
	for (size_t i = 0; i < conf_n_rows; i++) {
		const struct row *r = &conf_rows[i];

		if (!print_section(b, i))
			buf_add_char(b, '\n');
		print_help(b, r->help);
		if (r->example != NULL)
			print_example(b, r);
		else
			print_row(b, &c, r, "#");
	}
	conf_clear(&c);
}
