#include "history/known.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "input/source.h"

static struct store_mark
mark_of(uint64_t from, struct str bytes)
{
	struct store_mark m = { .from = from, .n = (uint32_t)bytes.n };

	hash_128(bytes, m.hash);
	return m;
}

static bool
mark_fits(const struct store_mark *m, struct str bytes)
{
	uint64_t hash[2];

	if (bytes.n < m->n)
		return false;
	hash_128(str_head(bytes, m->n), hash);
	return hash[0] == m->hash[0] && hash[1] == m->hash[1];
}

/* Does a content that begins with head begin as s does? */
static bool
begins_as(const struct store_source *s, struct str head)
{
	if (s->line.n == 0 || !mark_fits(&s->line, head))
		return false;
	/* What is shorter than the part that is known can be told by its first
	 * line alone. */
	return head.n < s->head.n ? head.n < KNOWN_HEAD
				  : mark_fits(&s->head, head);
}

/* Moves a reader to offset; false if the source ends before. */
static bool
move_to(struct reader **r, const struct source *source, uint64_t offset)
{
	char *p;
	size_t n = 1;

	if (reader_seekable(*r)) {
		reader_seek(*r, offset);
		return offset <= reader_size(*r);
	}
	reader_close(r);
	if (reader_open(r, source, NULL) < 0)
		return false;
	p = mem_alloc((size_t)64 << 10);
	while (offset > 0 && n > 0) {
		n = reader_read(*r, p, offset < (size_t)64 << 10
		    ? (size_t)offset : (size_t)64 << 10);
		offset -= n;
	}
	free(p);
	return offset == 0;
}

/* The reader stands behind what was read of s then. */
static enum known
compare(struct reader **r, const struct source *source,
    const struct store_source *s)
{
	char tail[KNOWN_TAIL];

	if (!move_to(r, source, s->tail.from))
		return KNOWN_ALL; /* an older copy of it, or a part */
	if (reader_read_full(*r, tail, s->tail.n) < s->tail.n)
		return KNOWN_ALL;
	return mark_fits(&s->tail, str_make(tail, s->tail.n)) ? KNOWN_MORE
							    : KNOWN_NEW;
}

int
known_open(const struct source *source, struct store_source *all, size_t n,
    struct reader **r, enum known *known, struct store_source **of,
    struct known_text *text, struct err *err)
{
	char head[KNOWN_HEAD];
	size_t got;

	*known = KNOWN_NEW;
	*of = NULL;
	text->n_head = text->n_tail = 0;
	if (reader_open(r, source, err) < 0)
		return -1;
	got = reader_read_full(*r, head, sizeof(head));
	/* The one that was read furthest, if there are several. */
	for (size_t i = 0; i < n && *r; i++) {
		enum known is;

		if (!begins_as(&all[i], str_make(head, got)) ||
		    (*of && all[i].position <= (*of)->position))
			continue;
		is = compare(r, source, &all[i]);
		if (is == KNOWN_NEW)
			continue;
		*known = is;
		*of = &all[i];
	}
	if (*known == KNOWN_ALL) {
		reader_close(r);
		return 0;
	}
	if (*r)
		move_to(r, source, *of ? (*of)->tail.from : 0);
	if (*r == NULL)
		return err_set(err, ERR_IO, "%s: it cannot be read again",
		    source->path);
	if (*of == NULL)
		return 0;
	text->n_head = got < (*of)->position ? got : (size_t)(*of)->position;
	memcpy(text->head, head, text->n_head);
	text->n_tail = reader_read_full(*r, text->tail, (*of)->tail.n);
	return 0;
}

/* The bytes are the last ones now. */
static void
tail_add(struct known_text *text, struct str bytes)
{
	size_t kept;

	if (bytes.n > KNOWN_TAIL)
		bytes = str_skip(bytes, bytes.n - KNOWN_TAIL);
	kept = KNOWN_TAIL - bytes.n < text->n_tail ? KNOWN_TAIL - bytes.n
						   : text->n_tail;
	memmove(text->tail, text->tail + text->n_tail - kept, kept);
	if (bytes.n > 0)
		memcpy(text->tail + kept, bytes.p, bytes.n);
	text->n_tail = kept + bytes.n;
}

static void
head_add(struct store_source *s, struct known_text *text, struct str bytes)
{
	struct str all;
	size_t newline;

	bytes = str_head(bytes, KNOWN_HEAD - text->n_head);
	if (bytes.n == 0)
		return;
	memcpy(text->head + text->n_head, bytes.p, bytes.n);
	text->n_head += bytes.n;
	all = str_make(text->head, text->n_head);
	s->head = mark_of(0, all);
	all = str_head(all, KNOWN_LINE);
	newline = str_index(all, '\n');
	s->line = mark_of(0, str_head(all, newline + 1));
}

void
known_read(struct store_source *s, struct known_text *text, struct str bytes,
    uint64_t offset)
{
	if (offset == text->n_head)
		head_add(s, text, bytes);
	tail_add(text, bytes);
	s->position = offset + bytes.n;
	s->tail = mark_of(s->position - text->n_tail,
	    str_make(text->tail, text->n_tail));
}
