#include "input/follow_file.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "input/follow_state.h"
#include "input/follow_watch.h"
#include "input/reader.h"

#define CHUNK ((size_t)128 << 10)

void
follow_file_init(struct follow_file *f)
{
	*f = (struct follow_file){ .fd = -1, .watch = FOLLOW_NO_WATCH };
}

static ssize_t
read_at(int fd, char *p, size_t n, uint64_t offset)
{
	ssize_t got;

	do
		got = pread(fd, p, n, (off_t)offset);
	while (got < 0 && errno == EINTR);
	return got;
}

size_t
follow_file_peek(const struct follow_file *f, char head[FOLLOW_HEAD])
{
	ssize_t n = read_at(f->fd, head, FOLLOW_HEAD, 0);

	return n > 0 ? (size_t)n : 0;
}

static bool
is_packed(int fd)
{
	char head[READER_PEEK];
	ssize_t n = read_at(fd, head, sizeof(head), 0);

	return n > 0 && reader_packed_by(head, (size_t)n) != NULL;
}

int
follow_file_open(struct follow_file *f, const char *path,
    struct follow_watch *w)
{
	/* O_NONBLOCK: it might be a pipe. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || is_packed(fd)) {
		close(fd);
		return EINVAL;
	}
	follow_file_init(f);
	f->fd = fd;
	f->device = st.st_dev;
	f->inode = st.st_ino;
	f->watch = follow_watch_file(w, fd);
	return 0;
}

void
follow_file_open_stdin(struct follow_file *f)
{
	follow_file_init(f);
	f->fd = STDIN_FILENO;
	f->pipe = true;
}

void
follow_file_close(struct follow_file *f, struct follow_watch *w)
{
	if (f->fd >= 0 && !f->pipe)
		close(f->fd);
	follow_watch_remove(w, f->watch);
	live_lines_clear(&f->lines);
	follow_file_init(f);
}

void
follow_file_seek(struct follow_file *f, uint64_t offset, bool whole)
{
	f->offset = offset;
	f->another = false;
	f->n_head = 0;
	if (offset > 0)
		f->n_head = follow_file_peek(f, f->head);
	live_lines_restart(&f->lines, offset);
	f->lines.skip = !whole;
}

static bool
is_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

/* Does it still begin as it did? */
static bool
same_beginning(const struct follow_file *f)
{
	char head[FOLLOW_HEAD];

	return follow_file_peek(f, head) >= f->n_head &&
	    memcmp(head, f->head, f->n_head) == 0;
}

void
follow_file_see(struct follow_file *f, struct follow_seen *seen)
{
	struct stat st;

	if (f->pipe) {
		seen->unread = !f->ended && is_readable(f->fd);
		return;
	}
	if (fstat(f->fd, &st) < 0)
		return;
	seen->unread = (uint64_t)st.st_size > f->offset && f->failed == 0;
	seen->restarted = f->another || (uint64_t)st.st_size < f->offset ||
	    ((uint64_t)st.st_size == f->offset && !same_beginning(f));
	seen->unlinked = st.st_nlink == 0;
}

static void
read_pipe(struct follow_file *f)
{
	char *room = live_lines_room(&f->lines, CHUNK);
	ssize_t n = read(f->fd, room, CHUNK);

	if (n > 0) {
		live_lines_filled(&f->lines, (size_t)n);
		f->offset += (uint64_t)n;
		f->bytes += (uint64_t)n;
	} else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
		f->ended = true;
	}
}

/* The head is as much of the file as was read; bytes are what follows. */
static size_t
head_with(struct follow_file *f, const char *bytes, size_t n)
{
	size_t more = FOLLOW_HEAD - f->n_head;

	if (f->n_head != f->offset)
		return f->n_head;
	if (more > n)
		more = n;
	memcpy(f->head + f->n_head, bytes, more);
	return f->n_head + more;
}

/*
 * A writer without O_APPEND goes on where it was in a file that was truncated: the
 * file begins with a hole then, which may be as large as the log was.  How many of
 * n bytes at its beginning are of it; what has no blocks on disk is jumped over.
 */
static size_t
skip_hole(struct follow_file *f, const char *bytes, size_t n)
{
	size_t nuls = 0;
	off_t data;

	if (f->n_head > 0 || live_lines_rest(&f->lines).n > 0)
		return 0;
	while (nuls < n && bytes[nuls] == '\0')
		nuls++;
	if (nuls == 0)
		return 0;
	f->offset += nuls;
	data = lseek(f->fd, (off_t)f->offset, SEEK_DATA);
	if (nuls == n && data > 0 && (uint64_t)data > f->offset)
		f->offset = (uint64_t)data;
	live_lines_restart(&f->lines, f->offset);
	return nuls;
}

void
follow_file_read(struct follow_file *f)
{
	size_t n_head;
	ssize_t got;
	char *room;

	if (f->pipe) {
		read_pipe(f);
		return;
	}
	room = live_lines_room(&f->lines, CHUNK);
	got = read_at(f->fd, room, CHUNK, f->offset);
	if (got < 0)
		f->failed = errno;
	if (got <= 0)
		return;
	f->bytes += (uint64_t)got;
	if (skip_hole(f, room, (size_t)got) > 0)
		return;
	n_head = head_with(f, room, (size_t)got);
	/* After the reading: had it been truncated before, it would show. */
	f->another = !same_beginning(f);
	if (f->another)
		return;
	f->n_head = n_head;
	live_lines_filled(&f->lines, (size_t)got);
	f->offset += (uint64_t)got;
}
