#include "render/mime.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/civil.h"
#include "base/utf8.h"
#include "base/when.h"

/* RFC 2045, 6.7: 76 characters with the "=" at the end of a line. */
#define LINE_MOST 75
/* RFC 2047, 2: a line with encoded words has at most 76 characters. */
#define WORD_MOST 48

static bool
is_plain(unsigned char c)
{
	return c >= ' ' && c < 0x7f && c != '=';
}

static void
add_hex(struct buf *b, unsigned char c)
{
	buf_printf(b, "=%02X", c);
}

/* One line without its end. */
static void
quoted_line(struct buf *b, struct str line)
{
	size_t column = 0;

	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];
		/* A blank at the end of a line may get lost on the way; a dot
		 * or "From " at the beginning means something to some. */
		bool plain = is_plain(c) && !(c == ' ' && i + 1 == line.n) &&
		    !(column == 0 && (c == '.' || c == 'F'));
		size_t width = plain ? 1 : 3;

		if (column + width > LINE_MOST) {
			buf_add_str(b, STR("=\n"));
			column = 0;
			plain = plain && c != '.' && c != 'F';
			width = plain ? 1 : 3;
		}
		if (plain)
			buf_add_char(b, (char)c);
		else
			add_hex(b, c);
		column += width;
	}
	buf_add_char(b, '\n');
}

void
mime_quoted_printable(struct buf *b, struct str text)
{
	struct str line;

	if (str_ends(text, STR("\n")))
		text.n--;
	while (str_cut(&text, '\n', &line))
		quoted_line(b, line);
}

/* ---- headers ---- */

/* Does it stand for itself?  Not what a reader takes for an encoded word. */
static bool
is_literal(struct str s)
{
	if (str_find(s, STR("=?")) < s.n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/* As many bytes as fit a word, whole characters. */
static size_t
word_length(struct str s)
{
	size_t n = 0, cost = 0;

	while (n < s.n) {
		uint32_t code_point;
		size_t step = utf8_decode(str_skip(s, n), &code_point);

		step = step > 0 ? step : 1;
		/* Every byte may need three characters. */
		if (n > 0 && cost + 3 * step > WORD_MOST)
			break;
		cost += 3 * step;
		n += step;
	}
	return n;
}

static bool
is_word_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z');
}

static void
add_words(struct buf *b, struct str s)
{
	while (s.n > 0) {
		size_t n = word_length(s);

		buf_add_str(b, STR("=?UTF-8?Q?"));
		for (size_t i = 0; i < n; i++) {
			if (s.p[i] == ' ')
				buf_add_char(b, '_');
			else if (is_word_plain(s.p[i]))
				buf_add_char(b, s.p[i]);
			else
				add_hex(b, (unsigned char)s.p[i]);
		}
		buf_add_str(b, STR("?="));
		s = str_skip(s, n);
		if (s.n > 0)
			buf_add_str(b, STR("\n "));
	}
}

/* Folded at blanks where it grows too long. */
static void
add_folded(struct buf *b, struct str s, size_t column)
{
	struct str word;
	bool first = true;

	while (str_cut(&s, ' ', &word)) {
		if (!first && column + 1 + word.n > LINE_MOST) {
			buf_add_str(b, STR("\n "));
			column = 1;
		} else if (!first) {
			buf_add_char(b, ' ');
			column++;
		}
		first = false;
		buf_add_str(b, word);
		column += word.n;
	}
}

void
mime_header(struct buf *b, const char *name, struct str value)
{
	struct buf shown = { 0 };
	size_t begun = b->n;

	utf8_escape(&shown, value);
	buf_printf(b, "%s: ", name);
	if (is_literal(buf_str(&shown)))
		add_folded(b, buf_str(&shown), b->n - begun);
	else
		add_words(b, buf_str(&shown));
	buf_add_char(b, '\n');
	buf_clear(&shown);
}

void
mime_date(struct buf *b, int64_t time_ns, const struct zone *z)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
		"Sat", "Sun" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int64_t unix_s = when_to_s(time_ns);
	int32_t offset = z ? zone_offset_s(z, unix_s) : 0;
	struct civil c = civil_from_s(unix_s + offset);
	int32_t minutes = (offset < 0 ? -offset : offset) / 60;

	buf_printf(b, "%s, %02d %s %04" PRId64 " %02d:%02d:%02d %c%02d%02d",
	    days[c.weekday], c.day, months[c.month - 1], c.year, c.hour,
	    c.minute, c.second, offset < 0 ? '-' : '+', minutes / 60,
	    minutes % 60);
}
