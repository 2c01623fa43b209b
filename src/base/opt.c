/* opt.c - command line options as rows of a table. */
#include "base/opt.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

/* Where the help texts begin; a longer option pushes its text down a line. */
#define HELP_COLUMN ((size_t)30)
/* An argument is quoted in messages up to here, so that the advice fits. */
#define QUOTED "%.80s"

struct tables {
	const struct opt *const *at;
	size_t n;
};

/* A pass over argv; operands gather at its front. */
struct parser {
	struct tables tables;
	char **argv;
	int argc;
	int next;
	int n_operands;
	struct err *err;
};

/* An option as it was written, for messages, and what it means. */
struct match {
	const struct opt *row;
	bool negated;
};

/* The rows of all the tables, one after another: NULL, 0, 0 to begin. */
struct cursor {
	size_t table;
	size_t row;
};

static const struct opt *
next_row(struct tables tables, struct cursor *c)
{
	while (c->table < tables.n) {
		const struct opt *row = tables.at[c->table] + c->row;

		if (row->type == OPT_END) {
			c->table++;
			c->row = 0;
			continue;
		}
		c->row++;
		if (row->type != OPT_GROUP)
			return row;
	}
	return NULL;
}

/*
 * How near a word is to a candidate
 */

#define WORD_MAX 48

static size_t
min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Insertions, deletions, substitutions and swaps of neighbours, each 1
 * ("optimal string alignment"): a swap is the commonest slip of all.
 */
