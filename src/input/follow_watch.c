/*
 * inotify(7).  Things it says that matter here: equal news in a row are told
 * once; the queue has an end (IN_Q_OVERFLOW); /proc/self/fd/N is the inode itself
 * and not a path; that the last name of an open file went is IN_ATTRIB.
 */
#include "input/follow_watch.h"

#include <sys/inotify.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define FILE_MASK (IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF)
#define DIRECTORY_MASK                                                         \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |\
	    IN_MOVE_SELF | IN_ONLYDIR)

struct follow_watch {
	int fd; /* -1: there is no inotify */
	size_t n; /* in the buffer */
	size_t at;
	_Alignas(struct inotify_event) char buffer[16 << 10];
};

/* File systems whose files others may write without this kernel's knowing. */
static bool
is_remote(const struct statfs *fs)
{
	static const unsigned long types[] = {
		NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, CIFS_SUPER_MAGIC,
		SMB2_SUPER_MAGIC, V9FS_MAGIC, AFS_SUPER_MAGIC, AFS_FS_MAGIC,
		CODA_SUPER_MAGIC, CEPH_SUPER_MAGIC, NCP_SUPER_MAGIC,
		OCFS2_SUPER_MAGIC, FUSE_SUPER_MAGIC,
		0x01161970, /* GFS2 */
		0x0bd00bd0, /* Lustre */
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if ((unsigned long)fs->f_type == types[i])
			return true;
	return false;
}

struct follow_watch *
follow_watch_new(bool wanted)
{
	struct follow_watch *w = mem_zalloc(sizeof(*w));

	w->fd = wanted ? inotify_init1(IN_NONBLOCK | IN_CLOEXEC) : -1;
	return w;
}

void
follow_watch_free(struct follow_watch **w)
{
	if (*w == NULL)
		return;
	if ((*w)->fd >= 0)
		close((*w)->fd);
	free(*w);
	*w = NULL;
}

int
follow_watch_fd(const struct follow_watch *w)
{
	return w->fd;
}

int
follow_watch_file(struct follow_watch *w, int fd)
{
	struct statfs fs;
	char path[32];

	if (w->fd < 0 || fstatfs(fd, &fs) < 0 || is_remote(&fs))
		return FOLLOW_NO_WATCH;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return inotify_add_watch(w->fd, path, FILE_MASK);
}

int
follow_watch_directory(struct follow_watch *w, const char *path)
{
	struct statfs fs;

	if (w->fd < 0 || statfs(path, &fs) < 0 || is_remote(&fs))
		return FOLLOW_NO_WATCH;
	return inotify_add_watch(w->fd, path, DIRECTORY_MASK);
}

void
follow_watch_remove(struct follow_watch *w, int watch)
{
	if (watch != FOLLOW_NO_WATCH)
		inotify_rm_watch(w->fd, watch);
}

static bool
fill(struct follow_watch *w)
{
	ssize_t n;

	if (w->fd < 0)
		return false;
	n = read(w->fd, w->buffer, sizeof(w->buffer));
	w->at = 0;
	w->n = n > 0 ? (size_t)n : 0;
	return w->n > 0;
}

static enum follow_news
news_of(uint32_t mask)
{
	if (mask & IN_Q_OVERFLOW)
		return FOLLOW_NEWS_ALL;
	if (mask & (IN_IGNORED | IN_DELETE_SELF | IN_UNMOUNT))
		return FOLLOW_NEWS_LOST;
	if (mask & IN_MODIFY)
		return FOLLOW_NEWS_DATA;
	return FOLLOW_NEWS_NAMES;
}

bool
follow_watch_next(struct follow_watch *w, int *watch, enum follow_news *news)
{
	struct inotify_event e;

	if (w->at == w->n && !fill(w))
		return false;
	memcpy(&e, w->buffer + w->at, sizeof(e));
	w->at += sizeof(e) + e.len;
	*watch = e.wd;
	*news = news_of(e.mask);
	return true;
}
