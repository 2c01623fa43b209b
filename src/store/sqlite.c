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
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/when.h"
#include "input/zstd_block.h"
#include "store/event_code.h"
#include "store/keys.h"
#include "store/kind.h"
#include "store/place.h"
#include "tally/save.h"

#define APPLICATION_ID 0x6d746c79 /* "mtly" */
#define BUSY_MS 5000
/* Facts in a block: enough to pack well, few enough to be looked through. */
#define BLOCK_ROWS 4096

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
    " rules INTEGER, dimension TEXT, cells INTEGER, data BLOB);"
    "CREATE INDEX tallies_of_day ON tallies (day, rules, dimension, cells);"
    "CREATE TABLE facts (id INTEGER PRIMARY KEY, chain INTEGER, day INTEGER,"
    " first_ns INTEGER, last_ns INTEGER, n INTEGER, keys BLOB, data BLOB);"
    "CREATE INDEX facts_in_order ON facts (chain, id, day, first_ns,"
    " last_ns, n);";

enum statement {
	BEGIN, COMMIT, ROLLBACK, LOOK, LOOK_END,
	GET_META, SET_META, CHAINS, SET_CHAIN, SOURCES, SET_SOURCE,
	PARTS, READ_PART, DELETE_PART, ADD_PART, DAYS, READ_DAY,
	LAST_BLOCK, SET_BLOCK, BLOCKS, BLOCK_KEYS, READ_BLOCK,
	STATEMENTS
};
static const char *const statements[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[LOOK] = "BEGIN",
	[LOOK_END] = "COMMIT",
	[GET_META] = "SELECT value FROM meta WHERE name = ?",
	[SET_META] = "INSERT OR REPLACE INTO meta VALUES (?, ?)",
	[CHAINS] = "SELECT id, stream, place, format, last_ns, end, state "
	    "FROM chains ORDER BY id",
	[SET_CHAIN] = "INSERT OR REPLACE INTO chains "
	    "VALUES (?, ?, ?, ?, ?, ?, ?)",
	[SOURCES] = "SELECT * FROM sources ORDER BY id",
	[SET_SOURCE] = "INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?, ?, "
	    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[PARTS] = "SELECT id, cells FROM tallies "
	    "WHERE day = ? AND rules = ? AND dimension = ? ORDER BY cells",
	[READ_PART] = "SELECT data FROM tallies WHERE id = ?",
	[DELETE_PART] = "DELETE FROM tallies WHERE id = ?",
	[ADD_PART] = "INSERT INTO tallies (day, rules, dimension, cells, data) "
	    "VALUES (?, ?, ?, ?, ?)",
	[DAYS] = "SELECT DISTINCT day, rules FROM tallies ORDER BY day",
	[READ_DAY] = "SELECT data FROM tallies "
	    "WHERE day = ? AND rules = ? AND dimension = ?",
	[LAST_BLOCK] = "SELECT id, day, first_ns, last_ns, n FROM facts "
	    "WHERE chain = ? ORDER BY id DESC LIMIT 1",
	[SET_BLOCK] = "INSERT OR REPLACE INTO facts "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[BLOCKS] = "SELECT chain, id FROM facts "
	    "WHERE last_ns >= ? AND first_ns < ? ORDER BY chain, id",
	[BLOCK_KEYS] = "SELECT keys FROM facts WHERE id = ?",
	[READ_BLOCK] = "SELECT data FROM facts WHERE id = ?",
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
	/* Deltas so far, as of when sources were read; -1: they were not. */
	int64_t generation;
	int64_t next_chain, next_source; /* ids; 0: not known */
};

static struct sqlite_store *
sqlite_of(struct store *s)
{
	assert(s->kind == &store_sqlite);
	return (struct sqlite_store *)(void *)s;
}

/* ---- errors ---- */

static const struct trouble {
	int code;
	enum err_kind kind;
	const char *advice;
} troubles[] = {
	{ SQLITE_BUSY, ERR_AGAIN, "another program writes to it; try again" },
	{ SQLITE_LOCKED, ERR_AGAIN, "another program writes to it; try again" },
	{ SQLITE_FULL, ERR_CREATE, "the disk is full; make room and try again" },
	{ SQLITE_READONLY, ERR_CREATE, "it cannot be written; see to its "
	    "permissions and those of its directory" },
	{ SQLITE_CANTOPEN, ERR_CREATE, "it cannot be opened; see to its "
	    "permissions and those of its directory" },
	{ SQLITE_PERM, ERR_CREATE, "it cannot be opened; see to its permissions" },
	{ SQLITE_NOTADB, ERR_DATA, "this is no store; name another file" },
	{ SQLITE_CORRUPT, ERR_DATA, "it is damaged; put a copy in its place, or "
	    "have it made anew" },
};

