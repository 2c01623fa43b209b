/*
 * block_lists.c - the block lists that are asked, and how often each of them
 * denied something (spec/reports.md C.9, C.10).
 */
#include "report/block_lists.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "report/build.h"
#include "report/league.h"
#include "tally/classes.h"

/* What a row counts. */
enum { USED, CLIENTS };

/* A list that refused to answer denies all mail: that is no use (C.10). */
static bool
is_error(const struct cell *c)
{
	return c->verdict == VERDICT_DEFERRED;
}

/* Denials by list, errors apart or not at all; either may be NULL. */
static void
gather(const struct tally *t, enum dim_id dim, struct league *used,
    struct league *errors)
{
	size_t n;
	const struct cell *cells = tally_cells(t, dim, &n);

	for (size_t i = 0; i < n; i++) {
		const struct cell_seen *seen = tally_seen(t, dim, i);
		struct league *l = is_error(&cells[i]) ? errors : used;
		struct league_row *row;

		if (l == NULL)
			continue;
		row = league_get(l, tally_text(t, cells[i].k1), str_none());
		row->count[USED] = num_add(row->count[USED], cells[i].count);
		league_see(row, seen->first_ns, seen->last_ns);
	}
}

/* ---- bl-config ---- */

/*
 * How surely the name of a list (made from its denial texts) is that of a zone:
 * zen.spamhaus.org sends people to www.spamhaus.org, sbl.example.net to
 * lookup.example.net.
 */
enum match { MATCH_NONE, MATCH_SITE, MATCH_ABOVE, MATCH_EQUAL };

static bool
is_below(struct str domain, struct str above)
{
	return domain.n > above.n && above.n > 0 &&
	    domain.p[domain.n - above.n - 1] == '.' &&
	    str_ends_nocase(domain, above);
}

/* The last two labels; absent if there are fewer. */
static struct str
site(struct str domain)
{
	int dots = 0;

	for (size_t i = domain.n; i-- > 0;) {
		if (domain.p[i] == '.' && ++dots == 2)
			return str_skip(domain, i + 1);
	}
	return dots == 1 ? domain : str_none();
}

static enum match
match(struct str zone, struct str name)
{
	if (str_eq_nocase(zone, name))
		return MATCH_EQUAL;
	if (is_below(zone, name) || is_below(name, zone))
		return MATCH_ABOVE;
	return site(zone).n > 0 && str_eq_nocase(site(zone), site(name))
	    ? MATCH_SITE : MATCH_NONE;
}

/* The use of a configured list: of all the names that match it best. */
static struct league_row
use_of(const struct league *used, struct str zone)
{
	enum match best = MATCH_NONE;
	struct league_row use = { .first_ns = WHEN_NONE, .last_ns = WHEN_NONE };

	for (size_t i = 0; i < used->n; i++) {
		const struct league_row *r = &used->rows[i];
		enum match m = match(zone, r->label);

		if (m == MATCH_NONE || m < best)
			continue;
		if (m > best)
			use = (struct league_row){ .first_ns = WHEN_NONE,
				.last_ns = WHEN_NONE };
		best = m;
		use.count[USED] = num_add(use.count[USED], r->count[USED]);
		league_see(&use, r->first_ns, r->last_ns);
	}
	return use;
}

void
section_bl_config(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct league used;

	league_init(&used);
	gather(b->tally, DIM_LIST, &used, NULL);
	table_column(b->report, t, "Type", VALUE_TEXT);
	table_column(b->report, t, "List", VALUE_TEXT)->wide = true;
	table_column(b->report, t, "Last hit", VALUE_TIME);
	table_column(b->report, t, "Hits in period", VALUE_COUNT);
	for (size_t i = 0; i < b->o->n_lists; i++) {
		const struct configured_list *list = &b->o->lists[i];
		struct league_row use = use_of(&used, list->zone);

		build_row(b, t, VALUES(
		    build_text(b, str_from(list->type)),
		    build_text(b, list->zone),
		    build_time(use.last_ns),
		    value_count(use.count[USED])));
	}
	league_clear(&used);
}

