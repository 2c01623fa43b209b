/*
 * Every turn that a log can take between two looks, step by step; tests/tail has
 * them all at once and at full speed.
 */
#include "input/follow.h"

#include <sys/stat.h>

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/test.h"
#include "input/test_files.h"

/* Heads that are long enough to tell files apart. */
#define LONG "................................................"
#define L(n) "line " n " " LONG "\n"

static struct follow *
follow(const char *argument)
{
	const struct follow_options o = { .poll_ms = 1 };
	struct follow *f = follow_new(&o);
	struct err err;

	assert_int_equal(follow_add(f, argument, &err), 0);
	for (size_t i = 0; i < follow_count(f); i++)
		follow_start(f, i, UINT64_MAX / 2);
	return f;
}

static void
read_log(struct follow *f, size_t log, struct buf *b)
{
	struct follow_block block;

	while (follow_read(f, log, &block)) {
		buf_add_str(b, block.lines);
		if (block.end && !block.contiguous)
			buf_add_char(b, '|');
	}
}

/* All that has come of all logs since the last time; | is the end of a file. */
static void
assert_comes(struct follow *f, const char *text)
{
	struct buf b = { 0 };

	follow_wake(f);
	for (size_t i = 0; i < follow_count(f); i++)
		read_log(f, i, &b);
	assert_string_equal(b.n > 0 ? b.p : "", text);
	buf_clear(&b);
}

static void
move(const char *from, const char *to)
{
	assert_int_equal(rename(from, to), 0);
}

TEST(what_is_there_and_what_is_appended)
{
	struct follow *f;

	test_put("log", STR("one\n"));
	f = follow("log");
	assert_comes(f, "one\n");
	assert_comes(f, "");
	test_append("log", STR("two\nthr"));
	assert_comes(f, "two\n");
	test_append("log", STR("ee\n"));
	assert_comes(f, "three\n");
	follow_free(&f);
}

TEST(begins_so_many_bytes_before_the_end_at_a_line)
{
	struct follow *f;

	test_put("log", STR("one\ntwo\nthree\n"));
	f = follow("log");
	assert_false(follow_start(f, 0, 7));
	assert_comes(f, "three\n");
	assert_false(follow_start(f, 0, 6));
	assert_comes(f, "three\n");
	assert_false(follow_start(f, 0, 5));
	assert_comes(f, "");
	assert_false(follow_start(f, 0, 0));
	assert_comes(f, "");
	assert_true(follow_start(f, 0, 15));
	assert_comes(f, "one\ntwo\nthree\n");
	follow_free(&f);
}

TEST(begins_in_rotated_files)
{
	struct follow *f;

	test_put("log.2", STR("one\n"));
	test_put("log.1", STR("two\nthree\n"));
	test_put("log", STR("four\n"));
	f = follow("log");
	assert_false(follow_start(f, 0, 11));
	assert_comes(f, "three\nfour\n");
	assert_true(follow_start(f, 0, 100));
	assert_comes(f, "one\ntwo\nthree\nfour\n");
	follow_free(&f);
}

TEST(a_renamed_file_is_read_until_its_successor_is_left_alone)
{
	struct follow *f;

	test_put("log", STR(L("1")));
	f = follow("log");
	assert_comes(f, L("1"));
	move("log", "log.1");
	assert_comes(f, "");
	test_append("log.1", STR(L("2")));
	assert_comes(f, L("2"));
	test_put("log", STR(""));
	assert_comes(f, "");
	/* The writer does not know yet. */
	test_append("log.1", STR(L("3")));
	assert_comes(f, L("3"));
	test_append("log", STR(L("4")));
	assert_comes(f, L("4"));
	follow_free(&f);
}

TEST(several_rotations_at_once)
{
	struct follow *f;

	test_put("log", STR(L("1")));
	f = follow("log");
	assert_comes(f, L("1"));
	test_append("log", STR(L("2")));
	move("log", "log.2");
	test_put("log.1", STR(L("3")));
	test_put("log", STR(L("4")));
	assert_comes(f, L("2") "|" L("3") L("4"));
	follow_free(&f);
}

TEST(old_rotated_files_are_none_of_them)
{
	struct follow *f;

	test_put("log.1", STR(L("0")));
	test_put("log", STR(L("1")));
	f = follow("log");
	follow_start(f, 0, 0);
	assert_comes(f, "");
	move("log.1", "log.2");
	move("log", "log.1");
	test_put("log", STR(L("2")));
	assert_comes(f, L("2"));
	follow_free(&f);
}

