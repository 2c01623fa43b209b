#include "input/live_lines.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "input/blocks.h"

#define ROOM ((size_t)256 << 10)
/* What a shortened line leaves. */
#define SHORTENED (BLOCKS_MAX_LINE + BLOCKS_LONG_TAIL)

static void
move_to_front(struct live_lines *l)
{
	size_t n = l->end - l->begin;

	if (l->begin == 0)
		return;
	if (n > 0)
		memmove(l->window, l->window + l->begin, n);
	l->searched -= l->begin;
	l->begin = 0;
	l->end = n;
}

char *
live_lines_room(struct live_lines *l, size_t n)
{
	assert(n <= ROOM);
	move_to_front(l);
	if (l->capacity - l->end < n || l->window == NULL) {
		l->capacity = l->end + n > ROOM ? l->end + n : ROOM;
		l->window = mem_resize(l->window, l->capacity + BLOCKS_SLACK);
		memset(l->window + l->end, 0,
		    l->capacity + BLOCKS_SLACK - l->end);
	}
	return l->window + l->end;
}

/*
 * Takes the middle out of the n bytes that the first line is so far, if they
 * are too many.
 */
static void
shorten(struct live_lines *l, size_t n)
{
	char *line = l->window + l->begin;
	size_t middle = n > SHORTENED ? n - SHORTENED : 0;

	if (middle == 0)
		return;
	memmove(line + BLOCKS_MAX_LINE, line + BLOCKS_MAX_LINE + middle,
	    l->end - l->begin - BLOCKS_MAX_LINE - middle);
	l->end -= middle;
	l->dropped += middle;
	l->searched = l->begin;
}

/* The end of the line that reading began in is not wanted. */
static void
skip_line(struct live_lines *l)
{
	struct str all = str_make(l->window + l->begin, l->end - l->begin);
	size_t n = str_index(all, '\n');

	l->skip = n == all.n;
	n += !l->skip;
	l->begin += n;
	l->offset += n;
	l->searched = l->begin;
}

void
live_lines_filled(struct live_lines *l, size_t n)
{
	struct str fresh = str_make(l->window + l->end, n);
	size_t line;

	l->end += n;
	if (l->skip) {
		skip_line(l);
		return;
	}
	/* Only the first line began before these bytes, so only it can be
	 * too long. */
	line = l->end - n - l->begin + str_index(fresh, '\n');
	if (line < l->end - l->begin) {
		shorten(l, line + 1);
	} else {
		shorten(l, line);
		l->searched = l->end; /* in vain */
	}
}

bool
live_lines_take(struct live_lines *l, struct str *block, uint64_t *offset)
{
	struct str fresh = str_make(l->window + l->searched,
	    l->end - l->searched);
	const char *newline = fresh.n > 0 ? memrchr(fresh.p, '\n', fresh.n)
					  : NULL;

	l->searched = l->end;
	if (newline == NULL)
		return false;
	*block = str_span(l->window + l->begin, newline + 1);
	*offset = l->offset;
	l->long_lines += str_index(*block, '\n') >= BLOCKS_MAX_LINE;
	l->begin += block->n;
	l->offset += block->n + l->dropped;
	l->dropped = 0;
	return true;
}

struct str
live_lines_rest(const struct live_lines *l)
{
	return str_make(l->window + l->begin, l->end - l->begin);
}

void
live_lines_restart(struct live_lines *l, uint64_t offset)
{
	l->begin = l->end = l->searched = 0;
	l->offset = offset;
	l->dropped = 0;
	l->skip = false;
}

void
live_lines_clear(struct live_lines *l)
{
	free(l->window);
	*l = (struct live_lines){ 0 };
}
