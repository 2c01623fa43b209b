/*
 * reader.h - how a reader is made: for the files of input/ only.
 *
 * A reader is a struct of functions with private state behind it, and readers
 * stand on one another:
 *
 *	plain   bytes of a file or a pipe		reader_plain.c
 *	unpack  unpacks what the one below reads	unpack.c, unpack_*.c
 *	ahead   lets the one below read in a thread	ahead.c
 */
#ifndef INPUT_READER_H
#define INPUT_READER_H

#include <stdatomic.h>

#include "input/source.h"

struct unpacker;

struct reader_kind {
	/*
	 * As reader_read().  Not called again after it returned 0, unless after a
	 * seek.
	 */
	size_t (*read)(struct reader *r, char *p, size_t n);
	/* Both NULL: cannot be read from any offset. */
	void (*seek)(struct reader *r, uint64_t offset);
	struct reader *(*clone)(const struct reader *r);
	/* Releases what is its own and *r; the one below is closed after it. */
	void (*close)(struct reader *r);
};

/* The first member of every reader. */
struct reader {
	const struct reader_kind *kind;
	struct reader *below;	/* owned; NULL for the lowest */
	enum source_packing packing;
	uint64_t size;		/* the lowest one's: see reader_size() */
	_Atomic uint64_t taken; /* likewise */
	bool ended;
	char error[160];	/* "" if there was none */
};

/* Sets the text for reader_error(); the first one stays. */
void reader_fail(struct reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * What is read through fd, from where it stands.  Takes over fd if owned.
 * Regular files can be read from any offset.
 */
struct reader *reader_plain_new(int fd, bool owned, struct err *err);

/* How many bytes at the beginning reader_plain_peek() can look at. */
#define READER_PEEK 16

/* Up to READER_PEEK bytes, which will still be read.  Fewer only at the end. */
size_t reader_plain_peek(struct reader *r, char *p);

/*
 * What below unpacks to; below is closed with it.  packed_by() is NULL for
 * bytes that are not the beginning of packed data.
 */
struct reader *reader_unpack_new(struct reader *below, const struct unpacker *u);
const struct unpacker *reader_packed_by(const char *p, size_t n);

/*
 * The same bytes as below, read ahead by a thread of its own once the source
 * turns out to be long enough to be worth one.  Closing waits until the read
 * that is under way in the thread is over, so below must not be a pipe.
 */
struct reader *reader_ahead_new(struct reader *below);

#endif
