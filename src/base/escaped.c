#include "base/escaped.h"

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = str_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* How many bytes the escape at the beginning of s has; 0: it is none. */
static size_t
escape_read(struct str s, char *c)
{
	int high, low;

	if (s.n >= 2 && s.p[1] == '\\') {
		*c = '\\';
		return 2;
	}
	if (s.n < 4 || s.p[1] != 'x')
		return 0;
	high = hex(s.p[2]);
	low = hex(s.p[3]);
	*c = (char)(high * 16 + low);
	return high >= 0 && low >= 0 ? 4 : 0;
}

bool
escaped_read(struct buf *b, struct str s)
{
	while (s.n > 0) {
		size_t plain = str_index(s, '\\'), n;
		char c;

		buf_add_str(b, str_head(s, plain));
		s = str_skip(s, plain);
		if (s.n == 0)
			break;
		n = escape_read(s, &c);
		if (n == 0)
			return false;
		buf_add_char(b, c);
		s = str_skip(s, n);
	}
	return true;
}
