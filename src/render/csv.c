/*
 * Tables as CSV (RFC 4180): UTF-8, CRLF, a header line with the titles.
 *
 * Footers are rows like others.  A control character never stands in a cell
 * as it is (A.5), so a line is always a row.  Sub-tables go to the directory
 * only; to a single output only the first table of the section is written.
 */
#include <sys/stat.h>

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/out.h"
#include "base/utf8.h"
#include "render/plain.h"
#include "render/render.h"
#include "report/report.h"

struct csv {
	const struct render_options *o;
	struct out *out;
	struct buf cell;
	bool comma; /* the next cell is not the first of its line */
};

/* What a spreadsheet takes for a formula: the list of OWASP, "CSV Injection". */
static bool
is_formula(struct str s)
{
	return s.n > 0 && memchr("=+-@\t\r", s.p[0], 6) != NULL;
}

static void
write_quoted(struct out *out, struct str s)
{
	struct str part;

	out_char(out, '"');
	str_cut(&s, '"', &part);
	out_str(out, part);
	while (str_cut(&s, '"', &part)) {
		out_text(out, "\"\"");
		out_str(out, part);
	}
	out_char(out, '"');
}

static void
end_cell(struct csv *c)
{
	struct str s = buf_str(&c->cell);

	if (c->comma)
		out_char(c->out, ',');
	c->comma = true;
	if (str_index(s, ',') < s.n || str_index(s, '"') < s.n)
		write_quoted(c->out, s);
	else
		out_str(c->out, s);
}

static void
text_cell(struct csv *c, struct str s)
{
	buf_reset(&c->cell);
	if (c->o->csv_safe && is_formula(s))
		buf_add_char(&c->cell, '\'');
	utf8_escape(&c->cell, s);
	end_cell(c);
}

static void
value_cell(struct csv *c, enum value_type type, struct value v)
{
	if (v.is == VALUE_IS_TEXT) {
		text_cell(c, v.s);
		return;
	}
	buf_reset(&c->cell);
	plain_value(&c->cell, type, v); /* unknown: an empty cell */
	end_cell(c);
}

static void
end_line(struct csv *c)
{
	out_text(c->out, "\r\n");
	c->comma = false;
}

static void
write_table(struct csv *c, const struct table *t)
{
	for (size_t i = 0; i < t->n_columns; i++)
		text_cell(c, str_from(t->columns[i].title));
	end_line(c);
	for (size_t row = 0; row < t->n_rows; row++) {
		for (size_t i = 0; i < t->n_columns; i++)
			value_cell(c, t->columns[i].type, t->rows[row].values[i]);
		end_line(c);
	}
	for (size_t n = 0; n < t->n_footers; n++) {
		for (size_t i = 0; i < t->n_columns; i++) {
			struct column column =
			    footer_column(&t->footers[n], &t->columns[i]);

			value_cell(c, column.type, t->footers[n].values[i]);
		}
		end_line(c);
	}
}

static void
head_line(struct csv *c, const char *item, enum value_type type,
    struct value value)
{
	text_cell(c, str_from(item));
	value_cell(c, type, value);
	end_line(c);
}

static void
write_head(struct csv *c, const struct report *r)
{
	text_cell(c, STR("item"));
	text_cell(c, STR("value"));
	end_line(c);
	head_line(c, "program", VALUE_TEXT, value_text(str_from(r->program)));
	head_line(c, "host", VALUE_TEXT, value_text(r->host));
	head_line(c, "since", VALUE_TIME, value_bound(r->period.start_ns));
	head_line(c, "until", VALUE_TIME, value_bound(r->period.end_ns));
	head_line(c, "zone", VALUE_TEXT,
	    value_text(str_from(report_zone_name(r))));
	head_line(c, "hours", VALUE_REAL, report_hours(r));
	for (size_t i = 0; i < r->n_head; i++) {
		if (r->head[i].id != NULL)
			head_line(c, r->head[i].id, r->head[i].type,
			    r->head[i].value);
	}
	for (size_t i = 0; i < r->n_alerts; i++)
		head_line(c, "alert", VALUE_TEXT, value_text(r->alerts[i]));
}

/* SECTION.csv or SECTION-TABLE.csv; both names are ours, not of the log. */
static int
open_file(struct csv *c, const char *section, const char *table,
    struct err *err)
{
	struct buf path = { 0 };

	assert(strchr(section, '/') == NULL);
	buf_printf(&path, "%s/%s%s%s.csv", c->o->directory, section,
	    table ? "-" : "", table ? table : "");
	c->out = out_open_file(path.p, err);
	buf_clear(&path);
	return c->out ? 0 : -1;
}

static int
write_head_file(struct csv *c, const struct report *r, struct err *err)
{
	if (open_file(c, "head", NULL, err) < 0)
		return -1;
	write_head(c, r);
	return out_close(&c->out, err);
}

static int
write_section_files(struct csv *c, const struct section *s, struct err *err)
{
	for (size_t i = 0; i < s->n_tables; i++) {
		if (open_file(c, s->id, s->tables[i]->name, err) < 0)
			return -1;
		write_table(c, s->tables[i]);
		if (out_close(&c->out, err) < 0)
			return -1;
	}
	return 0;
}

static int
write_directory(struct csv *c, const struct report *r, struct err *err)
{
	const char *directory = c->o->directory;

	if (mkdir(directory, 0777) < 0 && errno != EEXIST)
		return err_set(err, ERR_CREATE,
		    "%s: cannot make the directory: %s; name another with -d",
		    directory, strerror(errno));
	if (write_head_file(c, r, err) < 0)
		return -1;
	for (size_t i = 0; i < r->n_sections; i++) {
		if (!render_shows(c->o, r->sections[i]))
			continue;
		if (write_section_files(c, r->sections[i], err) < 0)
			return -1;
	}
	return 0;
}

static int
write_output(struct csv *c, const struct report *r, struct out *out,
    struct err *err)
{
	if (r->n_sections != 1)
		return err_set(err, ERR_USAGE,
		    "csv: one output takes one section, not %zu; give a "
		    "directory with -d DIR or name one with --sections",
		    r->n_sections);
	c->out = out;
	if (r->sections[0]->n_tables > 0)
		write_table(c, r->sections[0]->tables[0]);
	return 0;
}

static int
render(const struct report *r, const struct render_options *o, struct out *out,
    struct err *err)
{
	struct csv c = { .o = o };
	int status;

	status = o->directory ? write_directory(&c, r, err) :
				write_output(&c, r, out, err);
	buf_clear(&c.cell);
	return status;
}

const struct renderer render_csv = {
	.name = "csv",
	.help = "CSV (RFC 4180): one section, or a directory of files",
	.render = render,
};
