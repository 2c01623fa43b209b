/* sec_ips.c - the most active clients, or their networks (C.14). */
#include "base/buf.h"
#include "base/intern.h"
#include "base/ip.h"
#include "base/num.h"
#include "base/when.h"
#include "report/build.h"
#include "report/league.h"
#include "report/report.h"
#include "report/sec_names.h"

#define TOP_DEFAULT 10

enum { DENIED, TEMPORARY, QUEUED };

struct clients {
	struct build *b;
	struct league league;	/* by client or network */
	struct intern shown;	/* labels of the rows shown */
	struct names countries, lists, members;
	struct buf scratch;
};

static bool
by_network(const struct build *b)
{
	return b->o->ip_bits_v4 < 32 || b->o->ip_bits_v6 < 128;
}

static struct str
label_of(struct clients *c, uint32_t client)
{
	return names_network(&c->scratch, tally_text(c->b->tally, client),
	    c->b->o->ip_bits_v4, c->b->o->ip_bits_v6);
}

static bool
is_earlier(int64_t a_ns, int64_t b_ns)
{
	return a_ns != WHEN_NONE && (b_ns == WHEN_NONE || a_ns < b_ns);
}

/* The host name of the earliest transaction, as in the tally. */
static void
see(struct clients *c, struct league_row *row, const struct cell_seen *seen)
{
	struct str host = tally_text(c->b->tally, seen->example);

	if (row->example.p == NULL ||
	    is_earlier(seen->first_ns, row->first_ns) ||
	    (seen->first_ns == row->first_ns && str_cmp(host, row->example) < 0))
		row->example = host;
	league_see(row, seen->first_ns, seen->last_ns);
}

static void
count_clients(struct clients *c)
{
	size_t n;
	const struct cell *cells = tally_cells(c->b->tally, DIM_CLIENT, &n);

	for (size_t i = 0; i < n; i++) {
		const struct cell *cell = &cells[i];
		struct league_row *row = league_get(&c->league,
		    label_of(c, cell->k1), str_none());
		int kind = cell->verdict == VERDICT_ACCEPTED ? QUEUED : DENIED;

		row->count[kind] = num_add(row->count[kind], cell->count);
		if (cell->verdict == VERDICT_DEFERRED)
			row->count[TEMPORARY] = num_add(row->count[TEMPORARY],
			    cell->count);
		see(c, row, tally_seen(c->b->tally, DIM_CLIENT, i));
	}
	league_sort(&c->league, DENIED, -1);
}

static bool
is_shown(const struct clients *c, struct str label)
{
	return intern_find(&c->shown, label) != UINT32_MAX;
}

/*
 * Joins a dimension of pairs (client and a name) to the rows shown; the other
 * clients, most of them, cost one look-up each.
 */
static void
join(struct clients *c, enum dim_id dim, struct names *to)
{
	size_t n;
	const struct cell *cells = tally_cells(c->b->tally, dim, &n);

	for (size_t i = 0; i < n; i++) {
		const struct cell *cell = &cells[i];
		struct str label = label_of(c, cell->k1);

		if (is_shown(c, label))
			names_add(to, label, tally_text(c->b->tally,
			    cell->k2), cell->count);
	}
	names_sort(to);
}

static void
join_members(struct clients *c)
{
	size_t n;
	const struct cell *cells = tally_cells(c->b->tally, DIM_CLIENT, &n);

	for (size_t i = 0; by_network(c->b) && i < n; i++) {
		struct str label = label_of(c, cells[i].k1);

		if (is_shown(c, label))
			names_add(&c->members, label,
			    tally_text(c->b->tally, cells[i].k1), 1);
	}
	names_sort(&c->members);
}

static void
join_all(struct clients *c, size_t n_shown)
{
	for (size_t i = 0; i < n_shown; i++)
		intern_add(&c->shown, c->league.rows[i].label);
	join(c, DIM_CLIENT_COUNTRY, &c->countries);
	join(c, DIM_CLIENT_LIST, &c->lists);
	join_members(c);
}

