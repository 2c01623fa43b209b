/*
 * source.h - where log bytes come from: which files a LOG argument means, in
 * which order, and their unpacked content.
 *
 * Listing and reading are apart: source_list_add() decides what is to be read
 * (names, order, copies of one another), a reader then yields the bytes of one
 * source, whatever it is packed with.
 */
#ifndef INPUT_SOURCE_H
#define INPUT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"

struct err;

enum source_kind {
	SOURCE_FILE,	    /* a file whose name is not one of multilog's */
	SOURCE_FINISHED,    /* multilog @*.s */
	SOURCE_UNPROCESSED, /* multilog @*.u */
	SOURCE_CURRENT,	    /* multilog current */
	SOURCE_STDIN
};

enum source_packing {
	PACKING_NONE,
	PACKING_GZIP,
	PACKING_ZSTD,
	PACKING_XZ,
	PACKING_BZIP2
};

struct source {
	const char *path;   /* as the user would write it; "-" for stdin */
	const char *stream; /* directory it belongs to, "-" for stdin: tracker
			     * state is kept per stream (DESIGN 2).  The same
			     * pointer for all sources of one directory, in the
			     * first spelling it was given in */
	enum source_kind kind;
	enum source_packing packing; /* at listing time; NONE for stdin and
				      * pipes: only their reader knows */
	uint64_t size;	    /* bytes on disk at listing time; 0 for stdin and pipes */
	int64_t mtime_ns;   /* WHEN_NONE for stdin, and if it cannot be known */
	int64_t ctime_ns;
	uint64_t device;    /* with inode: which file this is, whatever its name */
	uint64_t inode;	    /* 0: not known, or a pipe: to be read only once */
	bool rotated;	    /* by its name, nothing is added to it any more */
	bool ordered;	    /* its place after the source before it in the list
			     * (copies not counted) is known, from multilog names,
			     * rotation numbers and dates in a directory, or the
			     * order of the arguments: a line cut between the two
			     * may be joined (promise 3) */
	const struct source *copy_of; /* all of its content is in that one, which
			     * is not a copy itself: do not count it */
	const char *error;  /* cannot be read: why, without the path; NULL if it can */
};

struct source_list {
	struct arena arena;
	struct source **sources; /* streams together, each in time order as far as
				  * names tell */
	size_t n;
	size_t cap;
	struct source_stream *streams; /* private to list.c */
};

struct source_options {
	int64_t newer_than_ns; /* --files-newer-than: only files whose inode
				* change time is later; WHEN_NONE: all */
};

/*
 * Appends what one LOG argument means: a file, "-", a multilog directory
 * (one with @*.s, @*.u or current; nothing else in it is a log), or a
 * directory of rotated logs (maillog, maillog.1, maillog.2.gz,
 * maillog-20260310.xz ...; hidden files, sub-directories and files that are
 * not regular are passed over).  Files called state, lock, previous, processed
 * or newstate are no logs in any directory.  A list that is all zero is empty
 * and ready.
 *
 * What does not exist is an error (-1, ERR_NO_INPUT); what exists but cannot
 * be read is in the list with its error, and the rest is read all the same.
 *
 * Rotated logs of one stem stand oldest first (older date or larger number
 * first, plain name last), stems in byte order.  Files that are named one by
 * one stand in the order of the arguments, unless they are called as multilog
 * calls them: those stand in time order.  Whether the order of the arguments is
 * that of time (maillog* is not) only the lines can tell.
 */
int source_list_add(struct source_list *l, const char *argument,
    const struct source_options *o, struct err *err);

/*
 * Sets copy_of (B.1).  Sources are the same if they are one inode or have the
 * same unpacked content, whatever name and packing; then the later ones are
 * copies.  Where one is a longer version of another (a rotated copy taken
 * while it grew: all of the shorter one, at least a line, stands at the
 * beginning of the longer one), the shorter one is the copy.
 *
 * Reads a KiB of each, and whole files only where those agree.  Empty files
 * are never copies, nor is what can be read only once (pipes); what cannot be
 * read to its end counts with what can be read.
 */
void source_list_mark_copies(struct source_list *l);
void source_list_clear(struct source_list *l);

const char *source_packing_name(enum source_packing p); /* "gzip"; NULL for none */

/*
 * A reader of one source.
 *
 * Compression is recognised by content.  Members, frames and streams that
 * follow one another are one source; zero bytes after the last one are padding.
 *
 * For plain regular files a part [from, to) can be read, so that threads can
 * share a file; the size is taken once at the opening, and what is appended
 * later is left for the next run.  A file that shrinks while it is read ends
 * early: that is reported (reader_error), not fatal.
 *
 * One reader is used by one thread at a time.
 */
struct reader;

/*
 * If the file was renamed since it was listed (a rotation), it is looked for
 * in its directory; if it is not there, the error is ERR_NO_INPUT (vanished)
 * or ERR_AGAIN (another file has its name now).
 */
int reader_open(struct reader **r, const struct source *s, struct err *err);
/*
 * A second reader of the same seekable source, at its beginning: the same open
 * file and the same size, so that parts read by several threads fit together
 * whatever happens to the file meanwhile.  NULL if no descriptor is left: then
 * read it in one piece.
 */
struct reader *reader_clone(const struct reader *r);
/* Bytes on disk at the opening; UINT64_MAX if unknown (pipes). */
uint64_t reader_size(const struct reader *r);
/* Bytes on disk read so far, for a progress line; from any thread. */
uint64_t reader_taken(const struct reader *r);
enum source_packing reader_packing(const struct reader *r);
/* Can it be read from any offset (plain regular file)? */
bool reader_seekable(const struct reader *r);
void reader_seek(struct reader *r, uint64_t offset);
/*
 * Reads at least one and at most n unpacked bytes to p.  0 at the end; also
 * after an error, which reader_error() then tells (text without the path, or
 * NULL; valid until the reader is closed): damaged or cut-off packed data
 * yield all that could be unpacked before.
 */
size_t reader_read(struct reader *r, char *p, size_t n);
/* The same, but fewer than n only at the end, or where it cannot be read
 * further. */
size_t reader_read_full(struct reader *r, char *p, size_t n);
const char *reader_error(const struct reader *r);
void reader_close(struct reader **r);

#endif
