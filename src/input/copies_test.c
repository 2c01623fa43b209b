#include "input/source.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "base/test.h"
#include "base/when.h"
#include "input/test_files.h"

#define LINE "@400000006b02fac41d34769c 1 Accepted connection 0/40\n"

static void
add(struct source_list *l, const char *argument)
{
	static const struct source_options all = { .newer_than_ns = WHEN_NONE };
	struct err err = { 0 };

	if (source_list_add(l, argument, &all, &err) < 0)
		fail_msg("%s", err.text);
}

/* Lists the paths (NULL at the end) and marks copies. */
static void
mark(struct source_list *l, const char *const *paths)
{
	for (; *paths != NULL; paths++)
		add(l, *paths);
	source_list_mark_copies(l);
}
#define MARK(l, ...) mark((l), (const char *const[]){ __VA_ARGS__, NULL })

/* "copy<original" for each copy, in the order of the list. */
static void
assert_copies(const struct source_list *l, const char *want)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < l->n; i++) {
		const struct source *s = l->sources[i];

		if (s->copy_of != NULL)
			buf_printf(&b, "%s%s<%s", b.n > 0 ? " " : "", s->path,
			    s->copy_of->path);
	}
	assert_str(buf_str(&b), want);
	buf_clear(&b);
}

static void
put_packed(const char *path, enum source_packing packing, struct str content)
{
	struct buf packed = { 0 };

	test_pack(&packed, packing, content);
	test_put(path, buf_str(&packed));
	buf_clear(&packed);
}

TEST(different_logs_are_no_copies)
{
	struct source_list l = { 0 };

	test_put("a", STR(LINE "one\n"));
	test_put("b", STR(LINE "two\n"));
	test_put("c", STR("three\n"));
	MARK(&l, "a", "b", "c");
	assert_copies(&l, "");
	source_list_clear(&l);
}

TEST(a_list_may_be_empty)
{
	struct source_list l = { 0 };

	source_list_mark_copies(&l);
	source_list_clear(&l);
}

TEST(the_same_file_given_twice_is_a_copy_under_any_name)
{
	struct source_list l = { 0 };

	test_put("a", STR(LINE));
	assert_int_equal(link("a", "hard"), 0);
	assert_int_equal(symlink("a", "soft"), 0);
	MARK(&l, "a", "hard", "a", "soft");
	assert_copies(&l, "hard<a a<a soft<a");
	source_list_clear(&l);
}

TEST(the_later_one_of_equals_is_the_copy)
{
	struct source_list l = { 0 };

	test_put("z", STR(LINE "one\n"));
	test_put("a", STR(LINE "one\n"));
	test_put("m", STR(LINE "one\n"));
	MARK(&l, "z", "a", "m");
	assert_copies(&l, "a<z m<z");
	source_list_clear(&l);
}

TEST(packing_does_not_make_a_log_another_one)
{
	struct source_list l = { 0 };
	struct buf log = { 0 };

	test_log(&log, 1, 3 << 20);
	test_put("plain", buf_str(&log));
	put_packed("gz", PACKING_GZIP, buf_str(&log));
	put_packed("zst", PACKING_ZSTD, buf_str(&log));
	put_packed("xz", PACKING_XZ, buf_str(&log));
	put_packed("bz2", PACKING_BZIP2, buf_str(&log));
	MARK(&l, "xz", "plain", "gz", "zst", "bz2");
	assert_copies(&l, "plain<xz gz<xz zst<xz bz2<xz");
	source_list_clear(&l);
	buf_clear(&log);
}

TEST(of_a_log_that_grew_the_shorter_one_is_the_copy)
{
	static const size_t lengths[] = { 100, 5000, 70000, 131072, 200000 };
	struct buf log = { 0 };

	test_log(&log, 2, 300000);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct source_list l = { 0 };

		test_put("first", str_head(buf_str(&log), lengths[i]));
		test_put("whole", buf_str(&log));
		put_packed("half", PACKING_GZIP,
		    str_head(buf_str(&log), lengths[i] * 3 / 2));
		MARK(&l, "first", "whole", "half");
		assert_copies(&l, "first<whole half<whole");
		source_list_clear(&l);
	}
	buf_clear(&log);
}

TEST(a_difference_far_behind_the_beginning_is_seen)
{
	struct source_list l = { 0 };
	struct buf log = { 0 };

	test_log(&log, 3, 300000);
	test_put("a", buf_str(&log));
	log.p[log.n - 2] ^= 1;
	test_put("b", buf_str(&log));
	test_put("c", str_head(buf_str(&log), log.n - 1));
	MARK(&l, "a", "b", "c");
	assert_copies(&l, "c<b");
	source_list_clear(&l);
	buf_clear(&log);
}

TEST(empty_files_are_never_copies)
{
	struct source_list l = { 0 };

	test_put("a", STR(""));
	test_put("b", STR(""));
	put_packed("c", PACKING_GZIP, STR(""));
	put_packed("d", PACKING_XZ, STR(""));
	test_put("e", STR(LINE));
	MARK(&l, "a", "b", "c", "d", "e");
	assert_copies(&l, "");
	source_list_clear(&l);
}

