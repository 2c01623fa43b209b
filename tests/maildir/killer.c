/*
 * killer.c - ends mailtally before the KILL_AT-th call that changes something,
 * as kill -9 would; with KILL_ERRNO the call fails instead.  To be preloaded.
 *
 * Counted is from the opening of a file whose name ends in .journal on: before
 * it nothing is changed.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int counting, calls;

#define NEXT(type, name, ...) \
	((type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

static int
fails(void)
{
	const char *at = getenv("KILL_AT"), *error = getenv("KILL_ERRNO");

	if (at == NULL || !counting || ++calls != atoi(at))
		return 0;
	if (error == NULL)
		raise(SIGKILL);
	errno = atoi(error);
	return 1;
}

static void
opened(const char *path)
{
	size_t n = strlen(path);

	if (n > 8 && strcmp(path + n - 8, ".journal") == 0)
		counting = 1;
}

int
open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	opened(path);
	if (flags & O_CREAT && fails())
		return -1;
	return NEXT(int, open, const char *, int, ...)(path, flags, mode);
}

int
openat(int dir, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (flags & O_CREAT && fails())
		return -1;
	return NEXT(int, openat, int, const char *, int, ...)(dir, path, flags,
	    mode);
}

ssize_t
write(int fd, const void *p, size_t n)
{
	return fails() ? -1 :
	    NEXT(ssize_t, write, int, const void *, size_t)(fd, p, n);
}

int
renameat2(int from, const char *a, int to, const char *b, unsigned flags)
{
	return fails() ? -1 : NEXT(int, renameat2, int, const char *, int,
	    const char *, unsigned)(from, a, to, b, flags);
}

int
unlinkat(int dir, const char *path, int flags)
{
	return fails() ? -1 :
	    NEXT(int, unlinkat, int, const char *, int)(dir, path, flags);
}

int
mkdirat(int dir, const char *path, mode_t mode)
{
	return fails() ? -1 :
	    NEXT(int, mkdirat, int, const char *, mode_t)(dir, path, mode);
}

int
fchmod(int fd, mode_t mode)
{
	return fails() ? -1 : NEXT(int, fchmod, int, mode_t)(fd, mode);
}

int
futimens(int fd, const struct timespec t[2])
{
	return fails() ? -1 :
	    NEXT(int, futimens, int, const struct timespec *)(fd, t);
}

int
fsync(int fd)
{
	return fails() ? -1 : NEXT(int, fsync, int)(fd);
}

int
fdatasync(int fd)
{
	return fails() ? -1 : NEXT(int, fdatasync, int)(fd);
}
