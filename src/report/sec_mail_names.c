/*
 * sec_mail_names.c - hosts, senders and receivers by mails and bytes, as
 * AWStats shows them (C.24), of a queue: one mail is one delivery.  What came
 * in stands beside it (sec_mail_in.c).
 */
#include "report/build.h"
#include "report/domains.h"
#include "report/league.h"
#include "report/report.h"
#include "report/sec_mail.h"
#include "report/sec_qmail.h"

static struct str
host_of(struct str address)
{
	/* qmail's own: "list-return-@host-@[]" of a list, "#@[]" of a double
	 * bounce. */
	if (str_ends(address, STR("-@[]")))
		address.n -= 4;
	else if (str_ends(address, STR("@[]")))
		return STR("(none)");
	address = accounts_domain_of(address);
	return address.n > 0 ? address : STR("(none)");
}

/* brackets: the domain of qmail's own. */
static void
add_host(struct domains *d, uint32_t brackets, uint32_t domain,
    struct str address, uint64_t mails, int64_t bytes, int64_t last_ns)
{
	/* The domain of an address is mostly its host. */
	struct domain_sums *s = domain != INTERN_EMPTY && domain != brackets
	    ? domains_at(d, domain) : domains_named(d, host_of(address));

	s->count[MAIL_MAILS] += mails;
	s->count[MAIL_BYTES] += (uint64_t)bytes;
	s->count[MAIL_SIZED] += mails;
	if (last_ns > s->last_ns)
		s->last_ns = last_ns;
}

static void
offer_sender_hosts(struct best *x, const struct accounts *a)
{
	const struct sender_account *s;
	uint32_t brackets = ledger_find(&a->domains, STR("[]"));
	struct domains d;

	domains_init(&d, a);
	for (size_t at = 0; (s = accounts_sender(a, &at));)
		if (s->sent > 0)
			add_host(&d, brackets, s->domain, accounts_bare(ledger_name(
			    &a->senders, s->name)), s->sent, s->sent_bytes,
			    s->last_ns);
	domains_offer(&d, x);
	domains_clear(&d);
}

static void
offer_recipient_hosts(struct best *x, const struct accounts *a)
{
	const struct recipient_account *r;
	uint32_t brackets = ledger_find(&a->domains, STR("[]"));
	struct domains d;

	domains_init(&d, a);
	for (size_t at = 0; (r = accounts_recipient(a, &at));)
		if (r->sent > 0)
			add_host(&d, brackets, r->domain, ledger_name(&a->recipients,
			    r->name), r->sent, r->bytes, r->last_ns);
	domains_offer(&d, x);
	domains_clear(&d);
}

static void
add_sender(struct league_row *row, const struct sender_account *s)
{
	row->count[MAIL_MAILS] += s->sent;
	row->count[MAIL_BYTES] += (uint64_t)s->sent_bytes;
	row->count[MAIL_SIZED] += s->sent;
	league_see(row, s->last_ns, s->last_ns);
}

/* Of all uids that sent as one. */
static void
offer_senders(struct best *x, const struct accounts *a)
{
	for (uint32_t i = 0; i < ledger_n(&a->senders); i++) {
		const struct sender_account *s = ledger_at(&a->senders, i);
		struct league_row row = league_row_empty();

		if (!s->used)
			continue;
		add_sender(&row, s);
		while (s->other > 0) {
			s = ledger_at(&a->more_senders, s->other);
			add_sender(&row, s);
		}
		if (row.count[MAIL_MAILS] == 0 || !best_wants(x, &row))
			continue;
		row.label = accounts_bare(ledger_name(&a->senders, i));
		best_add(x, &row);
	}
}

/* Of both channels. */
static void
offer_recipients(struct best *x, const struct accounts *a)
{
	for (uint32_t i = 0; i < ledger_n(&a->recipients); i++) {
		const struct recipient_account *r = ledger_at(&a->recipients,
		    i), *other = r->other ? &a->others[r->other - 1] : NULL;
		struct league_row row = league_row_empty();

		row.count[MAIL_MAILS] = r->sent;
		row.count[MAIL_BYTES] = (uint64_t)r->bytes;
		row.last_ns = r->last_ns;
		if (other) {
			row.count[MAIL_MAILS] += other->sent;
			row.count[MAIL_BYTES] += (uint64_t)other->bytes;
			league_see(&row, other->last_ns, other->last_ns);
		}
		row.count[MAIL_SIZED] = row.count[MAIL_MAILS];
		if (row.count[MAIL_MAILS] == 0 || !best_wants(x, &row))
			continue;
		row.label = ledger_name(&a->recipients, i);
		best_add(x, &row);
	}
}

typedef void offer_fn(struct best *x, const struct accounts *a);

static void
name_table(struct build *b, struct section *s, const char *name,
    const char *title, const char *first, offer_fn *offer)
{
	struct best x;

	best_init(&x, mail_by_mails, build_top(b, QMAIL_TOP));
	offer(&x, tally_accounts(b->tally));
	mail_name_table(b, s, &(struct mail_table){ name, title, first }, &x);
	best_clear(&x);
}

void
section_hosts(struct build *b, struct section *s)
{
	bool queue = mail_has_queue(b);

	if (queue) {
		name_table(b, s, NULL, "Sending", "Host", offer_sender_hosts);
		name_table(b, s, "receiving", "Receiving", "Host",
		    offer_recipient_hosts);
	}
	if (mail_has_incoming(b))
		mail_in_hosts(b, s, queue);
}

void
section_senders(struct build *b, struct section *s)
{
	bool queue = mail_has_queue(b);

	if (queue) {
		name_table(b, s, NULL, NULL, "Address", offer_senders);
		name_table(b, s, "domains", "By domain", "Domain",
		    offer_sender_hosts);
	}
	if (mail_has_incoming(b))
		mail_in_senders(b, s, queue);
}

void
section_receivers(struct build *b, struct section *s)
{
	bool queue = mail_has_queue(b);

	if (queue) {
		name_table(b, s, NULL, NULL, "Address", offer_recipients);
		name_table(b, s, "domains", "By domain", "Domain",
		    offer_recipient_hosts);
	}
	if (mail_has_incoming(b))
		mail_in_receivers(b, s, queue);
}
