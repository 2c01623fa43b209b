/*
 * copy.h - standard input to standard output, byte for byte, while somebody
 * else looks at the bytes.
 *
 * The copy comes first.  Who looks on gets the bytes through a pipe (feed);
 * when it goes away or does not read for FEED_PATIENCE_MS it gets no more,
 * and the copy goes on without it.
 */
#ifndef SUMMARIZE_COPY_H
#define SUMMARIZE_COPY_H

#include <stddef.h>
#include <stdint.h>

struct err;

#define FEED_PATIENCE_MS 30000

struct feed {
	int fd;		/* the end of a pipe to write to, O_NONBLOCK; -1: nobody */
	uint64_t bytes; /* copied, up to now */
};

/*
 * Copies all of from to to.  Partial writes, EINTR and descriptors that do
 * not block are taken care of.  -1 with *err (ERR_IO) if not all could be
 * read and written; a pipe without a reader is such a failure here.
 * f->fd is -1 afterwards if the feed was given up; closed then.
 */
int copy_all(int from, int to, struct feed *f, struct err *err);

/* n bytes to fd as above; name is for the message. */
int copy_write(int fd, const char *p, size_t n, const char *name,
    struct err *err);

#endif
