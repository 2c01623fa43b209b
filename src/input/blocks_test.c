#include "input/blocks.h"

#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "input/test_files.h"

static bool
ends_in_crlf(struct str s)
{
	return str_ends(s, STR("\r\n"));
}

/* The definition in blocks.h, word by word. */
static size_t
seam(struct str s, uint64_t cut)
{
	if (cut == 0)
		return 0;
	for (size_t at = 1; at <= s.n; at++)
		if (at >= cut && s.p[at - 1] == '\n' &&
		    (!ends_in_crlf(str_head(s, at)) || at - cut >= BLOCKS_SEAM))
			return at;
	return s.n;
}

/* Appends what a long line is shortened to; true if it was over the limit. */
static bool
expect_line(struct buf *b, struct str line)
{
	if (line.n > BLOCKS_MAX_LINE + BLOCKS_LONG_TAIL) {
		buf_add_str(b, str_head(line, BLOCKS_MAX_LINE));
		buf_add_str(b, str_skip(line, line.n - BLOCKS_LONG_TAIL));
	} else {
		buf_add_str(b, line);
	}
	return line.n > BLOCKS_MAX_LINE;
}

static uint64_t
expect(struct buf *b, struct str s)
{
	uint64_t n_long = 0;

	while (s.n > 0) {
		size_t n = str_index(s, '\n');

		n += n < s.n;
		n_long += expect_line(b, str_head(s, n));
		s = str_skip(s, n);
	}
	return n_long;
}

struct part {
	struct str content;
	uint64_t from;
	uint64_t to;
	size_t window;
	size_t piece;
};

/* A block keeps to the rules, and stands where it says. */
static void
check_block(const struct part *p, struct str block, uint64_t offset)
{
	struct str rest;

	assert_true(block.n > 0);
	assert_true(offset < p->content.n);
	rest = str_skip(p->content, (size_t)offset);
	if (block.p[block.n - 1] != '\n')
		assert_int_equal(block.p[block.n], '\n');
	if (block.n > BLOCKS_MAX_LINE)
		return;
	assert_true(str_starts(rest, block));
	if (block.p[block.n - 1] != '\n')
		assert_int_equal(block.n, rest.n);
}

/* Appends the blocks of a part to b. */
static uint64_t
read_part(struct buf *b, const struct part *p)
{
	struct test_reader *t = test_reader_new(p->content, p->piece);
	struct reader *r = &t->reader;
	struct blocks blocks;
	struct str block;
	uint64_t offset;

	blocks_open(&blocks, r, p->from, p->to, p->window);
	while (blocks_next(&blocks, &block, &offset)) {
		check_block(p, block, offset);
		buf_add_str(b, block);
	}
	assert_false(blocks_next(&blocks, &block, &offset));
	blocks_close(&blocks);
	reader_close(&r);
	return blocks.long_lines;
}

static void
assert_same(const struct buf *a, const struct buf *b)
{
	assert_int_equal(a->n, b->n);
	if (a->n > 0)
		assert_memory_equal(a->p, b->p, a->n);
}

/* Lines of up to longest bytes; one in crlf_in ends in "\r\n". */
static void
random_lines(struct buf *b, uint64_t *seed, size_t n, size_t longest,
    size_t crlf_in)
{
	static const char letters[] = "ab\r\0c d@";

	while (b->n < n) {
		size_t line = test_below(seed, 4) ? test_below(seed, longest) : 0;

		for (size_t i = 0; i < line; i++)
			buf_add_char(b, letters[test_below(seed, sizeof(letters))]);
		if (test_below(seed, crlf_in) == 0)
			buf_add_char(b, '\r');
		buf_add_char(b, '\n');
	}
	if (b->n > 0 && test_below(seed, 2))
		b->n -= 1 + test_below(seed, b->n);
}

