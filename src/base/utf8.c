/*
 * utf8.c - decoding (RFC 3629), escaping, width.
 *
 * No libc locale is asked: what is shown must not depend on LANG.
 */
#include "base/utf8.h"

#include "base/buf.h"
#include "base/utf8_tables.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
in_ranges(const struct utf8_range *ranges, size_t n, uint32_t c)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c > ranges[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && c >= ranges[low].first;
}

/* How many bytes a sequence has that begins with lead; 0 if none does. */
static size_t
sequence_bytes(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead < 0xc2)
		return 0;
	if (lead < 0xe0)
		return 2;
	if (lead < 0xf0)
		return 3;
	return lead < 0xf5 ? 4 : 0;
}

size_t
utf8_decode(struct str s, uint32_t *code_point)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char lead = (unsigned char)s.p[0];
	size_t n = sequence_bytes(lead);
	uint32_t c;

	if (n <= 1) {
		*code_point = lead;
		return n;
	}
	if (s.n < n)
		return 0;
	c = lead & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		unsigned char byte = (unsigned char)s.p[i];

		if ((byte & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (byte & 0x3fu);
	}
	if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code_point = c;
	return n;
}

/* How many bytes at the start of s may be shown as they are; 0: escape one. */
typedef size_t shown_fn(struct str s);

static size_t
shown_ascii(struct str s)
{
	return s.p[0] >= 0x20 && s.p[0] < 0x7f;
}

static size_t
shown_utf8(struct str s)
{
	uint32_t c;
	size_t n;

	if ((unsigned char)s.p[0] < 0x80)
		return shown_ascii(s);
	n = utf8_decode(s, &c);
	return n == 0 || c < 0xa0 || in_ranges(hidden, COUNT(hidden), c) ? 0 : n;
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	    (c >= 'A' && c <= 'F');
}

static bool
looks_escaped(struct str s)
{
	return s.n >= 3 && s.p[0] == 'x' && is_hex(s.p[1]) && is_hex(s.p[2]);
}

static size_t
backslashes(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] == '\\')
		n++;
	return n;
}

/* Adds a run of backslashes and returns its length in s. */
static size_t
add_backslashes(struct buf *b, struct str s, shown_fn *shown)
{
	size_t n = backslashes(s);
	struct str after = str_skip(s, n);
	bool twice = after.n > 0 && (looks_escaped(after) || shown(after) == 0);

	buf_add_repeated(b, '\\', twice ? n * 2 : n);
	return n;
}

static void
add_hex(struct buf *b, char c)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned char byte = (unsigned char)c;
	char text[] = { '\\', 'x', digits[byte >> 4], digits[byte & 15] };

	buf_add(b, text, sizeof(text));
}

/*
 * One byte at a time: where shown() says no to a character of several bytes,
 * it says no to each behind the first too, for none of them can begin one.
 */
static void
escape(struct buf *b, struct str s, shown_fn *shown)
{
	while (s.n > 0) {
		size_t plain = 0, n = 1;

		while (plain < s.n && s.p[plain] != '\\' &&
		    (n = shown(str_skip(s, plain))) > 0)
			plain += n;
		buf_add(b, s.p, plain);
		s = str_skip(s, plain);
		if (s.n == 0)
			break;
		if (s.p[0] == '\\') {
			s = str_skip(s, add_backslashes(b, s, shown));
		} else {
			add_hex(b, s.p[0]);
			s = str_skip(s, 1);
		}
	}
}

void
utf8_escape(struct buf *b, struct str s)
{
	escape(b, s, shown_utf8);
}

void
utf8_escape_ascii(struct buf *b, struct str s)
{
	escape(b, s, shown_ascii);
}

/* Takes one character off s; a stray byte counts as a character. */
static size_t
next_width(struct str *s)
{
	uint32_t c;
	size_t n = utf8_decode(*s, &c);

	*s = str_skip(*s, n ? n : 1);
	if (n <= 1)
		return 1;
	if (in_ranges(combining, COUNT(combining), c))
		return 0;
	return in_ranges(wide, COUNT(wide), c) ? 2 : 1;
}

size_t
utf8_width(struct str s)
{
	size_t width = 0;

	while (s.n > 0)
		width += next_width(&s);
	return width;
}

struct str
utf8_fit(struct str s, size_t columns)
{
	struct str rest = s;
	size_t fits = 0;

	while (rest.n > 0) {
		size_t width = next_width(&rest);

		if (width > columns)
			break;
		columns -= width;
		fits = s.n - rest.n;
	}
	return str_head(s, fits);
}