static size_t
edit_distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
	size_t d[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= n_a; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= n_b; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= n_a; i++) {
		for (size_t j = 1; j <= n_b; j++) {
			size_t other = a[i - 1] != b[j - 1];

			d[i][j] = min(d[i - 1][j - 1] + other,
			    min(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[n_a][n_b];
}

/* SIZE_MAX where nobody can have meant the candidate. */
static size_t
distance(const char *word, const char *candidate)
{
	size_t n_word = strlen(word), n_candidate = strlen(candidate);
	size_t n;

	if (n_word == 0 || n_word > WORD_MAX || n_candidate > WORD_MAX)
		return SIZE_MAX;
	if (n_word > 1 && strncmp(word, candidate, n_word) == 0)
		return min(1, n_candidate - n_word);
	n = edit_distance(word, n_word, candidate, n_candidate);
	/* One slip in a short word, two from four letters on, three from eight. */
	return n < n_word && n <= 1 + n_word / 4 ? n : SIZE_MAX;
}

const char *
opt_nearest(const char *word, const char *const *candidates)
{
	const char *nearest = NULL;
	size_t least = SIZE_MAX;

	for (; *candidates != NULL; candidates++) {
		size_t n = distance(word, *candidates);

		if (n < least) {
			least = n;
			nearest = *candidates;
		}
	}
	return nearest;
}

/* The long name nearest to word, of flags only or of any, or NULL. */
static const char *
nearest_name(struct tables tables, const char *word, bool only_flags)
{
	const char **names = NULL;
	size_t n = 0, cap = 0;
	struct cursor c = { 0 };
	const struct opt *row;
	const char *nearest;

	while ((row = next_row(tables, &c)) != NULL) {
		if (!row->hidden && (row->type == OPT_FLAG || !only_flags))
			ARRAY_PUSH(names, n, cap) = row->name;
	}
	ARRAY_PUSH(names, n, cap) = NULL;
	nearest = opt_nearest(word, names);
	free(names);
	return nearest;
}

static bool
starts_no(const char *name)
{
	return strncmp(name, "no-", 3) == 0;
}

static int
unknown_long(const struct parser *p, const char *name)
{
	const char *nearest = nearest_name(p->tables, name, false);
	const char *no = "";

	if (nearest == NULL && starts_no(name)) {
		nearest = nearest_name(p->tables, name + 3, true);
		no = "no-";
	}
	if (nearest != NULL)
		return err_set(p->err, ERR_USAGE,
		    "--" QUOTED ": no such option; did you mean --%s%s?", name,
		    no, nearest);
	return err_set(p->err, ERR_USAGE,
	    "--" QUOTED ": no such option; --help lists what there is", name);
}

/* arg is a whole argument such as "-xyz", in which x is unknown. */
static int
unknown_short(const struct parser *p, const char *arg, char c)
{
	const char *nearest = NULL;

	if (c == arg[1] && arg[2] != '\0')
		nearest = nearest_name(p->tables, arg + 1, false);
	if (nearest != NULL)
		return err_set(p->err, ERR_USAGE,
		    QUOTED ": no such option; did you mean --%s?", arg, nearest);
	return err_set(p->err, ERR_USAGE,
	    "-%c: no such option; --help lists what there is", c);
}

/*
 * Values
 */

/* How the option is called in a message: "--name", "--no-name". */
static const char *
dashes(struct match m)
{
	return m.negated ? "--no-" : "--";
}

static int
set_list(const struct opt *row, const char *value)
{
	struct opt_list *l = row->value;

	ARRAY_PUSH(l->items, l->n, l->cap) = value;
	return 0;
}

/* All of text, without the blanks that strtol skips. */
static bool
parse_long(const char *text, long *value)
{
	const char *digits = text + (*text == '-' || *text == '+');
	char *end;

	if (!isdigit((unsigned char)*digits))
		return false;
	errno = 0;
	*value = strtol(text, &end, 10);
	return *end == '\0';
}

static int
set_number(const struct opt *row, const char *value, struct err *err)
{
	long number;

	if (!parse_long(value, &number))
		return err_set(err, ERR_USAGE,
		    "--%s=" QUOTED ": not a whole number; give one from %ld to %ld",
		    row->name, value, row->min, row->max);
	if (errno == ERANGE || number < row->min || number > row->max)
		return err_set(err, ERR_USAGE,
		    "--%s=" QUOTED ": out of range; give a number from %ld to %ld",
		    row->name, value, row->min, row->max);
	*(long *)row->value = number;
	return 0;
}

static void
add_choices(struct buf *b, const struct opt *row)
{
	for (size_t i = 0; row->choices[i] != NULL; i++)
		buf_printf(b, "%s%s", i > 0 ? ", " : "", row->choices[i]);
}

static int
bad_choice(const struct opt *row, const char *value, struct err *err)
{
	const char *nearest = opt_nearest(value, row->choices);
	struct buf list = { 0 };

	if (nearest != NULL) {
		err_set(err, ERR_USAGE,
		    "--%s=" QUOTED ": no such choice; did you mean %s?",
		    row->name, value, nearest);
	} else {
		add_choices(&list, row);
		err_set(err, ERR_USAGE,
		    "--%s=" QUOTED ": no such choice; choose one of %s",
		    row->name, value, list.p);
	}
	buf_clear(&list);
	return -1;
}

static int
set_choice(const struct opt *row, const char *value, struct err *err)
{
	for (int i = 0; row->choices[i] != NULL; i++) {
		if (strcmp(row->choices[i], value) == 0) {
			*(int *)row->value = i;
			return 0;
		}
	}
	return bad_choice(row, value, err);
}

static int
set_value(struct match m, const char *value, struct err *err)
{
	const struct opt *row = m.row;

	switch (row->type) {
	case OPT_FLAG:
		*(bool *)row->value = !m.negated;
		return 0;
	case OPT_TEXT:
		*(const char **)row->value = value;
		return 0;
	case OPT_LIST:
		return set_list(row, value);
	case OPT_NUMBER:
		return set_number(row, value, err);
	case OPT_CHOICE:
		return set_choice(row, value, err);
	case OPT_END:
	case OPT_GROUP:
		break;
	}
	assert(false && "a heading has no value");
	return -1;
}

/* Sets m from its value, attached (or NULL) or else the next argument. */
static int
take_value(struct parser *p, struct match m, const char *attached)
{
	const struct opt *row = m.row;

	if (attached == NULL && row->type != OPT_FLAG) {
		if (p->next == p->argc)
			return err_set(p->err, ERR_USAGE,
			    "--%s: its value is missing; write --%s=%s",
			    row->name, row->name, row->argument);
		attached = p->argv[p->next++];
	}
	return set_value(m, attached, p->err);
}

/*
 * Long options
 */

/* Is it the whole name (2), the beginning of it (1) or neither (0)? */
static int
agreement(const char *written, size_t n, const char *name)
{
	if (strncmp(written, name, n) != 0)
		return 0;
	return name[n] == '\0' ? 2 : 1;
}

/* As agreement(), for a row; *m is set if it is not 0. */
static int
match_row(const struct opt *row, const char *written, size_t n, struct match *m)
{
	bool negated = false;
	int agrees = agreement(written, n, row->name);

	if (agrees == 0 && row->type == OPT_FLAG && n > 3 && starts_no(written)) {
		negated = true;
		agrees = agreement(written + 3, n - 3, row->name);
	}
	if (agrees == 1 && row->hidden)
		return 0;
	if (agrees > 0)
		*m = (struct match){ row, negated };
	return agrees;
}

static int
ambiguous(const struct parser *p, const char *name, struct match a,
    struct match b)
{
	return err_set(p->err, ERR_USAGE,
	    "--" QUOTED ": ambiguous; write %s%s or %s%s", name, dashes(a),
	    a.row->name, dashes(b), b.row->name);
}

/* name is NUL-ended, of n bytes. */
static int
find_long(const struct parser *p, const char *name, size_t n, struct match *m)
{
	struct match found[2] = { { 0 } };
	size_t n_found = 0;
	struct cursor c = { 0 };
	const struct opt *row;

	while (n > 0 && (row = next_row(p->tables, &c)) != NULL) {
		int agrees = match_row(row, name, n, m);

		if (agrees == 2)
			return 0;
		if (agrees == 1 && n_found < 2)
			found[n_found++] = *m;
	}
	if (n_found == 0)
		return unknown_long(p, name);
	if (n_found > 1)
		return ambiguous(p, name, found[0], found[1]);
	*m = found[0];
	return 0;
}

/* text is what follows the two dashes. */
static int
parse_long_option(struct parser *p, const char *text)
{
	size_t n = strcspn(text, "=");
	const char *value = text[n] == '=' ? text + n + 1 : NULL;
	char *name = mem_cstr(str_make(text, n));
	struct match m;
	int rc = find_long(p, name, n, &m);

	free(name);
	if (rc == -1)
		return -1;
	if (m.row->type == OPT_FLAG && value != NULL)
		return err_set(p->err, ERR_USAGE,
		    "%s%s=" QUOTED ": takes no value; write --%s or --no-%s",
		    dashes(m), m.row->name, value, m.row->name, m.row->name);
	return take_value(p, m, value);
}

/*
 * Short options
 */

static const struct opt *
find_short(struct tables tables, char c)
{
	struct cursor cursor = { 0 };
	const struct opt *row;

	while ((row = next_row(tables, &cursor)) != NULL) {
		if (row->short_name == c)
			return row;
	}
	return NULL;
}

/* arg is a whole argument: "-n5", "-qv", "-qn". */
static int
parse_short_options(struct parser *p, const char *arg)
{
	for (const char *c = arg + 1; *c != '\0'; c++) {
		struct match m = { find_short(p->tables, *c), false };

		if (m.row == NULL)
			return unknown_short(p, arg, *c);
		if (m.row->type != OPT_FLAG)
			return take_value(p, m, c[1] != '\0' ? c + 1 : NULL);
		set_value(m, NULL, p->err);
	}
	return 0;
}

static void
keep_operand(struct parser *p, char *arg)
{
	p->argv[1 + p->n_operands++] = arg;
}

static int
parse_argument(struct parser *p, char *arg)
{
	if (arg[0] != '-' || arg[1] == '\0') {
		keep_operand(p, arg);
		return 0;
	}
	if (strcmp(arg, "--") == 0) {
		while (p->next < p->argc)
			keep_operand(p, p->argv[p->next++]);
		return 0;
	}
	if (arg[1] == '-')
		return parse_long_option(p, arg + 2);
	return parse_short_options(p, arg);
}

int
opt_parse_tables(const struct opt *const *tables, size_t n_tables, int argc,
    char **argv, struct err *err)
{
	struct parser p = {
		.tables = { tables, n_tables },
		.argv = argv,
		.argc = argc,
		.next = 1,
		.err = err,
	};

	while (p.next < argc) {
		if (parse_argument(&p, argv[p.next++]) == -1)
			return -1;
	}
	if (1 + p.n_operands < argc)
		argv[1 + p.n_operands] = NULL;
	return p.n_operands;
}

int
opt_parse(const struct opt *rows, int argc, char **argv, struct err *err)
{
	return opt_parse_tables(&rows, 1, argc, argv, err);
}

void
opt_list_clear(struct opt_list *l)
{
	free(l->items);
	*l = (struct opt_list){ 0 };
}

/*
 * Help
 */

/* Adds text, which begins at column HELP_COLUMN, broken at blanks. */
static void
add_wrapped(struct buf *b, struct str text, size_t columns)
{
	size_t at = HELP_COLUMN;
	struct str word;

	while (str_cut(&text, ' ', &word)) {
		if (at > HELP_COLUMN && at + 1 + word.n > columns) {
			buf_add_char(b, '\n');
			buf_add_repeated(b, ' ', HELP_COLUMN);
			at = HELP_COLUMN;
		}
		if (at > HELP_COLUMN) {
			buf_add_char(b, ' ');
			at++;
		}
		buf_add_str(b, word);
		at += word.n;
	}
	buf_add_char(b, '\n');
}

/* "  -n, --top N", and blanks up to where the text begins. */
static void
add_names(struct buf *b, const struct opt *row)
{
	size_t begin = b->n;

	if (row->short_name != 0)
		buf_printf(b, "  -%c, --", row->short_name);
	else
		buf_printf(b, "      --");
	if (row->type == OPT_FLAG && row->initial != NULL)
		buf_printf(b, "[no-]");
	buf_printf(b, "%s", row->name);
	if (row->argument != NULL)
		buf_printf(b, " %s", row->argument);
	if (b->n - begin + 2 > HELP_COLUMN) {
		buf_add_char(b, '\n');
		begin = b->n;
	}
	buf_add_repeated(b, ' ', HELP_COLUMN - (b->n - begin));
}

static void
add_row(struct buf *b, const struct opt *row, size_t columns)
{
	struct buf text = { 0 };

	add_names(b, row);
	buf_printf(&text, "%s", row->help);
	if (row->type == OPT_CHOICE) {
		buf_printf(&text, ": ");
		add_choices(&text, row);
	}
	if (row->initial != NULL)
		buf_printf(&text, " (default: %s)", row->initial);
	add_wrapped(b, buf_str(&text), columns);
	buf_clear(&text);
}

void
opt_help(struct buf *b, const struct opt *rows, size_t columns)
{
	for (const struct opt *row = rows; row->type != OPT_END; row++) {
		if (row->hidden)
			continue;
		if (row->type == OPT_GROUP)
			buf_printf(b, "%s%s:\n", row == rows ? "" : "\n", row->help);
		else
			add_row(b, row, columns);
	}
}

/*
 * Self-check
 */

static void
check_name(const struct opt *row)
{
	assert(row->name != NULL && strlen(row->name) > 1);
	assert(strlen(row->name) <= WORD_MAX);
	assert(strspn(row->name, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
	    strlen(row->name));
	assert(row->name[0] != '-');
	assert(!starts_no(row->name));
	assert(row->short_name == 0 || isalnum((unsigned char)row->short_name));
}

static void
check_row(const struct opt *row)
{
	check_name(row);
	assert(row->help != NULL && row->value != NULL);
	assert((row->argument == NULL) == (row->type == OPT_FLAG));
	assert((row->choices != NULL) == (row->type == OPT_CHOICE));
	assert(row->type != OPT_CHOICE || row->choices[0] != NULL);
	assert(row->type != OPT_NUMBER || row->min < row->max);
}

/* Against the rows that c has not come to yet. */
static void
check_unique(struct tables tables, struct cursor c, const struct opt *row)
{
	const struct opt *other;

	while ((other = next_row(tables, &c)) != NULL) {
		assert(strcmp(row->name, other->name) != 0);
		assert(row->short_name == 0 ||
		    row->short_name != other->short_name);
	}
}

void
opt_check(const struct opt *const *at, size_t n_tables)
{
	struct tables tables = { at, n_tables };
	struct cursor c = { 0 };
	const struct opt *row;

	while ((row = next_row(tables, &c)) != NULL) {
		check_row(row);
		check_unique(tables, c, row);
	}
}
