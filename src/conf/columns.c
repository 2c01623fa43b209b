/*
 * columns.c - the sections [category] and [columns], whose keys are names of
 * plugins and titles of columns (spec/reports.md B.3, C.2).
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "conf/row.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The columns of C.2 that are of origins come first, then the categories. */
#define ORIGIN_COLUMNS (ORIGIN_RELAY + 1)

static const char *const always_shown[] = { "Hour", "Totals", "Percent" };

static const char *const switch_names[] = {
	[COLUMN_AUTO] = "auto",
	[COLUMN_YES] = "yes",
	[COLUMN_NO] = "no",
};

static size_t
n_titles(const struct conf *c)
{
	return ORIGIN_COLUMNS + CATEGORIES + c->classes.n_extra_categories;
}

static struct str
title_get(const struct conf *c, size_t i)
{
	if (i < ORIGIN_COLUMNS)
		return str_from(origin_title((enum origin)i));
	return category_title(&c->classes, (int)(i - ORIGIN_COLUMNS));
}

/* The next letter or digit of s in lower case at or after *i; NUL at the end. */
static char
next_of_id(struct str s, size_t *i)
{
	while (*i < s.n) {
		char at = str_lower(s.p[(*i)++]);

		if ((at >= 'a' && at <= 'z') || (at >= '0' && at <= '9'))
			return at;
	}
	return '\0';
}

/*
 * Would both be the same column in JSON?  There a title is reduced to its
 * letters and digits, so "Geoip" is too like "Geoip.".
 */
static bool
same_id(struct str a, struct str b)
{
	size_t i = 0, k = 0;
	char at;

	do {
		at = next_of_id(a, &i);
		if (at != next_of_id(b, &k))
			return false;
	} while (at != '\0');
	return true;
}

/* The column that title would be taken for, or NULL. */
static const char *
title_like(const struct conf *c, struct str title)
{
	for (size_t i = 0; i < COUNT(always_shown); i++) {
		if (same_id(str_from(always_shown[i]), title))
			return always_shown[i];
	}
	for (size_t i = 0; i < n_titles(c); i++) {
		if (same_id(title_get(c, i), title))
			return title_get(c, i).p; /* ends with a NUL */
	}
	return NULL;
}

/* ---- [columns] ---- */

static const char *
nearest_title(const struct conf *c, struct str title)
{
	const char **titles = mem_zalloc((n_titles(c) + 1) * sizeof(*titles));
	const char *near = title_like(c, title);

	for (size_t i = 0; i < n_titles(c); i++)
		titles[i] = title_get(c, i).p; /* ends with a NUL */
	if (near == NULL)
		near = conf_nearest(title, titles);
	free(titles);
	return near;
}

static int
unknown_title(const struct assignment *a)
{
	const char *near;

	for (size_t i = 0; i < COUNT(always_shown); i++) {
		if (str_eq_nocase(a->key, str_from(always_shown[i]))) {
			return err_set(a->err, ERR_USAGE,
			    "the column \"%s\" is always shown", always_shown[i]);
		}
	}
	near = nearest_title(a->conf, a->key);
	if (near != NULL) {
		return err_set(a->err, ERR_USAGE,
		    "no column is called \"%.*s\"; did you mean \"%s\"?",
		    STR_ARG(str_head(a->key, 60)), near);
	}
	return err_set(a->err, ERR_USAGE, "no column is called \"%.*s\"; if it is "
	    "a category of your own, [category] must stand above [columns]",
	    STR_ARG(str_head(a->key, 60)));
}

static int
find_title(const struct assignment *a, struct str *title)
{
	for (size_t i = 0; i < n_titles(a->conf); i++) {
		*title = title_get(a->conf, i);
		if (str_eq_nocase(*title, a->key))
			return 0;
	}
	return unknown_title(a);
}

static int
find_switch(const struct assignment *a, enum column_switch *show)
{
	for (size_t i = 0; i < COUNT(switch_names); i++) {
		if (str_eq_nocase(a->value, str_from(switch_names[i]))) {
			*show = (enum column_switch)i;
			return 0;
		}
	}
	return conf_wrong(a, "is not yes, no or auto");
}

static int
set_column(const struct assignment *a)
{
	struct conf *c = a->conf;
	struct column_setting setting;

	if (find_title(a, &setting.title) == -1 ||
	    find_switch(a, &setting.show) == -1)
		return -1;
	for (size_t i = 0; i < c->n_columns; i++) {
		if (str_eq(c->columns[i].title, setting.title)) {
			c->columns[i] = setting;
			return 0;
		}
	}
	ARRAY_PUSH(c->columns, c->n_columns, c->cap_columns) = setting;
	return 0;
}

