#include "maildir/journal.h"

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/test.h"

static void
new_path(char path[64])
{
	int fd;

	snprintf(path, 64, "/tmp/journal_test.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	unlink(path);
}

TEST(what_is_written_is_read_whatever_bytes_it_has)
{
	struct journal_record r = { .kind = JOURNAL_HEADER,
		.mailbox = STR("/home/a\tb\n\\x41/Maildir"),
		.from = STR("cur/\x1b[31m\xff:2,S"), .to = STR("cur/y"),
		.inode = UINT64_MAX, .text = STR("X-RBL-Recheck: a\r\n"),
		.temporary = STR("t") };
	struct journal_content c;
	struct journal *j;
	struct err err;
	char path[64];

	new_path(path);
	j = journal_create(path, &err);
	assert_non_null(j);
	assert_int_equal(journal_write(j, &r, &err), 0);
	r.kind = JOURNAL_FOLDER;
	assert_int_equal(journal_write(j, &r, &err), 0);
	journal_failed(j, 2);
	journal_close(&j);
	assert_int_equal(journal_read(&c, path, &err), 0);
	assert_int_equal(c.n, 2);
	assert_int_equal(c.records[0].kind, JOURNAL_HEADER);
	assert_str(c.records[0].mailbox, "/home/a\tb\n\\x41/Maildir");
	assert_str(c.records[0].from, "cur/\x1b[31m\xff:2,S");
	assert_str(c.records[0].to, "cur/y");
	assert_true(c.records[0].inode == UINT64_MAX);
	assert_str(c.records[0].text, "X-RBL-Recheck: a\r\n");
	assert_str(c.records[0].temporary, "t");
	assert_false(c.records[0].failed);
	assert_true(c.records[1].failed);
	journal_content_clear(&c);
	unlink(path);
}

TEST(a_journal_of_nothing_does_not_stay)
{
	struct journal *j;
	struct err err;
	char path[64];

	new_path(path);
	j = journal_create(path, &err);
	assert_non_null(j);
	assert_null(journal_create(path, &err));
	assert_int_equal(err.kind, ERR_CREATE);
	journal_close(&j);
	assert_int_equal(access(path, F_OK), -1);
}

static void
assert_refused(const char *text, const char *why)
{
	struct journal_content c;
	struct err err;
	char path[64];
	FILE *f;

	new_path(path);
	f = fopen(path, "wxe");
	assert_non_null(f);
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	fputs(text, f);
	fclose(f);
	assert_int_equal(journal_read(&c, path, &err), -1);
	assert_int_equal(err.kind, ERR_DATA);
	assert_non_null(strstr(err.text, why));
	journal_content_clear(&c);
	unlink(path);
}

TEST(what_is_no_journal_is_refused_as_a_whole)
{
#define HEAD "mailtally recheck journal 1\n"
	assert_refused("", "no journal");
	assert_refused("mailtally recheck journal 11\n", "no journal");
	assert_refused(HEAD "move\t1\n", "line 2");
	assert_refused(HEAD "#\nmove\tx\ta\tb\tc\t1\t\t\n", "line 3");
	assert_refused(HEAD "delete\t1\ta\tb\tc\t1\t\t\n", "line 2");
	assert_refused(HEAD "move\t1\ta\tb\tc\t1\t\t\tx\n", "line 2");
	assert_refused(HEAD "move\t1\ta\\\tb\tc\t1\t\t\n", "line 2");
	assert_refused(HEAD "failed\t7\n", "line 2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_whatever_bytes_it_has),
		cmocka_unit_test(a_journal_of_nothing_does_not_stay),
		cmocka_unit_test(what_is_no_journal_is_refused_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
