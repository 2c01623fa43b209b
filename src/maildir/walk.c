#include "maildir/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/when.h"
#include "maildir/name.h"
#include "maildir/tree.h"

/* homes/user, vmail/domain/user */
#define LEVELS_OF_USERS 2
#define LEVELS_OF_FOLDERS 8

struct walker {
	const struct maildir_walk *w;
	dev_t device; /* 0: any */
	uint64_t mailboxes;
};

struct mailbox {
	struct walker *walker;
	struct str user;
	const char *path;
	const struct tree *top;
};

static void
problem(const struct walker *k, struct str user, const char *path, int error)
{
	/* It went away: users live. */
	if (error != ENOENT)
		k->w->problem(k->w->ctx, user, path, error);
}

static struct str
last_part(struct str path)
{
	size_t at = path.n;

	while (at > 0 && path.p[at - 1] != '/')
		at--;
	return str_skip(path, at);
}

/* The path of name in the directory path. */
static void
join(struct buf *b, const char *path, const char *name)
{
	buf_reset(b);
	buf_printf(b, "%s%s%s", path, path[0] != '\0' &&
	    strcmp(path, "/") != 0 ? "/" : "", name);
}

/* ---- folders ---- */

static bool
has_directory(int fd, const char *name)
{
	struct stat st;

	return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode);
}

/* If not, errno is that of looking for it. */
static bool
is_maildir(int fd)
{
	errno = 0;
	return has_directory(fd, "cur") && has_directory(fd, "new");
}

static bool
is_place(const char *name)
{
	return strcmp(name, "cur") == 0 || strcmp(name, "new") == 0 ||
	    strcmp(name, "tmp") == 0;
}

static void sub_folders(const struct mailbox *m, int fd, const char *name,
    int level);

static void
one_folder(const struct mailbox *m, int fd, const char *name)
{
	struct maildir_folder f = { .user = m->user, .mailbox = m->path,
		.name = name, .mailbox_fd = m->top->fd, .fd = fd,
		.device = m->walker->device, .mailbox_st = &m->top->st };

	m->walker->w->folder(m->walker->w->ctx, &f);
}

static bool
is_wanted_folder(const struct maildir_walk *w, const char *name)
{
	for (size_t i = 0; i < w->n_folders; i++)
		if (str_eq(w->folders[i], str_from(name)))
			return true;
	return w->n_folders == 0;
}

static void
enter_folder(const struct mailbox *m, int parent, const char *entry,
    const char *name, int level)
{
	struct tree t;

	if (tree_enter(&t, parent, entry, m->walker->device) < 0) {
		struct buf path = { 0 };
		int error = errno;

		join(&path, m->path, name);
		problem(m->walker, m->user, path.p, error);
		buf_clear(&path);
		return;
	}
	if (is_maildir(t.fd))
		one_folder(m, t.fd, name);
	sub_folders(m, t.fd, name, level + 1);
	tree_leave(&t);
}

static void
sub_folders(const struct mailbox *m, int fd, const char *name, int level)
{
	struct tree_list l = { 0 };
	struct buf path = { 0 };

	if (level > LEVELS_OF_FOLDERS)
		return;
	if (tree_read(&l, fd, true, true) < 0) {
		int error = errno;

		join(&path, m->path, name);
		problem(m->walker, m->user, path.p, error);
	}
	for (size_t i = 0; i < l.n; i++) {
		if (is_place(l.names[i]))
			continue;
		join(&path, name, l.names[i]);
		if (!is_wanted_folder(m->walker->w, path.p))
			continue;
		enter_folder(m, fd, l.names[i], path.p, level);
	}
	buf_clear(&path);
	tree_list_clear(&l);
}

/* ---- mailboxes ---- */

static bool
is_wanted(const struct maildir_walk *w, struct str user)
{
	for (size_t i = 0; i < w->n_users; i++)
		if (str_eq(user, str_from(w->users[i])))
			return true;
	return w->n_users == 0;
}