static int
fail(const struct sqlite_store *s, struct err *err)
{
	int code = s->db ? sqlite3_extended_errcode(s->db) : SQLITE_NOMEM;
	int system = s->db ? sqlite3_system_errno(s->db) : 0;

	/* A disk may be found full while a log is written. */
	if ((code & 255) == SQLITE_IOERR && (system == ENOSPC ||
	    system == EDQUOT || system == EFBIG))
		code = SQLITE_FULL;
	if (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_FSYNC ||
	    code == SQLITE_IOERR_TRUNCATE)
		return err_set(err, ERR_CREATE, "%s: it cannot be written to; "
		    "see whether the disk is full, or broken", s->store.name);
	for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++)
		if (troubles[i].code == (code & 255))
			return err_set(err, troubles[i].kind, "%s: %s",
			    s->store.name, troubles[i].advice);
	return err_set(err, ERR_IO, "%s: %s; see to the disk", s->store.name,
	    s->db ? sqlite3_errmsg(s->db) : "no memory");
}

static int
damaged(const struct sqlite_store *s, const char *what, struct err *err)
{
	return err_set(err, ERR_DATA, "%s: %s in it cannot be understood: it is "
	    "damaged, or of a newer mailtally", s->store.name, what);
}

/* ---- statements ---- */

/*
 * A statement with its values: i int64_t, t struct str as text, b as blob.
 * NULL if it cannot be prepared.
 */
static sqlite3_stmt *
with(struct sqlite_store *s, enum statement which, const char *types, ...)
{
	sqlite3_stmt **st = &s->prepared[which];
	va_list ap;

	if (*st == NULL && sqlite3_prepare_v3(s->db, statements[which], -1,
	    SQLITE_PREPARE_PERSISTENT, st, NULL) != SQLITE_OK)
		return NULL;
	sqlite3_reset(*st);
	va_start(ap, types);
	for (int i = 1; types[i - 1]; i++) {
		struct str v;

		if (types[i - 1] == 'i') {
			sqlite3_bind_int64(*st, i, va_arg(ap, int64_t));
			continue;
		}
		v = va_arg(ap, struct str);
		/* Bound until the statement is used again. */
		if (types[i - 1] == 't')
			sqlite3_bind_text64(*st, i, v.p ? v.p : "", v.n,
			    SQLITE_STATIC, SQLITE_UTF8);
		else
			sqlite3_bind_blob64(*st, i, v.p ? v.p : "", v.n,
			    SQLITE_STATIC);
	}
	va_end(ap);
	return *st;
}

/* The next row: 1; none: 0; -1. */
static int
next(struct sqlite_store *s, sqlite3_stmt *st, struct err *err)
{
	int code = st ? sqlite3_step(st) : SQLITE_ERROR;

	if (code == SQLITE_ROW)
		return 1;
	if (code != SQLITE_DONE)
		fail(s, err);
	if (st)
		sqlite3_reset(st);
	return code == SQLITE_DONE ? 0 : -1;
}

/* A statement without rows. */
static int
run(struct sqlite_store *s, sqlite3_stmt *st, struct err *err)
{
	return next(s, st, err);
}

/* Valid until the next row. */
static struct str
text_at(sqlite3_stmt *st, int column)
{
	const void *p = sqlite3_column_blob(st, column);

	return str_make(p ? p : "", (size_t)sqlite3_column_bytes(st, column));
}

static int64_t
int_at(sqlite3_stmt *st, int column)
{
	return sqlite3_column_int64(st, column);
}

static void
done(sqlite3_stmt *st)
{
	sqlite3_reset(st);
}

/* A number, the only result of a statement that is used once. */
static int
ask(struct sqlite_store *s, const char *sql, int64_t *value, struct err *err)
{
	sqlite3_stmt *st = NULL;
	int code = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		*value = int_at(st, 0);
	else if (code != SQLITE_DONE)
		fail(s, err);
	sqlite3_finalize(st);
	return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : -1;
}

static int
tell(struct sqlite_store *s, const char *sql, struct err *err)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK
	    ? 0 : fail(s, err);
}

