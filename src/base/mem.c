/* mem.c - memory that is there or ends the program, and arenas. */
#include "base/mem.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * A block is as large as all before it together, between these two: an arena
 * for one message stays small, one for a day of logs is not a long chain.
 */
#define BLOCK_BYTES_MIN ((size_t)512)
#define BLOCK_BYTES_MAX ((size_t)1 << 20)

/* What most processors have above pages of 4096 bytes. */
#define HUGE_PAGE ((size_t)2 << 20)

struct arena_block {
	struct arena_block *next;
	alignas(max_align_t) char data[];
};

/* Not exit(): handlers may need memory, and other threads still run. */
static _Noreturn void
out_of_memory(void)
{
	static const char message[] =
	    "mailtally: out of memory; read fewer logs at once or raise the limit\n";
	ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);

	(void)ignored;
	_exit(70);
}

void *
mem_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
mem_zalloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
mem_resize(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (p == NULL)
		out_of_memory();
	return p;
}

static size_t
huge_size(size_t n)
{
	return (n + HUGE_PAGE - 1) & -HUGE_PAGE;
}

void *
mem_pages(size_t n)
{
	size_t size = huge_size(n), lead;
	char *p;

	if (n < HUGE_PAGE)
		return mem_zalloc(n);
	/* Of the kernel itself: malloc would not say that it is zero already. */
	p = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		out_of_memory();
	lead = -(uintptr_t)p & (HUGE_PAGE - 1);
	if (lead > 0)
		(void)munmap(p, lead);
	(void)munmap(p + lead + size, HUGE_PAGE - lead);
	/* A wish: without it there are small pages. */
	(void)madvise(p + lead, size, MADV_HUGEPAGE);
	return p + lead;
}

void
mem_pages_free(void *p, size_t n)
{
	if (n < HUGE_PAGE)
		free(p);
	else if (p)
		(void)munmap(p, huge_size(n));
}

char *
mem_strdup(const char *s)
{
	return mem_cstr(str_from(s));
}

char *
mem_cstr(struct str s)
{
	char *copy = mem_alloc(s.n + 1);

	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return copy;
}

void *
mem_grow(void *p, size_t n, size_t *cap, size_t size)
{
	size_t larger, bytes;

	assert(n <= *cap);
	if (n < *cap)
		return p;
	larger = *cap ? *cap : 4;
	if (__builtin_mul_overflow(larger, (size_t)2, &larger) ||
	    __builtin_mul_overflow(larger, size, &bytes))
		out_of_memory();
	p = mem_resize(p, bytes);
	*cap = larger;
	return p;
}

static size_t
next_block_bytes(const struct arena *a)
{
	if (a->bytes < BLOCK_BYTES_MIN)
		return BLOCK_BYTES_MIN;
	return a->bytes < BLOCK_BYTES_MAX ? a->bytes : BLOCK_BYTES_MAX;
}

static struct arena_block *
add_block(struct arena *a, size_t bytes)
{
	struct arena_block *block = mem_alloc(bytes);

	block->next = a->blocks;
	a->blocks = block;
	a->bytes += bytes;
	return block;
}

/* What is large gets a block of its own, and the begun one stays in use. */
static void *
take_from_new_block(struct arena *a, size_t n)
{
	size_t bytes = next_block_bytes(a);
	size_t room = bytes - offsetof(struct arena_block, data);
	struct arena_block *block;

	if (n > room / 4) {
		if (n > SIZE_MAX - sizeof(*block))
			out_of_memory();
		return add_block(a, sizeof(*block) + n)->data;
	}
	block = add_block(a, bytes);
	a->at = block->data + n;
	a->end = block->data + room;
	return block->data;
}

static void *
take(struct arena *a, size_t n, size_t alignment)
{
	size_t padding = -(uintptr_t)a->at & (alignment - 1);
	size_t room = (size_t)(a->end - a->at);
	char *p;

	if (padding > room || n > room - padding || a->at == NULL)
		return take_from_new_block(a, n);
	p = a->at + padding;
	a->at = p + n;
	return p;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	return take(a, n, alignof(max_align_t));
}

struct str
arena_str(struct arena *a, struct str s)
{
	char *copy = take(a, s.n + 1, 1);

	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return str_make(copy, s.n);
}

void
arena_clear(struct arena *a)
{
	struct arena_block *block = a->blocks;

	while (block != NULL) {
		struct arena_block *next = block->next;

		free(block);
		block = next;
	}
	*a = (struct arena){ 0 };
}
