#include "input/unpack.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "input/reader.h"

#define UNPACK_PIECE ((size_t)128 << 10)

static const struct unpacker *const unpackers[] = {
	&unpack_gzip,
	&unpack_zstd,
	&unpack_xz,
	&unpack_bzip2,
};
#define N_UNPACKERS (sizeof(unpackers) / sizeof(unpackers[0]))

_Static_assert(UNPACK_HEAD <= READER_PEEK, "too little is peeked at");

/*
 * Packed data are members (gzip), frames (zstd) or streams (xz, bzip2) one
 * after another, perhaps with zeros between and behind them: tar and tapes
 * pad with zeros, xz allows them.
 *
 *	BETWEEN --begins()--> INSIDE --UNPACK_END--> BETWEEN
 *	   |                     |
 *	   | no bytes left,      | damaged, or no bytes left
 *	   | or strange ones     |
 *	   +------> OVER <-------+
 */
enum unpack_state { BETWEEN, INSIDE, OVER };

struct unpack {
	struct reader reader;
	const struct unpacker *unpacker;
	void *private;
	enum unpack_state state;
	bool starved; /* below has nothing more */
	uint64_t unpacked;
	struct unpack_io io; /* in: what is in piece and not used */
	uint8_t piece[UNPACK_PIECE];
};

const struct unpacker *
reader_packed_by(const char *p, size_t n)
{
	if (n < UNPACK_HEAD)
		return NULL;
	for (size_t i = 0; i < N_UNPACKERS; i++)
		if (unpackers[i]->begins((const uint8_t *)p, n))
			return unpackers[i];
	return NULL;
}

const char *
source_packing_name(enum source_packing p)
{
	for (size_t i = 0; i < N_UNPACKERS; i++)
		if (unpackers[i]->packing == p)
			return unpackers[i]->name;
	return NULL;
}

static void
refill(struct unpack *u)
{
	size_t room = UNPACK_PIECE - u->io.n_in, got = 0;

	memmove(u->piece, u->io.in, u->io.n_in);
	u->io.in = u->piece;
	/* A library that can do nothing with a full piece never will. */
	if (room > 0)
		got = reader_read(u->reader.below,
		    (char *)u->piece + u->io.n_in, room);
	u->io.n_in += got;
	u->starved = got == 0;
}

static void
skip_zeros(struct unpack_io *io)
{
	while (io->n_in > 0 && *io->in == 0) {
		io->in++;
		io->n_in--;
	}
}

static enum unpack_state
next_member(struct unpack *u)
{
	skip_zeros(&u->io);
	while (u->io.n_in < UNPACK_HEAD && !u->starved) {
		refill(u);
		skip_zeros(&u->io);
	}
	if (u->io.n_in == 0)
		return OVER;
	if (u->unpacker->begins(u->io.in, u->io.n_in))
		return INSIDE;
	reader_fail(&u->reader, "bytes after the end of the %s data are left out",
	    u->unpacker->name);
	return OVER;
}

static enum unpack_state
run(struct unpack *u)
{
	size_t in = u->io.n_in, out = u->io.n_out;

	switch (u->unpacker->run(u->private, &u->io)) {
	case UNPACK_END:
		return BETWEEN;
	case UNPACK_DAMAGED:
		reader_fail(&u->reader, "%s data damaged (%s) after %" PRIu64
		    " unpacked bytes", u->unpacker->name, u->io.why,
		    u->unpacked + out - u->io.n_out);
		return OVER;
	case UNPACK_MORE:
		break;
	}
	if (u->io.n_in < in || u->io.n_out < out)
		return INSIDE;
	if (!u->starved) {
		refill(u);
		return INSIDE;
	}
	/* The file itself may have failed: then that is what is to be told. */
	if (u->reader.below->error[0] == '\0')
		reader_fail(&u->reader, "%s data end too early, after %" PRIu64
		    " unpacked bytes", u->unpacker->name, u->unpacked);
	return OVER;
}

static size_t
unpack_read(struct reader *r, char *p, size_t n)
{
	struct unpack *u = (struct unpack *)r;

	u->io.out = (uint8_t *)p;
	u->io.n_out = n;
	while (u->io.n_out == n && u->state != OVER)
		u->state = u->state == BETWEEN ? next_member(u) : run(u);
	n -= u->io.n_out;
	u->unpacked += n;
	return n;
}

static void
unpack_close(struct reader *r)
{
	struct unpack *u = (struct unpack *)r;

	u->unpacker->close(u->private);
	free(u);
}

static const struct reader_kind unpack_kind = {
	.read = unpack_read,
	.close = unpack_close,
};

struct reader *
reader_unpack_new(struct reader *below, const struct unpacker *unpacker)
{
	struct unpack *u = mem_zalloc(sizeof(*u));

	u->reader.kind = &unpack_kind;
	u->reader.below = below;
	u->reader.packing = unpacker->packing;
	u->unpacker = unpacker;
	u->private = unpacker->open();
	u->io.in = u->piece;
	return &u->reader;
}