/* ---- metadata ---- */

static int
get_meta(struct store *store, const char *name, struct arena *a,
    struct str *value, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	sqlite3_stmt *st = with(s, GET_META, "t", str_from(name));
	int more = next(s, st, err);

	*value = str_none();
	if (more == 1) {
		*value = arena_str(a, text_at(st, 0));
		done(st);
	}
	return more < 0 ? -1 : 0;
}

static int
set_meta(struct store *store, const char *name, struct str value,
    struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);

	return run(s, with(s, SET_META, "tt", str_from(name), value), err);
}

static int
read_generation(struct sqlite_store *s, int64_t *generation, struct err *err)
{
	*generation = 0;
	return ask(s, "SELECT value FROM meta WHERE name = 'generation'",
	    generation, err);
}

/* ---- opening ---- */

static int
make_schema(struct sqlite_store *s, const struct store_settings *settings,
    struct err *err)
{
	struct buf sql = { 0 }, grain = { 0 };
	int result = -1;

	buf_printf(&sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
	    APPLICATION_ID, STORE_SCHEMA);
	buf_printf(&grain, "%d", settings->grain_s);
	if (tell(s, schema, err) == 0 && tell(s, sql.p, err) == 0 &&
	    set_meta(&s->store, "zone", str_from(settings->zone), err) == 0 &&
	    set_meta(&s->store, "grain", buf_str(&grain), err) == 0)
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
	if (tell(s, "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;",
	    err) < 0 || run(s, with(s, BEGIN, ""), err) < 0)
		return -1;
	if (ask(s, "PRAGMA user_version", &version, err) == 0 &&
	    (version > 0 || make_schema(s, settings, err) == 0) &&
	    run(s, with(s, COMMIT, ""), err) == 0)
		return 0;
	if (!sqlite3_get_autocommit(s->db))
		tell(s, "ROLLBACK", NULL);
	return -1;
}

static int
check(struct sqlite_store *s, enum store_mode mode,
    const struct store_settings *settings, struct err *err)
{
	int64_t id = 0, version = 0, tables = 0;

	if (ask(s, "SELECT count(*) FROM sqlite_master", &tables, err) < 0 ||
	    ask(s, "PRAGMA application_id", &id, err) < 0)
		return -1;
	if (tables == 0 && mode == STORE_CREATE &&
	    (make(s, settings, err) < 0 ||
	    ask(s, "PRAGMA application_id", &id, err) < 0))
		return -1;
	if (id != APPLICATION_ID)
		return err_set(err, ERR_DATA, "%s: this is no store of "
		    "mailtally; name another file", s->store.name);
	if (ask(s, "PRAGMA user_version", &version, err) < 0)
		return -1;
	if (version > STORE_SCHEMA)
		return err_set(err, ERR_DATA, "%s: a newer mailtally made it; "
		    "use that", s->store.name);
	return 0;
}

static int
read_settings(struct sqlite_store *s, struct err *err)
{
	struct arena a = { 0 };
	struct str zone, grain;
	int result = -1;

	if (get_meta(&s->store, "zone", &a, &zone, err) == 0 &&
	    get_meta(&s->store, "grain", &a, &grain, err) == 0) {
		s->store.zone_name = mem_cstr(zone.p ? zone : STR("UTC"));
		s->store.settings.grain_s =
		    str_eq(grain, STR("900")) ? 900 : 3600;
		result = 0;
	}
	arena_clear(&a);
	return result;
}

static void
close_store(struct store *store)
{
	struct sqlite_store *s = sqlite_of(store);

	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(s->prepared[i]);
	for (size_t i = 0; i < s->n_blocks; i++) {
		buf_clear(&s->blocks[i].rows);
		keys_clear(&s->blocks[i].keys);
	}
	free(s->blocks);
	arena_clear(&s->texts);
	zstd_block_free(&s->zstd);
	buf_clear(&s->packed);
	buf_clear(&s->unpacked);
	sqlite3_close(s->db);
	free(s);
}

static int
verify(struct store *store, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	sqlite3_stmt *st = NULL;
	int result = -1;

	if (sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &st,
	    NULL) != SQLITE_OK || sqlite3_step(st) != SQLITE_ROW)
		fail(s, err);
	else if (!str_eq(text_at(st, 0), STR("ok")))
		err_set(err, ERR_DATA, "%s: it is damaged: %.*s",
		    s->store.name, STR_ARG(str_head(text_at(st, 0), 200)));
	else
		result = 0;
	sqlite3_finalize(st);
	return result;
}

