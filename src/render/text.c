/*
 * The report for people, on a terminal or in a mail: title, alerts, head,
 * sections.  Every block but the first begins with an empty line.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/out.h"
#include "base/period.h"
#include "base/utf8.h"
#include "base/when.h"
#include "render/human.h"
#include "render/render.h"
#include "render/text_line.h"
#include "render/text_table.h"
#include "report/report.h"

/* A line of the head: what is known and what it is called. */
struct head_line {
	const char *label;
	struct str text;
};

struct text {
	struct out *out;
	const struct render_options *o;
	const struct report *report;
	struct head_line *head;
	size_t n_head;
	size_t cap_head;
	struct arena arena; /* of the head */
	struct buf buf;	    /* what is being made */
};

/* Raw text in bold, ruled below. */
static void
print_title(struct text *x, struct str title)
{
	size_t width, most = text_columns(x->o);

	buf_reset(&x->buf);
	text_escape(&x->buf, title, x->o);
	width = utf8_width(buf_str(&x->buf));
	text_styled(x->out, x->o, STYLE_TITLE, buf_str(&x->buf));
	out_char(x->out, '\n');
	text_rule(x->out, x->o, '=', width < most ? width : most);
}

static void
print_report_title(struct text *x)
{
	const struct report *r = x->report;
	int64_t begin = r->period.start_ns;
	struct buf title = { 0 };

	if (begin == INT64_MIN)
		begin = r->first_ns;
	buf_add_str(&title, STR("Report"));
	if (r->host.n > 0) {
		buf_add_str(&title, STR(" for "));
		buf_add_str(&title, r->host);
	}
	if (begin != WHEN_NONE) {
		buf_add_str(&title, STR(" from "));
		human_time(&title, begin, WHEN_DAY, r->zone);
	}
	print_title(x, buf_str(&title));
	buf_clear(&title);
}

static void
print_alerts(struct text *x)
{
	const struct str mark = STR("ALERT: ");

	if (x->report->n_alerts > 0)
		out_char(x->out, '\n');
	for (size_t i = 0; i < x->report->n_alerts; i++) {
		buf_reset(&x->buf);
		buf_add_str(&x->buf, mark);
		buf_add_str(&x->buf, x->report->alerts[i]);
		text_paragraph(x->out, x->o, STYLE_ALERT, buf_str(&x->buf), 0,
		    mark.n);
	}
}

/*
 * The head.  Its lines are gathered first: the longest label sets the column
 * of the values.
 */

/* Takes what x->buf holds. */
static void
add_head(struct text *x, const char *label)
{
	ARRAY_PUSH(x->head, x->n_head, x->cap_head) = (struct head_line){
		label, arena_str(&x->arena, buf_str(&x->buf)),
	};
	buf_reset(&x->buf);
}

static void
add_inputs(struct text *x)
{
	const struct report *r = x->report;
	uint64_t bytes = 0;
	size_t packed = 0;

	if (r->n_inputs == 0)
		return;
	for (size_t i = 0; i < r->n_inputs; i++) {
		bytes = num_add(bytes, r->inputs[i].bytes);
		packed += r->inputs[i].packed != NULL;
	}
	if (r->n_inputs == 1)
		buf_add_str(&x->buf, r->inputs[0].path);
	else
		buf_printf(&x->buf, "%zu files", r->n_inputs);
	buf_add_str(&x->buf, STR(", "));
	human_bytes(&x->buf, value_count(bytes).i);
	if (r->n_inputs == 1 && packed == 1)
		buf_printf(&x->buf, " (%s)", r->inputs[0].packed);
	else if (packed > 0)
		buf_printf(&x->buf, " (%zu compressed)", packed);
	add_head(x, "Input");
}

static void
add_about_input(struct text *x, const char *label,
    const struct report_input *in, struct str about)
{
	if (about.p == NULL)
		return;
	buf_add_str(&x->buf, in->path);
	buf_add_str(&x->buf, STR(": "));
	buf_add_str(&x->buf, about);
	add_head(x, label);
}

/* "a to b", or the one that is not open. */
static void
add_span(struct text *x, int64_t begin_ns, int64_t end_ns)
{
	const struct zone *z = x->report->zone;

	if (begin_ns != INT64_MIN)
		human_time(&x->buf, begin_ns, WHEN_LOCAL, z);
	if (begin_ns != INT64_MIN && end_ns != INT64_MAX)
		buf_add_str(&x->buf, STR(" to "));
	if (end_ns != INT64_MAX)
		human_time(&x->buf, end_ns, WHEN_LOCAL, z);
}

static void
add_period(struct text *x)
{
	const struct report *r = x->report;
	const struct period p = r->period;

	if (p.start_ns == INT64_MIN && p.end_ns == INT64_MAX)
		buf_add_str(&x->buf, STR("everything"));
	else if (p.start_ns == INT64_MIN)
		buf_add_str(&x->buf, STR("until "));
	else if (p.end_ns == INT64_MAX)
		buf_add_str(&x->buf, STR("since "));
	add_span(x, p.start_ns, p.end_ns);
	add_head(x, "Period");
	if (r->hours >= 0) {
		buf_printf(&x->buf, "%.2f hours", r->hours);
		add_head(x, "Length");
	}
	buf_add_str(&x->buf, str_from(report_zone_name(r)));
	add_head(x, "Time zone");
}

