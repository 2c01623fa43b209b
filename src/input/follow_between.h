/*
 * follow_between.h - the rotated files of a log: those between the file that
 * was followed and the one that has its name now, and those before the first.
 *
 * A rotation is noticed some time after it happened, and there may have been
 * several.  What was rotated since is found by going through the rotated files,
 * newest first, up to one that was followed: the same inode, or, as it may have
 * been copied, processed or packed since, the same beginning.
 */
#ifndef INPUT_FOLLOW_BETWEEN_H
#define INPUT_FOLLOW_BETWEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "input/follow_file.h"
#include "input/follow_piece.h"
#include "input/live_lines.h"
#include "input/name.h"

struct reader;

/* A log, as far as its names go.  Texts are the owner's. */
struct follow_place {
	const char *directory;
	const char *file_name; /* that is followed */
	struct name name;      /* parsed file_name */
	bool alone;	       /* rotated files are none of our business */
};

struct follow_between {
	struct follow_piece *pieces; /* to be read, oldest first */
	size_t n;
	size_t cap;
	size_t at;	       /* the one that is read */
	size_t ended;	       /* so many ends were told */
	struct reader *reader; /* of it */
	struct live_lines lines;
	uint64_t bytes;	       /* read in all */
	bool barred;	       /* by a file that cannot be read from its end */
	bool lost;	       /* there may have been more, that were removed */
	struct arena arena;    /* of the paths */
};

void follow_between_clear(struct follow_between *b);

/*
 * Fills an empty b with what was rotated since old was the newest, and will not
 * be had by reading old and next themselves.  Either may be no file (fd -1).
 * truncated: old was cut and begins anew; what was in it behind old->offset is in
 * a copy, if anywhere, which is then the first piece, and goes on with the lines
 * of old.
 */
void follow_between_find(struct follow_between *b, const struct follow_place *p,
    struct follow_file *old, const struct follow_file *next, bool truncated,
    struct follow_known *known);

/*
 * Fills an empty b with the end of the rotated files before the one followed:
 * the last bytes_back bytes of what they hold, or some more.  True if there is
 * no more to be had.  All of them are known afterwards.
 */
bool follow_between_back(struct follow_between *b, const struct follow_place *p,
    const struct follow_file *next, uint64_t bytes_back,
    struct follow_known *known);

static inline bool
follow_between_any(const struct follow_between *b)
{
	return b->at < b->n;
}

/*
 * The next lines; false if there are none until after follow_between_read().
 * *end: these are the last of a piece, and may lack a '\n'; perhaps none at all.
 */
bool follow_between_take(struct follow_between *b, struct str *block,
    uint64_t *offset, bool *end);
void follow_between_read(struct follow_between *b);

/* Does the first piece go on with the lines of what was truncated? */
bool follow_between_goes_on(const struct follow_between *b);
/*
 * Opens the newest piece as a file that may still be written, and leaves it out.
 * False: it is packed, or there is none.
 */
bool follow_between_open_newest(struct follow_between *b, struct follow_file *f,
    struct follow_watch *w);

#endif
