#include "base/out.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/test.h"

#define LARGE 1000000

/* Each test has an empty directory of its own as its working directory. */
static char directory[64];

static int
enter_directory(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/out_test.XXXXXX");
	return mkdtemp(directory) == NULL || chdir(directory) == -1;
}

static size_t
entries(void)
{
	DIR *d = opendir(".");
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

/* Removes what is there, and the directory; what is left makes it fail. */
static int
leave_directory(void **state)
{
	static const char *const names[] = { "report", "link", "other", "pipe" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove(names[i]);
	return chdir("/") == -1 || rmdir(directory) == -1;
}

static void
read_file(const char *path, struct buf *b)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;

	assert_int_not_equal(fd, -1);
	while ((n = read(fd, buf_reserve(b, 4096), 4096)) > 0)
		b->n += (size_t)n;
	assert_int_equal(n, 0);
	close(fd);
}

static void
assert_file(const char *path, const char *expected)
{
	struct buf b = { 0 };

	read_file(path, &b);
	assert_str(buf_str(&b), expected);
	buf_clear(&b);
}

static void
write_report(const char *text)
{
	struct err err = { 0 };
	struct out *o = out_open_file("report", &err);

	assert_non_null(o);
	out_text(o, text);
	assert_int_equal(out_close(&o, &err), 0);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

TEST(everything_printed_arrives_in_order)
{
	struct out *o;
	struct err err;
	int fds[2];
	char got[100];

	assert_int_equal(pipe(fds), 0);
	o = out_open_fd(fds[1], "standard output");
	out_str(o, STR("a\0b "));
	out_text(o, "text ");
	out_char(o, 'c');
	out_printf(o, " %d%%", 40);
	assert_int_equal(out_close(&o, &err), 0);
	assert_null(o);
	assert_int_equal(read(fds[0], got, sizeof(got)), 14);
	assert_memory_equal(got, "a\0b text c 40%", 14);
	close(fds[0]);
	close(fds[1]);
}

TEST(nothing_is_written_before_a_flush_or_64_kib)
{
	struct out *o;
	struct err err;
	int fds[2], waiting;
	char c;

	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	o = out_open_fd(fds[1], "standard output");
	out_text(o, "x");
	waiting = (int)read(fds[0], &c, 1);
	assert_int_equal(waiting, -1);
	assert_int_equal(out_flush(o, &err), 0);
	assert_int_equal(read(fds[0], &c, 1), 1);
	out_close(&o, &err);
	close(fds[0]);
	close(fds[1]);
}

TEST(a_descriptor_given_stays_open)
{
	struct out *o = out_open_fd(STDERR_FILENO, "standard error");

	assert_int_equal(out_close(&o, NULL), 0);
	assert_int_not_equal(fcntl(STDERR_FILENO, F_GETFD), -1);
}

TEST(a_full_disk_is_told_once_asked_and_not_before)
{
	struct err err = { 0 };
	int fd = open("/dev/full", O_WRONLY);
	struct out *o = out_open_fd(fd, "standard output");

	for (int i = 0; i < LARGE; i++)
		out_char(o, 'x');
	assert_int_equal(out_flush(o, &err), -1);
	assert_int_equal(err.kind, ERR_IO);
	assert_string_equal(err.text, "standard output: cannot write: No space "
	    "left on device; make room there or write somewhere else");
	assert_false(out_gone(o));
	/* And again: a failure does not go away. */
	assert_int_equal(out_close(&o, &err), -1);
	assert_null(o);
	close(fd);
}

TEST(a_full_disk_at_the_very_end_is_told_too)
{
	struct err err = { 0 };
	int fd = open("/dev/full", O_WRONLY);
	struct out *o = out_open_fd(fd, "standard output");

	out_char(o, 'x');
	assert_int_equal(out_close(&o, &err), -1);
	assert_int_equal(err.kind, ERR_IO);
	close(fd);
}

TEST(a_reader_that_went_away_is_no_error_and_seen)
{
	struct err err = { 0 };
	struct out *o;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	o = out_open_fd(fds[1], "standard output");
	out_text(o, "x");
	assert_false(out_gone(o));
	assert_int_equal(out_flush(o, &err), 0);
	assert_true(out_gone(o));
	for (int i = 0; i < LARGE; i++)
		out_char(o, 'x');
	assert_int_equal(out_close(&o, &err), 0);
	close(fds[1]);
}

/* Counts what comes out of fd, slowly at first, and exits 0 if it is LARGE. */
static void
count_in_child(int fd)
{
	static char bytes[4096];
	size_t sum = 0;
	ssize_t n;

	usleep(50000);
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		sum += (size_t)n;
	_exit(sum == LARGE ? 0 : 1);
}

TEST(a_slow_reader_of_a_non_blocking_pipe_gets_everything)
{
	struct err err;
	struct out *o;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		close(fds[1]);
		count_in_child(fds[0]);
	}
	close(fds[0]);
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	o = out_open_fd(fds[1], "standard output");
	for (int i = 0; i < LARGE; i++)
		out_char(o, 'x');
	assert_int_equal(out_close(&o, &err), 0);
	close(fds[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

TEST(memory_gets_everything_behind_what_it_has)
{
	struct buf b = { 0 };
	struct out *o = out_open_buf(&b);
	struct err err;

	buf_add_str(&b, STR("head "));
	for (int i = 0; i < 100000; i++)
		out_printf(o, "%d,", i % 10);
	assert_int_equal(out_close(&o, &err), 0);
	assert_int_equal(b.n, 5 + 200000);
	assert_memory_equal(b.p, "head 0,1,2,", 11);
	buf_clear(&b);
}

TEST(a_file_appears_whole_at_the_close)
{
	struct err err;
	struct out *o = out_open_file("report", &err);

	assert_non_null(o);
	out_text(o, "new");
	assert_int_equal(out_flush(o, &err), 0);
	assert_int_equal(access("report", F_OK), -1);
	assert_int_equal(out_close(&o, &err), 0);
	assert_file("report", "new");
	assert_int_equal(entries(), 1);
}

TEST(a_reader_sees_the_old_file_until_the_close)
{
	struct err err;
	struct out *o;

	write_report("old");
	o = out_open_file("report", &err);
	out_text(o, "new");
	out_flush(o, &err);
	assert_file("report", "old");
	out_close(&o, &err);
	assert_file("report", "new");
	assert_int_equal(entries(), 1);
}

TEST(a_new_file_has_the_mode_of_the_umask)
{
	mode_t mask = umask(022);

	write_report("x");
	umask(mask);
	assert_int_equal(mode_of("report"), 0644);
}

TEST(an_old_mode_is_kept)
{
	write_report("x");
	chmod("report", 0640);
	write_report("y");
	assert_int_equal(mode_of("report"), 0640);
	assert_file("report", "y");
}

TEST(behind_a_link_the_file_is_replaced_not_the_link)
{
	struct err err;
	struct out *o;
	struct stat st;

	write_report("old");
	assert_int_equal(symlink("report", "link"), 0);
	o = out_open_file("link", &err);
	out_text(o, "new");
	assert_int_equal(out_close(&o, &err), 0);
	assert_file("report", "new");
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

TEST(a_device_is_written_to_and_not_replaced)
{
	struct err err;
	struct out *o = out_open_file("/dev/null", &err);
	struct stat st;

	assert_non_null(o);
	out_text(o, "x");
	assert_int_equal(out_close(&o, &err), 0);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
}

TEST(a_named_pipe_is_written_to_and_not_replaced)
{
	struct err err;
	struct out *o;
	char got[3];
	int fd;

	assert_int_equal(mkfifo("pipe", 0600), 0);
	fd = open("pipe", O_RDWR);
	o = out_open_file("pipe", &err);
	assert_non_null(o);
	out_text(o, "abc");
	assert_int_equal(out_close(&o, &err), 0);
	assert_int_equal(read(fd, got, 3), 3);
	assert_memory_equal(got, "abc", 3);
	close(fd);
}

TEST(a_file_that_cannot_be_made_is_told_at_the_opening)
{
	struct err err = { 0 };

	assert_null(out_open_file("missing/report", &err));
	assert_int_equal(err.kind, ERR_CREATE);
	assert_string_equal(err.text, "missing/report: cannot create: No such "
	    "file or directory; make the directory first");
}

TEST(a_directory_is_no_output)
{
	struct err err = { 0 };

	assert_null(out_open_file(".", &err));
	assert_int_equal(err.kind, ERR_CREATE);
	assert_string_equal(err.text,
	    ".: cannot create: Is a directory; name a file");
	assert_int_equal(entries(), 0);
}

TEST(a_rename_that_fails_leaves_no_temporary_file)
{
	struct err err = { 0 };
	struct out *o = out_open_file("report", &err);

	assert_non_null(o);
	out_text(o, "x");
	assert_int_equal(mkdir("report", 0700), 0);
	assert_int_equal(out_close(&o, &err), -1);
	assert_null(o);
	assert_int_equal(err.kind, ERR_CREATE);
	assert_string_equal(err.text,
	    "report: cannot replace: Is a directory; name a file");
	assert_int_equal(entries(), 1);
}

TEST(a_write_that_fails_leaves_the_old_file_and_no_other)
{
	struct err err = { 0 };
	struct rlimit before, small;
	struct out *o;
	int rc;

	write_report("old");
	o = out_open_file("report", &err);
	for (int i = 0; i < LARGE; i++)
		out_char(o, 'x');
	out_char(o, 'x');
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){ 100, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	rc = out_close(&o, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, ERR_IO);
	assert_file("report", "old");
	assert_int_equal(entries(), 1);
}

TEST(a_cancelled_file_leaves_the_old_one_and_no_other)
{
	struct out *o;

	write_report("old");
	o = out_open_file("report", NULL);
	out_text(o, "new");
	out_cancel(&o);
	assert_null(o);
	assert_file("report", "old");
	assert_int_equal(entries(), 1);
}

TEST(closing_nothing_is_allowed)
{
	struct out *o = NULL;

	assert_int_equal(out_close(&o, NULL), 0);
	out_cancel(&o);
}

#define TEST_ROW(f)                                                            \
	cmocka_unit_test_setup_teardown(f, enter_directory, leave_directory)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_ROW(everything_printed_arrives_in_order),
		TEST_ROW(nothing_is_written_before_a_flush_or_64_kib),
		TEST_ROW(a_descriptor_given_stays_open),
		TEST_ROW(a_full_disk_is_told_once_asked_and_not_before),
		TEST_ROW(a_full_disk_at_the_very_end_is_told_too),
		TEST_ROW(a_reader_that_went_away_is_no_error_and_seen),
		TEST_ROW(a_slow_reader_of_a_non_blocking_pipe_gets_everything),
		TEST_ROW(memory_gets_everything_behind_what_it_has),
		TEST_ROW(a_file_appears_whole_at_the_close),
		TEST_ROW(a_reader_sees_the_old_file_until_the_close),
		TEST_ROW(a_new_file_has_the_mode_of_the_umask),
		TEST_ROW(an_old_mode_is_kept),
		TEST_ROW(behind_a_link_the_file_is_replaced_not_the_link),
		TEST_ROW(a_device_is_written_to_and_not_replaced),
		TEST_ROW(a_named_pipe_is_written_to_and_not_replaced),
		TEST_ROW(a_file_that_cannot_be_made_is_told_at_the_opening),
		TEST_ROW(a_directory_is_no_output),
		TEST_ROW(a_rename_that_fails_leaves_no_temporary_file),
		TEST_ROW(a_write_that_fails_leaves_the_old_file_and_no_other),
		TEST_ROW(a_cancelled_file_leaves_the_old_one_and_no_other),
		TEST_ROW(closing_nothing_is_allowed),
	};

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
