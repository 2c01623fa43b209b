#include "tally/ledger.h"

#include <stdlib.h>

#include "base/mem.h"

#define FIRST ((size_t)1 << LEDGER_FIRST_BITS)

/* How many accounts so many chunks hold. */
static size_t
room_of(size_t n_chunks)
{
	return (FIRST << n_chunks) - FIRST;
}

static void
make_room(struct ledger *l)
{
	while (room_of(l->n_chunks) < l->names.n) {
		l->chunks[l->n_chunks] = mem_pages((FIRST << l->n_chunks) *
		    l->size);
		l->n_chunks++;
	}
}

void
ledger_init(struct ledger *l, size_t size)
{
	*l = (struct ledger){ .size = size };
	intern_init(&l->names);
	make_room(l);
}

void
ledger_clear(struct ledger *l)
{
	for (size_t i = 0; i < l->n_chunks; i++)
		mem_pages_free(l->chunks[i], (FIRST << i) * l->size);
	intern_clear(&l->names);
	*l = (struct ledger){ 0 };
}

uint32_t
ledger_enter(struct ledger *l, struct str name, uint32_t hash)
{
	uint32_t number;

	if (name.n == 0)
		return INTERN_EMPTY;
	number = intern_enter(&l->names, name, hash)->id;
	if (number >= room_of(l->n_chunks))
		make_room(l);
	return number;
}

uint32_t
ledger_add(struct ledger *l, struct str name)
{
	return ledger_enter(l, name, intern_hash(&l->names, name));
}
