/*
 * The report as one JSON object (DESIGN 5), one row a line.
 */
#include "base/out.h"
#include "render/json_write.h"
#include "render/plain.h"
#include "render/render.h"

/* How far a line is indented says what it belongs to. */
enum { INDENT_MEMBER = 1, INDENT_ITEM = 2, INDENT_PART = 3, INDENT_ROW = 4 };

static void
write_columns(struct json *j, const struct table *t, size_t indent)
{
	json_line(j, indent);
	json_key(j, "columns");
	json_open(j, '[');
	for (size_t i = 0; i < t->n_columns; i++) {
		json_open(j, '{');
		json_key(j, "id");
		json_text(j, str_from(t->columns[i].id));
		json_key(j, "type");
		json_text(j, str_from(plain_type_name(t->columns[i].type)));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
write_rows(struct json *j, const struct table *t, size_t indent)
{
	json_line(j, indent);
	json_key(j, "rows");
	json_open(j, '[');
	for (size_t i = 0; i < t->n_rows; i++) {
		json_line(j, indent + 1);
		json_open(j, '{');
		json_row_members(j, t, &t->rows[i]);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
write_footers(struct json *j, const struct table *t, size_t indent)
{
	for (size_t i = 0; i < t->n_footers; i++) {
		json_line(j, indent);
		json_key(j, t->footers[i].name);
		json_open(j, '{');
		json_footer_members(j, t, &t->footers[i]);
		json_close(j, '}');
	}
}

static void
write_table(struct json *j, const struct table *t, size_t indent)
{
	write_columns(j, t, indent);
	write_rows(j, t, indent);
	write_footers(j, t, indent);
}

static void
write_sub_tables(struct json *j, const struct section *s)
{
	json_line(j, INDENT_PART);
	json_key(j, "tables");
	json_open(j, '{');
	for (size_t i = 1; i < s->n_tables; i++) {
		const struct table *t = s->tables[i];

		json_line(j, INDENT_ROW);
		json_key(j, t->name);
		json_open(j, '{');
		json_key(j, "title");
		json_text(j, str_from(t->title ? t->title : t->name));
		write_table(j, t, INDENT_ROW + 1);
		json_close(j, '}');
	}
	json_close(j, '}');
}

static void
write_texts(struct json *j, const char *key, const struct str *texts, size_t n,
    size_t indent)
{
	json_line(j, indent);
	json_key(j, key);
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		json_line(j, indent + 1);
		json_text(j, texts[i]);
	}
	json_close(j, ']');
}

static void
write_section(struct json *j, const struct section *s)
{
	json_line(j, INDENT_ITEM);
	json_key(j, s->id);
	json_open(j, '{');
	json_key(j, "title");
	json_text(j, str_from(s->title));
	if (s->n_tables > 0)
		write_table(j, s->tables[0], INDENT_PART);
	if (s->n_tables > 1)
		write_sub_tables(j, s);
	if (s->n_notes > 0)
		write_texts(j, "notes", s->notes, s->n_notes, INDENT_PART);
	json_close(j, '}');
}

static void
write_inputs(struct json *j, const struct report *r)
{
	json_line(j, INDENT_MEMBER);
	json_key(j, "inputs");
	json_open(j, '[');
	for (size_t i = 0; i < r->n_inputs; i++) {
		json_line(j, INDENT_ITEM);
		json_open(j, '{');
		json_input_members(j, &r->inputs[i]);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
write_head(struct json *j, const struct report *r)
{
	json_line(j, INDENT_MEMBER);
	json_key(j, "head");
	json_open(j, '{');
	json_head_members(j, r);
	json_close(j, '}');
}

static void
write_seconds(struct json *j, const struct report *r)
{
	json_line(j, INDENT_MEMBER);
	json_key(j, "seconds");
	json_value(j, VALUE_REAL, value_real(r->seconds_taken));
}

static void
write_sections(struct json *j, const struct report *r,
    const struct render_options *o)
{
	json_line(j, INDENT_MEMBER);
	json_key(j, "sections");
	json_open(j, '{');
	for (size_t i = 0; i < r->n_sections; i++) {
		if (render_shows(o, r->sections[i]))
			write_section(j, r->sections[i]);
	}
	json_close(j, '}');
}

static int
render(const struct report *r, const struct render_options *o, struct out *out,
    struct err *err)
{
	struct json j;

	(void)err;
	json_init(&j, out);
	json_open(&j, '{');
	json_report_members(&j, r);
	json_line(&j, INDENT_MEMBER);
	json_period(&j, r);
	write_inputs(&j, r);
	write_head(&j, r);
	write_texts(&j, "alerts", r->alerts, r->n_alerts, INDENT_MEMBER);
	write_sections(&j, r, o);
	if (o->timing && r->seconds_taken >= 0)
		write_seconds(&j, r);
	json_close(&j, '}');
	json_end_line(&j);
	json_clear(&j);
	return 0;
}

const struct renderer render_json = {
	.name = "json",
	.help = "one JSON object",
	.render = render,
};
