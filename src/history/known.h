/*
 * known.h - which contents are in a store already, and how far they were read.
 *
 * A log is known by what is in it, not by its name: by its first line, its
 * first 4 KiB and the last KiB before the place up to which it was read, as
 * hashes (addresses must not outlive what is kept of them).  So a rotated,
 * renamed, copied or packed file is the one that was read before, with perhaps
 * more at its end; and a file that was truncated and written anew is another.
 */
#ifndef HISTORY_KNOWN_H
#define HISTORY_KNOWN_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "store/store.h"

struct err;
struct reader;
struct source;

#define KNOWN_LINE ((size_t)1 << 10)
#define KNOWN_HEAD ((size_t)4 << 10)
#define KNOWN_TAIL ((size_t)1 << 10)

enum known {
	KNOWN_NEW,  /* nothing like it was read; the reader stands at 0 */
	KNOWN_MORE, /* *of was read up to its position, where the reader stands */
	KNOWN_ALL   /* the same, but nothing follows */
};

/* What of a content the marks are made of. */
struct known_text {
	char head[KNOWN_HEAD];
	size_t n_head;
	char tail[KNOWN_TAIL];
	size_t n_tail;
};

/*
 * Opens a source, which can be read again, as one of n known ones or a new one.
 * -1: it cannot be opened.  *r is the caller's; NULL after KNOWN_ALL.  *text is
 * what is known of the content then.
 */
int known_open(const struct source *source, struct store_source *all, size_t n,
    struct reader **r, enum known *known, struct store_source **of,
    struct known_text *text, struct err *err);

/* Bytes of s that follow those before: moves its position and marks on. */
void known_read(struct store_source *s, struct known_text *text,
    struct str bytes, uint64_t offset);

#endif
