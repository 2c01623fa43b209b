#include "input/blocks.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "input/source.h"

/* Window and parser's data stay in the second-level cache; larger is no faster. */
#define BLOCKS_WINDOW ((size_t)256 << 10)

/* What a shortened line leaves, and room behind it to read the next piece. */
#define SHORTENED (BLOCKS_MAX_LINE + BLOCKS_LONG_TAIL)
#define MOST (SHORTENED + ((size_t)64 << 10))

/* May parts meet at a line that begins at offset at, if the cut is at cut? */
static bool
is_seam(uint64_t cut, uint64_t at, bool after_crlf)
{
	return at >= cut && (!after_crlf || at - cut >= BLOCKS_SEAM);
}

/* n bytes that end in '\n': is there a '\r' before it? */
static bool
ends_crlf(const char *p, size_t n)
{
	return n > 1 && p[n - 2] == '\r';
}

/* How much of the window there is before the first seam of cut in it, or 0. */
static size_t
find_seam(const struct blocks *b, uint64_t cut)
{
	struct str window = str_make(b->window, b->end);
	uint64_t skip = cut > b->offset ? cut - b->offset - 1 : 0;
	size_t n;

	assert(b->begin == 0);
	if (skip >= window.n)
		return 0;
	n = (size_t)skip;
	while ((n += str_index(str_skip(window, n), '\n')) < window.n) {
		n++;
		if (is_seam(cut, b->offset + n, ends_crlf(window.p, n)))
			return n;
	}
	return 0;
}

/* Reads what fits, but not much more than belongs to the part. */
static bool
fill(struct blocks *b)
{
	uint64_t at = b->offset + (b->end - b->begin);
	uint64_t left = b->stop > at ? b->stop - at : 0;
	size_t n = b->limit - b->end;

	if (n > BLOCKS_LONG_TAIL && left < n - BLOCKS_LONG_TAIL)
		n = (size_t)left + BLOCKS_LONG_TAIL;
	n = reader_read(b->reader, b->window + b->end, n);
	b->end += n;
	b->at_end = n == 0;
	return n > 0;
}

/*
 * Whether the first line beginning at or after from is a seam can be told from
 * the two bytes before it.
 */
static void
skip_to_seam(struct blocks *b, uint64_t from)
{
	size_t n;

	b->offset = from > 2 ? from - 2 : 0;
	reader_seek(b->reader, b->offset);
	while (fill(b)) {
		size_t keep = b->window[b->end - 1] == '\r';

		n = find_seam(b, from);
		if (n > 0) {
			b->begin = n;
			b->offset += n;
			b->done = is_seam(b->stop, b->offset,
			    ends_crlf(b->window, n));
			return;
		}
		b->window[0] = '\r';
		b->offset += b->end - keep;
		b->end = keep;
	}
	b->done = true;
}

void
blocks_open(struct blocks *b, struct reader *r, uint64_t from, uint64_t to,
    size_t window_size)
{
	assert(from <= to);
	if (window_size == 0)
		window_size = BLOCKS_WINDOW;
	if (window_size < 2)
		window_size = 2;
	if (window_size > MOST)
		window_size = MOST;
	*b = (struct blocks){
		.reader = r,
		.window = mem_zalloc(window_size + BLOCKS_SLACK),
		.capacity = window_size,
		.window_size = window_size,
		.limit = window_size,
		.stop = to,
		.done = to == 0,
	};
	if (from > 0)
		skip_to_seam(b, from);
}

void
blocks_close(struct blocks *b)
{
	free(b->window);
	b->window = NULL;
}

static void
move_to_front(struct blocks *b)
{
	b->end -= b->begin;
	memmove(b->window, b->window + b->begin, b->end);
	b->begin = 0;
	b->limit = b->end > b->window_size ? b->end : b->window_size;
}

static bool
grow(struct blocks *b)
{
	if (b->limit == MOST)
		return false;
	b->limit = b->limit < MOST / 2 ? b->limit * 2 : MOST;
	if (b->limit > b->capacity) {
		b->window = mem_resize(b->window, b->limit + BLOCKS_SLACK);
		b->capacity = b->limit;
	}
	return true;
}