/* B.8: what no log line and no table tells. */
static struct str
country_of(struct clients *c, struct str label)
{
	struct str known = names_join(&c->countries, label,
	    &c->b->report->arena);
	struct ip_net net;

	if (known.n > 0)
		return known;
	return ip_net_parse(label, &net) && ip_is_private(&net.ip)
	    ? STR("(private)") : STR("(unknown)");
}

/* The columns, in their order; COLUMN_IPS only of networks. */
enum column_place { COLUMN_IP, COLUMN_DENIED, COLUMN_TEMPORARY, COLUMN_QUEUED,
	COLUMN_HOST, COLUMN_COUNTRY, COLUMN_LISTS, COLUMN_FIRST, COLUMN_LAST,
	COLUMN_IPS };

static void
add_columns(struct build *b, struct table *t)
{
	table_column(b->report, t, "IP", VALUE_IP);
	table_column(b->report, t, "Denied", VALUE_COUNT)->bar = true;
	table_column(b->report, t, "Temporary", VALUE_COUNT);
	table_column(b->report, t, "Queued", VALUE_COUNT);
	table_column(b->report, t, "Host", VALUE_TEXT)->wide = true;
	table_column(b->report, t, "Country", VALUE_TEXT);
	table_column(b->report, t, "Lists", VALUE_TEXT)->wide = true;
	table_column(b->report, t, "First", VALUE_TIME);
	table_column(b->report, t, "Last", VALUE_TIME);
	if (by_network(b))
		table_column(b->report, t, "IPs", VALUE_COUNT);
}

static void
fill_counts(struct value *v, const struct league_row *row)
{
	v[COLUMN_DENIED] = value_count(row->count[DENIED]);
	v[COLUMN_TEMPORARY] = value_count(row->count[TEMPORARY]);
	v[COLUMN_QUEUED] = value_count(row->count[QUEUED]);
	v[COLUMN_FIRST] = build_time(row->first_ns);
	v[COLUMN_LAST] = build_time(row->last_ns);
}

static void
add_client(struct clients *c, struct table *t, const struct league_row *row)
{
	struct arena *a = &c->b->report->arena;
	struct value *v = table_row(c->b->report, t)->values;

	v[COLUMN_IP] = build_text(c->b, row->label);
	fill_counts(v, row);
	if (row->example.n > 0)
		v[COLUMN_HOST] = build_text(c->b, row->example);
	v[COLUMN_COUNTRY] = value_text(country_of(c, row->label));
	v[COLUMN_LISTS] = value_text(names_join(&c->lists, row->label, a));
	if (by_network(c->b))
		v[COLUMN_IPS] = value_count(names_count(&c->members,
		    row->label));
}

static void
add_others(struct build *b, struct table *t, const struct league_row *others)
{
	struct row *row = table_row(b->report, t);

	row->flags = ROW_OTHERS;
	row->values[COLUMN_IP] = build_text(b, others->label);
	fill_counts(row->values, others);
}

static void
show(struct clients *c, struct table *t)
{
	struct league_row others, total = league_total(&c->league);
	size_t n = league_cut(&c->league, build_top(c->b, TOP_DEFAULT),
	    &others);
	struct value *v;

	join_all(c, n);
	for (size_t i = 0; i < n; i++)
		add_client(c, t, &c->league.rows[i]);
	if (n < c->league.n)
		add_others(c->b, t, &others);
	v = table_footer(c->b->report, t, "totals");
	v[COLUMN_IP] = value_text(STR("Totals"));
	fill_counts(v, &total);
}

void
section_ips(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct clients c = { .b = b };

	add_columns(b, t);
	league_init(&c.league);
	intern_init(&c.shown);
	names_init(&c.countries);
	names_init(&c.lists);
	names_init(&c.members);
	count_clients(&c);
	if (c.league.n > 0)
		show(&c, t);
	names_clear(&c.members);
	names_clear(&c.lists);
	names_clear(&c.countries);
	intern_clear(&c.shown);
	league_clear(&c.league);
	buf_clear(&c.scratch);
}
