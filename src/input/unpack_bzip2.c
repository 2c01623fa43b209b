#include "input/unpack.h"

#include <stdlib.h>
#include <string.h>

#include <bzlib.h>

#include "base/mem.h"

struct bzip2 {
	bz_stream bz;
	bool inside;
};

/*
 * "BZh", the block size, and the mark of a block or (nothing packed) of the
 * end: the first four bytes alone could be text.
 */
static bool
bzip2_begins(const uint8_t *p, size_t n)
{
	static const uint8_t block[] = { 0x31, 0x41, 0x59, 0x26, 0x53 };
	static const uint8_t end[] = { 0x17, 0x72, 0x45, 0x38, 0x50 };
	size_t known = n < UNPACK_HEAD ? n : UNPACK_HEAD;

	if (memcmp(p, "BZh", known < 3 ? known : 3) != 0)
		return false;
	if (known > 3 && (p[3] < '1' || p[3] > '9'))
		return false;
	return known <= 4 || memcmp(p + 4, block, known - 4) == 0 ||
	    memcmp(p + 4, end, known - 4) == 0;
}

static void *
bzip2_open(void)
{
	return mem_zalloc(sizeof(struct bzip2));
}

static unsigned int
clamp(size_t n)
{
	return n < UINT32_MAX ? (unsigned int)n : UINT32_MAX;
}

static int
decompress(bz_stream *bz, struct unpack_io *io)
{
	unsigned int in = clamp(io->n_in), out = clamp(io->n_out);
	int code;

	bz->next_in = (char *)io->in;
	bz->avail_in = in;
	bz->next_out = (char *)io->out;
	bz->avail_out = out;
	code = BZ2_bzDecompress(bz);
	io->in += in - bz->avail_in;
	io->n_in -= in - bz->avail_in;
	io->out += out - bz->avail_out;
	io->n_out -= out - bz->avail_out;
	return code;
}

static void
end_stream(struct bzip2 *b)
{
	if (b->inside)
		BZ2_bzDecompressEnd(&b->bz);
	b->inside = false;
}

static enum unpack_status
bzip2_run(void *state, struct unpack_io *io)
{
	struct bzip2 *b = state;
	int code = BZ_OK;

	if (!b->inside)
		code = BZ2_bzDecompressInit(&b->bz, 0, 0);
	b->inside = code == BZ_OK;
	if (b->inside)
		code = decompress(&b->bz, io);
	switch (code) {
	case BZ_OK:
		return UNPACK_MORE;
	case BZ_STREAM_END:
		end_stream(b);
		return UNPACK_END;
	default:
		io->why = code == BZ_MEM_ERROR ? "not enough memory" : "corrupt";
		return UNPACK_DAMAGED;
	}
}

static void
bzip2_close(void *state)
{
	struct bzip2 *b = state;

	end_stream(b);
	free(b);
}

const struct unpacker unpack_bzip2 = {
	.packing = PACKING_BZIP2,
	.name = "bzip2",
	.begins = bzip2_begins,
	.open = bzip2_open,
	.run = bzip2_run,
	.close = bzip2_close,
};
