/*
 * sec_mail_in.c - hosts, senders, receivers and countries of mail that came
 * in, by mails and bytes (C.24).
 */
#include "event/address.h"
#include "report/league.h"
#include "report/sec_mail.h"
#include "report/sec_qmail.h"

static struct league_row
row_of(const struct tally *t, enum dim_id dim, size_t i)
{
	const struct cell_sum *sum = tally_sum(t, dim, i);
	struct league_row row = league_row_empty();
	size_t n;

	row.count[MAIL_MAILS] = tally_cells(t, dim, &n)[i].count;
	row.count[MAIL_BYTES] = (uint64_t)sum->sum;
	row.count[MAIL_SIZED] = sum->n;
	row.last_ns = tally_seen(t, dim, i)->last_ns;
	return row;
}

static void
names(struct build *b, struct section *s, enum dim_id dim,
    const struct mail_table *m)
{
	struct best x;
	size_t n;
	const struct cell *cells = tally_cells(b->tally, dim, &n);

	best_init(&x, mail_by_mails, build_top(b, QMAIL_TOP));
	for (size_t i = 0; i < n; i++) {
		struct league_row row = row_of(b->tally, dim, i);

		if (!best_wants(&x, &row))
			continue;
		row.label = tally_text(b->tally, cells[i].k1);
		best_add(&x, &row);
	}
	mail_name_table(b, s, m, &x);
	best_clear(&x);
}

/* "(none)" for the null sender, and where there is no @. */
static struct str
domain_of(struct str address)
{
	struct str domain = address_domain(address);

	return domain.n > 0 ? domain : STR("(none)");
}

/* The same by domain. */
static void
domains(struct build *b, struct section *s, enum dim_id dim,
    const struct mail_table *m)
{
	struct league l;
	struct best x;
	size_t n;
	const struct cell *cells = tally_cells(b->tally, dim, &n);

	league_init(&l);
	for (size_t i = 0; i < n; i++) {
		struct league_row row = row_of(b->tally, dim, i), *sum;

		sum = league_get(&l, domain_of(tally_text(b->tally,
		    cells[i].k1)), str_none());
		for (int c = 0; c <= MAIL_SIZED; c++)
			sum->count[c] += row.count[c];
		league_see(sum, row.last_ns, row.last_ns);
	}
	best_init(&x, mail_by_mails, build_top(b, QMAIL_TOP));
	for (size_t i = 0; i < l.n; i++)
		if (best_wants(&x, &l.rows[i]))
			best_add(&x, &l.rows[i]);
	mail_name_table(b, s, m, &x);
	best_clear(&x);
	league_clear(&l);
}

void
mail_in_hosts(struct build *b, struct section *s, bool second)
{
	names(b, s, DIM_MAIL_HOST, second
	    ? &(struct mail_table){ "incoming", "Incoming: sending", "Host" }
	    : &(struct mail_table){ NULL, "Sending", "Host" });
	domains(b, s, DIM_MAIL_RECIPIENT, second
	    ? &(struct mail_table){ "incoming-receiving",
	    "Incoming: receiving", "Host" }
	    : &(struct mail_table){ "receiving", "Receiving", "Host" });
	names(b, s, DIM_MAIL_COUNTRY, second
	    ? &(struct mail_table){ "incoming-countries",
	    "Incoming: countries", "Country" }
	    : &(struct mail_table){ "countries", "Countries", "Country" });
}

void
mail_in_senders(struct build *b, struct section *s, bool second)
{
	names(b, s, DIM_MAIL_SENDER, second
	    ? &(struct mail_table){ "incoming", "Incoming", "Address" }
	    : &(struct mail_table){ NULL, NULL, "Address" });
	domains(b, s, DIM_MAIL_SENDER, second
	    ? &(struct mail_table){ "incoming-domains", "Incoming: by domain",
	    "Domain" }
	    : &(struct mail_table){ "domains", "By domain", "Domain" });
}

void
mail_in_receivers(struct build *b, struct section *s, bool second)
{
	names(b, s, DIM_MAIL_RECIPIENT, second
	    ? &(struct mail_table){ "incoming", "Incoming", "Address" }
	    : &(struct mail_table){ NULL, NULL, "Address" });
	domains(b, s, DIM_MAIL_RECIPIENT, second
	    ? &(struct mail_table){ "incoming-domains", "Incoming: by domain",
	    "Domain" }
	    : &(struct mail_table){ "domains", "By domain", "Domain" });
}
