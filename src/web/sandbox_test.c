#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/test.h"
#include "web/sandbox.h"

static char mine[] = "/tmp/sandbox_test.XXXXXX";
static char theirs[] = "/tmp/sandbox_test.XXXXXX";

static int
make_directories(void **state)
{
	(void)state;
	return mkdtemp(mine) != NULL && mkdtemp(theirs) != NULL ? 0 : -1;
}

static int
remove_directories(void **state)
{
	(void)state;
	return rmdir(mine) == 0 && rmdir(theirs) == 0 ? 0 : -1;
}

/* How a process ends that is in the sandbox. */
static int
in_sandbox(int (*what)(unsigned holds))
{
	const char *const writable[] = { mine };
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(what(sandbox_enter(writable, 1)));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
path_in(char *path, size_t n, const char *directory)
{
	snprintf(path, n, "%s/file", directory);
}

static int
writes_only_where_it_may(unsigned holds)
{
	char path[64];
	int fd;

	path_in(path, sizeof(path), mine);
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
	if (fd < 0 || write(fd, "x", 1) != 1 || ftruncate(fd, 0) < 0 ||
	    close(fd) < 0 || unlink(path) < 0)
		return 1;
	if (open("/dev/null", O_WRONLY) < 0)
		return 2;
	path_in(path, sizeof(path), theirs);
	if (open(path, O_CREAT | O_EXCL | O_WRONLY, 0600) < 0)
		return errno == EACCES ? 0 : 3;
	unlink(path);
	return holds & SANDBOX_FILES ? 4 : 0;
}

static void
files_are_written_in_named_directories_alone(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(writes_only_where_it_may), 0);
}

static int
executes_only_itself(unsigned holds)
{
	char *const argv[] = { (char[]){ "true" }, NULL };
	char *const no_environment[] = { NULL };

	execve("/bin/true", argv, no_environment);
	if (holds & SANDBOX_FILES && errno != EACCES)
		return 1;
	/* The tests again; with this argument they do nothing. */
	execve("/proc/self/exe", (char *const[]){ (char[]){ "sandbox_test" },
	    (char[]){ "nothing" }, NULL }, no_environment);
	return 2;
}

static void
nothing_is_executed_but_the_program_itself(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(executes_only_itself), 0);
}

static int
is_refused(unsigned holds)
{
	struct timespec now = { 0 };

	if (!(holds & SANDBOX_CALLS))
		return 10;
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM)
		return 1;
	if (setuid(getuid()) >= 0 || errno != EPERM)
		return 2;
	if (chroot("/") >= 0 || errno != EPERM)
		return 3;
	if (clock_settime(CLOCK_REALTIME, &now) >= 0 || errno != EPERM)
		return 4;
#ifndef __SANITIZE_ADDRESS__
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) >= 0 || errno != EPERM)
		return 5;
#endif
	return 0;
}

static void
calls_that_are_never_needed_are_refused(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(is_refused), 0);
}

static int
reads_maps_and_starts(unsigned holds)
{
	int pipes[2], status;
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	(void)holds;
	if (p == MAP_FAILED || mprotect(p, 4096, PROT_READ | PROT_EXEC) < 0)
		return 1;
	if (open("/etc/passwd", O_RDONLY) < 0 || pipe(pipes) < 0)
		return 2;
	pid = fork();
	if (pid == 0)
		pause();
	if (pid < 0 || kill(pid, SIGKILL) < 0 || waitpid(pid, &status, 0) != pid)
		return 3;
	return 0;
}

static void
what_runs_need_goes_on(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(reads_maps_and_starts), 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_written_in_named_directories_alone),
		cmocka_unit_test(nothing_is_executed_but_the_program_itself),
		cmocka_unit_test(calls_that_are_never_needed_are_refused),
		cmocka_unit_test(what_runs_need_goes_on),
	};

	if (argc > 1 && strcmp(argv[1], "nothing") == 0)
		return 0;
	return cmocka_run_group_tests(tests, make_directories,
	    remove_directories);
}
