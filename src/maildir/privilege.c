#include "maildir/privilege.h"

#include <assert.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

/* As the user data base has it; a user of a mail server alone is not there. */
static gid_t
take_groups(uid_t uid, gid_t gid)
{
	const struct passwd *pw = getpwuid(uid);

	if (pw == NULL)
		return setgroups(1, &gid) == 0 ? gid : (gid_t)-1;
	return initgroups(pw->pw_name, pw->pw_gid) == 0 ? pw->pw_gid
	    : (gid_t)-1;
}

static void
become_root(void)
{
	const gid_t root = 0;

	if (seteuid(0) < 0 || setegid(0) < 0 || setgroups(1, &root) < 0)
		abort();
}

int
privilege_drop(uid_t uid, gid_t gid)
{
	int error;

	if (geteuid() != 0 || uid == 0)
		return 0;
	gid = take_groups(uid, gid);
	if (gid == (gid_t)-1 || setegid(gid) < 0 || seteuid(uid) < 0) {
		error = errno;
		become_root();
		errno = error;
		return -1;
	}
	return 1;
}

void
privilege_restore(void)
{
	assert(geteuid() != 0);
	become_root();
}
