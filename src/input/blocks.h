/*
 * blocks.h - a source as blocks of whole lines.
 *
 * A log format wants whole lines and as many of them at once as fit into the
 * processor's cache; files, packed streams and pipes give bytes cut anywhere.
 * Between the two stands this: a window that is filled by a reader and handed
 * on up to its last newline, the rest moved to its beginning.
 *
 * A qpsmtpd record may end in "\r\n" and go on in the next line
 * (spec/qpsmtpd-log.md 3.5).  So a line that ends in "\r\n" and the one after
 * it are kept together, in a block and in a part of a file.  That has to have
 * an end (whole logs may come with "\r\n"): after BLOCKS_SEAM bytes any
 * newline will do.
 */
#ifndef INPUT_BLOCKS_H
#define INPUT_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct reader;

/* Promise 6: of a longer line the head and the last 4 KiB are used. */
#define BLOCKS_MAX_LINE ((size_t)1 << 20)
#define BLOCKS_LONG_TAIL ((size_t)4096)
#define BLOCKS_SEAM ((size_t)64 << 10)
/* So many bytes behind a block can be read; behind a last line that lacks its
 * '\n' there is one. */
#define BLOCKS_SLACK ((size_t)64)

struct blocks {
	struct reader *reader;
	char *window;
	size_t capacity;    /* of the window: grows for long lines, and is bounded */
	size_t window_size; /* how far it is filled when lines are not long */
	size_t limit;	    /* how far it is filled this time */
	size_t begin;	    /* of what is in the window and not handed out */
	size_t end;
	uint64_t offset;    /* in the unpacked source, of window[begin] */
	uint64_t stop;	    /* the end of the part, see blocks_open */
	uint64_t long_lines; /* lines that were over BLOCKS_MAX_LINE */
	bool at_end;	    /* of the source */
	bool done;	    /* the part is handed out */
};

/*
 * The lines of the part [from, to) of the unpacked source; UINT64_MAX is its
 * end.  from is not 0 only for seekable readers.  window_size 0 means the
 * usual one, 256 KiB.
 *
 * A part begins at seam(from) and ends before seam(to).  seam(0) is 0; seam(x)
 * is the first beginning of a line at or after x whose line before does not
 * end in "\r\n", or, BLOCKS_SEAM bytes after x and further, the first of any
 * line; failing that, the end of the source.  As seam(x) depends on nothing
 * but the content, parts that are cut anywhere share no line and miss none.
 * A part may be empty.
 *
 * The reader stays the caller's.
 */
void blocks_open(struct blocks *b, struct reader *r, uint64_t from, uint64_t to,
    size_t window_size);
void blocks_close(struct blocks *b);

/*
 * The next block: whole lines, each with its '\n', except that the very last
 * line of the source may lack it.  Valid until the next call.  *offset is
 * where it begins in the source.  False at the end; reader_error() then says
 * whether it came early.
 *
 * A block ends in "\r\n" only at the end of a part or of the source, before and
 * after a line over BLOCKS_MAX_LINE, or where lines that end so fill BLOCKS_SEAM
 * bytes.
 *
 * A line of more than BLOCKS_MAX_LINE bytes, '\n' included, is a block of its
 * own.  If it is more than BLOCKS_LONG_TAIL longer than that, its first
 * BLOCKS_MAX_LINE and its last BLOCKS_LONG_TAIL bytes are handed out as one
 * line.  The next block's offset is right again.
 *
 * Does not wait for a full window: lines that come slowly through a pipe are
 * handed out as they come.
 */
bool blocks_next(struct blocks *b, struct str *block, uint64_t *offset);

#endif
