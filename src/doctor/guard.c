/* guard.c - the state that multilog needs is there, whoever removed it. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "doctor/doctor.h"

static bool
has_file(int dir_fd, const char *name)
{
	struct stat st;

	return fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode);
}

/* What multilog makes first; a directory of other things is left alone. */
static bool
is_multilogs(int dir_fd)
{
	return has_file(dir_fd, "lock") || has_file(dir_fd, "current");
}

static bool
is_there(int dir_fd)
{
	struct stat st;

	return fstatat(dir_fd, "state", &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	    errno != ENOENT;
}

/*
 * O_EXCL: should multilog make it at this moment, its own is the one that
 * stays; nor is anything followed that somebody put there.
 */
static int
create_state(int dir_fd, const char *directory, struct err *err)
{
	struct stat st;
	int fd = openat(dir_fd, "state", O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0644);

	if (fd == -1 && errno == EEXIST)
		return 0;
	if (fd == -1)
		return err_set(err, ERR_CREATE, "%s/state: %s", directory,
		    strerror(errno));
	/* multilog has to be able to read it, whatever our umask and name. */
	if (fchmod(fd, 0644) == 0 && fstat(dir_fd, &st) == 0 &&
	    fchown(fd, st.st_uid, st.st_gid) == -1)
		errno = 0; /* only the superuser may; it works all the same */
	close(fd);
	return 1;
}

int
doctor_guard_state(const char *directory, struct err *err)
{
	int dir_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = 0;

	if (dir_fd == -1)
		return err_set(err, ERR_NO_INPUT, "%s: %s", directory,
		    strerror(errno));
	if (is_multilogs(dir_fd) && !is_there(dir_fd))
		result = create_state(dir_fd, directory, err);
	close(dir_fd);
	return result;
}
