#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "input/test_files.h"

TEST(reading_ahead_changes_nothing)
{
	uint64_t seed = 9;
	struct buf log = { 0 };

	test_log(&log, 9, TEST_LONG);
	for (int i = 0; i < 40; i++) {
		struct test_reader *t = test_reader_new(buf_str(&log),
		    test_below(&seed, 2) ? test_below(&seed, 400 << 10) : 0);
		struct reader *r = reader_ahead_new(&t->reader);

		test_reads(r, 1 + test_below(&seed, 400 << 10), buf_str(&log));
		assert_null(reader_error(r));
		reader_close(&r);
	}
	buf_clear(&log);
}

TEST(an_error_is_told_after_all_that_was_read_before_it)
{
	struct buf log = { 0 };

	test_log(&log, 10, TEST_LONG);
	for (size_t at = 0; at < TEST_LONG; at += TEST_LONG / 13) {
		struct test_reader *t = test_reader_new(buf_str(&log), 100000);
		struct reader *r = reader_ahead_new(&t->reader);
		char c;

		t->fails_at = at;
		if (at > 0)
			assert_int_equal(reader_read(r, &c, 1), 1);
		assert_null(reader_error(r));
		test_reads(r, 70000, str_span(log.p + (at > 0), log.p + at));
		assert_string_equal(reader_error(r), "Input/output error");
		reader_close(&r);
	}
	buf_clear(&log);
}

TEST(a_reader_may_be_closed_at_any_time)
{
	struct buf log = { 0 }, packed = { 0 };
	char *p = mem_alloc(TEST_LONG);
	uint64_t seed = 11;

	test_log(&log, 11, TEST_LONG);
	test_pack(&packed, PACKING_GZIP, buf_str(&log));
	test_put("log", buf_str(&packed));
	for (int i = 0; i < 200; i++) {
		struct reader *r = test_open("log");
		size_t want = test_below(&seed, TEST_LONG), got = 0;

		while (got < want)
			got += reader_read(r, p, want - got);
		reader_close(&r);
	}
	free(p);
	buf_clear(&log);
	buf_clear(&packed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_IN_DIR(reading_ahead_changes_nothing),
		TEST_IN_DIR(an_error_is_told_after_all_that_was_read_before_it),
		TEST_IN_DIR(a_reader_may_be_closed_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
