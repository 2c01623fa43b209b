#include "cmd/doctor_report.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "base/when.h"
#include "doctor/doctor.h"
#include "doctor/place.h"
#include "report/report.h"

#define DAY_NS (WHEN_DAY_S * WHEN_SECOND)

/* ---- for people ---- */

static unsigned
count(const struct examination *x, enum severity severity)
{
	unsigned n = 0;

	for (size_t i = 0; i < x->n; i++)
		n += !x->findings[i].fixed &&
		    x->findings[i].severity == severity;
	return n;
}

static void
add_summary(struct buf *b, const struct examination *x)
{
	static const char *const words[] = {
		[SEVERITY_OK] = "OK",
		[SEVERITY_WARNING] = "WARNING",
		[SEVERITY_CRITICAL] = "CRITICAL",
	};
	unsigned warnings = count(x, SEVERITY_WARNING);

	buf_printf(b, "MAILTALLY %s - %u critical, %u warning%s, %zu log%s "
	    "looked at\n", words[doctor_severity(x)],
	    count(x, SEVERITY_CRITICAL), warnings, warnings == 1 ? "" : "s",
	    x->n_places, x->n_places == 1 ? "" : "s");
}

static void
add_files_needed(struct buf *b, const struct place *p)
{
	if (!p->multilog || place_files_for(p, DAY_NS) == 0)
		return;
	buf_printf(b, ";\n  7, 30, 90 days need %" PRIu64 ", %" PRIu64 ", %"
	    PRIu64 " files", place_files_for(p, 7 * DAY_NS),
	    place_files_for(p, 30 * DAY_NS), place_files_for(p, 90 * DAY_NS));
}

static void
add_place(struct buf *b, const struct examination *x, const struct place *p)
{
	unsigned files = p->finished + p->unprocessed + p->others;

	utf8_escape(b, str_from(p->path));
	if (p->error != 0) {
		buf_add_str(b, STR(": not read\n"));
		return;
	}
	buf_printf(b, ": %s, %u file%s, %.1f MiB, %" PRIu64 " lines (%" PRIu64
	    " not understood)", p->format ? p->format : "format unknown", files,
	    files == 1 ? "" : "s", (double)p->disk_bytes / 1048576,
	    p->counts.lines, p->counts.not_understood);
	if (p->counts.last_ns != WHEN_NONE) {
		buf_add_str(b, STR(",\n  newest line "));
		when_format_duration(b, x->now_ns - p->counts.last_ns);
		buf_add_str(b, STR(" ago, from first to last "));
		when_format_duration(b, place_held_ns(p));
	}
	add_files_needed(b, p);
	buf_add_char(b, '\n');
}

static void
add_finding(struct buf *b, const struct finding *f)
{
	buf_printf(b, "\n%s %s", f->fixed ? "fixed" : severity_name(f->severity),
	    f->check->id);
	if (f->place != NULL) {
		buf_add_str(b, STR("  "));
		utf8_escape(b, str_from(f->place->path));
	}
	buf_add_str(b, STR("\n  "));
	utf8_escape(b, f->what);
	if (f->command.n > 0) {
		buf_add_str(b, STR("\n  $ "));
		utf8_escape(b, f->command);
	}
	buf_add_char(b, '\n');
}

void
doctor_text(struct buf *b, const struct examination *x)
{
	add_summary(b, x);
	if (x->n_places > 0)
		buf_add_char(b, '\n');
	for (size_t i = 0; i < x->n_places; i++)
		add_place(b, x, x->places[i]);
	for (size_t i = 0; i < x->n; i++)
		add_finding(b, &x->findings[i]);
}

void
doctor_list(struct buf *b)
{
	for (const struct check *c = doctor_checks; c->id != NULL; c++)
		buf_printf(b, "%-15s %-9s %s%s\n", c->id,
		    severity_name(c->severity), c->help,
		    c->fix != NULL ? " (--fix)" : "");
}

/* ---- for programs ---- */

static struct value
copied(struct report *r, struct str s)
{
	return s.n > 0 ? value_text(arena_str(&r->arena, s)) : value_null();
}

static void
finding_section(struct report *r, const struct examination *x)
{
	struct section *s = report_section(r, "doctor", "Findings");
	struct table *t = section_table(r, s, NULL, NULL);

	s->always = true;
	table_column(r, t, "Severity", VALUE_TEXT);
	table_column(r, t, "Finding", VALUE_TEXT);
	table_column(r, t, "Log", VALUE_TEXT);
	table_column(r, t, "What", VALUE_TEXT)->wide = true;
	table_column(r, t, "Command", VALUE_TEXT)->wide = true;
	table_column(r, t, "Fixed", VALUE_FLAG)->mark = "fixed";
	for (size_t i = 0; i < x->n; i++) {
		const struct finding *f = &x->findings[i];
		struct value *v = table_row(r, t)->values;

		v[0] = value_text(str_from(severity_name(f->severity)));
		v[1] = value_text(str_from(f->check->id));
		if (f->place != NULL)
			v[2] = copied(r, str_from(f->place->path));
		v[3] = copied(r, f->what);
		v[4] = copied(r, f->command);
		v[5] = value_int(f->fixed);
	}
}

static void
log_columns(struct report *r, struct table *t)
{
	table_column(r, t, "Log", VALUE_TEXT)->wide = true;
	table_column(r, t, "Format", VALUE_TEXT);
	table_column(r, t, "Files", VALUE_COUNT);
	table_column(r, t, "Bytes", VALUE_BYTES);
	table_column(r, t, "Lines", VALUE_COUNT);
	table_column(r, t, "Not understood", VALUE_COUNT);
	table_column(r, t, "Oldest", VALUE_TIME);
	table_column(r, t, "Newest", VALUE_TIME);
	table_column(r, t, "Days held", VALUE_REAL)->digits = 2;
	table_column(r, t, "Files for 7 days", VALUE_COUNT);
	table_column(r, t, "Files for 30 days", VALUE_COUNT);
	table_column(r, t, "Files for 90 days", VALUE_COUNT);
}

static struct value
time_value(int64_t time_ns)
{
	return time_ns == WHEN_NONE ? value_null() : value_int(time_ns);
}

static struct value
files_value(const struct place *p, int64_t days)
{
	uint64_t n = place_files_for(p, days * DAY_NS);

	return n > 0 ? value_count(n) : value_null();
}

static void
log_row(struct report *r, struct table *t, const struct place *p)
{
	struct value *v = table_row(r, t)->values;

	v[0] = copied(r, str_from(p->path));
	if (p->format != NULL)
		v[1] = value_text(str_from(p->format));
	v[2] = value_count(p->finished + p->unprocessed + p->others);
	v[3] = value_count(p->disk_bytes);
	v[4] = value_count(p->counts.lines);
	v[5] = value_count(p->counts.not_understood);
	v[6] = time_value(p->counts.first_ns);
	v[7] = time_value(p->counts.last_ns);
	if (place_held_ns(p) >= 0)
		v[8] = value_real((double)place_held_ns(p) / (double)DAY_NS);
	v[9] = files_value(p, 7);
	v[10] = files_value(p, 30);
	v[11] = files_value(p, 90);
}

void
doctor_report(struct report *r, const struct examination *x)
{
	struct section *s;
	struct table *t;

	finding_section(r, x);
	s = report_section(r, "doctor-logs", "Logs");
	t = section_table(r, s, NULL, NULL);
	s->always = true;
	log_columns(r, t);
	for (size_t i = 0; i < x->n_places; i++)
		log_row(r, t, x->places[i]);
}
