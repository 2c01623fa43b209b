/*
 * hours.c - where mail came from and where it ended, over time
 * (spec/reports.md C.2).
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "report/build.h"
#include "report/league.h"
#include "tally/classes.h"

/* Reports that we sent and mail from outside have no column. */
#define ORIGIN_KINDS ((size_t)ORIGIN_DMARC)

#define HOUR_WIDTH 16
#define WIDTH_LEAST 6
#define NAMES_MOST 20

/*
 * Columns of counts are "kinds" here: first the origins, then the outcomes.
 * counts has a row for each slot and one for what has no time, so that the
 * totals are complete.
 */
struct hours {
	struct build *b;
	struct slots slots;
	size_t n_kinds;
	uint64_t *counts;
	uint64_t *sums; /* by kind */
	bool *shown;    /* by kind */
	uint64_t total;
};

/* The configuration's own categories stand before Del.Spam. */
static size_t
kind_of_category(const struct classes *c, uint32_t category)
{
	if (category < CATEGORY_SPAM)
		return ORIGIN_KINDS + category;
	if (category < CATEGORIES)
		return ORIGIN_KINDS + c->n_extra_categories + category;
	assert(category - CATEGORIES < c->n_extra_categories);
	return ORIGIN_KINDS + CATEGORY_SPAM + (category - CATEGORIES);
}

static struct str
kind_title(const struct classes *c, size_t kind)
{
	size_t outcome, n = c->n_extra_categories;

	if (kind < ORIGIN_KINDS)
		return str_from(origin_title((enum origin)kind));
	outcome = kind - ORIGIN_KINDS;
	if (outcome < CATEGORY_SPAM)
		return category_title(c, (int)outcome);
	if (outcome < CATEGORY_SPAM + n)
		return category_title(c, (int)(outcome - CATEGORY_SPAM) +
		    CATEGORIES);
	return category_title(c, (int)(outcome - n));
}

bool
build_column_shown(const struct build *b, struct str title, uint64_t sum)
{
	enum column_show show = SHOW_AUTO;

	for (size_t i = 0; i < b->o->n_columns; i++) {
		if (str_eq_nocase(b->o->columns[i].title, title))
			show = b->o->columns[i].show;
	}
	return show == SHOW_YES || (show == SHOW_AUTO && sum > 0);
}

/* ---- counting ---- */

static uint64_t *
counts_of(const struct hours *h, size_t row)
{
	return h->counts + row * h->n_kinds;
}

static void
add_cell(struct hours *h, const struct cell *c, size_t kind)
{
	int64_t start_s = tally_bucket_s(h->b->tally, c->bucket);
	uint64_t *count = counts_of(h, slots_find(&h->slots, start_s)) + kind;

	*count = num_add(*count, c->count);
	h->sums[kind] = num_add(h->sums[kind], c->count);
}

static void
count_all(struct hours *h)
{
	const struct tally *t = h->b->tally;
	const struct cell *cells;
	size_t n;

	cells = tally_cells(t, DIM_ORIGIN, &n);
	for (size_t i = 0; i < n; i++) {
		if (cells[i].k1 < ORIGIN_KINDS)
			add_cell(h, &cells[i], cells[i].k1);
	}
	cells = tally_cells(t, DIM_CATEGORY, &n);
	for (size_t i = 0; i < n; i++)
		add_cell(h, &cells[i],
		    kind_of_category(h->b->classes, cells[i].k1));
	for (size_t kind = 0; kind < h->n_kinds; kind++) {
		h->shown[kind] = build_column_shown(h->b,
		    kind_title(h->b->classes, kind), h->sums[kind]);
		if (kind >= ORIGIN_KINDS)
			h->total = num_add(h->total, h->sums[kind]);
	}
}

static void
hours_init(struct hours *h, struct build *b)
{
	*h = (struct hours){ .b = b, .slots = build_slots(b, false) };
	h->n_kinds = ORIGIN_KINDS + CATEGORIES + b->classes->n_extra_categories;
	h->counts = mem_zalloc((h->slots.n + 1) * h->n_kinds *
	    sizeof(*h->counts));
	h->sums = mem_zalloc(h->n_kinds * sizeof(*h->sums));
	h->shown = mem_zalloc(h->n_kinds * sizeof(*h->shown));
	count_all(h);
}

