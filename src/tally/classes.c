#include "tally/classes.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "event/address.h"
#include "event/event.h"
#include "event/naughty.h"

/* To be raised when a rule below changes: stored tallies must not mix. */
#define RULES_VERSION 1

#define DEFAULT_TAG_LEVEL_MILLI 4000

/* RFC 1035 2.3.4: no name of ours can be longer. */
#define DOMAIN_BYTES 255

static const char *const category_titles[CATEGORIES] = {
	[CATEGORY_DMARC] = "DMARC-Rej.",
	[CATEGORY_VIRUS] = "Virus",
	[CATEGORY_LIST] = "RBL/DNS",
	[CATEGORY_EXECUTABLE] = "Execut.",
	[CATEGORY_COUNTRY] = "Geoip.",
	[CATEGORY_NONCONFORMING] = "Non.Conf.",
	[CATEGORY_LOAD] = "Rej.Load",
	[CATEGORY_KARMA] = "Karma",
	[CATEGORY_SPAM] = "Del.Spam",
	[CATEGORY_TAGGED] = "Qued.Spam?",
	[CATEGORY_HAM] = "Ham",
};

static const char *const origin_titles[ORIGINS] = {
	[ORIGIN_FETCHMAIL] = "Fetchmail",
	[ORIGIN_WEBMAIL] = "WebMail",
	[ORIGIN_MAILMAN] = "Mailman",
	[ORIGIN_LOCAL] = "Local",
	[ORIGIN_RELAY] = "Relay",
	[ORIGIN_DMARC] = "DMARC report",
	[ORIGIN_EXTERNAL] = "External",
};

static const char *const default_networks[] = {
	"10.0.0.0/8",
	"172.16.0.0/12",
	"192.168.0.0/16",
	"fc00::/7",
	"fe80::/10",
};

/*
 * B.3.  Sorted in byte order (classes_test.c checks it) for the binary
 * search; a star at the end stands for any rest, and a row without one goes
 * before.  What is not here is non-conforming and shown as unrecognised.
 */
static const struct category_row {
	const char *pattern;
	enum category category;
} category_rows[] = {
	{ "auth::*", CATEGORY_NONCONFORMING },
	{ "badcountries", CATEGORY_COUNTRY },
	{ "badmailfrom", CATEGORY_NONCONFORMING },
	{ "badrcptto", CATEGORY_NONCONFORMING },
	{ "check_badcountries", CATEGORY_COUNTRY },
	{ "check_badmailfrom", CATEGORY_NONCONFORMING },
	{ "check_badmailfrom_patterns", CATEGORY_NONCONFORMING },
	{ "check_badrcptto", CATEGORY_NONCONFORMING },
	{ "check_badrcptto_patterns", CATEGORY_NONCONFORMING },
	{ "check_basicheaders", CATEGORY_NONCONFORMING },
	{ "check_earlytalker", CATEGORY_NONCONFORMING },
	{ "check_goodrcptto", CATEGORY_NONCONFORMING },
	{ "check_goodrcptto extn", CATEGORY_NONCONFORMING },
	{ "check_norelay", CATEGORY_NONCONFORMING },
	{ "check_relay", CATEGORY_NONCONFORMING },
	{ "check_smtp_forward", CATEGORY_NONCONFORMING },
	{ "check_spamhelo", CATEGORY_NONCONFORMING },
	{ "count_unrecognized_commands", CATEGORY_NONCONFORMING },
	{ "dmarc", CATEGORY_DMARC },
	{ "dnsbl", CATEGORY_LIST },
	{ "dspam", CATEGORY_SPAM },
	{ "earlytalker", CATEGORY_NONCONFORMING },
	{ "headers", CATEGORY_NONCONFORMING },
	{ "helo", CATEGORY_NONCONFORMING },
	{ "ident::geoip", CATEGORY_COUNTRY },
	{ "karma", CATEGORY_KARMA },
	{ "loadcheck", CATEGORY_LOAD },
	{ "mailfrom", CATEGORY_NONCONFORMING },
	{ "naughty", CATEGORY_NONCONFORMING },
	{ "naughty-*", CATEGORY_NONCONFORMING },
	{ "naughty-dnsbl", CATEGORY_LIST },
	{ "naughty-geoip", CATEGORY_COUNTRY },
	{ "naughty-helo", CATEGORY_NONCONFORMING },
	{ "naughty-karma", CATEGORY_KARMA },
	{ "naughty-rhsbl", CATEGORY_LIST },
	{ "naughty-uribl", CATEGORY_LIST },
	{ "pattern_filter", CATEGORY_EXECUTABLE },
	{ "rcpt_ok", CATEGORY_NONCONFORMING },
	{ "relay", CATEGORY_NONCONFORMING },
	{ "relay_only", CATEGORY_NONCONFORMING },
	{ "require_resolvable_fromhost", CATEGORY_NONCONFORMING },
	{ "resolvable_fromhost", CATEGORY_NONCONFORMING },
	{ "rhsbl", CATEGORY_LIST },
	{ "sender_permitted_from", CATEGORY_NONCONFORMING },
	{ "spamassassin", CATEGORY_SPAM },
	{ "tls", CATEGORY_NONCONFORMING },
	{ "unrecognized_commands", CATEGORY_NONCONFORMING },
	{ "uribl", CATEGORY_LIST },
	{ "virus::*", CATEGORY_VIRUS },
	{ "virus::pattern_filter", CATEGORY_EXECUTABLE },
};

