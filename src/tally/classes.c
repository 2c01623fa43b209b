#include "tally/classes.h"

#include <assert.h>
#include <stdlib.h>

#include "event/address.h"
#include "event/event.h"

/* To be raised when origin.c or category.c judge otherwise than before. */
#define RULES_VERSION 1

/* RFC 1035 2.3.4: no name of ours can be longer. */
#define DOMAIN_BYTES 256

static const char *const default_networks[] = {
	"10.0.0.0/8",
	"172.16.0.0/12",
	"192.168.0.0/16",
	"fc00::/7",
	"fe80::/10",
};

static struct str
arena_folded(struct arena *a, struct str s)
{
	char *to = arena_alloc(a, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		to[i] = str_lower(s.p[i]);
	to[s.n] = '\0';
	return str_make(to, s.n);
}

void
classes_init(struct classes *c)
{
	size_t n = sizeof(default_networks) / sizeof(*default_networks);
	bool ok;

	*c = (struct classes){
		.fetchmail_marker = STR("FETCHMAIL"),
		.mailman_marker = STR("bounces"),
		.dmarc_marker = STR("dmarc"),
		.webmail_address = STR("127.0.0.1"),
		.tag_level_milli = EVENT_NO_NUMBER,
		.reject_level_milli = EVENT_NO_NUMBER,
	};
	ok = ip_parse(STR("127.0.0.200"), &c->fetchmail_ip);
	assert(ok);
	for (size_t i = 0; i < n; i++) {
		struct ip_net net;

		ok = ip_net_parse(str_from(default_networks[i]), &net);
		assert(ok);
		classes_add_local_network(c, &net);
	}
}

void
classes_clear(struct classes *c)
{
	arena_clear(&c->arena);
	free(c->local_domains);
	free(c->mxbackup_domains);
	free(c->local_networks);
	free(c->dmarc_addresses);
	free(c->rules);
	free(c->extra_categories);
	*c = (struct classes){ 0 };
}

/* ---- domains of ours ---- */

/* By length first: most look-ups then end without looking at the bytes. */
static int
domain_order(struct str a, struct str b)
{
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return memcmp(a.p, b.p, a.n);
}

/* The index of name, or of where it would stand. */
static size_t
domain_place(const struct own_domain *domains, size_t n, struct str name)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (domain_order(domains[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct own_domain *
domain_find(const struct own_domain *domains, size_t n, struct str name)
{
	size_t i = domain_place(domains, n, name);

	return i < n && str_eq(domains[i].name, name) ? &domains[i] : NULL;
}

static void
domain_add(struct classes *c, struct own_domain **domains, size_t *n,
    size_t *cap, struct str domain)
{
	struct own_domain new = { .sub = str_starts(domain, STR(".")) };
	size_t i;

	if (new.sub)
		domain = str_skip(domain, 1);
	if (str_ends(domain, STR(".")))
		domain.n--;
	if (domain.n == 0)
		return;
	new.name = arena_folded(&c->arena, domain);
	i = domain_place(*domains, *n, new.name);
	if (i < *n && str_eq((*domains)[i].name, new.name)) {
		(*domains)[i].sub |= new.sub;
		return;
	}
	*domains = mem_grow(*domains, *n, cap, sizeof(**domains));
	memmove(*domains + i + 1, *domains + i, (*n - i) * sizeof(**domains));
	(*domains)[i] = new;
	(*n)++;
}

void
classes_add_local_domain(struct classes *c, struct str domain)
{
	domain_add(c, &c->local_domains, &c->n_local_domains,
	    &c->cap_local_domains, domain);
}

void
classes_add_mxbackup_domain(struct classes *c, struct str domain)
{
	domain_add(c, &c->mxbackup_domains, &c->n_mxbackup_domains,
	    &c->cap_mxbackup_domains, domain);
}

/* Writes name to to in lower case; empty if it is too long to be ours. */
static struct str
fold_domain(char to[DOMAIN_BYTES], struct str name)
{
	if (str_ends(name, STR(".")))
		name.n--;
	if (name.n > DOMAIN_BYTES)
		return str_make(to, 0);
	for (size_t i = 0; i < name.n; i++)
		to[i] = str_lower(name.p[i]);
	return str_make(to, name.n);
}

/* Takes the first label off; false when there was only one. */
static bool
domain_up(struct str *domain)
{
	size_t dot = str_index(*domain, '.');

	if (dot == domain->n)
		return false;
	*domain = str_skip(*domain, dot + 1);
	return true;
}

bool
classes_host_is_local(const struct classes *c, struct str host)
{
	char folded[DOMAIN_BYTES];
	struct str domain;

	if (c->n_local_domains == 0 || host.n == 0)
		return false;
	domain = fold_domain(folded, host);
	do {
		if (domain_find(c->local_domains, c->n_local_domains, domain))
			return true;
	} while (domain_up(&domain));
	return false;
}

enum domain_type
classes_domain(const struct classes *c, struct str domain)
{
	char folded[DOMAIN_BYTES];
	struct str name = fold_domain(folded, domain);
	const struct own_domain *found;

	if (name.n == 0 || c->n_local_domains + c->n_mxbackup_domains == 0)
		return DOMAIN_OTHER;
	if (domain_find(c->local_domains, c->n_local_domains, name))
		return DOMAIN_LOCAL;
	if (domain_find(c->mxbackup_domains, c->n_mxbackup_domains, name))
		return DOMAIN_MXBACKUP;
	while (domain_up(&name)) {
		found = domain_find(c->local_domains, c->n_local_domains, name);
		if (found != NULL && found->sub)
			return DOMAIN_LOCAL;
		found = domain_find(c->mxbackup_domains, c->n_mxbackup_domains,
		    name);
		if (found != NULL && found->sub)
			return DOMAIN_MXBACKUP_SUB;
	}
	return DOMAIN_OTHER;
}

/* ---- other lists ---- */

void
classes_add_local_network(struct classes *c, const struct ip_net *net)
{
	for (size_t i = 0; i < c->n_local_networks; i++) {
		if (c->local_networks[i].bits == net->bits &&
		    memcmp(&c->local_networks[i].ip, &net->ip, sizeof(net->ip)) == 0)
			return;
	}
	ARRAY_PUSH(c->local_networks, c->n_local_networks,
	    c->cap_local_networks) = *net;
}

void
classes_add_dmarc_address(struct classes *c, struct str address)
{
	struct str bare = address_bare(address);

	for (size_t i = 0; i < c->n_dmarc_addresses; i++) {
		if (str_eq_nocase(c->dmarc_addresses[i], bare))
			return;
	}
	ARRAY_PUSH(c->dmarc_addresses, c->n_dmarc_addresses,
	    c->cap_dmarc_addresses) = arena_folded(&c->arena, bare);
}

/* ---- fingerprint ---- */

/* FNV-1a, 64 bit: defined byte by byte, so the same everywhere. */
static uint64_t
hash_bytes(uint64_t h, const void *p, size_t n)
{
	const unsigned char *at = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ at[i]) * UINT64_C(0x100000001b3);
	return h;
}

static uint64_t
hash_number(uint64_t h, int64_t number)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)((uint64_t)number >> (8 * i));
	return hash_bytes(h, bytes, sizeof(bytes));
}

/* The length goes in too, or "ab", "c" would be "a", "bc". */
static uint64_t
hash_text(uint64_t h, struct str s)
{
	return hash_bytes(hash_number(h, (int64_t)s.n), s.p, s.n);
}

/* What starts the hash of one element of the list called tag. */
static uint64_t
hash_element(char tag)
{
	return hash_bytes(UINT64_C(0xcbf29ce484222325), &tag, 1);
}

static uint64_t
hash_domains(char tag, const struct own_domain *domains, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		sum += hash_text(hash_number(hash_element(tag), domains[i].sub),
		    domains[i].name);
	}
	return sum;
}

