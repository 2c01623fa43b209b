/*
 * count_mail.c - mail that came in, by the names of both sides (C.24).
 *
 * A mail is one accepted message for one recipient, as in the mail statistics
 * of a queue.  Only share/qpsmtpd/logterse writes how large messages are; of
 * others the sums stay empty.
 *
 * Nobody counts this unless a section asks for it by name, so it is done
 * plainly: neither crowd.h nor later.h.
 */
#include "base/intern.h"
#include "event/address.h"
#include "tally/tally_private.h"

/* The names of one message: ids of texts. */
struct names {
	uint32_t host, sender, country;
	bool has_country;
};

static void
see(struct tally *t, enum dim_id dim, size_t cell, int64_t time_ns)
{
	const struct cell_seen now = { .first_ns = time_ns,
		.last_ns = time_ns };
	struct table_cells *table = &t->tables[dim];

	if (table->seen)
		tally_see(t, &table->seen[cell], table->cells[cell].count == 0,
		    &now, STR(""));
}

static void
count_one(struct tally *t, enum dim_id dim, uint32_t key,
    const struct event *ev, uint32_t verdict)
{
	size_t cell;

	if (!tally_has(t, dim))
		return;
	cell = table_cell(&t->tables[dim],
	    dims[dim].grain == DIM_HOUR ? t->bucket : 0, key, 0, verdict);
	see(t, dim, cell, ev->time_ns);
	tally_sum_add(t, dim, cell, ev->bytes);
	t->tables[dim].cells[cell].count++;
}

/* In lower case without its last point, or the address that has no name. */
static uint32_t
host_of(struct tally *t, const struct event *ev)
{
	struct str name = ev->host;
	struct buf *b = &t->scratch;

	if (name.n > 0 && name.p[name.n - 1] == '.')
		name.n--;
	if (name.n == 0 || str_eq_nocase(name, STR("unknown")))
		return intern_add(&t->texts,
		    count_client_text(&t->client, ev->client));
	buf_reset(b);
	for (size_t i = 0; i < name.n; i++)
		buf_add_char(b, str_lower(name.p[i]));
	return intern_add(&t->texts, buf_str(b));
}

static struct names
names_of(struct tally *t, const struct event *ev)
{
	struct names n = { .host = host_of(t, ev) };
	struct str country = count_country_of(t, ev);

	n.sender = intern_add(&t->texts, count_address_text(t, ev->sender));
	n.has_country = country.n > 0;
	if (n.has_country)
		n.country = intern_add(&t->texts, country);
	return n;
}

static void
count_recipient(struct tally *t, const struct event *ev,
    const struct names *names)
{
	count_one(t, DIM_MAIL, 0, ev, 0);
	count_one(t, DIM_MAIL_HOST, names->host, ev, 0);
	count_one(t, DIM_MAIL_SENDER, names->sender, ev, 0);
	if (names->has_country)
		count_one(t, DIM_MAIL_COUNTRY, names->country, ev, 0);
}

void
count_mail(struct tally *t, const struct event *ev)
{
	struct str rest = ev->recipients, one;
	struct names names;

	if (ev->verdict != VERDICT_ACCEPTED) {
		if (tally_has(t, DIM_MAIL_ERROR))
			count_one(t, DIM_MAIL_ERROR, intern_add(&t->texts,
			    ev->code), ev, ev->verdict);
		return;
	}
	names = names_of(t, ev);
	/* A log without recipients: it had one at least. */
	if (!address_next(&rest, &one)) {
		count_recipient(t, ev, &names);
		return;
	}
	do {
		count_recipient(t, ev, &names);
		count_one(t, DIM_MAIL_RECIPIENT, intern_add(&t->texts,
		    count_address_text(t, one)), ev, 0);
	} while (address_next(&rest, &one));
}
