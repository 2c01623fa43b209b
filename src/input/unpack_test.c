#include "input/unpack.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "base/test.h"
#include "input/test_files.h"

/* A reader that unpacks what is in memory, given to it in pieces. */
static struct reader *
unpack_memory(struct str packed, size_t piece)
{
	struct test_reader *t = test_reader_new(packed, piece);
	const struct unpacker *u = reader_packed_by(packed.p, packed.n);

	assert_non_null(u);
	return reader_unpack_new(&t->reader, u);
}

TEST(packed_files_of_any_size_are_unpacked_whatever_their_name)
{
	static const size_t sizes[] = { 0, 1, 1000, 500 << 10, TEST_LONG };

	for (size_t i = 0; i < TEST_PACKINGS; i++)
		for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
			struct buf log = { 0 }, packed = { 0 };
			struct reader *r;

			test_log(&log, i, sizes[k]);
			test_pack(&packed, test_packings[i], buf_str(&log));
			test_put("log.txt", buf_str(&packed));
			r = test_open("log.txt");
			assert_int_equal(reader_packing(r), test_packings[i]);
			assert_false(reader_seekable(r));
			assert_int_equal(reader_size(r), packed.n);
			test_reads(r, 300 << 10, buf_str(&log));
			assert_int_equal(reader_taken(r), packed.n);
			assert_null(reader_error(r));
			reader_close(&r);
			buf_clear(&log);
			buf_clear(&packed);
		}
}

/* Three members of different kinds of content, and where the first one ends. */
static size_t
pack_members(struct buf *packed, struct buf *log, enum source_packing packing)
{
	struct buf more = { 0 };
	size_t first;

	test_log(log, 1, 70000);
	test_log(&more, 2, 10000);
	test_pack(packed, packing, buf_str(log));
	first = packed->n;
	test_pack(packed, packing, STR(""));
	test_pack(packed, packing, buf_str(&more));
	buf_add_str(log, buf_str(&more));
	buf_clear(&more);
	return first;
}

TEST(members_that_follow_one_another_are_one_source)
{
	static const size_t pieces[] = { 1, 2, 7, 13, 1000, 0 };

	for (size_t i = 0; i < TEST_PACKINGS; i++) {
		struct buf log = { 0 }, packed = { 0 };

		pack_members(&packed, &log, test_packings[i]);
		for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
			struct reader *r = unpack_memory(buf_str(&packed), pieces[k]);

			test_reads(r, k % 2 ? 3 : 100000, buf_str(&log));
			assert_null(reader_error(r));
			reader_close(&r);
		}
		buf_clear(&log);
		buf_clear(&packed);
	}
}

TEST(a_gzip_header_with_everything_in_it_is_read_in_any_pieces)
{
	static const char header[] = "\x1f\x8b\x08\x1e\0\0\0\0\0\x03"
	    "\x05\0extra" "maillog.1\0" "a comment\0";
	struct buf packed = { 0 }, all = { 0 };
	uLong crc;

	crc = crc32(0, (const Bytef *)header, sizeof(header) - 1);
	buf_add(&all, header, sizeof(header) - 1);
	buf_add_char(&all, (char)(crc & 0xff));
	buf_add_char(&all, (char)(crc >> 8 & 0xff));
	test_pack(&packed, PACKING_GZIP, STR("content\n"));
	buf_add(&all, packed.p + 10, packed.n - 10);
	for (size_t piece = 0; piece < 40; piece++) {
		struct reader *r = unpack_memory(buf_str(&all), piece);

		test_reads(r, 100, STR("content\n"));
		assert_null(reader_error(r));
		reader_close(&r);
	}
	buf_clear(&packed);
	buf_clear(&all);
}

TEST(skippable_zstd_frames_are_skipped)
{
	struct buf packed = { 0 };
	struct reader *r;

	buf_add_str(&packed, STR("\x53\x2a\x4d\x18\x04\0\0\0pzst"));
	test_pack(&packed, PACKING_ZSTD, STR("content\n"));
	buf_add_str(&packed, STR("\x50\x2a\x4d\x18\x03\0\0\0end"));
	r = unpack_memory(buf_str(&packed), 5);
	test_reads(r, 100, STR("content\n"));
	assert_null(reader_error(r));
	reader_close(&r);
	buf_clear(&packed);
}