/* Directories that are named may hold each other. */
static bool
was_seen(struct maildir_seen *s, const struct stat *st)
{
	if (s == NULL)
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (s->ids[i].device == st->st_dev && s->ids[i].inode == st->st_ino)
			return true;
	ARRAY_PUSH(s->ids, s->n, s->cap) = (struct maildir_id){ st->st_dev,
		st->st_ino };
	return false;
}

static void
mailbox(struct walker *k, const struct tree *t, const char *path,
    struct str user)
{
	struct mailbox m = { .walker = k, .user = user, .path = path,
		.top = t };

	k->mailboxes++;
	if (!is_wanted(k->w, user) || was_seen(k->w->seen, &t->st))
		return;
	if (is_wanted_folder(k->w, ""))
		one_folder(&m, t->fd, "");
	sub_folders(&m, t->fd, "", 1);
}

/* A home's Maildir, if it has one. */
static bool
home(struct walker *k, const struct tree *t, const char *path, struct str user)
{
	struct buf below = { 0 };
	struct tree inner;
	struct stat st;
	bool is_one = false;

	if (fstatat(t->fd, "Maildir", &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	join(&below, path, "Maildir");
	if (tree_enter(&inner, t->fd, "Maildir", k->device) < 0) {
		/* It is there, so this is somebody's home. */
		is_one = true;
		if (is_wanted(k->w, user))
			problem(k, user, below.p, errno);
	} else {
		if (is_maildir(inner.fd)) {
			is_one = true;
			mailbox(k, &inner, below.p, user);
		} else if (errno == EACCES) {
			is_one = true;
			if (is_wanted(k->w, user))
				problem(k, user, below.p, EACCES);
		}
		tree_leave(&inner);
	}
	buf_clear(&below);
	return is_one;
}

static void search(struct walker *k, const struct tree *t, const char *path,
    struct str user, int level);

/* vmail/example.org/ann is ann@example.org. */
static void
search_below(struct walker *k, const struct tree *t, const char *path,
    struct str domain, int level)
{
	struct tree_list l = { 0 };
	struct buf below = { 0 }, user = { 0 };

	if (tree_read(&l, t->fd, true, false) < 0)
		problem(k, domain, path, errno);
	for (size_t i = 0; i < l.n; i++) {
		struct tree inner;

		buf_reset(&user);
		buf_add_str(&user, str_from(l.names[i]));
		if (level > 0)
			buf_printf(&user, "@%.*s", STR_ARG(domain));
		join(&below, path, l.names[i]);
		if (tree_enter(&inner, t->fd, l.names[i], k->device) < 0) {
			problem(k, buf_str(&user), below.p, errno);
			continue;
		}
		search(k, &inner, below.p, buf_str(&user), level + 1);
		tree_leave(&inner);
	}
	buf_clear(&user);
	buf_clear(&below);
	tree_list_clear(&l);
}

static void
search(struct walker *k, const struct tree *t, const char *path,
    struct str user, int level)
{
	if (is_maildir(t->fd))
		mailbox(k, t, path, user);
	else if (errno == EACCES)
		problem(k, user, path, EACCES);
	else if (!home(k, t, path, user) && level < LEVELS_OF_USERS)
		search_below(k, t, path, user, level);
}

/* The user of a directory that is named itself: /home/ann/Maildir is ann's. */
static struct str
user_of(struct str path)
{
	struct str name = last_part(path);

	if (!str_eq(name, STR("Maildir")) || name.n + 1 >= path.n)
		return name;
	return last_part(str_head(path, path.n - name.n - 1));
}

int
maildir_walk(const struct maildir_walk *w, const char *dir, struct err *err)
{
	struct walker k = { .w = w };
	struct buf path = { 0 };
	struct tree t;
	int status = 0;

	if (tree_open(&t, dir) < 0)
		return err_set(err, ERR_NO_INPUT, "%s: %s; %s", dir,
		    tree_error(errno), errno == ELOOP
		    ? "name the directory that it leads to"
		    : "name a Maildir, a home or a directory of homes");
	if (!w->cross_devices)
		k.device = t.st.st_dev;
	tree_absolute(&path, dir);
	search(&k, &t, path.p, user_of(buf_str(&path)), 0);
	tree_leave(&t);
	if (k.mailboxes == 0)
		status = err_set(err, ERR_NO_INPUT, "%s: there is no Maildir "
		    "in it that can be read; name a Maildir, a home or a "
		    "directory of homes", dir);
	buf_clear(&path);
	return status;
}

/* ---- messages ---- */

void
maildir_path(struct buf *b, const struct maildir_folder *f, const char *place,
    const char *name)
{
	buf_printf(b, "%s/%s%s%s", f->mailbox, f->name, *f->name ? "/" : "",
	    place);
	if (name != NULL)
		buf_printf(b, "/%s", name);
}

static int
open_message(int fd, const char *name)
{
	const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC;
	/* Reading leaves no trace, if we may. */
	int message = openat(fd, name, flags | O_NOATIME);

	if (message < 0 && errno == EPERM)
		message = openat(fd, name, flags);
	return message;
}

static void
one_message(struct maildir_message *m, int64_t since_ns,
    maildir_message_fn *fn, maildir_problem_fn *told, void *ctx)
{
	struct maildir_name n;
	int error = 0;

	maildir_name_parse(str_from(m->name), &n);
	if (n.arrived_ns != WHEN_NONE && n.arrived_ns < since_ns)
		return;
	m->fd = open_message(m->place_fd, m->name);
	if (m->fd < 0 || fstat(m->fd, &m->st) < 0)
		error = errno;
	if (error != 0 && error != ENOENT) {
		struct buf path = { 0 };

		maildir_path(&path, m->folder, m->place, m->name);
		told(ctx, m->folder->user, path.p, error);
		buf_clear(&path);
	}
	if (error == 0 && S_ISREG(m->st.st_mode)) {
		m->arrived_ns = n.arrived_ns != WHEN_NONE ? n.arrived_ns
		    : when_from_s(m->st.st_mtim.tv_sec);
		if (m->arrived_ns >= since_ns)
			fn(ctx, m);
	}
	if (m->fd >= 0)
		close(m->fd);
}

struct place {
	const char *name;
	struct tree tree;
	struct tree_list list;
};

static void
open_place(struct place *p, const struct maildir_folder *f,
    maildir_problem_fn *told, void *ctx)
{
	if (tree_enter(&p->tree, f->fd, p->name, f->device) < 0 ||
	    tree_read(&p->list, p->tree.fd, false, false) < 0) {
		struct buf path = { 0 };
		int error = errno;

		maildir_path(&path, f, p->name, NULL);
		if (error != ENOENT)
			told(ctx, f->user, path.p, error);
		buf_clear(&path);
	}
}

void
maildir_messages(const struct maildir_folder *f, int64_t since_ns,
    maildir_message_fn *fn, maildir_problem_fn *told, void *ctx)
{
	/* In this order: what goes from new to cur meanwhile is seen. */
	struct place places[] = { { .name = "new" }, { .name = "cur" } };

	for (size_t i = 0; i < 2; i++)
		open_place(&places[i], f, told, ctx);
	for (size_t i = 0; i < 2; i++) {
		struct place *p = &places[i];
		struct maildir_message m = { .folder = f, .place = p->name,
			.place_fd = p->tree.fd };

		for (size_t k = 0; k < p->list.n; k++) {
			m.name = p->list.names[k];
			one_message(&m, since_ns, fn, told, ctx);
		}
	}
	for (size_t i = 2; i-- > 0;) {
		tree_list_clear(&places[i].list);
		tree_leave(&places[i].tree);
	}
}
