#include "pump/lane.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/when.h"
#include "format/stamp.h"

/* Lines that nobody recognised are looked at together up to so many bytes. */
#define UNKNOWN_BYTES ((size_t)64 << 10)

struct lane {
	struct lane_options o;
	const struct format *format;
	struct scan *scan;	/* NULL before the format is known */
	struct buf unknown;	/* the lines before that, with their slack */
	uint64_t unknown_offset;

	/* Events that were not dropped: [first, n) of the array. */
	struct event *queue;
	size_t first, n, cap;
	struct arena texts;	/* of the queue; cleared when it is empty */

	uint64_t base;		/* of the source in the lane */
	uint64_t end;		/* of what was given, in the lane */
	struct buf tail;	/* a last line without its end */
	uint64_t tail_offset;
	bool muted;
	bool tail_of_source_before; /* so its rest cannot begin with a stamp */
	uint64_t joined;	/* lines cut between sources */
};

void
lane_take(struct lane *l, const struct event *ev)
{
	if (l->muted)
		return;
	if (l->o.keep ? l->o.keep(l->o.ctx, ev) : event_has_line(ev))
		ARRAY_PUSH(l->queue, l->n, l->cap) = event_copy(&l->texts, ev);
}

/* The scan's sink. */
static void
take_event(void *ctx, const struct event *ev)
{
	lane_take(ctx, ev);
}

void
lane_set_year(struct lane *l, int year)
{
	l->o.scan.year = year;
}

void
lane_mute(struct lane *l, bool mute)
{
	l->muted = mute;
}

struct lane *
lane_new(const struct lane_options *o)
{
	struct lane *l = mem_zalloc(sizeof(*l));

	l->o = *o;
	l->o.scan.first = true;
	l->format = o->format;
	return l;
}

void
lane_free(struct lane **lane)
{
	struct lane *l = *lane;

	if (l == NULL)
		return;
	if (l->scan)
		l->format->scan_free(&l->scan);
	buf_clear(&l->unknown);
	buf_clear(&l->tail);
	arena_clear(&l->texts);
	free(l->queue);
	free(l);
	*lane = NULL;
}

static void
scan_lines(struct lane *l, struct str block, uint64_t offset)
{
	if (l->o.before)
		l->o.before(l->o.ctx, l->format, block, offset);
	l->format->scan_block(l->scan, block, offset);
	if (l->o.after)
		l->o.after(l->o.ctx, l->format, block, offset);
}

static void
add_slack(struct buf *b)
{
	buf_add_repeated(b, '\n', FORMAT_SLACK);
}

/* Begins the scan if the format is known with these lines; else keeps them. */
static void
recognise(struct lane *l, struct str block, uint64_t offset)
{
	struct buf lines = l->unknown;

	l->unknown = (struct buf){ 0 };
	if (lines.n == 0)
		l->unknown_offset = offset;
	buf_add_str(&lines, block);
	add_slack(&lines);
	lines.n -= FORMAT_SLACK;
	if (l->format == NULL)
		l->format = format_detect(str_head(buf_str(&lines),
		    UNKNOWN_BYTES));
	if (l->format) {
		l->scan = l->format->scan_new(&l->o.scan, take_event, l);
		scan_lines(l, buf_str(&lines), l->unknown_offset);
		buf_clear(&lines);
		return;
	}
	if (lines.n > UNKNOWN_BYTES)
		buf_reset(&lines);
	l->unknown = lines;
}

/* Whole lines. */
static void
give(struct lane *l, struct str block, uint64_t offset)
{
	if (block.n == 0)
		return;
	if (l->scan)
		scan_lines(l, block, offset);
	else
		recognise(l, block, offset);
}

static void
give_tail(struct lane *l)
{
	struct buf line = l->tail;

	l->tail = (struct buf){ 0 };
	add_slack(&line);
	give(l, str_make(line.p, line.n - FORMAT_SLACK), l->tail_offset);
	/* Kept for the next one. */
	buf_reset(&line);
	l->tail = line;
}

static void
end_tail(struct lane *l)
{
	if (l->tail.n == 0)
		return;
	buf_add_char(&l->tail, '\n');
	give_tail(l);
}

