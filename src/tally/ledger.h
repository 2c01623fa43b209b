/*
 * ledger.h - accounts of names: all that is counted under a name in one place
 * of memory.
 *
 * Where names are strangers, hundreds of thousands, and each event adds many
 * sums under its name, a cell a sum would be a trip to memory a sum.  A name's
 * number in the ledger's table of texts is that of its account, so finding the
 * name finds the account.  What an account holds is its owner's: a struct that
 * begins as all zero.
 *
 * Accounts do not move.  The empty name has number 0, and an account too.
 */
#ifndef TALLY_LEDGER_H
#define TALLY_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include "base/intern.h"
#include "base/str.h"

/* Chunks hold so many accounts, twice as many, and so on. */
#define LEDGER_FIRST_BITS 10
#define LEDGER_CHUNKS (33 - LEDGER_FIRST_BITS)

struct ledger {
	struct intern names;
	char *chunks[LEDGER_CHUNKS];
	size_t n_chunks;
	size_t size; /* of an account, in bytes */
};

void ledger_init(struct ledger *l, size_t size);
void ledger_clear(struct ledger *l);

/* The number of name, which may be new. */
uint32_t ledger_add(struct ledger *l, struct str name);
/* The same in steps, as of intern.h: hash is name's, unless it is empty. */
uint32_t ledger_enter(struct ledger *l, struct str name, uint32_t hash);
/* The number of name, UINT32_MAX if it has none; the table is not sealed. */
static inline uint32_t
ledger_find(const struct ledger *l, struct str name)
{
	return intern_find(&l->names, name);
}

/* Numbers are below it. */
static inline size_t
ledger_n(const struct ledger *l)
{
	return l->names.n;
}

static inline struct str
ledger_name(const struct ledger *l, uint32_t number)
{
	return intern_get(&l->names, number);
}

static inline void *
ledger_at(const struct ledger *l, uint32_t number)
{
	uint64_t n = (uint64_t)number + (1 << LEDGER_FIRST_BITS);
	int top = 63 - __builtin_clzll(n);

	return l->chunks[top - LEDGER_FIRST_BITS] +
	    l->size * (n - (UINT64_C(1) << top));
}

/*
 * Has the text of a name brought from memory, whose slot came meanwhile
 * (intern_fetch_slot).  Half of all names do not stand in the slot that is
 * theirs by hash, so those behind it are looked at too.
 */
static inline void
ledger_fetch_name(const struct ledger *l, uint32_t hash)
{
	const struct intern *in = &l->names;
	size_t mask = in->n_slots - 1;

	for (size_t i = hash; in->n_slots > 0 && in->slots[i & mask] != 0; i++) {
		const char *entry;

		if (in->slots[i & mask] >> 32 != hash)
			continue;
		entry = (const char *)intern_entry(in,
		    (uint32_t)in->slots[i & mask]);
		__builtin_prefetch(entry);
		__builtin_prefetch(entry + 48);
		return;
	}
}

/* Has an account brought from memory, to be written to. */
static inline void
ledger_fetch(const struct ledger *l, uint32_t number)
{
	const char *account = ledger_at(l, number);

	__builtin_prefetch(account, 1);
	__builtin_prefetch(account + l->size - 1, 1);
}

#endif