static void
hours_clear(struct hours *h)
{
	free(h->counts);
	free(h->sums);
	free(h->shown);
}

/* ---- the table ---- */

static const char *
unit_heading(enum slot_unit unit)
{
	switch (unit) {
	case SLOT_HOUR:
		return "One row per hour";
	case SLOT_DAY:
		return "One row per day";
	case SLOT_MONTH:
		return "One row per month";
	}
	return NULL;
}

static const char *
unit_title(enum slot_unit unit)
{
	switch (unit) {
	case SLOT_HOUR:
		return "Hour";
	case SLOT_DAY:
		return "Day";
	case SLOT_MONTH:
		return "Month";
	}
	return NULL;
}

static struct column *
add_column(struct hours *h, struct table *t, const char *title,
    enum value_type type)
{
	struct column *c = table_column(h->b->report, t, title, type);
	int width = (int)strlen(title) + 1;

	c->min_width = width < WIDTH_LEAST ? WIDTH_LEAST : width;
	return c;
}

static void
add_columns(struct hours *h, struct table *t)
{
	struct arena *a = &h->b->report->arena;

	add_column(h, t, unit_title(h->slots.unit), VALUE_TEXT)->min_width =
	    HOUR_WIDTH;
	for (size_t kind = 0; kind < h->n_kinds; kind++) {
		struct str title = arena_str(a,
		    kind_title(h->b->classes, kind));

		add_column(h, t, title.p, VALUE_COUNT)->hidden = !h->shown[kind];
	}
	add_column(h, t, "Totals", VALUE_COUNT);
	add_column(h, t, "Percent", VALUE_PERCENT)->digits = 1;
}

static uint64_t
outcomes(const struct hours *h, const uint64_t *counts)
{
	uint64_t sum = 0;

	for (size_t kind = ORIGIN_KINDS; kind < h->n_kinds; kind++)
		sum = num_add(sum, counts[kind]);
	return sum;
}

static void
fill(const struct hours *h, struct value *v, struct str label,
    const uint64_t *counts)
{
	uint64_t total = outcomes(h, counts);

	*v++ = build_text(h->b, label);
	for (size_t kind = 0; kind < h->n_kinds; kind++)
		*v++ = value_count(counts[kind]);
	*v++ = value_count(total);
	*v = value_percent(total, h->b->examined);
}

static void
add_rows(struct hours *h, struct table *t)
{
	const uint64_t *timeless = counts_of(h, h->slots.n);

	for (size_t i = 0; i < h->slots.n; i++) {
		struct row *row = table_row(h->b->report, t);

		fill(h, row->values, h->slots.rows[i].label, counts_of(h, i));
		row->flags = h->slots.rows[i].partial ? ROW_PARTIAL : 0;
	}
	if (outcomes(h, timeless) > 0)
		fill(h, table_row(h->b->report, t)->values, STR("(no time)"),
		    timeless);
}

static void
add_percentages(struct hours *h, struct table *t)
{
	struct value *v = table_footer_percent(h->b->report, t, "percentages");

	*v++ = value_text(STR("Percentages"));
	for (size_t kind = 0; kind < h->n_kinds; kind++)
		*v++ = value_percent(h->sums[kind], h->b->examined);
	*v++ = value_percent(h->total, h->b->examined);
	*v = value_percent(h->total, h->b->examined);
}

/* ---- footnotes ---- */

