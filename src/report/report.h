/*
 * report.h - a report: a head, inputs, alerts and sections of typed tables.
 *
 * This is all that a renderer sees.  Nothing here knows of mail; nothing here
 * is formatted: values are numbers with a type, text is raw bytes (escaping
 * is the renderer's, one function each).  A report lives in one arena and is
 * freed as a whole; every string handed in is copied unless it says literal.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/period.h"

struct zone;

/* What a column holds; decides alignment, units and the JSON type. */
enum value_type {
	VALUE_TEXT,
	VALUE_IP,	/* text too, but never wrapped or cut */
	VALUE_COUNT,
	VALUE_BYTES,	/* text shows KiB, MiB; JSON plain bytes */
	VALUE_DURATION, /* integer ns inside; JSON seconds as a decimal */
	VALUE_PERCENT,	/* real; digits decimals; text appends % */
	VALUE_REAL,	/* real; digits decimals */
	VALUE_TIME,	/* integer ns UTC; JSON RFC 3339; text local, by form */
	VALUE_FLAG	/* integer 0 or 1; text shows the mark or nothing; JSON bool */
};

struct value {
	enum { VALUE_IS_NULL = 0, VALUE_IS_INT, VALUE_IS_REAL, VALUE_IS_TEXT } is;
	union {
		int64_t i; /* counts too: saturated at INT64_MAX */
		double r;
		struct str s;
	};
};

struct column {
	const char *title;  /* literal; "Qued.Spam?" */
	const char *id;	    /* made from title by the rule of DESIGN 5 unless given */
	enum value_type type;
	int digits;	    /* VALUE_PERCENT, VALUE_REAL */
	const char *mark;   /* VALUE_FLAG in text: "*" */
	bool bar;	    /* text and html may draw the value as a bar */
	bool hidden;	    /* left out by text and html, kept by json and csv (C.2) */
	bool wide;	    /* the column text may shorten first when space is short */
	int min_width;	    /* text: at least so many columns, the blank behind
			     * it counted (C.2); 0: as needed, two blanks */
	const char *unknown; /* what text shows for null; NULL: "-" */
	int form;	    /* VALUE_TIME in text: enum when_form; 0: WHEN_LOCAL */
};

enum row_flag {
	ROW_PARTIAL = 1,  /* A.2: a part of an hour; "*" in text, "partial":true in JSON */
	ROW_SUBTOTAL = 2, /* C.13: closes a group; not part of sums */
	ROW_OTHERS = 4	  /* A.4: "(n others)" */
};

struct row {
	struct value *values; /* one for each column of the table */
	unsigned flags;
	int tone;	      /* enum tone: colour of the row on a terminal, in html */
};

enum tone { TONE_NONE = 0, TONE_GOOD, TONE_BAD, TONE_WARN, TONE_DIM };

/* A row below the line: totals, percentages. */
struct footer {
	const char *name; /* literal, the JSON member: "totals", "percentages" */
	struct value *values;
	bool percent; /* numbers in it are percentages, whatever the column holds */
};

struct table {
	const char *name;  /* literal: member of "tables" in JSON, suffix of the CSV
			    * file; NULL for the first table of a section */
	const char *title; /* heading of a sub-table, or NULL; raw, as cells are */
	struct column *columns;
	size_t n_columns;
	size_t cap_columns;
	struct row *rows;
	size_t n_rows;
	size_t cap_rows;
	struct footer footers[3];
	size_t n_footers;
};

struct section {
	const char *id;	   /* literal, spec/reports.md in brackets: "codes" */
	const char *title; /* literal: "Disposition codes" */
	struct table **tables; /* at least one */
	size_t n_tables;
	size_t cap_tables;
	struct str *notes;     /* footnotes, whole sentences */
	size_t n_notes;
	size_t cap_notes;
	bool always;	       /* shown even when empty and --quiet-empty */
};

/* One line of the head (C.1). */
struct head_item {
	const char *id;	   /* literal JSON id, or NULL: text and html only */
	const char *label; /* literal: "Messages per hour" */
	enum value_type type;
	int digits;
	struct value value;
	struct str note;   /* behind the value in text: "reject level 0: nothing is rejected" */
};

/* One source as JSON "inputs" shows it. */
struct report_input {
	struct str path;
	const char *format; /* literal; "unknown" when nothing understood it */
	const char *packed; /* "gzip", "zstd", ... or NULL */
	uint64_t bytes;	    /* as unpacked */
	uint64_t lines, used, ignored, not_understood;
	struct str error;   /* "Permission denied", or absent: it was read whole */
	struct str note;    /* "a copy of X: not counted", or absent */
};

