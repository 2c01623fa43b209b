/*
 * live_lines.h - bytes of a log that grows, as blocks of whole lines.
 *
 * Push in, pull out: what was read is put into the room, whole lines are taken
 * out, and the beginning of a line that is half written stays until the rest
 * of it comes.  Of a line over BLOCKS_MAX_LINE the same is left as blocks.h
 * leaves of it: its head and its last BLOCKS_LONG_TAIL bytes.
 */
#ifndef INPUT_LIVE_LINES_H
#define INPUT_LIVE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* All zero is empty and ready. */
struct live_lines {
	char *window;
	size_t capacity;
	size_t begin;	  /* of what was not taken */
	size_t end;
	size_t searched;  /* there is no line end in begin up to this */
	uint64_t offset;  /* of window[begin] in its source */
	uint64_t dropped; /* bytes of the middle of the first line */
	uint64_t long_lines;
	bool skip;	  /* reading began within a line: leave out its rest */
};

/*
 * Room for n more bytes, at most 256 KiB.  Slices that were taken before are
 * not valid after it.
 */
char *live_lines_room(struct live_lines *l, size_t n);
/* n bytes were put there. */
void live_lines_filled(struct live_lines *l, size_t n);

/*
 * Whole lines, each with its '\n' and BLOCKS_SLACK bytes that can be read behind
 * the last one; *offset is where they begin in the source.  False: there is
 * none at present.
 */
bool live_lines_take(struct live_lines *l, struct str *block, uint64_t *offset);

/* The line that has no end yet; valid as those that are taken. */
struct str live_lines_rest(const struct live_lines *l);

/* What is there is forgotten; the next bytes stand at offset. */
void live_lines_restart(struct live_lines *l, uint64_t offset);
void live_lines_clear(struct live_lines *l);

#endif
