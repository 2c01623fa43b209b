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
#include <immintrin.h>
#endif

struct lines {
	const char *line;  /* where the next line begins */
	const char *word;  /* the 64 bytes that mask is of */
	const char *end;   /* of the block; it ends in '\n' */
	uint64_t mask;	   /* newlines in word that were not passed yet */
};

#ifdef __SSE2__
static inline uint64_t
lines_mask16(const char *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);

	return (unsigned)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(v, _mm_set1_epi8('\n')));
}
#endif

/* Bit n is set if p[n] is '\n'; reads 64 bytes. */
static inline uint64_t
lines_mask(const char *p)
{
#ifdef __SSE2__
	/* Not as a loop: at -O2 it would stay one. */
	return lines_mask16(p) | lines_mask16(p + 16) << 16 |
	    lines_mask16(p + 32) << 32 | lines_mask16(p + 48) << 48;
#else
	uint64_t mask = 0;

	for (int i = 0; i < 64; i++)
		mask |= (uint64_t)(p[i] == '\n') << i;
	return mask;
#endif
}

#ifdef __SSE2__
/* For who asked __builtin_cpu_supports for both. */
#define LINES_AVX2 __attribute__((target("avx2,bmi")))

LINES_AVX2 static inline uint64_t
lines_mask_avx2(const char *p)
{
	const __m256i want = _mm256_set1_epi8('\n');
	__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));

	return (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, want)) |
	    (uint64_t)(unsigned)_mm256_movemask_epi8(
	    _mm256_cmpeq_epi8(b, want)) << 32;
}
#endif

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
