/*
 * sieve.h - a stream read for the few lines that a search needs: for ordered.c
 * only.
 *
 * Everything that the search can find has a word in it (search/literal.h),
 * either in the event's own lines or in what its connection told it: client
 * and host, of the line that began the connection.  So blocks are searched
 * for that word alone, and of what a block holds only this goes on:
 *
 *  - the line that has the word, if an event comes of it.  One that says who
 *    the client is needs nothing else;
 *  - for one that does not ("connection_time: 0.3 s."): the lines of its
 *    connection before it, back to the one that began it.  They are looked
 *    for backwards in the files;
 *  - of a connection whose first line has the word: every line up to its end,
 *    because each of its events is told the client.
 *
 * What one process wrote says nothing about another, so a scan that is given
 * only the lines of one process makes the same events of them as one that is
 * given all: the sieve changes what is read, never what is found.
 */
#ifndef PUMP_SIEVE_H
#define PUMP_SIEVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "format/format.h"

struct lane;
struct source;
struct sieve;

struct sieve_options {
	struct str word;	 /* at least two bytes */
	event_fn *others;	 /* is shown records without the word, or NULL */
	void *others_ctx;
	const struct format *format;
	struct scan_options scan; /* those of the lane */
};

struct sieve *sieve_new(const struct sieve_options *o, struct lane *l);
void sieve_free(struct sieve **s);

/*
 * A source begins, read from its byte from on.  contiguous: as for
 * lane_source_end.  Sources are read again, backwards: they are plain files.
 */
void sieve_source(struct sieve *s, const struct source *source, uint64_t from,
    bool contiguous);
/* The next block of the source; offset in the source. */
void sieve_block(struct sieve *s, struct str block, uint64_t offset);
/* Nothing follows.  The lane is then to be finished. */
void sieve_finish(struct sieve *s);
/* Bytes that were read backwards. */
uint64_t sieve_bytes_back(const struct sieve *s);

/*
 * Would a block like this one pass faster whole?  So it is where the word
 * stands in many lines that need others.
 */
bool sieve_is_worth(const struct sieve_options *o, struct str block);

#endif
