#include "web/child.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

/* "exe" is the program itself, whatever its name on disk became since. */
#define ITSELF "/proc/self/exe"

#define READ_BYTES ((size_t)64 * 1024)
#define COMPLAINT_MOST 2048

static int
spawn(struct child *c, const char *const *argv, int out, int error)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t all, none;
	int failed;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null",
	    O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, error, STDERR_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF |
	    POSIX_SPAWN_SETSIGMASK);
	failed = posix_spawn(&c->pid, ITSELF, &files, &attributes,
	    (char *const *)(uintptr_t)argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return failed;
}

static void
close_pipe(int p[2])
{
	close(p[0]);
	close(p[1]);
}

int
child_start(struct child *c, const char *const *argv, struct err *err)
{
	int out[2], error[2], failed;

	*c = (struct child){ .out = -1, .error = -1 };
	if (pipe2(out, O_CLOEXEC) < 0)
		return err_set(err, ERR_AGAIN, "pipe: %s", strerror(errno));
	if (pipe2(error, O_CLOEXEC) < 0) {
		close_pipe(out);
		return err_set(err, ERR_AGAIN, "pipe: %s", strerror(errno));
	}
	failed = spawn(c, argv, out[1], error[1]);
	close(out[1]);
	close(error[1]);
	if (failed != 0) {
		close(out[0]);
		close(error[0]);
		return err_set(err, ERR_AGAIN, "cannot start a process: %s",
		    strerror(failed));
	}
	c->out = out[0];
	c->error = error[0];
	fcntl(c->out, F_SETFL, O_NONBLOCK);
	fcntl(c->error, F_SETFL, O_NONBLOCK);
	return 0;
}

static void
close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

bool
child_read(struct child *c, struct buf *to)
{
	ssize_t n;

	if (c->out < 0)
		return false;
	n = read(c->out, buf_reserve(to, READ_BYTES), READ_BYTES);
	if (n > 0)
		to->n += (size_t)n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		close_end(&c->out);
	return c->out >= 0;
}

void
child_read_error(struct child *c)
{
	char bytes[512];
	ssize_t n;

	while (c->error >= 0 && (n = read(c->error, bytes, sizeof(bytes))) != 0) {
		if (n < 0 && errno != EINTR)
			break;
		if (n > 0 && c->complaint.n < COMPLAINT_MOST)
			buf_add(&c->complaint, bytes, (size_t)n);
	}
	if (c->error >= 0 && n == 0)
		close_end(&c->error);
}

int
child_end(struct child *c, bool kill_it)
{
	int status;

	close_end(&c->out);
	if (kill_it)
		kill(c->pid, SIGKILL);
	while (waitpid(c->pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	child_read_error(c);
	close_end(&c->error);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
