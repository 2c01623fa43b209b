#include "history/ingest_run.h"

#include <string.h>

#include "base/buf.h"
#include "base/when.h"
#include "format/format.h"
#include "history/known.h"
#include "input/blocks.h"
#include "input/source.h"

/* Long enough for its commit not to matter, short enough to be done again. */
#define DELTA_BYTES (UINT64_C(64) << 20)

static const char *
kind_name(enum source_kind kind)
{
	static const char *const names[] = {
		[SOURCE_FILE] = "file", [SOURCE_FINISHED] = "finished",
		[SOURCE_UNPROCESSED] = "unprocessed",
		[SOURCE_CURRENT] = "current", [SOURCE_STDIN] = "stdin",
	};

	return names[kind];
}

static void
describe(struct store_source *s, const struct source *source)
{
	const char *packing = source_packing_name(source->packing);

	s->path = str_from(source->path);
	s->kind = str_from(kind_name(source->kind));
	s->packing = str_from(packing ? packing : "");
	s->disk_bytes = source->size;
	s->device = source->device;
	s->inode = source->inode;
	/* Known when it was read to its end: see unchanged(). */
	s->mtime_ns = WHEN_NONE;
}

/* What of a scan's counts a source is told. */
static void
counts_add(struct store_source *s, const struct scan_counts *c, uint64_t sign)
{
	uint64_t ignored = 0;

	if (c == NULL)
		return;
	for (int i = 0; i < IGNORE_REASONS; i++)
		ignored += c->ignored[i];
	s->lines += c->lines * sign;
	s->used += c->used * sign;
	s->ignored += ignored * sign;
	s->not_understood += c->not_understood * sign;
}

/* Reads a source from where its reader stands to its end. */
static int
read_source(struct ingest *in, struct chain *c, struct store_source *s,
    struct known_text *text, struct reader *r)
{
	uint64_t from = s->position, offset, limit = in->o->delta_bytes
	    ? in->o->delta_bytes : DELTA_BYTES;
	uint64_t lines = s->lines, long_lines = s->long_lines;
	struct blocks b;
	struct str block;
	int result = 0;

	blocks_open(&b, r, 0, UINT64_MAX, 0);
	counts_add(s, lane_counts(c->lane), UINT64_MAX);
	while (result == 0 && blocks_next(&b, &block, &offset)) {
		if (ingest_begin_delta(in) < 0) {
			result = -1;
			break;
		}
		c->changed = true;
		lane_block(c->lane, block, from + offset);
		known_read(s, text, block, from + offset);
		s->long_lines = long_lines + b.long_lines;
		in->delta += block.n;
		in->result->bytes += block.n;
		result = in->failed ? -1 : 0;
		if (result < 0 || in->delta < limit)
			continue;
		counts_add(s, lane_counts(c->lane), 1);
		result = ingest_end_delta(in, s);
		counts_add(s, lane_counts(c->lane), UINT64_MAX);
		if (in->o->progress)
			in->o->progress(in->o->progress_ctx, in->result->bytes,
			    in->agenda.bytes);
	}
	counts_add(s, lane_counts(c->lane), 1);
	in->result->lines += s->lines - lines;
	blocks_close(&b);
	return result;
}

void
ingest_tell_failure(struct ingest *in, const char *path, const char *why,
    void (*failed)(const char *text))
{
	struct buf b = { 0 };

	/* Some name the file, some do not. */
	if (strncmp(why, path, strlen(path)) == 0)
		buf_add_str(&b, str_from(why));
	else
		buf_printf(&b, "%s: %s; the rest is read", path, why);
	failed(b.p);
	buf_clear(&b);
	in->result->unread++;
}

/* What the store has of a source, in the arena, so that it can be changed. */
static struct store_source *
source_slot(struct ingest *in, struct store_source *of)
{
	if (of)
		return of;
	ARRAY_PUSH(in->sources, in->n_sources, in->cap_sources) =
	    (struct store_source){ 0 };
	return &in->sources[in->n_sources - 1];
}

/* The same file as when it was read last: not even to be opened. */
static struct store_source *
unchanged(struct ingest *in, const struct source *source)
{
	for (size_t i = 0; i < in->n_sources; i++) {
		struct store_source *s = &in->sources[i];

		if (s->inode == source->inode && s->device == source->device &&
		    s->disk_bytes == source->size && source->inode != 0 &&
		    s->mtime_ns != WHEN_NONE &&
		    s->mtime_ns == source->mtime_ns && s->error.n == 0 &&
		    str_eq(s->path, str_from(source->path)))
			return s;
	}
	return NULL;
}

int
ingest_source(struct ingest *in, struct waiting *w,
    void (*failed)(const char *text))
{
	const struct source *source = in->o->sources->sources[w->source];
	struct known_text text;
	struct store_source *of, *s;
	struct reader *r = NULL;
	enum known known;
	struct chain *c = NULL;
	struct err err;
	uint64_t before;
	int result = 0;

	of = unchanged(in, source);
	known = KNOWN_ALL;
	if (of == NULL && known_open(source, in->sources, in->n_sources, &r, &known, &of,
	    &text, &err) < 0) {
		ingest_tell_failure(in, source->path, err.text, failed);
		return 0;
	}
	s = source_slot(in, of);
	if (of) {
		c = ingest_chain_get(in, of->chain);
		if (of->id == c->source)
			c->index = w->index;
	}
	if (known == KNOWN_ALL)
		return 0;
	/* Of one that is known there may be nothing new: no delta for that. */
	if (of ? ingest_open_lane(c, w->year) < 0 : ingest_begin_delta(in) < 0 ||
	    ingest_begin_source(in, w, &c, s) < 0) {
		reader_close(&r);
		return -1;
	}
	lane_set_base(c->lane, s->base);
	describe(s, source);
	before = s->position;
	result = read_source(in, c, s, &text, r);
	if (reader_error(r)) {
		ingest_tell_failure(in, source->path, reader_error(r), failed);
		s->error = arena_str(&in->arena, str_from(reader_error(r)));
		s->truncated = true;
	}
	reader_close(&r);
	if (result == 0 && s->position == before)
		return 0;
	s->mtime_ns = source->mtime_ns;
	/* A delta may have ended just there. */
	if (result < 0 || ingest_begin_delta(in) < 0 ||
	    store_set_source(in->o->store, s, &in->err) < 0)
		return -1;
	if (of == NULL) {
		c->source = s->id;
		c->index = w->index;
	}
	in->result->sources++;
	return 0;
}
