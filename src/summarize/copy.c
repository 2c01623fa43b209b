#include "summarize/copy.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

/* Fits the second-level cache, and pipes made as large as is allowed. */
#define PIECE ((size_t)256 << 10)
#define PIPE_BYTES (1 << 20)

/* Waits until fd can be read or written.  False: not in time. */
static bool
wait_for(int fd, short events, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n;

	do
		n = poll(&p, 1, timeout_ms);
	while (n == -1 && errno == EINTR);
	return n != 0;
}

static int
failed(struct err *err, const char *what, const char *name)
{
	return err_set(err, ERR_IO, "%s: cannot %s: %s", name, what,
	    strerror(errno));
}

int
copy_write(int fd, const char *p, size_t n, const char *name, struct err *err)
{
	while (n > 0) {
		ssize_t written = write(fd, p, n);

		if (written > 0) {
			p += written;
			n -= (size_t)written;
		} else if (written == -1 && errno == EAGAIN) {
			wait_for(fd, POLLOUT, -1);
		} else if (written == -1 && errno != EINTR) {
			return failed(err, "write", name);
		}
	}
	return 0;
}

/* 0 at the end, -1 with *err. */
static ssize_t
read_some(int fd, char *p, size_t n, struct err *err)
{
	ssize_t got;

	while ((got = read(fd, p, n)) == -1) {
		if (errno == EAGAIN)
			wait_for(fd, POLLIN, -1);
		else if (errno != EINTR)
			return failed(err, "read", "standard input");
	}
	return got;
}

/* ---- the one that looks on ---- */

static void
feed_end(struct feed *f)
{
	if (f->fd != -1)
		close(f->fd);
	f->fd = -1;
}

static void
feed_write(struct feed *f, const char *p, size_t n)
{
	while (n > 0 && f->fd != -1) {
		ssize_t written = write(f->fd, p, n);

		if (written > 0) {
			p += written;
			n -= (size_t)written;
		} else if (written == -1 && errno == EAGAIN) {
			if (!wait_for(f->fd, POLLOUT, FEED_PATIENCE_MS))
				feed_end(f);
		} else if (written == -1 && errno != EINTR) {
			feed_end(f);
		}
	}
}

/*
 * From a pipe the feed gets its bytes by tee(2), which copies none; they stay
 * in the pipe to be read.  How many it were; 0 if they must be written to it.
 */
static size_t
feed_tee(struct feed *f, int from)
{
	ssize_t n;

	if (f->fd == -1)
		return 0;
	/* From here to the next write there is room: nobody else writes. */
	if (!wait_for(f->fd, POLLOUT, FEED_PATIENCE_MS)) {
		feed_end(f);
		return 0;
	}
	/* What comes next, or its end, is awaited here and not in tee(): that
	 * does not wait, so that errors are those of read(). */
	wait_for(from, POLLIN, -1);
	n = tee(from, f->fd, PIECE, SPLICE_F_NONBLOCK);
	return n > 0 ? (size_t)n : 0;
}

/* ---- the loop ---- */

static bool
is_pipe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

/* Small pipes cost a switch between processes every 64 KiB. */
static void
widen(int fd)
{
	if (fd != -1 && is_pipe(fd))
		fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES);
}

/*
 * n bytes that the feed has already, from a pipe to where they go, without
 * passing through here if that can be.
 */
static int
copy_known(int from, int to, size_t n, char *piece, bool *can_splice,
    struct err *err)
{
	while (n > 0) {
		ssize_t moved;

		if (*can_splice) {
			moved = splice(from, NULL, to, NULL, n, 0);
			if (moved > 0) {
				n -= (size_t)moved;
				continue;
			}
			if (moved == -1 && errno == EINTR)
				continue;
			/* Not between these two; or an error, which the
			 * write() below will meet too. */
			*can_splice = false;
		}
		moved = read_some(from, piece, n < PIECE ? n : PIECE, err);
		if (moved <= 0)
			return (int)moved;
		if (copy_write(to, piece, (size_t)moved, "standard output",
		    err) == -1)
			return -1;
		n -= (size_t)moved;
	}
	return 0;
}

static int
copy_loop(int from, int to, struct feed *f, char *piece, struct err *err)
{
	bool from_pipe = is_pipe(from), can_splice = true;
	ssize_t got;
	size_t n;

	for (;;) {
		n = from_pipe ? feed_tee(f, from) : 0;
		if (n > 0) {
			if (copy_known(from, to, n, piece, &can_splice,
			    err) == -1)
				return -1;
			f->bytes += n;
			continue;
		}
		got = read_some(from, piece, PIECE, err);
		if (got <= 0)
			return (int)got;
		if (copy_write(to, piece, (size_t)got, "standard output",
		    err) == -1)
			return -1;
		f->bytes += (size_t)got;
		feed_write(f, piece, (size_t)got);
	}
}

int
copy_all(int from, int to, struct feed *f, struct err *err)
{
	/* Not on the heap: there is always memory for the copy. */
	char piece[PIECE];

	widen(from);
	widen(to);
	widen(f->fd);
	return copy_loop(from, to, f, piece, err);
}
