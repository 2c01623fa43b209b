/*
 * ip.h - addresses of both families, networks, and their text.
 */
#ifndef BASE_IP_H
#define BASE_IP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct buf;

/*
 * IPv4 addresses are kept as IPv4-mapped IPv6 (::ffff:a.b.c.d), as RFC 4291
 * 2.5.5.2 lays them out, so that one comparison serves both and a mapped
 * address and its plain form are the same client (spec/reports.md A.5).
 */
struct ip {
	uint8_t b[16];
};

struct ip_net {
	struct ip ip;
	uint8_t bits; /* 0 to 128; an IPv4 prefix of n bits is 96 + n */
};

/* Strict: dotted quads without leading zeros, RFC 4291 text, no zone id. */
bool ip_parse(struct str s, struct ip *ip);
bool ip_is_v4(const struct ip *ip);
/* IPv4 dotted, IPv6 as RFC 5952 wants it.  Appends to b. */
void ip_format(struct buf *b, const struct ip *ip);

/* "10.0.0.0/8", "fc00::/7", or an address alone; bits beyond it are cleared. */
bool ip_net_parse(struct str s, struct ip_net *net);
/* A network of less than 96 bits has no IPv4 address in it, not even "::/0". */
bool ip_net_has(const struct ip_net *net, const struct ip *ip);
/* As ip_net_parse reads it; without "/32" or "/128". */
void ip_net_format(struct buf *b, const struct ip_net *net);
/* The network of ip with v4_bits or v6_bits, as its family has it. */
struct ip_net ip_net_of(const struct ip *ip, int v4_bits, int v6_bits);

/* RFC 1918, RFC 4193, link-local: the default of local_networks (B.2). */
bool ip_is_private(const struct ip *ip);
bool ip_is_loopback(const struct ip *ip);
/*
 * Neither private, loopback, shared (100.64/10), reserved nor multicast.  The
 * documentation networks (192.0.2.0/24 ...) count as public.
 */
bool ip_is_public(const struct ip *ip);

#endif
