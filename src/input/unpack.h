/*
 * unpack.h - what one kind of compression has to offer: for input/ only.
 *
 * To add a kind: one file with a struct unpacker, one row in unpack.c, one
 * word in enum source_packing.
 */
#ifndef INPUT_UNPACK_H
#define INPUT_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input/source.h"

enum unpack_status {
	UNPACK_MORE,	/* went as far as in and out allowed */
	UNPACK_END,	/* a member is complete; all its bytes are out */
	UNPACK_DAMAGED	/* nothing more can be had; io->why says why */
};

/*
 * What is left to read and to fill; run() moves both on.  in is not const only
 * because some libraries want it so: it is not written to.
 */
struct unpack_io {
	uint8_t *in;
	size_t n_in;
	uint8_t *out;
	size_t n_out;
	const char *why; /* static text or valid as long as the state */
};

/* Enough bytes for begins() to be sure. */
#define UNPACK_HEAD 9

struct unpacker {
	enum source_packing packing;
	const char *name;
	/* Do n > 0 bytes look like the beginning of a member, as far as they go? */
	bool (*begins)(const uint8_t *p, size_t n);
	void *(*open)(void);
	/*
	 * Unpacks until in is used up or out is full.  Called again after
	 * UNPACK_END it begins a new member.  Without input it hands out what
	 * it still holds.
	 */
	enum unpack_status (*run)(void *state, struct unpack_io *io);
	void (*close)(void *state);
};

extern const struct unpacker unpack_gzip;
extern const struct unpacker unpack_zstd;
extern const struct unpacker unpack_xz;
extern const struct unpacker unpack_bzip2;

#endif
