/*
 * The report as one HTML file without anything from outside: tables that need
 * no script, and the page of web/ with the same report as JSON inlined, which
 * takes their place where scripts run.
 *
 * Two walls stand between log text and a browser: html_escape() (in the JSON
 * no < is left either), and a policy that lets nothing run or load but the
 * script and the style whose digests it names.
 */
#include "base/buf.h"
#include "base/out.h"
#include "render/assets.h"
#include "render/head_lines.h"
#include "render/html_cell.h"
#include "render/render.h"
#include "report/report.h"

struct html {
	struct out *out;
	const struct render_options *o;
	const struct report *report;
	struct buf buf; /* what is being made */
};

static void
print_escaped(struct html *h, struct str raw)
{
	buf_reset(&h->buf);
	html_escape(&h->buf, raw);
	out_str(h->out, buf_str(&h->buf));
}

static void
print_element(struct html *h, const char *name, struct str raw)
{
	out_printf(h->out, "<%s>", name);
	print_escaped(h, raw);
	out_printf(h->out, "</%s>\n", name);
}

/* ---- tables ---- */

/* Attributes, not styles: the policy allows none in the line. */
static void
print_bar(struct html *h, int percent)
{
	if (percent > 0)
		out_printf(h->out, "<svg viewBox=\"0 0 100 8\" "
		    "preserveAspectRatio=\"none\" aria-hidden=\"true\">"
		    "<rect width=\"%d\" height=\"8\"/></svg>", percent);
}

static void
print_columns(struct html *h, const struct table *t, bool bars)
{
	out_text(h->out, "<thead><tr>");
	for (size_t i = 0; i < t->n_columns; i++) {
		const struct column *c = &t->columns[i];

		if (c->hidden)
			continue;
		out_printf(h->out, "<th scope=\"col\"%s>",
		    html_stands_left(c) ? "" : " class=\"n\"");
		print_escaped(h, str_from(c->title));
		out_text(h->out, "</th>");
	}
	out_text(h->out, bars ? "<td class=\"b\"></td></tr></thead>\n" :
	    "</tr></thead>\n");
}

static void
print_cells(struct html *h, const struct table *t,
    const struct html_line *line)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		const struct column *c = &t->columns[i];

		if (c->hidden)
			continue;
		out_text(h->out, html_stands_left(c) ? "<td>" :
		    "<td class=\"n\">");
		buf_reset(&h->buf);
		html_cell(&h->buf, h->report, t, line, i);
		out_str(h->out, buf_str(&h->buf));
		out_text(h->out, "</td>");
	}
}

static const char *
row_class(const struct row *row)
{
	static const char *const tones[] = {
		[TONE_NONE] = NULL, [TONE_GOOD] = "good", [TONE_BAD] = "bad",
		[TONE_WARN] = "warn", [TONE_DIM] = "dim"
	};

	if (row->flags & ROW_SUBTOTAL)
		return "sub";
	if (row->flags & ROW_OTHERS)
		return "dim";
	return tones[row->tone];
}

static void
print_row(struct html *h, const struct table *t, const struct row *row,
    size_t bar, double most)
{
	const struct html_line line = { .values = row->values,
		.flags = row->flags };
	const char *class = row_class(row);

	out_text(h->out, "<tr");
	if (class != NULL)
		out_printf(h->out, " class=\"%s\"", class);
	out_char(h->out, '>');
	print_cells(h, t, &line);
	if (most > 0) {
		out_text(h->out, "<td class=\"b\">");
		print_bar(h, html_bar(row, bar, most));
		out_text(h->out, "</td>");
	}
	out_text(h->out, "</tr>\n");
}

static void
print_footers(struct html *h, const struct table *t, bool bars)
{
	if (t->n_footers == 0)
		return;
	out_text(h->out, "<tfoot>");
	for (size_t i = 0; i < t->n_footers; i++) {
		const struct html_line line = {
			.values = t->footers[i].values,
			.footer = &t->footers[i] };

		out_text(h->out, "<tr>");
		print_cells(h, t, &line);
		out_text(h->out, bars ? "<td class=\"b\"></td></tr>" : "</tr>");
	}
	out_text(h->out, "</tfoot>");
}

