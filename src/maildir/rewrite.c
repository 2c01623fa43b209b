#include "maildir/rewrite.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

int
rewrite_put(int fd, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes = str_skip(bytes, (size_t)n);
	}
	return 0;
}

bool
rewrite_begins(int fd, struct str text)
{
	char *head = mem_alloc(text.n + 1);
	bool does = pread(fd, head, text.n, 0) == (ssize_t)text.n &&
	    str_eq(str_make(head, text.n), text);

	free(head);
	return does;
}

static int
copy_bytes(int from, off_t at, int to)
{
	char block[65536];
	ssize_t n;

	while ((n = pread(from, block, sizeof(block), at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || rewrite_put(to, str_make(block, (size_t)n)) < 0)
			return -1;
		at += n;
	}
	return 0;
}

/* Is from as it was, and to all of it? */
static int
check(int from, const struct stat *before, int to, off_t size)
{
	struct stat now, copy;

	if (fstat(from, &now) < 0 || fstat(to, &copy) < 0)
		return -1;
	if (now.st_size == before->st_size && copy.st_size == size &&
	    now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == before->st_mtim.tv_nsec)
		return 0;
	errno = ESTALE;
	return -1;
}

static int
fill(int from, const struct stat *st, off_t skip, struct str head, int to)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };

	if (rewrite_put(to, head) < 0 ||
	    copy_bytes(from, skip, to) < 0 ||
	    check(from, st, to, st->st_size - skip + (off_t)head.n) < 0)
		return -1;
	if (fchmod(to, st->st_mode & 0777) < 0 || futimens(to, times) < 0)
		return -1;
	return fsync(to);
}

int
rewrite_message(int from, off_t skip, struct str head, int dir, const char *name)
{
	struct stat st;
	int to, status, error;

	if (fstat(from, &st) < 0)
		return -1;
	to = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (to < 0)
		return -1;
	status = fill(from, &st, skip, head, to);
	error = errno;
	close(to);
	if (status < 0)
		unlinkat(dir, name, 0);
	errno = error;
	return status;
}
