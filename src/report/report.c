#include "report/report.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/when.h"

struct report *
report_new(const char *program)
{
	struct report *r = mem_zalloc(sizeof(*r));

	r->program = program;
	r->period = (struct period){ INT64_MIN, INT64_MAX };
	r->hours = -1;
	r->first_ns = WHEN_NONE;
	r->last_ns = WHEN_NONE;
	r->seconds_taken = -1;
	return r;
}

static void
table_clear(struct table *t)
{
	free(t->columns);
	free(t->rows);
}

static void
section_clear(struct section *s)
{
	for (size_t i = 0; i < s->n_tables; i++)
		table_clear(s->tables[i]);
	free(s->tables);
	free(s->notes);
}

void
report_free(struct report **r)
{
	struct report *old = *r;

	*r = NULL;
	if (old == NULL)
		return;
	for (size_t i = 0; i < old->n_sections; i++)
		section_clear(old->sections[i]);
	free(old->sections);
	free(old->head);
	free(old->inputs);
	free(old->alerts);
	arena_clear(&old->arena);
	free(old);
}

static void *
arena_zalloc(struct arena *a, size_t n)
{
	return memset(arena_alloc(a, n), 0, n);
}

static struct str arena_vprintf(struct arena *a, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));

static struct str
arena_vprintf(struct arena *a, const char *format, va_list ap)
{
	struct buf b = { 0 };
	struct str s;

	buf_vprintf(&b, format, ap);
	s = arena_str(a, buf_str(&b));
	buf_clear(&b);
	return s;
}

/* "count" and 2 make "count_2". */
static const char *
numbered_id(struct arena *a, const char *id, unsigned number)
{
	struct buf b = { 0 };
	struct str s;

	buf_printf(&b, "%s_%u", id, number);
	s = arena_str(a, buf_str(&b));
	buf_clear(&b);
	return s.p;
}

void
report_alert(struct report *r, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	ARRAY_PUSH(r->alerts, r->n_alerts, r->cap_alerts) =
	    arena_vprintf(&r->arena, format, ap);
	va_end(ap);
}

static bool
head_has(const struct report *r, const char *id)
{
	for (size_t i = 0; i < r->n_head; i++) {
		if (r->head[i].id != NULL && strcmp(r->head[i].id, id) == 0)
			return true;
	}
	return false;
}

struct head_item *
report_head(struct report *r, const char *id, const char *label,
    enum value_type type, struct value value)
{
	struct head_item item = {
		.id = id, .label = label, .type = type, .value = value,
	};

	for (unsigned n = 2; item.id != NULL && head_has(r, item.id); n++)
		item.id = numbered_id(&r->arena, id, n);
	if (value.is == VALUE_IS_TEXT)
		item.value.s = arena_str(&r->arena, value.s);
	ARRAY_PUSH(r->head, r->n_head, r->cap_head) = item;
	return &r->head[r->n_head - 1];
}

struct report_input *
report_input(struct report *r, struct str path)
{
	ARRAY_PUSH(r->inputs, r->n_inputs, r->cap_inputs) =
	    (struct report_input){
		.path = arena_str(&r->arena, path), .format = "unknown",
	    };
	return &r->inputs[r->n_inputs - 1];
}

struct section *
report_section(struct report *r, const char *id, const char *title)
{
	struct section *s = arena_zalloc(&r->arena, sizeof(*s));

	s->id = id;
	s->title = title;
	ARRAY_PUSH(r->sections, r->n_sections, r->cap_sections) = s;
	return s;
}

void
section_note(struct report *r, struct section *s, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	ARRAY_PUSH(s->notes, s->n_notes, s->cap_notes) =
	    arena_vprintf(&r->arena, format, ap);
	va_end(ap);
}

bool
section_is_empty(const struct section *s)
{
	for (size_t i = 0; i < s->n_tables; i++) {
		if (s->tables[i]->n_rows > 0)
			return false;
	}
	return true;
}

struct table *
section_table(struct report *r, struct section *s, const char *name,
    const char *title)
{
	struct table *t = arena_zalloc(&r->arena, sizeof(*t));

	assert((name == NULL) == (s->n_tables == 0));
	t->name = name;
	t->title = title;
	ARRAY_PUSH(s->tables, s->n_tables, s->cap_tables) = t;
	return t;
}