void
block_lists_gather(const struct tally *t, struct league *used,
    struct league *errors)
{
	gather(t, DIM_LIST, used, errors);
}

/* The label before the last; absent if there is none. */
static struct str
owner(struct str domain)
{
	struct str s = site(domain);

	return s.n > 0 ? str_head(s, str_index(s, '.')) : s;
}

uint64_t
block_lists_hits(const struct league *used, struct str zone)
{
	uint64_t hits = use_of(used, zone).count[USED];

	for (size_t i = 0; hits == 0 && i < used->n; i++)
		if (owner(zone).n > 0 && str_eq_nocase(owner(zone),
		    owner(used->rows[i].label)))
			hits = used->rows[i].count[USED];
	return hits;
}

/* ---- bl-use ---- */

/* How many different clients were denied by any list. */
static uint64_t
distinct_clients(const struct tally *t, enum dim_id dim)
{
	size_t n;
	const struct cell *cells = tally_cells(t, dim, &n);
	bool *known = mem_zalloc(tally_texts(t) * sizeof(*known));
	uint64_t distinct = 0;

	for (size_t i = 0; i < n; i++) {
		distinct += !known[cells[i].k1];
		known[cells[i].k1] = true;
	}
	free(known);
	return distinct;
}

/* Each cell is another client of its list. */
static void
count_clients(const struct tally *t, enum dim_id dim, struct league *used)
{
	size_t n;
	const struct cell *cells = tally_cells(t, dim, &n);
	uint64_t *clients = mem_zalloc(tally_texts(t) * sizeof(*clients));

	for (size_t i = 0; i < n; i++)
		clients[cells[i].k2]++;
	for (uint32_t id = 0; id < tally_texts(t); id++)
		if (clients[id] > 0)
			league_get(used, tally_text(t, id),
			    str_none())->count[CLIENTS] += clients[id];
	free(clients);
}

/* All that some list denied, or refused to answer about. */
struct list_use {
	struct build *b;
	struct table *table;
	struct league used;
	struct league errors;
	uint64_t denied; /* the column RBL/DNS of C.2 */
};

static void
fill(const struct list_use *u, struct value *v, struct str label,
    const struct league_row *r, struct value clients)
{
	v[0] = build_text(u->b, label);
	v[1] = value_count(r->count[USED]);
	v[2] = value_percent(r->count[USED], u->denied);
	v[3] = clients;
	v[4] = build_time(r->first_ns);
	v[5] = build_time(r->last_ns);
}

static void
add_rows(struct list_use *u)
{
	struct report *report = u->b->report;
	struct league_row others;
	size_t shown = league_cut(&u->used, build_top(u->b, 0), &others);

	for (size_t i = 0; i < shown; i++) {
		const struct league_row *r = &u->used.rows[i];

		fill(u, table_row(report, u->table)->values, r->label, r,
		    value_count(r->count[CLIENTS]));
	}
	if (others.label.n > 0) {
		struct row *row = table_row(report, u->table);

		/* The same client may be in several of them. */
		fill(u, row->values, others.label, &others, value_null());
		row->flags = ROW_OTHERS;
	}
}

static void
add_errors(struct list_use *u)
{
	struct league_row total = league_total(&u->errors);
	const struct league_row *first = u->errors.rows;
	struct row *row;

	if (u->errors.n == 0)
		return;
	row = table_row(u->b->report, u->table);
	fill(u, row->values, STR("list error"), &total, value_null());
	row->tone = TONE_WARN;
	report_alert(u->b->report, "%llu denial%s without cause: a block list"
	    " refused to answer (%.*s%s), and a server that takes this for a"
	    " listing rejects all its mail.",
	    (unsigned long long)total.count[USED],
	    total.count[USED] == 1 ? "" : "s", STR_ARG(first->label),
	    u->errors.n > 1 ? " and others" : "");
}

