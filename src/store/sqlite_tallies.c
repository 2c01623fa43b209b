#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "input/zstd_block.h"
#include "store/sqlite_db.h"
#include "tally/fold.h"
#include "tally/save.h"

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
		sqlite3_stmt *st = db_with(s, PARTS, "iit", (int64_t)day,
		    (int64_t)rules, name);
		int64_t part = 0, cells = 0;

		more = db_next(s, st, err);
		if (more == 1) {
			part = db_int(st, 0);
			cells = db_int(st, 1);
			db_done(st);
		}
		if (more <= 0 || (uint64_t)cells > n * TAKE_IN)
			break;
		n += (size_t)cells;
		st = db_with(s, READ_PART, "i", part);
		buf_reset(&s->unpacked);
		if (db_next(s, st, err) < 0 ||
		    db_unpack(s, st, &s->unpacked, err) < 0)
			return -1;
		db_done(st);
		if (tally_load(t, dim, buf_str(&s->unpacked)) < 0)
			return db_damaged(s, dims[dim].name, err);
		if (db_run(s, db_with(s, DELETE_PART, "i", part), err) < 0)
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
	return db_run(s, db_with(s, ADD_PART, "iitib", (int64_t)day, (int64_t)rules,
	    str_from(dims[dim].name), (int64_t)n, buf_str(&s->packed)), err);
}

int
sqlite_add_tally(struct store *store, int32_t day, uint64_t rules, struct tally *t,
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

int
sqlite_days(struct store *store, uint64_t rules, struct arena *a,
    struct store_day **list, size_t *n, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	struct store_day *all = NULL;
	sqlite3_stmt *st = db_with(s, DAYS, "");
	size_t cap = 0;
	int more;

	*n = 0;
	while ((more = db_next(s, st, err)) == 1) {
		int32_t day = (int32_t)db_int(st, 0);

		if (*n == 0 || all[*n - 1].day != day)
			ARRAY_PUSH(all, *n, cap) =
			    (struct store_day){ .day = day };
		if ((uint64_t)db_int(st, 1) == rules)
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

/* Adds the parts of a dimension to t; folded, unless fold is NULL. */
static int
read_parts(struct sqlite_store *s, int32_t day, uint64_t rules,
    enum dim_id dim, const struct tally_fold *fold, struct tally *t,
    struct err *err)
{
	sqlite3_stmt *st = db_with(s, READ_DAY, "iit", (int64_t)day,
	    (int64_t)rules, str_from(dims[dim].name));
	int more;

	while ((more = db_next(s, st, err)) == 1) {
		buf_reset(&s->unpacked);
		if (db_unpack(s, st, &s->unpacked, err) < 0)
			return -1;
		if (tally_load_folded(t, dim, buf_str(&s->unpacked),
		    fold) < 0) {
			db_done(st);
			return db_damaged(s, dims[dim].name, err);
		}
	}
	return more;
}

int
sqlite_read_tally(struct store *store, int32_t day, uint64_t rules,
    struct tally *t, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);

	for (int d = 0; d < DIMS; d++)
		if (tally_has(t, (enum dim_id)d) && read_parts(s, day, rules,
		    (enum dim_id)d, NULL, t, err) < 0)
			return -1;
	return 0;
}

/* ---- folding ---- */

int
sqlite_drop_facts(struct store *store, int32_t day, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);

	return db_run(s, db_with(s, DROP_FACTS, "i", (int64_t)day), err);
}

static void
part_at(sqlite3_stmt *st, struct arena *a, void *to)
{
	(void)a;
	*(struct store_part *)to = (struct store_part){
		.day = (int32_t)db_int(st, 0),
		.rules = (uint64_t)db_int(st, 1) };
}

int
sqlite_unfolded(struct store *store, int32_t day, unsigned what,
    struct arena *a, struct store_part **parts, size_t *n, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);
	void *rows = NULL;
	int result = db_rows(s, db_with(s, UNFOLDED, "ii", (int64_t)day,
	    (int64_t)what), a, part_at, sizeof(**parts), &rows, n, err);

	*parts = rows;
	return result;
}

static int
fold_dimension(struct sqlite_store *s, const struct store_part *part,
    enum dim_id dim, const struct tally_fold *fold, struct tally *t,
    struct err *err)
{
	/* Categories of a configuration that is no longer there have names
	 * that nobody knows: these keep their hours. */
	if (read_parts(s, part->day, part->rules, dim, fold, t, err) < 0)
		return dim == DIM_CATEGORY && err->kind == ERR_DATA ? 0 : -1;
	tally_settle(t);
	if (db_run(s, db_with(s, DELETE_DAY, "iit", (int64_t)part->day,
	    (int64_t)part->rules, str_from(dims[dim].name)), err) < 0)
		return -1;
	return add_part(s, part->day, part->rules, dim, t, err);
}

int
sqlite_fold(struct store *store, const struct store_part *part,
    const struct tally_fold *fold, struct tally *t, struct err *err)
{
	struct sqlite_store *s = sqlite_of(store);

	for (int d = 0; d < DIMS; d++)
		if (tally_fold_changes((enum dim_id)d, fold->what) &&
		    fold_dimension(s, part, (enum dim_id)d, fold, t, err) < 0)
			return -1;
	return db_run(s, db_with(s, SET_FOLDED, "iii", (int64_t)fold->what,
	    (int64_t)part->day, (int64_t)part->rules), err);
}
