#include "maildir/header.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/test.h"

TEST(fields_are_taken_with_their_folds)
{
	struct str rest = STR("From ann Mon Mar  9\nReceived: a\n\tb\n  c\nX:y\r\n"
	    "Subject:\n\n body\nTo: nobody\n");
	struct header_field f;

	assert_true(header_next(&rest, &f));
	assert_str(f.name, "Received");
	assert_str(f.body, "a\n\tb\n  c");
	assert_true(header_next(&rest, &f));
	assert_str(f.name, "X");
	assert_str(f.body, "y");
	assert_true(header_next(&rest, &f));
	assert_str(f.name, "Subject");
	assert_str(f.body, "");
	assert_false(header_next(&rest, &f));
	assert_false(header_next(&rest, &f));
}

TEST(the_first_field_of_a_name_is_found)
{
	struct str header = STR("a: 1\nSUBJECT: x\nsubject: y\n\nto: z\n");

	assert_str(header_find(header, STR("Subject")), "x");
	assert_null(header_find(header, STR("To")).p);
}

TEST(folds_become_blanks)
{
	struct buf b = { 0 };

	header_unfold(&b, STR("a\r\n\tb\n c\nd"));
	assert_str(buf_str(&b), "a\tb c d");
	buf_clear(&b);
}

/* A file of this text, and many x behind it. */
static int
make_file(const char *text, size_t more)
{
	char path[] = "/tmp/header_test.XXXXXX";
	int fd = mkstemp(path);
	struct buf b = { 0 };

	assert_true(fd >= 0);
	unlink(path);
	buf_add_str(&b, str_from(text));
	buf_add_repeated(&b, 'x', more);
	assert_int_equal(write(fd, b.p, b.n), b.n);
	buf_clear(&b);
	return fd;
}

TEST(no_more_is_read_than_a_header_needs)
{
	struct buf b = { 0 };
	bool whole;
	int fd = make_file("a: b\n\n", 1 << 20);

	assert_int_equal(header_read(fd, &b, &whole), 0);
	assert_true(whole && b.n <= 4096);
	close(fd);
	fd = make_file("a: ", 1 << 20);
	assert_int_equal(header_read(fd, &b, &whole), 0);
	assert_false(whole);
	assert_int_equal(b.n, HEADER_BYTES);
	close(fd);
	fd = make_file("a: b", 0);
	assert_int_equal(header_read(fd, &b, &whole), 0);
	assert_true(whole);
	assert_str(buf_str(&b), "a: b");
	close(fd);
	assert_int_equal(header_read(-1, &b, &whole), -1);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_taken_with_their_folds),
		cmocka_unit_test(the_first_field_of_a_name_is_found),
		cmocka_unit_test(folds_become_blanks),
		cmocka_unit_test(no_more_is_read_than_a_header_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
