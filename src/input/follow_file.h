/*
 * follow_file.h - a file that is read while others write it, truncate it,
 * rename it and delete it; or a pipe.
 *
 * That a file was truncated shows in its size, unless it has grown again before
 * anyone looked: so its first bytes are remembered and compared after each
 * reading, and what was read of another beginning is not used.
 */
#ifndef INPUT_FOLLOW_FILE_H
#define INPUT_FOLLOW_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input/follow_piece.h"
#include "input/live_lines.h"

struct follow_seen;
struct follow_watch;

struct follow_file {
	int fd;		   /* -1: none */
	bool pipe;
	bool ended;	   /* a pipe that nobody will write to any more */
	int failed;	   /* errno of a reading that failed; to be tried again
			    * by whoever sets it to 0 */
	bool another;	   /* it begins with something else now */
	uint64_t device, inode;
	uint64_t offset;   /* up to which it was read */
	uint64_t bytes;	   /* how many were read */
	char head[FOLLOW_HEAD]; /* what it begins with, as far as it was read */
	size_t n_head;
	int watch;
	struct live_lines lines;
};

/* No file. */
void follow_file_init(struct follow_file *f);
/*
 * 0, or an errno; EINVAL for what is no regular file, or is packed and so will
 * not grow.
 */
int follow_file_open(struct follow_file *f, const char *path,
    struct follow_watch *w);
/* Standard input, whatever it is: read to its end, once. */
void follow_file_open_stdin(struct follow_file *f);
void follow_file_close(struct follow_file *f, struct follow_watch *w);

/* Begins at offset; whole is whether a line begins there. */
void follow_file_seek(struct follow_file *f, uint64_t offset, bool whole);

/* What there is now: fills unread, restarted and unlinked. */
void follow_file_see(struct follow_file *f, struct follow_seen *seen);
/* The next bytes, if there are any, to lines; may set another or ended. */
void follow_file_read(struct follow_file *f);

/* Up to FOLLOW_HEAD bytes that it begins with at present. */
size_t follow_file_peek(const struct follow_file *f, char head[FOLLOW_HEAD]);

#endif
