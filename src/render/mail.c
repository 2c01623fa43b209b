/*
 * The report as a mail: multipart/alternative of the text and of HTML that
 * survives mail programs, which take away styles, scripts and whatever is
 * newer than tables with attributes.  Both begin with what needs attention.
 */
#include "base/buf.h"
#include "base/out.h"
#include "base/when.h"
#include "render/head_lines.h"
#include "render/html_cell.h"
#include "render/mime.h"
#include "render/render.h"
#include "render/text_line.h"
#include "report/attention.h"
#include "report/report.h"

/* "=_" cannot occur in quoted-printable text (RFC 2045, 6.7). */
#define BOUNDARY "=_mailtally_part"

#define BAR_PIXELS 120
#define SUBJECT_MOST 120

#define FONT "font-family:Verdana,Arial,sans-serif;"
#define TABLE "<table cellpadding=\"3\" cellspacing=\"0\" border=\"0\" " \
	"style=\"border-collapse:collapse;font-size:13px;" FONT "\">"

struct mail {
	const struct report *report;
	const struct render_options *o;
	struct attention attention;
	struct buf html;
};

/* ---- HTML ---- */

static void
add_text(struct mail *m, const char *literal)
{
	buf_add_str(&m->html, str_from(literal));
}

static void
add_escaped(struct mail *m, const char *before, struct str raw,
    const char *after)
{
	add_text(m, before);
	html_escape(&m->html, raw);
	add_text(m, after);
}

/* A bar that is a table: the one thing that every mail program draws. */
static void
add_bar(struct mail *m, int percent)
{
	int width = percent * BAR_PIXELS / 100;

	if (percent <= 0)
		return;
	buf_printf(&m->html, "<table cellpadding=\"0\" cellspacing=\"0\" "
	    "border=\"0\"><tr><td width=\"%d\" height=\"10\" "
	    "bgcolor=\"#4a7fb5\" style=\"font-size:1px;line-height:10px\">"
	    "&nbsp;</td></tr></table>", width > 0 ? width : 1);
}

static void
add_columns(struct mail *m, const struct table *t, bool bars)
{
	add_text(m, "<tr bgcolor=\"#e8edf3\">");
	for (size_t i = 0; i < t->n_columns; i++) {
		const struct column *c = &t->columns[i];

		if (c->hidden)
			continue;
		add_escaped(m, html_stands_left(c) ? "<th align=\"left\">" :
		    "<th align=\"right\">", str_from(c->title), "</th>");
	}
	add_text(m, bars ? "<th></th></tr>\n" : "</tr>\n");
}

static void
add_cells(struct mail *m, const struct table *t, const struct html_line *line)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		const struct column *c = &t->columns[i];

		if (c->hidden)
			continue;
		add_text(m, html_stands_left(c) ? "<td valign=\"top\">" :
		    "<td align=\"right\" valign=\"top\">");
		html_cell(&m->html, m->report, t, line, i);
		add_text(m, "</td>");
	}
}

static const char *
row_begin(const struct row *row, size_t i)
{
	if (row->flags & ROW_SUBTOTAL)
		return "<tr bgcolor=\"#e8edf3\">";
	if (row->tone == TONE_BAD || row->tone == TONE_WARN)
		return "<tr bgcolor=\"#fdecd8\">";
	return i % 2 ? "<tr bgcolor=\"#f6f8fa\">" : "<tr>";
}

static void
add_table(struct mail *m, const struct table *t)
{
	size_t bar = html_bar_column(t);
	double most = html_bar_most(t, bar);

	if (t->title != NULL)
		add_escaped(m, "<h3 style=\"" FONT "font-size:13px\">",
		    str_from(t->title), "</h3>\n");
	add_text(m, TABLE "\n");
	add_columns(m, t, most > 0);
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct row *row = &t->rows[i];
		const struct html_line line = { .values = row->values,
			.flags = row->flags };

		add_text(m, row_begin(row, i));
		add_cells(m, t, &line);
		if (most > 0) {
			add_text(m, "<td>");
			add_bar(m, html_bar(row, bar, most));
			add_text(m, "</td>");
		}
		add_text(m, "</tr>\n");
	}
	for (size_t i = 0; i < t->n_footers; i++) {
		const struct html_line line = {
			.values = t->footers[i].values,
			.footer = &t->footers[i] };

		add_text(m, "<tr bgcolor=\"#e8edf3\" style=\"font-weight:bold\">");
		add_cells(m, t, &line);
		add_text(m, most > 0 ? "<td></td></tr>\n" : "</tr>\n");
	}
	add_text(m, "</table>\n");
}

static void
add_section(struct mail *m, const struct section *s)
{
	add_escaped(m, "<h2 style=\"" FONT "font-size:16px\">",
	    str_from(s->title), "</h2>\n");
	if (section_is_empty(s))
		add_text(m, "<p style=\"" FONT "font-size:13px\">none</p>\n");
	for (size_t i = 0; i < s->n_tables; i++) {
		if (s->tables[i]->n_rows > 0)
			add_table(m, s->tables[i]);
	}
	for (size_t i = 0; i < s->n_notes; i++)
		add_escaped(m, "<p style=\"" FONT "font-size:12px\">",
		    s->notes[i], "</p>\n");
}

