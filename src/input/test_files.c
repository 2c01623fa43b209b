#include "input/test_files.h"

#include <sys/stat.h>

#include <assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "base/err.h"
#include "base/test.h"

const enum source_packing test_packings[TEST_PACKINGS] = {
	PACKING_GZIP,
	PACKING_ZSTD,
	PACKING_XZ,
	PACKING_BZIP2,
};

uint32_t
test_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33);
}

size_t
test_below(uint64_t *seed, size_t n)
{
	return ((size_t)test_random(seed) << 20 ^ test_random(seed)) % n;
}

int
test_dir_enter(void **state)
{
	char dir[] = "/tmp/mailtally-test-XXXXXX";

	if (mkdtemp(dir) == NULL || chdir(dir) < 0)
		return -1;
	*state = mem_strdup(dir);
	return 0;
}

static int
test_remove(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

int
test_dir_leave(void **state)
{
	int failed = chdir("/") < 0 ||
	    nftw(*state, test_remove, 16, FTW_DEPTH | FTW_PHYS) != 0;

	free(*state);
	return failed ? -1 : 0;
}

void
test_put(const char *path, struct str content)
{
	FILE *f = fopen(path, "w");
	size_t n = fwrite(content.p, 1, content.n, f);
	int failed = fclose(f);

	assert(n == content.n && failed == 0);
}

void
test_append(const char *path, struct str content)
{
	FILE *f = fopen(path, "a");
	size_t n = fwrite(content.p, 1, content.n, f);
	int failed = fclose(f);

	assert(n == content.n && failed == 0);
}

void
test_log(struct buf *b, uint64_t seed, size_t n)
{
	for (size_t i = 0; b->n < n; i++)
		buf_printf(b, "@40000000%08zx%08x %u (connect) dnsbl: pass %u\n", i,
		    test_random(&seed) & 0x3fffffff, test_random(&seed) % 32768,
		    test_random(&seed));
}

static size_t
test_gzip(char *to, size_t room, struct str s)
{
	z_stream z = { 0 };
	int status;

	status = deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	assert(status == Z_OK);
	z.next_in = (Bytef *)(uintptr_t)s.p;
	z.avail_in = (uInt)s.n;
	z.next_out = (Bytef *)to;
	z.avail_out = (uInt)room;
	status = deflate(&z, Z_FINISH);
	assert(status == Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

static size_t
test_zstd(char *to, size_t room, struct str s)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t n;

	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	n = ZSTD_compress2(c, to, room, s.p, s.n);
	assert(!ZSTD_isError(n));
	ZSTD_freeCCtx(c);
	return n;
}

static size_t
test_xz(char *to, size_t room, struct str s)
{
	size_t n = 0;
	lzma_ret status;

	status = lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL,
	    (const uint8_t *)s.p, s.n, (uint8_t *)to, &n, room);
	assert(status == LZMA_OK);
	return n;
}

static size_t
test_bzip2(char *to, size_t room, struct str s)
{
	unsigned int n = (unsigned int)room;
	int status;

	status = BZ2_bzBuffToBuffCompress(to, &n, (char *)(uintptr_t)s.p,
	    (unsigned int)s.n, 1, 0, 0);
	assert(status == BZ_OK);
	return n;
}

void
test_pack(struct buf *b, enum source_packing packing, struct str s)
{
	size_t room = s.n + s.n / 50 + 1024;
	char *to = buf_reserve(b, room);

	switch (packing) {
	case PACKING_NONE:
		memcpy(to, s.p, s.n);
		b->n += s.n;
		break;
	case PACKING_GZIP:
		b->n += test_gzip(to, room, s);
		break;
	case PACKING_ZSTD:
		b->n += test_zstd(to, room, s);
		break;
	case PACKING_XZ:
		b->n += test_xz(to, room, s);
		break;
	case PACKING_BZIP2:
		b->n += test_bzip2(to, room, s);
		break;
	}
}

static size_t
test_reader_read(struct reader *r, char *p, size_t n)
{
	struct test_reader *t = (struct test_reader *)r;
	size_t end = t->content.n < t->fails_at ? t->content.n : t->fails_at;
	size_t left = end > t->at ? end - t->at : 0;

	t->reads++;
	if (left == 0 && t->fails_at < t->content.n)
		reader_fail(r, "Input/output error");
	if (t->piece > 0 && n > t->piece)
		n = 1 + test_below(&t->seed, t->piece);
	if (n > left)
		n = left;
	memcpy(p, t->content.p + t->at, n);
	t->at += n;
	return n;
}

static void
test_reader_seek(struct reader *r, uint64_t offset)
{
	((struct test_reader *)r)->at = (size_t)offset;
}

static void
test_reader_close(struct reader *r)
{
	free(r);
}

struct test_reader *
test_reader_new(struct str content, size_t piece)
{
	static const struct reader_kind kind = {
		.read = test_reader_read,
		.seek = test_reader_seek,
		.close = test_reader_close,
	};
	struct test_reader *t = mem_zalloc(sizeof(*t));

	t->reader.kind = &kind;
	t->content = content;
	t->piece = piece;
	t->fails_at = SIZE_MAX;
	t->seed = piece;
	return t;
}

struct source
test_source(const char *path)
{
	struct source s = { .path = path, .stream = "." };
	struct stat st;

	if (strcmp(path, "-") == 0)
		s.kind = SOURCE_STDIN;
	else if (stat(path, &st) == 0) {
		s.device = st.st_dev;
		s.inode = st.st_ino;
	}
	return s;
}

struct reader *
test_open(const char *path)
{
	struct source s = test_source(path);
	struct err err = { 0 };
	struct reader *r;

	if (reader_open(&r, &s, &err) < 0)
		fail_msg("%s", err.text);
	return r;
}

void
test_read_all(struct buf *b, struct reader *r, size_t n)
{
	size_t got;

	while ((got = reader_read(r, buf_reserve(b, n), n)) > 0)
		b->n += got;
	assert_int_equal(reader_read(r, buf_reserve(b, n), n), 0);
}

void
test_content(const struct buf *b, struct str want)
{
	assert_int_equal(b->n, want.n);
	if (want.n > 0)
		assert_memory_equal(b->p, want.p, want.n);
}

void
test_reads(struct reader *r, size_t n, struct str want)
{
	struct buf b = { 0 };

	test_read_all(&b, r, n);
	test_content(&b, want);
	buf_clear(&b);
}

void
test_path_reads(const char *path, struct str want)
{
	struct reader *r = test_open(path);

	test_reads(r, 100 << 10, want);
	assert_null(reader_error(r));
	reader_close(&r);
	assert_null(r);
}
