#include "maildir/junk.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/when.h"
#include "maildir/name.h"
#include "maildir/tree.h"
#include "maildir/walk.h"

/* Users come one after the other. */
static struct junk_user *
user_row(struct junk *j, struct str user)
{
	if (j->n == 0 || !str_eq(j->users[j->n - 1].user, user))
		ARRAY_PUSH(j->users, j->n, j->cap) = (struct junk_user){
			.user = arena_str(&j->arena, user),
			.oldest_ns = WHEN_NONE, .newest_ns = WHEN_NONE,
			.error = str_none() };
	return &j->users[j->n - 1];
}

void
junk_problem(void *ctx, struct str user, const char *path, int error)
{
	struct junk *j = ctx;
	struct junk_user *u = user_row(j, user);
	struct buf text = { 0 };

	if (u->error.p != NULL)
		return;
	buf_printf(&text, "%s: %s", path, tree_error(error));
	u->error = arena_str(&j->arena, buf_str(&text));
	buf_clear(&text);
}

static void
count_message(struct junk_user *u, int fd, const char *name)
{
	struct maildir_name n;
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode))
		return;
	maildir_name_parse(str_from(name), &n);
	if (n.arrived_ns == WHEN_NONE)
		n.arrived_ns = when_from_s(st.st_mtim.tv_sec);
	u->messages++;
	u->bytes = num_add(u->bytes, (uint64_t)st.st_size);
	if (u->oldest_ns == WHEN_NONE || n.arrived_ns < u->oldest_ns)
		u->oldest_ns = n.arrived_ns;
	if (u->newest_ns == WHEN_NONE || n.arrived_ns > u->newest_ns)
		u->newest_ns = n.arrived_ns;
}

static void
count_place(struct junk *j, const struct maildir_folder *f, const char *place)
{
	struct tree_list l = { 0 };
	struct tree t;

	if (tree_enter(&t, f->fd, place, f->device) < 0 ||
	    tree_read(&l, t.fd, false, false) < 0) {
		struct buf path = { 0 };
		int error = errno;

		buf_printf(&path, "%s/%s", f->name, place);
		if (error != ENOENT)
			junk_problem(j, f->user, path.p, error);
		buf_clear(&path);
	}
	for (size_t i = 0; i < l.n; i++)
		count_message(user_row(j, f->user), t.fd, l.names[i]);
	tree_list_clear(&l);
	tree_leave(&t);
}

void
junk_folder(void *ctx, const struct maildir_folder *f)
{
	struct junk *j = ctx;

	count_place(j, f, "new");
	count_place(j, f, "cur");
}

void
junk_clear(struct junk *j)
{
	arena_clear(&j->arena);
	free(j->users);
	*j = (struct junk){ 0 };
}
