#include "input/live_lines.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/test.h"
#include "input/blocks.h"
#include "input/test_files.h"

static void
put(struct live_lines *l, struct str s)
{
	while (s.n > 0) {
		size_t n = s.n < 4096 ? s.n : 4096;

		memcpy(live_lines_room(l, n), s.p, n);
		live_lines_filled(l, n);
		s = str_skip(s, n);
	}
}

static void
assert_taken(struct live_lines *l, const char *text, uint64_t at)
{
	struct str block;
	uint64_t offset;

	assert_true(live_lines_take(l, &block, &offset));
	assert_str(block, text);
	assert_int_equal(offset, at);
}

static void
assert_nothing(struct live_lines *l)
{
	struct str block;
	uint64_t offset;

	assert_false(live_lines_take(l, &block, &offset));
}

TEST(whole_lines_are_handed_out_together)
{
	struct live_lines l = { 0 };

	put(&l, STR("one\ntwo\n"));
	assert_taken(&l, "one\ntwo\n", 0);
	assert_nothing(&l);
	live_lines_clear(&l);
}

TEST(half_a_line_waits_for_its_rest)
{
	struct live_lines l = { 0 };

	put(&l, STR("one\ntw"));
	assert_taken(&l, "one\n", 0);
	assert_nothing(&l);
	assert_str(live_lines_rest(&l), "tw");
	put(&l, STR("o"));
	assert_nothing(&l);
	put(&l, STR("\n"));
	assert_taken(&l, "two\n", 4);
	assert_int_equal(live_lines_rest(&l).n, 0);
	live_lines_clear(&l);
}

TEST(the_line_that_reading_began_in_is_left_out)
{
	struct live_lines l = { 0 };

	live_lines_restart(&l, 100);
	l.skip = true;
	put(&l, STR("end of"));
	assert_nothing(&l);
	put(&l, STR(" it\nnext\n"));
	assert_taken(&l, "next\n", 110);
	live_lines_clear(&l);
}

TEST(a_restart_forgets_and_moves_the_offset)
{
	struct live_lines l = { 0 };

	put(&l, STR("half"));
	live_lines_restart(&l, 7);
	put(&l, STR("x\n"));
	assert_taken(&l, "x\n", 7);
	live_lines_clear(&l);
}

TEST(bytes_behind_a_block_can_be_read)
{
	struct live_lines l = { 0 };
	struct str block;
	uint64_t offset;
	char slack[BLOCKS_SLACK];

	put(&l, STR("line\n"));
	assert_true(live_lines_take(&l, &block, &offset));
	memcpy(slack, block.p + block.n, sizeof(slack));
	live_lines_clear(&l);
}

/* What blocks.h makes of the same bytes, however they come. */
static void
assert_as_blocks(size_t line, size_t piece)
{
	struct live_lines l = { 0 };
	struct buf in = { 0 }, out = { 0 }, expected = { 0 };
	struct test_reader *r;
	struct blocks b;
	struct str block;
	uint64_t offset;

	buf_add_str(&in, STR("before\n"));
	for (size_t i = 0; i < line; i++)
		buf_add_char(&in, (char)('a' + i % 23));
	buf_add_str(&in, STR("\nbehind\n"));
	r = test_reader_new(buf_str(&in), 0);
	blocks_open(&b, &r->reader, 0, UINT64_MAX, 0);
	while (blocks_next(&b, &block, &offset))
		buf_add_str(&expected, block);
	blocks_close(&b);
	for (size_t at = 0; at < in.n; at += piece) {
		size_t n = in.n - at < piece ? in.n - at : piece;

		memcpy(live_lines_room(&l, n), in.p + at, n);
		live_lines_filled(&l, n);
		while (live_lines_take(&l, &block, &offset)) {
			buf_add_str(&out, block);
			assert_memory_equal(in.p + offset, block.p, 4);
		}
	}
	assert_int_equal(l.offset, in.n);
	assert_int_equal(out.n, expected.n);
	assert_memory_equal(out.p, expected.p, out.n);
	{
		struct reader *reader = &r->reader;

		reader_close(&reader);
	}
	buf_clear(&in);
	buf_clear(&out);
	buf_clear(&expected);
	live_lines_clear(&l);
}

TEST(long_lines_keep_head_and_tail_as_in_blocks)
{
	const size_t most = BLOCKS_MAX_LINE + BLOCKS_LONG_TAIL;
	const size_t lines[] = { 10, BLOCKS_MAX_LINE - 1, BLOCKS_MAX_LINE,
		most - 1, most, most + 1, 3 * most + 12345 };
	const size_t pieces[] = { 1000, 65536, 100001, 262144 };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		for (size_t j = 0; j < sizeof(pieces) / sizeof(pieces[0]); j++)
			assert_as_blocks(lines[i], pieces[j]);
}

TEST(memory_is_bounded_in_an_endless_line)
{
	struct live_lines l = { 0 };

	for (int i = 0; i < 100; i++) {
		memset(live_lines_room(&l, 128 << 10), 'x', 128 << 10);
		live_lines_filled(&l, 128 << 10);
		assert_nothing(&l);
	}
	assert_true(l.capacity < 2 * BLOCKS_MAX_LINE);
	live_lines_clear(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_lines_are_handed_out_together),
		cmocka_unit_test(half_a_line_waits_for_its_rest),
		cmocka_unit_test(the_line_that_reading_began_in_is_left_out),
		cmocka_unit_test(a_restart_forgets_and_moves_the_offset),
		cmocka_unit_test(bytes_behind_a_block_can_be_read),
		cmocka_unit_test(long_lines_keep_head_and_tail_as_in_blocks),
		cmocka_unit_test(memory_is_bounded_in_an_endless_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
