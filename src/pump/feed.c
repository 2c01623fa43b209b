#include "pump/feed.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/when.h"
#include "input/source.h"
#include "pump/ordered.h"
#include "pump/span.h"

struct feed *
feed_new(const struct lane_options *o, const char *stream, size_t order)
{
	struct feed *f = mem_zalloc(sizeof(*f));

	f->lane = lane_new(o);
	f->lane_ctx = o->ctx;
	f->stream = stream;
	f->order = order;
	f->source_last_ns = f->read_ns = f->anchor_ns = WHEN_NONE;
	return f;
}

void
feed_free(struct feed **feed)
{
	struct feed *f = *feed;

	if (f == NULL)
		return;
	feed_close(f);
	sieve_free(&f->sieve);
	lane_free(&f->lane);
	free(f);
	*feed = NULL;
}

int
feed_open(struct feed *f, struct ordered_source *told, size_t index,
    int64_t last_ns)
{
	struct err err;

	f->told = told;
	f->index = index;
	f->source_last_ns = last_ns;
	if (reader_open(&f->reader, told->source, &err) == 0)
		return 0;
	told->error = mem_strdup(err.text);
	return -1;
}

void
feed_begin(struct feed *f, uint64_t from)
{
	blocks_open(&f->blocks, f->reader, from, UINT64_MAX, 0);
}

/* Lines may be out of order; that the first is past the end says enough. */
static bool
is_past(struct str block, int64_t end_ns, const struct zone *zone)
{
	enum stamp_kind kind = STAMP_NONE;
	int64_t first_ns;

	if (end_ns == INT64_MAX)
		return false;
	first_ns = span_first_stamp(block, zone, 0, &kind);
	return span_is_absolute(kind) && first_ns >= end_ns;
}

/* A sieve does not show the lane all lines, so it is asked the block itself. */
static void
note_time(struct feed *f, struct str block, const struct zone *zone)
{
	struct str lines = str_head(block, block.n - 1);
	const char *newline = lines.n ? memrchr(lines.p, '\n', lines.n) : NULL;
	enum stamp_kind kind;
	int64_t time_ns;

	if (newline)
		lines = str_span(newline + 1, lines.p + lines.n);
	time_ns = span_first_stamp(lines, zone, 0, &kind);
	if (time_ns > f->read_ns)
		f->read_ns = time_ns;
}

/*
 * What comes through a pipe is read once, so the year of its first stamp is
 * told by its first block: the last one that is not after the anchor.
 */
static void
find_year(struct feed *f, struct str block, const struct zone *zone)
{
	struct years y;

	years_init(&y);
	years_block(&y, block);
	if (y.any)
		lane_set_year(f->lane, years_first(&y, f->anchor_ns, zone));
	f->anchor_ns = WHEN_NONE;
}

bool
feed_next(struct feed *f, int64_t end_ns, const struct zone *zone)
{
	struct str block;
	uint64_t offset;

	if (f->reader == NULL || !blocks_next(&f->blocks, &block, &offset) ||
	    is_past(block, end_ns, zone))
		return false;
	if (f->anchor_ns != WHEN_NONE)
		find_year(f, block, zone);
	if (f->sieve) {
		note_time(f, block, zone);
		sieve_block(f->sieve, block, offset);
	} else {
		lane_block(f->lane, block, offset);
	}
	f->told->bytes += block.n;
	f->told->format = lane_format(f->lane);
	return true;
}

int64_t
feed_last_ns(const struct feed *f)
{
	if (f->reader == NULL && f->source_last_ns != WHEN_NONE)
		return f->source_last_ns;
	return f->sieve ? f->read_ns : lane_last_ns(f->lane);
}

uint64_t
feed_taken(const struct feed *f)
{
	return f->reader ? reader_taken(f->reader) : 0;
}

void
feed_close(struct feed *f)
{
	const char *error;

	if (f->reader == NULL)
		return;
	error = reader_error(f->reader);
	if (error && f->told->error == NULL) {
		f->told->error = mem_strdup(error);
		f->told->truncated = true;
	}
	blocks_close(&f->blocks);
	reader_close(&f->reader);
}