/* The beginning of a block that ends the line that waits; how much it was. */
static size_t
continue_tail(struct lane *l, struct str block)
{
	size_t newline = str_index(block, '\n');
	size_t used = newline < block.n ? newline + 1 : newline;

	if (l->tail.n == 0)
		return 0;
	if (l->tail_of_source_before &&
	    stamp_begins(str_head(block, newline))) {
		end_tail(l);
		return 0;
	}
	l->joined += l->tail_of_source_before && used > 0;
	buf_add_str(&l->tail, str_head(block, used));
	if (newline < block.n)
		give_tail(l);
	return used;
}

void
lane_block(struct lane *l, struct str block, uint64_t offset)
{
	size_t used = continue_tail(l, block), whole;

	offset += l->base;
	l->end = offset + block.n;
	if (block.n > 0)
		l->tail_of_source_before = false;
	block = str_skip(block, used);
	offset += used;
	for (whole = block.n; whole > 0 && block.p[whole - 1] != '\n';)
		whole--;
	give(l, str_head(block, whole), offset);
	if (whole < block.n) {
		assert(l->tail.n == 0);
		buf_add_str(&l->tail, str_skip(block, whole));
		l->tail_offset = offset + whole;
	}
}

void
lane_source_end(struct lane *l, bool contiguous)
{
	l->base = l->end;
	if (contiguous)
		l->tail_of_source_before = true;
	else
		end_tail(l);
}

void
lane_finish(struct lane *l)
{
	/* Of a last line without its end no byte is counted too many, unless
	 * somebody wants to see whole lines. */
	if (l->scan && l->tail.n > 0 && !l->o.before && !l->o.after) {
		add_slack(&l->tail);
		l->format->scan_block(l->scan, str_make(l->tail.p,
		    l->tail.n - FORMAT_SLACK), l->tail_offset);
		buf_reset(&l->tail);
	}
	end_tail(l);
	if (l->scan)
		l->format->scan_finish(l->scan);
}

const struct event *
lane_peek(const struct lane *l)
{
	return l->first < l->n ? &l->queue[l->first] : NULL;
}

void
lane_drop(struct lane *l)
{
	assert(l->first < l->n);
	if (++l->first == l->n) {
		l->first = l->n = 0;
		arena_clear(&l->texts);
	}
}

const struct format *
lane_format(const struct lane *l)
{
	return l->format;
}

int64_t
lane_last_ns(const struct lane *l)
{
	return l->scan ? l->format->scan_counts(l->scan)->last_ns : WHEN_NONE;
}

const struct scan_counts *
lane_counts(struct lane *l)
{
	return l->scan ? l->format->scan_counts(l->scan) : NULL;
}

/* ---- for a later run ---- */

void
lane_save(const struct lane *l, struct buf *b)
{
	assert(l->scan);
	pack_u64(b, l->end);
	pack_str(b, buf_str(&l->tail));
	pack_u64(b, l->tail_offset);
	pack_u64(b, l->tail_of_source_before);
	pack_u64(b, l->joined);
	l->format->scan_save(l->scan, b);
}

struct lane *
lane_restore(const struct lane_options *o, struct str saved)
{
	struct unpack in = unpack_begin(saved);
	struct lane *l = lane_new(o);

	l->base = l->end = unpack_u64(&in);
	buf_add_str(&l->tail, unpack_str(&in));
	l->tail_offset = unpack_u64(&in);
	l->tail_of_source_before = unpack_u64(&in) != 0;
	l->joined = unpack_u64(&in);
	if (!in.bad)
		l->scan = l->format->scan_restore(&l->o.scan, take_event, l,
		    str_span((const char *)in.at, (const char *)in.end));
	if (l->scan == NULL)
		lane_free(&l);
	return l;
}

uint64_t
lane_base(const struct lane *l)
{
	return l->base;
}

void
lane_set_base(struct lane *l, uint64_t base)
{
	l->base = base;
}

uint64_t
lane_length(const struct lane *l)
{
	return l->end;
}

uint64_t
lane_joined(const struct lane *l)
{
	return l->joined;
}

struct scan *
lane_scan(struct lane *l)
{
	return l->scan;
}