static const size_t n_category_rows =
    sizeof(category_rows) / sizeof(*category_rows);

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

/* Is host one of our domains or below one? */
static bool
host_is_ours(const struct classes *c, struct str host)
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

	if (name.n == 0)
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

/* ---- where it came from (B.2) ---- */

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

/* An unknown client (NULL) is from nowhere. */
static bool
is_outside(const struct ip *client)
{
	return client != NULL && !ip_is_private(client) &&
	    !ip_is_loopback(client);
}

static bool
is_from_here(const struct event *ev, const struct ip *client)
{
	if (client != NULL && ip_is_loopback(client))
		return true;
	return str_eq_nocase(ev->host, STR("localhost")) ||
	    str_eq_nocase(ev->host, STR("localhost.localdomain"));
}

/* The first byte is looked for first: where it is absent, that is all. */
static bool
contains(struct str text, struct str needle)
{
	return needle.n > 0 && str_index(text, needle.p[0]) < text.n &&
	    str_find(text, needle) < text.n;
}

static bool
is_fetchmail(const struct classes *c, const struct event *ev,
    const struct ip *client)
{
	static const struct ip none;

	if (client != NULL &&
	    memcmp(client, &c->fetchmail_ip, sizeof(*client)) == 0 &&
	    memcmp(client, &none, sizeof(none)) != 0)
		return true;
	/* With case: it is a mark of fetchmail's, and anyone may be called so. */
	return contains(ev->sender, c->fetchmail_marker);
}

static bool
has_marker(struct str text, struct str marker)
{
	return marker.n > 0 && str_find_nocase(text, marker) < text.n;
}

static bool
is_dmarc_recipient(const struct classes *c, struct str recipient)
{
	struct str bare = address_bare(recipient);

	for (size_t i = 0; i < c->n_dmarc_addresses; i++) {
		if (str_eq_nocase(c->dmarc_addresses[i], bare))
			return true;
	}
	return has_marker(bare, c->dmarc_marker);
}

static bool
is_dmarc_report(const struct classes *c, const struct event *ev)
{
	struct str rest = address_recipients(ev);
	struct str one;

	while (address_next(&rest, &one)) {
		if (is_dmarc_recipient(c, one))
			return true;
	}
	return false;
}

