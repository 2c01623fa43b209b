/*
 * owners.h - the processes that a sieve has told its lane of: for sieve.c only.
 */
#ifndef PUMP_OWNERS_H
#define PUMP_OWNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct line_owner;

struct owner {
	uint64_t key;	 /* of host and process id; 0: free slot */
	uint64_t upto;	 /* the lane was told all before this place */
	int64_t last_ns; /* of its last line */
	bool active;	 /* the word is in its connection's first line */
};

/* All zero is empty.  Bounded by the processes that have lines with the word. */
struct owners {
	struct owner *slots;
	size_t n, n_slots; /* a power of two */
	size_t n_active;
};

void owners_clear(struct owners *o);
/* Never 0.  Of different processes it is different, but for one chance in 2^64. */
uint64_t owners_key(const struct line_owner *owner);
/* NULL if it is not there; valid until the next owners_get. */
struct owner *owners_find(const struct owners *o, uint64_t key);
/* The same; it is made if it is not there. */
struct owner *owners_get(struct owners *o, uint64_t key);
void owners_set_active(struct owners *o, struct owner *owner, bool active);

#endif
