#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "input/zstd_block.h"
#include "store/place.h"
#include "store/sqlite_db.h"

#define BUSY_MS 5000

static int
read_settings(struct sqlite_store *s, struct err *err)
{
	struct arena a = { 0 };
	struct str zone, grain;
	int result = -1;

	if (sqlite_get_meta(&s->store, "zone", &a, &zone, err) == 0 &&
	    sqlite_get_meta(&s->store, "grain", &a, &grain, err) == 0) {
		s->store.zone_name = mem_cstr(zone.p ? zone : STR("UTC"));
		s->store.settings.grain_s =
		    str_eq(grain, STR("900")) ? 900 : 3600;
		result = 0;
	}
	arena_clear(&a);
	return result;
}

void
sqlite_close(struct store *store)
{
	struct sqlite_store *s = sqlite_of(store);

	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(s->prepared[i]);
	sqlite_forget_blocks(s);
	free(s->blocks);
	zstd_block_free(&s->zstd);
	buf_clear(&s->packed);
	buf_clear(&s->unpacked);
	sqlite3_close(s->db);
	free(s);
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

int
sqlite_open(struct store **store, const char *where, enum store_mode mode,
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
			db_fail(s, err);
		else if ((mode == STORE_READ || db_tell(s, "PRAGMA secure_delete = "
		    "ON; PRAGMA synchronous = FULL;", err) == 0) &&
		    sqlite_schema(s, mode, settings, err) == 0)
			result = read_settings(s, err);
	}
	*store = &s->store;
	if (result < 0) {
		free(s->store.name);
		sqlite_close(*store);
		*store = NULL;
	}
	return result;
}
