/*
 * walk.h - the folders of many users' Maildirs, and the messages in them.
 *
 * A directory that is named may be
 *
 *	a Maildir			it has cur and new
 *	a user's home			it has a Maildir that is one
 *	homes, or Maildirs, of many	/home/e-smith/files/users, /var/vmail
 *	the same by domain		/var/vmail/example.org/ann
 *
 * Folders are Maildir++'s (.Junk, .Work.2026) and those of Dovecot's layout
 * "fs" (Work/2026).  Everything is in byte order.  No symbolic link is
 * followed (tree.h), no other file system entered unless asked for, and in
 * each user's directory root works as that user.
 */
#ifndef MAILDIR_WALK_H
#define MAILDIR_WALK_H

#include <sys/stat.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct buf;
struct err;

struct maildir_folder {
	struct str user;
	const char *mailbox; /* path of the Maildir, from / */
	const char *name;    /* of the folder's directory in it; "": the inbox */
	int mailbox_fd;
	int fd;		     /* of the folder's directory */
	dev_t device;	     /* that has to be kept to; 0: any */
	const struct stat *mailbox_st;
};

struct maildir_message {
	const struct maildir_folder *folder;
	const char *place; /* "new" or "cur" */
	const char *name;
	int place_fd;
	int fd;		   /* to be read from; not to be closed */
	struct stat st;
	int64_t arrived_ns; /* by the name, else the file's time */
};

/* All is valid until the function returns, and so are the rights of the
 * mailbox' owner. */
typedef void maildir_folder_fn(void *ctx, const struct maildir_folder *f);
typedef void maildir_message_fn(void *ctx, const struct maildir_message *m);
/* What was not looked at, and why: tree_error(error) is the text. */
typedef void maildir_problem_fn(void *ctx, struct str user, const char *path,
    int error);

/* Mailboxes that were walked through: for several directories. */
struct maildir_seen {
	struct maildir_id {
		dev_t device;
		ino_t inode;
	} *ids;
	size_t n, cap;
};

struct maildir_walk {
	const char *const *users; /* these alone; NULL: all */
	size_t n_users;
	const struct str *folders; /* these alone ("": the inbox); NULL: all */
	size_t n_folders;
	bool cross_devices;
	struct maildir_seen *seen; /* what is in it is left out; NULL: none */
	maildir_folder_fn *folder;
	maildir_problem_fn *problem;
	void *ctx;
};

/*
 * Calls w->folder for each folder of each mailbox in dir.  -1 with *err
 * (ERR_NO_INPUT) if dir cannot be opened, or there is no mailbox in it.
 */
int maildir_walk(const struct maildir_walk *w, const char *dir,
    struct err *err);

/* Appends the path of what is in a folder; name NULL: of new or cur itself. */
void maildir_path(struct buf *b, const struct maildir_folder *f,
    const char *place, const char *name);

/*
 * Calls fn for each message of a folder that arrived at since_ns or later
 * (INT64_MIN: all), first those in new.  Names that begin with a dot are none.
 * Names are read before fn is called, which so may rename what it likes.
 */
void maildir_messages(const struct maildir_folder *f, int64_t since_ns,
    maildir_message_fn *fn, maildir_problem_fn *problem, void *ctx);

#endif
