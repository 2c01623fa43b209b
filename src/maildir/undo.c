#include "maildir/undo.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "maildir/journal.h"
#include "maildir/name.h"
#include "maildir/rewrite.h"
#include "maildir/tree.h"

/* "(.A/B/)cur/NAME", taken apart. */
struct path {
	char *folder; /* "" is the inbox */
	char *place;
	struct str name;
};

/* A message that was found. */
struct found {
	const char *place; /* literal */
	char *name;
	struct stat st;
};

struct undo {
	const struct journal_record *r;
	int64_t now_ns;
	struct tree mailbox;
	struct path from, to;
	const char *why;
};

static bool
split(struct str s, struct path *p)
{
	size_t name = s.n, place;

	*p = (struct path){ 0 };
	while (name > 0 && s.p[name - 1] != '/')
		name--;
	if (name < 2 || !maildir_name_valid(str_skip(s, name)))
		return false;
	for (place = name - 1; place > 0 && s.p[place - 1] != '/';)
		place--;
	p->name = str_skip(s, name);
	p->place = mem_cstr(str_span(s.p + place, s.p + name - 1));
	p->folder = mem_cstr(str_head(s, place > 0 ? place - 1 : 0));
	return strcmp(p->place, "cur") == 0 || strcmp(p->place, "new") == 0;
}

static void
path_clear(struct path *p)
{
	free(p->folder);
	free(p->place);
}

static enum undo_result
fail(struct undo *u, int error)
{
	u->why = tree_error(error);
	return UNDO_FAILED;
}

/* ---- directories ---- */

/* A folder of the mailbox, perhaps of several parts.  -1 with errno. */
static int
open_folder(const struct undo *u, const char *folder, struct tree *t)
{
	struct str rest = str_from(folder), part;

	if (tree_enter(t, u->mailbox.fd, ".", 0) < 0)
		return -1;
	while (*folder != '\0' && str_cut(&rest, '/', &part)) {
		struct tree next;
		char *name = mem_cstr(part);
		int status = tree_enter(&next, t->fd, name, 0);
		int error = errno;

		free(name);
		tree_leave(t);
		if (status < 0) {
			errno = error;
			return -1;
		}
		*t = next;
	}
	return 0;
}

static int
open_place(const struct undo *u, const char *folder, const char *place,
    struct tree *t)
{
	struct tree above;
	int status, error;

	if (open_folder(u, folder, &above) < 0)
		return -1;
	status = tree_enter(t, above.fd, place, 0);
	error = errno;
	tree_leave(&above);
	errno = error;
	return status;
}

/* ---- finding a message again ---- */

static struct str
base_of(struct str name)
{
	return str_head(name, str_index(name, ':'));
}

/* A file with this base; of this inode unless that is 0. */
static bool
find_in_place(const struct undo *u, const char *folder, const char *place,
    struct str base, uint64_t inode, struct found *f)
{
	struct tree_list l = { 0 };
	struct tree t;
	bool is_there = false;

	if (open_place(u, folder, place, &t) < 0)
		return false;
	tree_read(&l, t.fd, false, false);
	for (size_t i = 0; i < l.n && !is_there; i++) {
		if (!str_eq(base_of(str_from(l.names[i])), base) ||
		    fstatat(t.fd, l.names[i], &f->st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(f->st.st_mode) ||
		    (inode != 0 && (uint64_t)f->st.st_ino != inode))
			continue;
		f->place = strcmp(place, "new") == 0 ? "new" : "cur";
		f->name = mem_strdup(l.names[i]);
		is_there = true;
	}
	tree_list_clear(&l);
	tree_leave(&t);
	return is_there;
}

/* Under its very name, without reading the directory. */
static bool
find_exactly(const struct undo *u, const struct path *p, uint64_t inode,
    struct found *f)
{
	char *name = mem_cstr(p->name);
	struct tree t;
	bool is_there = false;

	if (open_place(u, p->folder, p->place, &t) == 0) {
		is_there = fstatat(t.fd, name, &f->st, AT_SYMLINK_NOFOLLOW) ==
		    0 && S_ISREG(f->st.st_mode) &&
		    (inode == 0 || (uint64_t)f->st.st_ino == inode);
		tree_leave(&t);
	}
	f->place = strcmp(p->place, "new") == 0 ? "new" : "cur";
	f->name = is_there ? name : NULL;
	if (!is_there)
		free(name);
	return is_there;
}

/* Wherever in that folder mail programs may have put it. */
static bool
find_message(const struct undo *u, const struct path *p, uint64_t inode,
    struct found *f)
{
	struct str base = base_of(p->name);

