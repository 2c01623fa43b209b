/*
 * journal.h - what was done to messages, so that it can be undone.
 *
 * Each action is written, and on the disk, before it is done: killed at any
 * moment, there is at most one action of which the journal does not know
 * whether it was done, and the mailbox tells.  The file is text:
 *
 *	mailtally recheck journal 1
 *	move	1	/home/ann/Maildir	cur/17.x:2,S	.RBL-Recheck/cur/17.x:2,S	4711		
 *	failed	1
 *
 * A line is KIND, NUMBER, MAILBOX, FROM, TO, INODE, TEXT, TEMPORARY with tabs
 * between; control characters and backslashes in them are \xHH.  A line without
 * its end was not written whole, and its action not begun.  Lines that begin
 * with # are comments.
 */
#ifndef MAILDIR_JOURNAL_H
#define MAILDIR_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"

struct err;
struct journal;

enum journal_kind {
	JOURNAL_FOLDER, /* from: the folder that was made */
	JOURNAL_MOVE,	/* from, to */
	JOURNAL_FLAG,	/* from, to; text: the flag */
	JOURNAL_HEADER, /* from, to; text: what stands in front now; temporary:
			 * the copy's name in tmp */
	JOURNAL_KINDS
};

struct journal_record {
	enum journal_kind kind;
	uint64_t number;    /* given by journal_write() */
	struct str mailbox; /* path from / */
	struct str from;    /* below it: "cur/NAME", ".Junk/new/NAME" */
	struct str to;
	uint64_t inode;	    /* of the message before */
	struct str text;
	struct str temporary;
	bool failed;	    /* it is known that it was not done */
};

/* A file that must not be there yet, for nobody else to read.  ERR_CREATE. */
struct journal *journal_create(const char *path, struct err *err);
/*
 * Writes a record to the disk and numbers it.  On failure (ERR_IO) the action
 * must not be done, nor any other: the journal takes no more.
 */
int journal_write(struct journal *j, struct journal_record *r,
    struct err *err);
/* The action was not done after all. */
void journal_failed(struct journal *j, uint64_t number);
uint64_t journal_records(const struct journal *j);
/* A journal without a record is deleted.  *j may be NULL and becomes it. */
void journal_close(struct journal **j);

struct journal_content {
	struct arena arena;
	struct journal_record *records;
	size_t n, cap;
};

/*
 * Reads a whole journal.  ERR_NO_INPUT, ERR_DATA if it is none, or if somebody
 * else than we or root may have written it: its paths are worked on.
 */
int journal_read(struct journal_content *c, const char *path,
    struct err *err);
void journal_content_clear(struct journal_content *c);

#endif
