#include <stdio.h>

#include "base/err.h"
#include "store/sqlite_db.h"

/*
 * Versions, and what brings a store of the one before up to date:
 *
 *	1  the first
 *	2  tallies: fold; keys of facts: message-ids, and servers that answered
 */
#define APPLICATION_ID 0x6d746c79 /* "mtly" */

static const char schema[] =
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
    "CREATE TABLE chains (id INTEGER PRIMARY KEY, stream TEXT, place TEXT,"
    " format TEXT, last_ns INTEGER, end INTEGER, state BLOB);"
    "CREATE TABLE sources (id INTEGER PRIMARY KEY, chain INTEGER,"
    " base INTEGER, position INTEGER, line BLOB, head BLOB, tail BLOB,"
    " path TEXT, kind TEXT, packing TEXT, disk_bytes INTEGER,"
    " device INTEGER, inode INTEGER, mtime_ns INTEGER, lines INTEGER,"
    " used INTEGER, ignored INTEGER, not_understood INTEGER,"
    " long_lines INTEGER, error TEXT, truncated INTEGER, copies INTEGER);"
    "CREATE TABLE tallies (id INTEGER PRIMARY KEY, day INTEGER,"
    " rules INTEGER, dimension TEXT, cells INTEGER, data BLOB,"
    " fold INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX tallies_of_day ON tallies (day, rules, dimension, cells);"
    "CREATE TABLE facts (id INTEGER PRIMARY KEY, chain INTEGER, day INTEGER,"
    " first_ns INTEGER, last_ns INTEGER, n INTEGER, keys BLOB, data BLOB);"
    "CREATE INDEX facts_in_order ON facts (chain, id, day, first_ns,"
    " last_ns, n);";

static int
make_schema(struct sqlite_store *s, const struct store_settings *settings,
    struct err *err)
{
	struct buf sql = { 0 }, grain = { 0 };
	int result = -1;

	buf_printf(&sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
	    APPLICATION_ID, STORE_SCHEMA);
	buf_printf(&grain, "%d", settings->grain_s);
	if (db_tell(s, schema, err) == 0 && db_tell(s, sql.p, err) == 0 &&
	    sqlite_set_meta(&s->store, "zone", str_from(settings->zone), err) == 0 &&
	    sqlite_set_meta(&s->store, "grain", buf_str(&grain), err) == 0)
		result = 0;
	buf_clear(&sql);
	buf_clear(&grain);
	return result;
}

/* Makes the tables, if nobody has. */
static int
make(struct sqlite_store *s, const struct store_settings *settings,
    struct err *err)
{
	int64_t version = 0;

	/* These hold for the file, and have to come before it has a page. */
	if (db_tell(s, "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;",
	    err) < 0 || db_run(s, db_with(s, BEGIN, ""), err) < 0)
		return -1;
	if (db_ask(s, "PRAGMA user_version", &version, err) == 0 &&
	    (version > 0 || make_schema(s, settings, err) == 0) &&
	    db_run(s, db_with(s, COMMIT, ""), err) == 0)
		return 0;
	if (!sqlite3_get_autocommit(s->db))
		db_tell(s, "ROLLBACK", NULL);
	return -1;
}

static int
from_1(struct sqlite_store *s, struct err *err)
{
	return db_tell(s, "ALTER TABLE tallies ADD COLUMN fold INTEGER NOT NULL "
	    "DEFAULT 0", err) < 0 ? -1 : sqlite_set_keys(s, err);
}

/* By the version that they start from. */
static int (*const steps[STORE_SCHEMA])(struct sqlite_store *s,
    struct err *err) = {
	[1] = from_1,
};

static int
take_steps(struct sqlite_store *s, struct err *err)
{
	struct buf sql = { 0 };
	int64_t version = 0;
	int result;

	/* Another program may have been faster. */
	if (db_ask(s, "PRAGMA user_version", &version, err) < 0)
		return -1;
	for (; version < STORE_SCHEMA; version++)
		if (steps[version] && steps[version](s, err) < 0)
			return -1;
	buf_printf(&sql, "PRAGMA user_version = %d", STORE_SCHEMA);
	result = db_tell(s, sql.p, err);
	buf_clear(&sql);
	return result;
}

/* All or nothing: what is killed meanwhile leaves the older store. */
static int
migrate(struct sqlite_store *s, struct err *err)
{
	if (db_run(s, db_with(s, BEGIN, ""), err) < 0)
		return -1;
	if (take_steps(s, err) == 0 &&
	    db_run(s, db_with(s, COMMIT, ""), err) == 0) {
		s->version = STORE_SCHEMA;
		return 0;
	}
	if (!sqlite3_get_autocommit(s->db))
		db_tell(s, "ROLLBACK", NULL);
	return -1;
}

int
sqlite_schema(struct sqlite_store *s, enum store_mode mode,
    const struct store_settings *settings, struct err *err)
{
	int64_t id = 0, tables = 0;

	if (db_ask(s, "SELECT count(*) FROM sqlite_master", &tables, err) < 0 ||
	    db_ask(s, "PRAGMA application_id", &id, err) < 0)
		return -1;
	if (tables == 0 && mode == STORE_CREATE &&
	    (make(s, settings, err) < 0 ||
	    db_ask(s, "PRAGMA application_id", &id, err) < 0))
		return -1;
	if (id != APPLICATION_ID)
		return err_set(err, ERR_DATA, "%s: this is no store of "
		    "mailtally; name another file", s->store.name);
	if (db_ask(s, "PRAGMA user_version", &s->version, err) < 0)
		return -1;
	if (s->version > STORE_SCHEMA)
		return err_set(err, ERR_DATA, "%s: a newer mailtally made it; "
		    "use that", s->store.name);
	/* What is only read is understood as it is. */
	return s->version < STORE_SCHEMA && mode != STORE_READ
	    ? migrate(s, err) : 0;
}
