/*
 * act.h - doing something about a message: move it, flag it, mark it.
 *
 * Each is one atomic step of the file system between "as it was" and "done",
 * written into the journal before.  Nothing is overwritten (RENAME_NOREPLACE),
 * nothing is deleted; whoever moves the message at the same moment, a mail
 * program or somebody who plays with links, makes it fail, not go wrong.
 */
#ifndef MAILDIR_ACT_H
#define MAILDIR_ACT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct err;
struct journal;
struct maildir_message;

struct act {
	struct journal *journal;
	int64_t now_ns;	  /* for new names */
	unsigned counter; /* of new names, 0 at the beginning */
};

enum act_result {
	ACT_DONE,
	ACT_ALREADY, /* it has the flag, or the field */
	ACT_GONE,    /* somebody else moved it meanwhile */
	ACT_FAILED,  /* *err says why; others may work */
	ACT_STOPPED  /* the journal takes no more: *err, and an end */
};

/* The field that is put in front. */
#define ACT_FIELD "X-RBL-Recheck"

/* Is this the name of a Maildir++ folder that can be made?  ".Junk", ".A.B" */
bool act_folder_valid(struct str name);

/*
 * m is maildir_messages()'s, with the rights of its owner; who is not the
 * owner of the mailbox gets ACT_FAILED.
 *
 * Moves it to a folder, which is made if it is not there: cur, new and tmp with
 * the mode of the Maildir, and maildirfolder.  Flags and times stay; a name
 * that is taken there becomes a fresh one.
 */
enum act_result act_move(struct act *a, const struct maildir_message *m,
    const char *folder, struct err *err);

/* Adds a flag; out of new it comes into cur, as there are no flags in new. */
enum act_result act_flag(struct act *a, const struct maildir_message *m,
    char flag, struct err *err);

/*
 * Replaces it by a copy that begins with "ACT_FIELD: body", under the same
 * name but for the sizes in it; flags, mode and times stay.  body is one line
 * of ASCII.
 */
enum act_result act_header(struct act *a, const struct maildir_message *m,
    struct str body, struct err *err);

#endif
