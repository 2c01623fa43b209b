#include "cmd/manual.h"

#include <string.h>

#include "base/buf.h"
#include "cmd/cmd.h"

#define COLUMNS 76
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum manual_form
manual_form_find(const char *word)
{
	static const char *const words[] = {
		[MANUAL_PAGE] = "--mdoc",
		[MANUAL_OPTIONS] = "--mdoc-options",
		[MANUAL_ROWS] = "--rows",
		[MANUAL_COMMANDS] = "--mdoc-commands",
	};

	for (unsigned i = 1; i < COUNT(words); i++)
		if (strcmp(word, words[i]) == 0)
			return (enum manual_form)i;
	return MANUAL_NONE;
}

/* ---- text ---- */

static void
add_escaped(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			buf_add_str(b, STR("\\e"));
		else if (s.p[i] == '-' && (i == 0 || s.p[i - 1] == '-'))
			buf_add_str(b, STR("\\-"));
		else
			buf_add_char(b, s.p[i]);
	}
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Would mdoc take the word for a macro, or for punctuation? */
static bool
needs_shield(struct str word)
{
	if (word.n == 1 && strchr(".,:;()[]?!|", word.p[0]) != NULL)
		return true;
	return word.n >= 2 && word.n <= 3 && is_upper(word.p[0]) &&
	    word.p[1] >= 'a' && word.p[1] <= 'z';
}

void
manual_words(struct buf *b, struct str text)
{
	struct str word;
	bool first = true;

	while (text.n > 0 && str_cut(&text, ' ', &word)) {
		if (word.n == 0)
			continue;
		if (!first)
			buf_add_char(b, ' ');
		first = false;
		if (needs_shield(word))
			buf_add_str(b, STR("\\&"));
		for (size_t i = 0; i < word.n; i++) {
			if (word.p[i] == '"')
				buf_add_str(b, STR("\\(dq"));
			else if (word.p[i] == '\'')
				buf_add_str(b, STR("\\(aq"));
			else if (word.p[i] == '-')
				buf_add_str(b, STR("\\-"));
			else
				add_escaped(b, str_make(word.p + i, 1));
		}
	}
	buf_add_char(b, '\n');
}

/* A line of its own for each sentence: so mandoc wants it. */
static bool
ends_sentence(struct str word)
{
	return word.n > 1 && strchr(".?!", word.p[word.n - 1]) != NULL &&
	    word.p[word.n - 2] != '.';
}

void
manual_text(struct buf *b, struct str text)
{
	struct str word;
	size_t column = 0;

	while (text.n > 0 && str_cut(&text, ' ', &word)) {
		if (word.n == 0)
			continue;
		if (column > 0 && column + 1 + word.n > COLUMNS) {
			buf_add_char(b, '\n');
			column = 0;
		}
		if (column > 0)
			buf_add_char(b, ' ');
		else if (word.p[0] == '.' || word.p[0] == '\'')
			buf_add_str(b, STR("\\&"));
		add_escaped(b, word);
		column += word.n + 1;
		if (ends_sentence(word)) {
			buf_add_char(b, '\n');
			column = 0;
		}
	}
	if (column > 0)
		buf_add_char(b, '\n');
}

/* "a flag" begins a sentence here, and ends it. */
static void
add_sentence(struct buf *b, const char *help)
{
	struct buf s = { 0 };

	buf_add_str(&s, str_from(help));
	if (s.n > 0 && s.p[0] >= 'a' && s.p[0] <= 'z')
		s.p[0] = (char)(s.p[0] - 'a' + 'A');
	if (s.n > 0 && strchr(".?!", s.p[s.n - 1]) == NULL)
		buf_add_char(&s, '.');
	manual_text(b, buf_str(&s));
	buf_clear(&s);
}

/* ---- options ---- */

static void
add_argument(struct buf *b, const struct opt *row, const char *before)
{
	if (row->choices != NULL) {
		buf_add_str(b, str_from(before));
		for (size_t i = 0; row->choices[i] != NULL; i++)
			buf_printf(b, "%s Cm %s", i > 0 ? " |" : "",
			    row->choices[i]);
	} else if (row->argument != NULL) {
		struct buf words = { 0 };

		manual_words(&words, str_from(row->argument));
		buf_printf(b, "%s Ar %.*s", before, (int)words.n - 1, words.p);
		buf_clear(&words);
	}
}

