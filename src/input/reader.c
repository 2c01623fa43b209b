#include "input/reader.h"

#include <sys/stat.h>

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

/* Is fd the file that was listed as s? */
static bool
is_listed(int fd, const struct source *s)
{
	struct stat st;

	return s->inode == 0 || (fstat(fd, &st) == 0 &&
	    st.st_ino == s->inode && st.st_dev == s->device);
}

/*
 * Between listing and opening a rotation may have renamed the file: current
 * is @....s now, or maillog is maillog.1.  Its lines must neither be missed nor
 * those of its successor counted for it.
 */
static int
open_renamed(const struct source *s)
{
	DIR *dir = opendir(s->stream);
	struct dirent *entry;
	int fd = -1;

	if (dir == NULL)
		return -1;
	while (fd < 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_ino != s->inode)
			continue;
		fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && !is_listed(fd, s)) {
			close(fd);
			fd = -1;
		}
	}
	closedir(dir);
	return fd;
}

static int
open_listed(const struct source *s, struct err *err)
{
	int fd, why;

	fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	why = errno;
	if (fd >= 0 && is_listed(fd, s))
		return fd;
	if (fd >= 0) {
		close(fd);
		why = 0;
	}
	if (s->inode != 0 && (why == 0 || why == ENOENT) &&
	    (fd = open_renamed(s)) >= 0)
		return fd;
	if (why == 0)
		return err_set(err, ERR_AGAIN, "%s: another file took its place "
		    "while logs were being read; run again", s->path);
	return err_set(err, why == ENOENT || why == ENOTDIR ? ERR_NO_INPUT : ERR_IO,
	    "%s: %s", s->path, strerror(why));
}

static struct reader *
open_plain(const struct source *s, struct err *err)
{
	bool is_stdin = s->kind == SOURCE_STDIN;
	struct err why = { 0 };
	struct reader *r;
	int fd;

	fd = is_stdin ? STDIN_FILENO : open_listed(s, err);
	if (fd < 0)
		return NULL;
	r = reader_plain_new(fd, !is_stdin, &why);
	if (r == NULL)
		err_set(err, why.kind, "%s: %s",
		    is_stdin ? "standard input" : s->path, why.text);
	return r;
}

int
reader_open(struct reader **r, const struct source *s, struct err *err)
{
	struct reader *plain = open_plain(s, err);
	const struct unpacker *u;
	char head[READER_PEEK];

	*r = plain;
	if (plain == NULL)
		return -1;
	u = reader_packed_by(head, reader_plain_peek(plain, head));
	if (u == NULL)
		return 0;
	*r = reader_unpack_new(plain, u);
	if (reader_seekable(plain))
		*r = reader_ahead_new(*r);
	return 0;
}

static const struct reader *
lowest(const struct reader *r)
{
	while (r->below != NULL)
		r = r->below;
	return r;
}

struct reader *
reader_clone(const struct reader *r)
{
	assert(reader_seekable(r));
	return r->kind->clone(r);
}

uint64_t
reader_size(const struct reader *r)
{
	return lowest(r)->size;
}

uint64_t
reader_taken(const struct reader *r)
{
	return atomic_load_explicit(&lowest(r)->taken, memory_order_relaxed);
}

enum source_packing
reader_packing(const struct reader *r)
{
	return r->packing;
}

bool
reader_seekable(const struct reader *r)
{
	return r->kind->seek != NULL && r->size != UINT64_MAX;
}

void
reader_seek(struct reader *r, uint64_t offset)
{
	assert(reader_seekable(r));
	r->kind->seek(r, offset);
	r->ended = false;
}

size_t
reader_read(struct reader *r, char *p, size_t n)
{
	size_t got;

	assert(n > 0);
	if (r->ended)
		return 0;
	got = r->kind->read(r, p, n);
	if (got > 0)
		return got;
	r->ended = true;
	if (r->below != NULL && r->below->error[0] != '\0')
		reader_fail(r, "%s", r->below->error);
	return 0;
}

size_t
reader_read_full(struct reader *r, char *p, size_t n)
{
	size_t got, all = 0;

	while (all < n && (got = reader_read(r, p + all, n - all)) > 0)
		all += got;
	return all;
}

void
reader_fail(struct reader *r, const char *format, ...)
{
	va_list ap;

	if (r->error[0] != '\0')
		return;
	va_start(ap, format);
	vsnprintf(r->error, sizeof(r->error), format, ap);
	va_end(ap);
}

const char *
reader_error(const struct reader *r)
{
	return r->ended && r->error[0] != '\0' ? r->error : NULL;
}

void
reader_close(struct reader **r)
{
	struct reader *old = *r;

	*r = NULL;
	while (old != NULL) {
		struct reader *below = old->below;

		old->kind->close(old);
		old = below;
	}
}
