#include "pump/lookback.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/find.h"
#include "base/mem.h"
#include "base/when.h"
#include "format/stamp.h"
#include "input/source.h"

/* A connection without a line for so long is over (qpsmtpd_track.h). */
#define AGE_NS (INT64_C(3600) * WHEN_SECOND)
/* How much is read at first, and at most at once. */
#define STEP_FIRST ((uint64_t)64 << 10)
#define STEP_MOST ((uint64_t)1 << 20)
/* A line longer than this is none that a connection begins with. */
#define LINE_MOST ((uint64_t)4 << 20)

/* A source, or what was read of it, and where it stands in the text. */
struct stretch {
	const struct source *source;
	uint64_t at;	/* in the text, of its byte from */
	uint64_t from, end;
	bool newline;	/* one stands in the text before it */
};

/* A line of the process that was found. */
struct found {
	size_t at, n; /* in texts; with its '\n' */
};

struct lookback {
	const struct format *format;
	struct stamp_clock clock;
	struct stretch *stretches;
	size_t n, cap;
	struct reader *reader; /* of stretches[reading] */
	size_t reading;
	uint64_t bytes;
	/* Of the search that is under way. */
	struct buf chunk, pid, texts, result;
	struct found *found; /* newest first */
	size_t n_found, cap_found;
	int64_t oldest_ns;
	bool done;
};

struct lookback *
lookback_new(const struct format *format, const struct zone *zone)
{
	struct lookback *b = mem_zalloc(sizeof(*b));

	b->format = format;
	stamp_clock_init(&b->clock, zone, 0);
	return b;
}

void
lookback_free(struct lookback **lookback)
{
	struct lookback *b = *lookback;

	if (b == NULL)
		return;
	if (b->reader)
		reader_close(&b->reader);
	buf_clear(&b->chunk);
	buf_clear(&b->pid);
	buf_clear(&b->texts);
	buf_clear(&b->result);
	free(b->found);
	free(b->stretches);
	free(b);
	*lookback = NULL;
}

static uint64_t
stretch_end(const struct stretch *t)
{
	return t->at + (t->end - t->from);
}

uint64_t
lookback_source(struct lookback *b, const struct source *source, uint64_t from,
    bool newline)
{
	uint64_t at = b->n ? stretch_end(&b->stretches[b->n - 1]) : 0;
	struct stretch t = { .source = source, .at = at + newline,
		.from = from, .end = from, .newline = newline };

	ARRAY_PUSH(b->stretches, b->n, b->cap) = t;
	return t.at - from;
}

void
lookback_seen(struct lookback *b, uint64_t offset)
{
	assert(b->n > 0);
	b->stretches[b->n - 1].end = offset;
}

uint64_t
lookback_bytes(const struct lookback *b)
{
	return b->bytes;
}

/* The reader of a stretch; NULL if its file is gone. */
static struct reader *
reader_of(struct lookback *b, size_t i)
{
	if (b->reader && b->reading == i)
		return b->reader;
	if (b->reader)
		reader_close(&b->reader);
	if (reader_open(&b->reader, b->stretches[i].source, NULL) < 0)
		return NULL;
	b->reading = i;
	if (!reader_seekable(b->reader))
		reader_close(&b->reader);
	return b->reader;
}

/* Appends [from, to) of the text to the chunk; false if it cannot be read. */
static bool
read_text(struct lookback *b, uint64_t from, uint64_t to)
{
	for (size_t i = 0; i < b->n && from < to; i++) {
		const struct stretch *t = &b->stretches[i];
		uint64_t end = stretch_end(t) < to ? stretch_end(t) : to;
		struct reader *r;

		if (t->newline && from == t->at - 1) {
			buf_add_char(&b->chunk, '\n');
			from++;
		}
		if (from < t->at || from >= end)
			continue;
		r = reader_of(b, i);
		if (r == NULL)
			return false;
		reader_seek(r, t->from + (from - t->at));
		while (from < end) {
			size_t want = (size_t)(end - from), got;

			got = reader_read(r, buf_reserve(&b->chunk, want),
			    want);
			if (got == 0)
				return false;
			b->chunk.n += got;
			from += got;
			b->bytes += got;
		}
	}
	return from == to;
}

static void
keep_line(struct lookback *b, struct str line)
{
	ARRAY_PUSH(b->found, b->n_found, b->cap_found) =
	    (struct found){ b->texts.n, line.n + 1 };
	buf_add_str(&b->texts, line);
	buf_add_char(&b->texts, '\n');
}

struct began {
	bool any;
};

static void
note_began(void *ctx, const struct event *ev)
{
	struct began *began = ctx;

	began->any |= ev->kind == EVENT_ACCEPTED;
}