static uint64_t
hash_networks(const struct classes *c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < c->n_local_networks; i++) {
		const struct ip_net *net = &c->local_networks[i];

		sum += hash_bytes(hash_number(hash_element('n'), net->bits),
		    net->ip.b, sizeof(net->ip.b));
	}
	return sum;
}

static uint64_t
hash_categories(const struct classes *c)
{
	uint64_t sum = 0;

	/* Their order counts: the number of a category is a key of tallies. */
	for (size_t i = 0; i < c->n_extra_categories; i++) {
		sum += hash_text(hash_number(hash_element('c'), (int64_t)i),
		    c->extra_categories[i]);
	}
	for (size_t i = 0; i < c->n_rules; i++) {
		sum += hash_text(hash_number(hash_element('r'),
		    c->rules[i].category), c->rules[i].plugin);
	}
	return sum;
}

/* Lists as sums over their elements, so that their order does not matter. */
uint64_t
classes_fingerprint(const struct classes *c)
{
	uint64_t h = hash_number(hash_element('v'), RULES_VERSION);
	uint64_t addresses = 0;

	for (size_t i = 0; i < c->n_dmarc_addresses; i++)
		addresses += hash_text(hash_element('a'), c->dmarc_addresses[i]);
	h = hash_bytes(h, c->fetchmail_ip.b, sizeof(c->fetchmail_ip.b));
	h = hash_text(h, c->fetchmail_marker);
	h = hash_text(h, c->mailman_marker);
	h = hash_text(h, c->dmarc_marker);
	h = hash_text(h, c->webmail_address);
	h = hash_number(h, c->tag_level_milli);
	h = hash_number(h, c->case_sensitive_local);
	h = hash_number(h, (int64_t)addresses);
	h = hash_number(h, (int64_t)hash_domains('l', c->local_domains,
	    c->n_local_domains));
	h = hash_number(h, (int64_t)hash_domains('m', c->mxbackup_domains,
	    c->n_mxbackup_domains));
	h = hash_number(h, (int64_t)hash_networks(c));
	return hash_number(h, (int64_t)hash_categories(c));
}
