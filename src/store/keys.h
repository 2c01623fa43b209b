/*
 * keys.h - what a block of facts can be found by: clients, addresses and their
 * domains, as a Bloom filter.
 *
 * Ten bits and seven probes a key: of a hundred blocks that do not have a key
 * about one is looked at in vain.  A filter is a text of bits, whose length
 * says how many; an empty one excludes nothing.
 */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct event;

/* The keys of a block that is being filled: hashes, each once; 0 is none. */
struct keys {
	uint64_t *slots;
	size_t n, cap; /* cap: a power of two, at most half of it used */
	struct buf scratch;
};

void keys_clear(struct keys *k);
/* The keys of a fact: store_query says which they are. */
void keys_add(struct keys *k, const struct event *ev);
/* Appends their filter to b, and forgets them. */
void keys_take(struct keys *k, struct buf *b);

/*
 * The key of what people ask for, as text in b: an address or message-id,
 * "@domain"; a client.  False: it names more than one (a glob, a network), or
 * what is in every block.
 */
bool keys_of_address(struct buf *b, struct str asked, struct str *key);
bool keys_of_client(struct buf *b, struct str asked, struct str *key);

/* May a fact with this key be there? */
bool keys_may_have(struct str filter, struct str key);

#endif
