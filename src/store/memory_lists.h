/*
 * memory_lists.h - what a store in memory holds: for the files memory*.c only.
 */
#ifndef STORE_MEMORY_LISTS_H
#define STORE_MEMORY_LISTS_H

#include "base/buf.h"
#include "base/mem.h"
#include "store/event_code.h"
#include "store/kind.h"

struct meta {
	const char *name;
	struct str value;
};

struct block {
	uint64_t chain;
	int32_t day;
	int64_t first_ns, last_ns;
	struct str rows;
};

struct part {
	int32_t day;
	uint64_t rules;
	enum dim_id dim;
	unsigned fold;
	struct str saved;
};

struct lists {
	struct meta *meta;
	size_t n_meta, cap_meta;
	struct store_chain *chains;
	size_t n_chains, cap_chains;
	struct store_source *sources;
	size_t n_sources, cap_sources;
	struct block *blocks;
	size_t n_blocks, cap_blocks;
	struct part *parts;
	size_t n_parts, cap_parts;
};

struct memory_store {
	struct store store; /* first */
	struct arena arena;
	struct lists now, before; /* before: of the delta that is begun */
	/* The block that is being filled. */
	struct block block;
	struct buf rows;
	struct event_writer writer;
};

struct memory_store *memory_of(struct store *s);

/* The parts of the kind: see kind.h.  Facts; */
int memory_add_event(struct store *store, uint64_t chain,
    const struct event *ev, struct err *err);
/* The block that is being filled is whole. */
void memory_end_block(struct memory_store *m);
int memory_blocks(struct store *store, const struct store_query *q,
    void (*each)(void *ctx, uint64_t chain, uint64_t block), void *ctx,
    struct err *err);
int memory_read_block(struct store *store, uint64_t block, struct buf *b,
    struct err *err);
int memory_drop_facts(struct store *store, int32_t day, struct err *err);

/* tallies. */
int memory_add_tally(struct store *store, int32_t day, uint64_t rules,
    struct tally *t, struct err *err);
int memory_read_tally(struct store *store, int32_t day, uint64_t rules,
    struct tally *t, struct err *err);
int memory_days(struct store *store, uint64_t rules, struct arena *a,
    struct store_day **list, size_t *n, struct err *err);
int memory_unfolded(struct store *store, int32_t day, unsigned what,
    struct arena *a, struct store_part **list, size_t *n, struct err *err);
int memory_fold(struct store *store, const struct store_part *part,
    const struct tally_fold *how, struct tally *t, struct err *err);

#endif
