#include "dns/packet.h"

#include <arpa/nameser.h>

/* What is left of a packet. */
struct rest {
	const uint8_t *p;
	size_t n;
};

static uint32_t
get16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t
get32(const uint8_t *p)
{
	return get16(p) << 16 | get16(p + 2);
}

/* Never more than is there; then nothing is left, and nothing more is found. */
static void
skip(struct rest *r, size_t n)
{
	if (n > r->n)
		n = r->n;
	r->p += n;
	r->n -= n;
}

/* Labels, and at their end a zero or a pointer of two bytes (RFC 1035, 4.1.4). */
static void
skip_name(struct rest *r)
{
	while (r->n > 0 && r->p[0] != 0 && (r->p[0] & NS_CMPRSFLGS) == 0)
		skip(r, (size_t)r->p[0] + 1);
	if (r->n > 0)
		skip(r, r->p[0] == 0 ? 1 : 2);
}

uint32_t
packet_negative_ttl(const uint8_t *packet, size_t n)
{
	struct rest r = { packet, n };
	uint32_t questions, records;

	if (n < NS_HFIXEDSZ)
		return 0;
	questions = get16(packet + 4);
	records = get16(packet + 6) + get16(packet + 8);
	skip(&r, NS_HFIXEDSZ);
	while (questions-- > 0 && r.n > 0) {
		skip_name(&r);
		skip(&r, NS_QFIXEDSZ);
	}
	while (records-- > 0) {
		/* type, class, TTL, length of what follows */
		const uint8_t *record;
		uint32_t length;

		skip_name(&r);
		record = r.p;
		if (r.n < NS_RRFIXEDSZ)
			return 0;
		length = get16(record + 8);
		skip(&r, NS_RRFIXEDSZ);
		if (r.n < length)
			return 0;
		skip(&r, length);
		if (get16(record) == ns_t_soa && length >= 20) {
			uint32_t ttl = get32(record + 4);
			uint32_t minimum = get32(r.p - 4);

			return ttl < minimum ? ttl : minimum;
		}
	}
	return 0;
}
