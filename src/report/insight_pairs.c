/*
 * insight_pairs.c - what becomes of who sends from where: mail refused that was
 * welcome otherwise, and refusals for now.
 */
#include <inttypes.h>

#include "base/num.h"
#include "base/when.h"
#include "report/build.h"
#include "report/insights.h"
#include "report/league.h"
#include "report/report.h"
#include "report/sec_names.h"

#define NAMED 3
#define NETWORK_BITS_V4 24
#define NETWORK_BITS_V6 48

/* ---- known ones that are refused ---- */

/* ACCEPTED and ALL include the weeks before; put off is not in ALL. */
enum { REFUSED, ACCEPTED, BEFORE, ALL };

struct known_kind {
	const char *name;
	const char *title;
	const char *things;
	bool senders;
	enum value_type type;
};

static void
add_to(uint64_t *number, uint64_t count)
{
	*number = num_add(*number, count);
}

static void
count_refusals(struct league_row *r, const struct tally *t,
    const struct cell *c, const struct cell_seen *seen)
{
	add_to(&r->count[REFUSED], c->count);
	if (r->first_ns == WHEN_NONE || seen->first_ns < r->first_ns)
		r->example = tally_text(t, seen->example);
	league_see(r, seen->first_ns, seen->last_ns);
}

static void
count_known(struct league *l, const struct tally *t, bool senders, bool now)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_PAIR, &n);

	for (size_t i = 0; i < n; i++) {
		const struct cell *c = &cells[i];
		struct str name = tally_text(t, senders ? c->k2 : c->k1);
		struct league_row *r;

		/* Bounces come from everybody. */
		if (name.n == 0 || str_eq(name, STR("<>")) ||
		    c->verdict == VERDICT_DEFERRED)
			continue;
		r = league_get(l, name, str_none());
		add_to(&r->count[ALL], c->count);
		if (c->verdict == VERDICT_ACCEPTED)
			add_to(&r->count[ACCEPTED], c->count);
		if (c->verdict == VERDICT_ACCEPTED && !now)
			add_to(&r->count[BEFORE], c->count);
		if (c->verdict == VERDICT_REJECTED && now)
			count_refusals(r, t, c, tally_seen(t, DIM_PAIR, i));
	}
}

static bool
is_known(const struct league_row *r)
{
	return r->count[REFUSED] > 0 &&
	    r->count[ACCEPTED] >= (uint64_t)threshold(KNOWN_ACCEPTED) &&
	    (double)r->count[ACCEPTED] * 100 >=
	    (double)threshold(KNOWN_SHARE) * (double)r->count[ALL];
}

/* Those that count stand first; how many are they? */
static size_t
keep_known(struct league *l)
{
	size_t known = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (is_known(&l->rows[i]))
			known++;
		else
			l->rows[i].count[REFUSED] = 0;
	}
	league_sort(l, REFUSED, ACCEPTED);
	return known;
}

static void
known_sentence(struct buf *text, const struct known_kind *kind,
    const struct league *l, size_t n)
{
	buf_printf(text, "%zu %s%s refused though most of the mail is accepted: ",
	    n, kind->things, n == 1 ? " was" : "s were");
	for (size_t i = 0; i < n && i < NAMED; i++) {
		const struct league_row *r = &l->rows[i];

		buf_add_str(text, i ? STR(", ") : STR(""));
		buf_add_str(text, str_head(r->label, 80));
		buf_printf(text, " (%" PRIu64 " refused, %" PRIu64
		    " accepted)", r->count[REFUSED], r->count[ACCEPTED]);
	}
	if (n > NAMED)
		buf_printf(text, " and %zu more", n - NAMED);
	buf_add_char(text, '.');
}