static size_t
up_to_newline(const char *p, size_t n)
{
	const char *newline = n > 0 ? memrchr(p, '\n', n) : NULL;

	return newline != NULL ? (size_t)(newline + 1 - p) : 0;
}

/* How much of the window can be handed out; 0 if there must be more first. */
static size_t
whole_lines(const struct blocks *b)
{
	size_t n, last;

	if (b->at_end)
		return b->end;
	n = last = up_to_newline(b->window, b->end);
	while (ends_crlf(b->window, n))
		n = up_to_newline(b->window, n - 1);
	return n > 0 || b->end < BLOCKS_SEAM ? n : last;
}

/* Reads until there are whole lines; 0 at the end, or in an endless line. */
static size_t
read_lines(struct blocks *b)
{
	size_t n;

	while ((n = whole_lines(b)) == 0 && !b->at_end) {
		if (b->end < b->limit)
			fill(b);
		else if (!grow(b))
			break;
	}
	return n;
}

/*
 * Of n bytes of lines, those before the first long line; if that is the first
 * of all, it alone.
 */
static size_t
cut_at_long_line(const struct blocks *b, size_t n, bool *is_long)
{
	size_t at = 0;

	*is_long = false;
	while (n - at > BLOCKS_MAX_LINE) {
		struct str rest = str_make(b->window + at, n - at);
		size_t line = str_index(rest, '\n') + 1;

		if (line > rest.n)
			line = rest.n;
		if (line > BLOCKS_MAX_LINE) {
			*is_long = at == 0;
			return at == 0 ? line : at;
		}
		at += line;
	}
	return n;
}

/*
 * The window is full of one line: reads to its end, keeping its head and
 * what was read last.  Returns how many bytes of it are not in the window any
 * more; *line is how many are.
 */
static uint64_t
drop_middle(struct blocks *b, size_t *line)
{
	char *tail = b->window + BLOCKS_MAX_LINE;
	uint64_t dropped = 0;
	struct str got;

	do {
		dropped += b->end - SHORTENED;
		memmove(tail, b->window + b->end - BLOCKS_LONG_TAIL,
		    BLOCKS_LONG_TAIL);
		b->end = SHORTENED;
		fill(b);
		got = str_span(b->window + SHORTENED, b->window + b->end);
		*line = SHORTENED + str_index(got, '\n');
	} while (*line == b->end && !b->at_end);
	if (!b->at_end)
		(*line)++;
	return dropped;
}

/* Takes the middle out of a long line; returns what is left of it. */
static size_t
shorten(struct blocks *b, size_t line, uint64_t dropped)
{
	b->long_lines++;
	if (line + dropped <= SHORTENED)
		return line;
	memmove(b->window + BLOCKS_MAX_LINE, b->window + line - BLOCKS_LONG_TAIL,
	    BLOCKS_LONG_TAIL);
	return SHORTENED;
}

bool
blocks_next(struct blocks *b, struct str *block, uint64_t *offset)
{
	uint64_t dropped = 0;
	bool is_long = false;
	size_t n, seam, shown;

	if (b->done)
		return false;
	move_to_front(b);
	n = read_lines(b);
	if (n == 0 && b->at_end)
		return false;
	if (n > 0) {
		seam = find_seam(b, b->stop);
		n = cut_at_long_line(b, seam > 0 && seam < n ? seam : n, &is_long);
	} else {
		dropped = drop_middle(b, &n);
		is_long = true;
	}
	shown = is_long ? shorten(b, n, dropped) : n;
	if (b->window[shown - 1] != '\n')
		b->window[shown] = '\n';
	*block = str_make(b->window, shown);
	*offset = b->offset;
	b->begin = n;
	b->offset += n + dropped;
	b->done = block->p[shown - 1] == '\n' &&
	    is_seam(b->stop, b->offset, str_ends(*block, STR("\r\n")));
	return true;
}