static bool
is_local(const struct classes *c, const struct event *ev,
    const struct ip *client)
{
	if (client != NULL) {
		for (size_t i = 0; i < c->n_local_networks; i++) {
			if (ip_net_has(&c->local_networks[i], client))
				return true;
		}
	}
	return host_is_ours(c, ev->host);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_private_literal(struct str s)
{
	struct ip ip;

	return ip_parse(s, &ip) && ip_is_private(&ip);
}

/*
 * "[192.168.1.20]", "192.168.1.20" and "pc-192.168.1.20.lan": a run of digits
 * and dots, whole, so that 110.0.0.1 does not hold 10.0.0.1.
 */
static bool
names_private_v4(struct str helo)
{
	const size_t shortest = sizeof("10.0.0.0") - 1;

	for (size_t i = 0, end; i < helo.n; i = end + 1) {
		size_t last;

		for (end = i; end < helo.n; end++) {
			if (!is_digit(helo.p[end]) && helo.p[end] != '.')
				break;
		}
		while (i < end && helo.p[i] == '.')
			i++;
		for (last = end; last > i && helo.p[last - 1] == '.'; last--)
			continue;
		if (last - i >= shortest &&
		    is_private_literal(str_span(helo.p + i, helo.p + last)))
			return true;
	}
	return false;
}

/* "[IPv6:fd00::1]" as RFC 5321 4.1.3 has it, or without its trimmings. */
static bool
names_private_v6(struct str helo)
{
	size_t open = str_index(helo, '[');
	struct str literal = helo;

	if (str_index(helo, ':') == helo.n)
		return false;
	if (open < helo.n)
		literal = str_skip(helo, open + 1);
	literal = str_head(literal, str_index(literal, ']'));
	if (str_eq_nocase(str_head(literal, 5), STR("IPv6:")))
		literal = str_skip(literal, 5);
	return is_private_literal(literal);
}

static bool
is_relay(const struct event *ev, const struct ip *client, bool queued)
{
	if (ev->authenticated)
		return true;
	return queued && is_outside(client) &&
	    (names_private_v4(ev->helo) || names_private_v6(ev->helo));
}

/* Does helo hold the address whole, and not as a part of a longer number? */
static bool
helo_names(struct str helo, struct str address)
{
	while (contains(helo, address)) {
		size_t at = str_find(helo, address);
		size_t end = at + address.n;

		if ((at == 0 || !is_digit(helo.p[at - 1])) &&
		    (end == helo.n || !is_digit(helo.p[end])))
			return true;
		helo = str_skip(helo, at + 1);
	}
	return false;
}

static bool
is_webmail(const struct classes *c, const struct event *ev,
    const struct ip *client, bool queued, bool from_here)
{
	if (queued && from_here)
		return true;
	return client != NULL && helo_names(ev->helo, c->webmail_address) &&
	    !ip_is_private(client);
}

enum origin
classes_origin(const struct classes *c, const struct event *ev)
{
	bool queued = str_eq(ev->disposition, STR("queued"));
	struct ip ip;
	const struct ip *client = ip_parse(ev->client, &ip) ? &ip : NULL;
	bool from_here = is_from_here(ev, client);

	if (is_fetchmail(c, ev, client))
		return ORIGIN_FETCHMAIL;
	if (from_here && has_marker(address_local(ev->sender), c->mailman_marker))
		return ORIGIN_MAILMAN;
	if (from_here && is_dmarc_report(c, ev))
		return ORIGIN_DMARC;
	if (is_local(c, ev, client))
		return ORIGIN_LOCAL;
	if (is_relay(ev, client, queued))
		return ORIGIN_RELAY;
	if (is_webmail(c, ev, client, queued, from_here))
		return ORIGIN_WEBMAIL;
	return ORIGIN_EXTERNAL;
}

const char *
origin_title(enum origin o)
{
	assert(o < ORIGINS);
	return origin_titles[o];
}

/* ---- where it ended (B.3) ---- */

struct str
category_title(const struct classes *c, int category)
{
	assert(category >= 0);
	if (category < CATEGORIES)
		return str_from(category_titles[category]);
	assert((size_t)category - CATEGORIES < c->n_extra_categories);
	return c->extra_categories[category - CATEGORIES];
}

/* A category by its title, made if there is none. */
static int
category_of_title(struct classes *c, struct str title)
{
	int n = CATEGORIES + (int)c->n_extra_categories;

	for (int i = 0; i < n; i++) {
		if (str_eq_nocase(category_title(c, i), title))
			return i;
	}
	ARRAY_PUSH(c->extra_categories, c->n_extra_categories,
	    c->cap_extra_categories) = arena_str(&c->arena, title);
	return n;
}

void
classes_add_rule(struct classes *c, struct str plugin, struct str category)
{
	int number = category_of_title(c, category);

	for (size_t i = 0; i < c->n_rules; i++) {
		if (str_eq(c->rules[i].plugin, plugin)) {
			c->rules[i].category = number;
			return;
		}
	}
	ARRAY_PUSH(c->rules, c->n_rules, c->cap_rules) = (struct category_rule){
		.plugin = arena_str(&c->arena, plugin),
		.category = number,
	};
}

static bool
star_matches(struct str pattern, struct str name)
{
	return str_ends(pattern, STR("*")) &&
	    str_starts(name, str_head(pattern, pattern.n - 1));
}

/* The rule of the configuration: the one without a star, else the longest. */
static const struct category_rule *
rule_find(const struct classes *c, struct str name)
{
	const struct category_rule *best = NULL;

	for (size_t i = 0; i < c->n_rules; i++) {
		const struct category_rule *r = &c->rules[i];

		if (str_eq(r->plugin, name))
			return r;
		if (star_matches(r->plugin, name) &&
		    (best == NULL || r->plugin.n > best->plugin.n))
			best = r;
	}
	return best;
}

/*
 * A star sorts before all that may stand in a plugin's name, so the row that
 * covers a name is above the place where the name would stand.
 */
static const struct category_row *
row_find(struct str name)
{
	size_t low = 0, high = n_category_rows;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct category_row *row = &category_rows[middle];
		int order = str_cmp(str_from(row->pattern), name);

		if (order == 0)
			return row;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low-- > 0 && name.n > 0) {
		const struct category_row *row = &category_rows[low];

		if (row->pattern[0] != name.p[0])
			break;
		if (star_matches(str_from(row->pattern), name))
			return row;
	}
	return NULL;
}

