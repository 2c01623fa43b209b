/*
 * log_files.h - the files of a directory that are logs, by name: for following,
 * which asks often and wants to open as little as possible.
 */
#ifndef INPUT_LOG_FILES_H
#define INPUT_LOG_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "input/name.h"

struct log_file {
	const char *file_name; /* in the arena; name points into it */
	struct name name;
	uint64_t inode;
};

struct log_files {
	struct log_file *files; /* stems together, oldest first */
	size_t n;
	size_t cap;
	bool multilog;		/* one of them is called as multilog does: then
				 * they all are, the others are left out */
	struct arena arena;
};

/*
 * Reads the directory.  0, or an errno.  A file that is renamed meanwhile may be
 * missing, or be there twice.
 */
int log_files_read(struct log_files *l, const char *directory);
/* Do both have the same names of one stem for the same files? */
bool log_files_same(const struct log_files *a, const struct log_files *b,
    const struct name *stem);
void log_files_clear(struct log_files *l);

/*
 * The range [*begin, *end) of the files of one stem; empty if there are none.
 */
void log_files_stem(const struct log_files *l, const struct name *name,
    size_t *begin, size_t *end);

/*
 * The name, in a, of the file of a stem that is written: the plain one, or, where
 * files are only called by dates, the newest; of rotated files alone the plain
 * one that they must have had.  last is the last one of the stem.
 */
const char *log_files_live(const struct log_file *last, struct arena *a);

#endif