TEST(zeros_after_packed_data_are_padding)
{
	for (size_t i = 0; i < TEST_PACKINGS; i++) {
		struct buf packed = { 0 };
		struct reader *r;

		test_pack(&packed, test_packings[i], STR("one\n"));
		buf_add_repeated(&packed, '\0', 100000);
		test_pack(&packed, test_packings[i], STR("two\n"));
		buf_add_repeated(&packed, '\0', 300000);
		r = unpack_memory(buf_str(&packed), 0);
		test_reads(r, 100, STR("one\ntwo\n"));
		assert_null(reader_error(r));
		reader_close(&r);
		buf_clear(&packed);
	}
}

TEST(other_bytes_after_packed_data_are_an_error_behind_the_content)
{
	for (size_t i = 0; i < TEST_PACKINGS; i++) {
		struct buf packed = { 0 };
		struct reader *r;

		test_pack(&packed, test_packings[i], STR("one\n"));
		buf_add_str(&packed, STR("\0\0two\n"));
		r = unpack_memory(buf_str(&packed), 4);
		test_reads(r, 100, STR("one\n"));
		assert_non_null(strstr(reader_error(r), "bytes after the end of the"));
		reader_close(&r);
		buf_clear(&packed);
	}
}

/* Whatever is unpacked of damaged data is the beginning of what was packed. */
static void
check_cut_off(struct str packed, struct str log)
{
	struct reader *r = unpack_memory(packed, 0);
	struct buf b = { 0 };

	test_read_all(&b, r, 1000);
	assert_true(str_starts(log, buf_str(&b)));
	assert_non_null(reader_error(r));
	assert_non_null(strstr(reader_error(r), "data end too early"));
	reader_close(&r);
	buf_clear(&b);
}

TEST(data_that_are_cut_off_yield_what_there_is_and_an_error)
{
	uint64_t seed = 5;

	for (size_t i = 0; i < TEST_PACKINGS; i++) {
		struct buf log = { 0 }, packed = { 0 };
		size_t first = pack_members(&packed, &log, test_packings[i]);

		for (int k = 0; k < 60; k++)
			check_cut_off(str_head(buf_str(&packed), UNPACK_HEAD +
			    test_below(&seed, first - UNPACK_HEAD)), buf_str(&log));
		check_cut_off(str_head(buf_str(&packed), first + 3),
		    buf_str(&log));
		buf_clear(&log);
		buf_clear(&packed);
	}
}

TEST(most_of_a_file_that_is_cut_off_at_its_end_is_read)
{
	static const size_t at_most_lost[] = { 1000, 129 << 10, 1000, 101 << 10 };

	for (size_t i = 0; i < TEST_PACKINGS; i++) {
		struct buf log = { 0 }, packed = { 0 }, got = { 0 };
		struct reader *r;

		test_log(&log, i, TEST_LONG);
		test_pack(&packed, test_packings[i], buf_str(&log));
		/* xz has an index at its end, as long as the rest is short. */
		test_put("log", str_head(buf_str(&packed), packed.n - 100));
		r = test_open("log");
		test_read_all(&got, r, 50000);
		assert_true(str_starts(buf_str(&log), buf_str(&got)));
		assert_true(log.n - got.n < at_most_lost[i]);
		assert_non_null(reader_error(r));
		reader_close(&r);
		buf_clear(&log);
		buf_clear(&packed);
		buf_clear(&got);
	}
}

/*
 * Content of members is checked by all four, so what comes out without an error is
 * right.  (A flipped bit in the name in a gzip header is no damage.)
 */
static void
check_damaged(struct str damaged, size_t n, struct str log)
{
	struct reader *r = unpack_memory(damaged, 0);
	struct buf b = { 0 };

	test_read_all(&b, r, n);
	if (reader_error(r) == NULL)
		test_content(&b, log);
	reader_close(&r);
	buf_clear(&b);
}

