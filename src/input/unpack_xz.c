/* xz (tukaani.org/xz/xz-file-format.txt); not the older .lzma, which has no magic. */
#include "input/unpack.h"

#include <stdlib.h>
#include <string.h>

#include <lzma.h>

#include "base/mem.h"

/* xz -9 needs 65 MiB; a damaged header may ask for 4 GiB. */
#define XZ_MEMORY ((uint64_t)256 << 20)

struct xz {
	lzma_stream lzma;
	bool inside;
};

static bool
xz_begins(const uint8_t *p, size_t n)
{
	static const uint8_t magic[] = { 0xfd, '7', 'z', 'X', 'Z', 0 };

	return memcmp(p, magic, n < sizeof(magic) ? n : sizeof(magic)) == 0;
}

static void *
xz_open(void)
{
	struct xz *x = mem_zalloc(sizeof(*x));

	x->lzma = (lzma_stream)LZMA_STREAM_INIT;
	return x;
}

static const char *
xz_why(lzma_ret failed)
{
	switch ((int)failed) {
	case LZMA_MEM_ERROR:
		return "not enough memory";
	case LZMA_MEMLIMIT_ERROR:
		return "more than 256 MiB of memory needed";
	case LZMA_FORMAT_ERROR:
	case LZMA_OPTIONS_ERROR:
		return "bad header";
	default:
		return "corrupt";
	}
}

static enum unpack_status
xz_status(struct xz *x, lzma_ret code, struct unpack_io *io)
{
	switch ((int)code) {
	case LZMA_STREAM_END:
		x->inside = false;
		return UNPACK_END;
	case LZMA_OK:
	case LZMA_BUF_ERROR: /* no input: not an error here */
		return UNPACK_MORE;
	default:
		io->why = xz_why(code);
		return UNPACK_DAMAGED;
	}
}

static enum unpack_status
xz_run(void *state, struct unpack_io *io)
{
	struct xz *x = state;
	lzma_ret code = LZMA_OK;

	if (!x->inside)
		code = lzma_stream_decoder(&x->lzma, XZ_MEMORY, 0);
	if (code != LZMA_OK)
		return xz_status(x, code, io);
	x->inside = true;
	x->lzma.next_in = io->in;
	x->lzma.avail_in = io->n_in;
	x->lzma.next_out = io->out;
	x->lzma.avail_out = io->n_out;
	code = lzma_code(&x->lzma, LZMA_RUN);
	io->in += io->n_in - x->lzma.avail_in;
	io->n_in = x->lzma.avail_in;
	io->out = x->lzma.next_out;
	io->n_out = x->lzma.avail_out;
	return xz_status(x, code, io);
}

static void
xz_close(void *state)
{
	struct xz *x = state;

	lzma_end(&x->lzma);
	free(x);
}

const struct unpacker unpack_xz = {
	.packing = PACKING_XZ,
	.name = "xz",
	.begins = xz_begins,
	.open = xz_open,
	.run = xz_run,
	.close = xz_close,
};