TEST(what_was_packed_meanwhile_is_read_packed)
{
	struct follow *f;
	struct buf packed = { 0 };

	test_put("log", STR(L("1")));
	f = follow("log");
	assert_comes(f, L("1"));
	move("log", "log.2");
	test_pack(&packed, PACKING_GZIP, STR(L("2")));
	test_put("log.1.gz", buf_str(&packed));
	test_put("log", STR(L("3")));
	/* Contiguous, so that no bar stands behind the packed one. */
	assert_comes(f, "|" L("2") L("3"));
	buf_clear(&packed);
	follow_free(&f);
}

TEST(a_copy_has_what_was_not_read_before_the_truncation)
{
	struct follow *f;

	test_put("log", STR(L("1")));
	f = follow("log");
	assert_comes(f, L("1"));
	test_put("log.1", STR(L("1") L("2")));
	assert_int_equal(truncate("log", 0), 0);
	test_append("log", STR(L("3")));
	assert_comes(f, L("2") L("3"));
	follow_free(&f);
}

TEST(a_file_that_is_as_long_again_is_known_by_its_beginning)
{
	struct follow *f;

	test_put("log", STR(L("1")));
	f = follow("log");
	assert_comes(f, L("1"));
	assert_int_equal(truncate("log", 0), 0);
	test_append("log", STR(L("2") L("3")));
	assert_comes(f, "|" L("2") L("3"));
	follow_free(&f);
}

TEST(half_a_line_that_is_truncated_ends_there)
{
	struct follow *f;

	test_put("log", STR(L("1") "half"));
	f = follow("log");
	assert_comes(f, L("1"));
	assert_int_equal(truncate("log", 0), 0);
	assert_comes(f, "half|");
	follow_free(&f);
}

TEST(a_file_that_was_emptied_before_it_was_read_is_found_in_its_copy)
{
	struct follow *f;

	test_put("log", STR(""));
	f = follow("log");
	assert_comes(f, "");
	test_put("log.1", STR(L("1")));
	assert_comes(f, L("1"));
	test_append("log", STR(L("2")));
	assert_comes(f, L("2"));
	follow_free(&f);
}

TEST(a_copy_that_is_not_yet_followed_by_truncation_is_left_alone)
{
	struct follow *f;

	test_put("log", STR(L("1")));
	f = follow("log");
	assert_comes(f, L("1"));
	test_put("log.1", STR(L("1")));
	assert_comes(f, "");
	test_append("log", STR(L("2")));
	assert_comes(f, L("2"));
	follow_free(&f);
}

TEST(the_hole_that_a_writer_without_append_leaves_is_jumped_over)
{
	const off_t hole = (off_t)3 << 30;
	struct follow *f;

	test_put("log", STR(L("1")));
	f = follow("log");
	assert_comes(f, L("1"));
	assert_int_equal(truncate("log", 0), 0);
	assert_comes(f, "|");
	assert_int_equal(truncate("log", hole + 100), 0);
	test_append("log", STR(L("2")));
	assert_comes(f, L("2"));
	test_append("log", STR(L("3")));
	assert_comes(f, L("3"));
	assert_true(follow_bytes(f) < 1 << 20);
	follow_free(&f);
}

TEST(deletion_and_return)
{
	struct follow *f;

	test_put("log", STR(L("1")));
	f = follow("log");
	assert_comes(f, L("1"));
	assert_int_equal(unlink("log"), 0);
	assert_comes(f, "");
	test_put("log", STR(L("2")));
	assert_comes(f, "|" L("2"));
	follow_free(&f);
}

TEST(multilog_names_and_previous)
{
	struct follow *f;

	test_put("@400000006b02fb1b00000000.s", STR(L("0")));
	test_put("current", STR(L("1")));
	f = follow(".");
	follow_start(f, 0, sizeof(L("1")) - 1);
	assert_comes(f, L("1"));
	move("current", "@400000006b02fb1b00000001.s");
	test_put("@400000006b02fb1b00000002.s", STR(L("2")));
	test_put("previous", STR(L("3")));
	test_put("current", STR(L("4")));
	assert_comes(f, L("2") L("3") L("4"));
	/* Its name comes later, and another copy of it. */
	assert_int_equal(unlink("previous"), 0);
	test_put("@400000006b02fb1b00000003.s", STR(L("3") "# table\n"));
	move("current", "previous");
	test_put("current", STR(L("5")));
	assert_comes(f, L("5"));
	follow_free(&f);
}

