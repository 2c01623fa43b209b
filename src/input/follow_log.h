/*
 * follow_log.h - one log that is followed: the state machine of follow_state.h
 * with its hands, the files.
 *
 * What comes out is the bytes of the log's files, one after the other, in blocks
 * of whole lines.  For a while two files may grow: the one that has the name and
 * the one that had it before, whose writer has not noticed.
 */
#ifndef INPUT_FOLLOW_LOG_H
#define INPUT_FOLLOW_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "input/follow.h"
#include "input/follow_between.h"
#include "input/follow_file.h"
#include "input/follow_state.h"

struct follow_watch;

struct follow_log {
	struct follow_place place; /* directory "" and name "" for a pipe */
	const char *path;
	const char *stream;
	const struct follow *owner;
	struct follow_watch *watch; /* everybody's */
	enum follow_state state;
	struct follow_file now;	   /* the one that is followed */
	struct follow_file before; /* the one before it, while it may still grow */
	struct follow_file over;   /* one before that: to be read to its end */
	struct buf end;		   /* what remains of a file that is over, with */
	uint64_t end_offset;	   /* its slack */
	bool end_contiguous;
	bool end_due;		   /* to be handed out */
	struct follow_between between;
	struct follow_known known;
	uint64_t refused_device;   /* a file that has the name, but cannot be */
	uint64_t refused_inode;	   /* read; 0: none */
	bool due;		   /* something may have happened */
	bool names_due;		   /* to the names too */
	bool caught_up;		   /* it was read to its end at least once */
	int aside;		   /* watch of the directory where a symbolic link
				    * leads */
	uint64_t bytes;		   /* read in files that are closed */
	enum follow_notice notice; /* not taken yet */
	int failed;		   /* errno for FOLLOW_UNREADABLE */
};

/* Its strings are the caller's, and so is w. */
void follow_log_init(struct follow_log *l, const struct follow_place *place,
    const char *path, const struct follow *owner, struct follow_watch *w);
void follow_log_clear(struct follow_log *l);

/* follow.h has them. */
bool follow_log_start(struct follow_log *l, uint64_t bytes_back);
bool follow_log_read(struct follow_log *l, struct follow_block *b);

/*
 * Is or was f a file of l?  Of another name it may be a copy: one that stands in
 * the same directory and begins, with n bytes of head, as one of l's does.
 */
bool follow_log_had(const struct follow_log *l, const char *directory,
    const struct follow_file *f, const char *head, size_t n);
/* The same for all logs but one. */
bool follow_has(const struct follow *f, const struct follow_log *but,
    const struct follow_file *file);

/* Has it a file that nobody tells news of? */
bool follow_log_unwatched(const struct follow_log *l);
uint64_t follow_log_bytes(const struct follow_log *l);

#endif
