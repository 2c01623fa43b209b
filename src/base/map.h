/*
 * map.h - what belongs to a number: open connections by process id, messages
 * by their number in the queue.
 *
 * Keys are any 64-bit numbers, values pointers that are not NULL and stay the
 * caller's.  Open addressing without tombstones: a table that things come to
 * and go from for years stays as fast as it was.  All zero is an empty map.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t key;
	void *value; /* NULL: free */
};

struct map {
	struct map_slot *slots;
	size_t n_slots; /* 0 or a power of two */
	size_t n;
};

void map_clear(struct map *m);
/* The value, or NULL. */
void *map_find(const struct map *m, uint64_t key);
/* Sets the value of key and returns the one it had, or NULL. */
void *map_set(struct map *m, uint64_t key, void *value);
/* Takes key out and returns the value it had, or NULL. */
void *map_take(struct map *m, uint64_t key);

/*
 * All values, in no order: *at begins at 0; NULL at the end.  The map may not
 * change meanwhile.
 */
void *map_next(const struct map *m, size_t *at);

#endif