	return find_exactly(u, p, inode, f) ||
	    find_in_place(u, p->folder, "cur", base, inode, f) ||
	    find_in_place(u, p->folder, "new", base, inode, f);
}

/* ---- moving it back ---- */

/*
 * Its name where it was: as it was, unless somebody changed the flags since,
 * which then stay, without the one that was added.
 */
static void
old_name(const struct undo *u, const struct found *f, struct buf *name,
    const char **place)
{
	struct maildir_name to, now;

	maildir_name_parse(u->to.name, &to);
	maildir_name_parse(str_from(f->name), &now);
	*place = strcmp(u->from.place, "new") == 0 ? "new" : "cur";
	if (str_eq(to.flags, now.flags)) {
		buf_add_str(name, u->from.name);
		return;
	}
	*place = "cur";
	buf_add_str(name, base_of(u->from.name));
	if (u->r->kind == JOURNAL_FLAG)
		maildir_name_drop_flag(name, str_skip(str_from(f->name),
		    now.base.n), u->r->text.p[0]);
	else
		buf_add_str(name, str_skip(str_from(f->name), now.base.n));
}

static int
rename_back(const struct undo *u, const struct found *f, struct tree *at,
    struct tree *to, struct str name)
{
	struct buf b = { 0 };
	int status, tries = 0;

