#include "maildir/header.h"

#include <errno.h>
#include <unistd.h>

#include "base/buf.h"

/* Most headers are read with one call. */
#define FIRST_BYTES ((size_t)4096)

/* Takes the next line off *rest, its end with it. */
static struct str
take_line(struct str *rest)
{
	size_t n = str_index(*rest, '\n');
	struct str line = str_head(*rest, n < rest->n ? n + 1 : n);

	*rest = str_skip(*rest, line.n);
	return line;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The length of the name that line begins with, or 0: RFC 5322, 2.2 ftext. */
static size_t
name_length(struct str line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] > ' ' && line.p[n] < 0x7f &&
	    line.p[n] != ':')
		n++;
	return n < line.n && line.p[n] == ':' ? n : 0;
}

bool
header_next(struct str *rest, struct header_field *f)
{
	while (rest->n > 0) {
		struct str line = take_line(rest);
		const char *end;
		size_t n;

		if (str_trim(line).n == 0 && !is_blank(line.p[0]))
			break;
		end = line.p + line.n;
		while (rest->n > 0 && is_blank(rest->p[0])) {
			line = str_span(line.p, end);
			end += take_line(rest).n;
		}
		n = name_length(line);
		if (n == 0)
			continue;
		f->name = str_head(line, n);
		f->body = str_trim(str_span(line.p + n + 1, end));
		return true;
	}
	*rest = str_none();
	return false;
}

struct str
header_find(struct str header, struct str name)
{
	struct header_field f;

	while (header_next(&header, &f))
		if (str_eq_nocase(f.name, name))
			return f.body;
	return str_none();
}

void
header_unfold(struct buf *b, struct str body)
{
	for (size_t i = 0; i < body.n; i++) {
		char c = body.p[i];

		if (c == '\r' && i + 1 < body.n && body.p[i + 1] == '\n')
			continue;
		if (c != '\n')
			buf_add_char(b, c);
		else if (i + 1 >= body.n || !is_blank(body.p[i + 1]))
			buf_add_char(b, ' ');
	}
}

static bool
has_end(struct str header)
{
	return str_starts(header, STR("\n")) || str_starts(header, STR("\r\n")) ||
	    str_find(header, STR("\n\n")) < header.n ||
	    str_find(header, STR("\n\r\n")) < header.n;
}

int
header_read(int fd, struct buf *b, bool *whole)
{
	buf_reset(b);
	*whole = false;
	while (!*whole && b->n < HEADER_BYTES) {
		size_t want = b->n < FIRST_BYTES ? FIRST_BYTES - b->n
		    : HEADER_BYTES - b->n;
		ssize_t n = pread(fd, buf_reserve(b, want), want, (off_t)b->n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		b->n += (size_t)n;
		*whole = n == 0 || has_end(buf_str(b));
	}
	return 0;
}
