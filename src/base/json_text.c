#include "base/json_text.h"

#include <ctype.h>
#include <inttypes.h>

#include "base/buf.h"
#include "base/utf8.h"

/* "\x41" in the text itself must not read as an escape of ours. */
static bool
looks_escaped(struct str s)
{
	return s.n >= 4 && s.p[0] == '\\' && s.p[1] == 'x' &&
	    isxdigit((unsigned char)s.p[2]) && isxdigit((unsigned char)s.p[3]);
}

static void
add_code_unit(struct buf *b, uint32_t unit)
{
	buf_printf(b, "\\u%04" PRIx32, unit);
}

static void
add_code_point(struct buf *b, uint32_t c)
{
	if (c < 0x10000) {
		add_code_unit(b, c);
		return;
	}
	add_code_unit(b, 0xd800 + ((c - 0x10000) >> 10));
	add_code_unit(b, 0xdc00 + ((c - 0x10000) & 0x3ff));
}

/* Appends a character that is not ASCII, or a byte that is none. */
static size_t
add_wide_character(struct buf *b, struct str s)
{
	uint32_t code_point;
	size_t n = utf8_decode(s, &code_point), before = b->n;

	if (n == 0) {
		buf_printf(b, "\\\\x%02X", (unsigned)(unsigned char)s.p[0]);
		return 1;
	}
	/* utf8.c has the list of what is not to be shown; here is no second one. */
	utf8_escape(b, str_head(s, n));
	if (!str_eq(str_make(b->p + before, b->n - before), str_head(s, n))) {
		b->n = before;
		add_code_point(b, code_point);
	}
	return n;
}

static size_t
add_character(struct buf *b, struct str s)
{
	unsigned char c = (unsigned char)s.p[0];

	if (c >= 0x80)
		return add_wide_character(b, s);
	if (c == '"')
		buf_add_str(b, STR("\\\""));
	else if (c == '\\')
		buf_add_str(b, looks_escaped(s) ? STR("\\\\\\\\") : STR("\\\\"));
	else if (c < 0x20 || c == 0x7f)
		add_code_unit(b, c);
	else
		buf_add_char(b, (char)c);
	return 1;
}

void
json_quote(struct buf *b, struct str s)
{
	buf_add_char(b, '"');
	while (s.n > 0)
		s = str_skip(s, add_character(b, s));
	buf_add_char(b, '"');
}

void
json_add_key(struct buf *b, const char *name)
{
	if (b->p[b->n - 1] != '{')
		buf_add_char(b, ',');
	buf_printf(b, "\"%s\":", name);
}

void
json_add_text(struct buf *b, const char *name, struct str s)
{
	if (s.n == 0)
		return;
	json_add_key(b, name);
	json_quote(b, s);
}
