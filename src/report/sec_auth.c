/* sec_auth.c - logins refused, by network of the client (D.10). */
#include "base/buf.h"
#include "base/num.h"
#include "base/when.h"
#include "report/build.h"
#include "report/league.h"
#include "report/report.h"
#include "report/sec_names.h"

#define TOP_DEFAULT 20

/* Who shares a network is likely one and the same. */
#define NETWORK_BITS_V4 24
#define NETWORK_BITS_V6 64

/* D.10, "slow": so many failures, over so long, in no hour more than that. */
#define SLOW_FAILURES 20
#define SLOW_SPREAD_NS (6 * WHEN_HOUR_S * WHEN_SECOND)
#define SLOW_PER_HOUR 5

enum { FAILURES };

struct failures {
	struct build *b;
	struct league networks; /* max: most failures in one hour */
	struct names clients, plugins;
};

/* The network and one hour of it, as Unix seconds in text. */
static void
count_hour(struct league *hours, struct str network, int64_t start_s,
    uint64_t count)
{
	struct buf hour = { 0 };
	struct league_row *row;

	buf_printf(&hour, "%lld", (long long)start_s);
	row = league_get(hours, network, buf_str(&hour));
	row->count[FAILURES] = num_add(row->count[FAILURES], count);
	buf_clear(&hour);
}

/* The tally has quarters of an hour in some zones: hours of the wall. */
static int64_t
hour_start_s(const struct build *b, const struct cell *c)
{
	int64_t s = tally_bucket_s(b->tally, c->bucket);
	int64_t past_s = (s + zone_offset_s(b->zone, s)) % WHEN_HOUR_S;

	return s - (past_s < 0 ? past_s + WHEN_HOUR_S : past_s);
}

static void
count_cell(struct failures *f, struct league *hours, const struct cell *c,
    const struct cell_seen *seen)
{
	const struct tally *t = f->b->tally;
	struct buf scratch = { 0 };
	struct str network = names_network(&scratch, tally_text(t, c->k1),
	    NETWORK_BITS_V4, NETWORK_BITS_V6);
	struct league_row *row;

	if (network.n == 0)
		network = STR("(unknown)");
	row = league_get(&f->networks, network, str_none());
	row->count[FAILURES] = num_add(row->count[FAILURES], c->count);
	league_see(row, seen->first_ns, seen->last_ns);
	names_add(&f->clients, network, tally_text(t, c->k1), c->count);
	names_add(&f->plugins, network, tally_text(t, c->k2), c->count);
	count_hour(hours, network, hour_start_s(f->b, c), c->count);
	buf_clear(&scratch);
}

static void
find_busiest_hours(struct league *networks, const struct league *hours)
{
	for (size_t i = 0; i < hours->n; i++) {
		const struct league_row *hour = &hours->rows[i];
		int64_t count = value_count(hour->count[FAILURES]).i;
		struct league_row *network = league_get(networks, hour->label,
		    str_none());

		if (count > network->max)
			network->max = count;
	}
}

static void
count_failures(struct failures *f)
{
	size_t n;
	const struct cell *cells = tally_cells(f->b->tally, DIM_LOGIN_FAILURE,
	    &n);
	struct league hours;

	league_init(&hours);
	for (size_t i = 0; i < n; i++)
		count_cell(f, &hours, &cells[i],
		    tally_seen(f->b->tally, DIM_LOGIN_FAILURE, i));
	find_busiest_hours(&f->networks, &hours);
	league_clear(&hours);
	league_sort(&f->networks, FAILURES, -1);
	names_sort(&f->clients);
	names_sort(&f->plugins);
}

static void
add_network(struct failures *f, struct table *t, const struct league_row *row)
{
	struct build *b = f->b;

	build_row(b, t, VALUES(build_text(b, row->label),
	    value_count(row->count[FAILURES]),
	    value_count(names_count(&f->clients, row->label)),
	    value_text(names_join(&f->plugins, row->label, &b->report->arena)),
	    build_time(row->first_ns), build_time(row->last_ns)));
}