TEST(a_directory_that_is_made_later_with_logs_in_it)
{
	struct follow *f = follow("later/log");

	assert_int_equal(follow_count(f), 0);
	assert_comes(f, "");
	assert_int_equal(mkdir("later", 0700), 0);
	assert_int_equal(mkdir("later/log", 0700), 0);
	test_put("later/log/@400000006b02fb1b00000001.s", STR(L("1")));
	test_put("later/log/current", STR(L("2")));
	assert_comes(f, L("1") L("2"));
	follow_free(&f);
}

TEST(new_logs_of_a_directory_and_no_old_ones_under_new_names)
{
	struct follow *f;

	test_put("a.log", STR(L("1")));
	f = follow(".");
	assert_comes(f, L("1"));
	test_put("b.log", STR(L("2")));
	assert_comes(f, L("2"));
	test_put("copy.log", STR(L("1")));
	assert_comes(f, "");
	move("a.log", "moved.log");
	test_put("a.log", STR(L("3")));
	assert_comes(f, L("3"));
	follow_free(&f);
}

TEST(what_is_packed_is_no_log_that_grows)
{
	struct follow *f;
	struct buf packed = { 0 };

	test_pack(&packed, PACKING_GZIP, STR(L("1")));
	test_put("old.log", buf_str(&packed));
	f = follow("old.log");
	assert_comes(f, "");
	buf_clear(&packed);
	follow_free(&f);
}

TEST(nothing_is_polled_where_the_kernel_tells)
{
	struct pollfd p[FOLLOW_DESCRIPTORS];
	struct follow *f;

	test_put("log", STR(L("1")));
	f = follow("log");
	assert_comes(f, L("1"));
	assert_int_equal(follow_timeout_ms(f), -1);
	assert_int_equal(follow_descriptors(f, p), 1);
	assert_int_equal(poll(p, 1, 0), 0);
	test_append("log", STR("x"));
	assert_int_equal(poll(p, 1, 0), 1);
	follow_free(&f);
}

TEST(without_inotify_it_is_looked_every_so_often)
{
	const struct follow_options o = { .no_watch = true, .poll_ms = 77 };
	struct pollfd p[FOLLOW_DESCRIPTORS];
	struct follow *f = follow_new(&o);
	struct err err;

	test_put("log", STR(L("1")));
	assert_int_equal(follow_add(f, "log", &err), 0);
	assert_int_equal(follow_timeout_ms(f), 77);
	assert_int_equal(follow_descriptors(f, p), 0);
	assert_comes(f, L("1"));
	test_append("log", STR(L("2")));
	assert_comes(f, L("2"));
	follow_free(&f);
}

TEST(of_a_long_log_only_the_end_is_read)
{
	struct follow *f;

	test_put("log", STR(L("1")));
	assert_int_equal(truncate("log", (off_t)10 << 30), 0);
	test_append("log", STR("\n" L("2")));
	f = follow("log");
	assert_false(follow_start(f, 0, 100));
	assert_comes(f, L("2"));
	assert_true(follow_bytes(f) <= 102);
	follow_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_IN_DIR(what_is_there_and_what_is_appended),
		TEST_IN_DIR(begins_so_many_bytes_before_the_end_at_a_line),
		TEST_IN_DIR(begins_in_rotated_files),
		TEST_IN_DIR(
		    a_renamed_file_is_read_until_its_successor_is_left_alone),
		TEST_IN_DIR(several_rotations_at_once),
		TEST_IN_DIR(old_rotated_files_are_none_of_them),
		TEST_IN_DIR(what_was_packed_meanwhile_is_read_packed),
		TEST_IN_DIR(
		    a_copy_has_what_was_not_read_before_the_truncation),
		TEST_IN_DIR(
		    a_file_that_is_as_long_again_is_known_by_its_beginning),
		TEST_IN_DIR(half_a_line_that_is_truncated_ends_there),
		TEST_IN_DIR(
		    a_file_that_was_emptied_before_it_was_read_is_found_in_its_copy),
		TEST_IN_DIR(
		    a_copy_that_is_not_yet_followed_by_truncation_is_left_alone),
		TEST_IN_DIR(
		    the_hole_that_a_writer_without_append_leaves_is_jumped_over),
		TEST_IN_DIR(deletion_and_return),
		TEST_IN_DIR(multilog_names_and_previous),
		TEST_IN_DIR(a_directory_that_is_made_later_with_logs_in_it),
		TEST_IN_DIR(
		    new_logs_of_a_directory_and_no_old_ones_under_new_names),
		TEST_IN_DIR(what_is_packed_is_no_log_that_grows),
		TEST_IN_DIR(nothing_is_polled_where_the_kernel_tells),
		TEST_IN_DIR(without_inotify_it_is_looked_every_so_often),
		TEST_IN_DIR(of_a_long_log_only_the_end_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
