#include "tally/habit.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/ip.h"
#include "base/num.h"
#include "event/address.h"
#include "event/event.h"
#include "tally/classes.h"
#include "tally/tally_private.h"

/* Who shares one is likely one and the same: a /24, or what a site gets. */
#define NETWORK_BITS_V4 24
#define NETWORK_BITS_V6 48

/* ---- the cap ---- */

static uint64_t
name_hash(struct str k1, struct str k2)
{
	return hash_64(k1) ^ hash_64(k2) * UINT64_C(0x9e3779b97f4a7c15);
}

/* Halved cap.halvings times. */
static bool
is_kept(const struct tally *t, enum dim_id dim, uint64_t hash)
{
	unsigned halvings = t->caps[dim].halvings;

	return halvings < 64 && hash <= UINT64_MAX >> halvings;
}

static uint64_t
cell_hash(const struct tally *t, enum dim_id dim, const struct cell *c)
{
	return name_hash(tally_text(t, c->k1),
	    dims[dim].k2 == DIM_TEXT ? tally_text(t, c->k2) : STR(""));
}

static void
leave_out(struct tally *t, enum dim_id dim, uint64_t count)
{
	t->caps[dim].left_out = num_add(t->caps[dim].left_out, count);
}

/* What was counted under names that are no longer kept goes. */
static void
drop_cells(struct tally *t, enum dim_id dim)
{
	struct table_cells old = t->tables[dim];
	struct table_cells *to = &t->tables[dim];

	table_init(to, old.measures);
	for (size_t i = 0; i < old.n; i++) {
		const struct cell *c = &old.cells[i];
		size_t cell;

		if (!is_kept(t, dim, cell_hash(t, dim, c))) {
			leave_out(t, dim, c->count);
			continue;
		}
		cell = table_cell(to, c->bucket, c->k1, c->k2, c->verdict);
		to->cells[cell].count = c->count;
		if (old.seen)
			to->seen[cell] = old.seen[i];
	}
	table_clear(&old);
}

static void
trim(struct tally *t, enum dim_id dim)
{
	size_t most = t->o.cap ? t->o.cap : TALLY_CAP;

	while (t->tables[dim].n > most && t->caps[dim].halvings < 64) {
		t->caps[dim].halvings++;
		drop_cells(t, dim);
	}
}

struct tally_cap
tally_cap(const struct tally *t, enum dim_id dim)
{
	return t->caps[dim];
}

void
habit_merge(struct tally *t, const struct tally *other, enum dim_id dim,
    const uint32_t *map)
{
	const struct table_cells *from = &other->tables[dim];
	struct table_cells *to = &t->tables[dim];

	if (other->caps[dim].halvings > t->caps[dim].halvings) {
		t->caps[dim].halvings = other->caps[dim].halvings;
		drop_cells(t, dim);
	}
	leave_out(t, dim, other->caps[dim].left_out);
	for (size_t i = 0; i < from->n; i++) {
		const struct cell *c = &from->cells[i];
		size_t cell;

		if (!is_kept(t, dim, cell_hash(other, dim, c))) {
			leave_out(t, dim, c->count);
			continue;
		}
		cell = table_cell(to, c->bucket, map[c->k1],
		    dims[dim].k2 == DIM_TEXT ? map[c->k2] : c->k2, c->verdict);
		if (from->seen)
			tally_see(t, &to->seen[cell], to->cells[cell].count == 0,
			    &from->seen[i],
			    tally_text(other, from->seen[i].example));
		to->cells[cell].count += c->count;
	}
	trim(t, dim);
}

/* ---- counting ---- */

/* Counts one; k2 is absent where the dimension has none. */
static void
count(struct tally *t, enum dim_id dim, struct str k1, struct str k2,
    const struct event *ev, enum verdict verdict)
{
	const struct cell_seen now = { .first_ns = ev->time_ns,
		.last_ns = ev->time_ns };
	struct table_cells *table = &t->tables[dim];
	uint32_t id1, id2 = 0;
	size_t cell, n = table->n;

	if (!is_kept(t, dim, name_hash(k1, k2))) {
		leave_out(t, dim, 1);
		return;
	}
	id1 = intern_add(&t->texts, k1);
	if (dims[dim].k2 == DIM_TEXT)
		id2 = intern_add(&t->texts, k2);
	cell = table_cell(table, dims[dim].grain == DIM_DAY ? t->day : 0, id1,
	    id2, verdict);
	if (table->seen)
		tally_see(t, &table->seen[cell], table->cells[cell].count == 0,
		    &now, ev->disposition);
	table->cells[cell].count++;
	if (table->n > n)
		trim(t, dim);
}

static bool
has(const struct tally *t, enum dim_id dim)
{
	return t->o.dims & DIM_BIT(dim);
}

/* In the form of an address, whatever the log wrote; a mapped IPv4 as IPv4. */
static struct str
client_text(struct buf *b, struct str client, const struct ip *ip)
{
	if (str_index(client, ':') == client.n)
		return client;
	buf_reset(b);
	ip_format(b, ip);
	return buf_str(b);
}

static void
count_client(struct tally *t, const struct event *ev, enum verdict verdict)
{
	struct buf *b = &t->client;
	struct str sender = STR("");
	struct ip_net net;
	struct ip ip;

	if (ev->client.n == 0 || !ip_parse(ev->client, &ip))
		return;
	if (has(t, DIM_PAIR)) {
		buf_reset(&t->scratch);
		if (ev->sender.p)
			sender = address_normalise(&t->scratch, ev->sender,
			    t->o.classes->case_sensitive_local);
		count(t, DIM_PAIR, client_text(b, ev->client, &ip), sender, ev,
		    verdict);
	}
	if (has(t, DIM_NETWORK)) {
		net = ip_net_of(&ip, NETWORK_BITS_V4, NETWORK_BITS_V6);
		buf_reset(b);
		ip_net_format(b, &net);
		count(t, DIM_NETWORK, buf_str(b), STR(""), ev, VERDICT_NONE);
	}
}

static void
count_recipients(struct tally *t, const struct event *ev)
{
	struct str rest = address_recipients(ev), one;

	while (address_next(&rest, &one)) {
		buf_reset(&t->scratch);
		count(t, DIM_RECIPIENT_DAY, address_normalise(&t->scratch, one,
		    t->o.classes->case_sensitive_local), STR(""), ev,
		    VERDICT_NONE);
	}
}

/* That spam was let in speaks for nobody: it has no verdict here. */
void
habit_transaction(struct tally *t, const struct event *ev, int category)
{
	count_client(t, ev, category == CATEGORY_TAGGED ? VERDICT_NONE :
	    ev->verdict);
	if (has(t, DIM_RECIPIENT_DAY))
		count_recipients(t, ev);
}

void
habit_deferral(struct tally *t, const struct event *ev, struct str reason)
{
	count(t, DIM_DEFERRAL_DAY, reason, STR(""), ev, VERDICT_NONE);
}