static void
add_option(struct buf *b, const struct opt *row)
{
	buf_add_str(b, STR(".It"));
	if (row->short_name != 0) {
		buf_printf(b, " Fl %c", row->short_name);
		add_argument(b, row, "");
		buf_add_str(b, STR(" ,"));
	}
	buf_add_str(b, STR(" Fl \\-"));
	if (row->type == OPT_FLAG && row->initial != NULL)
		buf_add_str(b, STR("[no\\-]"));
	for (const char *p = row->name; *p != '\0'; p++)
		buf_printf(b, "%s%c", *p == '-' ? "\\" : "", *p);
	add_argument(b, row, "");
	buf_add_char(b, '\n');
	add_sentence(b, row->help);
	if (row->initial != NULL) {
		struct buf s = { 0 };

		buf_printf(&s, "Default: %s.", row->initial);
		manual_text(b, buf_str(&s));
		buf_clear(&s);
	}
}

static void
add_options(struct buf *b, const struct opt *const *tables, unsigned n)
{
	bool open = false;

	for (unsigned i = 0; i < n; i++) {
		for (const struct opt *row = tables[i]; row->type != OPT_END;
		    row++) {
			if (row->hidden)
				continue;
			if (row->type == OPT_GROUP) {
				buf_printf(b, "%s.Ss ", open ? ".El\n" : "");
				manual_words(b, str_from(row->help));
				open = false;
				continue;
			}
			if (!open)
				buf_add_str(b, STR(".Bl -tag -width Ds\n"));
			open = true;
			add_option(b, row);
		}
	}
	if (open)
		buf_add_str(b, STR(".El\n"));
}

/* ---- a page ---- */

/* "dnsbl count" is mailtally-dnsbl-count(1). */
static void
add_name(struct buf *b, const char *name, bool upper)
{
	for (; *name != '\0'; name++) {
		bool letter = *name >= 'a' && *name <= 'z';

		buf_add_char(b, *name == ' ' ? '-' : upper && letter ?
		    (char)(*name - 'a' + 'A') : *name);
	}
}

/* "[OPTIONS] SERVICE..." */
static void
add_synopsis(struct buf *b, const char *program, const struct cmd *self)
{
	struct str rest = str_from(self->arguments);
	struct str word;

	buf_printf(b, ".Nm %s\n", program);
	while (rest.n > 0 && str_cut(&rest, ' ', &word)) {
		struct buf words = { 0 };
		struct str inner = word;
		bool optional = word.n > 2 && word.p[0] == '[';

		/* "[get KEY]" is one. */
		while (optional && word.p[word.n - 1] != ']' && rest.n > 0) {
			struct str more;

			str_cut(&rest, ' ', &more);
			word = inner = str_span(word.p, more.p + more.n);
		}
		if (optional)
			inner = str_make(word.p + 1, word.n - 2);
		if (inner.n > 2 && str_starts(inner, STR("--")))
			buf_printf(b, "%s \\-", optional ? ".Op Fl" : ".Fl");
		else
			buf_printf(b, "%s ", optional ? ".Op Ar" : ".Ar");
		if (str_starts(inner, STR("--")))
			inner = str_skip(inner, 2);
		if (inner.n > 3 && str_eq(str_skip(inner, inner.n - 3),
		    STR("..."))) {
			manual_words(&words, str_head(inner, inner.n - 3));
			buf_printf(b, "%.*s ...\n", (int)words.n - 1, words.p);
		} else {
			manual_words(b, inner);
		}
		buf_clear(&words);
	}
}

