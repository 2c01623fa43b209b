#include "maildir/handover.h"

#include "maildir/header.h"
#include "maildir/received.h"

/* A server adds some; more are a loop, or an attempt to keep us busy. */
#define FIELDS_MOST 200

/* ---- ours ---- */

static struct str
without_dot(struct str name)
{
	if (name.n > 0 && name.p[name.n - 1] == '.')
		name.n--;
	return name;
}

static bool
is_below(struct str name, struct str domain)
{
	return domain.n > 0 && name.n > domain.n &&
	    name.p[name.n - domain.n - 1] == '.' &&
	    str_ends_nocase(name, domain);
}

bool
own_hosts_has_name(const struct own_hosts *own, struct str name)
{
	name = without_dot(name);
	if (name.n == 0)
		return false;
	if (str_eq_nocase(name, STR("localhost")) ||
	    is_below(name, STR("localhost")) ||
	    str_eq_nocase(name, STR("localhost.localdomain")))
		return true;
	for (size_t i = 0; i < own->n_names; i++) {
		struct str ours = without_dot(own->names[i]);

		if (str_eq_nocase(name, ours) || str_eq_nocase(name,
		    str_head(ours, str_index(ours, '.'))))
			return true;
	}
	for (size_t i = 0; i < own->n_domains; i++)
		if (str_eq_nocase(name, own->domains[i]) ||
		    is_below(name, own->domains[i]))
			return true;
	return false;
}

bool
own_hosts_has_ip(const struct own_hosts *own, const struct ip *ip)
{
	for (size_t i = 0; i < own->n_networks; i++)
		if (ip_net_has(&own->networks[i], ip))
			return true;
	return !ip_is_public(ip);
}

static bool
is_relay(const struct own_hosts *own, const struct ip *ip)
{
	for (size_t i = 0; i < own->n_relays; i++)
		if (ip_net_has(&own->relays[i], ip))
			return true;
	return false;
}

/* ---- from the top ---- */

/* What one field adds; false: it decided. */
static bool
next_hop(struct handover *h, const struct received *r,
    const struct own_hosts *own)
{
	/* A program of this host; qmail's does not even say whose. */
	if (r->how == RECEIVED_LOCAL && r->by.p == NULL) {
		h->kind = HANDOVER_LOCAL;
		return true;
	}
	if (!own_hosts_has_name(own, r->by)) {
		if (h->kind == HANDOVER_NONE)
			h->by = r->by;
		return false;
	}
	h->kind = HANDOVER_LOCAL;
	if (r->how == RECEIVED_LOCAL)
		return true;
	h->has_ip = r->has_ip;
	h->ip = r->ip;
	h->user = r->user;
	if (r->authenticated) {
		h->kind = HANDOVER_AUTH;
		return false;
	}
	/* What was fetched came from our own mailbox elsewhere. */
	if (r->how == RECEIVED_FETCHED)
		return false;
	if (!r->has_ip) {
		h->kind = HANDOVER_UNKNOWN;
		return false;
	}
	if (ip_is_loopback(&r->ip) || is_relay(own, &r->ip))
		return true;
	if (!own_hosts_has_ip(own, &r->ip))
		h->kind = HANDOVER_CLIENT;
	return false;
}

void
handover_find(struct str header, const struct own_hosts *own,
    struct handover *h)
{
	struct header_field f;
	struct received r;
	bool more = true;

	*h = (struct handover){ .kind = HANDOVER_NONE, .user = str_none(),
		.by = str_none() };
	for (int n = 0; more && n < FIELDS_MOST && header_next(&header, &f);) {
		if (!str_eq_nocase(f.name, STR("Received")))
			continue;
		received_parse(f.body, &r);
		more = next_hop(h, &r, own);
		n++;
	}
}
