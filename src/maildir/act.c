#include "maildir/act.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "maildir/journal.h"
#include "maildir/name.h"
#include "maildir/rewrite.h"
#include "maildir/tree.h"
#include "maildir/walk.h"

/* Names that were taken, before it is given up. */
#define NAMES_MOST 100

bool
act_folder_valid(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] <= ' ' || name.p[i] == '/' ||
		    name.p[i] == 0x7f || name.p[i] == '\\')
			return false;
	return name.n > 1 && name.n < 200 && name.p[0] == '.' &&
	    name.p[name.n - 1] != '.' && str_find(name, STR("..")) == name.n;
}

static enum act_result
failed(const struct maildir_message *m, int error, struct err *err)
{
	struct buf path = { 0 };

	if (error == ENOENT)
		return ACT_GONE;
	maildir_path(&path, m->folder, m->place, m->name);
	err_set(err, ERR_IO, "%s: %s", path.p, error == EINVAL ? "this file system cannot rename without the "
	    "danger of overwriting; it was left alone" : tree_error(error));
	buf_clear(&path);
	return ACT_FAILED;
}

static bool
is_owner(const struct maildir_message *m, struct err *err)
{
	if (geteuid() == m->folder->mailbox_st->st_uid)
		return true;
	err_set(err, ERR_IO, "%s: it belongs to user %u; run it as root or as "
	    "its owner", m->folder->mailbox,
	    (unsigned)m->folder->mailbox_st->st_uid);
	return false;
}

/* The message's path below its mailbox. */
static void
path_of(struct buf *b, const char *folder, const char *place, struct str name)
{
	buf_reset(b);
	buf_printf(b, "%s%s%s/", folder, *folder ? "/" : "", place);
	buf_add_str(b, name);
}

/* ---- a step that is journalled ---- */

/* What one rename needs: from the message's place to another, or the same. */
struct step {
	enum journal_kind kind;
	const char *folder; /* where it goes */
	const char *place;
	int fd;
	const char *text;
};

/* Is the message what we read, under its new name? */
static bool
is_same(int fd, const char *name, const struct maildir_message *m)
{
	struct stat st;

	return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_ino == m->st.st_ino && st.st_dev == m->st.st_dev;
}

/* 0, or errno. */
static int
rename_message(const struct maildir_message *m, int fd, const char *name)
{
	if (renameat2(m->place_fd, m->name, fd, name, RENAME_NOREPLACE) < 0)
		return errno;
	if (is_same(fd, name, m))
		return 0;
	/* Another file had its name by now: it was not meant. */
	renameat2(fd, name, m->place_fd, m->name, RENAME_NOREPLACE);
	return ENOENT;
}

static enum act_result
journalled(struct act *a, const struct maildir_message *m,
    const struct step *s, const char *name, int *error, struct err *err)
{
	struct buf from = { 0 }, to = { 0 };
	struct journal_record r = { .kind = s->kind,
		.mailbox = str_from(m->folder->mailbox),
		.inode = (uint64_t)m->st.st_ino, .text = str_from(s->text) };
	enum act_result result = ACT_DONE;

	path_of(&from, m->folder->name, m->place, str_from(m->name));
	path_of(&to, s->folder, s->place, str_from(name));
	r.from = buf_str(&from);
	r.to = buf_str(&to);
	if (journal_write(a->journal, &r, err) < 0) {
		result = ACT_STOPPED;
	} else if ((*error = rename_message(m, s->fd, name)) != 0) {
		journal_failed(a->journal, r.number);
		result = failed(m, *error, err);
	}
	buf_clear(&from);
	buf_clear(&to);
	return result;
}

/* Under another name as often as one is taken. */
static enum act_result
take_step(struct act *a, const struct maildir_message *m, const struct step *s,
    struct str name, struct err *err)
{
	struct buf b = { 0 };
	enum act_result result;
	int error = 0;

