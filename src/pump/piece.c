#include "pump/piece.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/when.h"
#include "format/stamp.h"
#include "input/blocks.h"
#include "input/source.h"

/* Enough lines to tell a format by; little enough to read of every file. */
#define SNIFF_BYTES ((size_t)64 << 10)
/* A part smaller than this is not worth joining. */
#define PART_BYTES (UINT64_C(8) << 20)
/* Parts for each thread, so that none waits long for another at the end. */
#define PARTS_A_JOB 4

/* What the beginning of a source tells. */
struct sniffed {
	const struct format *format;
	bool any;	/* there was something to look at */
	bool yearless;
	bool local;	/* local stamps: an ambiguous hour needs the lines before */
	uint64_t size;	/* on disk */
	bool seekable;
};

static void
sniff_stamps(struct str block, struct sniffed *s)
{
	struct stamp_clock clock;
	struct stamp st;
	struct str line;

	stamp_clock_init(&clock, NULL, 0);
	while (str_cut(&block, '\n', &line)) {
		if (!stamp_parse(line, &clock, &st))
			continue;
		s->yearless |= st.guessed;
		s->local |= st.kind == STAMP_TAI64NLOCAL ||
		    st.kind == STAMP_FILE_PLUGIN || st.kind == STAMP_PREFORK;
	}
}

static int
sniff(const struct source *source, const struct pump_options *o,
    struct sniffed *s, struct err *err)
{
	struct reader *r;
	char *p = mem_alloc(SNIFF_BYTES + FORMAT_SLACK);
	size_t n = 0, got;

	*s = (struct sniffed){ 0 };
	if (reader_open(&r, source, err) < 0) {
		free(p);
		return -1;
	}
	s->size = reader_size(r);
	s->seekable = reader_seekable(r);
	while (n < SNIFF_BYTES && (got = reader_read(r, p + n,
	    SNIFF_BYTES - n)) > 0)
		n += got;
	if (n == 0 && reader_error(r)) {
		err_set(err, ERR_IO, "%s", reader_error(r));
		reader_close(&r);
		free(p);
		return -1;
	}
	reader_close(&r);
	memset(p + n, '\n', FORMAT_SLACK);
	s->any = n > 0;
	s->format = o->format ? o->format : format_detect(str_make(p, n));
	sniff_stamps(str_make(p, n), s);
	free(p);
	return 0;
}

/* Reads a year-less source once to learn which year its first stamp has. */
static int
years_of(const struct source *source, const struct pump_options *o,
    int64_t anchor_ns, int *year, int64_t *first_ns)
{
	struct stamp_clock clock;
	struct stamp st;
	struct years y;
	struct reader *r;
	struct blocks b;
	struct str block, line;
	uint64_t offset;
	bool found = false;
	struct str first = str_none();
	char copy[64];

	if (reader_open(&r, source, NULL) < 0)
		return -1;
	years_init(&y);
	blocks_open(&b, r, 0, UINT64_MAX, 0);
	while (blocks_next(&b, &block, &offset)) {
		years_block(&y, block);
		while (!found && str_cut(&block, '\n', &line)) {
			stamp_clock_init(&clock, NULL, 0);
			if (!stamp_parse(line, &clock, &st) || !st.guessed)
				continue;
			found = true;
			first = str_head(line, sizeof(copy));
			memcpy(copy, first.p, first.n);
			first.p = copy;
		}
	}
	blocks_close(&b);
	reader_close(&r);
	if (!y.any)
		return -1;
	*year = years_first(&y, anchor_ns, o->zone);
	stamp_clock_init(&clock, o->zone, *year);
	*first_ns = stamp_parse(first, &clock, &st) ? st.time_ns : anchor_ns;
	return 0;
}

static int64_t
anchor_of(const struct source *source, const struct pump_options *o)
{
	if (o->now_ns != WHEN_NONE)
		return o->now_ns;
	return source->mtime_ns != WHEN_NONE ? source->mtime_ns : o->clock_ns;
}

/*
 * The years of the pieces of one stream, [begin, end), last one first: a
 * source that is known to stand before another one ends before that begins.
 */
