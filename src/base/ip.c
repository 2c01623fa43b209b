/*
 * ip.c - addresses and networks.
 *
 * The ranges are those of the IANA special-purpose address registries
 * (RFC 6890 and what updates it).
 */
#include "base/ip.h"

#include <arpa/inet.h>
#include <endian.h>

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The first 12 bytes of an IPv4 address in its mapped form. */
#define V4_PREFIX 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
#define V4_PREFIX_BITS 96

#define V4(a, b, c, d, n) { { { V4_PREFIX, a, b, c, d } }, V4_PREFIX_BITS + (n) }
/* The first four bytes; those behind them are 0. */
#define V6(a, b, c, d, n) { { { a, b, c, d } }, (n) }

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct ip_net private_nets[] = {
	V4(10, 0, 0, 0, 8),	  /* RFC 1918 */
	V4(172, 16, 0, 0, 12),	  /* RFC 1918 */
	V4(192, 168, 0, 0, 16),	  /* RFC 1918 */
	V4(169, 254, 0, 0, 16),	  /* RFC 3927, link-local */
	V6(0xfc, 0, 0, 0, 7),	  /* RFC 4193, unique local */
	V6(0xfe, 0x80, 0, 0, 10), /* RFC 4291, link-local */
};

static const struct ip_net loopback_nets[] = {
	V4(127, 0, 0, 0, 8),
	{ { { [15] = 1 } }, 128 },
};

/*
 * The networks for documentation (RFC 5737, RFC 3849) are not here: examples
 * and tests are written with them and have to behave like the real thing.
 */
static const struct ip_net reserved_nets[] = {
	V4(0, 0, 0, 0, 8),	  /* RFC 1122, "this network" */
	V4(100, 64, 0, 0, 10),	  /* RFC 6598, shared */
	V4(192, 0, 0, 0, 24),	  /* RFC 6890, IETF protocols */
	V4(198, 18, 0, 0, 15),	  /* RFC 2544, benchmarks */
	V4(224, 0, 0, 0, 4),	  /* RFC 5771, multicast */
	V4(240, 0, 0, 0, 4),	  /* RFC 1112, reserved, and broadcast */
	V6(0, 0, 0, 0, 8),	  /* RFC 4291, unspecified and reserved */
	V6(0x01, 0, 0, 0, 8),	  /* RFC 4291, reserved; RFC 6666, discard */
	V6(0xfe, 0xc0, 0, 0, 10), /* RFC 3879, once site-local */
	V6(0xff, 0, 0, 0, 8),	  /* RFC 4291, multicast */
};

/* inet_pton is as strict as we want, but needs a NUL behind the text. */
static bool
parse_v6(struct str s, void *address)
{
	char text[INET6_ADDRSTRLEN];

	if (s.n == 0 || s.n >= sizeof(text) || memchr(s.p, '\0', s.n) != NULL)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return inet_pton(AF_INET6, text, address) == 1;
}

/*
 * The number whose n digits, 1 to 3, end before end; -1 if it is above 255 or
 * has a leading zero (octal to some).  What is read in front of short ones
 * does not count; whether they are short is no branch, for nothing foretells it.
 */
static int
octet(const uint8_t *end, unsigned n)
{
	int ones = end[-1] - '0';
	int tens = n > 1 ? end[-2] - '0' : 0;
	int hundreds = n > 2 ? end[-3] - '0' : 0;
	int value = hundreds * 100 + tens * 10 + ones;
	int least = n > 2 ? 100 : n > 1 ? 10 : 0;

	return value >= least && value <= 255 ? value : -1;
}

#define V4_LONGEST (sizeof("255.255.255.255") - 1)

/* Which of the n bytes at p are points; false if others are no digits. */
static bool
find_points(const uint8_t p[16], size_t n, unsigned *points)
{
	unsigned digits = 0;

#ifdef __SSE2__
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i above = _mm_sub_epi8(v, _mm_set1_epi8('0'));

	*points = (unsigned)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(v, _mm_set1_epi8('.')));
	digits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(
	    _mm_min_epu8(above, _mm_set1_epi8(9)), above));
#else
	*points = 0;
	for (unsigned i = 0; i < 16; i++) {
		*points |= (unsigned)(p[i] == '.') << i;
		digits |= (unsigned)((uint8_t)(p[i] - '0') <= 9) << i;
	}
#endif
	return (*points | digits) == (1U << n) - 1;
}

/*
 * What most lines of a log hold, so not by inet_pton; as strict as that is.
 */
static bool
parse_v4(struct str s, uint8_t quad[4])
{
	uint8_t text[3 + 16] = { 0 }, *p = text + 3;
	unsigned points, begin = 0;

	if (s.n < sizeof("0.0.0.0") - 1 || s.n > V4_LONGEST)
		return false;
	memcpy(p, s.p, s.n);
	if (!find_points(p, s.n, &points) || __builtin_popcount(points) != 3)
		return false;
	points |= 1U << s.n;
	for (int i = 0; i < 4; i++, points &= points - 1) {
		unsigned end = (unsigned)__builtin_ctz(points);
		unsigned n = end - begin;
		int value = n - 1 < 3 ? octet(p + end, n) : -1;

		if (value < 0)
			return false;
		quad[i] = (uint8_t)value;
		begin = end + 1;
	}
	return true;
}

