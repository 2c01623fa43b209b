/* program.c - a message for a sendmail program. */
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "send/send.h"

/* sysexits.h: the message was not taken, but may be later. */
#define STATUS_TEMPFAIL 75

int
send_check(const char *address, struct err *err)
{
	bool good = *address != '\0' && *address != '-';

	for (const char *p = address; *p; p++)
		good = good && (unsigned char)*p > ' ' && *p != 0x7f &&
		    strchr("<>,;\"\\", *p) == NULL;
	if (good)
		return 0;
	return err_set(err, ERR_USAGE, "\"%.80s\": not an address; write "
	    "name@example.org", address);
}

static char **
arguments(const char *program, const struct envelope *e)
{
	char **argv = mem_zalloc((e->n_to + 6) * sizeof(*argv));
	size_t n = 0;

	argv[n++] = mem_strdup(program);
	argv[n++] = mem_strdup("-i");
	if (e->from != NULL) {
		argv[n++] = mem_strdup("-f");
		argv[n++] = mem_strdup(e->from);
	}
	argv[n++] = mem_strdup("--");
	for (size_t i = 0; i < e->n_to; i++)
		argv[n++] = mem_strdup(e->to[i]);
	return argv;
}

static void
arguments_free(char **argv)
{
	for (size_t i = 0; argv[i] != NULL; i++)
		free(argv[i]);
	free(argv);
}

/* Its input is in[0]; we ignore SIGPIPE, it shall not. */
static int
spawn(pid_t *pid, char **argv, const int in[2])
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t pipe_signal;
	int error;

	sigemptyset(&pipe_signal);
	sigaddset(&pipe_signal, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &pipe_signal);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	error = posix_spawn(pid, argv[0], &files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

static bool
write_all(int fd, struct str s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n > 0)
			s = str_skip(s, (size_t)n);
		else if (errno != EINTR)
			return false;
	}
	return true;
}

/*
 * Whole in the pipe, though nobody reads?  Then its other end can be kept open
 * to see afterwards what is left in it; else a program that does not read would
 * let us wait for ever.
 */
static bool
fits(int fd, size_t n)
{
	int room = fcntl(fd, F_GETPIPE_SZ);

	if (room >= 0 && (size_t)room < n && n <= INT_MAX)
		room = fcntl(fd, F_SETPIPE_SZ, (int)n);
	return room >= 0 && (size_t)room >= n;
}

static bool
is_drained(int fd)
{
	int left = 0;

	return ioctl(fd, FIONREAD, &left) == 0 && left == 0;
}

/* read_whole: as far as we know. */
static int
judge(const char *program, int status, bool read_whole, struct err *err)
{
	if (WIFSIGNALED(status))
		return err_set(err, ERR_IO, "%s: killed by signal %d; the mail "
		    "was not sent", program, WTERMSIG(status));
	if (WEXITSTATUS(status) == STATUS_TEMPFAIL)
		return err_set(err, ERR_AGAIN, "%s: did not take the mail for "
		    "now; try again", program);
	if (WEXITSTATUS(status) != 0)
		return err_set(err, ERR_IO, "%s: exit status %d; the mail was "
		    "not sent", program, WEXITSTATUS(status));
	if (!read_whole)
		return err_set(err, ERR_IO, "%s: ended without reading the "
		    "mail, so it was not sent; is it a sendmail?", program);
	return 0;
}

static int
await(pid_t pid, int *status, struct err *err)
{
	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR)
			return err_set(err, ERR_INTERNAL, "waitpid: %s",
			    strerror(errno));
	return 0;
}

int
send_by_program(const char *program, const struct envelope *e,
    struct str message, struct err *err)
{
	char **argv;
	int in[2], error, status, result;
	bool held, read_whole;
	pid_t pid;

	if (pipe2(in, O_CLOEXEC) < 0)
		return err_set(err, ERR_INTERNAL, "pipe: %s", strerror(errno));
	argv = arguments(program, e);
	error = spawn(&pid, argv, in);
	arguments_free(argv);
	held = fits(in[1], message.n);
	if (!held || error != 0)
		close(in[0]);
	if (error != 0) {
		close(in[1]);
		return err_set(err, ERR_NO_INPUT, "%s: cannot be run: %s; name "
		    "another with --sendmail, or a server with --smtp", program,
		    strerror(error));
	}
	read_whole = write_all(in[1], message);
	close(in[1]);
	result = await(pid, &status, err);
	if (held) {
		read_whole = read_whole && is_drained(in[0]);
		close(in[0]);
	}
	return result < 0 ? -1 : judge(program, status, read_whole, err);
}