static int
connect_to(struct sqlite_store *s, const char *name, int flags)
{
	int code;

	sqlite3_close(s->db);
	s->db = NULL;
	code = sqlite3_open_v2(name, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (code == SQLITE_OK) {
		sqlite3_extended_result_codes(s->db, 1);
		sqlite3_busy_timeout(s->db, BUSY_MS);
	}
	return code;
}

/*
 * On a disk that cannot be written to, the files beside the store that readers
 * share cannot be made either; but nobody writes then, unless there is a log
 * that was left by one who did.
 */
static int
connect_read_only(struct sqlite_store *s)
{
	struct buf uri = { 0 };
	int code = connect_to(s, s->store.name, SQLITE_OPEN_READONLY);

	if (code == SQLITE_OK)
		code = sqlite3_exec(s->db, "SELECT 1 FROM sqlite_master", NULL,
		    NULL, NULL);
	if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY)
		return code;
	buf_printf(&uri, "%s-wal", s->store.name);
	if (access(uri.p, F_OK) != 0) {
		buf_reset(&uri);
		buf_add_str(&uri, STR("file:"));
		for (const char *c = s->store.name; *c; c++)
			buf_printf(&uri, *c == '%' || *c == '?' || *c == '#'
			    ? "%%%02x" : "%c", *c);
		buf_add_str(&uri, STR("?immutable=1"));
		code = connect_to(s, uri.p, SQLITE_OPEN_READONLY |
		    SQLITE_OPEN_URI);
	}
	buf_clear(&uri);
	return code;
}

static int
connect_mode(struct sqlite_store *s, enum store_mode mode)
{
	if (mode == STORE_READ)
		return connect_read_only(s);
	return connect_to(s, s->store.name, SQLITE_OPEN_READWRITE |
	    (mode == STORE_CREATE ? SQLITE_OPEN_CREATE : 0));
}

/* What SQLite tells too late, or in other words. */
static int
look_at_file(const struct sqlite_store *s, enum store_mode mode,
    struct err *err)
{
	const char *name = s->store.name;
	bool there = access(name, F_OK) == 0;

	if (!there && mode != STORE_CREATE)
		return err_set(err, ERR_NO_INPUT, "%s: there is no such store; "
		    "\"mailtally ingest\" makes one", name);
	if (there && access(name, R_OK) != 0)
		return err_set(err, ERR_NO_INPUT, "%s: %s", name,
		    strerror(errno));
	if (there && mode != STORE_READ && access(name, W_OK) != 0)
		return err_set(err, ERR_CREATE, "%s: it cannot be written: %s; "
		    "see to its permissions", name, strerror(errno));
	return 0;
}

static int
open_store(struct store **store, const char *where, enum store_mode mode,
    const struct store_settings *settings, struct err *err)
{
	struct sqlite_store *s = mem_zalloc(sizeof(*s));
	int result = -1;

	s->store.kind = &store_sqlite;
	s->generation = -1;
	s->zstd = zstd_block_new();
	if (strcmp(where, "default") == 0)
		s->store.name = store_default_place(mode == STORE_CREATE, err);
	else
		s->store.name = mem_strdup(where);
	if (s->store.name && look_at_file(s, mode, err) == 0) {
		if (connect_mode(s, mode) != SQLITE_OK)
			fail(s, err);
		else if ((mode == STORE_READ || tell(s, "PRAGMA secure_delete = "
		    "ON; PRAGMA synchronous = FULL;", err) == 0) &&
		    check(s, mode, settings, err) == 0)
			result = read_settings(s, err);
	}
	*store = &s->store;
	if (result < 0) {
		free(s->store.name);
		close_store(*store);
		*store = NULL;
	}
	return result;
}

static bool
takes(const char *where)
{
	(void)where;
	return true;
}

/* ---- deltas ---- */

static void
forget_blocks(struct sqlite_store *s)
{
	for (size_t i = 0; i < s->n_blocks; i++) {
		buf_clear(&s->blocks[i].rows);
		keys_clear(&s->blocks[i].keys);
	}
	s->n_blocks = 0;
	arena_clear(&s->texts);
}

