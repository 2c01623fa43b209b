/*
 * fuzz.h - what the fuzz targets share.
 *
 * A target takes any bytes and checks what must hold for all of them; the
 * sanitizers look for the rest.  Asserts that fail are what the fuzzer finds.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <sys/mman.h>

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xxhash.h>

#include "base/str.h"
#include "format/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * A copy with FORMAT_SLACK bytes behind it, the first of them '\n', and not
 * one byte more: whoever reads further is found out.  To be freed.
 */
static inline struct str
fuzz_copy(struct str s)
{
	char *copy = malloc(s.n + FORMAT_SLACK);

	assert(copy != NULL);
	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	memset(copy + s.n, '?', FORMAT_SLACK);
	copy[s.n] = '\n';
	return str_make(copy, s.n);
}

static inline void
fuzz_free(struct str s)
{
	free((char *)(uintptr_t)s.p);
}

/* A choice that hangs on all of the input, so that seeds are plain text. */
static inline uint64_t
fuzz_choice(const uint8_t *data, size_t size)
{
	return XXH64(data, size, 0);
}

/* The input as a file; path is good while it is open. */
struct fuzz_file {
	int fd;
	char path[32];
};

static inline struct fuzz_file
fuzz_file_open(const uint8_t *data, size_t size)
{
	struct fuzz_file f = { .fd = memfd_create("fuzz", MFD_CLOEXEC) };

	assert(f.fd >= 0);
	for (size_t at = 0; at < size;) {
		ssize_t n = write(f.fd, data + at, size - at);

		assert(n > 0);
		at += (size_t)n;
	}
	snprintf(f.path, sizeof(f.path), "/proc/self/fd/%d", f.fd);
	return f;
}

static inline void
fuzz_file_close(struct fuzz_file *f)
{
	close(f->fd);
	f->fd = -1;
}

#endif
