#include "base/find.h"

#include <assert.h>
#include <stdint.h>

#ifdef __SSE2__
#include <immintrin.h>
#endif

/*
 * How common a byte is in mail logs, both cases together; 0 is rarest.  Digits
 * and lower case hexadecimal are in every stamp.
 */
static unsigned
commonness(char c)
{
	static const char common[] = "qjz~^{}|`\\\"'!$&?%*#;+x=_w>][kv,)(y<@/"
	    "pghlmucdbnfirsoe-t.a:987654321 0";
	const char *at = c ? strchr(common, str_lower(c)) : NULL;

	return at ? (unsigned)(at - common) + 1 : 0;
}

void
find_init(struct find *f, struct str text)
{
	assert(text.n >= 2);
	*f = (struct find){ .text = text, .first = 0, .second = 1 };
	for (size_t i = 0; i < text.n; i++)
		if (commonness(text.p[i]) < commonness(text.p[f->first]))
			f->first = i;
	f->second = f->first == 0 ? 1 : 0;
	for (size_t i = 0; i < text.n; i++)
		if (i != f->first && commonness(text.p[i]) <
		    commonness(text.p[f->second]))
			f->second = i;
}

static bool
is_here(const struct find *f, const char *p)
{
	for (size_t i = 0; i < f->text.n; i++)
		if (str_lower(p[i]) != str_lower(f->text.p[i]))
			return false;
	return true;
}

/* The next of the places that mask says may have the text, or none. */
static size_t
check_places(const struct find *f, struct str s, size_t at, uint64_t mask)
{
	for (; mask; mask &= mask - 1) {
		size_t place = at + (size_t)__builtin_ctzll(mask);

		if (is_here(f, s.p + place))
			return place;
	}
	return s.n;
}

/* A byte in both its cases: v | fold is want for either. */
struct wanted {
	char want, fold;
};

static struct wanted
wanted(char c)
{
	bool letter = str_lower(c) >= 'a' && str_lower(c) <= 'z';

	return (struct wanted){ str_lower(c), letter ? 0x20 : 0 };
}

/*
 * The places that can be looked at 64 at a time, from *from on; *from moves on
 * to the first that was not.  Once with what every processor has, and once
 * with twice as wide registers: half the time.
 */
#ifdef __SSE2__
static size_t
find_sse2(const struct find *f, struct str s, size_t *from)
{
	struct wanted a = wanted(f->text.p[f->first]);
	struct wanted b = wanted(f->text.p[f->second]);
	const __m128i a_want = _mm_set1_epi8(a.want);
	const __m128i a_fold = _mm_set1_epi8(a.fold);
	const __m128i b_want = _mm_set1_epi8(b.want);
	const __m128i b_fold = _mm_set1_epi8(b.fold);

	for (; *from + f->text.n + 64 <= s.n; *from += 64) {
		const char *p = s.p + *from;
		uint64_t mask = 0;
		size_t place;

		for (int i = 0; i < 64; i += 16) {
			__m128i x = _mm_loadu_si128((const __m128i *)
			    (const void *)(p + f->first + i));
			__m128i y = _mm_loadu_si128((const __m128i *)
			    (const void *)(p + f->second + i));

			x = _mm_cmpeq_epi8(_mm_or_si128(x, a_fold), a_want);
			y = _mm_cmpeq_epi8(_mm_or_si128(y, b_fold), b_want);
			mask |= (uint64_t)(unsigned)_mm_movemask_epi8(
			    _mm_and_si128(x, y)) << i;
		}
		if (mask && (place = check_places(f, s, *from, mask)) < s.n)
			return place;
	}
	return s.n;
}

__attribute__((target("avx2"))) static size_t
find_avx2(const struct find *f, struct str s, size_t *from)
{
	struct wanted a = wanted(f->text.p[f->first]);
	struct wanted b = wanted(f->text.p[f->second]);
	const __m256i a_want = _mm256_set1_epi8(a.want);
	const __m256i a_fold = _mm256_set1_epi8(a.fold);
	const __m256i b_want = _mm256_set1_epi8(b.want);
	const __m256i b_fold = _mm256_set1_epi8(b.fold);

	for (; *from + f->text.n + 64 <= s.n; *from += 64) {
		const char *p = s.p + *from;
		uint64_t mask = 0;
		size_t place;

		for (int i = 0; i < 64; i += 32) {
			__m256i x = _mm256_loadu_si256((const __m256i *)
			    (const void *)(p + f->first + i));
			__m256i y = _mm256_loadu_si256((const __m256i *)
			    (const void *)(p + f->second + i));

			x = _mm256_cmpeq_epi8(_mm256_or_si256(x, a_fold),
			    a_want);
			y = _mm256_cmpeq_epi8(_mm256_or_si256(y, b_fold),
			    b_want);
			mask |= (uint64_t)(unsigned)_mm256_movemask_epi8(
			    _mm256_and_si256(x, y)) << i;
		}
		if (mask && (place = check_places(f, s, *from, mask)) < s.n)
			return place;
	}
	return s.n;
}

static size_t
find_fast(const struct find *f, struct str s, size_t *from)
{
	return __builtin_cpu_supports("avx2") ? find_avx2(f, s, from)
					      : find_sse2(f, s, from);
}
#else
static size_t
find_fast(const struct find *f, struct str s, size_t *from)
{
	(void)f;
	(void)from;
	return s.n;
}
#endif

size_t
find_next(const struct find *f, struct str s, size_t from)
{
	size_t at;

	if (from >= s.n)
		return s.n;
	at = find_fast(f, s, &from);
	if (at < s.n)
		return at;
	for (at = from; at + f->text.n <= s.n; at++)
		if (is_here(f, s.p + at))
			return at;
	return s.n;
}
