/* zstd (RFC 8878).  Skippable frames, as pzstd writes them, are skipped. */
#include "input/unpack.h"

#include <string.h>

#include <zstd.h>

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