	buf_add_str(&b, name);
	for (int i = 0; i < NAMES_MOST; i++) {
		error = 0;
		result = journalled(a, m, s, b.p, &error, err);
		if (error != EEXIST)
			break;
		buf_reset(&b);
		maildir_name_fresh(&b, name, a->now_ns, a->counter++);
	}
	buf_clear(&b);
	return result;
}

/* ---- move ---- */

/* What of a Maildir++ folder is not there.  0, or -1 with errno. */
static int
complete_folder(int fd, mode_t mode)
{
	static const char *const places[] = { "tmp", "new", "cur" };
	int file;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		/* The umask took some of it. */
		if (mkdirat(fd, places[i], mode) == 0 ? fchmodat(fd, places[i],
		    mode, 0) < 0 : errno != EEXIST)
			return -1;
	}
	file = openat(fd, "maildirfolder", O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, mode & 0666);
	if (file >= 0)
		close(file);
	return file >= 0 || errno == EEXIST ? 0 : -1;
}

static enum act_result
open_folder(struct act *a, const struct maildir_message *m, const char *name,
    struct tree *t, struct err *err)
{
	const struct maildir_folder *f = m->folder;
	mode_t mode = (f->mailbox_st->st_mode & 0777) | S_IRWXU;
	struct journal_record r = { .kind = JOURNAL_FOLDER,
		.mailbox = str_from(f->mailbox), .from = str_from(name) };

	if (tree_enter(t, f->mailbox_fd, name, f->device) == 0)
		return complete_folder(t->fd, mode) == 0 ? ACT_DONE : ACT_FAILED;
	if (errno != ENOENT)
		return ACT_FAILED;
	if (journal_write(a->journal, &r, err) < 0)
		return ACT_STOPPED;
	if (mkdirat(f->mailbox_fd, name, S_IRWXU) < 0) {
		int error = errno;

		journal_failed(a->journal, r.number);
		errno = error;
		return ACT_FAILED;
	}
	if (tree_enter(t, f->mailbox_fd, name, f->device) < 0 ||
	    fchmodat(t->fd, ".", mode, 0) < 0 || complete_folder(t->fd, mode) < 0)
		return ACT_FAILED;
	return ACT_DONE;
}

enum act_result
act_move(struct act *a, const struct maildir_message *m, const char *folder,
    struct err *err)
{
	struct step s = { .kind = JOURNAL_MOVE, .folder = folder,
		.place = m->place, .text = "" };
	struct tree t = { .fd = -1 }, place = { .fd = -1 };
	enum act_result result;

	if (!is_owner(m, err))
		return ACT_FAILED;
	result = open_folder(a, m, folder, &t, err);
	if (result == ACT_DONE && tree_enter(&place, t.fd, m->place,
	    m->folder->device) < 0)
		result = ACT_FAILED;
	if (result == ACT_FAILED) {
		err_set(err, ERR_IO, "%s/%s: %s", m->folder->mailbox, folder,
		    tree_error(errno));
	} else if (result == ACT_DONE) {
		s.fd = place.fd;
		result = take_step(a, m, &s, str_from(m->name), err);
	}
	tree_leave(&place);
	tree_leave(&t);
	return result;
}

/* ---- flag ---- */

enum act_result
act_flag(struct act *a, const struct maildir_message *m, char flag,
    struct err *err)
{
	const char text[] = { flag, '\0' };
	struct step s = { .kind = JOURNAL_FLAG, .folder = m->folder->name,
		.place = "cur", .text = text };
	struct tree cur = { .fd = -1 };
	struct buf name = { 0 };
	enum act_result result;

	if (!is_owner(m, err))
		return ACT_FAILED;
	maildir_name_add_flag(&name, str_from(m->name), flag);
	if (strcmp(m->place, "cur") == 0 &&
	    str_eq(buf_str(&name), str_from(m->name))) {
		result = ACT_ALREADY;
	} else if (tree_enter(&cur, m->folder->fd, "cur",
	    m->folder->device) < 0) {
		result = failed(m, errno, err);
	} else {
		s.fd = cur.fd;
		result = take_step(a, m, &s, buf_str(&name), err);
	}
	tree_leave(&cur);
	buf_clear(&name);
	return result;
}