/* The IPs of the rows from first on. */
static uint64_t
count_clients(const struct failures *f, size_t first)
{
	uint64_t sum = 0;

	for (size_t i = first; i < f->networks.n; i++)
		sum += names_count(&f->clients, f->networks.rows[i].label);
	return sum;
}

static void
network_table(struct failures *f, struct table *t)
{
	struct build *b = f->b;
	struct league_row others, total = league_total(&f->networks);
	size_t n = league_cut(&f->networks, build_top(b, TOP_DEFAULT), &others);

	for (size_t i = 0; i < n; i++)
		add_network(f, t, &f->networks.rows[i]);
	if (n < f->networks.n)
		build_row(b, t, VALUES(build_text(b, others.label),
		    value_count(others.count[FAILURES]),
		    value_count(count_clients(f, n)), value_null(),
		    build_time(others.first_ns),
		    build_time(others.last_ns)))->flags = ROW_OTHERS;
	build_footer(b, t, "totals", VALUES(value_text(STR("Totals")),
	    value_count(total.count[FAILURES]),
	    value_count(count_clients(f, 0)), value_null(),
	    build_time(total.first_ns), build_time(total.last_ns)));
}

static bool
is_slow(const struct league_row *row)
{
	return row->count[FAILURES] >= SLOW_FAILURES &&
	    row->max <= SLOW_PER_HOUR && row->first_ns != WHEN_NONE &&
	    num_add_signed(row->last_ns, -row->first_ns) >= SLOW_SPREAD_NS;
}

static struct table *
pattern_columns(struct report *r, struct section *s)
{
	struct table *t = section_table(r, s, "patterns", "Patterns");

	table_column(r, t, "Pattern", VALUE_TEXT);
	table_column(r, t, "Network", VALUE_IP);
	table_column(r, t, "Failures", VALUE_COUNT);
	table_column(r, t, "Most in an hour", VALUE_COUNT);
	table_column(r, t, "First", VALUE_TIME);
	table_column(r, t, "Last", VALUE_TIME);
	return t;
}

/* Never cut off: it is the patience of these that keeps them out of sight. */
static void
pattern_table(struct failures *f, struct section *s)
{
	struct build *b = f->b;
	struct table *t = NULL;

	for (size_t i = 0; i < f->networks.n; i++) {
		const struct league_row *row = &f->networks.rows[i];

		if (!is_slow(row))
			continue;
		if (t == NULL)
			t = pattern_columns(b->report, s);
		build_row(b, t, VALUES(value_text(STR("slow")),
		    build_text(b, row->label),
		    value_count(row->count[FAILURES]), value_int(row->max),
		    build_time(row->first_ns), build_time(row->last_ns)));
	}
	if (t != NULL)
		section_note(b->report, s, "slow: at least %d failures over at "
		    "least %d hours, in no hour more than %d.", SLOW_FAILURES,
		    (int)(SLOW_SPREAD_NS / WHEN_SECOND / WHEN_HOUR_S),
		    SLOW_PER_HOUR);
}

static struct table *
network_columns(struct report *r, struct section *s)
{
	struct table *t = section_table(r, s, NULL, NULL);

	table_column(r, t, "Network", VALUE_IP);
	table_column(r, t, "Failures", VALUE_COUNT)->bar = true;
	table_column(r, t, "IPs", VALUE_COUNT);
	table_column(r, t, "Plugins", VALUE_TEXT)->wide = true;
	table_column(r, t, "First", VALUE_TIME);
	table_column(r, t, "Last", VALUE_TIME);
	return t;
}

void
section_auth(struct build *b, struct section *s)
{
	struct table *t = network_columns(b->report, s);
	struct failures f = { .b = b };

	league_init(&f.networks);
	names_init(&f.clients);
	names_init(&f.plugins);
	count_failures(&f);
	if (f.networks.n > 0) {
		network_table(&f, t);
		pattern_table(&f, s);
		section_note(b->report, s, "The log names neither the users nor "
		    "the logins that succeeded; what is counted are the "
		    "denials of auth plugins.");
	}
	names_clear(&f.plugins);
	names_clear(&f.clients);
	league_clear(&f.networks);
}