static int
cmp_cut(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

#define MAX_CUTS 9

/* 0, some places in or behind s in order, UINT64_MAX; how many parts. */
static size_t
random_cuts(uint64_t *cuts, uint64_t *seed, struct str s)
{
	size_t n = test_below(seed, MAX_CUTS - 1);

	cuts[0] = 0;
	for (size_t i = 1; i <= n; i++)
		cuts[i] = test_below(seed, s.n + 3);
	cuts[n + 1] = UINT64_MAX;
	qsort(cuts, n + 1, sizeof(*cuts), cmp_cut);
	return n + 1;
}

/* Cut anywhere, read through any window in any pieces. */
static void
check_cuts(struct str s, uint64_t *seed, size_t windows, size_t pieces)
{
	uint64_t cuts[MAX_CUTS + 1];
	size_t n = random_cuts(cuts, seed, s);
	struct buf all = { 0 }, want = { 0 };
	uint64_t n_long = 0;

	for (size_t i = 0; i < n; i++) {
		struct part p = { s, cuts[i], cuts[i + 1],
			test_below(seed, windows), test_below(seed, pieces) };
		struct buf one = { 0 }, want_one = { 0 };
		size_t from = seam(s, p.from), to = seam(s, p.to);

		n_long += read_part(&one, &p);
		expect(&want_one, str_span(s.p + from, s.p + to));
		assert_same(&one, &want_one);
		buf_add_str(&all, buf_str(&one));
		buf_clear(&one);
		buf_clear(&want_one);
	}
	assert_int_equal(n_long, expect(&want, s));
	assert_same(&all, &want);
	buf_clear(&all);
	buf_clear(&want);
}

TEST(parts_cut_anywhere_share_no_line_and_miss_none)
{
	uint64_t seed = 1;

	for (int i = 0; i < 4000; i++) {
		struct buf b = { 0 };

		random_lines(&b, &seed, test_below(&seed, 300),
		    1 + test_below(&seed, 40), 1 + test_below(&seed, 6));
		check_cuts(buf_str(&b), &seed, 64, 20);
		buf_clear(&b);
	}
}

TEST(so_do_parts_of_logs_in_which_every_line_ends_in_crlf)
{
	uint64_t seed = 2;

	for (int i = 0; i < 30; i++) {
		struct buf b = { 0 };

		random_lines(&b, &seed, 300 << 10, 200, 1);
		check_cuts(buf_str(&b), &seed, 300 << 10, 100 << 10);
		buf_clear(&b);
	}
}

TEST(and_parts_that_are_cut_in_lines_longer_than_the_limit)
{
	uint64_t seed = 3;

	for (int i = 0; i < 25; i++) {
		struct buf b = { 0 };

		for (size_t n = test_below(&seed, 5); n > 0; n--) {
			random_lines(&b, &seed, b.n + test_below(&seed, 500), 50, 3);
			buf_add_repeated(&b, 'x', test_below(&seed, 3 << 20));
			if (test_below(&seed, 2))
				buf_add_char(&b, '\r');
			if (n > 1)
				buf_add_char(&b, '\n');
		}
		check_cuts(buf_str(&b), &seed, i % 2 ? 100 : 2 << 20, 200 << 10);
		buf_clear(&b);
	}
}

static void
check_line_of(size_t n, size_t window, bool last)
{
	struct buf b = { 0 }, got = { 0 }, want = { 0 };
	uint64_t n_long;

	buf_add_str(&b, STR("first\n"));
	for (size_t i = 0; i < n - 1; i++)
		buf_add_char(&b, (char)('a' + i % 26));
	buf_add_char(&b, last ? 'z' : '\n');
	if (!last)
		buf_add_str(&b, STR("last\n"));
	n_long = read_part(&got, &(struct part){ buf_str(&b), 0, UINT64_MAX,
	    window, 0 });
	assert_int_equal(n_long, n > BLOCKS_MAX_LINE);
	expect(&want, buf_str(&b));
	assert_same(&got, &want);
	buf_clear(&b);
	buf_clear(&got);
	buf_clear(&want);
}

TEST(of_a_line_over_the_limit_head_and_tail_are_kept)
{
	static const size_t lengths[] = {
		BLOCKS_MAX_LINE,
		BLOCKS_MAX_LINE + 1,
		BLOCKS_MAX_LINE + BLOCKS_LONG_TAIL,
		BLOCKS_MAX_LINE + BLOCKS_LONG_TAIL + 1,
		BLOCKS_MAX_LINE + BLOCKS_LONG_TAIL + (64 << 10),
		BLOCKS_MAX_LINE + BLOCKS_LONG_TAIL + (64 << 10) + 1,
		5 << 20,
	};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		for (int last = 0; last < 2; last++) {
			check_line_of(lengths[i], 0, last);
			check_line_of(lengths[i], 7, last);
			check_line_of(lengths[i], 2 << 20, last);
		}
}

static size_t
endless_read(struct reader *r, char *p, size_t n)
{
	size_t left = (size_t)(r->size - r->taken);

	if (n > left)
		n = left;
	memset(p, 'x', n);
	r->taken += n;
	if (n > 0 && r->taken == r->size)
		p[n - 1] = '\n';
	return n;
}

TEST(memory_is_bounded_for_a_line_of_100_mb)
{
	static const struct reader_kind kind = { .read = endless_read };
	struct reader r = { .kind = &kind, .size = 100000000 };
	struct blocks b;
	struct str block;
	uint64_t offset;

	blocks_open(&b, &r, 0, UINT64_MAX, 0);
	assert_true(blocks_next(&b, &block, &offset));
	assert_int_equal(block.n, BLOCKS_MAX_LINE + BLOCKS_LONG_TAIL);
	assert_int_equal(block.p[block.n - 1], '\n');
	assert_int_equal(b.long_lines, 1);
	assert_int_equal(b.offset, 100000000);
	assert_true(b.capacity < (2 << 20));
	assert_false(blocks_next(&b, &block, &offset));
	blocks_close(&b);
}

TEST(the_offset_is_right_again_after_a_long_line)
{
	struct buf b = { 0 };
	struct test_reader *t;
	struct reader *r;
	struct blocks blocks;
	struct str block;
	uint64_t offset;

	buf_add_repeated(&b, 'x', 3 << 20);
	buf_add_str(&b, STR("\nnext\n"));
	t = test_reader_new(buf_str(&b), 0);
	r = &t->reader;
	blocks_open(&blocks, r, 0, UINT64_MAX, 0);
	assert_true(blocks_next(&blocks, &block, &offset));
	assert_int_equal(offset, 0);
	assert_true(blocks_next(&blocks, &block, &offset));
	assert_int_equal(offset, (3 << 20) + 1);
	assert_str(block, "next\n");
	blocks_close(&blocks);
	reader_close(&r);
	buf_clear(&b);
}

TEST(a_window_grows_for_a_line_and_is_small_again_after_it)
{
	struct buf b = { 0 };
	struct test_reader *t;
	struct reader *r;
	struct blocks blocks;
	struct str block;
	uint64_t offset;

	buf_add_repeated(&b, 'x', 1000);
	for (int i = 0; i < 2000; i++)
		buf_add_str(&b, STR("\nline"));
	t = test_reader_new(buf_str(&b), 0);
	r = &t->reader;
	blocks_open(&blocks, r, 0, UINT64_MAX, 64);
	assert_true(blocks_next(&blocks, &block, &offset));
	assert_true(block.n > 1000);
	while (blocks_next(&blocks, &block, &offset))
		if (offset > 2048)
			assert_true(block.n <= 64);
	blocks_close(&blocks);
	reader_close(&r);
	buf_clear(&b);
}

TEST(a_block_does_not_end_between_crlf_and_what_continues_it)
{
	uint64_t seed = 4;

	for (int i = 0; i < 2000; i++) {
		struct buf b = { 0 };
		struct test_reader *t;
		struct reader *r;
		struct blocks blocks;
		struct str block;
		uint64_t offset;

		random_lines(&b, &seed, 400, 30, 2);
		t = test_reader_new(buf_str(&b), test_below(&seed, 50));
		r = &t->reader;
		blocks_open(&blocks, r, 0, UINT64_MAX, test_below(&seed, 100));
		while (blocks_next(&blocks, &block, &offset))
			if (offset + block.n < b.n)
				assert_false(ends_in_crlf(block));
		blocks_close(&blocks);
		reader_close(&r);
		buf_clear(&b);
	}
}

TEST(lines_that_come_slowly_are_handed_out_as_they_come)
{
	struct test_reader *t = test_reader_new(STR("a\nb\nc"), 1);
	struct reader *r = &t->reader;
	struct blocks blocks;
	struct str block;
	uint64_t offset;

	blocks_open(&blocks, r, 0, UINT64_MAX, 0);
	assert_true(blocks_next(&blocks, &block, &offset));
	assert_str(block, "a\n");
	assert_int_equal(t->reads, 2);
	assert_true(blocks_next(&blocks, &block, &offset));
	assert_str(block, "b\n");
	assert_int_equal(offset, 2);
	assert_true(blocks_next(&blocks, &block, &offset));
	assert_str(block, "c");
	assert_false(blocks_next(&blocks, &block, &offset));
	blocks_close(&blocks);
	reader_close(&r);
}

TEST(an_empty_source_and_an_empty_part_have_no_blocks)
{
	static const struct part parts[] = {
		{ { "", 0 }, 0, UINT64_MAX, 0, 0 },
		{ { "", 0 }, 5, 9, 0, 0 },
		{ { "a\nb\n", 4 }, 0, 0, 0, 0 },
		{ { "a\nb\n", 4 }, 1, 2, 0, 0 },
		{ { "a\nb\n", 4 }, 4, UINT64_MAX, 0, 0 },
		{ { "a\nb\n", 4 }, 99, UINT64_MAX, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct buf b = { 0 };

		assert_int_equal(read_part(&b, &parts[i]), 0);
		assert_int_equal(b.n, 0);
		buf_clear(&b);
	}
}

TEST(little_is_read_beyond_the_end_of_a_part)
{
	struct buf b = { 0 };
	struct test_reader *t;
	struct reader *r;
	struct blocks blocks;
	struct str block;
	uint64_t offset;

	for (int i = 0; i < 100000; i++)
		buf_add_str(&b, STR("a line\n"));
	t = test_reader_new(buf_str(&b), 0);
	r = &t->reader;
	blocks_open(&blocks, r, 0, 1000, 0);
	while (blocks_next(&blocks, &block, &offset))
		continue;
	assert_true(t->at < 10000);
	blocks_close(&blocks);
	reader_close(&r);
	buf_clear(&b);
}

TEST(what_was_read_before_an_error_is_handed_out)
{
	struct test_reader *t = test_reader_new(STR("one\ntwo\nthree\n"), 0);
	struct reader *r = &t->reader;
	struct blocks blocks;
	struct str block;
	uint64_t offset;

	t->fails_at = 6;
	blocks_open(&blocks, r, 0, UINT64_MAX, 0);
	assert_true(blocks_next(&blocks, &block, &offset));
	assert_str(block, "one\n");
	assert_true(blocks_next(&blocks, &block, &offset));
	assert_str(block, "tw");
	assert_false(blocks_next(&blocks, &block, &offset));
	assert_string_equal(reader_error(r), "Input/output error");
	blocks_close(&blocks);
	reader_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_cut_anywhere_share_no_line_and_miss_none),
		cmocka_unit_test(so_do_parts_of_logs_in_which_every_line_ends_in_crlf),
		cmocka_unit_test(and_parts_that_are_cut_in_lines_longer_than_the_limit),
		cmocka_unit_test(of_a_line_over_the_limit_head_and_tail_are_kept),
		cmocka_unit_test(memory_is_bounded_for_a_line_of_100_mb),
		cmocka_unit_test(the_offset_is_right_again_after_a_long_line),
		cmocka_unit_test(a_window_grows_for_a_line_and_is_small_again_after_it),
		cmocka_unit_test(a_block_does_not_end_between_crlf_and_what_continues_it),
		cmocka_unit_test(lines_that_come_slowly_are_handed_out_as_they_come),
		cmocka_unit_test(an_empty_source_and_an_empty_part_have_no_blocks),
		cmocka_unit_test(little_is_read_beyond_the_end_of_a_part),
		cmocka_unit_test(what_was_read_before_an_error_is_handed_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
