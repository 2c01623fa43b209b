/*
 * kind.h - what a kind of store has to offer: for the files of store/ only.
 *
 * To add one: a file with a struct store_kind, a row in store.c.  Functions do
 * what those of store.h do, whose comments hold; what store.c does for all is
 * said here.
 */
#ifndef STORE_KIND_H
#define STORE_KIND_H

#include "store/store.h"

struct tally_fold;
struct zone;

struct store_kind {
	const char *name;
	/* Does it answer to this name? */
	bool (*takes)(const char *where);
	/* As store_stamp(); NULL: nobody can tell. */
	uint64_t (*stamp)(const char *where);
	/* *s begins with a struct store, of which it fills kind, name and
	 * settings. */
	int (*open)(struct store **s, const char *where, enum store_mode mode,
	    const struct store_settings *settings, struct err *err);
	/* A delta that was begun is rolled back before. */
	void (*close)(struct store *s);
	int (*verify)(struct store *s, struct err *err);

	int (*get_meta)(struct store *s, const char *name, struct arena *a,
	    struct str *value, struct err *err);
	int (*set_meta)(struct store *s, const char *name, struct str value,
	    struct err *err);
	int (*chains)(struct store *s, struct arena *a,
	    struct store_chain **chains, size_t *n, struct err *err);
	int (*sources)(struct store *s, struct arena *a,
	    struct store_source **sources, size_t *n, struct err *err);

	int (*begin)(struct store *s, struct err *err);
	int (*commit)(struct store *s, struct err *err);
	void (*rollback)(struct store *s);
	int (*set_chain)(struct store *s, struct store_chain *c,
	    struct err *err);
	int (*set_source)(struct store *s, struct store_source *c,
	    struct err *err);
	int (*add_event)(struct store *s, uint64_t chain,
	    const struct event *ev, struct err *err);
	/* t is settled. */
	int (*add_tally)(struct store *s, int32_t day, uint64_t rules,
	    struct tally *t, struct err *err);

	int (*drop_facts)(struct store *s, int32_t day, struct err *err);
	int (*unfolded)(struct store *s, int32_t day, unsigned what,
	    struct arena *a, struct store_part **parts, size_t *n,
	    struct err *err);
	int (*fold)(struct store *s, const struct store_part *part,
	    const struct tally_fold *fold, struct tally *t, struct err *err);
	int (*purge)(struct store *s, struct err *err);

	int (*look)(struct store *s, struct err *err);
	void (*look_end)(struct store *s);
	int (*days)(struct store *s, uint64_t rules, struct arena *a,
	    struct store_day **days, size_t *n, struct err *err);
	int (*read_tally)(struct store *s, int32_t day, uint64_t rules,
	    struct tally *t, struct err *err);
	/*
	 * Blocks of facts for facts.c, which puts them in order and filters:
	 * calls each for all blocks that may hold what is asked for, those of a
	 * chain in their order; the data, with event_code.h's form in it, is
	 * read by read_block, into b.
	 */
	int (*blocks)(struct store *s, const struct store_query *q,
	    void (*each)(void *ctx, uint64_t chain, uint64_t block), void *ctx,
	    struct err *err);
	int (*read_block)(struct store *s, uint64_t block, struct buf *b,
	    struct err *err);
};

struct store {
	const struct store_kind *kind;
	char *name;
	struct store_settings settings;
	char *zone_name;
	struct zone *zone;
	bool begun;
};

extern const struct store_kind store_memory;
extern const struct store_kind store_sqlite;

#endif