	buf_add_str(&b, name);
	while ((status = renameat2(at->fd, f->name, to->fd, b.p,
	    RENAME_NOREPLACE)) < 0 && errno == EEXIST && tries < 100) {
		buf_reset(&b);
		maildir_name_fresh(&b, name, u->now_ns, (unsigned)tries++);
	}
	buf_clear(&b);
	return status;
}

static enum undo_result
put_back(struct undo *u, const struct found *f)
{
	struct buf name = { 0 };
	struct tree at = { .fd = -1 }, to = { .fd = -1 };
	enum undo_result result = UNDO_DONE;
	const char *place;

	old_name(u, f, &name, &place);
	if (strcmp(u->from.folder, u->to.folder) == 0 &&
	    strcmp(place, f->place) == 0 &&
	    str_eq(buf_str(&name), str_from(f->name)))
		result = UNDO_NOTHING;
	else if (open_place(u, u->to.folder, f->place, &at) < 0 ||
	    open_place(u, u->from.folder, place, &to) < 0 ||
	    rename_back(u, f, &at, &to, buf_str(&name)) < 0)
		result = fail(u, errno);
	tree_leave(&to);
	tree_leave(&at);
	buf_clear(&name);
	return result;
}

static enum undo_result
undo_rename(struct undo *u)
{
	struct found f = { 0 };
	enum undo_result result = UNDO_GONE;

	/* A move that was not done has its place in the old folder; a flag has
	 * the same base in both, and tells by its name. */
	if (!find_exactly(u, &u->from, u->r->inode, &f) &&
	    find_message(u, &u->to, u->r->inode, &f))
		result = put_back(u, &f);
	else if (f.name != NULL ||
	    find_message(u, &u->from, u->r->inode, &f))
		result = UNDO_NOTHING;
	free(f.name);
	return result;
}

/* ---- taking the field out ---- */

/* Changes places with the message, if that is still there. */
static int
exchange(const struct found *f, int place, int tmp, const char *temporary)
{
	struct stat st;

	if (renameat2(tmp, temporary, place, f->name, RENAME_EXCHANGE) < 0) {
		int error = errno;

		unlinkat(tmp, temporary, 0);
		errno = error;
		return -1;
	}
	if (fstatat(tmp, temporary, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_ino == f->st.st_ino)
		return 0;
	/* Another file had its name by now, and gets it back. */
	if (renameat2(tmp, temporary, place, f->name, RENAME_EXCHANGE) == 0)
		unlinkat(tmp, temporary, 0);
	errno = ESTALE;
	return -1;
}

/* The message without its first bytes, in its place. */
static int
strip(const struct undo *u, const struct found *f, int place, int tmp, int fd,
    const char *temporary)
{
	/* Of an undoing that was killed. */
	unlinkat(tmp, temporary, 0);
	if (rewrite_message(fd, (off_t)u->r->text.n, STR(""), tmp,
	    temporary) < 0)
		return -1;
	return exchange(f, place, tmp, temporary);
}

static enum undo_result
undo_header(struct undo *u)
{
	struct tree folder = { .fd = -1 }, place = { .fd = -1 },
	    tmp = { .fd = -1 };
	struct found f = { 0 };
	enum undo_result result = UNDO_NOTHING, back;
	char *temporary = mem_cstr(u->r->temporary);
	struct buf second = { 0 };
	int fd = -1;

	buf_printf(&second, "%s.undo", temporary);
	if (!find_message(u, &u->to, 0, &f) &&
	    !find_message(u, &u->from, 0, &f))
		result = UNDO_GONE;
	else if (open_folder(u, u->to.folder, &folder) < 0 ||
	    tree_enter(&place, folder.fd, f.place, 0) < 0 ||
	    tree_enter(&tmp, folder.fd, "tmp", 0) < 0 ||
	    (fd = openat(place.fd, f.name, O_RDONLY | O_NOFOLLOW |
	    O_NONBLOCK | O_CLOEXEC)) < 0)
		result = fail(u, errno);
	else if (rewrite_begins(fd, u->r->text))
		result = strip(u, &f, place.fd, tmp.fd, fd, second.p) < 0
		    ? fail(u, errno) : UNDO_DONE;
	/* The message is where it belongs: its copies may go. */
	if (result == UNDO_DONE || result == UNDO_NOTHING) {
		unlinkat(tmp.fd, temporary, 0);
		unlinkat(tmp.fd, second.p, 0);
		back = put_back(u, &f);
		if (back != UNDO_NOTHING)
			result = back;
	}
	if (fd >= 0)
		close(fd);
	tree_leave(&tmp);
	tree_leave(&place);
	tree_leave(&folder);
	free(f.name);
	free(temporary);
	buf_clear(&second);
	return result;
}

/* ---- folders ---- */

/* Nothing in it but what we made? */
static bool
is_empty(int fd)
{
	static const char *const places[] = { "tmp", "new", "cur" };
	struct tree_list l = { 0 };
	bool empty = tree_read(&l, fd, false, true) == 0 && l.n <= 1 &&
	    (l.n == 0 || strcmp(l.names[0], "maildirfolder") == 0);

	empty = empty && tree_read(&l, fd, true, true) == 0 && l.n <= 3;
	for (size_t i = 0; i < 3 && empty; i++) {
		struct tree t;

		if (tree_enter(&t, fd, places[i], 0) < 0)
			continue;
		empty = tree_read(&l, t.fd, false, true) == 0 && l.n == 0 &&
		    tree_read(&l, t.fd, true, true) == 0 && l.n == 0;
		tree_leave(&t);
	}
	tree_list_clear(&l);
	return empty;
}

static enum undo_result
undo_folder(struct undo *u)
{
	enum undo_result result = UNDO_DONE;
	char *name = mem_cstr(u->r->from);
	struct tree t;

	if (strchr(name, '/') != NULL || name[0] != '.' ||
	    tree_enter(&t, u->mailbox.fd, name, 0) < 0) {
		result = errno == ENOENT ? UNDO_NOTHING : fail(u, errno);
		free(name);
		return result;
	}
	if (!is_empty(t.fd)) {
		result = UNDO_KEPT;
	} else {
		/* Should mail come in now, new stays, and the folder with it;
		 * nothing is deleted but what is empty. */
		if (unlinkat(t.fd, "new", AT_REMOVEDIR) == 0 ||
		    errno == ENOENT) {
			unlinkat(t.fd, "tmp", AT_REMOVEDIR);
			unlinkat(t.fd, "cur", AT_REMOVEDIR);
			unlinkat(t.fd, "maildirfolder", 0);
		}
		if (unlinkat(u->mailbox.fd, name, AT_REMOVEDIR) < 0)
			result = errno == ENOTEMPTY ? UNDO_KEPT
			    : fail(u, errno);
	}
	tree_leave(&t);
	free(name);
	return result;
}

/* ---- all of it ---- */

static enum undo_result
undo_message(struct undo *u)
{
	enum undo_result result;

	if (split(u->r->from, &u->from) && split(u->r->to, &u->to) &&
	    (u->r->kind != JOURNAL_FLAG || u->r->text.n == 1)) {
		result = u->r->kind == JOURNAL_HEADER ? undo_header(u)
		    : undo_rename(u);
	} else {
		u->why = "the journal names no message there";
		result = UNDO_FAILED;
	}
	path_clear(&u->from);
	path_clear(&u->to);
	return result;
}

static enum undo_result
undo_record(struct undo *u)
{
	char *mailbox = mem_cstr(u->r->mailbox);
	enum undo_result result;

	if (tree_open(&u->mailbox, mailbox) < 0) {
		result = fail(u, errno);
	} else {
		result = u->r->kind == JOURNAL_FOLDER ? undo_folder(u)
		    : undo_message(u);
		tree_leave(&u->mailbox);
	}
	free(mailbox);
	return result;
}

void
undo_run(const struct journal_content *c, int64_t now_ns, undo_fn *fn,
    void *ctx)
{
	for (size_t i = c->n; i-- > 0;) {
		struct undo u = { .r = &c->records[i], .now_ns = now_ns };
		enum undo_result result = u.r->failed ? UNDO_NOTHING
		    : undo_record(&u);

		fn(ctx, u.r, result, u.why);
	}
}