static bool
column_id_taken(const struct table *t, const char *id)
{
	static const char *const reserved[] = {
		"", "section", "table", "footer", "note", "partial", "others",
		"subtotal",
	};

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (strcmp(reserved[i], id) == 0)
			return true;
	}
	for (size_t i = 0; i < t->n_columns; i++) {
		if (strcmp(t->columns[i].id, id) == 0)
			return true;
	}
	return false;
}

struct column *
table_column(struct report *r, struct table *t, const char *title,
    enum value_type type)
{
	struct column c = { .title = title, .type = type };
	const char *id = column_id_from_title(&r->arena, title);

	assert(t->n_rows == 0 && t->n_footers == 0);
	c.id = id;
	for (unsigned n = 2; column_id_taken(t, c.id); n++)
		c.id = numbered_id(&r->arena, *id ? id : "column", n);
	ARRAY_PUSH(t->columns, t->n_columns, t->cap_columns) = c;
	return &t->columns[t->n_columns - 1];
}

static struct value *
null_values(struct report *r, const struct table *t)
{
	assert(t->n_columns > 0);
	return arena_zalloc(&r->arena, t->n_columns * sizeof(struct value));
}

struct row *
table_row(struct report *r, struct table *t)
{
	ARRAY_PUSH(t->rows, t->n_rows, t->cap_rows) =
	    (struct row){ .values = null_values(r, t) };
	return &t->rows[t->n_rows - 1];
}

static struct value *
add_footer(struct report *r, struct table *t, const char *name, bool percent)
{
	struct footer *f = &t->footers[t->n_footers];

	assert(t->n_footers < sizeof(t->footers) / sizeof(t->footers[0]));
	t->n_footers++;
	f->name = name;
	f->values = null_values(r, t);
	f->percent = percent;
	return f->values;
}

struct value *
table_footer(struct report *r, struct table *t, const char *name)
{
	return add_footer(r, t, name, false);
}

struct value *
table_footer_percent(struct report *r, struct table *t, const char *name)
{
	return add_footer(r, t, name, true);
}

struct column
footer_column(const struct footer *f, const struct column *c)
{
	struct column as_read = *c;

	if (f->percent && c->type != VALUE_PERCENT) {
		as_read.type = VALUE_PERCENT;
		as_read.digits = 1;
	}
	return as_read;
}

const char *
column_id_from_title(struct arena *a, const char *title)
{
	struct buf b = { 0 };
	bool gap = false, percent = false;
	struct str id;

	for (const char *p = title; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		percent = percent || c == '%';
		if (c >= 0x80 || !isalnum(c)) {
			gap = true;
			continue;
		}
		if (gap && b.n > 0)
			buf_add_char(&b, '_');
		gap = false;
		buf_add_char(&b, (char)tolower(c));
	}
	if (percent)
		buf_add_str(&b, b.n > 0 ? STR("_percent") : STR("percent"));
	id = arena_str(a, buf_str(&b));
	buf_clear(&b);
	return id.p;
}

const char *
report_zone_name(const struct report *r)
{
	return r->zone ? zone_name(r->zone) : "UTC";
}

struct value
report_hours(const struct report *r)
{
	return r->hours < 0 ? value_null() : value_real(r->hours);
}

bool
value_known(enum value_type type, struct value v)
{
	switch (v.is) {
	case VALUE_IS_NULL:
		return false;
	case VALUE_IS_INT:
		return type != VALUE_TIME || v.i != WHEN_NONE;
	case VALUE_IS_REAL:
		return isfinite(v.r);
	case VALUE_IS_TEXT:
		return true;
	}
	return false;
}

const struct table *
report_table(const struct report *r, const char *section, const char *name)
{
	for (size_t i = 0; i < r->n_sections; i++) {
		const struct section *s = r->sections[i];

		if (strcmp(s->id, section) != 0)
			continue;
		for (size_t j = 0; j < s->n_tables; j++) {
			const struct table *t = s->tables[j];

			if (name ? t->name && strcmp(t->name, name) == 0 :
			    t->name == NULL)
				return t;
		}
	}
	return NULL;
}

const struct value *
table_value(const struct table *t, const struct row *row, const char *column)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		if (strcmp(t->columns[i].id, column) == 0)
			return &row->values[i];
	}
	return NULL;
}