/* Paragraphs; the lines that are indented are examples. */
static void
add_help(struct buf *b, const char *help, bool examples)
{
	struct str rest = str_from(help);
	struct str line;
	bool paragraph = false, any = false;

	while (rest.n > 0 && str_cut(&rest, '\n', &line)) {
		if (line.n > 0 && line.p[0] == ' ') {
			if (examples) {
				buf_add_str(b, STR(".Dl "));
				manual_words(b, line);
			}
		} else if (!examples && line.n > 0) {
			if (paragraph && any)
				buf_add_str(b, STR(".Pp\n"));
			manual_text(b, line);
			any = true;
			paragraph = false;
		} else {
			paragraph = true;
		}
	}
}

static void
add_page(struct buf *b, const struct cmd *self, const struct opt *const *tables,
    unsigned n_tables)
{
	struct buf program = { 0 };
	bool has_examples;

	buf_printf(b, ".Dd %s\n.Dt MAILTALLY-", MAILTALLY_DATE);
	add_name(b, self->name, true);
	buf_add_str(b, STR(" 1\n.Os\n.Sh NAME\n.Nm mailtally-"));
	add_name(b, self->name, false);
	if (self->alias != NULL)
		buf_printf(b, " ,\n.Nm %s", self->alias);
	buf_add_str(b, STR("\n.Nd "));
	manual_words(b, str_from(self->summary));
	buf_add_str(b, STR(".Sh SYNOPSIS\n"));
	buf_printf(&program, "mailtally %s", self->name);
	add_synopsis(b, program.p, self);
	if (self->alias != NULL)
		add_synopsis(b, self->alias, self);
	buf_clear(&program);
	buf_add_str(b, STR(".Sh DESCRIPTION\n"));
	if (self->help != NULL)
		add_help(b, self->help, false);
	else
		add_sentence(b, self->summary);
	buf_add_str(b, STR(".Sh OPTIONS\n"));
	add_options(b, tables, n_tables);
	buf_add_str(b, STR(".Sh EXIT STATUS\nSee\n.Xr mailtally 1 .\n"));
	has_examples = self->help != NULL && strstr(self->help, "\n ") != NULL;
	if (has_examples) {
		buf_add_str(b, STR(".Sh EXAMPLES\n"));
		add_help(b, self->help, true);
	}
	buf_add_str(b, STR(".Sh SEE ALSO\n.Xr mailtally 1 ,\n"
	    ".Xr mailtally.conf 5\n"));
}

/* ---- rows ---- */

/* COMMAND TAB --name TAB -n TAB ARGUMENT TAB choices TAB help */
static void
add_rows(struct buf *b, const struct cmd *self, const struct opt *const *tables,
    unsigned n_tables)
{
	/* A line without options: the command's own. */
	buf_printf(b, "%s\t\t\t%s\t\t%s\n", self->name,
	    self->alias != NULL ? self->alias : "", self->summary);
	for (unsigned i = 0; i < n_tables; i++) {
		for (const struct opt *row = tables[i]; row->type != OPT_END;
		    row++) {
			if (row->hidden || row->type == OPT_GROUP)
				continue;
			buf_printf(b, "%s\t--%s\t", self->name, row->name);
			if (row->short_name != 0)
				buf_printf(b, "-%c", row->short_name);
			buf_printf(b, "\t%s\t",
			    row->argument != NULL ? row->argument : "");
			for (size_t j = 0; row->choices != NULL &&
			    row->choices[j] != NULL; j++)
				buf_printf(b, "%s%s", j > 0 ? " " : "",
				    row->choices[j]);
			buf_printf(b, "\t%s\n", row->help);
		}
	}
}

void
manual_print(struct buf *b, enum manual_form form, const struct cmd *self,
    const struct opt *const *tables, unsigned n_tables)
{
	switch (form) {
	case MANUAL_PAGE:
		add_page(b, self, tables, n_tables);
		break;
	case MANUAL_OPTIONS:
		add_options(b, tables, n_tables);
		break;
	case MANUAL_ROWS:
		add_rows(b, self, tables, n_tables);
		break;
	case MANUAL_COMMANDS:
		buf_add_str(b, STR(".It Xr mailtally\\-"));
		add_name(b, self->name, false);
		buf_add_str(b, STR(" 1\n"));
		add_sentence(b, self->summary);
		break;
	case MANUAL_NONE:
		break;
	}
}
