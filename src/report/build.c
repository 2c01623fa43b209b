#include "report/build.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/opt.h"
#include "base/when.h"
#include "report/report.h"

/* What the head shows, whatever sections are chosen. */
#define HEAD_DIMS                                                      \
	(DIM_BIT(DIM_CATEGORY) | DIM_BIT(DIM_ORIGIN) |                 \
	DIM_BIT(DIM_COUNTER) | DIM_BIT(DIM_QUEUE) | DIM_BIT(DIM_DELIVERY))

size_t
section_type_count(void)
{
	size_t n = 0;

	while (section_types[n].id != NULL)
		n++;
	return n;
}

/* ---- which sections ---- */

/* The index of the section called id, or the count of them. */
static size_t
section_find(struct str id)
{
	size_t i;

	for (i = 0; section_types[i].id != NULL; i++) {
		if (str_eq(id, str_from(section_types[i].id)))
			break;
	}
	return i;
}

static int
unknown_section(struct str id, struct err *err)
{
	size_t n = section_type_count();
	const char **ids = mem_zalloc((n + 1) * sizeof(*ids));
	char *word = mem_cstr(str_head(id, 60));
	const char *near;
	int result;

	for (size_t i = 0; i < n; i++)
		ids[i] = section_types[i].id;
	near = opt_nearest(word, ids);
	result = err_set(err, ERR_USAGE, "no section is called \"%s\"%s%s%s", word,
	    near ? "; did you mean \"" : "; see --help for their names",
	    near ? near : "", near ? "\"?" : "");
	free(word);
	free(ids);
	return result;
}

/* One id of the list, "codes" or "-codes". */
static int
choose_one(struct str id, bool wanted, bool *chosen, struct err *err)
{
	size_t i = section_find(id);

	if (section_types[i].id != NULL) {
		chosen[i] = wanted;
		return 0;
	}
	if (!str_eq(id, STR("head")))
		return unknown_section(id, err);
	if (!wanted)
		return err_set(err, ERR_USAGE, "the head cannot be left out");
	return 0;
}

/* Does the list name a section to be shown, rather than only to be left out? */
static bool
names_any(struct str list)
{
	struct str id;

	while (str_cut(&list, ',', &id)) {
		id = str_trim(id);
		if (id.n > 0 && id.p[0] != '-')
			return true;
	}
	return false;
}

bool
sections_named(const char *list)
{
	return list && names_any(str_from(list));
}

/* What is left out is left out wherever it stands: so it comes second. */
static int
choose_pass(struct str list, bool wanted, bool *chosen, struct err *err)
{
	struct str id;

	while (str_cut(&list, ',', &id)) {
		bool minus;

		id = str_trim(id);
		minus = id.n > 0 && id.p[0] == '-';
		if (id.n == 0 || minus == wanted)
			continue;
		if (choose_one(str_skip(id, minus), wanted, chosen, err) == -1)
			return -1;
	}
	return 0;
}

int
sections_choose(const char *list, bool *chosen, struct err *err)
{
	size_t n = section_type_count();
	struct str ids = list ? str_from(list) : STR("");
	bool all = !names_any(ids);

	for (size_t i = 0; i < n; i++)
		chosen[i] = all && !section_types[i].when_named;
	if (choose_pass(ids, true, chosen, err) == -1)
		return -1;
	return choose_pass(ids, false, chosen, err);
}

/* Does the list leave the section out? */
static bool
leaves_out(struct str list, struct str id)
{
	struct str one;

	while (str_cut(&list, ',', &one)) {
		one = str_trim(one);
		if (one.n > 0 && one.p[0] == '-' && str_eq(str_skip(one, 1), id))
			return true;
	}
	return false;
}

void
sections_add(const char *id, const char *list, bool *chosen)
{
	struct str ids = list ? str_from(list) : STR("");

	if (!names_any(ids) && !leaves_out(ids, str_from(id)))
		chosen[section_find(str_from(id))] = true;
}

dim_mask
sections_dims(const bool *chosen, bool named)
{
	dim_mask dims_needed = HEAD_DIMS;

	for (size_t i = 0; section_types[i].id != NULL; i++) {
		if (!chosen[i])
			continue;
		dims_needed |= section_types[i].dims;
		if (named)
			dims_needed |= section_types[i].dims_named;
	}
	return dims_needed;
}

/* ---- sums ---- */

size_t
build_top(const struct build *b, size_t section_default)
{
	return b->o->top < 0 ? section_default : (size_t)b->o->top;
}

uint64_t
build_sum(const struct tally *t, enum dim_id dim)
{
	uint64_t sum = 0;
	size_t n;
	const struct cell *cells = tally_cells(t, dim, &n);

	for (size_t i = 0; i < n; i++)
		sum = num_add(sum, cells[i].count);
	return sum;
}

