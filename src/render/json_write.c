#include "render/json_write.h"

#include <inttypes.h>

#include "base/json_text.h"
#include "base/out.h"
#include "render/plain.h"

void
json_init(struct json *j, struct out *out)
{
	*j = (struct json){ .out = out };
}

void
json_clear(struct json *j)
{
	buf_clear(&j->text);
}

static void
comma(struct json *j)
{
	if (j->comma)
		out_char(j->out, ',');
	j->comma = true;
}

void
json_open(struct json *j, char bracket)
{
	comma(j);
	out_char(j->out, bracket);
	j->comma = false;
}

void
json_close(struct json *j, char bracket)
{
	out_char(j->out, bracket);
	j->comma = true;
}

void
json_key(struct json *j, const char *key)
{
	json_text(j, str_from(key));
	out_char(j->out, ':');
	j->comma = false;
}

void
json_line(struct json *j, size_t indent)
{
	if (j->comma)
		out_char(j->out, ',');
	j->comma = false;
	out_char(j->out, '\n');
	while (indent-- > 0)
		out_char(j->out, ' ');
}

void
json_end_line(struct json *j)
{
	out_char(j->out, '\n');
	j->comma = false;
}

void
json_text(struct json *j, struct str s)
{
	comma(j);
	buf_reset(&j->text);
	json_quote(&j->text, s);
	out_str(j->out, buf_str(&j->text));
}

void
json_count(struct json *j, uint64_t n)
{
	comma(j);
	out_printf(j->out, "%" PRIu64, n);
}

void
json_value(struct json *j, enum value_type type, struct value v)
{
	if (v.is == VALUE_IS_TEXT) {
		json_text(j, v.s);
		return;
	}
	comma(j);
	buf_reset(&j->text);
	if (!plain_value(&j->text, type, v))
		out_text(j->out, "null");
	else if (type == VALUE_TIME && v.is == VALUE_IS_INT)
		out_printf(j->out, "\"%s\"", j->text.p);
	else
		out_str(j->out, buf_str(&j->text));
}

static void
member_text(struct json *j, const char *key, struct str s)
{
	json_key(j, key);
	json_text(j, s);
}

static void
member_count(struct json *j, const char *key, uint64_t n)
{
	json_key(j, key);
	json_count(j, n);
}

static void
member_value(struct json *j, const char *key, enum value_type type,
    struct value v)
{
	json_key(j, key);
	json_value(j, type, v);
}

void
json_report_members(struct json *j, const struct report *r)
{
	member_count(j, "schema", 1);
	member_text(j, "program", str_from(r->program));
	member_text(j, "host", r->host);
}

void
json_period(struct json *j, const struct report *r)
{
	json_key(j, "period");
	json_open(j, '{');
	member_value(j, "since", VALUE_TIME, value_bound(r->period.start_ns));
	member_value(j, "until", VALUE_TIME, value_bound(r->period.end_ns));
	member_text(j, "zone", str_from(report_zone_name(r)));
	member_value(j, "hours", VALUE_REAL, report_hours(r));
	json_close(j, '}');
}

void
json_head_members(struct json *j, const struct report *r)
{
	for (size_t i = 0; i < r->n_head; i++) {
		const struct head_item *item = &r->head[i];

		if (item->id != NULL)
			member_value(j, item->id, item->type, item->value);
	}
}

void
json_input_members(struct json *j, const struct report_input *in)
{
	member_text(j, "path", in->path);
	member_text(j, "format", str_from(in->format));
	if (in->packed != NULL)
		member_text(j, "packed", str_from(in->packed));
	member_count(j, "bytes", in->bytes);
	member_count(j, "lines", in->lines);
	member_count(j, "used", in->used);
	member_count(j, "ignored", in->ignored);
	member_count(j, "not_understood", in->not_understood);
	if (in->error.p != NULL)
		member_text(j, "error", in->error);
	if (in->note.p != NULL)
		member_text(j, "note", in->note);
}

static void
member_true(struct json *j, const char *key, unsigned wanted)
{
	if (wanted)
		member_value(j, key, VALUE_FLAG, value_int(1));
}

void
json_row_members(struct json *j, const struct table *t, const struct row *row)
{
	for (size_t i = 0; i < t->n_columns; i++)
		member_value(j, t->columns[i].id, t->columns[i].type,
		    row->values[i]);
	member_true(j, "partial", row->flags & ROW_PARTIAL);
	member_true(j, "subtotal", row->flags & ROW_SUBTOTAL);
	member_true(j, "others", row->flags & ROW_OTHERS);
}

void
json_footer_members(struct json *j, const struct table *t,
    const struct footer *f)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		struct column c = footer_column(f, &t->columns[i]);

		member_value(j, c.id, c.type, f->values[i]);
	}
}
