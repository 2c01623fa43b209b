/* str.c - the searches in slices that are too long to be inlined. */
#include "base/str.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static unsigned char
fold(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 'A' && u <= 'Z' ? u | 0x20 : u;
}

static bool
bytes_eq_nocase(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (a[i] != b[i] && fold(a[i]) != fold(b[i]))
			return false;
	}
	return true;
}

bool
str_eq_nocase(struct str a, struct str b)
{
	return a.n == b.n && bytes_eq_nocase(a.p, b.p, a.n);
}

bool
str_ends_nocase(struct str s, struct str tail)
{
	return s.n >= tail.n &&
	    str_eq_nocase(str_skip(s, s.n - tail.n), tail);
}

#ifdef __SSE2__
#define STEP ((size_t)16)

static __m128i
load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/*
 * In which of the 16 places from p the needle's first and last byte stand;
 * bits that are set in same are not looked at.
 */
static unsigned
likely_places(const char *p, struct str needle, char same)
{
	__m128i ignored = _mm_set1_epi8(same);
	__m128i first = _mm_set1_epi8((char)(needle.p[0] | same));
	__m128i last = _mm_set1_epi8((char)(needle.p[needle.n - 1] | same));
	__m128i a = _mm_or_si128(load(p), ignored);
	__m128i b = _mm_or_si128(load(p + needle.n - 1), ignored);

	return (unsigned)_mm_movemask_epi8(_mm_and_si128(
	    _mm_cmpeq_epi8(a, first), _mm_cmpeq_epi8(b, last)));
}

/* The bytes of the 16 at p that are upper case letters. */
static unsigned
upper_places(const char *p)
{
	__m128i v = load(p);

	return (unsigned)_mm_movemask_epi8(_mm_and_si128(
	    _mm_cmpgt_epi8(v, _mm_set1_epi8('A' - 1)),
	    _mm_cmplt_epi8(v, _mm_set1_epi8('Z' + 1))));
}
#else
#define STEP ((size_t)1)

static unsigned
likely_places(const char *p, struct str needle, char same)
{
	return (p[0] | same) == (needle.p[0] | same) &&
	    (p[needle.n - 1] | same) == (needle.p[needle.n - 1] | same);
}

static unsigned
upper_places(const char *p)
{
	return *p >= 'A' && *p <= 'Z';
}
#endif

/* What tells the cases of an ASCII letter apart. */
#define CASE 0x20

typedef bool eq_fn(const char *a, const char *b, size_t n);

static bool
bytes_eq(const char *a, const char *b, size_t n)
{
	return memcmp(a, b, n) == 0;
}

/*
 * The first place of needle, 2 bytes or more and not longer than s.  Slices of
 * a log are short: the preparations of memmem() cost more than the search.
 */
static inline size_t
find(struct str s, struct str needle, char same, eq_fn *eq)
{
	size_t places = s.n - needle.n + 1;

	if (places < STEP) {
		for (size_t i = 0; i < places; i++)
			if ((s.p[i] | same) == (needle.p[0] | same) &&
			    eq(s.p + i, needle.p, needle.n))
				return i;
		return s.n;
	}
	for (size_t i = 0;; i += STEP) {
		unsigned m;

		/* The last step looks at some places again. */
		if (i + STEP > places)
			i = places - STEP;
		for (m = likely_places(s.p + i, needle, same); m; m &= m - 1) {
			size_t at = i + (unsigned)__builtin_ctz(m);

			if (eq(s.p + at, needle.p, needle.n))
				return at;
		}
		if (i + STEP == places)
			return s.n;
	}
}

size_t
str_find(struct str s, struct str needle)
{
	if (needle.n <= 1)
		return needle.n == 0 ? 0 : str_index(s, needle.p[0]);
	return needle.n > s.n ? s.n : find(s, needle, 0, bytes_eq);
}

size_t
str_find_nocase(struct str s, struct str needle)
{
	if (needle.n == 0)
		return 0;
	return needle.n > s.n ? s.n : find(s, needle, CASE, bytes_eq_nocase);
}

size_t
str_upper(struct str s)
{
	size_t i = 0;

	for (; i + STEP <= s.n; i += STEP) {
		unsigned m = upper_places(s.p + i);

		if (m)
			return i + (unsigned)__builtin_ctz(m);
	}
	while (i < s.n && !(s.p[i] >= 'A' && s.p[i] <= 'Z'))
		i++;
	return i;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str
str_trim(struct str s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = str_skip(s, 1);
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool
str_cut(struct str *rest, char c, struct str *part)
{
	size_t n;

	if (rest->p == NULL) {
		*part = str_none();
		return false;
	}
	n = str_index(*rest, c);
	*part = str_head(*rest, n);
	*rest = n < rest->n ? str_skip(*rest, n + 1) : str_none();
	return true;
}
