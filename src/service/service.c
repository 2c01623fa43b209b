#include "service/service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"

static const char *const roots[] = {
	"/service", "/etc/service", "/var/service", "/run/service", NULL
};

#define STATUS_BYTES 64
#define COMMAND_LINE_BYTES 65536

/* ---- where ---- */

/* Is there supervise/control in ROOT/NAME/SUB?  Then that is the directory. */
static bool
try_directory(struct service *s, const char *root, const char *name,
    const char *sub)
{
	struct buf b = { 0 };
	size_t n;
	bool found;

	buf_printf(&b, "%s%s%s%s", root, *root ? "/" : "", name, sub);
	n = b.n;
	buf_add_str(&b, STR("/supervise/control"));
	found = access(b.p, F_OK) == 0;
	if (found)
		s->directory = arena_str(&s->arena, str_make(b.p, n)).p;
	buf_clear(&b);
	return found;
}

static bool
try_root(struct service *s, const char *root, const char *name)
{
	return try_directory(s, root, name, "/log") ||
	    try_directory(s, root, name, "");
}

static bool
find_directory(struct service *s, const char *name)
{
	const char *own = getenv("SVDIR");

	if (strchr(name, '/') != NULL && try_root(s, "", name))
		return true;
	if (name[0] == '/')
		return false;
	if (own != NULL && *own != '\0' && try_root(s, own, name))
		return true;
	for (size_t i = 0; roots[i] != NULL; i++)
		if (try_root(s, roots[i], name))
			return true;
	return false;
}

/* ---- which process ---- */

/* -1 if it cannot be opened. */
static ssize_t
read_file(const char *path, char *p, size_t n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t got = 0;
	ssize_t k = 1;

	if (fd == -1)
		return -1;
	while (got < n && k > 0) {
		k = read(fd, p + got, n - got);
		if (k > 0)
			got += (size_t)k;
	}
	close(fd);
	return (ssize_t)got;
}

static uint64_t
little_endian(const unsigned char *p, size_t n)
{
	uint64_t value = 0;

	while (n-- > 0)
		value = value << 8 | p[n];
	return value;
}

static uint64_t
big_endian(const unsigned char *p, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | p[i];
	return value;
}

static int
read_status(struct service *s, struct err *err)
{
	unsigned char status[STATUS_BYTES];
	struct buf path = { 0 };
	uint64_t pid = 0;
	ssize_t n;
	int failed;

	buf_printf(&path, "%s/supervise/status", s->directory);
	n = read_file(path.p, (char *)status, sizeof(status));
	failed = errno;
	buf_clear(&path);
	if (n == -1)
		return err_set(err, ERR_NO_INPUT, "%s/supervise/status: %s; run "
		    "it as root", s->directory, strerror(failed));
	if (n == 18 || n == 20) {
		s->supervisor = n == 18 ? "daemontools" : "runit";
		pid = little_endian(status + 12, 4);
	} else if (n >= 35) {
		s->supervisor = "s6";
		pid = big_endian(status + 24, 8);
	} else {
		return err_set(err, ERR_DATA, "%s/supervise/status: neither "
		    "runit's, nor daemontools', nor s6's", s->directory);
	}
	s->pid = pid <= INT32_MAX ? (pid_t)pid : 0;
	return 0;
}

static void
read_command_line(struct service *s)
{
	char *text = mem_alloc(COMMAND_LINE_BYTES);
	struct buf path = { 0 };
	struct str rest, word;
	ssize_t n;

	buf_printf(&path, "/proc/%ld/cmdline", (long)s->pid);
	n = read_file(path.p, text, COMMAND_LINE_BYTES);
	rest = str_make(text, n > 0 ? (size_t)n : 0);
	while (rest.n > 0 && str_cut(&rest, '\0', &word))
		ARRAY_PUSH(s->words, s->n_words, s->cap_words) =
		    arena_str(&s->arena, word).p;
	buf_clear(&path);
	free(text);
}

int
service_find(struct service *s, const char *name, struct err *err)
{
	*s = (struct service){ 0 };
	if (!find_directory(s, name))
		return err_set(err, ERR_NO_INPUT, "%s: no such service is "
		    "supervised here; name its directory, or set SVDIR", name);
	if (read_status(s, err) == -1)
		return -1;
	if (s->pid != 0)
		read_command_line(s);
	return 0;
}

const char *
service_program(const struct service *s)
{
	const char *slash;

	if (s->n_words == 0)
		return "";
	slash = strrchr(s->words[0], '/');
	return slash != NULL ? slash + 1 : s->words[0];
}

int
service_control(const struct service *s, char command, struct err *err)
{
	struct buf path = { 0 };
	int fd, result = 0;

	buf_printf(&path, "%s/supervise/control", s->directory);
	/* O_NONBLOCK: without a supervisor it would wait for one. */
	fd = open(path.p, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1 && errno == ENXIO)
		result = err_set(err, ERR_NO_INPUT, "%s: its supervisor is not "
		    "running", s->directory);
	else if (fd == -1 || write(fd, &command, 1) != 1)
		result = err_set(err, ERR_CREATE, "%s: %s", path.p,
		    strerror(errno));
	if (fd != -1)
		close(fd);
	buf_clear(&path);
	return result;
}

void
service_clear(struct service *s)
{
	free(s->words);
	arena_clear(&s->arena);
	*s = (struct service){ 0 };
}
