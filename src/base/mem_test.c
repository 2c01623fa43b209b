#include "base/mem.h"

#include <sys/wait.h>

#include <fcntl.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/test.h"

/* Out of memory has to reach us also where a sanitizer does malloc's work. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* The status with which a child that calls f ends; it prints nothing. */
static int
exit_status_of(void (*f)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		f();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
ask_for_too_much(void)
{
	mem_alloc(SIZE_MAX / 2);
}

static void
grow_beyond_all_numbers(void)
{
	size_t cap = SIZE_MAX / 4;

	mem_grow(NULL, cap, &cap, 16);
}

static void
copy_too_much_into_an_arena(void)
{
	struct arena a = { 0 };

	arena_alloc(&a, SIZE_MAX - 4);
}

TEST(without_memory_the_program_ends_with_70)
{
	assert_int_equal(exit_status_of(ask_for_too_much), 70);
}

TEST(a_size_that_overflows_is_out_of_memory_not_a_small_array)
{
	assert_int_equal(exit_status_of(grow_beyond_all_numbers), 70);
	assert_int_equal(exit_status_of(copy_too_much_into_an_arena), 70);
}

TEST(nothing_is_a_valid_size)
{
	void *p = mem_alloc(0);

	assert_non_null(p);
	p = mem_resize(p, 0);
	assert_non_null(p);
	free(p);
	p = mem_zalloc(0);
	assert_non_null(p);
	free(p);
}

TEST(zalloc_is_zero)
{
	char *p = mem_zalloc(3);

	assert_memory_equal(p, "\0\0\0", 3);
	free(p);
}

TEST(pages_are_zero_also_where_others_were_before)
{
	static const size_t sizes[] = { 1, 4096, ((size_t)2 << 20) - 1,
		(size_t)2 << 20, ((size_t)2 << 20) + 1, (size_t)5 << 20 };

	for (int turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			char *p = mem_pages(sizes[i]);

			assert_int_equal(p[0], 0);
			assert_int_equal(p[sizes[i] / 2], 0);
			assert_int_equal(p[sizes[i] - 1], 0);
			memset(p, 'x', sizes[i]);
			mem_pages_free(p, sizes[i]);
		}
	mem_pages_free(NULL, 0);
	mem_pages_free(NULL, (size_t)5 << 20);
}

TEST(copies_end_with_nul)
{
	char *a = mem_strdup("mx1"), *b = mem_cstr(str_make("mx1.example", 3));
	char *c = mem_cstr(str_none());

	assert_string_equal(a, "mx1");
	assert_string_equal(b, "mx1");
	assert_string_equal(c, "");
	free(a);
	free(b);
	free(c);
}

TEST(push_appends_and_keeps_what_was_there)
{
	int *numbers = NULL;
	size_t n = 0, cap = 0;

	for (int i = 0; i < 1000; i++)
		ARRAY_PUSH(numbers, n, cap) = i;
	assert_int_equal(n, 1000);
	assert_true(cap >= n);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(numbers[i], i);
	free(numbers);
}

TEST(an_array_with_room_is_not_moved)
{
	size_t cap = 0;
	int *p = mem_grow(NULL, 0, &cap, sizeof(*p));
	size_t before = cap;

	assert_ptr_equal(mem_grow(p, cap - 1, &cap, sizeof(*p)), p);
	assert_int_equal(cap, before);
	free(p);
}

TEST(arena_memory_is_aligned_for_any_type)
{
	struct arena a = { 0 };

	for (size_t n = 0; n < 100; n++) {
		arena_str(&a, STR("odd"));
		assert_int_equal((uintptr_t)arena_alloc(&a, n) %
		    alignof(max_align_t), 0);
	}
	arena_clear(&a);
}

TEST(arena_memory_does_not_overlap)
{
	struct arena a = { 0 };
	unsigned char *parts[300];

	for (size_t i = 0; i < 300; i++) {
		parts[i] = arena_alloc(&a, i);
		memset(parts[i], (int)(i & 0xff), i);
	}
	for (size_t i = 0; i < 300; i++) {
		for (size_t k = 0; k < i; k++)
			assert_int_equal(parts[i][k], i & 0xff);
	}
	arena_clear(&a);
}

TEST(arena_copies_stay_where_they_are_and_end_with_nul)
{
	struct arena a = { 0 };
	struct str first = arena_str(&a, STR("first"));

	for (int i = 0; i < 10000; i++)
		arena_str(&a, STR("another"));
	assert_str(first, "first");
	assert_int_equal(first.p[5], '\0');
	assert_str(arena_str(&a, str_none()), "");
	arena_clear(&a);
}

TEST(a_large_piece_does_not_waste_the_begun_block)
{
	struct arena a = { 0 };
	char *small = arena_alloc(&a, 16);
	char *large = arena_alloc(&a, 1 << 22);

	memset(large, 1, 1 << 22);
	assert_ptr_equal(arena_alloc(&a, 16), small + 16);
	arena_clear(&a);
}

TEST(an_arena_knows_what_it_holds_and_holds_little_for_little)
{
	struct arena a = { 0 };

	assert_int_equal(a.bytes, 0);
	arena_alloc(&a, 16);
	assert_true(a.bytes >= 16 && a.bytes <= 1024);
	arena_alloc(&a, 100000);
	assert_true(a.bytes >= 100016);
	arena_clear(&a);
	assert_int_equal(a.bytes, 0);
}

TEST(a_cleared_arena_is_ready_again)
{
	struct arena a = { 0 };

	arena_clear(&a);
	arena_str(&a, STR("one"));
	arena_clear(&a);
	assert_str(arena_str(&a, STR("two")), "two");
	arena_clear(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_memory_the_program_ends_with_70),
		cmocka_unit_test(a_size_that_overflows_is_out_of_memory_not_a_small_array),
		cmocka_unit_test(nothing_is_a_valid_size),
		cmocka_unit_test(zalloc_is_zero),
		cmocka_unit_test(pages_are_zero_also_where_others_were_before),
		cmocka_unit_test(copies_end_with_nul),
		cmocka_unit_test(push_appends_and_keeps_what_was_there),
		cmocka_unit_test(an_array_with_room_is_not_moved),
		cmocka_unit_test(arena_memory_is_aligned_for_any_type),
		cmocka_unit_test(arena_memory_does_not_overlap),
		cmocka_unit_test(arena_copies_stay_where_they_are_and_end_with_nul),
		cmocka_unit_test(a_large_piece_does_not_waste_the_begun_block),
		cmocka_unit_test(an_arena_knows_what_it_holds_and_holds_little_for_little),
		cmocka_unit_test(a_cleared_arena_is_ready_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
