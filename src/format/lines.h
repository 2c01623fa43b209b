/*
 * lines.h - the lines of a block, found 64 bytes at a time.
 *
 * A bitmap of the newlines in 64 bytes costs about as much as one call of
 * memchr, and a log line is about as long: so no call per line, and no branch
 * that depends on where in a word a line ends.
 */
#ifndef FORMAT_LINES_H
#define FORMAT_LINES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

struct lines {
	const char *line;  /* where the next line begins */
	const char *word;  /* the 64 bytes that mask is of */
	const char *end;   /* of the block; it ends in '\n' */
	uint64_t mask;	   /* newlines in word that were not passed yet */
};

/* Bit n is set if p[n] is '\n'; reads 64 bytes. */
static inline uint64_t
lines_mask(const char *p)
{
#ifdef __SSE2__
	const __m128i newline = _mm_set1_epi8('\n');
	uint64_t mask = 0;

	for (int i = 0; i < 4; i++) {
		__m128i v = _mm_loadu_si128(
		    (const __m128i *)(const void *)(p + 16 * i));

		mask |= (uint64_t)(unsigned)_mm_movemask_epi8(
		    _mm_cmpeq_epi8(v, newline)) << (16 * i);
	}
	return mask;
#else
	uint64_t mask = 0;

	for (int i = 0; i < 64; i++)
		mask |= (uint64_t)(p[i] == '\n') << i;
	return mask;
#endif
}

/* block is empty or ends in '\n', and 64 bytes behind it can be read. */
static inline void
lines_begin(struct lines *it, struct str block)
{
	it->line = block.p;
	it->word = block.p;
	it->end = block.p + block.n;
	it->mask = block.n ? lines_mask(block.p) : 0;
}

/* The next line is [*begin, *end), without its '\n'.  False at the end. */
static inline bool
lines_next(struct lines *it, const char **begin, const char **end)
{
	if (it->line >= it->end)
		return false;
	while (it->mask == 0) {
		it->word += 64;
		it->mask = lines_mask(it->word);
	}
	*begin = it->line;
	*end = it->word + __builtin_ctzll(it->mask);
	it->mask &= it->mask - 1;
	it->line = *end + 1;
	return true;
}

#endif