bool
ip_parse(struct str s, struct ip *ip)
{
	struct ip found = { { V4_PREFIX } };

	if (!parse_v4(s, found.b + 12) && (str_index(s, ':') == s.n ||
	    !parse_v6(s, found.b)))
		return false;
	*ip = found;
	return true;
}

/* Eight bytes as a number, so that a prefix is its high bits. */
static uint64_t
half(const struct ip *ip, int which)
{
	uint64_t v;

	memcpy(&v, ip->b + 8 * which, sizeof(v));
	return be64toh(v);
}

bool
ip_is_v4(const struct ip *ip)
{
	return half(ip, 0) == 0 && half(ip, 1) >> 32 == 0xffff;
}

static unsigned
group(const struct ip *ip, int i)
{
	return (unsigned)ip->b[2 * i] << 8 | ip->b[2 * i + 1];
}

/*
 * The groups to be written as "::", from *begin: the longest run of zeros,
 * the first of equals, and never a single one (RFC 5952 4.2).
 */
static int
longest_zero_run(const struct ip *ip, int *begin)
{
	int longest = 1;

	*begin = 8;
	for (int i = 0; i < 8; i++) {
		int n = 0;

		while (i + n < 8 && group(ip, i + n) == 0)
			n++;
		if (n > longest) {
			longest = n;
			*begin = i;
		}
		i += n;
	}
	return longest;
}

/*
 * Unlike inet_ntop's, the result has no dotted quad in "::1:2", which is not
 * an IPv4 address since RFC 4291 2.5.5.1 has given up that form.
 */
static void
format_v6(struct buf *b, const struct ip *ip)
{
	int zeros_begin;
	int n_zeros = longest_zero_run(ip, &zeros_begin);

	for (int i = 0; i < 8; i++) {
		if (i == zeros_begin) {
			buf_add(b, "::", 2);
			i += n_zeros - 1;
			continue;
		}
		if (i > 0 && i != zeros_begin + n_zeros)
			buf_add_char(b, ':');
		buf_printf(b, "%x", group(ip, i));
	}
}

void
ip_format(struct buf *b, const struct ip *ip)
{
	if (ip_is_v4(ip))
		buf_printf(b, "%d.%d.%d.%d", ip->b[12], ip->b[13], ip->b[14],
		    ip->b[15]);
	else
		format_v6(b, ip);
}

static void
clear_bits_from(struct ip *ip, unsigned bits)
{
	for (unsigned i = bits / 8; i < sizeof(ip->b); i++) {
		unsigned keep = i == bits / 8 ? bits % 8 : 0;

		ip->b[i] &= (uint8_t)(0xff00u >> keep);
	}
}

bool
ip_net_parse(struct str s, struct ip_net *net)
{
	struct str rest = s, address, bits_text;
	struct ip ip;
	uint32_t bits, most;

	str_cut(&rest, '/', &address);
	bits_text = rest;
	if (!ip_parse(address, &ip))
		return false;
	/* By the text: "::ffff:0:0/96" counts its bits as IPv6 does. */
	most = str_index(address, ':') < address.n ? 128 : 32;
	bits = most;
	if (bits_text.p != NULL && (!num_u32(bits_text, &bits) || bits > most))
		return false;
	net->bits = (uint8_t)(128 - most + bits);
	net->ip = ip;
	clear_bits_from(&net->ip, net->bits);
	return true;
}

bool
ip_net_has(const struct ip_net *net, const struct ip *ip)
{
	uint64_t high = half(&net->ip, 0) ^ half(ip, 0);
	uint64_t low = half(&net->ip, 1) ^ half(ip, 1);

	if (net->bits < V4_PREFIX_BITS && ip_is_v4(ip))
		return false;
	if (net->bits <= 64)
		return net->bits == 0 || high >> (64 - net->bits) == 0;
	return high == 0 && low >> (128 - net->bits) == 0;
}

void
ip_net_format(struct buf *b, const struct ip_net *net)
{
	bool v4 = net->bits >= V4_PREFIX_BITS && ip_is_v4(&net->ip);

	ip_format(b, &net->ip);
	if (net->bits < 128)
		buf_printf(b, "/%d", v4 ? net->bits - V4_PREFIX_BITS : net->bits);
}

struct ip_net
ip_net_of(const struct ip *ip, int v4_bits, int v6_bits)
{
	int bits = ip_is_v4(ip) ? V4_PREFIX_BITS + v4_bits : v6_bits;
	struct ip_net net = { *ip, (uint8_t)bits };

	assert(v4_bits >= 0 && v4_bits <= 32 && v6_bits >= 0 && v6_bits <= 128);
	clear_bits_from(&net.ip, net.bits);
	return net;
}

static bool
any_has(const struct ip_net *nets, size_t n, const struct ip *ip)
{
	for (size_t i = 0; i < n; i++) {
		if (ip_net_has(&nets[i], ip))
			return true;
	}
	return false;
}

bool
ip_is_private(const struct ip *ip)
{
	return any_has(private_nets, COUNT(private_nets), ip);
}

bool
ip_is_loopback(const struct ip *ip)
{
	return any_has(loopback_nets, COUNT(loopback_nets), ip);
}

bool
ip_is_public(const struct ip *ip)
{
	return !ip_is_private(ip) && !ip_is_loopback(ip) &&
	    !any_has(reserved_nets, COUNT(reserved_nets), ip);
}
