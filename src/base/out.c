/* out.c - buffered output that keeps its first error. */
#include "base/out.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#define OUT_BUFFER_BYTES ((size_t)64 * 1024)

struct out {
	int fd;
	bool owns_fd;
	bool gone;
	int failed;    /* errno of the first failure, or 0 */
	char *name;    /* for messages */
	char *target;  /* the file to rename to, or NULL */
	char *temp;    /* what is written until then */
	struct buf *memory; /* the caller's, in place of fd */
	struct buf buf;
};

static struct out *
out_new(int fd, const char *name)
{
	struct out *o = mem_zalloc(sizeof(*o));

	o->fd = fd;
	o->name = mem_strdup(name);
	return o;
}

static void
out_free(struct out **o)
{
	buf_clear(&(*o)->buf);
	free((*o)->name);
	free((*o)->target);
	free((*o)->temp);
	free(*o);
	*o = NULL;
}

struct out *
out_open_fd(int fd, const char *name)
{
	return out_new(fd, name);
}

struct out *
out_open_buf(struct buf *b)
{
	struct out *o = out_new(-1, "memory");

	o->memory = b;
	return o;
}

static const char *
advice(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
		return "make room there or write somewhere else";
	case EACCES:
	case EPERM:
	case EROFS:
		return "check the permissions or write somewhere else";
	case ENOENT:
	case ENOTDIR:
		return "make the directory first";
	case EISDIR:
		return "name a file";
	default:
		return "write somewhere else";
	}
}

static int
cannot(struct err *err, enum err_kind kind, const char *verb, const char *name,
    int error)
{
	return err_set(err, kind, "%s: cannot %s: %s; %s", name, verb,
	    strerror(error), advice(error));
}

/*
 * A new file has the mode the umask leaves; one that is replaced hands its
 * own down, and nobody may read the new text under a laxer one before that.
 */
static int
create_exclusively(const char *temp, const struct stat *old)
{
	int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    old != NULL ? 0600 : 0666);

	if (fd == -1 || old == NULL || fchmod(fd, old->st_mode & 0777) == 0)
		return fd;
	close(fd);
	unlink(temp);
	return -1;
}

/* Fills o->fd and o->temp; -1 with errno. */
static int
create_temp(struct out *o, const struct stat *old)
{
	struct buf name = { 0 };

	do {
		buf_reset(&name);
		buf_printf(&name, "%s.%08x.tmp", o->target,
		    (unsigned)arc4random());
		o->fd = create_exclusively(name.p, old);
	} while (o->fd == -1 && errno == EEXIST);
	if (o->fd == -1) {
		int error = errno;

		buf_clear(&name);
		errno = error;
		return -1;
	}
	o->temp = name.p;
	return 0;
}

/* Devices, pipes: nothing to replace, and /dev/null must stay what it is. */
static int
open_special(struct out *o, const char *path)
{
	o->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return o->fd == -1 ? -1 : 0;
}

/* Behind a symbolic link the file it leads to is replaced, not the link. */
static int
open_replacement(struct out *o, const char *path, const struct stat *old)
{
	o->target = old != NULL ? realpath(path, NULL) : NULL;
	if (o->target == NULL)
		o->target = mem_strdup(path);
	return create_temp(o, old);
}

struct out *
out_open_file(const char *path, struct err *err)
{
	struct out *o = out_new(-1, path);
	struct stat st;
	bool exists = stat(path, &st) == 0;
	int rc;

	o->owns_fd = true;
	if (exists && !S_ISREG(st.st_mode))
		rc = open_special(o, path);
	else
		rc = open_replacement(o, path, exists ? &st : NULL);
	if (rc == -1) {
		cannot(err, ERR_CREATE, "create", path, errno);
		out_free(&o);
	}
	return o;
}

static void
fail(struct out *o, int error)
{
	if (error == EPIPE)
		o->gone = true;
	else if (o->failed == 0)
		o->failed = error;
}

/* Somebody else may have made our terminal or pipe non-blocking. */
static void
wait_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	poll(&p, 1, -1);
}

static void
write_all(struct out *o, const char *p, size_t n)
{
	while (n > 0 && !o->gone && o->failed == 0) {
		ssize_t written = write(o->fd, p, n);

		if (written >= 0) {
			p += written;
			n -= (size_t)written;
		} else if (errno == EAGAIN) {
			wait_writable(o->fd);
		} else if (errno != EINTR) {
			fail(o, errno);
		}
	}
}

static void
drain(struct out *o)
{
	if (o->memory != NULL)
		buf_add_str(o->memory, buf_str(&o->buf));
	else
		write_all(o, o->buf.p, o->buf.n);
	buf_reset(&o->buf);
}

static void
drain_if_full(struct out *o)
{
	if (o->buf.n >= OUT_BUFFER_BYTES)
		drain(o);
}

void
out_str(struct out *o, struct str s)
{
	buf_add_str(&o->buf, s);
	drain_if_full(o);
}

void
out_text(struct out *o, const char *c_string)
{
	out_str(o, str_from(c_string));
}

void
out_char(struct out *o, char c)
{
	buf_add_char(&o->buf, c);
	drain_if_full(o);
}

void
out_printf(struct out *o, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	buf_vprintf(&o->buf, format, ap);
	va_end(ap);
	drain_if_full(o);
}

bool
out_gone(const struct out *o)
{
	return o->gone;
}

int
out_flush(struct out *o, struct err *err)
{
	drain(o);
	if (o->failed != 0)
		return cannot(err, ERR_IO, "write", o->name, o->failed);
	return 0;
}

/* close() counts too: over NFS it is what tells that the disk is full. */
static int
close_fd(struct out *o, struct err *err)
{
	if (o->owns_fd && close(o->fd) == -1 && errno != EINTR)
		return cannot(err, ERR_IO, "write", o->name, errno);
	return 0;
}

static int
sync_temp(struct out *o, struct err *err)
{
	if (o->temp != NULL && fsync(o->fd) == -1)
		return cannot(err, ERR_IO, "write", o->name, errno);
	return 0;
}

static int
publish(struct out *o, struct err *err)
{
	if (o->temp != NULL && rename(o->temp, o->target) == -1)
		return cannot(err, ERR_CREATE, "replace", o->name, errno);
	return 0;
}

int
out_close(struct out **o, struct err *err)
{
	int rc;

	if (*o == NULL)
		return 0;
	rc = out_flush(*o, err);
	if (rc == 0)
		rc = sync_temp(*o, err);
	if (close_fd(*o, rc == 0 ? err : NULL) == -1)
		rc = -1;
	if (rc == 0)
		rc = publish(*o, err);
	if (rc == -1 && (*o)->temp != NULL)
		unlink((*o)->temp);
	out_free(o);
	return rc;
}

void
out_cancel(struct out **o)
{
	if (*o == NULL)
		return;
	close_fd(*o, NULL);
	if ((*o)->temp != NULL)
		unlink((*o)->temp);
	out_free(o);
}