static void
rollback(struct store *store)
{
	struct sqlite_store *s = sqlite_of(store);

	forget_blocks(s);
	if (!sqlite3_get_autocommit(s->db))
		run(s, with(s, ROLLBACK, ""), NULL);
}

static int
begin(struct store *store, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	int64_t generation;

	if (run(s, with(s, BEGIN, ""), err) < 0)
		return -1;
	if (read_generation(s, &generation, err) < 0) {
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
pack_block(struct sqlite_store *s, struct open_block *b, struct err *err)
{
	struct buf filter = { 0 };
	sqlite3_stmt *st;
	int result;

	if (b->n == 0)
		return 0;
	keys_take(&b->keys, &filter);
	buf_reset(&s->packed);
	zstd_block_pack(s->zstd, buf_str(&b->rows), &s->packed);
	st = with(s, SET_BLOCK, "iiiiiibb", b->id, (int64_t)b->chain,
	    (int64_t)b->day, b->first_ns, b->last_ns, (int64_t)b->n,
	    buf_str(&filter), buf_str(&s->packed));
	if (st && b->id == 0)
		sqlite3_bind_null(st, 1);
	result = run(s, st, err);
	buf_clear(&filter);
	return result;
}

static int
commit(struct store *store, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	char number[24];
	int64_t generation;

	for (size_t i = 0; i < s->n_blocks; i++)
		if (pack_block(s, &s->blocks[i], err) < 0)
			return -1;
	if (read_generation(s, &generation, err) < 0)
		return -1;
	snprintf(number, sizeof(number), "%lld", (long long)++generation);
	if (set_meta(store, "generation", str_from(number), err) < 0 ||
	    run(s, with(s, COMMIT, ""), err) < 0)
		return -1;
	if (s->generation >= 0)
		s->generation = generation;
	forget_blocks(s);
	return 0;
}

/* ---- chains and sources ---- */

static int
chains(struct store *store, struct arena *a, struct store_chain **list,
    size_t *n, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	struct store_chain *all = NULL;
	size_t cap = 0;
	sqlite3_stmt *st;
	int more;

	*n = 0;
	if (read_generation(s, &s->generation, err) < 0)
		return -1;
	st = with(s, CHAINS, "");
	while ((more = next(s, st, err)) == 1)
		ARRAY_PUSH(all, *n, cap) = (struct store_chain){
			.id = (uint64_t)int_at(st, 0),
			.stream = arena_str(a, text_at(st, 1)),
			.place = arena_str(a, text_at(st, 2)),
			.format = arena_str(a, text_at(st, 3)),
			.last_ns = int_at(st, 4),
			.end = (uint64_t)int_at(st, 5),
			.state = arena_str(a, text_at(st, 6)) };
	*list = arena_alloc(a, (*n + 1) * sizeof(*all));
	if (*n > 0)
		memcpy(*list, all, *n * sizeof(*all));
	free(all);
	return more;
}

static int
set_chain(struct store *store, struct store_chain *c, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	sqlite3_stmt *st = with(s, SET_CHAIN, "itttiib", (int64_t)c->id,
	    c->stream, c->place, c->format, c->last_ns, (int64_t)c->end,
	    c->state);

	if (st && c->id == 0)
		sqlite3_bind_null(st, 1);
	if (run(s, st, err) < 0)
		return -1;
	c->id = (uint64_t)sqlite3_last_insert_rowid(s->db);
	return 0;
}

/* Three numbers as bytes; the columns are told by their sizes alone. */
static struct str
mark_pack(const struct store_mark *m, char p[32])
{
	uint64_t n = m->n;

	memcpy(p, &m->from, 8);
	memcpy(p + 8, &n, 8);
	memcpy(p + 16, m->hash, 16);
	return str_make(p, 32);
}

static struct store_mark
mark_at(sqlite3_stmt *st, int column)
{
	struct str s = text_at(st, column);
	struct store_mark m = { 0 };
	uint64_t n;

	if (s.n != 32)
		return m;
	memcpy(&m.from, s.p, 8);
	memcpy(&n, s.p + 8, 8);
	memcpy(m.hash, s.p + 16, 16);
	m.n = (uint32_t)n;
	return m;
}

static struct store_source
source_at(sqlite3_stmt *st, struct arena *a)
{
	return (struct store_source){
		.id = (uint64_t)int_at(st, 0), .chain = (uint64_t)int_at(st, 1),
		.base = (uint64_t)int_at(st, 2),
		.position = (uint64_t)int_at(st, 3),
		.line = mark_at(st, 4), .head = mark_at(st, 5),
		.tail = mark_at(st, 6),
		.path = arena_str(a, text_at(st, 7)),
		.kind = arena_str(a, text_at(st, 8)),
		.packing = arena_str(a, text_at(st, 9)),
		.disk_bytes = (uint64_t)int_at(st, 10),
		.device = (uint64_t)int_at(st, 11),
		.inode = (uint64_t)int_at(st, 12), .mtime_ns = int_at(st, 13),
		.lines = (uint64_t)int_at(st, 14),
		.used = (uint64_t)int_at(st, 15),
		.ignored = (uint64_t)int_at(st, 16),
		.not_understood = (uint64_t)int_at(st, 17),
		.long_lines = (uint64_t)int_at(st, 18),
		.error = arena_str(a, text_at(st, 19)),
		.truncated = int_at(st, 20) != 0,
		.copies = (uint64_t)int_at(st, 21) };
}

static int
sources(struct store *store, struct arena *a, struct store_source **list,
    size_t *n, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	struct store_source *all = NULL;
	sqlite3_stmt *st = with(s, SOURCES, "");
	size_t cap = 0;
	int more;

	*n = 0;
	while ((more = next(s, st, err)) == 1)
		ARRAY_PUSH(all, *n, cap) = source_at(st, a);
	*list = arena_alloc(a, (*n + 1) * sizeof(*all));
	if (*n > 0)
		memcpy(*list, all, *n * sizeof(*all));
	free(all);
	return more;
}

static int
set_source(struct store *store, struct store_source *c, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	char line[32], head[32], tail[32];
	sqlite3_stmt *st = with(s, SET_SOURCE, "iiiibbbtttiiiiiiiiitii",
	    (int64_t)c->id, (int64_t)c->chain, (int64_t)c->base,
	    (int64_t)c->position, mark_pack(&c->line, line),
	    mark_pack(&c->head, head), mark_pack(&c->tail, tail), c->path,
	    c->kind, c->packing, (int64_t)c->disk_bytes, (int64_t)c->device,
	    (int64_t)c->inode, c->mtime_ns, (int64_t)c->lines,
	    (int64_t)c->used, (int64_t)c->ignored, (int64_t)c->not_understood,
	    (int64_t)c->long_lines, c->error, (int64_t)c->truncated,
	    (int64_t)c->copies);

	if (st && c->id == 0)
		sqlite3_bind_null(st, 1);
	if (run(s, st, err) < 0)
		return -1;
	c->id = (uint64_t)sqlite3_last_insert_rowid(s->db);
	return 0;
}

/* ---- facts ---- */

/* Goes on with the last block of a chain, if it is not full. */
static int
reopen_block(struct sqlite_store *s, struct open_block *b, struct err *err)
{
	sqlite3_stmt *st = with(s, LAST_BLOCK, "i", (int64_t)b->chain);
	struct event_reader r;
	struct event ev;
	int more = next(s, st, err);

	if (more <= 0)
		return more;
	if (int_at(st, 4) >= BLOCK_ROWS) {
		done(st);
		return 0;
	}
	b->id = int_at(st, 0);
	b->day = (int32_t)int_at(st, 1);
	b->first_ns = int_at(st, 2);
	b->last_ns = int_at(st, 3);
	b->n = (size_t)int_at(st, 4);
	done(st);
	if (store_sqlite.read_block(&s->store, (uint64_t)b->id, &b->rows,
	    err) < 0)
		return -1;
	if (!event_read_begin(&r, buf_str(&b->rows), b->stream))
		return damaged(s, "a block of facts", err);
	while (event_read(&r, &ev))
		keys_add(&b->keys, &ev);
	if (r.in.bad)
		return damaged(s, "a block of facts", err);
	event_write_on(&b->writer, &r, &b->rows);
	return 0;
}

/* The stream of a chain, to be left out where events have it. */
static int
stream_of(struct sqlite_store *s, uint64_t chain, struct str *stream,
    struct err *err)
{
	sqlite3_stmt *st = with(s, CHAINS, "");
	int more;

	*stream = str_none();
	while ((more = next(s, st, err)) == 1)
		if ((uint64_t)int_at(st, 0) == chain)
			*stream = arena_str(&s->texts, text_at(st, 1));
	return more;
}

static struct open_block *
block_of(struct sqlite_store *s, uint64_t chain, struct err *err)
{
	struct open_block *b;

	for (size_t i = 0; i < s->n_blocks; i++)
		if (s->blocks[i].chain == chain)
			return &s->blocks[i];
	b = &ARRAY_PUSH(s->blocks, s->n_blocks, s->cap_blocks);
	*b = (struct open_block){ .chain = chain };
	if (stream_of(s, chain, &b->stream, err) < 0 ||
	    reopen_block(s, b, err) < 0)
		return NULL;
	return b;
}

static void
begin_block(struct open_block *b, int32_t day)
{
	buf_reset(&b->rows);
	event_write_begin(&b->writer, &b->rows);
	b->id = 0;
	b->day = day;
	b->first_ns = INT64_MAX;
	b->last_ns = INT64_MIN;
	b->n = 0;
}

static int
add_event(struct store *store, uint64_t chain, const struct event *ev,
    struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	struct open_block *b = block_of(s, chain, err);
	int32_t day = store_day_of(store, ev->time_ns);

	if (b == NULL)
		return -1;
	if (b->n == BLOCK_ROWS || (b->n > 0 && b->day != day))
		if (pack_block(s, b, err) < 0)
			return -1;
	if (b->n == 0 || b->n == BLOCK_ROWS || b->day != day)
		begin_block(b, day);
	event_write(&b->writer, ev, b->stream);
	keys_add(&b->keys, ev);
	b->n++;
	if (ev->time_ns < b->first_ns)
		b->first_ns = ev->time_ns;
	if (ev->time_ns > b->last_ns)
		b->last_ns = ev->time_ns;
	/* What has no time is in any period. */
	if (day == STORE_NO_DAY)
		b->last_ns = INT64_MAX;
	return 0;
}

static bool
has_keys(struct sqlite_store *s, int64_t block, const struct store_query *q)
{
	sqlite3_stmt *st;
	bool may = true;

	if (q->n_keys == 0)
		return true;
	st = with(s, BLOCK_KEYS, "i", block);
	if (next(s, st, NULL) == 1) {
		for (size_t i = 0; i < q->n_keys && may; i++)
			may = keys_may_have(text_at(st, 0), q->keys[i]);
		done(st);
	}
	return may;
}

static int
blocks(struct store *store, const struct store_query *q,
    void (*each)(void *ctx, uint64_t chain, uint64_t block), void *ctx,
    struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	sqlite3_stmt *st = with(s, BLOCKS, "ii", q->start_ns, q->end_ns);
	int more;

	while ((more = next(s, st, err)) == 1)
		if (has_keys(s, int_at(st, 1), q))
			each(ctx, (uint64_t)int_at(st, 0),
			    (uint64_t)int_at(st, 1));
	return more;
}

static int
unpack_at(struct sqlite_store *s, sqlite3_stmt *st, struct buf *b,
    struct err *err)
{
	if (zstd_block_unpack(s->zstd, text_at(st, 0), b) == 0)
		return 0;
	done(st);
	return damaged(s, "packed data", err);
}

static int
read_block(struct store *store, uint64_t block, struct buf *b,
    struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	sqlite3_stmt *st = with(s, READ_BLOCK, "i", (int64_t)block);
	int more = next(s, st, err);

	if (more < 0 || (more == 1 && unpack_at(s, st, b, err) < 0))
		return -1;
	if (more == 1)
		done(st);
	return 0;
}

/* ---- tallies ---- */

/* A part takes in those that are at most so many times as large. */
#define TAKE_IN 2

/* Adds the smaller parts of a day's dimension to t, and deletes them. */
static int
take_in(struct sqlite_store *s, int32_t day, uint64_t rules, enum dim_id dim,
    struct tally *t, size_t n, struct err *err)
{
	struct str name = str_from(dims[dim].name);
	int more = 1;

	while (n > 0 && more == 1) {
		sqlite3_stmt *st = with(s, PARTS, "iit", (int64_t)day,
		    (int64_t)rules, name);
		int64_t part = 0, cells = 0;

		more = next(s, st, err);
		if (more == 1) {
			part = int_at(st, 0);
			cells = int_at(st, 1);
			done(st);
		}
		if (more <= 0 || (uint64_t)cells > n * TAKE_IN)
			break;
		n += (size_t)cells;
		st = with(s, READ_PART, "i", part);
		buf_reset(&s->unpacked);
		if (next(s, st, err) < 0 ||
		    unpack_at(s, st, &s->unpacked, err) < 0)
			return -1;
		done(st);
		if (tally_load(t, dim, buf_str(&s->unpacked)) < 0)
			return damaged(s, dims[dim].name, err);
		if (run(s, with(s, DELETE_PART, "i", part), err) < 0)
			return -1;
	}
	return more < 0 ? -1 : 0;
}

static int
add_part(struct sqlite_store *s, int32_t day, uint64_t rules, enum dim_id dim,
    struct tally *t, struct err *err)
{
	size_t n;

	buf_reset(&s->unpacked);
	if (!tally_save(t, dim, &s->unpacked))
		return 0;
	tally_cells(t, dim, &n);
	buf_reset(&s->packed);
	zstd_block_pack(s->zstd, buf_str(&s->unpacked), &s->packed);
	return run(s, with(s, ADD_PART, "iitib", (int64_t)day, (int64_t)rules,
	    str_from(dims[dim].name), (int64_t)n, buf_str(&s->packed)), err);
}

static int
add_tally(struct store *store, int32_t day, uint64_t rules, struct tally *t,
    struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	size_t n[DIMS];

	/* A crowd that is added to has no cells until it is settled again. */
	for (int d = 0; d < DIMS; d++)
		tally_cells(t, (enum dim_id)d, &n[d]);
	for (int d = 0; d < DIMS; d++)
		if (tally_has(t, (enum dim_id)d) &&
		    take_in(s, day, rules, (enum dim_id)d, t, n[d], err) < 0)
			return -1;
	tally_settle(t);
	for (int d = 0; d < DIMS; d++)
		if (add_part(s, day, rules, (enum dim_id)d, t, err) < 0)
			return -1;
	return 0;
}

static int
days(struct store *store, uint64_t rules, struct arena *a,
    struct store_day **list, size_t *n, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	struct store_day *all = NULL;
	sqlite3_stmt *st = with(s, DAYS, "");
	size_t cap = 0;
	int more;

	*n = 0;
	while ((more = next(s, st, err)) == 1) {
		int32_t day = (int32_t)int_at(st, 0);

		if (*n == 0 || all[*n - 1].day != day)
			ARRAY_PUSH(all, *n, cap) =
			    (struct store_day){ .day = day };
		if ((uint64_t)int_at(st, 1) == rules)
			all[*n - 1].counted = true;
		else
			all[*n - 1].other_rules = true;
	}
	*list = arena_alloc(a, (*n + 1) * sizeof(*all));
	if (*n > 0)
		memcpy(*list, all, *n * sizeof(*all));
	free(all);
	return more;
}

static int
read_tally(struct store *store, int32_t day, uint64_t rules, struct tally *t,
    struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	sqlite3_stmt *st;
	int more;

	for (int d = 0; d < DIMS; d++) {
		if (!tally_has(t, (enum dim_id)d))
			continue;
		st = with(s, READ_DAY, "iit", (int64_t)day, (int64_t)rules,
		    str_from(dims[d].name));
		while ((more = next(s, st, err)) == 1) {
			buf_reset(&s->unpacked);
			if (unpack_at(s, st, &s->unpacked, err) < 0)
				return -1;
			if (tally_load(t, (enum dim_id)d,
			    buf_str(&s->unpacked)) < 0) {
				done(st);
				return damaged(s, dims[d].name, err);
			}
		}
		if (more < 0)
			return -1;
	}
	return 0;
}

/* ---- reading in one state ---- */

static int
look(struct store *store, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	int64_t generation;

	/* The state is as of the first statement that reads. */
	return run(s, with(s, LOOK, ""), err) < 0 ||
	    read_generation(s, &generation, err) < 0 ? -1 : 0;
}

static void
look_end(struct store *store)
{
	struct sqlite_store *s = sqlite_of(store);

	run(s, with(s, LOOK_END, ""), NULL);
}

const struct store_kind store_sqlite = {
	.name = "sqlite",
	.takes = takes,
	.open = open_store,
	.close = close_store,
	.verify = verify,
	.get_meta = get_meta,
	.set_meta = set_meta,
	.chains = chains,
	.sources = sources,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.set_chain = set_chain,
	.set_source = set_source,
	.add_event = add_event,
	.add_tally = add_tally,
	.look = look,
	.look_end = look_end,
	.days = days,
	.read_tally = read_tally,
	.blocks = blocks,
	.read_block = read_block,
};
