#include "render/text_line.h"

#include <assert.h>

#include "base/buf.h"
#include "base/out.h"
#include "base/utf8.h"
#include "render/render.h"

const char *
text_tone_style(enum tone tone)
{
	static const char *const styles[] = {
		[TONE_NONE] = NULL,
		[TONE_GOOD] = "32",
		[TONE_BAD] = "31",
		[TONE_WARN] = "33",
		[TONE_DIM] = "2",
	};

	assert(tone <= TONE_DIM);
	return styles[tone];
}

void
text_escape(struct buf *b, struct str s, const struct render_options *o)
{
	if (o->utf8)
		utf8_escape(b, s);
	else
		utf8_escape_ascii(b, s);
}

size_t
text_columns(const struct render_options *o)
{
	return o->columns ? o->columns : 80;
}

static void
begin_style(struct out *out, const struct render_options *o, const char *style)
{
	if (o->color && style != NULL)
		out_printf(out, "\033[%sm", style);
}

static void
end_style(struct out *out, const struct render_options *o, const char *style)
{
	if (o->color && style != NULL)
		out_text(out, "\033[0m");
}

void
text_styled(struct out *out, const struct render_options *o, const char *style,
    struct str s)
{
	begin_style(out, o, style);
	out_str(out, s);
	end_style(out, o, style);
}

void
text_rule(struct out *out, const struct render_options *o, char kind,
    size_t columns)
{
	const char *line = kind == '=' ? "\u2550" : "\u2500";

	begin_style(out, o, STYLE_RULE);
	while (columns-- > 0) {
		if (o->utf8)
			out_text(out, line);
		else
			out_char(out, kind);
	}
	end_style(out, o, STYLE_RULE);
	out_char(out, '\n');
}

static void
spaces(struct out *out, size_t n)
{
	while (n-- > 0)
		out_char(out, ' ');
}

void
text_paragraph(struct out *out, const struct render_options *o,
    const char *style, struct str s, size_t at, size_t indent)
{
	struct buf escaped = { 0 };
	struct str rest, word;
	bool first = true; /* in its line */

	text_escape(&escaped, s, o);
	rest = buf_str(&escaped);
	begin_style(out, o, style);
	while (str_cut(&rest, ' ', &word)) {
		size_t width = utf8_width(word);

		if (width == 0)
			continue;
		if (!first && at + 1 + width > text_columns(o)) {
			out_char(out, '\n');
			spaces(out, indent);
			at = indent;
			first = true;
		}
		if (!first)
			out_char(out, ' ');
		out_str(out, word);
		at += width + !first;
		first = false;
	}
	end_style(out, o, style);
	out_char(out, '\n');
	buf_clear(&escaped);
}
