/* str.c - the searches in slices that are too long to be inlined. */
#include "base/str.h"

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

size_t
str_find(struct str s, struct str needle)
{
	const char *at;

	if (needle.n == 0)
		return 0;
	if (needle.n > s.n)
		return s.n;
	at = memmem(s.p, s.n, needle.p, needle.n);
	return at ? (size_t)(at - s.p) : s.n;
}

/*
 * Text in which each position is the beginning of a long near match does not
 * occur in logs, so there is no table of skips: one look at most positions.
 */
size_t
str_find_nocase(struct str s, struct str needle)
{
	unsigned char first;

	if (needle.n == 0)
		return 0;
	first = fold(needle.p[0]);
	for (size_t i = 0; i + needle.n <= s.n; i++) {
		if (fold(s.p[i]) == first &&
		    bytes_eq_nocase(s.p + i, needle.p, needle.n))
			return i;
	}
	return s.n;
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
