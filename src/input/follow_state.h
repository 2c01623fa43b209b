/*
 * follow_state.h - the state machine of a log that is followed.
 *
 * A log is a name ("current", "maillog") and the files that have had it.
 *
 *	ABSENT ----> BEHIND ----> OPEN ----> ROTATED, GONE
 *	   ^          |  ^ ^       | ^          |   |
 *	   +----------+  | +-------+ +----------+   |
 *	                 +--------------------------+
 *
 *	ABSENT to BEHIND	a file has the name (or, at the start, had it)
 *	BEHIND to OPEN		what lies between is read
 *	BEHIND to ABSENT	... and what has the name cannot be opened
 *	OPEN to ROTATED, GONE	no file has the name, or another; ours has
 *				another name, or none at all
 *	OPEN to BEHIND		ours was truncated, or it turned out that there
 *				are files between after all
 *	ROTATED, GONE to OPEN	ours has the name again
 *	ROTATED, GONE to BEHIND	another has it, or ours was truncated
 *
 *	ABSENT	nothing is open.  It waits for the name.  (At the start there may
 *		be files that had it: then it goes over BEHIND and back.)
 *	OPEN	the file that has the name is read to its end, and again when
 *		it grows.
 *	ROTATED	the file that is read was renamed.  Whoever writes it may not
 *		know yet, so it is read on.  It waits for its successor.
 *	GONE	the same, but the file was deleted.
 *	BEHIND	the successor is open, but there are files between the two (or
 *		the copy of what was truncated) to be read before it.  The name
 *		is not looked at meanwhile.
 *
 * The machine is told what was seen and says what to do next; it reads nothing
 * itself.  Whatever order things were seen in, a file is left only when it was
 * read to its end after its successor was seen.
 */
#ifndef INPUT_FOLLOW_STATE_H
#define INPUT_FOLLOW_STATE_H

#include <stdbool.h>

enum follow_state {
	FOLLOW_ABSENT,
	FOLLOW_OPEN,
	FOLLOW_ROTATED,
	FOLLOW_GONE,
	FOLLOW_BEHIND
};

/* Which file has the name. */
enum follow_name { FOLLOW_NONE, FOLLOW_OURS, FOLLOW_OTHER };

struct follow_seen {
	enum follow_name name;
	bool unread;	/* the file that is open has more bytes */
	bool restarted;	/* it is shorter than what was read of it, or begins
			 * with something else */
	bool unlinked;	/* it has no name any more */
	bool between;	/* there are files to be read first */
	bool nothing;	/* BEHIND: what had the name could not be opened */
};

enum follow_step {
	FOLLOW_WAIT,	 /* nothing, until something happens */
	FOLLOW_READ,	 /* the next bytes of the open file */
	FOLLOW_BEGIN,	 /* open what has the name */
	FOLLOW_MOVE_ON,	 /* open the successor, find what lies between */
	FOLLOW_RESTART,	 /* find the copy, go to the beginning */
	FOLLOW_CATCH_UP, /* the next bytes of what lies between */
	FOLLOW_LOOK	 /* nothing, but look again at once */
};

/* Changes *state as the drawing says. */
enum follow_step follow_step(enum follow_state *state,
    const struct follow_seen *seen);

const char *follow_state_name(enum follow_state s);

#endif
