/*
 * Which sources are copies of others?  Every file is read for a KiB; sorted by
 * that beginning, each stands directly before those that continue it, so only
 * neighbours have to be compared further.
 */
#include "input/source.h"

#include <stdlib.h>
#include <string.h>

#include "input/reader.h"

#define HEAD ((size_t)1 << 10)
#define PIECE ((size_t)64 << 10)

struct candidate {
	struct source *source;
	size_t place; /* in the list: of equal ones the later is the copy */
	struct str head;
};

enum likeness { DIFFERENT, SAME, BEGINS_OTHER, BEGUN_BY_OTHER };

static bool
same_inode(const struct source *a, const struct source *b)
{
	return a->inode != 0 && a->inode == b->inode && a->device == b->device;
}

static struct str
read_head(struct arena *a, const struct source *s)
{
	struct reader *r;
	char head[HEAD];
	size_t n;

	if (reader_open(&r, s, NULL) < 0)
		return str_none();
	n = reader_read_full(r, head, sizeof(head));
	reader_close(&r);
	return arena_str(a, str_make(head, n));
}

static enum likeness
compare_readers(struct reader *a, struct reader *b, char *buffer)
{
	char *p = buffer, *q = buffer + PIECE;
	size_t n, m;

	do {
		n = reader_read_full(a, p, PIECE);
		m = reader_read_full(b, q, PIECE);
		if (memcmp(p, q, n < m ? n : m) != 0)
			return DIFFERENT;
	} while (n == PIECE && m == PIECE);
	if (n == m)
		return SAME;
	return n < m ? BEGINS_OTHER : BEGUN_BY_OTHER;
}

static enum likeness
compare_sources(const struct source *a, const struct source *b)
{
	struct reader *r = NULL, *q = NULL;
	enum likeness like = DIFFERENT;
	char *buffer;

	if (reader_open(&r, a, NULL) == 0 && reader_open(&q, b, NULL) == 0) {
		buffer = mem_alloc(2 * PIECE);
		like = compare_readers(r, q, buffer);
		free(buffer);
	}
	reader_close(&r);
	reader_close(&q);
	return like;
}

/* a's beginning is the beginning of b's. */
static enum likeness
compare(const struct candidate *a, const struct candidate *b)
{
	if (a->head.n == HEAD)
		return compare_sources(a->source, b->source);
	return a->head.n == b->head.n ? SAME : BEGINS_OTHER;
}

/* A few bytes alike, not even a line, are chance. */
static bool
has_line(const struct candidate *c)
{
	return c->head.n == HEAD || str_index(c->head, '\n') < c->head.n;
}

static void
mark_pair(struct candidate *a, struct candidate *b)
{
	switch (compare(a, b)) {
	case SAME:
		if (a->place < b->place)
			b->source->copy_of = a->source;
		else
			a->source->copy_of = b->source;
		break;
	case BEGINS_OTHER:
		if (has_line(a))
			a->source->copy_of = b->source;
		break;
	case BEGUN_BY_OTHER:
		if (has_line(b))
			b->source->copy_of = a->source;
		break;
	case DIFFERENT:
		break;
	}
}

static void
mark_pairs(struct candidate *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n && c[i].source->copy_of == NULL &&
		    str_starts(c[j].head, c[i].head); j++)
			if (c[j].source->copy_of == NULL)
				mark_pair(&c[i], &c[j]);
}

static int
cmp_inode(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	const struct source *s = x->source, *t = y->source;

	if (s->device != t->device)
		return s->device < t->device ? -1 : 1;
	if (s->inode != t->inode)
		return s->inode < t->inode ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static int
cmp_head(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = str_cmp(x->head, y->head);

	return order ? order : x->place < y->place ? -1 : x->place > y->place;
}

static void
mark_same_inodes(struct candidate *c, size_t n)
{
	qsort(c, n, sizeof(*c), cmp_inode);
	for (size_t i = 1, first = 0; i < n; i++) {
		if (same_inode(c[first].source, c[i].source))
			c[i].source->copy_of = c[first].source;
		else
			first = i;
	}
}

/* Keeps those that can be read again and have something in them; how many. */
static size_t
read_heads(struct arena *a, struct candidate *c, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		const struct source *s = c[i].source;

		if (s->copy_of != NULL || s->error != NULL || s->size == 0)
			continue;
		c[i].head = read_head(a, s);
		if (c[i].head.n > 0)
			c[kept++] = c[i];
	}
	return kept;
}

void
source_list_mark_copies(struct source_list *l)
{
	struct candidate *c;
	struct arena heads = { 0 };
	size_t n;

	if (l->n == 0)
		return;
	c = mem_alloc(l->n * sizeof(*c));
	for (size_t i = 0; i < l->n; i++) {
		l->sources[i]->copy_of = NULL;
		c[i] = (struct candidate){ .source = l->sources[i], .place = i };
	}
	mark_same_inodes(c, l->n);
	n = read_heads(&heads, c, l->n);
	qsort(c, n, sizeof(*c), cmp_head);
	mark_pairs(c, n);
	/* A copy of a copy is one of what that is a copy of. */
	for (size_t i = 0; i < l->n; i++)
		while (l->sources[i]->copy_of != NULL &&
		    l->sources[i]->copy_of->copy_of != NULL)
			l->sources[i]->copy_of = l->sources[i]->copy_of->copy_of;
	arena_clear(&heads);
	free(c);
}
