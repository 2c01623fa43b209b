/*
 * gzip (RFC 1952) with ISA-L, which inflates logs four to five times as fast
 * as zlib and, unlike libdeflate, in pieces.
 */
#include "input/unpack.h"

#include <stdlib.h>
#include <string.h>

#include <isa-l/igzip_lib.h>

#include "base/mem.h"

/*
 * What ISA-L 2.30 does with damaged data (igzip_decode_block_stateless.asm): a
 * match that turns out to be impossible is counted as written; and avail_in and
 * avail_out are left short of the reserves that the fast loop keeps, 8 and 274
 * bytes, so that isal_inflate() may save its history from as far before
 * next_out.  So, after an error, only pointers are believed, and the longest
 * possible match is dropped; and before next_out there is always a margin that
 * can be read.
 */
#define LONGEST_MATCH ((size_t)258)
#define MARGIN ((size_t)512)

/*
 *	NEW --header begun--> HEADER --header complete--> DATA --trailer--> NEW
 *	HEADER, DATA --error--> BAD
 */
enum gzip_state { NEW, HEADER, DATA, BAD };

struct gzip {
	struct inflate_state inflate;
	struct isal_gzip_header header;
	enum gzip_state state;
	int failed;
	uint8_t first[2 * MARGIN]; /* a margin, and the first bytes of a call */
};

static bool
gzip_begins(const uint8_t *p, size_t n)
{
	static const uint8_t magic[] = { 0x1f, 0x8b, 8 };

	return memcmp(p, magic, n < sizeof(magic) ? n : sizeof(magic)) == 0;
}

static void *
gzip_open(void)
{
	struct gzip *g = mem_zalloc(sizeof(*g));

	isal_inflate_init(&g->inflate);
	return g;
}

static const char *
gzip_why(int failed)
{
	switch (failed) {
	case ISAL_INVALID_WRAPPER:
	case ISAL_UNSUPPORTED_METHOD:
		return "bad header";
	case ISAL_INCORRECT_CHECKSUM:
		return "wrong checksum";
	default:
		return "bad deflate block";
	}
}

static void
begin_member(struct gzip *g)
{
	isal_inflate_reset(&g->inflate);
	/* Read the header ourselves, check data and trailer there: ISA-L's
	 * own reading of headers forgets where it was when input runs out. */
	g->inflate.crc_flag = ISAL_GZIP_NO_HDR_VER;
	isal_gzip_header_init(&g->header);
	g->state = HEADER;
}

static void
read_header(struct gzip *g)
{
	int status = isal_read_gzip_header(&g->inflate, &g->header);

	if (status == ISAL_DECOMP_OK)
		g->state = DATA;
	else if (status != ISAL_END_INPUT) {
		g->failed = status;
		g->state = BAD;
	}
}

/*
 * Drops the last bytes from what ISA-L still has in a buffer of its own; returns
 * how many are to be dropped from the n that it wrote, too.
 */
static size_t
drop_unsure(struct gzip *g, size_t n)
{
	struct inflate_state *s = &g->inflate;
	size_t kept = (size_t)(s->tmp_out_valid - s->tmp_out_processed);
	size_t unsure = g->failed == ISAL_INCORRECT_CHECKSUM ? 0 : LONGEST_MATCH;
	size_t from_kept = kept < unsure ? kept : unsure;

	s->tmp_out_valid -= (int32_t)from_kept;
	unsure -= from_kept;
	return n < unsure ? n : unsure;
}

/* Writes at most n bytes to p, before which there is a margin; how many. */
static size_t
inflate_to(struct gzip *g, uint8_t *p, size_t n)
{
	struct inflate_state *s = &g->inflate;
	size_t done;
	int status;

	s->next_out = p;
	s->avail_out = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
	status = isal_inflate(s);
	done = (size_t)(s->next_out - p);
	if (status != ISAL_DECOMP_OK) {
		g->failed = status;
		g->state = BAD;
		return done - drop_unsure(g, done);
	}
	if (s->block_state == ISAL_BLOCK_FINISH)
		g->state = NEW;
	return done;
}

static void
wrote(struct unpack_io *io, size_t n)
{
	io->out += n;
	io->n_out -= n;
}

/* What io->out begins with becomes the margin of the rest. */
static void
inflate_data(struct gzip *g, struct unpack_io *io)
{
	size_t n = io->n_out < MARGIN ? io->n_out : MARGIN;
	size_t done = inflate_to(g, g->first + MARGIN, n);

	memcpy(io->out, g->first + MARGIN, done);
	wrote(io, done);
	if (g->state == DATA && done == MARGIN && io->n_out > 0)
		wrote(io, inflate_to(g, io->out, io->n_out));
}

/* After an error: hands out what ISA-L unpacked before and still has. */
static void
rescue(struct gzip *g, struct unpack_io *io)
{
	struct inflate_state *s = &g->inflate;
	size_t n = (size_t)(s->tmp_out_valid - s->tmp_out_processed);

	if (n > io->n_out)
		n = io->n_out;
	memcpy(io->out, s->tmp_out_buffer + s->tmp_out_processed, n);
	s->tmp_out_processed += (int32_t)n;
	wrote(io, n);
}

static enum unpack_status
gzip_status(const struct gzip *g, struct unpack_io *io)
{
	switch (g->state) {
	case NEW:
		return UNPACK_END;
	case HEADER:
	case DATA:
		return UNPACK_MORE;
	case BAD:
		break;
	}
	io->why = gzip_why(g->failed);
	return g->inflate.tmp_out_processed < g->inflate.tmp_out_valid ?
	    UNPACK_MORE : UNPACK_DAMAGED;
}

static enum unpack_status
gzip_run(void *state, struct unpack_io *io)
{
	struct gzip *g = state;
	struct inflate_state *s = &g->inflate;

	s->next_in = io->in;
	s->avail_in = io->n_in < UINT32_MAX ? (uint32_t)io->n_in : UINT32_MAX;
	if (g->state == NEW)
		begin_member(g);
	if (g->state == HEADER)
		read_header(g);
	if (g->state == DATA)
		inflate_data(g, io);
	if (g->state == BAD) {
		rescue(g, io);
	} else {
		io->n_in -= (size_t)(s->next_in - io->in);
		io->in = s->next_in;
	}
	return gzip_status(g, io);
}

const struct unpacker unpack_gzip = {
	.packing = PACKING_GZIP,
	.name = "gzip",
	.begins = gzip_begins,
	.open = gzip_open,
	.run = gzip_run,
	.close = free,
};
