/*
 * packet.h - what c-ares does not read of an answer (RFC 1035, 4).
 */
#ifndef DNS_PACKET_H
#define DNS_PACKET_H

#include <stddef.h>
#include <stdint.h>

/*
 * How many seconds "there is none" may be believed: the smaller one of the TTL
 * and of the last number of the SOA record in the authority section (RFC 2308,
 * 5).  0 where there is no such record.  Any n bytes.
 */
uint32_t packet_negative_ttl(const uint8_t *packet, size_t n);

#endif