/* As the classic command has it, the first of the rows; else below them. */
static void
add_totals(struct list_use *u, bool first, enum dim_id client_dim)
{
	struct league_row total = league_total(&u->used);
	struct league_row errors = league_total(&u->errors);
	struct value *v = first ? table_row(u->b->report, u->table)->values
	    : table_footer(u->b->report, u->table, "totals");

	total.count[USED] = num_add(total.count[USED], errors.count[USED]);
	league_see(&total, errors.first_ns, errors.last_ns);
	fill(u, v, first ? STR("Total") : STR("Totals"), &total,
	    value_count(distinct_clients(u->b->tally, client_dim)));
}

static void
add_columns(struct list_use *u)
{
	struct report *r = u->b->report;

	table_column(r, u->table, "List", VALUE_TEXT);
	table_column(r, u->table, "Count", VALUE_COUNT)->bar = true;
	table_column(r, u->table, "Percent", VALUE_PERCENT)->digits = 1;
	table_column(r, u->table, "Unique IPs", VALUE_COUNT);
	table_column(r, u->table, "First", VALUE_TIME);
	table_column(r, u->table, "Last", VALUE_TIME);
}

void
section_bl_use(struct build *b, struct section *s)
{
	bool by_host = b->o->list_key_host;
	enum dim_id dim = by_host ? DIM_LIST_HOST : DIM_LIST;
	enum dim_id client_dim = by_host ? DIM_CLIENT_LIST_HOST : DIM_CLIENT_LIST;
	struct list_use u = {
		.b = b,
		.table = section_table(b->report, s, NULL, NULL),
		.denied = build_category(b->tally, CATEGORY_LIST),
	};

	league_init(&u.used);
	league_init(&u.errors);
	gather(b->tally, dim, &u.used, &u.errors);
	count_clients(b->tally, client_dim, &u.used);
	league_sort(&u.used, USED, -1);
	league_sort(&u.errors, USED, -1);
	add_columns(&u);
	if (by_host)
		add_totals(&u, true, client_dim);
	add_rows(&u);
	add_errors(&u);
	if (!by_host)
		add_totals(&u, false, client_dim);
	league_clear(&u.errors);
	league_clear(&u.used);
}

/* ---- by plugin ---- */

void
section_bl_plugins(struct build *b, struct section *s,
    const struct list_plugin *plugins, size_t n)
{
	struct report *r = b->report;
	bool by_host = b->o->list_key_host;
	enum dim_id dim = by_host ? DIM_LIST_HOST : DIM_LIST;
	struct table *t = section_table(r, s, "plugins", "By plugin");

	table_column(r, t, "Plugin", VALUE_TEXT);
	table_column(r, t, "Count", VALUE_COUNT)->bar = true;
	table_column(r, t, "List errors", VALUE_COUNT);
	table_column(r, t, "Unique IPs", VALUE_COUNT);
	table_column(r, t, "First", VALUE_TIME);
	table_column(r, t, "Last", VALUE_TIME);
	for (size_t i = 0; i < n; i++) {
		struct league used, errors;
		struct league_row total, wrong;

		league_init(&used);
		league_init(&errors);
		gather(plugins[i].tally, dim, &used, &errors);
		total = league_total(&used);
		wrong = league_total(&errors);
		league_see(&total, wrong.first_ns, wrong.last_ns);
		if (total.count[USED] + wrong.count[USED] > 0)
			build_row(b, t, VALUES(
			    build_text(b, str_from(plugins[i].name)),
			    value_count(total.count[USED]),
			    value_count(wrong.count[USED]),
			    value_count(distinct_clients(plugins[i].tally, by_host
			    ? DIM_CLIENT_LIST_HOST : DIM_CLIENT_LIST)),
			    build_time(total.first_ns),
			    build_time(total.last_ns)));
		league_clear(&errors);
		league_clear(&used);
	}
}