static void
show_known(struct insights *x, const struct known_kind *kind,
    const struct league *l, size_t n)
{
	struct report *report = x->b->report;
	struct buf text = { 0 };
	struct finding f = { .name = kind->name, .found = n, .attention = true,
		.thresholds = THRESHOLD_BIT(KNOWN_ACCEPTED) |
		    THRESHOLD_BIT(KNOWN_SHARE) };
	struct table *t;

	known_sentence(&text, kind, l, n);
	f.sentence = buf_str(&text);
	t = insights_add(x, &f);
	table_column(report, t, kind->title, kind->type);
	table_column(report, t, "Refused", VALUE_COUNT)->bar = true;
	table_column(report, t, "Accepted", VALUE_COUNT);
	table_column(report, t, "Before", VALUE_COUNT);
	table_column(report, t, "By", VALUE_TEXT)->wide = true;
	table_column(report, t, "First", VALUE_TIME);
	table_column(report, t, "Last", VALUE_TIME);
	n = insights_rows(x, &f, n);
	for (size_t i = 0; i < n; i++) {
		const struct league_row *r = &l->rows[i];

		build_row(x->b, t, VALUES(build_text(x->b, r->label),
		    value_count(r->count[REFUSED]),
		    value_count(r->count[ACCEPTED]),
		    x->b->before ? value_count(r->count[BEFORE]) : value_null(),
		    build_text(x->b, r->example), build_time(r->first_ns),
		    build_time(r->last_ns)));
	}
	buf_clear(&text);
}

static void
insight_refused(struct insights *x, const struct known_kind *kind)
{
	struct league l;
	size_t n;

	league_init(&l);
	count_known(&l, x->b->tally, kind->senders, true);
	if (x->b->before && tally_has(x->b->before, DIM_PAIR))
		count_known(&l, x->b->before, kind->senders, false);
	n = keep_known(&l);
	if (n > 0)
		show_known(x, kind, &l, n);
	league_clear(&l);
}

void
insight_refused_clients(struct insights *x)
{
	static const struct known_kind kind = { "refused-clients", "Client",
		"client", false, VALUE_IP };

	insight_refused(x, &kind);
}

void
insight_refused_senders(struct insights *x)
{
	static const struct known_kind kind = { "refused-senders", "Sender",
		"sender", true, VALUE_TEXT };

	insight_refused(x, &kind);
}

/* ---- refusals for now ---- */

/* count[] of a row, whose label is "NETWORK SENDER": big senders come back
 * from a neighbour.  BECAME is one of the rest, ORDER what it is sorted by. */
enum { PUT_OFF, QUEUED, REFUSED_LATER, BECAME, ORDER };
enum became { BECAME_QUEUED, BECAME_OPEN, BECAME_REFUSED, BECAME_NEVER, BECAMES };

static const char *const became_names[BECAMES] = {
	[BECAME_QUEUED] = "came back and was queued",
	[BECAME_OPEN] = "may still come back",
	[BECAME_REFUSED] = "came back and was refused",
	[BECAME_NEVER] = "never came back",
};

/* Absent where the sender is not known. */
static struct str
returner(struct buf *b, const struct tally *t, const struct cell *c)
{
	struct str sender = tally_text(t, c->k2), network;
	struct buf scratch = { 0 };

	if (sender.n == 0)
		return str_none();
	network = names_network(&scratch, tally_text(t, c->k1),
	    NETWORK_BITS_V4, NETWORK_BITS_V6);
	buf_reset(b);
	buf_add_str(b, network);
	buf_add_char(b, ' ');
	buf_add_str(b, sender);
	buf_clear(&scratch);
	return buf_str(b);
}

static void
count_put_off(struct league *l, const struct tally *t, struct buf *b)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_PAIR, &n);

	for (size_t i = 0; i < n; i++) {
		const struct cell_seen *seen = tally_seen(t, DIM_PAIR, i);
		struct str name;
		struct league_row *r;

		if (cells[i].verdict != VERDICT_DEFERRED ||
		    (name = returner(b, t, &cells[i])).n == 0)
			continue;
		r = league_get(l, name, str_none());
		add_to(&r->count[PUT_OFF], cells[i].count);
		if (r->first_ns == WHEN_NONE || seen->first_ns < r->first_ns)
			r->example = tally_text(t, seen->example);
		league_see(r, seen->first_ns, seen->last_ns);
	}
}