TEST(damaged_data_never_pass_for_sound_ones)
{
	uint64_t seed = 6;

	for (size_t i = 0; i < TEST_PACKINGS; i++) {
		struct buf log = { 0 }, packed = { 0 };

		test_log(&log, i, 20000);
		test_pack(&packed, test_packings[i], buf_str(&log));
		for (int k = 0; k < 500; k++) {
			struct buf b = { 0 };
			size_t flips = 1 + test_below(&seed, 3);

			buf_add_str(&b, buf_str(&packed));
			while (flips-- > 0)
				b.p[UNPACK_HEAD + test_below(&seed, b.n -
				    UNPACK_HEAD)] ^= (char)(1 << test_below(&seed, 8));
			check_damaged(buf_str(&b), k % 2 ? 100 : 50000, buf_str(&log));
			buf_clear(&b);
		}
		buf_clear(&log);
		buf_clear(&packed);
	}
}

TEST(a_damaged_end_does_not_spoil_what_stands_before_it)
{
	struct buf log = { 0 }, packed = { 0 }, got = { 0 };
	struct reader *r;

	test_log(&log, 7, 200000);
	test_pack(&packed, PACKING_GZIP, buf_str(&log));
	memset(packed.p + packed.n - 2000, 0xff, 1000);
	for (size_t n = 1; n < 1000000; n *= 10) {
		r = unpack_memory(buf_str(&packed), 0);
		buf_reset(&got);
		test_read_all(&got, r, n);
		assert_non_null(strstr(reader_error(r), "gzip data damaged"));
		assert_true(got.n > 180000);
		assert_memory_equal(got.p, log.p, 180000);
		reader_close(&r);
	}
	buf_clear(&log);
	buf_clear(&packed);
	buf_clear(&got);
}

TEST(an_error_of_the_disk_is_told_through_the_unpacking)
{
	for (size_t i = 0; i < TEST_PACKINGS; i++) {
		struct buf packed = { 0 }, got = { 0 };
		struct test_reader *t;
		struct reader *r;

		test_pack(&packed, test_packings[i], STR("content\n"));
		t = test_reader_new(buf_str(&packed), 0);
		t->fails_at = packed.n - 4;
		r = reader_unpack_new(&t->reader,
		    reader_packed_by(packed.p, packed.n));
		test_read_all(&got, r, 100);
		assert_string_equal(reader_error(r), "Input/output error");
		reader_close(&r);
		buf_clear(&packed);
		buf_clear(&got);
	}
}

TEST(a_packed_file_that_shrinks_while_it_is_read_says_so)
{
	struct buf log = { 0 }, packed = { 0 }, got = { 0 };
	struct reader *r;

	test_log(&log, 8, TEST_LONG);
	test_pack(&packed, PACKING_GZIP, buf_str(&log));
	test_put("log", buf_str(&packed));
	r = test_open("log");
	assert_int_equal(truncate("log", 20000), 0);
	test_read_all(&got, r, 1000);
	assert_true(str_starts(buf_str(&log), buf_str(&got)));
	assert_string_equal(reader_error(r),
	    "was cut off at byte 20000 while it was read");
	reader_close(&r);
	buf_clear(&log);
	buf_clear(&packed);
	buf_clear(&got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_IN_DIR(packed_files_of_any_size_are_unpacked_whatever_their_name),
		TEST_IN_DIR(members_that_follow_one_another_are_one_source),
		TEST_IN_DIR(a_gzip_header_with_everything_in_it_is_read_in_any_pieces),
		TEST_IN_DIR(skippable_zstd_frames_are_skipped),
		TEST_IN_DIR(zeros_after_packed_data_are_padding),
		TEST_IN_DIR(other_bytes_after_packed_data_are_an_error_behind_the_content),
		TEST_IN_DIR(data_that_are_cut_off_yield_what_there_is_and_an_error),
		TEST_IN_DIR(most_of_a_file_that_is_cut_off_at_its_end_is_read),
		TEST_IN_DIR(damaged_data_never_pass_for_sound_ones),
		TEST_IN_DIR(a_damaged_end_does_not_spoil_what_stands_before_it),
		TEST_IN_DIR(an_error_of_the_disk_is_told_through_the_unpacking),
		TEST_IN_DIR(a_packed_file_that_shrinks_while_it_is_read_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
