/*
 * str.h - slices of bytes we do not own.
 *
 * Log data is never copied to be looked at: a field is a pointer into the
 * line and a length.  Any byte may occur in it, NUL too, and nothing ends
 * it but its length.  A slice is valid as long as what it points into; the
 * function that hands one out says how long that is.
 *
 * An absent field has p == NULL (str_none()); an empty one has n == 0.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

/* A slice of a string literal. */
#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })

/* For printf's "%.*s": only for text that we wrote ourselves. */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct str
str_make(const char *p, size_t n)
{
	return (struct str){ p, n };
}

/* From begin up to, not including, end. */
static inline struct str
str_span(const char *begin, const char *end)
{
	return (struct str){ begin, (size_t)(end - begin) };
}

static inline struct str
str_from(const char *c_string)
{
	return (struct str){ c_string, strlen(c_string) };
}

static inline struct str
str_none(void)
{
	return (struct str){ NULL, 0 };
}

static inline bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
str_starts(struct str s, struct str head)
{
	return s.n >= head.n && (head.n == 0 || memcmp(s.p, head.p, head.n) == 0);
}

static inline bool
str_ends(struct str s, struct str tail)
{
	return s.n >= tail.n &&
	    (tail.n == 0 || memcmp(s.p + s.n - tail.n, tail.p, tail.n) == 0);
}

/* What follows the first n bytes; n is at most s.n. */
static inline struct str
str_skip(struct str s, size_t n)
{
	return (struct str){ n ? s.p + n : s.p, s.n - n };
}

static inline struct str
str_head(struct str s, size_t n)
{
	return (struct str){ s.p, n < s.n ? n : s.n };
}

/* The index of the first c, or s.n. */
static inline size_t
str_index(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

/* Byte order, as memcmp; a slice stands before its own extensions. */
static inline int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* The functions below fold ASCII letters only: log text has no charset. */
static inline char
str_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* The index of the first upper case letter, or s.n. */
size_t str_upper(struct str s);
bool str_eq_nocase(struct str a, struct str b);
bool str_ends_nocase(struct str s, struct str tail);

/* The first place of needle in s, or s.n.  An empty needle is found at 0. */
size_t str_find(struct str s, struct str needle);
size_t str_find_nocase(struct str s, struct str needle);

/* Without blanks, tabs, CR and LF at both ends. */
struct str str_trim(struct str s);

/*
 * Takes the part of *rest before the first c and moves *rest behind that c;
 * without a c it takes all.  False, and *part absent, when *rest was used up
 * (p == NULL) before.
 */
bool str_cut(struct str *rest, char c, struct str *part);

#endif
