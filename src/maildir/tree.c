#include "maildir/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "maildir/privilege.h"

#define DIRECTORY (O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* What was opened is looked at, and worked in as its owner.  0, or errno. */
static int
settle(struct tree *t, dev_t device)
{
	int dropped;

	if (fstat(t->fd, &t->st) < 0)
		return errno;
	if (device != 0 && t->st.st_dev != device)
		return EXDEV;
	dropped = privilege_drop(t->st.st_uid, t->st.st_gid);
	t->dropped = dropped > 0;
	return dropped < 0 ? errno : 0;
}

int
tree_enter(struct tree *t, int parent, const char *name, dev_t device)
{
	struct stat st;
	int error;

	*t = (struct tree){ .fd = openat(parent, name, O_PATH | DIRECTORY) };
	if (t->fd < 0) {
		/* Linux says ENOTDIR of a link too. */
		if (errno == ENOTDIR && fstatat(parent, name, &st,
		    AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
			errno = ELOOP;
		return -1;
	}
	error = settle(t, device);
	if (error == 0)
		return 0;
	close(t->fd);
	t->fd = -1;
	errno = error;
	return -1;
}

void
tree_leave(struct tree *t)
{
	if (t->dropped)
		privilege_restore();
	if (t->fd >= 0)
		close(t->fd);
	*t = (struct tree){ .fd = -1 };
}

/* t becomes the directory of this name in it, and keeps whether we dropped. */
static int
descend(struct tree *t, const char *name)
{
	struct tree next;

	if (tree_enter(&next, t->fd, name, 0) < 0)
		return -1;
	next.dropped |= t->dropped;
	close(t->fd);
	*t = next;
	return 0;
}

int
tree_open(struct tree *t, const char *path)
{
	struct buf absolute = { 0 };
	struct str rest, part;
	int error = 0;

	tree_absolute(&absolute, path);
	rest = str_skip(buf_str(&absolute), 1);
	if (tree_enter(t, AT_FDCWD, "/", 0) < 0)
		error = errno;
	while (error == 0 && rest.n > 0 && str_cut(&rest, '/', &part)) {
		char *name = mem_cstr(part);

		if (descend(t, name) < 0)
			error = errno;
		free(name);
	}
	buf_clear(&absolute);
	if (error == 0)
		return 0;
	tree_leave(t);
	errno = error;
	return -1;
}

const char *
tree_error(int error)
{
	switch (error) {
	case ELOOP:
		return "it is a symbolic link";
	case EXDEV:
		return "it is on another file system";
	default:
		return strerror(error);
	}
}

void
tree_absolute(struct buf *b, const char *path)
{
	struct str rest = str_from(path), part;
	char *cwd = path[0] == '/' ? NULL : getcwd(NULL, 0);
	size_t begin = b->n;

	if (cwd != NULL && strcmp(cwd, "/") != 0)
		buf_add_str(b, str_from(cwd));
	free(cwd);
	while (str_cut(&rest, '/', &part)) {
		if (part.n == 0 || str_eq(part, STR(".")))
			continue;
		if (str_eq(part, STR(".."))) {
			while (b->n > begin && b->p[--b->n] != '/')
				continue;
			continue;
		}
		buf_add_char(b, '/');
		buf_add_str(b, part);
	}
	if (b->n == begin)
		buf_add_char(b, '/');
	b->p[b->n] = '\0';
}

/* ---- names ---- */

static bool
is_directory(int fd, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode);
}

static bool
is_link(const struct dirent *entry)
{
	return entry->d_type == DT_LNK;
}

static int
by_bytes(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static void
sort(struct tree_list *l)
{
	size_t at = 0;

	/* Only now, because the text moved while it grew. */
	for (size_t i = 0; i < l->n; i++) {
		l->names[i] = l->text.p + at;
		at += strlen(l->text.p + at) + 1;
	}
	if (l->n > 0)
		qsort(l->names, l->n, sizeof(*l->names), by_bytes);
}

int
tree_read(struct tree_list *l, int fd, bool directories, bool dots)
{
	/* A descriptor of its own: closedir() closes it. */
	int own = openat(fd, ".", O_RDONLY | DIRECTORY);
	DIR *d = own >= 0 ? fdopendir(own) : NULL;
	const struct dirent *entry;
	int error;

	l->n = 0;
	buf_reset(&l->text);
	if (d == NULL) {
		error = errno;
		if (own >= 0)
			close(own);
		errno = error;
		return -1;
	}
	while (errno = 0, (entry = readdir(d)) != NULL) {
		const char *name = entry->d_name;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		    (name[0] == '.' && !dots))
			continue;
		/* Links are shown among the directories: to be refused aloud. */
		if (directories != (is_directory(fd, entry) ||
		    (is_link(entry) && directories)))
			continue;
		buf_add(&l->text, name, strlen(name) + 1);
		ARRAY_PUSH(l->names, l->n, l->cap) = NULL;
	}
	error = errno;
	closedir(d);
	sort(l);
	errno = error;
	return error == 0 ? 0 : -1;
}

void
tree_list_clear(struct tree_list *l)
{
	buf_clear(&l->text);
	free(l->names);
	*l = (struct tree_list){ 0 };
}
