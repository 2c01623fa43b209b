/*
 * pack.h - numbers and texts as bytes, to be read back by any version on any
 * machine: what is saved of a scan, a tally or an event.
 *
 * Numbers take as many bytes as they need, seven bits each (LEB128; signed
 * ones with their sign in the lowest bit), texts their length in front.
 * An absent text is not an empty one.
 *
 * Reading never goes beyond the end: what is not there, or makes no sense, is
 * 0 or absent and sets bad, which is asked once, when all was read.
 */
#ifndef BASE_PACK_H
#define BASE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

#define PACK_NUMBER_MAX 10 /* bytes of a number */

/* Writes to p, where PACK_NUMBER_MAX bytes are; returns what is behind. */
static inline char *
pack_number(char *p, uint64_t v)
{
	while (v >= 0x80) {
		*p++ = (char)(v | 0x80);
		v >>= 7;
	}
	*p++ = (char)v;
	return p;
}

static inline uint64_t
pack_zigzag(int64_t v)
{
	return (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0);
}

void pack_u64(struct buf *b, uint64_t v);
void pack_i64(struct buf *b, int64_t v);
void pack_str(struct buf *b, struct str s);

struct unpack {
	const unsigned char *at, *end;
	bool bad;
};

static inline struct unpack
unpack_begin(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	return (struct unpack){ .at = p, .end = p + s.n };
}

/* The rare case of unpack_u64: more than one byte, or none. */
uint64_t unpack_long(struct unpack *u);

static inline uint64_t
unpack_u64(struct unpack *u)
{
	if (u->at < u->end && *u->at < 0x80)
		return *u->at++;
	return unpack_long(u);
}

static inline int64_t
unpack_i64(struct unpack *u)
{
	uint64_t v = unpack_u64(u);

	return (int64_t)(v >> 1 ^ (UINT64_C(0) - (v & 1)));
}

/* Points into what is read. */
struct str unpack_str(struct unpack *u);
/* A count of things of which each takes at least a byte: so it is no lie. */
size_t unpack_count(struct unpack *u);

#endif