static void
plan_years(struct plan *p, const struct pump_options *o, size_t begin,
    size_t end, const bool *yearless)
{
	int64_t next_ns = WHEN_NONE;

	for (size_t i = end; i-- > begin;) {
		struct piece *piece = &p->pieces[i];
		const struct source *source =
		    o->sources->sources[piece->source];
		int64_t anchor = anchor_of(source, o);

		if (yearless[piece->source]) {
			if (next_ns != WHEN_NONE && next_ns < anchor)
				anchor = next_ns;
			if (years_of(source, o, anchor, &piece->year,
			    &next_ns) < 0)
				next_ns = WHEN_NONE;
		}
		if (!source->ordered)
			next_ns = WHEN_NONE;
	}
}

static struct piece *
piece_add(struct plan *p, size_t source, const struct sniffed *s)
{
	struct piece *piece = &ARRAY_PUSH(p->pieces, p->n, p->cap);

	*piece = (struct piece){ .source = source, .to = UINT64_MAX,
		.weight = s->size == UINT64_MAX ? 0 : s->size,
		.format = s->format };
	return piece;
}

/* Cuts a large plain file into parts for several threads. */
static void
plan_parts(struct plan *p, const struct pump_options *o, size_t index,
    const struct sniffed *s)
{
	uint64_t smallest = o->part_bytes ? o->part_bytes : PART_BYTES;
	uint64_t n = s->size / smallest, size;
	struct reader *r, *clone;

	if (n > (uint64_t)o->jobs * PARTS_A_JOB)
		n = (uint64_t)o->jobs * PARTS_A_JOB;
	if (o->jobs == 1 || n < 2 || !s->seekable || s->yearless || s->local ||
	    reader_open(&r, o->sources->sources[index], NULL) < 0) {
		piece_add(p, index, s);
		return;
	}
	size = reader_size(r);
	for (uint64_t i = 0; i < n; i++) {
		struct piece *piece;

		clone = i + 1 < n ? reader_clone(r) : r;
		piece = piece_add(p, index, s);
		piece->from = size / n * i;
		piece->reader = clone ? clone : r;
		if (clone == NULL || i + 1 == n) {
			/* The last one, or no descriptor is left for more. */
			piece->weight = size - piece->from;
			break;
		}
		piece->to = size / n * (i + 1);
		piece->weight = piece->to - piece->from;
	}
}

/* A stream is one log: what is too short to recognise is as the rest. */
static void
share_format(struct plan *p, size_t begin, size_t end)
{
	const struct format *format = NULL;

	for (size_t i = begin; i < end && format == NULL; i++)
		format = p->pieces[i].format;
	for (size_t i = begin; i < end; i++)
		if (p->pieces[i].format == NULL)
			p->pieces[i].format = format;
}

static void
plan_source(struct plan *p, const struct pump_options *o, size_t index,
    struct pumped *result, bool *yearless)
{
	const struct source *source = o->sources->sources[index];
	struct pumped_source *told = &result->sources[index];
	struct sniffed s = { .format = o->format };
	struct err err;

	told->source = source;
	told->error = source->error;
	if (source->error || source->copy_of)
		return;
	if (source->kind == SOURCE_STDIN ||
	    (source->inode == 0 && source->size == 0)) {
		piece_add(p, index, &s); /* can be read only once */
		return;
	}
	if (sniff(source, o, &s, &err) < 0) {
		told->error = arena_str(result->arena, str_from(err.text)).p;
		return;
	}
	if (!s.any) {
		told->format = s.format;
		return;
	}
	yearless[index] = s.yearless;
	plan_parts(p, o, index, &s);
}

void
plan_make(struct plan *p, const struct pump_options *o, struct pumped *result)
{
	const struct source_list *list = o->sources;
	bool *yearless = mem_zalloc(list->n + 1);

	*p = (struct plan){ 0 };
	for (size_t i = 0; i < list->n;) {
		size_t begin = p->n;
		const char *stream = list->sources[i]->stream;

		for (; i < list->n && list->sources[i]->stream == stream; i++)
			plan_source(p, o, i, result, yearless);
		share_format(p, begin, p->n);
		plan_years(p, o, begin, p->n, yearless);
		if (p->n == begin + 1)
			p->pieces[begin].alone = true;
	}
	free(yearless);
}

void
plan_clear(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct piece *piece = &p->pieces[i];

		free(piece->error);
		if (piece->reader)
			reader_close(&piece->reader);
		if (piece->scan)
			piece->scan->format->scan_free(&piece->scan);
	}
	free(p->pieces);
	*p = (struct plan){ 0 };
}