static void
add_lines_seen(struct text *x)
{
	const struct report *r = x->report;

	if (r->first_ns == WHEN_NONE || r->last_ns == WHEN_NONE)
		return;
	add_span(x, r->first_ns, r->last_ns);
	add_head(x, "Log lines");
}

/* An item whose value is not known is left out (C.1). */
static void
add_item(struct text *x, const struct head_item *item)
{
	const struct column c = { .type = item->type, .digits = item->digits };

	if (item->value.is == VALUE_IS_TEXT)
		buf_add_str(&x->buf, item->value.s);
	else if (!human_value(&x->buf, &c, x->report->zone, item->value))
		return;
	if (item->note.n > 0) {
		buf_add_str(&x->buf, STR(" ("));
		buf_add_str(&x->buf, item->note);
		buf_add_char(&x->buf, ')');
	}
	add_head(x, item->label);
}

static void
gather_head(struct text *x)
{
	const struct report *r = x->report;

	buf_add_str(&x->buf, str_from(r->program));
	add_head(x, "Program");
	add_inputs(x);
	for (size_t i = 0; i < r->n_inputs; i++) {
		add_about_input(x, "Not read", &r->inputs[i], r->inputs[i].error);
		add_about_input(x, "Note", &r->inputs[i], r->inputs[i].note);
	}
	add_lines_seen(x);
	add_period(x);
	for (size_t i = 0; i < r->n_head; i++)
		add_item(x, &r->head[i]);
	if (r->seconds_taken >= 0) {
		when_format_duration(&x->buf,
		    (int64_t)(r->seconds_taken * (double)WHEN_SECOND));
		add_head(x, "Report produced in");
	}
}

static void
print_head_line(struct text *x, const struct head_line *line, size_t at)
{
	buf_reset(&x->buf);
	text_escape(&x->buf, str_from(line->label), x->o);
	buf_add_repeated(&x->buf, ' ', at - utf8_width(buf_str(&x->buf)));
	out_str(x->out, buf_str(&x->buf));
	text_paragraph(x->out, x->o, NULL, line->text, at, at);
}

static void
print_head(struct text *x)
{
	size_t widest = 0;

	buf_reset(&x->buf);
	gather_head(x);
	for (size_t i = 0; i < x->n_head; i++) {
		size_t width;

		buf_reset(&x->buf);
		text_escape(&x->buf, str_from(x->head[i].label), x->o);
		width = utf8_width(buf_str(&x->buf));
		if (width > widest)
			widest = width;
	}
	out_char(x->out, '\n');
	for (size_t i = 0; i < x->n_head; i++)
		print_head_line(x, &x->head[i], widest + 2);
}

static void
print_heading(struct text *x, const char *title)
{
	buf_reset(&x->buf);
	text_escape(&x->buf, str_from(title), x->o);
	text_styled(x->out, x->o, STYLE_TITLE, buf_str(&x->buf));
	out_char(x->out, '\n');
}

static void
print_tables(struct text *x, const struct section *s)
{
	bool first = true;

	for (size_t i = 0; i < s->n_tables; i++) {
		const struct table *t = s->tables[i];

		if (t->n_rows == 0 && (t->n_columns == 0 || x->o->quiet_empty))
			continue;
		if (!first)
			out_char(x->out, '\n');
		first = false;
		if (t->title != NULL)
			print_heading(x, t->title);
		if (t->n_rows > 0)
			text_table(x->out, x->o, x->report, t);
		else
			out_text(x->out, "none\n");
	}
}

static void
print_section(struct text *x, const struct section *s)
{
	out_char(x->out, '\n');
	print_title(x, str_from(s->title));
	if (section_is_empty(s))
		out_text(x->out, "none\n");
	else
		print_tables(x, s);
	if (s->n_notes > 0)
		out_char(x->out, '\n');
	for (size_t i = 0; i < s->n_notes; i++)
		text_paragraph(x->out, x->o, NULL, s->notes[i], 0, 2);
}

static int
render(const struct report *r, const struct render_options *o, struct out *out,
    struct err *err)
{
	struct text x = { .out = out, .o = o, .report = r };

	(void)err;
	print_report_title(&x);
	print_alerts(&x);
	print_head(&x);
	for (size_t i = 0; i < r->n_sections; i++) {
		if (render_shows(o, r->sections[i]))
			print_section(&x, r->sections[i]);
	}
	arena_clear(&x.arena);
	buf_clear(&x.buf);
	free(x.head);
	return 0;
}

const struct renderer render_text = {
	.name = "text",
	.help = "tables for a terminal or a mail",
	.render = render,
};
