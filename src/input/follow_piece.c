#include "input/follow_piece.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "input/source.h"

bool
follow_known_has(const struct follow_known *k, const char *head, size_t n)
{
	for (size_t i = 0; i < FOLLOW_KNOWN; i++) {
		const struct follow_head *o = &k->heads[i];

		if (o->n > 0 && o->n <= n && memcmp(o->bytes, head, o->n) == 0)
			return true;
	}
	return false;
}

void
follow_known_add(struct follow_known *k, const char *head, size_t n)
{
	struct follow_head *h = &k->heads[k->next];

	if (n > FOLLOW_HEAD)
		n = FOLLOW_HEAD;
	if (n < FOLLOW_HEAD_LEAST || follow_known_has(k, head, n))
		return;
	memcpy(h->bytes, head, n);
	h->n = n;
	k->next = (k->next + 1) % FOLLOW_KNOWN;
}

bool
follow_head_same(const struct follow_head *a, const struct follow_head *b)
{
	size_t n = a->n < b->n ? a->n : b->n;

	return n >= FOLLOW_HEAD_LEAST && memcmp(a->bytes, b->bytes, n) == 0;
}

bool
follow_piece_open(struct follow_piece *p, const char *path)
{
	struct stat st;

	*p = (struct follow_piece){ .path = path };
	p->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (p->fd < 0)
		return false;
	if (fstat(p->fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
		close(p->fd);
		return false;
	}
	p->device = st.st_dev;
	p->inode = st.st_ino;
	p->size = (uint64_t)st.st_size;
	return true;
}

void
follow_piece_close(struct follow_piece *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

int
follow_piece_dup(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

void
follow_piece_held_path(char path[32], int fd)
{
	snprintf(path, 32, "/proc/self/fd/%d", fd);
}

struct reader *
follow_piece_reader(const struct follow_piece *p)
{
	struct source s = { .path = p->path, .kind = SOURCE_FILE,
		.device = p->device, .inode = p->inode };
	const char *slash = strrchr(p->path, '/');
	struct buf directory = { 0 };
	struct reader *r;
	char held[32];

	if (p->fd >= 0) {
		follow_piece_held_path(held, p->fd);
		s.path = held;
	}
	buf_add(&directory, p->path, (size_t)(slash - p->path) + 1);
	s.stream = directory.p;
	if (reader_open(&r, &s, NULL) < 0)
		r = NULL;
	buf_clear(&directory);
	return r;
}

void
follow_piece_read_head(struct follow_piece *p)
{
	struct reader *r = follow_piece_reader(p);
	size_t got;

	if (r == NULL)
		return;
	p->packed = reader_packing(r) != PACKING_NONE;
	while (p->head.n < FOLLOW_HEAD && (got = reader_read(r,
	    p->head.bytes + p->head.n, FOLLOW_HEAD - p->head.n)) > 0)
		p->head.n += got;
	reader_close(&r);
}
