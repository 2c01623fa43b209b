#include "input/reader.h"

#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "base/test.h"
#include "input/test_files.h"

TEST(a_plain_file_is_read_as_it_is)
{
	struct reader *r;

	test_put("log", STR("one\ntwo\0\r\n\xff"));
	r = test_open("log");
	assert_true(reader_seekable(r));
	assert_int_equal(reader_packing(r), PACKING_NONE);
	assert_int_equal(reader_size(r), 11);
	assert_int_equal(reader_taken(r), 0);
	test_reads(r, 3, STR("one\ntwo\0\r\n\xff"));
	assert_int_equal(reader_taken(r), 11);
	assert_null(reader_error(r));
	reader_close(&r);
}

TEST(an_empty_file_is_plain)
{
	test_put("log", STR(""));
	test_path_reads("log", STR(""));
}

TEST(a_few_bytes_of_a_magic_number_are_plain)
{
	test_put("log", STR("\x1f\x8b\x08"));
	test_path_reads("log", STR("\x1f\x8b\x08"));
	test_put("log", STR("BZh9 is not bzip2 yet\n"));
	test_path_reads("log", STR("BZh9 is not bzip2 yet\n"));
}

TEST(any_part_of_a_plain_file_can_be_read_also_after_its_end)
{
	struct reader *r;

	test_put("log", STR("0123456789"));
	r = test_open("log");
	reader_seek(r, 7);
	test_reads(r, 100, STR("789"));
	reader_seek(r, 2);
	test_reads(r, 100, STR("23456789"));
	reader_seek(r, 99);
	test_reads(r, 100, STR(""));
	assert_null(reader_error(r));
	reader_close(&r);
}

TEST(clones_read_the_same_file_each_at_its_own_place)
{
	struct reader *r, *clone;
	char c;

	test_put("log", STR("0123456789"));
	r = test_open("log");
	reader_seek(r, 5);
	assert_int_equal(reader_read(r, &c, 1), 1);
	test_append("log", STR("more"));
	assert_int_equal(remove("log"), 0);
	clone = reader_clone(r);
	assert_non_null(clone);
	assert_int_equal(reader_size(clone), 10);
	test_reads(clone, 100, STR("0123456789"));
	test_reads(r, 100, STR("6789"));
	reader_close(&r);
	reader_close(&clone);
}

TEST(what_is_appended_after_the_opening_is_left)
{
	struct reader *r;

	test_put("log", STR("old\n"));
	r = test_open("log");
	test_append("log", STR("new\n"));
	test_reads(r, 100, STR("old\n"));
	assert_null(reader_error(r));
	reader_close(&r);
}

TEST(a_file_that_shrinks_while_it_is_read_ends_early)
{
	struct reader *r;
	char c;

	test_put("log", STR("0123456789"));
	r = test_open("log");
	assert_int_equal(reader_read(r, &c, 1), 1);
	assert_int_equal(truncate("log", 4), 0);
	test_reads(r, 100, STR("123"));
	assert_string_equal(reader_error(r),
	    "was cut off at byte 4 while it was read");
	reader_close(&r);
}

static void
assert_open_fails(const struct source *s, enum err_kind kind, const char *text)
{
	struct err err = { 0 };
	struct reader *r;

	assert_int_equal(reader_open(&r, s, &err), -1);
	assert_null(r);
	assert_int_equal(err.kind, kind);
	assert_string_equal(err.text, text);
}

TEST(what_cannot_be_opened_says_why)
{
	struct source s;

	s = test_source("absent");
	assert_open_fails(&s, ERR_NO_INPUT, "absent: No such file or directory");
	s = test_source(".");
	assert_open_fails(&s, ERR_IO, ".: Is a directory");
	test_put("log", STR("x\n"));
	s = test_source("log/below");
	assert_open_fails(&s, ERR_NO_INPUT, "log/below: Not a directory");
}

TEST(a_file_that_may_not_be_read_says_so)
{
	struct source s;

	if (geteuid() == 0)
		skip();
	test_put("log", STR("x\n"));
	assert_int_equal(chmod("log", 0), 0);
	s = test_source("log");
	assert_open_fails(&s, ERR_IO, "log: Permission denied");
}

TEST(a_file_that_vanished_since_it_was_listed_says_so)
{
	struct source s;

	test_put("log", STR("x\n"));
	s = test_source("log");
	assert_int_equal(remove("log"), 0);
	assert_open_fails(&s, ERR_NO_INPUT, "log: No such file or directory");
}

TEST(a_file_that_was_renamed_since_it_was_listed_is_found)
{
	struct source s;
	struct reader *r;

	test_put("current", STR("old\n"));
	s = test_source("current");
	assert_int_equal(rename("current", "@400000006b02fb1b2ebd56f4.s"), 0);
	test_put("current", STR("new\n"));
	assert_int_equal(reader_open(&r, &s, NULL), 0);
	test_reads(r, 100, STR("old\n"));
	reader_close(&r);
	assert_int_equal(remove("current"), 0);
	assert_int_equal(reader_open(&r, &s, NULL), 0);
	test_reads(r, 100, STR("old\n"));
	reader_close(&r);
}

TEST(a_file_whose_name_another_one_has_now_is_not_mistaken_for_it)
{
	struct source s;

	test_put("log", STR("old\n"));
	test_put("log.new", STR("new\n"));
	s = test_source("log");
	assert_int_equal(rename("log.new", "log"), 0);
	assert_open_fails(&s, ERR_AGAIN, "log: another file took its place while "
	    "logs were being read; run again");
}

