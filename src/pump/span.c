#include "pump/span.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"
#include "input/source.h"

/* Enough to meet a stamp behind a long line; little enough to read often. */
#define END_BYTES ((size_t)16 << 10)

bool
span_is_absolute(enum stamp_kind kind)
{
	return kind == STAMP_TAI64N || kind == STAMP_RFC3339 ||
	    kind == STAMP_DECIMAL;
}

int64_t
span_first_stamp(struct str lines, const struct zone *zone, int year,
    enum stamp_kind *kind)
{
	struct stamp_clock clock;
	struct stamp st;
	struct str line;

	stamp_clock_init(&clock, zone, year);
	while (str_cut(&lines, '\n', &line)) {
		if (!stamp_parse(line, &clock, &st))
			continue;
		*kind = st.kind;
		return st.time_ns;
	}
	return WHEN_NONE;
}

/* The newest stamp in lines of which the first may be cut. */
static int64_t
newest_stamp(struct str lines, const struct zone *zone, bool *guessed)
{
	int64_t newest_ns = WHEN_NONE;
	struct stamp_clock clock;
	struct stamp st;
	struct str line;

	stamp_clock_init(&clock, zone, 0);
	while (str_cut(&lines, '\n', &line)) {
		if (!stamp_parse(line, &clock, &st))
			continue;
		*guessed |= st.guessed;
		if (st.time_ns > newest_ns)
			newest_ns = st.time_ns;
	}
	return newest_ns;
}

/* Up to END_BYTES from where the reader stands. */
static struct str
read_some(struct reader *r, char *p, uint64_t *bytes)
{
	size_t n = 0, got;

	while (n < END_BYTES &&
	    (got = reader_read(r, p + n, END_BYTES - n)) > 0)
		n += got;
	*bytes += n;
	return str_make(p, n);
}

static void
read_end(struct span *s, struct reader *r, char *p, const struct zone *zone)
{
	uint64_t size = reader_size(r);
	bool guessed = false;

	reader_seek(r, size > END_BYTES ? size - END_BYTES : 0);
	s->last_ns = newest_stamp(read_some(r, p, &s->bytes), zone, &guessed);
	if (guessed)
		s->last_ns = WHEN_NONE;
}

void
span_read(struct span *s, const struct source *source, const struct zone *zone,
    int year)
{
	char *p = mem_alloc(END_BYTES);
	struct reader *r;

	*s = (struct span){ .first_ns = WHEN_NONE, .last_ns = WHEN_NONE };
	if (reader_open(&r, source, NULL) == 0) {
		s->seekable = reader_seekable(r);
		s->first_ns = span_first_stamp(read_some(r, p, &s->bytes), zone,
		    year, &s->kind);
		if (s->seekable)
			read_end(s, r, p, zone);
		reader_close(&r);
	}
	free(p);
}

/*
 * The first stamp of a line that begins behind offset; WHEN_NONE if it is not
 * near.
 */
static int64_t
stamp_at(struct reader *r, uint64_t offset, char *p, const struct zone *zone)
{
	uint64_t bytes = 0;
	enum stamp_kind kind;
	struct str lines;
	size_t newline;

	reader_seek(r, offset);
	lines = read_some(r, p, &bytes);
	newline = str_index(lines, '\n');
	if (newline == lines.n)
		return WHEN_NONE;
	return span_first_stamp(str_skip(lines, newline + 1), zone, 0,
	    &kind);
}

uint64_t
span_find(struct reader *r, const struct zone *zone, int64_t target_ns)
{
	char *p = mem_alloc(END_BYTES);
	uint64_t low = 0, high = reader_size(r);

	/* The line at low is before target; the one at high is not, or none. */
	while (high - low > SPAN_NEAR) {
		uint64_t middle = low + (high - low) / 2;
		int64_t time_ns = stamp_at(r, middle, p, zone);

		if (time_ns != WHEN_NONE && time_ns < target_ns)
			low = middle;
		else
			high = middle;
	}
	free(p);
	reader_seek(r, 0);
	return low;
}

int64_t
span_of_name(const struct source *source)
{
	const char *slash = strrchr(source->path, '/');
	struct str name = str_from(slash ? slash + 1 : source->path);
	int64_t time_ns;

	if ((source->kind != SOURCE_FINISHED &&
	    source->kind != SOURCE_UNPROCESSED) ||
	    !when_parse_tai64n(str_head(name, 25), &time_ns))
		return WHEN_NONE;
	return time_ns;
}
