/*
 * follow_piece.h - a rotated file of a log that is followed, and how such files are
 * told apart.
 *
 * The same content comes under many names and inodes: rotations rename it, multilog
 * lets a processor make another file of it, packers do, and copytruncate copies it.
 * So content is known by what it begins with.
 */
#ifndef INPUT_FOLLOW_PIECE_H
#define INPUT_FOLLOW_PIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader;

/* Enough to tell logs apart: two stamps, or more. */
#define FOLLOW_HEAD ((size_t)256)
/* So short a beginning may be anyone's: half a stamp. */
#define FOLLOW_HEAD_LEAST 32

/* What a file begins with, unpacked; all of it if it is shorter. */
struct follow_head {
	char bytes[FOLLOW_HEAD];
	size_t n;
};

/* Are they of one content, as far as the shorter one goes? */
bool follow_head_same(const struct follow_head *a, const struct follow_head *b);

/* Beginnings of files that were followed: the latest ones. */
#define FOLLOW_KNOWN 32
struct follow_known {
	struct follow_head heads[FOLLOW_KNOWN];
	size_t next;
};

/* None is known, nor is it added, that is shorter than FOLLOW_HEAD_LEAST. */
bool follow_known_has(const struct follow_known *k, const char *head, size_t n);
void follow_known_add(struct follow_known *k, const char *head, size_t n);

struct follow_piece {
	const char *path;
	int fd;		 /* so that it may be renamed, packed and deleted; -1 if
			  * there are too many: then by its path and inode */
	uint64_t device, inode;
	uint64_t size;	 /* on disk */
	uint64_t from;	 /* where to begin */
	bool goes_on;	 /* with the line that was read before */
	bool packed;
	struct follow_head head;
};

/* Opens the file; false if it is none, or empty.  The path stays the caller's. */
bool follow_piece_open(struct follow_piece *p, const char *path);
/* Lets go of its descriptor. */
void follow_piece_close(struct follow_piece *p);
/* A further descriptor of the same; -1 if it has none, or none is left. */
int follow_piece_dup(int fd);
/* Fills head and packed. */
void follow_piece_read_head(struct follow_piece *p);
/* A reader of it from its beginning, or NULL. */
struct reader *follow_piece_reader(const struct follow_piece *p);
/* The descriptor as a path: what is opened by it is the same file. */
void follow_piece_held_path(char path[32], int fd);

#endif
