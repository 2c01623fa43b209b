/*
 * privilege.h - working in a user's directory as that user.
 *
 * Root has no business in a directory whose owner may swap its parts while we
 * look: as the owner we can do no more than he could.  Only the effective ids
 * change, so that root comes back; not for several threads at work.
 */
#ifndef MAILDIR_PRIVILEGE_H
#define MAILDIR_PRIVILEGE_H

#include <sys/types.h>

#include <stdbool.h>

/*
 * Becomes the user, with all his groups (gid where he is not in the user data
 * base), if we are root and he is not.  1: did; 0: there was nothing to do;
 * -1 with errno, nothing changed.
 */
int privilege_drop(uid_t uid, gid_t gid);

/*
 * Becomes root again; call it once for each 1.  That this fails cannot be, and
 * ends the program: half a user must not go on.
 */
void privilege_restore(void);

#endif
