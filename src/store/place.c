#include "store/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"

#define SYSTEM_DIRECTORY "/var/lib/mailtally"
#define FILE_NAME "mailtally.db"

/* With those above it, for us alone. */
static bool
make_directory(const char *path)
{
	char *copy = mem_strdup(path);
	bool made = true;

	for (char *at = copy + 1; made; at++) {
		char c = *at;

		if (c != '/' && c != '\0')
			continue;
		*at = '\0';
		made = mkdir(copy, 0700) == 0 || errno == EEXIST;
		*at = c;
		if (c == '\0')
			break;
	}
	free(copy);
	return made;
}

static char *
user_directory(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct buf b = { 0 };

	if (state && *state == '/')
		buf_printf(&b, "%s/mailtally", state);
	else if (home && *home == '/')
		buf_printf(&b, "%s/.local/state/mailtally", home);
	return b.p;
}

static char *
file_in(const char *directory)
{
	struct buf b = { 0 };

	buf_printf(&b, "%s/" FILE_NAME, directory);
	return b.p;
}

char *
store_default_place(bool make, struct err *err)
{
	char *directory, *file;

	if (make && geteuid() == 0)
		make_directory(SYSTEM_DIRECTORY);
	if (access(SYSTEM_DIRECTORY "/" FILE_NAME, make ? W_OK : R_OK) == 0 ||
	    access(SYSTEM_DIRECTORY, W_OK) == 0)
		return mem_strdup(SYSTEM_DIRECTORY "/" FILE_NAME);
	directory = user_directory();
	if (directory == NULL) {
		err_set(err, ERR_NO_INPUT, "default: there is no "
		    SYSTEM_DIRECTORY " that we may use, and HOME is not set; "
		    "name a file");
		return NULL;
	}
	if (make && !make_directory(directory)) {
		err_set(err, ERR_CREATE, "%s: cannot be made: %s", directory,
		    strerror(errno));
		free(directory);
		return NULL;
	}
	file = file_in(directory);
	free(directory);
	return file;
}

uint64_t
store_place_stamp(const char *where)
{
	static const char *const endings[] = { "", "-wal" };
	char *name = strcmp(where, "default") != 0 ? mem_strdup(where) :
	    store_default_place(false, NULL);
	struct buf seen = { 0 }, path = { 0 };
	uint64_t result;

	for (size_t i = 0; name != NULL && i < 2; i++) {
		struct stat st;

		buf_reset(&path);
		buf_printf(&path, "%s%s", name, endings[i]);
		if (stat(path.p, &st) == 0 && st.st_size > 0)
			buf_printf(&seen, "%s %ju %jd %jd.%09ld\n", endings[i],
			    (uintmax_t)st.st_ino, (intmax_t)st.st_size,
			    (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	}
	result = seen.n > 0 ? hash_64(buf_str(&seen)) | 1 : 0;
	buf_clear(&seen);
	buf_clear(&path);
	free(name);
	return result;
}
