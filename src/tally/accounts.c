#include "tally/accounts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "tally/provider.h"

/* ---- names ---- */

struct str
accounts_domain_of(struct str address)
{
	const char *at = address.n ? memrchr(address.p, '@', address.n) : NULL;

	return at ? str_span(at + 1, address.p + address.n) : str_none();
}

struct str
accounts_bare(struct str sender)
{
	if (sender.n > 2 && sender.p[0] == '<' && sender.p[sender.n - 1] == '>')
		return str_make(sender.p + 1, sender.n - 2);
	return sender;
}

/* ---- life ---- */

void
accounts_init(struct accounts *a)
{
	*a = (struct accounts){ 0 };
	ledger_init(&a->recipients, sizeof(struct recipient_account));
	ledger_init(&a->senders, sizeof(struct sender_account));
	ledger_init(&a->more_senders, sizeof(struct sender_account));
	intern_init(&a->uids);
	ledger_init(&a->domains, sizeof(struct domain_account));
	ledger_init(&a->providers, sizeof(struct provider_account));
}

void
accounts_clear(struct accounts *a)
{
	for (uint32_t i = 0; i < ledger_n(&a->domains); i++) {
		struct domain_account *d = ledger_at(&a->domains, i);

		delays_clear(&d->delays);
	}
	for (uint32_t i = 0; i < ledger_n(&a->providers); i++) {
		struct provider_account *p = ledger_at(&a->providers, i);

		delays_clear(&p->delays);
	}
	ledger_clear(&a->recipients);
	ledger_clear(&a->senders);
	ledger_clear(&a->more_senders);
	intern_clear(&a->uids);
	ledger_clear(&a->domains);
	ledger_clear(&a->providers);
	free(a->others);
	*a = (struct accounts){ 0 };
}

void
accounts_seal(struct accounts *a)
{
	intern_seal(&a->recipients.names);
	intern_seal(&a->senders.names);
	intern_seal(&a->more_senders.names);
	intern_seal(&a->providers.names);
}

/* ---- accounts ---- */

static uint64_t
tries_of(const struct recipient_account *r)
{
	return r->sent + r->failed + r->deferred;
}

static struct recipient_account *
other_channel(struct accounts *a, struct recipient_account *r)
{
	if (r->other == 0) {
		struct recipient_account other = { .name = r->name,
			.domain = r->domain, .last_ns = WHEN_NONE,
			.channel = r->channel == CHANNEL_LOCAL
			? CHANNEL_REMOTE : CHANNEL_LOCAL };

		ARRAY_PUSH(a->others, a->n_others, a->cap_others) = other;
		r->other = (uint32_t)a->n_others;
	}
	return &a->others[r->other - 1];
}

struct recipient_account *
accounts_of_recipient(struct accounts *a, uint32_t number,
    enum channel channel)
{
	struct recipient_account *r = ledger_at(&a->recipients, number);

	if (tries_of(r) == 0)
		*r = (struct recipient_account){ .name = number,
			.channel = channel, .last_ns = WHEN_NONE,
			.domain = ledger_add(&a->domains, accounts_domain_of(
			    ledger_name(&a->recipients, number))) };
	return r->channel == channel ? r : other_channel(a, r);
}

static void
sender_begin(struct sender_account *s, uint32_t name, uint32_t uid,
    uint32_t domain)
{
	*s = (struct sender_account){ .used = true, .name = name,
		.domain = domain, .uid = uid, .last_ns = WHEN_NONE };
}

/* The chain says which uids a sender has; the ledger finds one of them. */
static struct sender_account *
other_uid(struct accounts *a, struct sender_account *first, uint32_t uid)
{
	uint32_t key[2] = { first->name, uid };
	uint32_t number = ledger_add(&a->more_senders,
	    str_make((const char *)key, sizeof(key)));
	struct sender_account *s = ledger_at(&a->more_senders, number);

	if (!s->used) {
		sender_begin(s, first->name, uid, first->domain);
		s->other = first->other;
		first->other = number;
	}
	return s;
}

struct sender_account *
accounts_of_sender(struct accounts *a, uint32_t number, uint32_t uid)
{
	struct sender_account *s = ledger_at(&a->senders, number);

	if (!s->used)
		sender_begin(s, number, uid, ledger_add(&a->domains,
		    accounts_domain_of(accounts_bare(ledger_name(&a->senders,
		    number)))));
	return s->uid == uid ? s : other_uid(a, s, uid);
}

uint32_t
accounts_provider_of(struct accounts *a, uint32_t domain)
{
	struct domain_account *d = ledger_at(&a->domains, domain);

	if (!d->known) {
		d->known = true;
		d->provider = ledger_add(&a->providers,
		    provider_of_domain(ledger_name(&a->domains, domain)));
	}
	return d->provider;
}

