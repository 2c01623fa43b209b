/*
 * handover.h - which host handed a message to this server (spec/reports.md
 * C.21), from its Received: fields.
 *
 * Fields are added on top, so they are read from the top, and only as long as
 * each was written by a host of ours: whatever stands below the one that tells
 * of a strange client was written by strangers, who may name us in it.  A
 * field that tells of a relay of ours, or of this host itself (a filter hands
 * mail back to it), leads on to the next; one that tells of another client in
 * our networks does not, for such a one is no server.
 */
#ifndef MAILDIR_HANDOVER_H
#define MAILDIR_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "base/str.h"

struct buf;

/* Who "ours" is.  Names in any case; localhost, and loopback, always are. */
struct own_hosts {
	const struct str *names;    /* whole, or the first label of one */
	size_t n_names;
	const struct str *domains;  /* names that are one, or below one */
	size_t n_domains;
	const struct ip_net *networks;
	size_t n_networks;
	const struct ip_net *relays; /* hosts that hand mail on to us */
	size_t n_relays;
};

bool own_hosts_has_name(const struct own_hosts *own, struct str name);
/* In one of the networks, or an address that is nobody's in public. */
bool own_hosts_has_ip(const struct own_hosts *own, const struct ip *ip);

enum handover_kind {
	HANDOVER_CLIENT,  /* from a strange client: ip */
	HANDOVER_AUTH,	  /* from an authenticated user: perhaps user, perhaps ip */
	HANDOVER_LOCAL,	  /* from ourselves: perhaps ip, perhaps how */
	HANDOVER_NONE,	  /* no field of ours: a sent item, or by is not ours */
	HANDOVER_UNKNOWN  /* a field of ours that has no address */
};

/* The texts are the header's, or literals. */
struct handover {
	enum handover_kind kind;
	bool has_ip;
	struct ip ip;
	struct str user; /* HANDOVER_AUTH; absent: it is not told */
	struct str by;	 /* HANDOVER_NONE: who wrote the topmost field; absent:
			  * there is none */
};

void handover_find(struct str header, const struct own_hosts *own,
    struct handover *h);

#endif