static enum column_switch
column_switch(const struct conf *c, struct str title)
{
	for (size_t i = 0; i < c->n_columns; i++) {
		if (str_eq(c->columns[i].title, title))
			return c->columns[i].show;
	}
	return COLUMN_AUTO;
}

static void
print_column(struct buf *b, const struct conf *c, struct str title)
{
	buf_printf(b, "%.*s = %s\n", STR_ARG(title),
	    switch_names[column_switch(c, title)]);
}

/* Is rule i the first one of a category of its own? */
static bool
is_first_of_own(const struct classes *c, size_t i)
{
	if (c->rules[i].category < CATEGORIES)
		return false;
	for (size_t j = 0; j < i; j++)
		if (c->rules[j].category == c->rules[i].category)
			return false;
	return true;
}

/*
 * Categories of their own in the order of the rules that speak of them, as
 * they will be made when this is read; one that no rule speaks of any more
 * is none.
 */
static void
print_columns(struct buf *b, const struct conf *c, const struct row *r)
{
	(void)r;
	for (size_t i = 0; i < ORIGIN_COLUMNS + CATEGORIES; i++)
		print_column(b, c, title_get(c, i));
	for (size_t i = 0; i < c->classes.n_rules; i++)
		if (is_first_of_own(&c->classes, i))
			print_column(b, c, category_title(&c->classes,
			    c->classes.rules[i].category));
}

const struct conf_type conf_type_columns = {
	.set = set_column,
	.print = print_columns,
};

/* ---- [category] ---- */

static bool
is_category(const struct conf *c, struct str title)
{
	for (size_t i = ORIGIN_COLUMNS; i < n_titles(c); i++) {
		if (str_eq_nocase(title_get(c, i), title))
			return true;
	}
	return false;
}

static bool
is_category_of_queued(const struct conf *c, struct str title)
{
	return str_eq_nocase(title, category_title(&c->classes, CATEGORY_HAM)) ||
	    str_eq_nocase(title, category_title(&c->classes, CATEGORY_TAGGED));
}

/* May there be a new category, that is, a new column, of this title? */
static int
judge_title(const struct assignment *a)
{
	const char *like = title_like(a->conf, a->value);

	if (like != NULL) {
		return err_set(a->err, ERR_USAGE, "%.*s: \"%.*s\" is too like the "
		    "title of the column \"%s\"", STR_ARG(str_head(a->key, 60)),
		    STR_ARG(str_head(a->value, 60)), like);
	}
	if (same_id(a->value, STR("")))
		return conf_wrong(a, "is no title for a column");
	return 0;
}

/* Has name what means something else where keys stand in a file? */
static bool
is_no_key(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (memchr("=;#[", name.p[i], 4) != NULL)
			return true;
	}
	return name.n == 0;
}

/*
 * A rule never makes or unmakes the categories of what is queued: their sum
 * must stay the number of messages queued (spec/reports.md F.5).
 */
static int
set_category(const struct assignment *a)
{
	if (str_eq(a->key, STR("queued"))) {
		return err_set(a->err, ERR_USAGE, "queued: what is queued has its "
		    "category by its score; see tag_level in [classes]");
	}
	if (is_no_key(a->key) || is_no_key(a->value))
		return conf_wrong(a, "is empty or has one of = ; # [ in a name");
	/* It would be a key of [columns], and there "a: b" is taken for an
	 * assignment. */
	if (str_index(a->value, ':') < a->value.n)
		return conf_wrong(a, "has a colon, which no title of a column may "
		    "have");
	if (is_category_of_queued(a->conf, a->value))
		return conf_wrong(a, "is for what is queued, by its score");
	if (!is_category(a->conf, a->value) && judge_title(a) == -1)
		return -1;
	classes_add_rule(&a->conf->classes, a->key, a->value);
	return 0;
}

static void
print_categories(struct buf *b, const struct conf *c, const struct row *r)
{
	(void)r;
	for (size_t i = 0; i < c->classes.n_rules; i++) {
		const struct category_rule *rule = &c->classes.rules[i];

		buf_printf(b, "%.*s = %.*s\n", STR_ARG(rule->plugin),
		    STR_ARG(category_title(&c->classes, rule->category)));
	}
}

const struct conf_type conf_type_categories = {
	.set = set_category,
	.print = print_categories,
};
