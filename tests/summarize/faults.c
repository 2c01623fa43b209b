/*
 * faults.c - makes system calls of mailtally fail, to be preloaded.
 *
 *	FAULT_CALL=write FAULT_AT=3 FAULT_FOR=1 FAULT_ERRNO=28
 *
 * fails the calls of write from the third on, one of them (0: all).  A child
 * goes on counting where its parent was.  FAULT_SHORT makes reads and writes
 * take a third of what they could instead.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int calls;

static int
number(const char *name)
{
	const char *text = getenv(name);

	return text ? atoi(text) : 0;
}

static int
fails(const char *call)
{
	const char *wanted = getenv("FAULT_CALL");
	int at = number("FAULT_AT"), n = number("FAULT_FOR");

	if (wanted == NULL || strcmp(wanted, call) != 0 ||
	    strcmp(program_invocation_short_name, "mailtally") != 0)
		return 0;
	calls++;
	if (calls < at || (n > 0 && calls >= at + n))
		return 0;
	errno = number("FAULT_ERRNO");
	return 1;
}

static size_t
little(size_t n)
{
	return n > 1 && getenv("FAULT_SHORT") &&
	    strcmp(program_invocation_short_name, "mailtally") == 0
	    ? 1 + n / 3 : n;
}

#define NEXT(type, name, ...) \
	((type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

ssize_t
read(int fd, void *p, size_t n)
{
	return fails("read") ? -1 :
	    NEXT(ssize_t, read, int, void *, size_t)(fd, p, little(n));
}

ssize_t
write(int fd, const void *p, size_t n)
{
	return fails("write") ? -1 :
	    NEXT(ssize_t, write, int, const void *, size_t)(fd, p, little(n));
}

int
fsync(int fd)
{
	return fails("fsync") ? -1 : NEXT(int, fsync, int)(fd);
}

int
rename(const char *a, const char *b)
{
	return fails("rename") ? -1 :
	    NEXT(int, rename, const char *, const char *)(a, b);
}

int
ftruncate(int fd, off_t n)
{
	return fails("ftruncate") ? -1 : NEXT(int, ftruncate, int, off_t)(fd, n);
}

int
fchmod(int fd, mode_t mode)
{
	return fails("fchmod") ? -1 : NEXT(int, fchmod, int, mode_t)(fd, mode);
}

int
open(const char *path, int flags, ...)
{
	/* All that the program opens with a mode. */
	return fails("open") ? -1 :
	    NEXT(int, open, const char *, int, int)(path, flags, 0644);
}

int
pipe2(int fds[2], int flags)
{
	return fails("pipe2") ? -1 : NEXT(int, pipe2, int *, int)(fds, flags);
}

pid_t
fork(void)
{
	return fails("fork") ? -1 : NEXT(pid_t, fork, void)();
}

ssize_t
tee(int from, int to, size_t n, unsigned flags)
{
	return fails("tee") ? -1 :
	    NEXT(ssize_t, tee, int, int, size_t, unsigned)(from, to, n, flags);
}

ssize_t
splice(int from, off_t *a, int to, off_t *b, size_t n, unsigned flags)
{
	return fails("splice") ? -1 : NEXT(ssize_t, splice, int, off_t *, int,
	    off_t *, size_t, unsigned)(from, a, to, b, n, flags);
}

void *
malloc(size_t n)
{
	static void *(*next)(size_t);

	if (next == NULL)
		next = NEXT(void *, malloc, size_t);
	/* Not before main(): getenv is not ready then. */
	return environ != NULL && fails("malloc") ? NULL : next(n);
}
