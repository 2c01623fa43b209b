#include "format/lines.h"

#include <stdlib.h>

#include "base/test.h"
#include "format/format.h"

static uint64_t
random_next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return *seed >> 33;
}

/* The iterator must find what memchr finds, and end where the block ends. */
static void
assert_lines(const char *p, size_t n)
{
	struct lines it;
	const char *begin, *end, *expected = p;

	lines_begin(&it, str_make(p, n));
	while (lines_next(&it, &begin, &end)) {
		assert_ptr_equal(begin, expected);
		assert_true(begin < p + n);
		assert_ptr_equal(end, memchr(begin, '\n',
		    (size_t)(p + n - begin)));
		expected = end + 1;
	}
	assert_ptr_equal(expected, p + n);
	assert_false(lines_next(&it, &begin, &end));
}

/*
 * In memory of just the size that is promised, at any alignment.  What is
 * behind the block is full of newlines in one run and has none in the other.
 */
static void
assert_block(const char *text, size_t n, size_t alignment)
{
	char *memory = malloc(alignment + n + FORMAT_SLACK);
	char *p = memory + alignment;

	assert_non_null(memory);
	if (n)
		memcpy(p, text, n);
	memset(p + n, '\n', FORMAT_SLACK);
	assert_lines(p, n);
	memset(p + n, 'x', FORMAT_SLACK);
	assert_lines(p, n);
	free(memory);
}

TEST(a_mask_has_a_bit_for_each_newline)
{
	char p[64];

	for (size_t i = 0; i < 64; i++) {
		memset(p, 'x', sizeof(p));
		p[i] = '\n';
		assert_true(lines_mask(p) == UINT64_C(1) << i);
	}
	memset(p, '\n', sizeof(p));
	assert_true(lines_mask(p) == UINT64_MAX);
	memset(p, '\n' | 0x80, sizeof(p));
	assert_true(lines_mask(p) == 0);
}

TEST(an_empty_block_has_no_lines)
{
	struct lines it;
	const char *begin, *end;

	assert_block("", 0, 0);
	lines_begin(&it, str_none());
	assert_false(lines_next(&it, &begin, &end));
}

TEST(empty_lines_are_lines)
{
	char p[200];

	memset(p, '\n', sizeof(p));
	for (size_t n = 1; n <= sizeof(p); n++)
		assert_block(p, n, n % 16);
}

TEST(a_line_may_be_of_any_length)
{
	char p[400];

	for (size_t n = 1; n <= sizeof(p); n++) {
		memset(p, 'x', n);
		p[n - 1] = '\n';
		assert_block(p, n, 0);
	}
}

TEST(lines_may_hold_any_other_byte)
{
	char p[256];

	for (int i = 0; i < 256; i++)
		p[i] = (char)i;
	p[255] = '\n';
	assert_block(p, sizeof(p), 3);
}

TEST(random_blocks_are_cut_as_memchr_cuts_them)
{
	uint64_t seed = 1;
	char p[2048];

	for (int round = 0; round < 3000; round++) {
		size_t n = 1 + random_next(&seed) % sizeof(p);
		uint64_t often = 1 + random_next(&seed) % 200;

		for (size_t i = 0; i < n; i++)
			p[i] = random_next(&seed) % often == 0
			    ? '\n' : (char)random_next(&seed);
		p[n - 1] = '\n';
		assert_block(p, n, (size_t)round % 64);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mask_has_a_bit_for_each_newline),
		cmocka_unit_test(an_empty_block_has_no_lines),
		cmocka_unit_test(empty_lines_are_lines),
		cmocka_unit_test(a_line_may_be_of_any_length),
		cmocka_unit_test(lines_may_hold_any_other_byte),
		cmocka_unit_test(random_blocks_are_cut_as_memchr_cuts_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
