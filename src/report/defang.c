#include "report/defang.h"

#include <ctype.h>

#include "base/buf.h"
#include "report/report.h"

static bool
is_alnum(struct str s, size_t i)
{
	return i < s.n && ((unsigned char)s.p[i] >= 0x80 ||
	    isalnum((unsigned char)s.p[i]));
}

static bool
is_letter(struct str s, size_t i)
{
	return is_alnum(s, i) && !isdigit((unsigned char)s.p[i]);
}

static bool
is_dot(struct str s, size_t i, bool host)
{
	return s.p[i] == '.' && i > 0 && is_alnum(s, i - 1) &&
	    (host ? is_alnum(s, i + 1) : is_letter(s, i + 1));
}

/* "http:" or "https:", in any case. */
static bool
is_scheme(struct str s, size_t i)
{
	struct str rest = str_skip(s, i);

	return (rest.n > 4 && rest.p[4] == ':' &&
	    str_eq_nocase(str_head(rest, 4), STR("http"))) ||
	    (rest.n > 5 && rest.p[5] == ':' &&
	    str_eq_nocase(str_head(rest, 5), STR("https")));
}

static struct str
defanged(struct report *r, struct str s, bool host)
{
	struct buf b = { 0 };
	struct str result;

	for (size_t i = 0; i < s.n; i++) {
		if (is_dot(s, i, host)) {
			buf_add_str(&b, STR("[.]"));
		} else if (is_scheme(s, i)) {
			buf_add_str(&b, STR("hxxp"));
			i += 3;
		} else {
			buf_add_char(&b, s.p[i]);
		}
	}
	result = arena_str(&r->arena, buf_str(&b));
	buf_clear(&b);
	return result;
}

static void
defang_values(struct report *r, const struct table *t, struct value *values)
{
	for (size_t i = 0; i < t->n_columns; i++)
		if (values[i].is == VALUE_IS_TEXT)
			values[i].s = defanged(r, values[i].s,
			    t->columns[i].type == VALUE_IP);
}

static void
defang_section(struct report *r, struct section *s)
{
	for (size_t i = 0; i < s->n_tables; i++) {
		struct table *t = s->tables[i];

		if (t->title)
			t->title = defanged(r, str_from(t->title), false).p;
		for (size_t j = 0; j < t->n_rows; j++)
			defang_values(r, t, t->rows[j].values);
	}
	for (size_t i = 0; i < s->n_notes; i++)
		s->notes[i] = defanged(r, s->notes[i], false);
}

void
report_defang(struct report *r)
{
	for (size_t i = 0; i < r->n_sections; i++)
		defang_section(r, r->sections[i]);
	for (size_t i = 0; i < r->n_alerts; i++)
		r->alerts[i] = defanged(r, r->alerts[i], false);
}
