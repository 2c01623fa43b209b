#include "logview/log_page.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/when.h"
#include "format/format.h"
#include "format/stamp.h"
#include "input/blocks.h"
#include "input/source.h"
#include "search/pattern.h"

/* The last lines are looked for in so much of the end first, then in more. */
#define LAST_FIRST ((uint64_t)256 << 10)
#define LAST_FACTOR 16

/* One reading of a file, or of its end. */
struct reading {
	struct log_page *page;
	const struct log_page_options *o;
	struct pattern *pattern; /* NULL: every line */
	struct stamp_clock clock;
	struct buf masked, local;
	int64_t local_s;     /* whose local time is in local */
	int64_t deadline_ns;
	size_t first;	     /* of the ring, once it is full */
};

/* ---- one line ---- */

static struct str
without_end(struct str line)
{
	if (str_ends(line, STR("\n")))
		line.n--;
	if (str_ends(line, STR("\r")))
		line.n--;
	return line;
}

/* Whatever the log is of: a file may be a stranger's. */
static struct str
mask(struct buf *b, struct str line)
{
	for (size_t i = 0; formats[i] != NULL; i++) {
		buf_reset(b);
		if (formats[i]->mask && formats[i]->mask(line, b))
			return buf_str(b);
	}
	return line;
}

static struct log_page_line
take_apart(struct reading *r, struct str line, uint64_t at)
{
	struct log_page_line l = { .at = at, .time_ns = WHEN_NONE,
		.stamp = STR(""), .text = line };
	struct stamp st;

	if (!stamp_parse(line, &r->clock, &st))
		return l;
	if (!st.guessed)
		l.time_ns = st.time_ns;
	/* What syslog puts behind its stamp is part of the text. */
	if (st.kind == STAMP_TAI64N || st.kind == STAMP_TAI64NLOCAL ||
	    st.kind == STAMP_DECIMAL) {
		l.stamp = str_trim(str_head(line, st.n));
		l.text = str_skip(line, st.n);
	}
	return l;
}

/* "2026-03-10 01:05:00 the text", as it is shown. */
static struct str
as_shown(struct reading *r, const struct log_page_line *l)
{
	int64_t second = when_to_s(l->time_ns);

	if (r->local.n < 19 || r->local_s != second) {
		buf_reset(&r->local);
		when_format(&r->local, l->time_ns, WHEN_LOCAL, r->o->zone);
		r->local_s = second;
	}
	r->local.n = 19;
	buf_add_char(&r->local, ' ');
	buf_add_str(&r->local, l->text);
	return buf_str(&r->local);
}

static bool
matches(struct reading *r, const struct log_page_line *l, struct str line)
{
	return r->pattern == NULL || pattern_match(r->pattern, line) ||
	    (l->time_ns != WHEN_NONE &&
	    pattern_match(r->pattern, as_shown(r, l)));
}

/* ---- the page ---- */

static struct str
keep(struct buf *b, struct str s)
{
	buf_add_str(b, s);
	return str_make(NULL, s.n);
}

/* Texts are found by their places until all are there: bytes may move. */
static void
add_line(struct reading *r, struct log_page_line l)
{
	struct log_page *p = r->page;

	l.cut = l.text.n > LOG_PAGE_LINE_BYTES;
	l.text = str_head(l.text, LOG_PAGE_LINE_BYTES);
	l.from = p->bytes.n;
	l.stamp = keep(&p->bytes, l.stamp);
	l.text = keep(&p->bytes, l.text);
	if (!r->o->last || p->n < r->o->limit) {
		ARRAY_PUSH(p->lines, p->n, p->cap) = l;
		return;
	}
	p->lines[r->first] = l;
	r->first = (r->first + 1) % p->n;
}

/* The bytes of lines that the ring let go. */
static void
forget_bytes(struct reading *r)
{
	struct log_page *p = r->page;
	struct buf kept = { 0 };

	for (size_t i = 0; i < p->n; i++) {
		struct log_page_line *l = &p->lines[i];
		size_t from = kept.n;

		buf_add(&kept, p->bytes.p + l->from, l->stamp.n + l->text.n);
		l->from = from;
	}
	buf_clear(&p->bytes);
	p->bytes = kept;
}

/* False: the page is full. */
static bool
take_line(struct reading *r, struct str line, uint64_t at)
{
	struct log_page *p = r->page;
	struct log_page_line l;

	line = mask(&r->masked, without_end(line));
	l = take_apart(r, line, at);
	if (!matches(r, &l, line))
		return true;
	if (!r->o->last && p->n == r->o->limit) {
		p->reason = LOG_PAGE_LIMIT;
		return false;
	}
	if (!r->o->last && p->bytes.n + line.n > LOG_PAGE_BYTES && p->n > 0) {
		p->reason = LOG_PAGE_FULL;
		return false;
	}
	p->matched++;
	add_line(r, l);
	if (r->o->last && p->bytes.n > 2 * LOG_PAGE_BYTES)
		forget_bytes(r);
	return true;
}