bool
lookback_begins(const struct lookback *b, struct str line)
{
	struct scan_options so = { .wants = EVENT_BIT(EVENT_ACCEPTED),
		.start_ns = INT64_MIN, .end_ns = INT64_MAX, .first = true,
		.stream = STR("-") };
	struct began began = { false };
	struct buf copy = { 0 };
	struct scan *s = b->format->scan_new(&so, note_began, &began);

	buf_add_str(&copy, line);
	buf_add_repeated(&copy, '\n', FORMAT_SLACK + 1);
	b->format->scan_block(s, str_make(copy.p, line.n + 1), 0);
	b->format->scan_free(&s);
	buf_clear(&copy);
	return began.any;
}

/* A line of the process, the newest that was not looked at. */
static void
look_at(struct lookback *b, struct str line, const struct line_owner *o)
{
	if (o->time_ns != WHEN_NONE && b->oldest_ns != WHEN_NONE &&
	    b->oldest_ns - o->time_ns > AGE_NS) {
		b->done = true;
		return;
	}
	if (o->time_ns != WHEN_NONE)
		b->oldest_ns = o->time_ns;
	keep_line(b, line);
	b->done = o->place == LINE_CLOSING || o->place == LINE_LAST ||
	    (o->place == LINE_FIRST && lookback_begins(b, line));
}

static bool
is_same(const struct line_owner *a, const struct line_owner *b)
{
	return str_eq(a->pid, b->pid) && str_eq(a->host, b->host);
}

/*
 * The lines of the process in the chunk, whose lines begin at from, are
 * looked at from the last to the first.
 */
static void
look_through(struct lookback *b, size_t from, const struct line_owner *owner)
{
	struct str lines = buf_str(&b->chunk);
	size_t *places = NULL, n = 0, cap = 0, at = from;
	struct find pid;

	find_init(&pid, buf_str(&b->pid));
	lines.n -= FORMAT_SLACK;
	while ((at = find_next(&pid, lines, at)) < lines.n) {
		const char *newline = memrchr(lines.p, '\n', at);
		size_t begin = newline ? (size_t)(newline + 1 - lines.p) : 0;

		ARRAY_PUSH(places, n, cap) = begin;
		at += str_index(str_skip(lines, at), '\n');
	}
	while (n-- > 0 && !b->done) {
		struct str line = str_skip(lines, places[n]);
		struct line_owner o;

		line = str_head(line, str_index(line, '\n'));
		b->format->line_owner(line, &b->clock, &o);
		if (is_same(&o, owner))
			look_at(b, line, &o);
	}
	free(places);
}

/* Are all lines before this one too old to belong to the connection? */
static bool
is_too_old(struct lookback *b, struct str line)
{
	struct line_owner o;

	b->format->line_owner(line, &b->clock, &o);
	return o.time_ns != WHEN_NONE && b->oldest_ns != WHEN_NONE &&
	    b->oldest_ns - o.time_ns > AGE_NS;
}

/* What was found, oldest first. */
static struct str
put_together(struct lookback *b)
{
	buf_reset(&b->result);
	for (size_t i = b->n_found; i-- > 0;)
		buf_add(&b->result, b->texts.p + b->found[i].at,
		    b->found[i].n);
	buf_add_repeated(&b->result, '\n', FORMAT_SLACK);
	return str_make(b->result.p, b->result.n - FORMAT_SLACK);
}

struct str
lookback_find(struct lookback *b, const struct line_owner *owner,
    uint64_t from, uint64_t to)
{
	uint64_t step = STEP_FIRST;

	buf_reset(&b->texts);
	buf_reset(&b->pid);
	b->n_found = 0;
	b->done = false;
	b->oldest_ns = owner->time_ns;
	/* "@400000006955b90b02b91f21 3907 ...", "... cleaning up after 3907". */
	buf_add_char(&b->pid, ' ');
	buf_add_str(&b->pid, owner->pid);
	while (to > from && !b->done) {
		uint64_t begin = to - from > step ? to - step : from;
		size_t skip = 0;

		buf_reset(&b->chunk);
		if (!read_text(b, begin, to))
			break;
		buf_add_repeated(&b->chunk, '\n', FORMAT_SLACK);
		if (begin > from)
			skip = str_index(buf_str(&b->chunk), '\n') + 1;
		if (skip >= b->chunk.n - FORMAT_SLACK) {
			/* Nothing but a part of a line. */
			if (step > LINE_MOST)
				break;
			step *= 2;
			continue;
		}
		look_through(b, skip, owner);
		if (is_too_old(b, str_head(str_skip(buf_str(&b->chunk), skip),
		    str_index(str_skip(buf_str(&b->chunk), skip), '\n'))))
			break;
		to = begin + skip;
		if (step < STEP_MOST)
			step *= 2;
	}
	return put_together(b);
}
