/*
 * The report for people, on a terminal or in a mail: title, alerts, head,
 * sections.  Every block but the first begins with an empty line.
 */
#include "base/buf.h"
#include "base/out.h"
#include "base/utf8.h"
#include "render/head_lines.h"
#include "render/render.h"
#include "render/text_line.h"
#include "render/text_table.h"
#include "report/report.h"

struct text {
	struct out *out;
	const struct render_options *o;
	const struct report *report;
	struct buf buf; /* what is being made */
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
	struct buf title = { 0 };

	head_title(&title, x->report);
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

/* Its lines are gathered first: the longest label sets the column of values. */

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
	struct head_lines head;
	size_t widest = 0;

	head_lines_init(&head, x->report);
	for (size_t i = 0; i < head.n; i++) {
		size_t width;

		buf_reset(&x->buf);
		text_escape(&x->buf, str_from(head.lines[i].label), x->o);
		width = utf8_width(buf_str(&x->buf));
		if (width > widest)
			widest = width;
	}
	out_char(x->out, '\n');
	for (size_t i = 0; i < head.n; i++)
		print_head_line(x, &head.lines[i], widest + 2);
	head_lines_clear(&head);
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
	buf_clear(&x.buf);
	return 0;
}

const struct renderer render_text = {
	.name = "text",
	.help = "tables for a terminal or a mail",
	.render = render,
};
