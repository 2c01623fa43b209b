/*
 * zstd_block.h - a piece of memory packed with zstd, in one frame that tells
 * its size: what the store keeps.
 */
#ifndef INPUT_ZSTD_BLOCK_H
#define INPUT_ZSTD_BLOCK_H

#include "base/buf.h"
#include "base/str.h"

/* One at a time; not for several threads. */
struct zstd_block;

struct zstd_block *zstd_block_new(void);
void zstd_block_free(struct zstd_block **z);
/* Appends the packed bytes to b. */
void zstd_block_pack(struct zstd_block *z, struct str bytes, struct buf *b);
/* Appends what they were; -1 if they are damaged, or more than 1 GiB. */
int zstd_block_unpack(struct zstd_block *z, struct str packed, struct buf *b);

#endif
