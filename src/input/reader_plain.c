/*
 * Never mmap: a file that is truncated while it is mapped ends the process
 * with SIGBUS, and logs are truncated by "copytruncate" rotations every day.
 */
#include "input/reader.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

struct plain {
	struct reader reader;
	int fd;
	bool owned;
	bool regular;
	uint64_t base; /* of the source in the file: "read" on standard input
			* may begin in the middle */
	uint64_t at;
	char head[READER_PEEK]; /* of a pipe: bytes that were peeked at */
	size_t n_head;
	size_t head_at;
};

static const struct reader_kind plain_kind;

static ssize_t
pread_again(int fd, char *p, size_t n, uint64_t offset)
{
	ssize_t got;

	do
		got = pread(fd, p, n, (off_t)offset);
	while (got < 0 && errno == EINTR);
	return got;
}

/* As read(2), for descriptors that do not block (O_NONBLOCK) too. */
static ssize_t
read_again(int fd, char *p, size_t n)
{
	ssize_t got;

	while ((got = read(fd, p, n)) < 0) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };

		if (errno == EAGAIN)
			poll(&wait, 1, -1);
		else if (errno != EINTR)
			break;
	}
	return got;
}

static void
count_taken(struct reader *r, size_t n)
{
	atomic_fetch_add_explicit(&r->taken, n, memory_order_relaxed);
}

static size_t
read_file(struct plain *f, char *p, size_t n)
{
	struct reader *r = &f->reader;
	uint64_t left = f->at < r->size ? r->size - f->at : 0;
	ssize_t got;

	if (left == 0)
		return 0;
	if (n > left)
		n = (size_t)left;
	got = pread_again(f->fd, p, n, f->base + f->at);
	if (got < 0)
		reader_fail(r, "%s", strerror(errno));
	if (got == 0)
		reader_fail(r, "was cut off at byte %" PRIu64 " while it was read",
		    f->base + f->at);
	if (got <= 0)
		return 0;
	f->at += (uint64_t)got;
	count_taken(r, (size_t)got);
	return (size_t)got;
}

static size_t
read_pipe(struct plain *f, char *p, size_t n)
{
	size_t peeked = f->n_head - f->head_at;
	ssize_t got;

	if (peeked > 0) {
		n = n < peeked ? n : peeked;
		memcpy(p, f->head + f->head_at, n);
		f->head_at += n;
		return n;
	}
	got = read_again(f->fd, p, n);
	if (got < 0)
		reader_fail(&f->reader, "%s", strerror(errno));
	if (got <= 0)
		return 0;
	count_taken(&f->reader, (size_t)got);
	return (size_t)got;
}

static size_t
plain_read(struct reader *r, char *p, size_t n)
{
	struct plain *f = (struct plain *)r;

	return f->regular ? read_file(f, p, n) : read_pipe(f, p, n);
}

static void
plain_seek(struct reader *r, uint64_t offset)
{
	((struct plain *)r)->at = offset;
}

static void
plain_close(struct reader *r)
{
	struct plain *f = (struct plain *)r;

	if (f->owned)
		close(f->fd);
	free(f);
}

static struct plain *
plain_new(int fd, bool owned)
{
	struct plain *f = mem_zalloc(sizeof(*f));

	f->reader.kind = &plain_kind;
	f->reader.size = UINT64_MAX;
	f->fd = fd;
	f->owned = owned;
	return f;
}

static struct reader *
plain_clone(const struct reader *r)
{
	const struct plain *f = (const struct plain *)r;
	struct plain *clone;
	int fd;

	fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return NULL;
	clone = plain_new(fd, true);
	clone->regular = f->regular;
	clone->base = f->base;
	clone->reader.size = f->reader.size;
	return &clone->reader;
}

static void
set_extent(struct plain *f, const struct stat *st)
{
	off_t at = lseek(f->fd, 0, SEEK_CUR);
	uint64_t size = (uint64_t)st->st_size;

	f->regular = true;
	f->base = at > 0 ? (uint64_t)at : 0;
	f->reader.size = size > f->base ? size - f->base : 0;
	/* Only a hint: the answer does not matter. */
	(void)posix_fadvise(f->fd, at > 0 ? at : 0, 0, POSIX_FADV_SEQUENTIAL);
}

struct reader *
reader_plain_new(int fd, bool owned, struct err *err)
{
	struct plain *f = plain_new(fd, owned);
	struct stat st;
	int failed = 0;

	if (fstat(fd, &st) < 0)
		failed = errno;
	else if (S_ISDIR(st.st_mode))
		failed = EISDIR;
	if (failed != 0) {
		plain_close(&f->reader);
		err_set(err, ERR_IO, "%s", strerror(failed));
		return NULL;
	}
	if (S_ISREG(st.st_mode))
		set_extent(f, &st);
	return &f->reader;
}

/* What goes wrong here goes wrong again, and is reported, in plain_read(). */
static void
peek_file(struct plain *f)
{
	size_t n = f->reader.size < READER_PEEK ? (size_t)f->reader.size :
	    READER_PEEK;
	ssize_t got = pread_again(f->fd, f->head, n, f->base);

	f->n_head = got > 0 ? (size_t)got : 0;
}

static void
peek_pipe(struct plain *f)
{
	ssize_t got;

	while (f->n_head < READER_PEEK) {
		got = read_again(f->fd, f->head + f->n_head,
		    READER_PEEK - f->n_head);
		if (got <= 0)
			break;
		f->n_head += (size_t)got;
		count_taken(&f->reader, (size_t)got);
	}
}

size_t
reader_plain_peek(struct reader *r, char *p)
{
	struct plain *f = (struct plain *)r;

	if (f->regular)
		peek_file(f);
	else
		peek_pipe(f);
	memcpy(p, f->head, f->n_head);
	return f->n_head;
}

static const struct reader_kind plain_kind = {
	.read = plain_read,
	.seek = plain_seek,
	.clone = plain_clone,
	.close = plain_close,
};
