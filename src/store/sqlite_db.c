#include "store/sqlite_db.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "input/zstd_block.h"

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
	[UNFOLDED] = "SELECT DISTINCT day, rules FROM tallies "
	    "WHERE day < ?1 AND fold & ?2 <> ?2 ORDER BY day",
	[DELETE_DAY] = "DELETE FROM tallies "
	    "WHERE day = ? AND rules = ? AND dimension = ?",
	[SET_FOLDED] = "UPDATE tallies SET fold = fold | ? "
	    "WHERE day = ? AND rules = ?",
	[DROP_FACTS] = "DELETE FROM facts WHERE day < ?",
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
	[NEXT_BLOCK] = "SELECT data, facts.id, stream FROM facts "
	    "JOIN chains ON chains.id = chain WHERE facts.id > ? "
	    "ORDER BY facts.id LIMIT 1",
	[SET_KEYS] = "UPDATE facts SET keys = ? WHERE id = ?",
};

struct sqlite_store *
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

int
db_fail(const struct sqlite_store *s, struct err *err)
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

int
db_damaged(const struct sqlite_store *s, const char *what, struct err *err)
{
	return err_set(err, ERR_DATA, "%s: %s in it cannot be understood: it is "
	    "damaged, or of a newer mailtally", s->store.name, what);
}

/* ---- statements ---- */

/* ---- statements ---- */

sqlite3_stmt *
db_with(struct sqlite_store *s, enum statement which, const char *types, ...)
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

int
db_next(struct sqlite_store *s, sqlite3_stmt *st, struct err *err)
{
	int code = st ? sqlite3_step(st) : SQLITE_ERROR;

	if (code == SQLITE_ROW)
		return 1;
	if (code != SQLITE_DONE)
		db_fail(s, err);
	if (st)
		sqlite3_reset(st);
	return code == SQLITE_DONE ? 0 : -1;
}

int
db_run(struct sqlite_store *s, sqlite3_stmt *st, struct err *err)
{
	return db_next(s, st, err);
}

struct str
db_text(sqlite3_stmt *st, int column)
{
	const void *p = sqlite3_column_blob(st, column);

	return str_make(p ? p : "", (size_t)sqlite3_column_bytes(st, column));
}

int64_t
db_int(sqlite3_stmt *st, int column)
{
	return sqlite3_column_int64(st, column);
}

void
db_done(sqlite3_stmt *st)
{
	sqlite3_reset(st);
}

int
db_ask(struct sqlite_store *s, const char *sql, int64_t *value, struct err *err)
{
	sqlite3_stmt *st = NULL;
	int code = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		*value = db_int(st, 0);
	else if (code != SQLITE_DONE)
		db_fail(s, err);
	sqlite3_finalize(st);
	return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : -1;
}

int
db_tell(struct sqlite_store *s, const char *sql, struct err *err)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK
	    ? 0 : db_fail(s, err);
}

int
db_rows(struct sqlite_store *s, sqlite3_stmt *st, struct arena *a,
    db_row_fn *row, size_t size, void **list, size_t *n, struct err *err)
{
	struct buf all = { 0 };
	int more;

	*n = 0;
	while ((more = db_next(s, st, err)) == 1) {
		row(st, a, buf_reserve(&all, size));
		all.n += size;
		++*n;
	}
	*list = arena_alloc(a, all.n + 1);
	if (all.n > 0)
		memcpy(*list, all.p, all.n);
	buf_clear(&all);
	return more;
}

/* ---- packed data ---- */

int
db_unpack(struct sqlite_store *s, sqlite3_stmt *st, struct buf *b,
    struct err *err)
{
	if (zstd_block_unpack(s->zstd, db_text(st, 0), b) == 0)
		return 0;
	db_done(st);
	return db_damaged(s, "packed data", err);
}
