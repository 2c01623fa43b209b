/*
 * mem.h - memory: the x-family that ends the program when there is none,
 * arenas for things that die together, and growing arrays.
 *
 * Memory that grows with the input is bounded by its owner, who says how;
 * running out in spite of that is a message and exit status 70.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

#include "base/str.h"

void *mem_alloc(size_t n);
void *mem_zalloc(size_t n);
void *mem_resize(void *p, size_t n);
/*
 * n bytes, all zero; in huge pages if they are that many and the kernel has
 * some.  For what is looked up all over the place: of small pages the addresses
 * alone would not fit into the processor.  What is never touched takes no
 * memory.  Freed with the same n.
 */
void *mem_pages(size_t n);
void mem_pages_free(void *p, size_t n);
char *mem_strdup(const char *s);

/* A NUL-ended copy of s (NUL bytes inside are kept: use only for names). */
char *mem_cstr(struct str s);

/*
 * Makes room for one more element at the end of array p of *cap elements of
 * size bytes, n of them used.  Returns the array, perhaps moved.
 */
void *mem_grow(void *p, size_t n, size_t *cap, size_t size);

/* ARRAY_PUSH(a, n, cap) = value; appends to the array a. */
#define ARRAY_PUSH(a, n, cap)                                                  \
	*((a) = mem_grow((a), (n), &(cap), sizeof(*(a))), &(a)[(n)++])

/*
 * An arena: memory for things with one lifetime.  Nothing in it is freed
 * singly.  An arena that is all zero is empty and ready.
 */
struct arena {
	struct arena_block *blocks;
	char *at;
	char *end;
	size_t bytes; /* what it holds in all, for memory accounts */
};

/* n bytes, aligned for any type, not set to anything. */
void *arena_alloc(struct arena *a, size_t n);
/* A copy of s, not aligned, with a NUL behind it that does not count. */
struct str arena_str(struct arena *a, struct str s);
void arena_clear(struct arena *a);

#endif