const struct recipient_account *
accounts_recipient(const struct accounts *a, size_t *at)
{
	size_t n = ledger_n(&a->recipients);

	while (*at < n) {
		const struct recipient_account *r =
		    ledger_at(&a->recipients, (uint32_t)(*at)++);

		if (tries_of(r) > 0)
			return r;
	}
	return *at - n < a->n_others ? &a->others[(*at)++ - n] : NULL;
}

const struct sender_account *
accounts_sender(const struct accounts *a, size_t *at)
{
	size_t n = ledger_n(&a->senders);

	while (*at < n + ledger_n(&a->more_senders)) {
		const struct sender_account *s = *at < n
		    ? ledger_at(&a->senders, (uint32_t)*at)
		    : ledger_at(&a->more_senders, (uint32_t)(*at - n));

		(*at)++;
		if (s->used)
			return s;
	}
	return NULL;
}

/* ---- merging ---- */

/* The numbers in l of all names of other; the caller's. */
static uint32_t *
translate(struct ledger *l, const struct ledger *other)
{
	size_t n = ledger_n(other);
	uint32_t *map = mem_alloc(n * sizeof(*map));

	for (uint32_t i = 0; i < n; i++)
		map[i] = ledger_add(l, ledger_name(other, i));
	return map;
}

static int64_t
later(int64_t a_ns, int64_t b_ns)
{
	return a_ns > b_ns ? a_ns : b_ns; /* WHEN_NONE is the smallest */
}

static void
merge_recipients(struct accounts *a, const struct accounts *other)
{
	uint32_t *map = translate(&a->recipients, &other->recipients);
	const struct recipient_account *from;

	for (size_t at = 0; (from = accounts_recipient(other, &at));) {
		struct recipient_account *to = accounts_of_recipient(a,
		    map[from->name], from->channel);

		to->sent += from->sent;
		to->failed += from->failed;
		to->deferred += from->deferred;
		to->bytes = num_add_signed(to->bytes, from->bytes);
		to->duration_ns = num_add_signed(to->duration_ns,
		    from->duration_ns);
		to->last_ns = later(to->last_ns, from->last_ns);
	}
	free(map);
}

static void
merge_senders(struct accounts *a, const struct accounts *other)
{
	uint32_t *map = translate(&a->senders, &other->senders);

	const struct sender_account *from;

	for (size_t at = 0; (from = accounts_sender(other, &at));) {
		struct sender_account *to = accounts_of_sender(a,
		    map[from->name], intern_add(&a->uids,
		    intern_get(&other->uids, from->uid)));

		to->messages += from->messages;
		to->bytes = num_add_signed(to->bytes, from->bytes);
		to->bytes_sent = num_add_signed(to->bytes_sent,
		    from->bytes_sent);
		to->bytes_done = num_add_signed(to->bytes_done,
		    from->bytes_done);
		to->done = num_add_signed(to->done, from->done);
		to->tries = num_add_signed(to->tries, from->tries);
		to->duration_ns = num_add_signed(to->duration_ns,
		    from->duration_ns);
		to->sent += from->sent;
		to->sent_bytes = num_add_signed(to->sent_bytes,
		    from->sent_bytes);
		to->last_ns = later(to->last_ns, from->last_ns);
	}
	free(map);
}

static void
merge_domains(struct accounts *a, const struct accounts *other)
{
	uint32_t *map = translate(&a->domains, &other->domains);

	for (uint32_t i = 0; i < ledger_n(&other->domains); i++) {
		const struct domain_account *from = ledger_at(&other->domains,
		    i);
		struct domain_account *to = ledger_at(&a->domains, map[i]);

		delays_merge(&to->delays, &from->delays);
	}
	free(map);
}

static void
merge_providers(struct accounts *a, const struct accounts *other)
{
	uint32_t *map = translate(&a->providers, &other->providers);

	for (uint32_t i = 0; i < ledger_n(&other->providers); i++) {
		const struct provider_account *from =
		    ledger_at(&other->providers, i);
		struct provider_account *to = ledger_at(&a->providers, map[i]);

		to->attempts += from->attempts;
		to->first += from->first;
		to->sent += from->sent;
		to->deferred += from->deferred;
		to->bounced += from->bounced;
		to->slow += from->slow;
		delays_merge(&to->delays, &from->delays);
	}
	free(map);
}

void
accounts_merge(struct accounts *a, const struct accounts *other)
{
	merge_recipients(a, other);
	merge_senders(a, other);
	merge_domains(a, other);
	merge_providers(a, other);
}
