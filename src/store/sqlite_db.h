/*
 * sqlite_db.h - one connection to SQLite: for the files sqlite*.c only, which
 * are one kind of store.
 *
 *	sqlite.c	 the struct store_kind: metadata, deltas, one state
 *	sqlite_open.c	 opening: which file, which settings, may it be written
 *	sqlite_schema.c	 its tables; bringing older ones up to date
 *	sqlite_chains.c	 chains and sources
 *	sqlite_facts.c	 events, in packed blocks
 *	sqlite_tallies.c parts of tallies
 *	sqlite_db.c	 statements, and what SQLite's errors mean to people
 */
#ifndef STORE_SQLITE_DB_H
#define STORE_SQLITE_DB_H

#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/event_code.h"
#include "store/keys.h"
#include "store/kind.h"

struct err;
struct zstd_block;

enum statement {
	BEGIN, COMMIT, ROLLBACK, LOOK, LOOK_END,
	GET_META, SET_META, CHAINS, SET_CHAIN, SOURCES, SET_SOURCE,
	PARTS, READ_PART, DELETE_PART, ADD_PART, DAYS, READ_DAY,
	UNFOLDED, DELETE_DAY, SET_FOLDED, DROP_FACTS,
	LAST_BLOCK, SET_BLOCK, BLOCKS, BLOCK_KEYS, READ_BLOCK,
	NEXT_BLOCK, SET_KEYS,
	STATEMENTS
};

/* The block of a chain that is being filled. */
struct open_block {
	uint64_t chain;
	struct str stream; /* the chain's; in texts */
	int64_t id;	   /* 0: new */
	int32_t day;
	int64_t first_ns, last_ns;
	size_t n;
	struct buf rows;
	struct event_writer writer;
	struct keys keys;
};

struct sqlite_store {
	struct store store; /* first */
	sqlite3 *db;
	sqlite3_stmt *prepared[STATEMENTS];
	struct zstd_block *zstd;
	struct buf packed, unpacked;
	struct open_block *blocks;
	size_t n_blocks, cap_blocks;
	struct arena texts; /* of the blocks */
	int64_t version; /* of its tables; less than STORE_SCHEMA where it is
			  * only read */
	/* Deltas so far, as of when sources were read; -1: they were not. */
	int64_t generation;
	int64_t next_chain, next_source; /* ids; 0: not known */
};

struct sqlite_store *sqlite_of(struct store *s);

/* ---- statements (sqlite_db.c) ---- */

/*
 * A statement with its values: i int64_t, t struct str as text, b as blob; they
 * are borrowed until it is used again.  NULL if it cannot be prepared: db_next()
 * and db_run() know what to do with that.
 */
sqlite3_stmt *db_with(struct sqlite_store *s, enum statement which,
    const char *types, ...);
/* The next row: 1; none: 0; -1 with *err. */
int db_next(struct sqlite_store *s, sqlite3_stmt *st, struct err *err);
/* A statement without rows. */
int db_run(struct sqlite_store *s, sqlite3_stmt *st, struct err *err);
/* No further row is wanted. */
void db_done(sqlite3_stmt *st);

/* Columns of a row, from 0; texts are valid until the next one. */
struct str db_text(sqlite3_stmt *st, int column);
int64_t db_int(sqlite3_stmt *st, int column);

/*
 * All rows of a statement as an array in the arena: row() fills *to, of size
 * bytes, from each.
 */
typedef void db_row_fn(sqlite3_stmt *st, struct arena *a, void *to);
int db_rows(struct sqlite_store *s, sqlite3_stmt *st, struct arena *a,
    db_row_fn *row, size_t size, void **list, size_t *n, struct err *err);

/* Of a statement that is used once: its number, or nothing. */
int db_ask(struct sqlite_store *s, const char *sql, int64_t *value,
    struct err *err);
int db_tell(struct sqlite_store *s, const char *sql, struct err *err);

/* ---- errors (sqlite_db.c) ---- */

/* What SQLite says of its last call, as a line for people; -1. */
int db_fail(const struct sqlite_store *s, struct err *err);
/* What we find in it is not what we wrote; -1. */
int db_damaged(const struct sqlite_store *s, const char *what,
    struct err *err);

/* ---- packed data ---- */

/* Appends what is packed in the first column to b; ends the statement if that
 * cannot be. */
int db_unpack(struct sqlite_store *s, sqlite3_stmt *st, struct buf *b,
    struct err *err);

/* ---- the parts of the kind: see kind.h ---- */

int sqlite_open(struct store **store, const char *where, enum store_mode mode,
    const struct store_settings *settings, struct err *err);
void sqlite_close(struct store *store);
/* Makes the tables of a new file; brings those of an older version up to date
 * if it may be written. */
int sqlite_schema(struct sqlite_store *s, enum store_mode mode,
    const struct store_settings *settings, struct err *err);

int sqlite_get_meta(struct store *store, const char *name, struct arena *a,
    struct str *value, struct err *err);
int sqlite_set_meta(struct store *store, const char *name, struct str value,
    struct err *err);
/* How many deltas there were. */
int sqlite_generation(struct sqlite_store *s, int64_t *generation,
    struct err *err);

int sqlite_chains(struct store *store, struct arena *a,
    struct store_chain **list, size_t *n, struct err *err);
int sqlite_set_chain(struct store *store, struct store_chain *c,
    struct err *err);
int sqlite_sources(struct store *store, struct arena *a,
    struct store_source **list, size_t *n, struct err *err);
int sqlite_set_source(struct store *store, struct store_source *c,
    struct err *err);

int sqlite_add_event(struct store *store, uint64_t chain,
    const struct event *ev, struct err *err);
/* Makes the keys of all blocks anew. */
int sqlite_set_keys(struct sqlite_store *s, struct err *err);
/* The blocks that are being filled: written, and forgotten. */
int sqlite_write_blocks(struct sqlite_store *s, struct err *err);
void sqlite_forget_blocks(struct sqlite_store *s);
int sqlite_blocks(struct store *store, const struct store_query *q,
    void (*each)(void *ctx, uint64_t chain, uint64_t block), void *ctx,
    struct err *err);
int sqlite_read_block(struct store *store, uint64_t block, struct buf *b,
    struct err *err);

int sqlite_add_tally(struct store *store, int32_t day, uint64_t rules,
    struct tally *t, struct err *err);
int sqlite_days(struct store *store, uint64_t rules, struct arena *a,
    struct store_day **list, size_t *n, struct err *err);
int sqlite_read_tally(struct store *store, int32_t day, uint64_t rules,
    struct tally *t, struct err *err);
int sqlite_drop_facts(struct store *store, int32_t day, struct err *err);
int sqlite_unfolded(struct store *store, int32_t day, unsigned what,
    struct arena *a, struct store_part **parts, size_t *n, struct err *err);
int sqlite_fold(struct store *store, const struct store_part *part,
    const struct tally_fold *fold, struct tally *t, struct err *err);

#endif
