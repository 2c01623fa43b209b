#include <string.h>

#include "base/err.h"
#include "store/sqlite_db.h"

/* ---- chains and sources ---- */

static void
chain_at(sqlite3_stmt *st, struct arena *a, void *to)
{
	*(struct store_chain *)to = (struct store_chain){
		.id = (uint64_t)db_int(st, 0),
		.stream = arena_str(a, db_text(st, 1)),
		.place = arena_str(a, db_text(st, 2)),
		.format = arena_str(a, db_text(st, 3)),
		.last_ns = db_int(st, 4), .end = (uint64_t)db_int(st, 5),
		.state = arena_str(a, db_text(st, 6)) };
}

int
sqlite_chains(struct store *store, struct arena *a, struct store_chain **list,
    size_t *n, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	void *rows = NULL;
	int result;

	*n = 0;
	if (sqlite_generation(s, &s->generation, err) < 0)
		return -1;
	result = db_rows(s, db_with(s, CHAINS, ""), a, chain_at,
	    sizeof(**list), &rows, n, err);
	*list = rows;
	return result;
}

int
sqlite_set_chain(struct store *store, struct store_chain *c, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	sqlite3_stmt *st = db_with(s, SET_CHAIN, "itttiib", (int64_t)c->id,
	    c->stream, c->place, c->format, c->last_ns, (int64_t)c->end,
	    c->state);

	if (st && c->id == 0)
		sqlite3_bind_null(st, 1);
	if (db_run(s, st, err) < 0)
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
	struct str s = db_text(st, column);
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

static void
source_at(sqlite3_stmt *st, struct arena *a, void *to)
{
	*(struct store_source *)to = (struct store_source){
		.id = (uint64_t)db_int(st, 0), .chain = (uint64_t)db_int(st, 1),
		.base = (uint64_t)db_int(st, 2),
		.position = (uint64_t)db_int(st, 3),
		.line = mark_at(st, 4), .head = mark_at(st, 5),
		.tail = mark_at(st, 6),
		.path = arena_str(a, db_text(st, 7)),
		.kind = arena_str(a, db_text(st, 8)),
		.packing = arena_str(a, db_text(st, 9)),
		.disk_bytes = (uint64_t)db_int(st, 10),
		.device = (uint64_t)db_int(st, 11),
		.inode = (uint64_t)db_int(st, 12), .mtime_ns = db_int(st, 13),
		.lines = (uint64_t)db_int(st, 14),
		.used = (uint64_t)db_int(st, 15),
		.ignored = (uint64_t)db_int(st, 16),
		.not_understood = (uint64_t)db_int(st, 17),
		.long_lines = (uint64_t)db_int(st, 18),
		.error = arena_str(a, db_text(st, 19)),
		.truncated = db_int(st, 20) != 0,
		.copies = (uint64_t)db_int(st, 21) };
}

int
sqlite_sources(struct store *store, struct arena *a,
    struct store_source **list, size_t *n, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	void *rows = NULL;
	int result = db_rows(s, db_with(s, SOURCES, ""), a, source_at,
	    sizeof(**list), &rows, n, err);

	*list = rows;
	return result;
}

int
sqlite_set_source(struct store *store, struct store_source *c, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	char line[32], head[32], tail[32];
	sqlite3_stmt *st = db_with(s, SET_SOURCE, "iiiibbbtttiiiiiiiiitii",
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
	if (db_run(s, st, err) < 0)
		return -1;
	c->id = (uint64_t)sqlite3_last_insert_rowid(s->db);
	return 0;
}