static void
note_kinds(const struct hours *h, struct section *s)
{
	static const struct {
		size_t kind;
		const char *meaning;
	} notes[] = {
		{ ORIGIN_FETCHMAIL,
		    "Fetchmail: fetched from mailboxes on other servers." },
		{ ORIGIN_LOCAL,
		    "Local: from a local network, or from a host of a local domain." },
	};
	static const struct {
		uint32_t category;
		const char *meaning;
	} outcome_notes[] = {
		{ CATEGORY_NONCONFORMING,
		    "Non.Conf.: denied for a breach of the rules of SMTP or of"
		    " this server, or by a plugin that has no column." },
		{ CATEGORY_KARMA,
		    "Karma: denied because the client had behaved badly before." },
	};

	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		if (h->shown[notes[i].kind])
			section_note(h->b->report, s, "%s", notes[i].meaning);
	}
	for (size_t i = 0; i < sizeof(outcome_notes) / sizeof(outcome_notes[0]); i++) {
		size_t kind = kind_of_category(h->b->classes,
		    outcome_notes[i].category);

		if (h->shown[kind])
			section_note(h->b->report, s, "%s",
			    outcome_notes[i].meaning);
	}
}

static void
add_name(struct buf *b, struct str name)
{
	if (b->n > 0)
		buf_add_str(b, STR(", "));
	buf_add_str(b, name);
}

static void
note_refused_countries(const struct build *b, struct section *s)
{
	struct buf names = { 0 };

	for (size_t i = 0; i < b->o->n_refused_countries; i++)
		add_name(&names, b->o->refused_countries[i]);
	if (names.n > 0)
		section_note(b->report, s, "Countries refused: %.*s.",
		    STR_ARG(buf_str(&names)));
	buf_clear(&names);
}

static void
note_unrecognised(const struct build *b, struct section *s)
{
	struct league l;
	struct league_row others;
	struct buf names = { 0 };
	size_t shown;

	league_init(&l);
	build_unrecognised(b, &l);
	shown = league_cut(&l, NAMES_MOST, &others);
	for (size_t i = 0; i < shown; i++)
		add_name(&names, l.rows[i].label);
	if (others.label.n > 0)
		add_name(&names, others.label);
	if (names.n > 0)
		section_note(b->report, s, "Unrecognised plugins, counted as"
		    " Non.Conf.: %.*s.", STR_ARG(buf_str(&names)));
	buf_clear(&names);
	league_clear(&l);
}

/* Did qpsmtpd write anything in the period? */
static bool
saw_qpsmtpd(const struct build *b)
{
	for (size_t i = 0; i < b->n_streams; i++) {
		const struct scan_counts *c = &b->streams[i].counts;

		if (b->streams[i].format != NULL &&
		    strcmp(b->streams[i].format, "qpsmtpd") == 0 &&
		    (c->used || c->ignored[IGNORED_DIALOGUE] ||
			c->ignored[IGNORED_CHECK] ||
			c->ignored[IGNORED_PROGRESS] ||
			c->ignored[IGNORED_UNNEEDED]))
			return true;
	}
	return false;
}

static bool
has_list_of_type(const struct build *b, const char *type)
{
	for (size_t i = 0; i < b->o->n_lists; i++) {
		if (strcmp(b->o->lists[i].type, type) == 0)
			return true;
	}
	return false;
}

static void
note_lists_off(const struct build *b, struct section *s)
{
	static const char *const types[] = { "DNSBL", "RHSBL", "URIBL" };

	/* Without any list the configuration is not known. */
	for (size_t i = 0; i < 3 && b->o->n_lists > 0; i++) {
		if (!has_list_of_type(b, types[i]))
			section_note(b->report, s, "No block list of type %s"
			    " is configured: that check is off.", types[i]);
	}
}

void
section_hours(struct build *b, struct section *s)
{
	struct table *t;
	struct hours h;

	hours_init(&h, b);
	t = section_table(b->report, s, NULL, unit_heading(h.slots.unit));
	add_columns(&h, t);
	add_rows(&h, t);
	fill(&h, table_footer(b->report, t, "totals"), STR("Totals"), h.sums);
	add_percentages(&h, t);
	note_kinds(&h, s);
	note_refused_countries(b, s);
	note_unrecognised(b, s);
	if (b->examined == 0 && saw_qpsmtpd(b))
		section_note(b->report, s, "qpsmtpd wrote lines but no records"
		    " of mail: the plugin logging::logterse seems not to be"
		    " active.");
	note_lists_off(b, s);
	hours_clear(&h);
}
