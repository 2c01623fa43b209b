/*
 * insight_lists.c - block lists that answer errors or never hit, and logins
 * refused to many networks.
 */
#include <inttypes.h>

#include "base/num.h"
#include "base/when.h"
#include "report/block_lists.h"
#include "report/build.h"
#include "report/insights.h"
#include "report/league.h"
#include "report/report.h"
#include "report/sec_names.h"

enum { COUNT };

#define NETWORK_BITS_V4 24
#define NETWORK_BITS_V6 64

/* ---- lists ---- */

static void
list_errors(struct insights *x, const struct league *errors)
{
	struct league_row total = league_total(errors);
	struct buf text = { 0 };
	struct finding f = { .name = "list-errors", .found = errors->n,
		.attention = true };
	struct table *t;

	if (errors->n == 0)
		return;
	buf_printf(&text, "Block lists answered with errors, for which %" PRIu64
	    " mail%s denied: %.*s", total.count[COUNT],
	    total.count[COUNT] == 1 ? " was" : "s were",
	    STR_ARG(str_head(errors->rows[0].label, 80)));
	if (errors->n > 1)
		buf_printf(&text, " and %zu more", errors->n - 1);
	buf_add_char(&text, '.');
	f.sentence = buf_str(&text);
	t = insights_add(x, &f);
	table_column(x->b->report, t, "List", VALUE_TEXT)->wide = true;
	table_column(x->b->report, t, "Count", VALUE_COUNT);
	table_column(x->b->report, t, "First", VALUE_TIME);
	table_column(x->b->report, t, "Last", VALUE_TIME);
	for (size_t i = 0; i < errors->n; i++) {
		const struct league_row *r = &errors->rows[i];

		build_row(x->b, t, VALUES(build_text(x->b, r->label),
		    value_count(r->count[COUNT]), build_time(r->first_ns),
		    build_time(r->last_ns)));
	}
	buf_clear(&text);
}

static bool
never_hits(const struct build *b, size_t i, const struct league *used)
{
	return block_lists_hits(used, b->o->lists[i].zone) == 0;
}

static void
list_idle(struct insights *x, const struct league *used)
{
	const struct build *b = x->b;
	uint64_t denied = league_total(used).count[COUNT];
	struct buf text = { 0 };
	struct finding f = { .name = "list-idle",
		.thresholds = THRESHOLD_BIT(LIST_DENIALS) };
	struct table *t;

	for (size_t i = 0; i < b->o->n_lists; i++)
		f.found += never_hits(b, i, used);
	if (denied < (uint64_t)threshold(LIST_DENIALS) || f.found == 0)
		return;
	buf_printf(&text, "%" PRIu64 " configured block list%s never hit, while "
	    "all together denied %" PRIu64 " mails.", f.found,
	    f.found == 1 ? "" : "s", denied);
	f.sentence = buf_str(&text);
	t = insights_add(x, &f);
	table_column(b->report, t, "List", VALUE_TEXT)->wide = true;
	table_column(b->report, t, "Type", VALUE_TEXT);
	for (size_t i = 0; i < b->o->n_lists; i++)
		if (never_hits(b, i, used))
			build_row(x->b, t, VALUES(
			    build_text(x->b, b->o->lists[i].zone),
			    build_text(x->b, str_from(b->o->lists[i].type))));
	buf_clear(&text);
}

void
insight_lists(struct insights *x)
{
	struct league used, errors;

	league_init(&used);
	league_init(&errors);
	block_lists_gather(x->b->tally, &used, &errors);
	league_sort(&errors, COUNT, -1);
	list_errors(x, &errors);
	list_idle(x, &used);
	league_clear(&errors);
	league_clear(&used);
}

/* ---- logins ---- */

static void
count_failures(struct league *l, const struct tally *t)
{
	size_t n;
	const struct cell *cells = tally_cells(t, DIM_LOGIN_FAILURE, &n);
	struct buf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct cell_seen *seen = tally_seen(t,
		    DIM_LOGIN_FAILURE, i);
		struct str network = names_network(&b,
		    tally_text(t, cells[i].k1), NETWORK_BITS_V4,
		    NETWORK_BITS_V6);
		struct league_row *r;

		if (network.n == 0)
			continue;
		r = league_get(l, network, str_none());
		r->count[COUNT] = num_add(r->count[COUNT], cells[i].count);
		league_see(r, seen->first_ns, seen->last_ns);
	}
	buf_clear(&b);
	league_sort(l, COUNT, -1);
}

static bool
is_spread(const struct league *l)
{
	return l->n >= (size_t)threshold(LOGIN_NETWORKS) &&
	    (double)l->rows[0].count[COUNT] * 100 <=
	    (double)threshold(LOGIN_SHARE) *
	    (double)league_total(l).count[COUNT];
}

static void
show_logins(struct insights *x, const struct league *l)
{
	struct report *report = x->b->report;
	struct buf text = { 0 };
	struct finding f = { .name = "logins", .found = l->n, .attention = true,
		.thresholds = THRESHOLD_BIT(LOGIN_NETWORKS) |
		    THRESHOLD_BIT(LOGIN_SHARE) };
	struct table *t;
	size_t n;

	buf_printf(&text, "%" PRIu64 " refused logins came from %zu networks, "
	    "from none more than %" PRIu64 ": somebody tries passwords from many "
	    "places.", league_total(l).count[COUNT], l->n,
	    l->rows[0].count[COUNT]);
	f.sentence = buf_str(&text);
	t = insights_add(x, &f);
	table_column(report, t, "Network", VALUE_IP);
	table_column(report, t, "Failures", VALUE_COUNT)->bar = true;
	table_column(report, t, "First", VALUE_TIME);
	table_column(report, t, "Last", VALUE_TIME);
	n = insights_rows(x, &f, l->n);
	for (size_t i = 0; i < n; i++)
		build_row(x->b, t, VALUES(build_text(x->b, l->rows[i].label),
		    value_count(l->rows[i].count[COUNT]),
		    build_time(l->rows[i].first_ns),
		    build_time(l->rows[i].last_ns)));
	buf_clear(&text);
}

void
insight_logins(struct insights *x)
{
	struct league l;

	league_init(&l);
	count_failures(&l, x->b->tally);
	if (is_spread(&l))
		show_logins(x, &l);
	league_clear(&l);
}
