/* zstd (RFC 8878).  Skippable frames, as pzstd writes them, are skipped. */
#include "input/unpack.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "base/mem.h"
#include "input/zstd_block.h"

static bool
zstd_begins(const uint8_t *p, size_t n)
{
	static const uint8_t frame[] = { 0x28, 0xb5, 0x2f, 0xfd };
	static const uint8_t skippable[] = { 0x50, 0x2a, 0x4d, 0x18 };
	size_t known = n < sizeof(frame) ? n : sizeof(frame);

	if (memcmp(p, frame, known) == 0)
		return true;
	/* 0x184D2A50 to 0x184D2A5F, little endian */
	return (p[0] & 0xf0) == skippable[0] &&
	    memcmp(p + 1, skippable + 1, known - 1) == 0;
}

static void *
zstd_open(void)
{
	return ZSTD_createDCtx();
}

static enum unpack_status
zstd_run(void *state, struct unpack_io *io)
{
	ZSTD_inBuffer in = { io->in, io->n_in, 0 };
	ZSTD_outBuffer out = { io->out, io->n_out, 0 };
	size_t left;

	if (state == NULL) {
		io->why = "not enough memory";
		return UNPACK_DAMAGED;
	}
	left = ZSTD_decompressStream(state, &out, &in);
	io->in += in.pos;
	io->n_in -= in.pos;
	io->out += out.pos;
	io->n_out -= out.pos;
	if (ZSTD_isError(left)) {
		io->why = ZSTD_getErrorName(left);
		return UNPACK_DAMAGED;
	}
	return left == 0 ? UNPACK_END : UNPACK_MORE;
}

static void
zstd_close(void *state)
{
	ZSTD_freeDCtx(state);
}

const struct unpacker unpack_zstd = {
	.packing = PACKING_ZSTD,
	.name = "zstd",
	.begins = zstd_begins,
	.open = zstd_open,
	.run = zstd_run,
	.close = zstd_close,
};

/* ---- pieces of memory ---- */

/* Fast: higher levels take thrice the time for a tenth less. */
#define LEVEL -1
#define UNPACKED_MAX ((unsigned long long)1 << 30)

struct zstd_block {
	ZSTD_CCtx *pack;
	ZSTD_DCtx *unpack;
};

struct zstd_block *
zstd_block_new(void)
{
	return mem_zalloc(sizeof(struct zstd_block));
}

void
zstd_block_free(struct zstd_block **z)
{
	if (*z == NULL)
		return;
	ZSTD_freeCCtx((*z)->pack);
	ZSTD_freeDCtx((*z)->unpack);
	free(*z);
	*z = NULL;
}

void
zstd_block_pack(struct zstd_block *z, struct str bytes, struct buf *b)
{
	size_t room = ZSTD_compressBound(bytes.n), n;

	if (z->pack == NULL)
		z->pack = ZSTD_createCCtx();
	assert(z->pack);
	n = ZSTD_compressCCtx(z->pack, buf_reserve(b, room), room, bytes.p,
	    bytes.n, LEVEL);
	/* With room for the worst case nothing can fail. */
	assert(!ZSTD_isError(n));
	b->n += n;
}

int
zstd_block_unpack(struct zstd_block *z, struct str packed, struct buf *b)
{
	unsigned long long size = ZSTD_getFrameContentSize(packed.p, packed.n);
	size_t n;

	if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR ||
	    size > UNPACKED_MAX)
		return -1;
	if (z->unpack == NULL)
		z->unpack = ZSTD_createDCtx();
	assert(z->unpack);
	n = ZSTD_decompressDCtx(z->unpack, buf_reserve(b, (size_t)size),
	    (size_t)size, packed.p, packed.n);
	if (ZSTD_isError(n))
		return -1;
	b->n += n;
	return 0;
}
