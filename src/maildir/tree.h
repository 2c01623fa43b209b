/*
 * tree.h - going down into directories that somebody else owns.
 *
 * Each step is one openat() with O_NOFOLLOW, so a symbolic link stops it
 * wherever it stands and whenever it was put there; what was opened is what is
 * looked at.  Who goes into a directory of a user becomes that user, and stays
 * it for all that is below.
 */
#ifndef MAILDIR_TREE_H
#define MAILDIR_TREE_H

#include <sys/stat.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct tree {
	int fd; /* O_PATH: for the calls that end in "at", and fstat() */
	struct stat st;
	bool dropped; /* we became its owner here */
};

/*
 * Opens the directory, name below parent.  -1 with errno: ELOOP for a symbolic
 * link, ENOTDIR for what else is no directory, EXDEV for another file system
 * than device (0: any is right).
 */
int tree_enter(struct tree *t, int parent, const char *name, dev_t device);
/*
 * The same for a path of any length, without a symbolic link in it; from /, as
 * tree_absolute() has it, so that its parts' owners count and nobody else.
 */
int tree_open(struct tree *t, const char *path);
/* Whoever was entered last is left first. */
void tree_leave(struct tree *t);

/* "it is a symbolic link": what errno of the two means. */
const char *tree_error(int error);

/*
 * The path as it is seen from /: without "//", "." and a slash at the end, and
 * ".." taken at its word, since no part of it is a link.
 */
void tree_absolute(struct buf *b, const char *path);

/* Names in a directory. */
struct tree_list {
	struct buf text;   /* each with a NUL behind it */
	const char **names;
	size_t n, cap;
};

/*
 * What is in the directory, in byte order, but names with a dot in front
 * unless dots; "." and ".." never.  directories: those alone, else no
 * directories.  -1 with errno.  A list that is all zero is empty and ready; it
 * may be used again.
 */
int tree_read(struct tree_list *l, int fd, bool directories, bool dots);
void tree_list_clear(struct tree_list *l);

#endif