/* What came of them after they were put off first. */
static void
count_later(struct league *l, const struct tally *t, struct buf *b)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_PAIR, &n);

	for (size_t i = 0; i < n; i++) {
		const struct cell_seen *seen = tally_seen(t, DIM_PAIR, i);
		const struct league_row *found;
		struct league_row *r;
		struct str name;

		if (cells[i].verdict == VERDICT_DEFERRED ||
		    (name = returner(b, t, &cells[i])).n == 0)
			continue;
		found = league_find(l, name);
		if (found == NULL || seen->last_ns < found->first_ns)
			continue;
		r = &l->rows[found - l->rows];
		add_to(&r->count[cells[i].verdict == VERDICT_REJECTED
		    ? REFUSED_LATER : QUEUED], cells[i].count);
	}
}

static enum became
became(const struct league_row *r, int64_t end_ns)
{
	int64_t wait_ns = threshold(RETURN_HOURS) * WHEN_HOUR_S * WHEN_SECOND;

	if (r->count[QUEUED] > 0)
		return BECAME_QUEUED;
	if (r->count[REFUSED_LATER] > 0)
		return BECAME_REFUSED;
	return num_add_signed(r->last_ns, wait_ns) > end_ns ? BECAME_OPEN
	    : BECAME_NEVER;
}

static void
judge(struct league *l, int64_t end_ns, uint64_t sums[BECAMES])
{
	for (size_t i = 0; i < l->n; i++) {
		struct league_row *r = &l->rows[i];
		enum became what = became(r, end_ns);

		sums[what]++;
		r->count[BECAME] = what;
		/* Those that never came back are who one may have lost. */
		r->count[ORDER] = (uint64_t)what;
	}
	league_sort(l, ORDER, PUT_OFF);
}

static void
show_returns(struct insights *x, const struct league *l,
    const uint64_t sums[BECAMES])
{
	struct report *report = x->b->report;
	struct buf text = { 0 };
	struct finding f = { .name = "returns", .found = l->n,
		.thresholds = THRESHOLD_BIT(RETURN_LEAST) |
		    THRESHOLD_BIT(RETURN_HOURS) };
	struct table *t;
	size_t n;

	buf_printf(&text, "Of %zu senders that were refused for now %" PRIu64
	    " came back and were queued, %" PRIu64 " came back and were refused, %"
	    PRIu64 " never came back", l->n, sums[BECAME_QUEUED],
	    sums[BECAME_REFUSED], sums[BECAME_NEVER]);
	if (sums[BECAME_OPEN] > 0)
		buf_printf(&text, ", %" PRIu64 " may still", sums[BECAME_OPEN]);
	buf_add_char(&text, '.');
	f.sentence = buf_str(&text);
	t = insights_add(x, &f);
	table_column(report, t, "Network", VALUE_IP);
	table_column(report, t, "Sender", VALUE_TEXT);
	table_column(report, t, "Put off", VALUE_COUNT);
	table_column(report, t, "Became", VALUE_TEXT);
	table_column(report, t, "By", VALUE_TEXT)->wide = true;
	table_column(report, t, "First", VALUE_TIME);
	table_column(report, t, "Last", VALUE_TIME);
	n = insights_rows(x, &f, l->n);
	for (size_t i = 0; i < n; i++) {
		const struct league_row *r = &l->rows[i];
		size_t blank = str_index(r->label, ' ');

		build_row(x->b, t, VALUES(
		    build_text(x->b, str_head(r->label, blank)),
		    build_text(x->b, str_skip(r->label, blank + 1)),
		    value_count(r->count[PUT_OFF]),
		    value_text(str_from(became_names[r->count[BECAME]])),
		    build_text(x->b, r->example), build_time(r->first_ns),
		    build_time(r->last_ns)));
	}
	buf_clear(&text);
}

void
insight_returns(struct insights *x)
{
	const struct build *b = x->b;
	int64_t end_ns = b->period.end_ns < b->last_ns ? b->period.end_ns :
	    b->last_ns;
	uint64_t sums[BECAMES] = { 0 };
	struct buf scratch = { 0 };
	struct league l;

	league_init(&l);
	count_put_off(&l, b->tally, &scratch);
	count_later(&l, b->tally, &scratch);
	judge(&l, end_ns, sums);
	if (l.n >= (size_t)threshold(RETURN_LEAST))
		show_returns(x, &l, sums);
	league_clear(&l);
	buf_clear(&scratch);
}