static void
scan_start(struct piece *p, const struct pump_options *o, const char *stream,
    void *ctx)
{
	struct scan_options so = { .wants = o->wants, .start_ns = o->start_ns,
		.end_ns = o->end_ns, .first = p->alone,
		.all_checks = o->all_checks, .join = o->join,
		.stream = str_from(stream), .zone = o->zone, .year = p->year };

	/* Lines that no format knows are counted by one that knows none of
	 * them, so that they are shown as not understood. */
	if (p->format == NULL)
		p->scan = formats[0]->scan_new(&so, o->sink, ctx);
	else
		p->scan = p->format->scan_new(&so, o->sink, ctx);
}

/* An unnamed file for what must be read twice but comes through a pipe. */
static int
spool_open(void)
{
	const char *dir = getenv("TMPDIR");
	int fd = open(dir && *dir ? dir : "/var/tmp",
	    O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return fd >= 0 ? fd : open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static bool
write_all(int fd, struct str s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s = str_skip(s, (size_t)n);
	}
	return true;
}

/*
 * The years of a log that comes through a pipe are known at its end: it is
 * put aside, unpacked, on disk, and read from there.
 */
static bool
spool(struct piece *p, const struct pump_options *o, struct blocks *b,
    struct str block, struct reader **r)
{
	struct source again = { .kind = SOURCE_FILE, .stream = "-",
		.mtime_ns = WHEN_NONE, .ctime_ns = WHEN_NONE };
	char path[64];
	uint64_t offset;
	int64_t first_ns;
	int fd = spool_open();
	bool ok = fd >= 0;

	while (ok && block.n > 0) {
		ok = write_all(fd, block);
		if (!ok || !blocks_next(b, &block, &offset))
			break;
	}
	if (ok) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		again.path = path;
		ok = years_of(&again, o, o->now_ns != WHEN_NONE ? o->now_ns :
		    o->clock_ns, &p->year, &first_ns) == 0 &&
		    reader_open(r, &again, NULL) == 0;
	}
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool
is_yearless(struct str block)
{
	struct sniffed s = { 0 };

	sniff_stamps(str_head(block, SNIFF_BYTES), &s);
	return s.yearless;
}

static void
scan_blocks(struct piece *p, struct reader *r)
{
	struct blocks b;
	struct str block;
	uint64_t offset;

	blocks_open(&b, r, p->from, p->to, 0);
	while (blocks_next(&b, &block, &offset))
		p->scan->format->scan_block(p->scan, block, offset);
	p->long_lines = b.long_lines;
	blocks_close(&b);
}

/* What can be read only once: recognised by its first block on the way. */
static void
scan_pipe(struct piece *p, const struct pump_options *o, const char *stream,
    void *ctx, struct reader *r)
{
	struct reader *spooled = NULL;
	struct blocks b;
	struct str block;
	uint64_t offset;

	blocks_open(&b, r, 0, UINT64_MAX, 0);
	if (!blocks_next(&b, &block, &offset)) {
		scan_start(p, o, stream, ctx);
		blocks_close(&b);
		return;
	}
	if (p->format == NULL)
		p->format = format_detect(str_head(block, SNIFF_BYTES));
	if (is_yearless(block)) {
		if (spool(p, o, &b, block, &spooled)) {
			scan_start(p, o, stream, ctx);
			scan_blocks(p, spooled);
			reader_close(&spooled);
		} else {
			p->error = mem_strdup("cannot be put aside to find its "
			    "years; is there room in /var/tmp?");
			scan_start(p, o, stream, ctx);
		}
		blocks_close(&b);
		return;
	}
	scan_start(p, o, stream, ctx);
	do
		p->scan->format->scan_block(p->scan, block, offset);
	while (blocks_next(&b, &block, &offset));
	p->long_lines = b.long_lines;
	blocks_close(&b);
}

void
piece_scan(struct piece *p, const struct pump_options *o, const char *stream,
    void *ctx)
{
	const struct source *source = o->sources->sources[p->source];
	const char *why;
	struct err err;

	if (p->reader == NULL && reader_open(&p->reader, source, &err) < 0) {
		p->error = mem_strdup(err.text);
		return;
	}
	if (source->kind == SOURCE_STDIN ||
	    (source->inode == 0 && source->size == 0)) {
		scan_pipe(p, o, stream, ctx, p->reader);
	} else {
		scan_start(p, o, stream, ctx);
		scan_blocks(p, p->reader);
	}
	why = reader_error(p->reader);
	if (why) {
		p->error = mem_strdup(why);
		p->truncated = true;
	}
	reader_close(&p->reader);
}