/* ---- header ---- */

static bool
has_crlf(int fd)
{
	char head[1024];
	ssize_t n = pread(fd, head, sizeof(head), 0);
	struct str s = str_make(head, n > 0 ? (size_t)n : 0);
	size_t end = str_index(s, '\n');

	return end > 0 && end < s.n && s.p[end - 1] == '\r';
}

/*
 * The copy is in tmp; changes places with the message, and what is left in tmp
 * goes: the message as it was, or the copy that was not wanted.
 */
static enum act_result
put_in_place(const struct maildir_message *m, int tmp, const char *temporary,
    const char *name, struct err *err)
{
	/* Not over it: if it has gone, a copy would come back to life. */
	if (renameat2(tmp, temporary, m->place_fd, m->name,
	    RENAME_EXCHANGE) < 0) {
		int error = errno;

		unlinkat(tmp, temporary, 0);
		return failed(m, error, err);
	}
	if (!is_same(tmp, temporary, m)) {
		/* Another file had its name by now, and gets it back. */
		if (renameat2(tmp, temporary, m->place_fd, m->name,
		    RENAME_EXCHANGE) == 0)
			unlinkat(tmp, temporary, 0);
		return ACT_GONE;
	}
	unlinkat(tmp, temporary, 0);
	/* Sizes in the name; whoever changed the flags by now keeps them. */
	renameat2(m->place_fd, m->name, m->place_fd, name, RENAME_NOREPLACE);
	return ACT_DONE;
}

static enum act_result
replace(struct act *a, const struct maildir_message *m, struct str text,
    int tmp, struct err *err)
{
	struct buf from = { 0 }, to = { 0 }, name = { 0 }, temporary = { 0 };
	struct journal_record r = { .kind = JOURNAL_HEADER,
		.mailbox = str_from(m->folder->mailbox), .text = text,
		.inode = (uint64_t)m->st.st_ino };
	bool crlf = str_ends(text, STR("\r\n"));
	enum act_result result = ACT_STOPPED;

	maildir_name_resize(&name, str_from(m->name), (int64_t)text.n,
	    (int64_t)text.n + !crlf);
	maildir_name_fresh(&temporary, STR("x"), a->now_ns, a->counter++);
	path_of(&from, m->folder->name, m->place, str_from(m->name));
	path_of(&to, m->folder->name, m->place, buf_str(&name));
	r.from = buf_str(&from);
	r.to = buf_str(&to);
	r.temporary = buf_str(&temporary);
	if (journal_write(a->journal, &r, err) == 0) {
		if (rewrite_message(m->fd, 0, text, tmp, temporary.p) < 0)
			result = failed(m, errno, err);
		else
			result = put_in_place(m, tmp, temporary.p, name.p, err);
		if (result != ACT_DONE)
			journal_failed(a->journal, r.number);
	}
	buf_clear(&from);
	buf_clear(&to);
	buf_clear(&name);
	buf_clear(&temporary);
	return result;
}

enum act_result
act_header(struct act *a, const struct maildir_message *m, struct str body,
    struct err *err)
{
	struct tree tmp;
	struct buf text = { 0 };
	enum act_result result;

	if (!is_owner(m, err))
		return ACT_FAILED;
	if (rewrite_begins(m->fd, STR(ACT_FIELD ":")))
		return ACT_ALREADY;
	if (tree_enter(&tmp, m->folder->fd, "tmp", m->folder->device) < 0) {
		/* Gone it is not. */
		return failed(m, errno == ENOENT ? ENOTDIR : errno, err);
	}
	buf_printf(&text, "%s: ", ACT_FIELD);
	buf_add_str(&text, body);
	buf_add_str(&text, has_crlf(m->fd) ? STR("\r\n") : STR("\n"));
	result = replace(a, m, buf_str(&text), tmp.fd, err);
	buf_clear(&text);
	tree_leave(&tmp);
	return result;
}
