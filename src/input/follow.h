/*
 * follow.h - logs that are being written, as blocks of whole lines.
 *
 * Each LOG is a file, a multilog directory, a directory of rotated logs (each
 * stem in it is a log of its own, and new ones are taken up as they appear), or
 * "-".  None of them has to exist.  A log is followed by name over its rotations;
 * follow_state.h has the states, follow_between.h how rotated files are found
 * that nobody saw in time.
 *
 *	follow_add		for each LOG
 *	follow_start		for each log there is, where to begin
 *	for (;;) {
 *		follow_read	of every log, until it has no more
 *		poll		follow_descriptors, follow_timeout_ms
 *		follow_wake
 *	}
 *
 * Nothing here knows what is in the lines.  Nothing waits, but for disks.
 *
 * Bounds: a line (blocks.h) and a file or two a log.  Files that were rotated
 * and removed between two looks are lost; FOLLOW_LOST tells.
 */
#ifndef INPUT_FOLLOW_H
#define INPUT_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct err;
struct follow;
struct pollfd;

struct follow_options {
	bool no_watch;	/* as though there was no inotify */
	int poll_ms;	/* how often to look where there is none */
};

struct follow *follow_new(const struct follow_options *o);
void follow_free(struct follow **f);

/* A LOG; the same one twice is one.  -1 for what can never be one. */
int follow_add(struct follow *f, const char *argument, struct err *err);

/* Logs are numbered from 0; there may be more after follow_wake(). */
size_t follow_count(const struct follow *f);
/* As source.h has them: the directory it belongs to, and the file. */
const char *follow_stream(const struct follow *f, size_t log);
const char *follow_path(const struct follow *f, size_t log);

/*
 * Begins bytes_back bytes before the end that the log has now, at the next line,
 * in its rotated files too.  True if that is all there is (of large packed files
 * nothing is taken).  May be called again before follow_wake() is: it begins
 * anew.  Without it a log is read from the beginning of its present file.
 */
bool follow_start(struct follow *f, size_t log, uint64_t bytes_back);

struct follow_block {
	/*
	 * Whole lines with their '\n', BLOCKS_SLACK bytes behind them; the last
	 * line before an end may lack it.  Valid until the next call for the
	 * same log.  Empty, perhaps, where end is set.
	 */
	struct str lines;
	uint64_t offset; /* in the file */
	bool end;	 /* of this file: nothing of it comes after this */
	bool contiguous; /* what comes next may be the rest of its last line */
};

/*
 * The next lines of a log.  False: there are no more at present, ask again after
 * follow_wake().
 */
bool follow_read(struct follow *f, size_t log, struct follow_block *b);
/* Standard input ended, and it was all there was to follow. */
bool follow_ended(const struct follow *f);

/* What to wait for; at most FOLLOW_DESCRIPTORS.  Returns how many. */
#define FOLLOW_DESCRIPTORS 2
size_t follow_descriptors(const struct follow *f, struct pollfd *p);
/* For poll(2): -1 as long as everything is watched. */
int follow_timeout_ms(const struct follow *f);
/* Takes note of what happened. */
void follow_wake(struct follow *f);

/* What an admin may want to know. */
enum follow_notice {
	FOLLOW_NOTHING,
	FOLLOW_APPEARED,   /* a log that was not there before */
	FOLLOW_WENT_ON,    /* rotated: the next file is read */
	FOLLOW_TRUNCATED,  /* it begins anew */
	FOLLOW_UNREADABLE, /* why is in the text */
	FOLLOW_MISSED	   /* files were removed before they could be read */
};
/* The next one, newest of each log; text is static, or NULL. */
enum follow_notice follow_notice(struct follow *f, size_t *log,
    const char **text);

/* Bytes read so far. */
uint64_t follow_bytes(const struct follow *f);

#endif