TEST(a_failing_read_is_told)
{
	struct reader *r;
	int fd;

	test_put("log", STR("unseen\n"));
	fd = open("log", O_WRONLY);
	r = reader_plain_new(fd, true, NULL);
	assert_non_null(r);
	test_reads(r, 100, STR(""));
	assert_string_equal(reader_error(r), strerror(EBADF));
	reader_close(&r);
}

/* Standard input. */

static void
redirect_stdin(int fd)
{
	assert_true(fd >= 0);
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	close(fd);
}

/* Has a child process write s into a pipe, step bytes at a time. */
static void
pipe_to_stdin(struct str s, size_t step, int flags)
{
	int ends[2];

	assert_int_equal(pipe2(ends, flags), 0);
	fflush(NULL);
	if (fork() == 0) {
		for (; s.n > 0; s = str_skip(s, str_head(s, step).n)) {
			struct str part = str_head(s, step);
			ssize_t n;

			do
				n = write(ends[1], part.p, part.n);
			while (n < 0 && errno == EAGAIN);
			if (step < 10)
				usleep(2000);
		}
		_exit(0);
	}
	close(ends[1]);
	redirect_stdin(ends[0]);
}

static void
stdin_is_over(void)
{
	redirect_stdin(open("/dev/null", O_RDONLY));
	while (waitpid(-1, NULL, 0) > 0)
		continue;
}

TEST(standard_input_may_be_a_pipe)
{
	struct reader *r;

	pipe_to_stdin(STR("one\ntwo\nthree\nfour\nfive\n"), 100, 0);
	r = test_open("-");
	assert_false(reader_seekable(r));
	assert_int_equal(reader_size(r), UINT64_MAX);
	test_reads(r, 3, STR("one\ntwo\nthree\nfour\nfive\n"));
	assert_int_equal(reader_taken(r), 24);
	assert_null(reader_error(r));
	reader_close(&r);
	stdin_is_over();
}

TEST(or_a_short_one)
{
	pipe_to_stdin(STR("a\n"), 100, 0);
	test_path_reads("-", STR("a\n"));
	pipe_to_stdin(STR(""), 100, 0);
	test_path_reads("-", STR(""));
	stdin_is_over();
}

TEST(or_a_pipe_that_does_not_block)
{
	pipe_to_stdin(STR("slow\nand\nsteady\nwins\n"), 3, O_NONBLOCK);
	test_path_reads("-", STR("slow\nand\nsteady\nwins\n"));
	stdin_is_over();
}

TEST(or_a_file_read_from_where_it_stands)
{
	struct reader *r, *clone;
	char line[4];

	test_put("log", STR("one\ntwo\nthree\n"));
	redirect_stdin(open("log", O_RDONLY));
	assert_int_equal(read(STDIN_FILENO, line, sizeof(line)), 4);
	r = test_open("-");
	assert_true(reader_seekable(r));
	assert_int_equal(reader_size(r), 10);
	test_reads(r, 100, STR("two\nthree\n"));
	clone = reader_clone(r);
	reader_seek(clone, 4);
	test_reads(clone, 100, STR("three\n"));
	reader_close(&clone);
	reader_close(&r);
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	stdin_is_over();
}

TEST(or_packed_in_a_pipe_or_in_a_file)
{
	for (size_t i = 0; i < TEST_PACKINGS; i++) {
		struct buf log = { 0 }, packed = { 0 };

		test_log(&log, i, TEST_LONG);
		test_pack(&packed, test_packings[i], buf_str(&log));
		pipe_to_stdin(buf_str(&packed), 7000, 0);
		test_path_reads("-", buf_str(&log));
		test_put("packed", buf_str(&packed));
		redirect_stdin(open("packed", O_RDONLY));
		test_path_reads("-", buf_str(&log));
		buf_clear(&log);
		buf_clear(&packed);
	}
	stdin_is_over();
}

static void
ignore_signal(int number)
{
	(void)number;
}

TEST(signals_do_not_end_a_read)
{
	const struct itimerval often = { { 0, 500 }, { 0, 500 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	struct sigaction handler = { .sa_handler = ignore_signal };

	pipe_to_stdin(STR("interrupted\nagain and again\n"), 4, 0);
	sigaction(SIGALRM, &handler, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	test_path_reads("-", STR("interrupted\nagain and again\n"));
	setitimer(ITIMER_REAL, &never, NULL);
	stdin_is_over();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_IN_DIR(a_plain_file_is_read_as_it_is),
		TEST_IN_DIR(an_empty_file_is_plain),
		TEST_IN_DIR(a_few_bytes_of_a_magic_number_are_plain),
		TEST_IN_DIR(any_part_of_a_plain_file_can_be_read_also_after_its_end),
		TEST_IN_DIR(clones_read_the_same_file_each_at_its_own_place),
		TEST_IN_DIR(what_is_appended_after_the_opening_is_left),
		TEST_IN_DIR(a_file_that_shrinks_while_it_is_read_ends_early),
		TEST_IN_DIR(what_cannot_be_opened_says_why),
		TEST_IN_DIR(a_file_that_may_not_be_read_says_so),
		TEST_IN_DIR(a_file_that_vanished_since_it_was_listed_says_so),
		TEST_IN_DIR(a_file_that_was_renamed_since_it_was_listed_is_found),
		TEST_IN_DIR(a_file_whose_name_another_one_has_now_is_not_mistaken_for_it),
		TEST_IN_DIR(a_failing_read_is_told),
		TEST_IN_DIR(standard_input_may_be_a_pipe),
		TEST_IN_DIR(or_a_short_one),
		TEST_IN_DIR(or_a_pipe_that_does_not_block),
		TEST_IN_DIR(or_a_file_read_from_where_it_stands),
		TEST_IN_DIR(or_packed_in_a_pipe_or_in_a_file),
		TEST_IN_DIR(signals_do_not_end_a_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