/* offset: of the block.  False: the page is full. */
static bool
take_block(struct reading *r, struct str block, uint64_t offset, uint64_t at)
{
	struct log_page *p = r->page;
	const char *begin = block.p;

	while (block.n > 0) {
		size_t n = str_index(block, '\n');
		struct str line = str_head(block, n < block.n ? n + 1 : n);
		uint64_t place = offset + (uint64_t)(line.p - begin);

		/* What begins before is the rest of a line, of which nobody
		 * can tell what is secret in it. */
		if (place >= at && !take_line(r, line, place)) {
			p->next = place;
			return false;
		}
		block = str_skip(block, line.n);
	}
	return true;
}

/* from: where the reader stands; the first line is the one at or behind at. */
static void
read_lines(struct reading *r, struct reader *reader, uint64_t from,
    uint64_t at)
{
	struct log_page *p = r->page;
	struct blocks blocks;
	struct str block;
	uint64_t offset;

	stamp_clock_init(&r->clock, r->o->zone, 0);
	p->next = at;
	blocks_open(&blocks, reader, 0, UINT64_MAX, 0);
	while (blocks_next(&blocks, &block, &offset)) {
		p->read += block.n;
		if (!take_block(r, block, from + offset, at))
			break;
		p->next = from + offset + block.n;
		if (r->o->clock() > r->deadline_ns) {
			p->reason = LOG_PAGE_TIME;
			break;
		}
	}
	blocks_close(&blocks);
}

/* The byte before tells whether a line begins there. */
static void
read_from(struct reading *r, struct reader *reader, uint64_t at)
{
	uint64_t from = at > 0 && reader_seekable(reader) ? at - 1 : 0;

	if (from > reader_size(reader) && reader_seekable(reader))
		from = reader_size(reader);
	if (from > 0)
		reader_seek(reader, from);
	read_lines(r, reader, from, at);
}

static void
start_anew(struct reading *r)
{
	r->first = 0;
	r->page->n = 0;
	r->page->matched = 0;
	buf_reset(&r->page->bytes);
}

/* In more and more of the end, until there are enough. */
static void
read_last(struct reading *r, struct reader *reader)
{
	struct log_page *p = r->page;
	uint64_t size = reader_size(reader), want = LAST_FIRST;

	if (!reader_seekable(reader)) {
		read_lines(r, reader, 0, 0);
		return;
	}
	for (;; want *= LAST_FACTOR) {
		uint64_t at = size > want ? size - want : 0;

		start_anew(r);
		reader_seek(reader, 0);
		read_from(r, reader, at);
		if (at == 0 || p->n == r->o->limit ||
		    p->reason == LOG_PAGE_TIME)
			return;
	}
}

/* ---- afterwards ---- */

static void
put_in_order(struct reading *r)
{
	struct log_page *p = r->page;
	struct log_page_line *copy;

	if (r->first == 0)
		return;
	copy = mem_alloc(p->n * sizeof(*copy));
	for (size_t i = 0; i < p->n; i++)
		copy[i] = p->lines[(r->first + i) % p->n];
	memcpy(p->lines, copy, p->n * sizeof(*copy));
	free(copy);
}

/* The newest ones that fit. */
static void
drop_oldest(struct log_page *p)
{
	size_t bytes = 0, keep_n = 0;

	while (keep_n < p->n) {
		const struct log_page_line *l = &p->lines[p->n - keep_n - 1];

		bytes += l->stamp.n + l->text.n;
		if (bytes > LOG_PAGE_BYTES && keep_n > 0)
			break;
		keep_n++;
	}
	memmove(p->lines, p->lines + (p->n - keep_n),
	    keep_n * sizeof(*p->lines));
	p->n = keep_n;
}

static void
point_at_bytes(struct log_page *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct log_page_line *l = &p->lines[i];

		l->stamp.p = p->bytes.p + l->from;
		l->text.p = l->stamp.p + l->stamp.n;
	}
}

static int
read_source(struct reading *r, const struct source *s, struct err *err)
{
	struct reader *reader;
	const char *wrong;
	int result = 0;

	if (reader_open(&reader, s, err) < 0)
		return -1;
	if (r->o->last)
		read_last(r, reader);
	else
		read_from(r, reader, r->o->at);
	wrong = reader_error(reader);
	if (wrong != NULL && r->page->read == 0)
		result = err_set(err, ERR_IO, "%s: %s", s->path, wrong);
	reader_close(&reader);
	return result;
}

int
log_page_read(struct log_page *page, const struct source *s,
    const struct log_page_options *o, struct err *err)
{
	struct reading r = { .page = page, .o = o,
		.deadline_ns = o->clock() + LOG_PAGE_NS };
	int result;

	*page = (struct log_page){ .reason = LOG_PAGE_END };
	if (o->pattern != NULL && *o->pattern != '\0' &&
	    pattern_new(&r.pattern, o->pattern, o->fixed, err) < 0)
		return -1;
	result = read_source(&r, s, err);
	put_in_order(&r);
	if (o->last)
		drop_oldest(page);
	point_at_bytes(page);
	pattern_free(&r.pattern);
	buf_clear(&r.masked);
	buf_clear(&r.local);
	return result;
}

void
log_page_clear(struct log_page *page)
{
	free(page->lines);
	buf_clear(&page->bytes);
	*page = (struct log_page){ 0 };
}
