/*
 * scan_time.h - what a scan learns from the stamps alone: oldest and newest,
 * lines out of order, gaps, bytes a day (spec/reports.md C.16, D.20).
 *
 * Every line passes here, so the usual case - a TAI64N label of the same
 * second as the one before, and not before it - is a few comparisons of the
 * label's text: hexadecimal digits of equal length sort as numbers do.
 */
#ifndef FORMAT_SCAN_TIME_H
#define FORMAT_SCAN_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "format/format.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* "3b9ac9ff", 999,999,999: the last nanosecond of a second. */
#define SCAN_TIME_MAX_NS UINT64_C(0x3362396163396666)
#define SCAN_TIME_SECOND 17 /* characters of a label that name its second */

struct scan_time {
	const struct zone *zone; /* whose days; NULL: UTC */
	/* The label of the line before, as text: "@400000006955b90b", and its
	 * nanoseconds in lower case and big-endian order; zero if it had none.
	 * 17 bytes; the rest is for vectors. */
	char second[32];
	uint64_t label_ns;
	int64_t second_ns; /* the second of that label */

	int64_t before_ns; /* stamp of the line before, unless it had a label */
	int64_t first_line_ns;
	int64_t min_ns, max_ns;
	uint64_t out_of_order, jumps;

	struct scan_gap gaps[SCAN_GAPS]; /* the longest, longest first */
	size_t n_gaps;

	/* Bytes a day.  A byte counts for the day of the last stamp before it. */
	struct scan_day *days; /* ascending */
	size_t n_days, cap_days;
	uint64_t lead;	       /* bytes before the first stamp */
	const char *block;     /* the block that is read, and how many bytes */
	uint64_t before_block; /* came before it */
	uint64_t counted;      /* bytes that days and lead hold */
	int64_t day;	       /* of the line before; INT64_MIN: none */
};

void scan_time_init(struct scan_time *t, const struct zone *z);
void scan_time_clear(struct scan_time *t);

/* A block of n bytes follows; its lines' stamps point into it. */
void scan_time_block(struct scan_time *t, const char *p);
/* It was read: n bytes of it. */
void scan_time_block_end(struct scan_time *t, size_t n);

/* A line whose stamp, at p in the block, is no label. */
void scan_time_seen(struct scan_time *t, const char *p, int64_t time_ns);

/* later follows t; it is used up, but is still to be cleared. */
void scan_time_join(struct scan_time *t, struct scan_time *later);

/* Fills first_ns, last_ns, out_of_order and jumps. */
void scan_time_report(struct scan_time *t, struct scan_counts *c);
const struct scan_gap *scan_time_gaps(struct scan_time *t, size_t *n);
const struct scan_day *scan_time_days(struct scan_time *t, size_t *n);

/* The rare cases of scan_time_label. */
bool scan_time_new_second(struct scan_time *t, const char *p);
void scan_time_back(struct scan_time *t, uint64_t label_ns);

/* Are these eight characters hexadecimal digits? */
static inline bool
scan_time_are_digits(uint64_t text)
{
#ifdef __SSE2__
	__m128i v = _mm_cvtsi64_si128((long long)text);
	__m128i lower = _mm_or_si128(v, _mm_set1_epi8(0x20));
	__m128i digit = _mm_sub_epi8(v, _mm_set1_epi8('0'));
	__m128i letter = _mm_sub_epi8(lower, _mm_set1_epi8('a'));
	__m128i ok = _mm_or_si128(
	    _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit),
	    _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(5)), letter));

	return (_mm_movemask_epi8(ok) & 0xff) == 0xff;
#else
	for (int i = 0; i < 8; i++, text >>= 8) {
		char c = (char)(text & 0xff);

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
		    (c >= 'A' && c <= 'F')))
			return false;
	}
	return true;
#endif
}

/*
 * The eight digits of a label's nanoseconds, as a word that sorts as they do.
 * False if they are none, or more than a second has: such a line has no stamp,
 * however much its first 17 bytes are those of the line before.
 */
static inline bool
scan_time_digits(const char *p, uint64_t *text)
{
	uint64_t v;

	memcpy(&v, p, 8);
	*text = __builtin_bswap64(v | UINT64_C(0x2020202020202020));
	return scan_time_are_digits(v) && *text <= SCAN_TIME_MAX_NS;
}

/*
 * The number that eight hexadecimal digits mean, given as they stand in
 * memory; garbage for anything else.  All digits at once: a nibble is the low
 * four bits of its character, plus nine for a letter.
 */
static inline uint32_t
scan_time_hex8(uint64_t text)
{
	uint64_t v = (text & UINT64_C(0x0f0f0f0f0f0f0f0f)) +
	    9 * (text >> 6 & UINT64_C(0x0101010101010101));

	v = (v | v >> 4) & UINT64_C(0x00ff00ff00ff00ff);
	v = (v | v >> 8) & UINT64_C(0x0000ffff0000ffff);
	return (uint32_t)(v | v >> 16);
}

/* The stamp of the line that scan_time_label accepted last. */
static inline int64_t
scan_time_of_label(const struct scan_time *t)
{
	uint32_t ns = scan_time_hex8(t->label_ns);

	return t->second_ns + (ns <= 999999999 ? ns : 999999999);
}

/* Do the 17 characters at p name the second of the line before? */
static inline bool
scan_time_same_second(const struct scan_time *t, const char *p)
{
#ifdef __SSE2__
	__m128i a = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i b = _mm_loadu_si128((const __m128i *)(const void *)t->second);

	return _mm_movemask_epi8(_mm_cmpeq_epi8(a, b)) == 0xffff &&
	    p[16] == t->second[SCAN_TIME_SECOND - 1];
#else
	return memcmp(p, t->second, SCAN_TIME_SECOND) == 0;
#endif
}

/* A line that begins at p with a TAI64N label; false if that is none. */
static inline bool
scan_time_label(struct scan_time *t, const char *p)
{
	uint64_t ns;

	if (!scan_time_same_second(t, p) || !scan_time_digits(p + 17, &ns))
		return scan_time_new_second(t, p);
	if (__builtin_expect(ns < t->label_ns, 0))
		scan_time_back(t, ns);
	t->label_ns = ns;
	return true;
}

#endif
