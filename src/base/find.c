#include "base/find.h"

#include <assert.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
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

#ifdef __SSE2__

/* A byte in both its cases: v | fold is want for either. */
struct wanted {
	__m128i want, fold;
};

static struct wanted
wanted(char c)
{
	bool letter = str_lower(c) >= 'a' && str_lower(c) <= 'z';

	return (struct wanted){ _mm_set1_epi8(str_lower(c)),
		_mm_set1_epi8(letter ? 0x20 : 0) };
}

/* Both bytes, at 64 places from p on. */
static inline uint64_t
compare64(const char *p, const struct find *f, const struct wanted *first,
    const struct wanted *second)
{
	__m128i both[4], any;

	for (int i = 0; i < 4; i++) {
		__m128i a = _mm_loadu_si128((const __m128i *)(const void *)(
		    p + f->first + 16 * i));
		__m128i b = _mm_loadu_si128((const __m128i *)(const void *)(
		    p + f->second + 16 * i));

		a = _mm_cmpeq_epi8(_mm_or_si128(a, first->fold), first->want);
		b = _mm_cmpeq_epi8(_mm_or_si128(b, second->fold),
		    second->want);
		both[i] = _mm_and_si128(a, b);
	}
	any = _mm_or_si128(_mm_or_si128(both[0], both[1]),
	    _mm_or_si128(both[2], both[3]));
	if (_mm_movemask_epi8(any) == 0)
		return 0;
	return (uint64_t)(unsigned)_mm_movemask_epi8(both[0]) |
	    (uint64_t)(unsigned)_mm_movemask_epi8(both[1]) << 16 |
	    (uint64_t)(unsigned)_mm_movemask_epi8(both[2]) << 32 |
	    (uint64_t)(unsigned)_mm_movemask_epi8(both[3]) << 48;
}

/* Of the places before end whose text is in s, as many as go by 64. */
static size_t
find_fast(const struct find *f, struct str s, size_t *from)
{
	const struct wanted first = wanted(f->text.p[f->first]);
	const struct wanted second = wanted(f->text.p[f->second]);
	size_t at = *from;

	for (; at + f->text.n + 64 <= s.n; at += 64) {
		uint64_t mask = compare64(s.p + at, f, &first, &second);

		for (; mask; mask &= mask - 1) {
			size_t place = at + (size_t)__builtin_ctzll(mask);

			if (is_here(f, s.p + place))
				return place;
		}
	}
	*from = at;
	return s.n;
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