static int
queued_category(const struct classes *c, const struct event *ev)
{
	int64_t tag_level_milli = c->tag_level_milli;

	if (tag_level_milli == EVENT_NO_NUMBER)
		tag_level_milli = ev->required_milli;
	if (tag_level_milli == EVENT_NO_NUMBER)
		tag_level_milli = DEFAULT_TAG_LEVEL_MILLI;
	return ev->score_milli != EVENT_NO_NUMBER &&
	    ev->score_milli >= tag_level_milli ? CATEGORY_TAGGED : CATEGORY_HAM;
}

int
classes_category(const struct classes *c, const struct event *ev)
{
	char buffer[NAUGHTY_NAME_MAX];
	struct str name = ev->disposition;
	const struct category_rule *rule;
	const struct category_row *row;

	if (str_eq(name, STR("queued")))
		return queued_category(c, ev);
	if (naughty_is(name))
		name = naughty_name(buffer, ev->text);
	rule = rule_find(c, name);
	if (rule == NULL && naughty_is(ev->disposition))
		rule = rule_find(c, ev->disposition);
	if (rule != NULL)
		return rule->category;
	row = row_find(name);
	return row != NULL ? (int)row->category : CATEGORY_NONCONFORMING;
}

bool
classes_known_disposition(const struct classes *c, struct str disposition)
{
	return str_eq(disposition, STR("queued")) ||
	    rule_find(c, disposition) != NULL || row_find(disposition) != NULL;
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
