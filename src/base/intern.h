/*
 * intern.h - every distinct text once, known by a small number.
 *
 * Ids count from 0 in the order of first sight and stay valid as long as the
 * table; so do the slices handed out (a NUL stands behind each).  Id 0 is
 * always the empty text.  Hashes are seeded at random, ids are not: the same
 * texts in the same order have the same ids in every run.
 *
 * With hundreds of thousands of texts a look-up costs two trips to memory,
 * slot and text, and little else.  Who knows a text some time before its id
 * is needed can have both fetched meanwhile: intern_hash(),
 * intern_fetch_slot(), and later intern_fetch_text(), intern_enter().
 */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/*
 * Codes, countries, plugins: most texts of a log are few and at most sixteen
 * bytes long.  They are remembered by their bytes as two numbers.
 */
#define INTERN_SHORT 256
struct intern_short {
	uint64_t a, b; /* its first and its last bytes; they may overlap */
	uint32_t n;
	uint32_t id;
};

/* A text with what belongs to it in front, in one place of memory. */
struct intern_entry {
	uint32_t id;
	uint32_t n;
	uint32_t mark; /* the owner's of the table; 0 at first */
	char text[];
};

struct intern {
	char **chunks;	 /* entries stand in these, one behind the other */
	size_t n_chunks;
	size_t cap_chunks;
	size_t chunk_used;
	size_t n;	 /* texts, the empty one included */
	uint32_t *refs;	 /* by id: where its entry is */
	size_t cap_refs;
	uint64_t *slots; /* hash in the high half, ref in the low; 0: free */
	size_t n_slots;	 /* a power of two; 0: sealed */
	uint64_t seed;	 /* of the hash, different in each table */
	struct intern_short shorts[INTERN_SHORT];
};

#define INTERN_EMPTY 0u
/* A ref is a chunk's number and a place in it, in units of eight bytes. */
#define INTERN_REF_BITS 18
#define INTERN_CHUNK ((size_t)8 << INTERN_REF_BITS)

void intern_init(struct intern *in);
void intern_clear(struct intern *in);
uint32_t intern_add(struct intern *in, struct str s);
/*
 * The ids of many texts; faster than one by one, because what each needs of
 * memory comes while others are looked at.  ids may be NULL.
 */
void intern_add_many(struct intern *in, const struct str *texts, size_t n,
    uint32_t *ids);
/*
 * Gives back the memory that finding texts takes; ids and texts stay.  It is
 * made again when the next text is added; until then intern_find must not be
 * called.
 */
void intern_seal(struct intern *in);
/* The id of s, or UINT32_MAX when it is not there. */
uint32_t intern_find(const struct intern *in, struct str s);

/*
 * intern_add in steps; s is not empty, hash is its intern_hash.  The entry
 * keeps its place as long as the table lives.
 */
uint32_t intern_hash(const struct intern *in, struct str s);
struct intern_entry *intern_enter(struct intern *in, struct str s,
    uint32_t hash);

static inline void
intern_fetch_slot(const struct intern *in, uint32_t hash)
{
	if (in->n_slots > 0)
		__builtin_prefetch(&in->slots[hash & (in->n_slots - 1)]);
}

static inline struct intern_entry *
intern_entry(const struct intern *in, uint32_t ref)
{
	char *chunk = in->chunks[ref >> INTERN_REF_BITS];
	size_t at = (ref & (((uint32_t)1 << INTERN_REF_BITS) - 1)) * (size_t)8;

	return (struct intern_entry *)(void *)(chunk + at);
}

/* The entry of an id. */
static inline struct intern_entry *
intern_of(const struct intern *in, uint32_t id)
{
	return intern_entry(in, in->refs[id]);
}

static inline void
intern_fetch_text(const struct intern *in, uint32_t hash)
{
	size_t mask = in->n_slots - 1;

	if (in->n_slots == 0)
		return;
	for (size_t i = hash & mask; in->slots[i] != 0; i = (i + 1) & mask)
		if (in->slots[i] >> 32 == hash) {
			const char *entry = (const char *)intern_entry(in,
			    (uint32_t)in->slots[i]);

			/* Half of all texts lie across two cache lines. */
			__builtin_prefetch(entry);
			__builtin_prefetch(entry + 48);
			return;
		}
}

static inline struct str
intern_get(const struct intern *in, uint32_t id)
{
	const struct intern_entry *e = intern_of(in, id);

	return str_make(e->text, e->n);
}

#endif
