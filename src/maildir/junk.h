/*
 * junk.h - how much lies in users' junk folders (spec/reports.md C.8).
 */
#ifndef MAILDIR_JUNK_H
#define MAILDIR_JUNK_H

#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"

struct maildir_folder;

struct junk_user {
	struct str user;
	uint64_t messages;
	uint64_t bytes;
	int64_t oldest_ns, newest_ns; /* by arrival; WHEN_NONE: no message */
	struct str error; /* the first thing that could not be counted; absent */
};

struct junk {
	struct arena arena;
	struct junk_user *users; /* who has junk, or trouble */
	size_t n, cap;
};

/*
 * For a struct maildir_walk whose folders are the junk folders; ctx is a struct
 * junk, all zero at the beginning.  Only directories are read, no message.
 */
void junk_folder(void *ctx, const struct maildir_folder *f);
void junk_problem(void *ctx, struct str user, const char *path, int error);
void junk_clear(struct junk *j);

#endif