uint64_t
build_counter(const struct tally *t, enum counter c)
{
	uint64_t sum = 0;
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_COUNTER, &n);

	for (size_t i = 0; i < n; i++) {
		if (cells[i].k1 == (uint32_t)c)
			sum = num_add(sum, cells[i].count);
	}
	return sum;
}

uint64_t
build_category(const struct tally *t, int category)
{
	uint64_t sum = 0;
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_CATEGORY, &n);

	for (size_t i = 0; i < n; i++) {
		if (cells[i].k1 == (uint32_t)category)
			sum = num_add(sum, cells[i].count);
	}
	return sum;
}

/* ---- rows ---- */

struct row *
build_row(struct build *b, struct table *t, const struct value *values, size_t n)
{
	struct row *row = table_row(b->report, t);

	assert(n == t->n_columns);
	memcpy(row->values, values, n * sizeof(*values));
	return row;
}

void
build_footer(struct build *b, struct table *t, const char *name,
    const struct value *values, size_t n)
{
	struct value *to = table_footer(b->report, t, name);

	assert(n == t->n_columns);
	memcpy(to, values, n * sizeof(*values));
}

struct value
build_text(struct build *b, struct str s)
{
	return s.p ? value_text(arena_str(&b->report->arena, s)) : value_null();
}

struct value
build_time(int64_t time_ns)
{
	return time_ns == WHEN_NONE ? value_null() : value_int(time_ns);
}

/* ---- the report ---- */

/* Open periods are as long as the lines that were seen. */
static double
period_hours(const struct build *b)
{
	int64_t start_ns = b->period.start_ns, end_ns = b->period.end_ns;

	if (start_ns == INT64_MIN)
		start_ns = b->first_ns;
	if (end_ns == INT64_MAX)
		end_ns = b->last_ns;
	if (start_ns == WHEN_NONE || end_ns == WHEN_NONE || end_ns <= start_ns)
		return -1;
	return ((double)end_ns - (double)start_ns) /
	    ((double)WHEN_HOUR_S * (double)WHEN_SECOND);
}

static void
describe_period(struct build *b)
{
	struct report *r = b->report;

	r->period = b->period;
	r->zone = b->zone;
	r->hours = period_hours(b);
	r->first_ns = b->first_ns;
	r->last_ns = b->last_ns;
}

/* D.19: a comparison with something out of the ordinary is marked "!". */
static bool
has_mark(const struct section *s)
{
	for (size_t i = 0; i < s->n_tables; i++) {
		const struct table *t = s->tables[i];

		for (size_t c = 0; c < t->n_columns; c++) {
			if (t->columns[c].type != VALUE_FLAG)
				continue;
			for (size_t row = 0; row < t->n_rows; row++) {
				if (t->rows[row].values[c].i != 0)
					return true;
			}
		}
	}
	return false;
}

static void
move_to_front(struct report *r, size_t i)
{
	struct section *s = r->sections[i];

	memmove(r->sections + 1, r->sections, i * sizeof(*r->sections));
	r->sections[0] = s;
}

/* No table: there is nothing to say, not even "none". */
static void
drop_unused(struct report *r)
{
	const struct section *s = r->sections[r->n_sections - 1];

	if (s->n_tables == 0 && s->n_notes == 0)
		r->n_sections--;
}

static void
put_marked_first(struct report *r)
{
	for (size_t i = 0; i < r->n_sections; i++) {
		if (strcmp(r->sections[i]->id, "compare") == 0 &&
		    has_mark(r->sections[i])) {
			move_to_front(r, i);
			return;
		}
	}
}

bool
build_has_side(const struct build *b, enum section_side side)
{
	bool other = false;

	for (size_t i = 0; i < b->n_streams; i++) {
		const char *format = b->streams[i].format;
		bool queue = format && strcmp(format, "qmail_send") == 0;

		if (format && queue == (side == SIDE_QUEUE))
			return true;
		other |= format != NULL;
	}
	/* Where nothing is known to be left out, there is mail coming in. */
	return !other && (side == SIDE_INCOMING || b->n_streams == 0);
}

static bool
is_shown(const struct build *b, const struct section_type *type)
{
	return b->o->sections_named || type->side == SIDE_BOTH ||
	    build_has_side(b, type->side);
}

void
build_report(struct build *b, const bool *chosen)
{
	b->examined = build_sum(b->tally, DIM_CATEGORY);
	describe_period(b);
	section_head(b, NULL);
	for (size_t i = 0; section_types[i].id != NULL; i++) {
		const struct section_type *type = &section_types[i];

		if (!chosen[i] || !is_shown(b, type))
			continue;
		type->build(b, report_section(b->report, type->id, type->title));
		drop_unused(b->report);
	}
	put_marked_first(b->report);
}