static void
print_table(struct html *h, const struct table *t)
{
	size_t bar = html_bar_column(t);
	double most = html_bar_most(t, bar);

	if (t->n_rows == 0) {
		out_text(h->out, "<p class=\"dim\">none</p>\n");
		return;
	}
	/* A table that is too wide scrolls by itself, by keyboard too. */
	out_text(h->out, "<div class=\"scroll\" tabindex=\"0\"><table>");
	if (t->title != NULL)
		print_element(h, "caption", str_from(t->title));
	print_columns(h, t, most > 0);
	out_text(h->out, "<tbody>");
	for (size_t i = 0; i < t->n_rows; i++)
		print_row(h, t, &t->rows[i], bar, most);
	out_text(h->out, "</tbody>");
	print_footers(h, t, most > 0);
	out_text(h->out, "</table></div>\n");
}

static void
print_section(struct html *h, const struct section *s)
{
	out_text(h->out, "<section class=\"card\" id=\"section-");
	print_escaped(h, str_from(s->id));
	out_text(h->out, "\">");
	print_element(h, "h2", str_from(s->title));
	if (section_is_empty(s))
		out_text(h->out, "<p class=\"dim\">none</p>\n");
	for (size_t i = 0; i < s->n_tables; i++) {
		if (s->tables[i]->n_rows > 0)
			print_table(h, s->tables[i]);
	}
	for (size_t i = 0; i < s->n_notes; i++)
		print_element(h, "p", s->notes[i]);
	out_text(h->out, "</section>\n");
}

/* ---- what stands around them ---- */

static void
print_top(struct html *h)
{
	struct head_lines head;
	struct buf title = { 0 };

	head_title(&title, h->report);
	print_element(h, "h1", buf_str(&title));
	buf_clear(&title);
	for (size_t i = 0; i < h->report->n_alerts; i++) {
		out_text(h->out, "<p class=\"alert\">");
		print_escaped(h, h->report->alerts[i]);
		out_text(h->out, "</p>\n");
	}
	head_lines_init(&head, h->report);
	out_text(h->out, "<dl class=\"head\">\n");
	for (size_t i = 0; i < head.n; i++) {
		print_element(h, "dt", str_from(head.lines[i].label));
		print_element(h, "dd", head.lines[i].text);
	}
	out_text(h->out, "</dl>\n");
	head_lines_clear(&head);
}

static void
print_asset(struct html *h, const char *tag, const struct asset *a)
{
	out_printf(h->out, "<%s>", tag);
	out_str(h->out, str_make((const char *)a->bytes, a->n));
	out_printf(h->out, "</%s>\n", tag);
}

static void
print_begin(struct html *h)
{
	struct buf title = { 0 };

	head_title(&title, h->report);
	out_printf(h->out, "<!doctype html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\""
	    "default-src 'none'; style-src 'sha256-%s'", asset_style.sha256);
	if (asset_script.n > 0)
		out_printf(h->out, "; script-src 'sha256-%s'",
		    asset_script.sha256);
	out_text(h->out, "; base-uri 'none'; form-action 'none'\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n");
	print_element(h, "title", buf_str(&title));
	print_asset(h, "style", &asset_style);
	out_text(h->out, "</head>\n<body>\n");
	buf_clear(&title);
}

/*
 * The same report for the script.  Inside a script element only "<" could end
 * it or begin a comment, and in JSON one stands only within texts.
 */
static int
print_data(struct html *h, struct err *err)
{
	struct buf json = { 0 };
	struct out *memory = out_open_buf(&json);
	struct str rest, part;
	int status = render_json.render(h->report, h->o, memory, err);

	if (out_close(&memory, status == 0 ? err : NULL) < 0)
		status = -1;
	out_text(h->out, "<script type=\"application/json\" id=\"data\">");
	rest = buf_str(&json);
	str_cut(&rest, '<', &part);
	out_str(h->out, part);
	while (str_cut(&rest, '<', &part)) {
		out_text(h->out, "\\u003c");
		out_str(h->out, part);
	}
	out_text(h->out, "</script>\n");
	buf_clear(&json);
	return status;
}

static int
render(const struct report *r, const struct render_options *o, struct out *out,
    struct err *err)
{
	struct html h = { .out = out, .o = o, .report = r };
	int status = 0;

	print_begin(&h);
	out_text(out, "<main id=\"plain\">\n");
	print_top(&h);
	for (size_t i = 0; i < r->n_sections; i++) {
		if (render_shows(o, r->sections[i]))
			print_section(&h, r->sections[i]);
	}
	out_text(out, "</main>\n");
	if (asset_script.n > 0 && !o->no_script) {
		status = print_data(&h, err);
		print_asset(&h, "script", &asset_script);
	}
	out_text(out, "</body>\n</html>\n");
	buf_clear(&h.buf);
	return status;
}

const struct renderer render_html = {
	.name = "html",
	.help = "one page that needs nothing else: charts, tables, light and dark",
	.render = render,
};