static void
add_attention(struct mail *m)
{
	const struct attention *a = &m->attention;

	if (a->n == 0) {
		add_text(m, "<p style=\"" FONT "font-size:13px\">Nothing needs "
		    "attention.</p>\n");
		return;
	}
	add_text(m, "<table cellpadding=\"8\" cellspacing=\"0\" border=\"0\" "
	    "bgcolor=\"#fdecd8\" style=\"" FONT "font-size:14px\"><tr><td>"
	    "<b>Needs attention</b>");
	for (size_t i = 0; i < a->n; i++)
		add_escaped(m, "<br>", a->sentences[i], "");
	add_text(m, "</td></tr></table>\n");
}

static void
add_head(struct mail *m)
{
	struct head_lines head;

	head_lines_init(&head, m->report);
	add_text(m, TABLE "\n");
	for (size_t i = 0; i < head.n; i++) {
		add_escaped(m, "<tr><td valign=\"top\">",
		    str_from(head.lines[i].label), "</td>");
		add_escaped(m, "<td>", head.lines[i].text, "</td></tr>\n");
	}
	add_text(m, "</table>\n");
	head_lines_clear(&head);
}

static void
make_html(struct mail *m, struct str title)
{
	add_text(m, "<!doctype html>\n<html lang=\"en\"><head><meta "
	    "charset=\"utf-8\"></head>\n<body bgcolor=\"#ffffff\" "
	    "text=\"#1b2733\">\n");
	add_escaped(m, "<h1 style=\"" FONT "font-size:20px\">", title,
	    "</h1>\n");
	add_attention(m);
	add_head(m);
	for (size_t i = 0; i < m->report->n_sections; i++) {
		if (render_shows(m->o, m->report->sections[i]))
			add_section(m, m->report->sections[i]);
	}
	add_text(m, "</body></html>\n");
}

/* ---- text ---- */

static int
make_text(struct mail *m, struct buf *text, struct err *err)
{
	struct render_options o = *m->o;
	struct out *memory = out_open_buf(text);
	int status;

	o.color = false;
	o.utf8 = false; /* in plain text the rarer, the safer */
	o.bars = false;
	o.columns = 78;
	if (m->attention.n == 0)
		out_text(memory, "Nothing needs attention.\n\n");
	else
		out_text(memory, "Needs attention:\n");
	for (size_t i = 0; i < m->attention.n; i++)
		text_paragraph(memory, &o, NULL, m->attention.sentences[i], 0, 2);
	if (m->attention.n > 0)
		out_char(memory, '\n');
	status = render_text.render(m->report, &o, memory, err);
	out_close(&memory, NULL);
	return status;
}

/* ---- the message ---- */

/* What may stand in the domain of an address that we make. */
static void
add_domain(struct buf *b, struct str host)
{
	size_t before = b->n;

	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];

		if ((c >= '0' && c <= '9') || (str_lower(c) >= 'a' &&
		    str_lower(c) <= 'z') || c == '.' || c == '-')
			buf_add_char(b, c);
	}
	if (b->n == before)
		buf_add_str(b, STR("localhost"));
}

static void
add_subject(struct buf *b, const struct mail *m, struct str title)
{
	buf_add_str(b, title);
	if (m->attention.n > 0) {
		buf_add_str(b, STR(": "));
		buf_add_str(b, str_head(m->attention.sentences[0],
		    SUBJECT_MOST));
	}
}

static void
add_headers(struct buf *b, const struct mail *m, struct str title)
{
	const struct mail_envelope none = { 0 };
	const struct mail_envelope *e = m->o->mail ? m->o->mail : &none;
	struct buf value = { 0 };

	buf_add_str(&value, STR("mailtally <root@"));
	add_domain(&value, m->report->host);
	buf_add_char(&value, '>');
	mime_header(b, "From", e->from ? str_from(e->from) : buf_str(&value));
	mime_header(b, "To", e->to ? str_from(e->to) :
	    STR("undisclosed-recipients:;"));
	buf_reset(&value);
	add_subject(&value, m, title);
	mime_header(b, "Subject", e->subject ? str_from(e->subject) :
	    buf_str(&value));
	buf_add_str(b, STR("Date: "));
	mime_date(b, e->now_ns, m->report->zone);
	buf_printf(b, "\nMessage-ID: <%016llx.mailtally@",
	    (unsigned long long)e->now_ns);
	add_domain(b, m->report->host);
	buf_add_str(b, STR(">\nAuto-Submitted: auto-generated\n"
	    "MIME-Version: 1.0\nContent-Type: multipart/alternative;\n"
	    " boundary=\"" BOUNDARY "\"\n\n"));
	buf_clear(&value);
}

static void
add_part(struct buf *b, const char *type, const struct buf *content)
{
	buf_printf(b, "--" BOUNDARY "\nContent-Type: text/%s; charset=utf-8\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n", type);
	mime_quoted_printable(b, buf_str(content));
	buf_add_char(b, '\n');
}

static int
render(const struct report *r, const struct render_options *o, struct out *out,
    struct err *err)
{
	struct mail m = { .report = r, .o = o };
	struct buf title = { 0 }, text = { 0 }, message = { 0 };
	int status;

	attention_init(&m.attention, r);
	head_title(&title, r);
	status = make_text(&m, &text, err);
	make_html(&m, buf_str(&title));
	add_headers(&message, &m, buf_str(&title));
	add_part(&message, "plain", &text);
	add_part(&message, "html", &m.html);
	buf_add_str(&message, STR("--" BOUNDARY "--\n"));
	out_str(out, buf_str(&message));
	attention_clear(&m.attention);
	buf_clear(&m.html);
	buf_clear(&title);
	buf_clear(&text);
	buf_clear(&message);
	return status;
}

const struct renderer render_mail = {
	.name = "mail",
	.help = "a message for sendmail -t: text, and HTML for mail programs",
	.render = render,
};
