/* file.c - reading the configuration file.  The only user of inih. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/conf.h"
#include "conf/row.h"

/* Larger is no configuration but a file named by mistake. */
#define FILE_BYTES_MAX (1 << 20)

struct reader {
	struct conf *conf;
	struct str rest; /* what inih has not seen yet */
	struct str line; /* what it saw last */
	unsigned number; /* of that line */
	bool *begun;	 /* of each row: a list that this file has replaced */
	struct err why;
};

/* As fgets(): inih asks for one line after the other. */
static char *
next_line(char *to, int size, void *ctx)
{
	struct reader *r = ctx;
	size_t n = str_index(r->rest, '\n');

	if (r->rest.n == 0)
		return NULL;
	if (n < r->rest.n)
		n++;
	assert(n < (size_t)size);
	r->line = str_head(r->rest, n);
	r->rest = str_skip(r->rest, n);
	r->number++;
	memcpy(to, r->line.p, n);
	to[n] = '\0';
	return to;
}

/*
 * inih takes a colon for an equals sign, but names of plugins have colons:
 * "virus::clamav = Virus" comes as "virus" and ":clamav = Virus".  False if
 * the line has no equals sign.
 */
static bool
undo_colon(struct buf *joined, struct str line, struct str *key,
    struct str *value)
{
	size_t equals;

	if (str_index(line, '=') < str_index(line, ':'))
		return true;
	buf_add_str(joined, *key);
	buf_add_char(joined, ':');
	buf_add_str(joined, *value);
	equals = str_index(buf_str(joined), '=');
	if (equals == joined->n)
		return false;
	*key = str_trim(str_head(buf_str(joined), equals));
	*value = str_trim(str_skip(buf_str(joined), equals + 1));
	return true;
}

static int
set(struct reader *r, struct str section, struct str key, struct str value)
{
	const struct row *row;
	bool *begun;

	if (section.n == 0) {
		return err_set(&r->why, ERR_USAGE,
		    "\"%.*s\" stands before the first [section]",
		    STR_ARG(str_head(key, 60)));
	}
	row = conf_row_find(section, key, &r->why);
	if (row == NULL)
		return -1;
	begun = &r->begun[row - conf_rows];
	if (conf_row_set(r->conf, row, key, value, *begun, &r->why) == -1)
		return -1;
	*begun = true;
	return 0;
}

/* For inih 0 is a failure. */
static int
handle(void *ctx, const char *section, const char *name, const char *text)
{
	struct reader *r = ctx;
	struct buf joined = { 0 };
	struct str key = str_from(name), value = str_from(text);
	bool ok;

	ok = undo_colon(&joined, r->line, &key, &value) && key.n > 0 &&
	    set(r, str_from(section), key, value) == 0;
	buf_clear(&joined);
	return ok;
}

/*
 * As Debian builds inih, its settings are variables.  As they come, a line is
 * cut after 200 bytes and the rest taken for another line, and a line that
 * begins with a blank is a further value of the key above.
 */
static void
set_up_inih(size_t text_bytes)
{
	ini_use_stack = false;
	ini_allow_realloc = false;
	ini_max_line = (int)text_bytes + 3;
	ini_initial_alloc = ini_max_line;
	ini_allow_multiline = false;
	ini_allow_bom = true;
	ini_allow_no_value = false;
	ini_stop_on_first_error = true;
}

static int
parse(struct reader *r, const char *path, struct err *err)
{
	int result;

	if (str_index(r->rest, '\0') < r->rest.n) {
		return err_set(err, ERR_USAGE,
		    "%s: not a text file: it holds a NUL byte", path);
	}
	set_up_inih(r->rest.n);
	result = ini_parse_stream(next_line, r, handle, r);
	if (result == 0)
		return 0;
	if (result < 0)
		return err_set(err, ERR_INTERNAL, "%s: out of memory", path);
	return err_set(err, ERR_USAGE, "%s: line %u: %s", path, r->number,
	    r->why.kind != ERR_NONE ? r->why.text
	    : "neither \"key = value\" nor \"[section]\"");
}

/* Reads up to a little over the limit. */
static int
read_all(FILE *f, struct buf *text)
{
	size_t n;

	do {
		n = fread(buf_reserve(text, BUFSIZ), 1, BUFSIZ, f);
		text->n += n;
	} while (n > 0 && text->n <= FILE_BYTES_MAX);
	return ferror(f) ? -1 : 0;
}

static int
load(struct buf *text, const char *path, struct err *err)
{
	FILE *f = fopen(path, "re");
	int result = 0;

	if (f == NULL)
		return err_set(err, ERR_NO_INPUT, "%s: %s", path, strerror(errno));
	if (read_all(f, text) == -1)
		result = err_set(err, ERR_NO_INPUT, "%s: %s", path, strerror(errno));
	else if (text->n > FILE_BYTES_MAX)
		result = err_set(err, ERR_USAGE,
		    "%s: not a configuration: larger than 1 MiB", path);
	fclose(f);
	return result;
}

int
conf_read(struct conf *c, const char *path, struct err *err)
{
	struct buf text = { 0 };
	struct reader r = { .conf = c };
	int result = load(&text, path, err);

	if (result == 0) {
		c->origin = arena_str(&c->arena, str_from(path)).p;
		r.rest = buf_str(&text);
		r.begun = mem_zalloc(conf_n_rows * sizeof(*r.begun));
		result = parse(&r, path, err);
		free(r.begun);
	}
	buf_clear(&text);
	return result;
}