TEST(less_than_a_line_in_common_is_chance)
{
	struct source_list l = { 0 };

	test_put("a", STR("@4000"));
	test_put("b", STR(LINE));
	test_put("c", STR("@4000"));
	MARK(&l, "a", "b", "c");
	assert_copies(&l, "c<a");
	source_list_clear(&l);
}

TEST(lines_of_any_length_are_compared)
{
	struct source_list l = { 0 };
	struct buf line = { 0 };

	buf_add_repeated(&line, 'x', 100000);
	test_put("a", str_head(buf_str(&line), 99999));
	test_put("b", buf_str(&line));
	buf_add_char(&line, '\n');
	test_put("c", buf_str(&line));
	MARK(&l, "a", "b", "c");
	assert_copies(&l, "a<c b<c");
	source_list_clear(&l);
	buf_clear(&line);
}

TEST(a_damaged_copy_is_the_copy)
{
	struct source_list l = { 0 };
	struct buf log = { 0 }, packed = { 0 };

	test_log(&log, 4, 1 << 20);
	test_pack(&packed, PACKING_GZIP, buf_str(&log));
	test_put("cut", str_head(buf_str(&packed), packed.n / 2));
	test_put("whole", buf_str(&log));
	MARK(&l, "cut", "whole");
	assert_copies(&l, "cut<whole");
	source_list_clear(&l);
	buf_clear(&log);
	buf_clear(&packed);
}

TEST(what_vanished_or_changed_since_it_was_listed_is_left_alone)
{
	struct source_list l = { 0 };
	struct buf log = { 0 };

	test_log(&log, 5, 10000);
	test_put("a", buf_str(&log));
	test_put("b", buf_str(&log));
	test_put("c", buf_str(&log));
	add(&l, "a");
	add(&l, "b");
	add(&l, "c");
	assert_int_equal(remove("a"), 0);
	assert_int_equal(truncate("b", 0), 0);
	source_list_mark_copies(&l);
	assert_copies(&l, "");
	source_list_clear(&l);
	buf_clear(&log);
}

TEST(pipes_are_not_touched)
{
	struct source_list l = { 0 };

	assert_int_equal(mkfifo("pipe", 0600), 0);
	test_put("a", STR(LINE));
	MARK(&l, "pipe", "a");
	assert_copies(&l, "");
	source_list_clear(&l);
}

TEST(a_file_on_standard_input_is_known_if_it_is_named_too)
{
	struct source_list l = { 0 };
	int fd;

	test_put("a", STR(LINE));
	fd = open("a", O_RDONLY);
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	close(fd);
	MARK(&l, "a", "-");
	assert_copies(&l, "-<a");
	source_list_clear(&l);
	assert_int_equal(lseek(STDIN_FILENO, 5, SEEK_SET), 5);
	MARK(&l, "a", "-");
	assert_copies(&l, "");
	source_list_clear(&l);
}

/* Promise 3: which files there are counts, not the order they are given in. */
TEST(what_is_left_does_not_depend_on_the_order)
{
	static const char *const names[] = { "v1", "v2", "v3", "x", "v3.gz" };
	struct buf log = { 0 };
	uint64_t seed = 6;

	test_log(&log, 6, 200000);
	test_put("v1", str_head(buf_str(&log), 500));
	test_put("v2", str_head(buf_str(&log), 150000));
	test_put("v3", buf_str(&log));
	put_packed("v3.gz", PACKING_GZIP, buf_str(&log));
	test_put("x", STR(LINE));
	for (int i = 0; i < 50; i++) {
		struct source_list l = { 0 };
		uint64_t left = 0;

		for (size_t k = 0; k < 8; k++)
			add(&l, names[test_below(&seed, 5)]);
		add(&l, "v3");
		add(&l, "x");
		source_list_mark_copies(&l);
		for (size_t k = 0; k < l.n; k++)
			if (l.sources[k]->copy_of == NULL)
				left += l.sources[k]->path[0] == 'x' ? 1 : 100;
			else
				assert_null(l.sources[k]->copy_of->copy_of);
		assert_int_equal(left, 101);
		source_list_clear(&l);
	}
	buf_clear(&log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_IN_DIR(different_logs_are_no_copies),
		TEST_IN_DIR(a_list_may_be_empty),
		TEST_IN_DIR(the_same_file_given_twice_is_a_copy_under_any_name),
		TEST_IN_DIR(the_later_one_of_equals_is_the_copy),
		TEST_IN_DIR(packing_does_not_make_a_log_another_one),
		TEST_IN_DIR(of_a_log_that_grew_the_shorter_one_is_the_copy),
		TEST_IN_DIR(a_difference_far_behind_the_beginning_is_seen),
		TEST_IN_DIR(empty_files_are_never_copies),
		TEST_IN_DIR(less_than_a_line_in_common_is_chance),
		TEST_IN_DIR(lines_of_any_length_are_compared),
		TEST_IN_DIR(a_damaged_copy_is_the_copy),
		TEST_IN_DIR(what_vanished_or_changed_since_it_was_listed_is_left_alone),
		TEST_IN_DIR(pipes_are_not_touched),
		TEST_IN_DIR(a_file_on_standard_input_is_known_if_it_is_named_too),
		TEST_IN_DIR(what_is_left_does_not_depend_on_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