struct report {
	struct arena arena;
	struct str host;
	const char *program; /* "mailtally 0.1.0" */
	struct period period;
	const struct zone *zone;
	double hours; /* length of the period; negative: unknown */
	int64_t first_ns, last_ns; /* oldest and newest line, WHEN_NONE if none */
	struct head_item *head;
	size_t n_head, cap_head;
	struct report_input *inputs;
	size_t n_inputs, cap_inputs;
	struct str *alerts; /* what needs attention, most urgent first */
	size_t n_alerts, cap_alerts;
	struct section **sections;
	size_t n_sections, cap_sections;
	double seconds_taken; /* negative: not measured */
};

/* Empty: no host, no period, nothing known.  program is a literal. */
struct report *report_new(const char *program);
void report_free(struct report **r);

/*
 * Each function below appends one thing and returns it, for its further
 * members.  Items of the head, inputs, columns and rows stand in arrays: such
 * a pointer is valid until the next one of its kind is added.  Sections,
 * tables and the values of rows and footers stay where they are.
 */

/*
 * An alert is a whole sentence.  Log text goes into alerts and notes as an
 * argument of %.*s (raw; a NUL byte ends it there): renderers escape the
 * sentence as a whole.
 */
void report_alert(struct report *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* An id that is there already gets _2, _3 appended; text is copied. */
struct head_item *report_head(struct report *r, const char *id,
    const char *label, enum value_type type, struct value value);
/* Numbers all 0, format "unknown"; path is copied. */
struct report_input *report_input(struct report *r, struct str path);
struct section *report_section(struct report *r, const char *id,
    const char *title);
void section_note(struct report *r, struct section *s, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* No table of it has a row. */
bool section_is_empty(const struct section *s);

/* A table of a section; name and title NULL for its first one. */
struct table *section_table(struct report *r, struct section *s,
    const char *name, const char *title);
/*
 * Columns come before rows.  The id is made from the title; where that is
 * empty, taken, or a word that the JSON of a row means otherwise ("section",
 * "table", "footer", "note", "partial", "others", "subtotal") it gets _2, _3
 * appended, since titles may come from the configuration.
 */
struct column *table_column(struct report *r, struct table *t,
    const char *title, enum value_type type);
/* As many null values as there are columns; fill them. */
struct row *table_row(struct report *r, struct table *t);
struct value *table_footer(struct report *r, struct table *t, const char *name);
/* The same, but its numbers are percentages: C.2's row "Percentages". */
struct value *table_footer_percent(struct report *r, struct table *t,
    const char *name);
/* Column c as it is to be read in footer f. */
struct column footer_column(const struct footer *f, const struct column *c);

/* The column id that DESIGN 5 makes of a title; appended to the arena. */
const char *column_id_from_title(struct arena *a, const char *title);

/* The table of a section by their ids, name NULL for its first one, or NULL. */
const struct table *report_table(const struct report *r, const char *section,
    const char *name);
/* The value of a row by the id of its column, or NULL. */
const struct value *table_value(const struct table *t, const struct row *row,
    const char *column);

const char *report_zone_name(const struct report *r);
/* The length of the period; null when unknown. */
struct value report_hours(const struct report *r);

/* Is there something to show?  Not: null, a real that is no number, WHEN_NONE. */
bool value_known(enum value_type type, struct value v);

static inline struct value
value_null(void)
{
	return (struct value){ .is = VALUE_IS_NULL };
}

static inline struct value
value_int(int64_t i)
{
	return (struct value){ .is = VALUE_IS_INT, .i = i };
}

static inline struct value
value_count(uint64_t n)
{
	return value_int(n > INT64_MAX ? INT64_MAX : (int64_t)n);
}

static inline struct value
value_real(double r)
{
	return (struct value){ .is = VALUE_IS_REAL, .r = r };
}

/* The bytes must outlive the report, or be in its arena (arena_str). */
static inline struct value
value_text(struct str s)
{
	return (struct value){ .is = VALUE_IS_TEXT, .s = s };
}

/* A side of a period: an instant, or null where it is open. */
static inline struct value
value_bound(int64_t time_ns)
{
	if (time_ns == INT64_MIN || time_ns == INT64_MAX)
		return value_null();
	return value_int(time_ns);
}

/* count * 100 / whole in double precision; null when whole is 0 (A.3). */
static inline struct value
value_percent(uint64_t count, uint64_t whole)
{
	if (whole == 0)
		return value_null();
	return value_real((double)count * 100.0 / (double)whole);
}

#endif
