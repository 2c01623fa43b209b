#include "input/log_files.h"

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"
#include "input/test_files.h"

static void
assert_names(const struct log_files *l, const char *const *names)
{
	size_t n = 0;

	for (; names[n] != NULL; n++) {
		assert_true(n < l->n);
		assert_string_equal(l->files[n].file_name, names[n]);
	}
	assert_int_equal(l->n, n);
}

TEST(stems_stand_together_oldest_first)
{
	static const char *const names[] = { "mail.log.2.gz", "mail.log.1",
		"mail.log", "maillog-20260309", "maillog-20260310", "maillog",
		NULL };
	struct log_files l;

	for (size_t i = 0; names[i] != NULL; i++)
		test_put(names[i], STR(""));
	assert_int_equal(log_files_read(&l, "."), 0);
	assert_names(&l, names);
	assert_false(l.multilog);
	log_files_clear(&l);
}

TEST(multilogs_files_keep_others_out)
{
	static const char *const names[] = {
		"@4000000069c83fad1cca00b4.s", "@4000000069c844202e161a74.u",
		"current", NULL };
	struct log_files l;

	for (size_t i = 0; names[i] != NULL; i++)
		test_put(names[i], STR(""));
	test_put("state", STR(""));
	test_put("previous", STR(""));
	test_put("notes", STR(""));
	assert_int_equal(log_files_read(&l, "."), 0);
	assert_names(&l, names);
	assert_true(l.multilog);
	log_files_clear(&l);
}

TEST(directories_and_hidden_files_are_no_logs)
{
	static const char *const none[] = { NULL };
	struct log_files l;

	test_put(".hidden", STR(""));
	assert_int_equal(mkdir("folder", 0700), 0);
	assert_int_equal(log_files_read(&l, "."), 0);
	assert_names(&l, none);
	log_files_clear(&l);
}

TEST(a_directory_that_is_not_there_is_an_errno)
{
	struct log_files l;

	assert_int_not_equal(log_files_read(&l, "nowhere"), 0);
	log_files_clear(&l);
}

static void
assert_live(const char *file_name, const char *live)
{
	const struct log_file f = { .file_name = file_name,
		.name = name_parse(str_from(file_name)) };
	struct arena a = { 0 };

	assert_string_equal(log_files_live(&f, &a), live);
	arena_clear(&a);
}

TEST(the_file_that_is_written_has_the_plain_name_or_the_newest_date)
{
	assert_live("maillog", "maillog");
	assert_live("maillog-20260310", "maillog-20260310");
	assert_live("maillog.1", "maillog");
	assert_live("mail.1.log", "mail.log");
	assert_live("@4000000069c83fad1cca00b4.s", "current");
}

TEST(listings_are_the_same_if_names_and_inodes_are)
{
	struct name stem = name_parse(STR("maillog"));
	struct log_files a, b;

	test_put("maillog", STR("2"));
	test_put("maillog.1", STR("1"));
	test_put("other", STR(""));
	log_files_read(&a, ".");
	test_put("another", STR(""));
	log_files_read(&b, ".");
	assert_true(log_files_same(&a, &b, &stem));
	log_files_clear(&b);
	/* The names stay, what they name does not. */
	assert_int_equal(rename("maillog.1", "x"), 0);
	assert_int_equal(rename("maillog", "maillog.1"), 0);
	assert_int_equal(rename("x", "maillog"), 0);
	log_files_read(&b, ".");
	assert_false(log_files_same(&a, &b, &stem));
	log_files_clear(&b);
	assert_int_equal(unlink("maillog.1"), 0);
	log_files_read(&b, ".");
	assert_false(log_files_same(&a, &b, &stem));
	log_files_clear(&b);
	log_files_clear(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_IN_DIR(stems_stand_together_oldest_first),
		TEST_IN_DIR(multilogs_files_keep_others_out),
		TEST_IN_DIR(directories_and_hidden_files_are_no_logs),
		TEST_IN_DIR(a_directory_that_is_not_there_is_an_errno),
		cmocka_unit_test(
		    the_file_that_is_written_has_the_plain_name_or_the_newest_date),
		TEST_IN_DIR(listings_are_the_same_if_names_and_inodes_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
