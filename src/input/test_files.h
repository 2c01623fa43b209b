/*
 * test_files.h - for the tests of input/: files in a directory that goes again,
 * packed data, and a source that can be made to do what a disk rarely does.
 */
#ifndef INPUT_TEST_FILES_H
#define INPUT_TEST_FILES_H

#include "base/buf.h"
#include "input/reader.h"

/*
 * cmocka setup and teardown: the working directory is a new, empty one, and
 * goes with all that is in it.
 */
int test_dir_enter(void **state);
int test_dir_leave(void **state);
#define TEST_IN_DIR(test)                                                      \
	cmocka_unit_test_setup_teardown(test, test_dir_enter, test_dir_leave)

/* The same numbers on every machine. */
uint32_t test_random(uint64_t *seed);
/* 0 to n - 1 */
size_t test_below(uint64_t *seed, size_t n);

void test_put(const char *path, struct str content);
void test_append(const char *path, struct str content);

/* Appends to b, until it has n bytes or some more, text that packs as logs do. */
void test_log(struct buf *b, uint64_t seed, size_t n);

/*
 * Appends s, packed, to b.  Gzip data come from zlib, as in most logs, not from
 * the library that unpacks them here.
 */
void test_pack(struct buf *b, enum source_packing packing, struct str s);

/* All kinds of packed data. */
#define TEST_PACKINGS 4
extern const enum source_packing test_packings[TEST_PACKINGS];

/* Long enough for the helper thread of ahead.c, and its ring to go round. */
#define TEST_LONG ((size_t)3 << 20)

/* The file as it would be listed now, and a reader of it. */
struct source test_source(const char *path);
struct reader *test_open(const char *path);

/* Appends all that is left, read in pieces of up to n bytes. */
void test_read_all(struct buf *b, struct reader *r, size_t n);

/* Reads all there is and fails the test if it is something else. */
void test_reads(struct reader *r, size_t n, struct str want);
/* The same for a file, which is read without an error. */
void test_path_reads(const char *path, struct str want);
void test_content(const struct buf *b, struct str want);

/*
 * A reader of bytes in memory: at most piece of them at once (0: any number,
 * else a random number up to it), and failing where it is told to.
 */
struct test_reader {
	struct reader reader;
	struct str content;
	size_t at;
	size_t piece;
	size_t fails_at; /* SIZE_MAX: never */
	uint64_t seed;
	size_t reads;
};

struct test_reader *test_reader_new(struct str content, size_t piece);

#endif
