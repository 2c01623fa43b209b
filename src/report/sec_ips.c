/* sec_ips.c - the most active clients, or their networks (C.14). */
#include <stdlib.h>

#include "base/buf.h"
#include "base/intern.h"
#include "base/ip.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "report/build.h"
#include "report/report.h"
#include "report/sec_names.h"
#include "report/top.h"

#define TOP_DEFAULT 10

enum { DENIED, TEMPORARY, QUEUED, COUNTS };

/* A row that might be shown: a client, or a network of clients. */
struct client_row {
	uint32_t label;	  /* the tally's text, or one of clients.networks */
	uint32_t example; /* the tally's text of a host name */
	uint64_t count[COUNTS];
	int64_t first_ns, last_ns;
};

/* There are hundreds of thousands, so nothing is looked up by its text. */
struct clients {
	struct build *b;
	bool by_network;
	struct intern networks;
	struct client_row *rows;
	size_t n, cap;
	uint32_t *row_of; /* by text: a client's row, plus one */
	uint32_t *row_of_network;
	size_t n_networks;
	bool *shown;	  /* by row */
	struct names countries, lists, members;
	struct buf scratch;
};

static struct str
label_of(const struct clients *c, const struct client_row *row)
{
	return c->by_network ? intern_get(&c->networks, row->label)
			     : tally_text(c->b->tally, row->label);
}

static uint32_t
row_new(struct clients *c, uint32_t label)
{
	ARRAY_PUSH(c->rows, c->n, c->cap) = (struct client_row){
		.label = label, .first_ns = WHEN_NONE, .last_ns = WHEN_NONE };
	return (uint32_t)c->n;
}

/* The row, plus one, of the network that the client is in. */
static uint32_t
network_row(struct clients *c, uint32_t client)
{
	uint32_t label = intern_add(&c->networks, names_network(&c->scratch,
	    tally_text(c->b->tally, client), c->b->o->ip_bits_v4,
	    c->b->o->ip_bits_v6));

	if (label >= c->n_networks) {
		size_t n = ((size_t)label + 1) * 2;

		c->row_of_network = mem_resize(c->row_of_network,
		    n * sizeof(*c->row_of_network));
		memset(c->row_of_network + c->n_networks, 0,
		    (n - c->n_networks) * sizeof(*c->row_of_network));
		c->n_networks = n;
	}
	if (c->row_of_network[label] == 0)
		c->row_of_network[label] = row_new(c, label);
	return c->row_of_network[label];
}

static struct client_row *
row_of(struct clients *c, uint32_t client)
{
	if (c->row_of[client] == 0)
		c->row_of[client] = c->by_network ? network_row(c, client)
						  : row_new(c, client);
	return &c->rows[c->row_of[client] - 1];
}

static bool
is_earlier(int64_t a_ns, int64_t b_ns)
{
	return a_ns != WHEN_NONE && (b_ns == WHEN_NONE || a_ns < b_ns);
}

static void
widen(struct client_row *row, int64_t first_ns, int64_t last_ns)
{
	if (is_earlier(first_ns, row->first_ns))
		row->first_ns = first_ns;
	/* WHEN_NONE is the smallest number. */
	if (last_ns > row->last_ns)
		row->last_ns = last_ns;
}

/* The host name of the earliest transaction, as in the tally. */
static void
see(const struct clients *c, struct client_row *row, bool new,
    const struct cell_seen *seen)
{
	if (new || is_earlier(seen->first_ns, row->first_ns) ||
	    (seen->first_ns == row->first_ns && str_cmp(
	    tally_text(c->b->tally, seen->example),
	    tally_text(c->b->tally, row->example)) < 0))
		row->example = seen->example;
	widen(row, seen->first_ns, seen->last_ns);
}

static void
count_clients(struct clients *c)
{
	size_t n;
	const struct cell *cells = tally_cells(c->b->tally, DIM_CLIENT, &n);

	for (size_t i = 0; i < n; i++) {
		const struct cell *cell = &cells[i];
		struct client_row *row = row_of(c, cell->k1);
		int kind = cell->verdict == VERDICT_ACCEPTED ? QUEUED : DENIED;

		see(c, row, row->count[DENIED] + row->count[QUEUED] == 0,
		    tally_seen(c->b->tally, DIM_CLIENT, i));
		row->count[kind] = num_add(row->count[kind], cell->count);
		if (cell->verdict == VERDICT_DEFERRED)
			row->count[TEMPORARY] = num_add(row->count[TEMPORARY],
			    cell->count);
	}
}

static int
row_order(const void *ctx, uint32_t a, uint32_t b)
{
	const struct clients *c = ctx;
	const struct client_row *x = &c->rows[a], *y = &c->rows[b];

	if (x->count[DENIED] != y->count[DENIED])
		return x->count[DENIED] > y->count[DENIED] ? -1 : 1;
	return str_cmp(label_of(c, x), label_of(c, y));
}

/*
 * Joins a dimension of pairs (client and a name) to the rows shown; most
 * clients are not.
 */
