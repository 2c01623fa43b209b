/*
 * origin.c - where a message came from (spec/reports.md B.2).
 *
 * The rules are asked in the order of the spec, the first that holds wins.
 */
#include <assert.h>

#include "event/address.h"
#include "event/event.h"
#include "tally/classes.h"

static const char *const origin_titles[ORIGINS] = {
	[ORIGIN_FETCHMAIL] = "Fetchmail",
	[ORIGIN_WEBMAIL] = "WebMail",
	[ORIGIN_MAILMAN] = "Mailman",
	[ORIGIN_LOCAL] = "Local",
	[ORIGIN_RELAY] = "Relay",
	[ORIGIN_DMARC] = "DMARC report",
	[ORIGIN_EXTERNAL] = "External",
};

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
	return classes_host_is_local(c, ev->host);
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
#define SHORTEST_V4 (sizeof("10.0.0.0") - 1)

/* Could a run of that many stand in it?  Then every so manieth is of one. */
static bool
may_name_v4(struct str helo)
{
	for (size_t i = SHORTEST_V4 - 1; i < helo.n; i += SHORTEST_V4)
		if (is_digit(helo.p[i]) || helo.p[i] == '.')
			return true;
	return false;
}

static bool
names_private_v4(struct str helo)
{
	if (!may_name_v4(helo))
		return false;
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
		if (last - i >= SHORTEST_V4 &&
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
