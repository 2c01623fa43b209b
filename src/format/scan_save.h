/*
 * scan_save.h - what the scans of all formats remember, as bytes: for
 * struct format's scan_save and scan_restore.
 */
#ifndef FORMAT_SCAN_SAVE_H
#define FORMAT_SCAN_SAVE_H

#include <stddef.h>
#include <stdint.h>

#include "format/format.h"

struct buf;
struct scan_time;
struct unpack;

/* The counts that are counted as lines are read, samples among them; the
 * others are worked out from these when they are asked for. */
void scan_save_counts(const struct scan_counts *c, struct buf *b);
void scan_restore_counts(struct scan_counts *c, struct unpack *in);

/* Between two blocks. */
void scan_save_time(struct scan_time *t, struct buf *b);
void scan_restore_time(struct scan_time *t, struct unpack *in);

/* Without its zone, which is not touched. */
void scan_save_clock(const struct stamp_clock *c, struct buf *b);
void scan_restore_clock(struct stamp_clock *c, struct unpack *in);

/* n numbers; in->bad if there are not as many. */
void scan_save_numbers(const uint64_t *numbers, size_t n, struct buf *b);
void scan_restore_numbers(uint64_t *numbers, size_t n, struct unpack *in);

#endif
