#include "pump/owners.h"

#include <stdlib.h>

#include "base/mem.h"
#include "format/format.h"

void
owners_clear(struct owners *o)
{
	free(o->slots);
	*o = (struct owners){ 0 };
}

/* FNV-1a, goes on from h. */
static uint64_t
hash(uint64_t h, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

uint64_t
owners_key(const struct line_owner *owner)
{
	uint64_t h = hash(UINT64_C(0xcbf29ce484222325), owner->pid);

	h = hash(h * UINT64_C(0x9e3779b97f4a7c15), owner->host);
	return h ? h : 1;
}

static struct owner *
slot_of(struct owner *slots, size_t n_slots, uint64_t key)
{
	size_t i = (key >> 20) & (n_slots - 1);

	while (slots[i].key != 0 && slots[i].key != key)
		i = (i + 1) & (n_slots - 1);
	return &slots[i];
}

struct owner *
owners_find(const struct owners *o, uint64_t key)
{
	struct owner *owner;

	if (o->n_slots == 0)
		return NULL;
	owner = slot_of(o->slots, o->n_slots, key);
	return owner->key ? owner : NULL;
}

static void
grow(struct owners *o)
{
	size_t n = o->n_slots ? o->n_slots * 2 : 64;
	struct owner *grown = mem_zalloc(n * sizeof(*grown));

	for (size_t i = 0; i < o->n_slots; i++)
		if (o->slots[i].key)
			*slot_of(grown, n, o->slots[i].key) = o->slots[i];
	free(o->slots);
	o->slots = grown;
	o->n_slots = n;
}

struct owner *
owners_get(struct owners *o, uint64_t key)
{
	struct owner *owner;

	if (o->n * 2 >= o->n_slots)
		grow(o);
	owner = slot_of(o->slots, o->n_slots, key);
	if (owner->key == 0) {
		*owner = (struct owner){ .key = key };
		o->n++;
	}
	return owner;
}

void
owners_set_active(struct owners *o, struct owner *owner, bool active)
{
	if (active && !owner->active)
		o->n_active++;
	if (!active && owner->active)
		o->n_active--;
	owner->active = active;
}
