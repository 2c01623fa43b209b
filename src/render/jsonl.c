/*
 * The report as JSON Lines: one object a line, for jq and for loaders.
 *
 * First the head, then inputs and alerts, then for each section its rows,
 * its footers and its notes; "section" says where a line belongs.
 */
#include "base/out.h"
#include "render/json_write.h"
#include "render/render.h"

static void
begin(struct json *j, const char *section)
{
	json_open(j, '{');
	json_key(j, "section");
	json_text(j, str_from(section));
}

static void
end(struct json *j)
{
	json_close(j, '}');
	json_end_line(j);
}

static void
begin_row(struct json *j, const struct section *s, const struct table *t)
{
	begin(j, s->id);
	if (t->name != NULL) {
		json_key(j, "table");
		json_text(j, str_from(t->name));
	}
}

static void
write_table(struct json *j, const struct section *s, const struct table *t)
{
	for (size_t i = 0; i < t->n_rows; i++) {
		begin_row(j, s, t);
		json_row_members(j, t, &t->rows[i]);
		end(j);
	}
	for (size_t i = 0; i < t->n_footers; i++) {
		begin_row(j, s, t);
		json_key(j, "footer");
		json_text(j, str_from(t->footers[i].name));
		json_footer_members(j, t, &t->footers[i]);
		end(j);
	}
}

static void
write_texts(struct json *j, const char *section, const char *key,
    const struct str *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		begin(j, section);
		json_key(j, key);
		json_text(j, texts[i]);
		end(j);
	}
}

static void
write_section(struct json *j, const struct section *s)
{
	for (size_t i = 0; i < s->n_tables; i++)
		write_table(j, s, s->tables[i]);
	write_texts(j, s->id, "note", s->notes, s->n_notes);
}

static void
write_head(struct json *j, const struct report *r,
    const struct render_options *o)
{
	begin(j, "head");
	json_report_members(j, r);
	json_period(j, r);
	json_head_members(j, r);
	if (o->timing && r->seconds_taken >= 0) {
		json_key(j, "seconds");
		json_value(j, VALUE_REAL, value_real(r->seconds_taken));
	}
	end(j);
}

static void
write_inputs(struct json *j, const struct report *r)
{
	for (size_t i = 0; i < r->n_inputs; i++) {
		begin(j, "inputs");
		json_input_members(j, &r->inputs[i]);
		end(j);
	}
}

static int
render(const struct report *r, const struct render_options *o, struct out *out,
    struct err *err)
{
	struct json j;

	(void)err;
	json_init(&j, out);
	write_head(&j, r, o);
	write_inputs(&j, r);
	write_texts(&j, "alerts", "alert", r->alerts, r->n_alerts);
	for (size_t i = 0; i < r->n_sections; i++) {
		if (render_shows(o, r->sections[i]))
			write_section(&j, r->sections[i]);
	}
	json_clear(&j);
	return 0;
}

const struct renderer render_jsonl = {
	.name = "jsonl",
	.help = "one JSON object for each row, one a line",
	.render = render,
};
