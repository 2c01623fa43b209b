#include "input/source.h"

#include <sys/stat.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "base/test.h"
#include "base/when.h"
#include "input/test_files.h"

static const struct source_options all_files = { .newer_than_ns = WHEN_NONE };

static void
add(struct source_list *l, const char *argument)
{
	struct err err = { 0 };

	if (source_list_add(l, argument, &all_files, &err) < 0)
		fail_msg("%s", err.text);
}

/*
 * The paths, one after another; '+' before one that is ordered, '!' before
 * one that cannot be read.
 */
static void
assert_list(const struct source_list *l, const char *want)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < l->n; i++)
		buf_printf(&b, "%s%s%s%s", i > 0 ? " " : "",
		    l->sources[i]->ordered ? "+" : "",
		    l->sources[i]->error != NULL ? "!" : "", l->sources[i]->path);
	assert_str(buf_str(&b), want);
	buf_clear(&b);
}

static void
touch(const char *path)
{
	test_put(path, str_from(path));
}

static void
touch_all(const char *const *paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		touch(paths[i]);
}
#define TOUCH(...)                                                             \
	touch_all((const char *const[]){ __VA_ARGS__ },                        \
	    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

#define EARLY "@400000006b02fac41d34769c"
#define LATER "@400000006b02fb1b2ebd56f4"
#define LAST "@400000006b02fbdb17dcae44"

TEST(a_named_file_is_one_source)
{
	struct source_list l = { 0 };
	const struct source *s;
	struct stat st;

	test_put("maillog", STR("0123456789"));
	assert_int_equal(stat("maillog", &st), 0);
	add(&l, "maillog");
	assert_list(&l, "maillog");
	s = l.sources[0];
	assert_string_equal(s->stream, ".");
	assert_int_equal(s->kind, SOURCE_FILE);
	assert_int_equal(s->packing, PACKING_NONE);
	assert_int_equal(s->size, 10);
	assert_int_equal(s->mtime_ns, st.st_mtim.tv_sec * WHEN_SECOND +
	    st.st_mtim.tv_nsec);
	assert_int_equal(s->ctime_ns, st.st_ctim.tv_sec * WHEN_SECOND +
	    st.st_ctim.tv_nsec);
	assert_int_equal(s->inode, st.st_ino);
	assert_null(s->copy_of);
	source_list_clear(&l);
	assert_int_equal(l.n, 0);
}

TEST(a_multilog_directory_is_its_logs_in_time_order)
{
	struct source_list l = { 0 };

	assert_int_equal(mkdir("log", 0700), 0);
	TOUCH("log/current", "log/" LATER ".u", "log/" EARLY ".s",
	    "log/" LAST ".s.gz", "log/lock", "log/state", "log/previous",
	    "log/processed", "log/newstate", "log/mailtally.state", "log/.hidden",
	    "log/README");
	add(&l, "log");
	assert_list(&l, "log/" EARLY ".s +log/" LATER ".u +log/" LAST
	    ".s.gz +log/current");
	assert_int_equal(l.sources[0]->kind, SOURCE_FINISHED);
	assert_int_equal(l.sources[1]->kind, SOURCE_UNPROCESSED);
	assert_int_equal(l.sources[2]->kind, SOURCE_FINISHED);
	assert_int_equal(l.sources[3]->kind, SOURCE_CURRENT);
	assert_string_equal(l.sources[3]->stream, "log");
	source_list_clear(&l);
}

TEST(a_directory_of_rotated_logs_is_stem_by_stem_oldest_first)
{
	struct source_list l = { 0 };

	assert_int_equal(mkdir("log", 0700), 0);
	assert_int_equal(mkdir("log/old", 0700), 0);
	assert_int_equal(mkfifo("log/pipe", 0600), 0);
	assert_int_equal(symlink("nowhere", "log/link"), 0);
	TOUCH("log/maillog", "log/maillog.1", "log/maillog.10.gz", "log/maillog.2.gz",
	    "log/secure-20260310.xz", "log/secure-20260303.xz", "log/secure",
	    "log/mail.info", "log/.maillog.swp", "log/old/maillog.3");
	add(&l, "log/");
	assert_list(&l, "log/mail.info log/maillog.10.gz +log/maillog.2.gz "
	    "+log/maillog.1 +log/maillog log/secure-20260303.xz "
	    "+log/secure-20260310.xz +log/secure");
	assert_string_equal(l.sources[0]->stream, "log");
	source_list_clear(&l);
}

TEST(a_link_to_a_log_is_a_log)
{
	struct source_list l = { 0 };

	assert_int_equal(mkdir("log", 0700), 0);
	touch("elsewhere");
	assert_int_equal(symlink("../elsewhere", "log/maillog"), 0);
	add(&l, "log");
	assert_list(&l, "log/maillog");
	assert_int_equal(l.sources[0]->size, 9);
	source_list_clear(&l);
}

TEST(an_empty_directory_has_no_sources)
{
	struct source_list l = { 0 };

	assert_int_equal(mkdir("log", 0700), 0);
	add(&l, "log");
	assert_list(&l, "");
	source_list_clear(&l);
}

TEST(files_that_are_named_stand_in_the_order_of_the_arguments)
{
	struct source_list l = { 0 };

	TOUCH("part.2", "part.1", "maillog", "part.3");
	add(&l, "part.1");
	add(&l, "part.2");
	add(&l, "maillog");
	add(&l, "./part.3");
	assert_list(&l, "part.1 +part.2 +maillog +./part.3");
	assert_ptr_equal(l.sources[0]->stream, l.sources[3]->stream);
	source_list_clear(&l);
}

TEST(unless_multilog_named_them)
{
	struct source_list l = { 0 };

	TOUCH("current", "maillog", EARLY ".s", LATER ".s");
	add(&l, "current");
	add(&l, "maillog");
	add(&l, LATER ".s");
	add(&l, EARLY ".s");
	assert_list(&l, EARLY ".s +" LATER ".s +current +maillog");
	source_list_clear(&l);
}

TEST(a_file_named_beside_its_directory_stands_in_its_place)
{
	struct source_list l = { 0 };

	assert_int_equal(mkdir("log", 0700), 0);
	TOUCH("log/current", "log/" EARLY ".s", "log/" LATER ".s");
	add(&l, "log/" LATER ".s");
	add(&l, "./log");
	assert_list(&l, "./log/" EARLY ".s +log/" LATER ".s ./log/" LATER
	    ".s +./log/current");
	source_list_mark_copies(&l);
	assert_ptr_equal(l.sources[2]->copy_of, l.sources[1]);
	source_list_clear(&l);
}

TEST(streams_stay_together)
{
	struct source_list l = { 0 };

	assert_int_equal(mkdir("a", 0700), 0);
	assert_int_equal(mkdir("b", 0700), 0);
	TOUCH("a/1", "b/1", "a/2");
	add(&l, "a/1");
	add(&l, "b/1");
	add(&l, "a/2");
	assert_list(&l, "a/1 +a/2 b/1");
	source_list_clear(&l);
}

TEST(packing_is_seen_in_the_content_not_in_the_name)
{
	struct source_list l = { 0 };
	struct buf packed = { 0 };

	test_pack(&packed, PACKING_XZ, STR("content\n"));
	test_put("plain.gz", STR("content\n"));
	test_put("packed", buf_str(&packed));
	add(&l, "plain.gz");
	add(&l, "packed");
	assert_int_equal(l.sources[0]->packing, PACKING_NONE);
	assert_int_equal(l.sources[1]->packing, PACKING_XZ);
	assert_string_equal(source_packing_name(PACKING_XZ), "xz");
	assert_null(source_packing_name(PACKING_NONE));
	source_list_clear(&l);
	buf_clear(&packed);
}

TEST(standard_input_is_a_stream_of_its_own)
{
	struct source_list l = { 0 };

	touch("maillog");
	add(&l, "maillog");
	add(&l, "-");
	assert_list(&l, "maillog -");
	assert_int_equal(l.sources[1]->kind, SOURCE_STDIN);
	assert_string_equal(l.sources[1]->stream, "-");
	assert_int_equal(l.sources[1]->mtime_ns, WHEN_NONE);
	assert_int_equal(l.sources[1]->size, 0);
	source_list_clear(&l);
}

TEST(what_does_not_exist_is_an_error)
{
	struct source_list l = { 0 };
	struct err err = { 0 };

	touch("maillog");
	assert_int_equal(source_list_add(&l, "absent", &all_files, &err), -1);
	assert_int_equal(err.kind, ERR_NO_INPUT);
	assert_string_equal(err.text, "absent: No such file or directory");
	assert_int_equal(source_list_add(&l, "maillog/x", &all_files, &err), -1);
	assert_int_equal(err.kind, ERR_NO_INPUT);
	assert_int_equal(source_list_add(&l, "", &all_files, &err), -1);
	assert_int_equal(l.n, 0);
	source_list_clear(&l);
}

TEST(what_cannot_be_read_is_in_the_list_with_its_error)
{
	struct source_list l = { 0 };

	assert_int_equal(mkdir("log", 0700), 0);
	assert_int_equal(symlink("loop", "loop"), 0);
	assert_int_equal(symlink("maillog.1", "log/maillog.1"), 0);
	touch("log/maillog");
	add(&l, "loop");
	add(&l, "log");
	assert_list(&l, "!loop !log/maillog.1 +log/maillog");
	assert_string_equal(l.sources[0]->error, strerror(ELOOP));
	source_list_mark_copies(&l);
	assert_null(l.sources[1]->copy_of);
	source_list_clear(&l);
}

TEST(what_may_not_be_read_is_in_the_list_with_its_error)
{
	struct source_list l = { 0 };

	if (geteuid() == 0)
		skip();
	assert_int_equal(mkdir("log", 0700), 0);
	assert_int_equal(mkdir("secret", 0), 0);
	TOUCH("log/maillog", "log/maillog.1");
	assert_int_equal(chmod("log/maillog.1", 0), 0);
	add(&l, "log");
	add(&l, "secret");
	assert_list(&l, "!log/maillog.1 +log/maillog !secret");
	assert_string_equal(l.sources[0]->error, strerror(EACCES));
	assert_int_equal(l.sources[0]->size, 13);
	source_list_clear(&l);
	assert_int_equal(chmod("secret", 0700), 0);
}

TEST(a_pipe_that_is_named_is_left_for_the_reader)
{
	struct source_list l = { 0 };

	assert_int_equal(mkfifo("pipe", 0600), 0);
	add(&l, "pipe");
	assert_list(&l, "pipe");
	assert_int_equal(l.sources[0]->size, 0);
	assert_int_equal(l.sources[0]->inode, 0);
	source_list_clear(&l);
}

TEST(only_newer_files_are_listed_when_asked_for)
{
	struct source_list l = { 0 };
	struct source_options newer = { 0 };
	struct stat st;

	touch("maillog");
	assert_int_equal(stat("maillog", &st), 0);
	newer.newer_than_ns = st.st_ctim.tv_sec * WHEN_SECOND +
	    st.st_ctim.tv_nsec;
	assert_int_equal(source_list_add(&l, "maillog", &newer, NULL), 0);
	assert_list(&l, "");
	newer.newer_than_ns--;
	assert_int_equal(source_list_add(&l, ".", &newer, NULL), 0);
	assert_list(&l, "./maillog");
	source_list_clear(&l);
}

TEST(thousands_of_files_are_no_trouble)
{
	struct source_list l = { 0 };

	assert_int_equal(mkdir("log", 0700), 0);
	for (int i = 3000; i > 0; i--) {
		struct buf path = { 0 };

		buf_printf(&path, "log/@4000000069b00d2c%08x.s", i * 77777);
		touch(path.p);
		buf_clear(&path);
	}
	add(&l, "log");
	assert_int_equal(l.n, 3000);
	for (size_t i = 1; i < l.n; i++) {
		assert_true(l.sources[i]->ordered);
		assert_true(strcmp(l.sources[i - 1]->path, l.sources[i]->path) < 0);
	}
	source_list_clear(&l);
}

/* Rotates log/current again and again, until told to stop. */
static void *
rotate(void *arg)
{
	_Atomic bool *stop = arg;
	char name[64];

	for (unsigned int i = 0; !*stop; i++) {
		snprintf(name, sizeof(name), "log/@5000000069b00d2c%08x.s", i);
		rename("log/current", name);
		touch("log/current");
		usleep(40000); /* several ticks of a file system's clock */
	}
	return NULL;
}

static bool
has_inode(const struct source_list *l, uint64_t inode)
{
	for (size_t i = l->n; i > 0; i--)
		if (l->sources[i - 1]->inode == inode)
			return true;
	return false;
}

/* Whatever was listed once is in the next list, under one name or another. */
TEST(a_rotation_while_listing_hides_nothing)
{
	struct source_list before = { 0 };
	_Atomic bool stop = false;
	pthread_t rotation;
	char name[64];

	assert_int_equal(mkdir("log", 0700), 0);
	touch("log/current");
	for (unsigned int i = 0; i < 150; i++) {
		snprintf(name, sizeof(name), "log/@4000000069b00d2c%08x.s", i);
		touch(name);
	}
	assert_int_equal(pthread_create(&rotation, NULL, rotate, &stop), 0);
	for (int i = 0; i < 200; i++) {
		struct source_list l = { 0 };

		add(&l, "log");
		for (size_t k = 0; k < before.n; k++)
			assert_true(has_inode(&l, before.sources[k]->inode));
		source_list_clear(&before);
		before = l;
	}
	stop = true;
	pthread_join(rotation, NULL);
	source_list_clear(&before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_IN_DIR(a_named_file_is_one_source),
		TEST_IN_DIR(a_multilog_directory_is_its_logs_in_time_order),
		TEST_IN_DIR(a_directory_of_rotated_logs_is_stem_by_stem_oldest_first),
		TEST_IN_DIR(a_link_to_a_log_is_a_log),
		TEST_IN_DIR(an_empty_directory_has_no_sources),
		TEST_IN_DIR(files_that_are_named_stand_in_the_order_of_the_arguments),
		TEST_IN_DIR(unless_multilog_named_them),
		TEST_IN_DIR(a_file_named_beside_its_directory_stands_in_its_place),
		TEST_IN_DIR(streams_stay_together),
		TEST_IN_DIR(packing_is_seen_in_the_content_not_in_the_name),
		TEST_IN_DIR(standard_input_is_a_stream_of_its_own),
		TEST_IN_DIR(what_does_not_exist_is_an_error),
		TEST_IN_DIR(what_cannot_be_read_is_in_the_list_with_its_error),
		TEST_IN_DIR(what_may_not_be_read_is_in_the_list_with_its_error),
		TEST_IN_DIR(a_pipe_that_is_named_is_left_for_the_reader),
		TEST_IN_DIR(only_newer_files_are_listed_when_asked_for),
		TEST_IN_DIR(thousands_of_files_are_no_trouble),
		TEST_IN_DIR(a_rotation_while_listing_hides_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
