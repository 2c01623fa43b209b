#include <stdlib.h>

#include "base/err.h"
#include "base/when.h"
#include "input/zstd_block.h"
#include "store/sqlite_db.h"

/* Facts in a block: enough to pack well, few enough to be looked through. */
#define BLOCK_ROWS 4096

void
sqlite_forget_blocks(struct sqlite_store *s)
{
	for (size_t i = 0; i < s->n_blocks; i++) {
		buf_clear(&s->blocks[i].rows);
		keys_clear(&s->blocks[i].keys);
	}
	s->n_blocks = 0;
	arena_clear(&s->texts);
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
	st = db_with(s, SET_BLOCK, "iiiiiibb", b->id, (int64_t)b->chain,
	    (int64_t)b->day, b->first_ns, b->last_ns, (int64_t)b->n,
	    buf_str(&filter), buf_str(&s->packed));
	if (st && b->id == 0)
		sqlite3_bind_null(st, 1);
	result = db_run(s, st, err);
	buf_clear(&filter);
	return result;
}

int
sqlite_write_blocks(struct sqlite_store *s, struct err *err)
{
	for (size_t i = 0; i < s->n_blocks; i++)
		if (pack_block(s, &s->blocks[i], err) < 0)
			return -1;
	return 0;
}

/* ---- facts ---- */

/* Reads a block's keys, and where its writing would go on. */
static int
read_keys(struct sqlite_store *s, struct keys *k, struct str rows,
    struct str stream, struct event_reader *r, struct err *err)
{
	struct event ev;

	if (!event_read_begin(r, rows, stream))
		return db_damaged(s, "a block of facts", err);
	while (event_read(r, &ev))
		keys_add(k, &ev);
	return r->in.bad ? db_damaged(s, "a block of facts", err) : 0;
}

/* Those of the block after *id, which is moved on; 0: there is none. */
static int
set_next_keys(struct sqlite_store *s, int64_t *id, struct keys *k,
    struct buf *filter, struct err *err)
{
	sqlite3_stmt *st = db_with(s, NEXT_BLOCK, "i", *id);
	struct event_reader r;
	int more = db_next(s, st, err);

	if (more <= 0)
		return more;
	*id = db_int(st, 1);
	buf_reset(&s->unpacked);
	if (db_unpack(s, st, &s->unpacked, err) < 0)
		return -1;
	more = read_keys(s, k, buf_str(&s->unpacked), db_text(st, 2), &r, err);
	db_done(st);
	buf_reset(filter);
	keys_take(k, filter);
	if (more < 0 || db_run(s, db_with(s, SET_KEYS, "bi", buf_str(filter),
	    *id), err) < 0)
		return -1;
	return 1;
}

int
sqlite_set_keys(struct sqlite_store *s, struct err *err)
{
	struct keys k = { 0 };
	struct buf filter = { 0 };
	int64_t id = 0;
	int more;

	do {
		more = set_next_keys(s, &id, &k, &filter, err);
	} while (more == 1);
	keys_clear(&k);
	buf_clear(&filter);
	return more;
}

/* Goes on with the last block of a chain, if it is not full. */
static int
reopen_block(struct sqlite_store *s, struct open_block *b, struct err *err)
{
	sqlite3_stmt *st = db_with(s, LAST_BLOCK, "i", (int64_t)b->chain);
	struct event_reader r;
	int more = db_next(s, st, err);

	if (more <= 0)
		return more;
	if (db_int(st, 4) >= BLOCK_ROWS) {
		db_done(st);
		return 0;
	}
	b->id = db_int(st, 0);
	b->day = (int32_t)db_int(st, 1);
	b->first_ns = db_int(st, 2);
	b->last_ns = db_int(st, 3);
	b->n = (size_t)db_int(st, 4);
	db_done(st);
	if (sqlite_read_block(&s->store, (uint64_t)b->id, &b->rows,
	    err) < 0)
		return -1;
	if (read_keys(s, &b->keys, buf_str(&b->rows), b->stream, &r, err) < 0)
		return -1;
	event_write_on(&b->writer, &r, &b->rows);
	return 0;
}

/* The stream of a chain, to be left out where events have it. */
static int
stream_of(struct sqlite_store *s, uint64_t chain, struct str *stream,
    struct err *err)
{
	sqlite3_stmt *st = db_with(s, CHAINS, "");
	int more;

	*stream = str_none();
	while ((more = db_next(s, st, err)) == 1)
		if ((uint64_t)db_int(st, 0) == chain)
			*stream = arena_str(&s->texts, db_text(st, 1));
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

int
sqlite_add_event(struct store *store, uint64_t chain, const struct event *ev,
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

	/* Older ones have fewer kinds of keys. */
	if (q->n_keys == 0 || s->version < STORE_SCHEMA)
		return true;
	st = db_with(s, BLOCK_KEYS, "i", block);
	if (db_next(s, st, NULL) == 1) {
		for (size_t i = 0; i < q->n_keys && may; i++)
			may = keys_may_have(db_text(st, 0), q->keys[i]);
		db_done(st);
	}
	return may;
}

int
sqlite_blocks(struct store *store, const struct store_query *q,
    void (*each)(void *ctx, uint64_t chain, uint64_t block), void *ctx,
    struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	sqlite3_stmt *st = db_with(s, BLOCKS, "ii", q->start_ns, q->end_ns);
	int more;

	while ((more = db_next(s, st, err)) == 1)
		if (has_keys(s, db_int(st, 1), q))
			each(ctx, (uint64_t)db_int(st, 0),
			    (uint64_t)db_int(st, 1));
	return more;
}

int
sqlite_read_block(struct store *store, uint64_t block, struct buf *b,
    struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	sqlite3_stmt *st = db_with(s, READ_BLOCK, "i", (int64_t)block);
	int more = db_next(s, st, err);

	if (more < 0 || (more == 1 && db_unpack(s, st, b, err) < 0))
		return -1;
	if (more == 1)
		db_done(st);
	return 0;
}
