#include "summarize/store.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"

/* A pipe that poll() calls writable takes so much without blocking. */
#define SMALL ((size_t)512)

static int
failed(struct err *err, const char *what)
{
	return err_set(err, ERR_IO, "%s: %s", what, strerror(errno));
}

static bool
is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static int64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Files are always ready.  False, and errno: not before until_ms. */
static bool
ready(int fd, short events, int64_t until_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left_ms;
	int n;

	if (is_file(fd))
		return true;
	do {
		left_ms = until_ms - clock_ms();
		n = poll(&p, 1, left_ms > 0 ? (int)left_ms : 0);
	} while (n == -1 && errno == EINTR);
	if (n == 0)
		errno = ETIMEDOUT;
	return n > 0;
}

ssize_t
store_read(int fd, char *p, size_t n, int patience_ms, struct err *err)
{
	int64_t until_ms = clock_ms() + patience_ms;
	size_t all = 0;

	while (all < n) {
		ssize_t got;

		if (!ready(fd, POLLIN, until_ms))
			return failed(err, "cannot read");
		got = read(fd, p + all, n - all);
		if (got == 0)
			break;
		if (got > 0)
			all += (size_t)got;
		else if (errno != EINTR && errno != EAGAIN)
			return failed(err, "cannot read");
	}
	return (ssize_t)all;
}

ssize_t
store_read_file(const char *path, char *p, size_t n, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t got;

	if (fd == -1)
		return errno == ENOENT ? 0 : failed(err, "cannot open");
	got = store_read(fd, p, n, STORE_PATIENCE_MS, err);
	close(fd);
	return got;
}

static int
write_all(int fd, struct str text, struct err *err)
{
	int64_t until_ms = clock_ms() + STORE_PATIENCE_MS;
	bool file = is_file(fd);

	while (text.n > 0) {
		size_t n = file || text.n < SMALL ? text.n : SMALL;
		ssize_t written;

		if (!ready(fd, POLLOUT, until_ms))
			return failed(err, "cannot write");
		written = write(fd, text.p, n);
		if (written > 0)
			text = str_skip(text, (size_t)written);
		else if (written == -1 && errno != EINTR && errno != EAGAIN)
			return failed(err, "cannot write");
	}
	return 0;
}

int
store_write(int fd, struct str text, struct err *err)
{
	off_t begin = lseek(fd, 0, SEEK_CUR);

	if (write_all(fd, text, err) == 0)
		return 0;
	if (begin != -1 && is_file(fd) && ftruncate(fd, begin) == -1)
		return failed(err, "cannot take back what was written");
	return -1;
}

/* ---- replacing ---- */

/* Is what path names still what is open here? */
static bool
is_still(const char *path, int fd)
{
	struct stat a, b;

	return stat(path, &a) == 0 && fstat(fd, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/*
 * Always the same name, so that one who is killed leaves one file and not
 * many; the lock tells who is at work on it.
 */
static int
open_temp(const char *temp)
{
	int fd = open(temp, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);

	if (fd == -1)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_still(temp, fd) &&
	    ftruncate(fd, 0) == 0)
		return fd;
	if (errno == 0 || errno == ENOENT)
		errno = EBUSY;
	close(fd);
	return -1;
}

static int
directory_of(const char *path, char directory[PATH_MAX])
{
	char copy[PATH_MAX];

	if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	snprintf(directory, PATH_MAX, "%s", dirname(copy));
	return 0;
}

static void
give_to_owner(int fd, const char *path, const char *directory)
{
	struct stat st;
	int ignored;

	if (geteuid() != 0 ||
	    (stat(path, &st) == -1 && stat(directory, &st) == -1))
		return;
	ignored = fchown(fd, st.st_uid, st.st_gid);
	(void)ignored;
}

/* That the new name is on the disk too; some file systems cannot say. */
static void
sync_directory(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return;
	fsync(fd);
	close(fd);
}

int
store_replace(const char *path, struct str text, struct err *err)
{
	char temp[PATH_MAX], directory[PATH_MAX];
	int fd, status = -1;

	errno = ENAMETOOLONG;
	if (snprintf(temp, sizeof(temp), "%s.tmp", path) >= (int)sizeof(temp) ||
	    directory_of(path, directory) == -1)
		return failed(err, "cannot create");
	errno = 0;
	fd = open_temp(temp);
	if (fd == -1)
		return failed(err, "cannot create");
	if (write_all(fd, text, err) == -1)
		goto out;
	give_to_owner(fd, path, directory);
	if (fchmod(fd, 0644) == -1 || fsync(fd) == -1) {
		failed(err, "cannot write");
		goto out;
	}
	if (rename(temp, path) == -1) {
		failed(err, "cannot replace");
		goto out;
	}
	sync_directory(directory);
	status = 0;
out:
	if (status == -1)
		unlink(temp);
	/* Only now: the lock ends with it. */
	close(fd);
	return status;
}