static void
join(struct clients *c, enum dim_id dim, struct names *to)
{
	size_t n;
	const struct cell *cells = tally_cells(c->b->tally, dim, &n);

	for (size_t i = 0; i < n; i++) {
		uint32_t row = c->row_of[cells[i].k1];

		if (row > 0 && c->shown[row - 1])
			names_add(to, label_of(c, &c->rows[row - 1]),
			    tally_text(c->b->tally, cells[i].k2),
			    cells[i].count);
	}
	names_sort(to);
}

static void
join_members(struct clients *c)
{
	size_t n;
	const struct cell *cells = tally_cells(c->b->tally, DIM_CLIENT, &n);

	for (size_t i = 0; c->by_network && i < n; i++) {
		uint32_t row = c->row_of[cells[i].k1];

		if (c->shown[row - 1])
			names_add(&c->members, label_of(c, &c->rows[row - 1]),
			    tally_text(c->b->tally, cells[i].k1), 1);
	}
	names_sort(&c->members);
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
add_columns(struct build *b, struct table *t, bool by_network)
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
	if (by_network)
		table_column(b->report, t, "IPs", VALUE_COUNT);
}

static void
fill_counts(struct value *v, const struct client_row *row)
{
	v[COLUMN_DENIED] = value_count(row->count[DENIED]);
	v[COLUMN_TEMPORARY] = value_count(row->count[TEMPORARY]);
	v[COLUMN_QUEUED] = value_count(row->count[QUEUED]);
	v[COLUMN_FIRST] = build_time(row->first_ns);
	v[COLUMN_LAST] = build_time(row->last_ns);
}

static void
add_client(struct clients *c, struct table *t, const struct client_row *row)
{
	struct arena *a = &c->b->report->arena;
	struct value *v = table_row(c->b->report, t)->values;
	struct str label = label_of(c, row);

	v[COLUMN_IP] = build_text(c->b, label);
	fill_counts(v, row);
	if (row->example != INTERN_EMPTY)
		v[COLUMN_HOST] = build_text(c->b, tally_text(c->b->tally,
		    row->example));
	v[COLUMN_COUNTRY] = value_text(country_of(c, label));
	v[COLUMN_LISTS] = value_text(names_join(&c->lists, label, a));
	if (c->by_network)
		v[COLUMN_IPS] = value_count(names_count(&c->members, label));
}

/* All rows that are shown, or all that are not. */
static struct client_row
sum_of(const struct clients *c, bool shown)
{
	struct client_row sum = { .first_ns = WHEN_NONE, .last_ns = WHEN_NONE };

	for (size_t i = 0; i < c->n; i++) {
		if (c->shown[i] != shown)
			continue;
		for (int k = 0; k < COUNTS; k++)
			sum.count[k] = num_add(sum.count[k],
			    c->rows[i].count[k]);
		widen(&sum, c->rows[i].first_ns, c->rows[i].last_ns);
	}
	return sum;
}

static void
add_sums(struct clients *c, struct table *t, size_t n_shown)
{
	struct client_row total = sum_of(c, true), others = sum_of(c, false);
	struct value *v;

	if (n_shown < c->n) {
		struct row *row = table_row(c->b->report, t);

		row->flags = ROW_OTHERS;
		buf_reset(&c->scratch);
		buf_printf(&c->scratch, "(%zu others)", c->n - n_shown);
		row->values[COLUMN_IP] = build_text(c->b,
		    buf_str(&c->scratch));
		fill_counts(row->values, &others);
	}
	for (int k = 0; k < COUNTS; k++)
		total.count[k] = num_add(total.count[k], others.count[k]);
	widen(&total, others.first_ns, others.last_ns);
	v = table_footer(c->b->report, t, "totals");
	v[COLUMN_IP] = value_text(STR("Totals"));
	fill_counts(v, &total);
}

static void
show(struct clients *c, struct table *t)
{
	size_t most = build_top(c->b, TOP_DEFAULT);
	struct top top;

	top_init(&top, most > 0 && most < c->n ? most : c->n, row_order, c);
	for (uint32_t i = 0; i < c->n; i++)
		top_offer(&top, i);
	top_finish(&top);
	c->shown = mem_zalloc(c->n * sizeof(*c->shown));
	for (size_t i = 0; i < top.n; i++)
		c->shown[top.items[i]] = true;
	join(c, DIM_CLIENT_COUNTRY, &c->countries);
	join(c, DIM_CLIENT_LIST, &c->lists);
	join_members(c);
	for (size_t i = 0; i < top.n; i++)
		add_client(c, t, &c->rows[top.items[i]]);
	add_sums(c, t, top.n);
	top_clear(&top);
}

void
section_ips(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	struct clients c = { .b = b, .by_network = b->o->ip_bits_v4 < 32 ||
		b->o->ip_bits_v6 < 128 };

	add_columns(b, t, c.by_network);
	intern_init(&c.networks);
	names_init(&c.countries);
	names_init(&c.lists);
	names_init(&c.members);
	c.row_of = mem_zalloc(tally_texts(b->tally) * sizeof(*c.row_of));
	count_clients(&c);
	if (c.n > 0)
		show(&c, t);
	names_clear(&c.members);
	names_clear(&c.lists);
	names_clear(&c.countries);
	intern_clear(&c.networks);
	free(c.rows);
	free(c.row_of);
	free(c.row_of_network);
	free(c.shown);
	buf_clear(&c.scratch);
}
