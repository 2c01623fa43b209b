/*
 * sqlite.c - a store in one file, with SQLite (https://sqlite.org).
 *
 *	meta	 texts by name
 *	chains	 a row each, with the state of its scan
 *	sources	 a row each
 *	tallies	 parts: what one delta, or several, counted of a day in one
 *		 dimension (tally/save.h, packed).  A new part takes in those
 *		 before it that are not more than twice as large, so that there
 *		 are few and each cell is written a few times only
 *	facts	 blocks of events (event_code.h, packed) of one chain and day,
 *		 with the filter of their keys.  The last block of a chain is
 *		 written anew until it is full
 *
 * Facts are never looked for one by one, so they have no index but time and
 * keys of blocks: writing them costs as much as appending to a file.
 *
 * The journal is a write-ahead log: readers see the state as of their
 * store_look() and block nobody.  What is deleted is overwritten
 * (secure_delete): it may be addresses whose time is over.
 */
#include <stdio.h>

#include "base/err.h"
#include "store/place.h"
#include "store/sqlite_db.h"

/* ---- metadata ---- */

int
sqlite_get_meta(struct store *store, const char *name, struct arena *a,
    struct str *value, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	sqlite3_stmt *st = db_with(s, GET_META, "t", str_from(name));
	int more = db_next(s, st, err);

	*value = str_none();
	if (more == 1) {
		*value = arena_str(a, db_text(st, 0));
		db_done(st);
	}
	return more < 0 ? -1 : 0;
}

int
sqlite_set_meta(struct store *store, const char *name, struct str value,
    struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);

	return db_run(s, db_with(s, SET_META, "tt", str_from(name), value), err);
}

int
sqlite_generation(struct sqlite_store *s, int64_t *generation, struct err *err)
{
	*generation = 0;
	return db_ask(s, "SELECT value FROM meta WHERE name = 'generation'",
	    generation, err);
}

/* ---- deltas ---- */

static void
rollback(struct store *store)
{
	struct sqlite_store *s = sqlite_of(store);

	sqlite_forget_blocks(s);
	if (!sqlite3_get_autocommit(s->db))
		db_run(s, db_with(s, ROLLBACK, ""), NULL);
}

static int
begin(struct store *store, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	int64_t generation;

	if (db_run(s, db_with(s, BEGIN, ""), err) < 0)
		return -1;
	if (sqlite_generation(s, &generation, err) < 0) {
		rollback(store);
		return -1;
	}
	if (s->generation >= 0 && generation != s->generation) {
		rollback(store);
		return err_set(err, ERR_AGAIN, "%s: another program wrote to it "
		    "meanwhile; try again", store->name);
	}
	return 0;
}

static int
commit(struct store *store, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	char number[24];
	int64_t generation;

	if (sqlite_write_blocks(s, err) < 0 ||
	    sqlite_generation(s, &generation, err) < 0)
		return -1;
	snprintf(number, sizeof(number), "%lld", (long long)++generation);
	if (sqlite_set_meta(store, "generation", str_from(number), err) < 0 ||
	    db_run(s, db_with(s, COMMIT, ""), err) < 0)
		return -1;
	if (s->generation >= 0)
		s->generation = generation;
	sqlite_forget_blocks(s);
	return 0;
}

/* Freed pages are overwritten (secure_delete), but older ones of the same may
 * still stand in the journal. */
static int
purge(struct store *store, struct err *err)
{
	return db_tell(sqlite_of(store), "PRAGMA wal_checkpoint(TRUNCATE)", err);
}

/* ---- reading in one state ---- */

static int
look(struct store *store, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	int64_t generation;

	/* The state is as of the first statement that reads. */
	return db_run(s, db_with(s, LOOK, ""), err) < 0 ||
	    sqlite_generation(s, &generation, err) < 0 ? -1 : 0;
}

static void
look_end(struct store *store)
{
	struct sqlite_store *s = sqlite_of(store);

	db_run(s, db_with(s, LOOK_END, ""), NULL);
}

static int
verify(struct store *store, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	sqlite3_stmt *st = NULL;
	int result = -1;

	if (sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &st,
	    NULL) != SQLITE_OK || sqlite3_step(st) != SQLITE_ROW)
		db_fail(s, err);
	else if (!str_eq(db_text(st, 0), STR("ok")))
		err_set(err, ERR_DATA, "%s: it is damaged: %.*s", store->name,
		    STR_ARG(str_head(db_text(st, 0), 200)));
	else
		result = 0;
	sqlite3_finalize(st);
	return result;
}

static bool
takes(const char *where)
{
	(void)where;
	return true;
}

const struct store_kind store_sqlite = {
	.name = "sqlite",
	.takes = takes,
	.stamp = store_place_stamp,
	.open = sqlite_open,
	.close = sqlite_close,
	.verify = verify,
	.get_meta = sqlite_get_meta,
	.set_meta = sqlite_set_meta,
	.chains = sqlite_chains,
	.sources = sqlite_sources,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.set_chain = sqlite_set_chain,
	.set_source = sqlite_set_source,
	.add_event = sqlite_add_event,
	.add_tally = sqlite_add_tally,
	.drop_facts = sqlite_drop_facts,
	.unfolded = sqlite_unfolded,
	.fold = sqlite_fold,
	.purge = purge,
	.look = look,
	.look_end = look_end,
	.days = sqlite_days,
	.read_tally = sqlite_read_tally,
	.blocks = sqlite_blocks,
	.read_block = sqlite_read_block,
};
