/*
 * The form, numbers and texts as pack.h has them:
 *
 *	version, texts: count and each, cells: count
 *	columns, each as a text: bucket, k1, k2, verdict, count; then sum, n and
 *	    max; first, last and example; each further sum - what is measured
 *	list: count and its entries, where the dimension has one
 *
 * Or, where it measures DIM_ACCOUNT: version, accounts (save_accounts.c).
 *
 * A text is named by its place in the list of texts, and so is a named key.
 */
#include "tally/save.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/pack.h"
#include "base/when.h"
#include "tally/fold.h"
#include "tally/key_names.h"
#include "tally/save_accounts.h"
#include "tally/save_list.h"
#include "tally/tally_private.h"

#define VERSION 1

enum dim_id
dim_find(struct str name)
{
	int d = 0;

	while (d < DIMS && !str_eq(name, str_from(dims[d].name)))
		d++;
	return (enum dim_id)d;
}

/* ---- saving ---- */

/* The texts of a dimension get numbers of their own, from 0 on. */
struct saver {
	struct tally *t;
	enum dim_id dim;
	uint32_t *places; /* by text id, plus one; 0: not used yet */
	uint32_t named[3][256]; /* the same by value, of named keys */
	struct buf texts, column;
	uint64_t n_texts;
	struct buf *out;
};

static uint32_t
place_new(struct saver *s, struct str text)
{
	pack_str(&s->texts, text);
	return (uint32_t)++s->n_texts;
}

static uint32_t
text_place(struct saver *s, uint32_t id)
{
	if (s->places[id] == 0)
		s->places[id] = place_new(s, tally_text(s->t, id));
	return s->places[id] - 1;
}

static uint32_t
name_place(struct saver *s, enum key_place place, uint32_t value)
{
	uint32_t *known = &s->named[place][value & 255];

	/* Enums are small; what is not shares a place with nobody. */
	if (value > 255 || *known == 0) {
		uint32_t at = place_new(s,
		    key_name(s->dim, place, value, s->t->o.classes));

		if (value > 255)
			return at - 1;
		*known = at;
	}
	return *known - 1;
}

static void
column_end(struct saver *s)
{
	pack_str(s->out, buf_str(&s->column));
	buf_reset(&s->column);
}

static void
save_buckets(struct saver *s, const struct table_cells *c)
{
	int64_t before = 0;

	for (size_t i = 0; i < c->n; i++) {
		pack_i64(&s->column, c->cells[i].bucket - before);
		before = c->cells[i].bucket;
	}
	column_end(s);
}

static void
save_keys(struct saver *s, const struct table_cells *c, enum key_place place)
{
	enum dim_key type = place == KEY_1 ? dims[s->dim].k1 :
	    place == KEY_2 ? dims[s->dim].k2 : DIM_NUMBER;
	bool named = key_is_named(s->dim, place);

	for (size_t i = 0; i < c->n && type != DIM_NONE; i++) {
		const struct cell *cell = &c->cells[i];
		uint32_t value = place == KEY_1 ? cell->k1 :
		    place == KEY_2 ? cell->k2 : cell->verdict;

		if (type == DIM_TEXT)
			value = text_place(s, value);
		else if (named)
			value = name_place(s, place, value);
		pack_u64(&s->column, value);
	}
	column_end(s);
}

static void
save_counts(struct saver *s, const struct table_cells *c)
{
	for (size_t i = 0; i < c->n; i++)
		pack_u64(&s->column, c->cells[i].count);
	column_end(s);
}

static void
save_sums(struct saver *s, const struct table_cells *c)
{
	for (size_t i = 0; i < c->n; i++) {
		pack_u64(&s->column, c->sums[i].n);
		if (c->sums[i].n == 0)
			continue;
		pack_i64(&s->column, c->sums[i].sum);
		pack_i64(&s->column, c->sums[i].max);
	}
	column_end(s);
}

/* Times by their distance, modulo 2^64, from the one before. */
static void
save_time(struct saver *s, int64_t *before, int64_t time_ns)
{
	pack_i64(&s->column,
	    (int64_t)((uint64_t)time_ns - (uint64_t)*before));
	*before = time_ns;
}

static void
save_seen(struct saver *s, const struct table_cells *c)
{
	int64_t before = 0;

	for (size_t i = 0; i < c->n; i++) {
		int64_t first_ns = c->seen[i].first_ns;

		save_time(s, &before, first_ns);
		save_time(s, &first_ns, c->seen[i].last_ns);
	}
	column_end(s);
	for (size_t i = 0; i < c->n; i++)
		pack_u64(&s->column, text_place(s, c->seen[i].example));
	column_end(s);
}

static void
save_plus(struct saver *s, const struct table_cells *c, unsigned k)
{
	for (size_t i = 0; i < c->n; i++)
		pack_i64(&s->column, c->plus[i * c->n_plus + k]);
	column_end(s);
}

static void
save_cells(struct saver *s, const struct table_cells *c)
{
	pack_u64(s->out, c->n);
	save_buckets(s, c);
	save_keys(s, c, KEY_1);
	save_keys(s, c, KEY_2);
	save_keys(s, c, KEY_VERDICT);
	save_counts(s, c);
	if (c->sums)
		save_sums(s, c);
	if (c->seen)
		save_seen(s, c);
	for (unsigned k = 0; k < c->n_plus; k++)
		save_plus(s, c, k);
}

static bool
save_accounts(const struct tally *t, enum dim_id dim, struct buf *b)
{
	size_t before = b->n;

	pack_u64(b, VERSION);
	if (tally_save_accounts(t, dim, b))
		return true;
	b->n = before;
	return false;
}

bool
tally_save(struct tally *t, enum dim_id dim, struct buf *b)
{
	struct buf cells = { 0 };
	struct saver s = { .t = t, .dim = dim, .out = &cells };

	if (!tally_has(t, dim))
		return false;
	if (dims[dim].measures & DIM_ACCOUNT)
		return save_accounts(t, dim, b);
	if (t->tables[dim].n == 0)
		return false;
	s.places = mem_zalloc(tally_texts(t) * sizeof(*s.places));
	save_cells(&s, &t->tables[dim]);
	pack_u64(b, VERSION);
	pack_u64(b, s.n_texts);
	buf_add_str(b, buf_str(&s.texts));
	buf_add_str(b, buf_str(&cells));
	tally_save_list(t, dim, b);
	free(s.places);
	buf_clear(&s.texts);
	buf_clear(&s.column);
	buf_clear(&cells);
	return true;
}

/* ---- loading ---- */

struct loader {
	struct tally *t;
	enum dim_id dim;
	struct unpack in;
	size_t n_texts;
	struct str *texts;
	const struct tally_fold *fold; /* NULL: nothing is left out */
	/* Of the texts in t, where they are keys or examples; folded ones by the
	 * place where they stand, plus one; 0: not yet. */
	uint32_t *ids;
	uint32_t *folded[FOLD_PLACES];
	struct buf scratch;
	uint32_t *named[3]; /* values of named keys, by text; plus one */
};

static struct unpack
column(struct loader *l)
{
	struct str s = unpack_str(&l->in);

	l->in.bad |= s.p == NULL;
	return unpack_begin(s.p ? s : STR(""));
}

static uint32_t
text_at(struct loader *l, struct unpack *from, enum fold_place where)
{
	uint64_t place = unpack_u64(from);
	uint32_t *id;

	if (place >= l->n_texts) {
		l->in.bad = true;
		return INTERN_EMPTY;
	}
	if (l->fold == NULL)
		return l->ids[place];
	id = &l->folded[where][place];
	if (*id == 0) {
		buf_reset(&l->scratch);
		*id = intern_add(&l->t->texts, fold_text(l->fold, l->dim,
		    where, l->texts[place], &l->scratch)) + 1;
	}
	return *id - 1;
}

static uint32_t
name_at(struct loader *l, struct unpack *from, enum key_place place)
{
	uint64_t at = unpack_u64(from);
	uint32_t value;

	if (at >= l->n_texts) {
		l->in.bad = true;
		return 0;
	}
	if (l->named[place][at] == 0) {
		if (!key_of_name(l->dim, place, l->texts[at],
		    l->t->o.classes, &value)) {
			l->in.bad = true;
			return 0;
		}
		l->named[place][at] = value + 1;
	}
	return l->named[place][at] - 1;
}

static uint32_t
key_at(struct loader *l, struct unpack *from, enum key_place place)
{
	enum dim_key type = place == KEY_1 ? dims[l->dim].k1 :
	    place == KEY_2 ? dims[l->dim].k2 : DIM_NUMBER;

	if (type == DIM_NONE)
		return 0;
	if (type == DIM_TEXT)
		return text_at(l, from, place == KEY_1 ? FOLD_KEY_1
		    : FOLD_KEY_2);
	return key_is_named(l->dim, place) ? name_at(l, from, place)
	    : (uint32_t)unpack_u64(from);
}

/* A cell as it was saved. */
struct loaded {
	struct cell cell;
	struct cell_sum sum;
	struct cell_seen seen;
	int64_t plus[15];
};

struct columns {
	struct unpack bucket, k1, k2, verdict, count, sum, seen, example;
	struct unpack plus[15];
	int64_t bucket_before, time_before;
};

static void
columns_begin(struct loader *l, struct columns *c)
{
	unsigned measures = dims[l->dim].measures;

	*c = (struct columns){ .bucket = column(l), .k1 = column(l) };
	c->k2 = column(l);
	c->verdict = column(l);
	c->count = column(l);
	if (measures & DIM_SUM)
		c->sum = column(l);
	if (measures & DIM_SEEN) {
		c->seen = column(l);
		c->example = column(l);
	}
	for (unsigned k = 0; k < DIM_N_PLUS(measures); k++)
		c->plus[k] = column(l);
}

static int64_t
time_at(struct unpack *from, int64_t before)
{
	return (int64_t)((uint64_t)before + (uint64_t)unpack_i64(from));
}

static void
read_cell(struct loader *l, struct columns *c, struct loaded *x)
{
	unsigned measures = dims[l->dim].measures;

	c->bucket_before += unpack_i64(&c->bucket);
	x->cell = (struct cell){ .bucket = (int32_t)c->bucket_before,
		.k1 = key_at(l, &c->k1, KEY_1),
		.k2 = key_at(l, &c->k2, KEY_2),
		.verdict = key_at(l, &c->verdict, KEY_VERDICT),
		.count = unpack_u64(&c->count) };
	if (l->fold && l->fold->what & FOLD_HOURS &&
	    dims[l->dim].grain == DIM_HOUR)
		x->cell.bucket = l->fold->day_bucket;
	if (measures & DIM_SUM) {
		x->sum = (struct cell_sum){ .max = INT64_MIN,
			.n = unpack_u64(&c->sum) };
		if (x->sum.n > 0) {
			x->sum.sum = unpack_i64(&c->sum);
			x->sum.max = unpack_i64(&c->sum);
		}
	}
	if (measures & DIM_SEEN) {
		x->seen.first_ns = time_at(&c->seen, c->time_before);
		x->seen.last_ns = time_at(&c->seen, x->seen.first_ns);
		c->time_before = x->seen.first_ns;
		x->seen.example = text_at(l, &c->example, FOLD_EXAMPLE);
	}
	for (unsigned k = 0; k < DIM_N_PLUS(measures); k++)
		x->plus[k] = unpack_i64(&c->plus[k]);
}

static void
add_to_table(struct loader *l, const struct loaded *x)
{
	struct table_cells *to = &l->t->tables[l->dim];
	size_t i = table_cell(to, x->cell.bucket, x->cell.k1, x->cell.k2,
	    x->cell.verdict);

	if (to->sums) {
		to->sums[i].sum = num_add_signed(to->sums[i].sum, x->sum.sum);
		to->sums[i].n += x->sum.n;
		if (x->sum.max > to->sums[i].max)
			to->sums[i].max = x->sum.max;
	}
	if (to->seen)
		tally_see(l->t, &to->seen[i], to->cells[i].count == 0 &&
		    to->seen[i].last_ns == WHEN_NONE, &x->seen,
		    tally_text(l->t, x->seen.example));
	for (unsigned k = 0; k < to->n_plus; k++)
		table_plus(to, i, k, x->plus[k]);
	to->cells[i].count += x->cell.count;
}

static void
add_to_crowd(struct loader *l, const struct loaded *x)
{
	struct crowd_what what = { .dim = (uint16_t)l->dim,
		.k2 = x->cell.k2, .verdict = (uint16_t)x->cell.verdict };

	crowd_add(l->t, intern_of(&l->t->texts, x->cell.k1), &what,
	    x->cell.count, dims[l->dim].measures & DIM_SEEN ? &x->seen : NULL,
	    tally_text(l->t, x->seen.example));
}

static bool
columns_bad(const struct loader *l, const struct columns *c)
{
	bool bad = l->in.bad || c->bucket.bad || c->k1.bad || c->k2.bad ||
	    c->verdict.bad || c->count.bad || c->sum.bad || c->seen.bad ||
	    c->example.bad;

	for (unsigned k = 0; k < DIM_N_PLUS(dims[l->dim].measures); k++)
		bad |= c->plus[k].bad;
	return bad;
}

/*
 * A crowd's cell is found through its name, far away in memory: cells are
 * read some way ahead of being added, and what they need is on its way then.
 */
#define AHEAD 16

static void
load_cells(struct loader *l)
{
	size_t n = unpack_count(&l->in);
	bool crowd = dims[l->dim].measures & DIM_CROWD;
	struct loaded ring[AHEAD] = { 0 };
	struct columns c;

	columns_begin(l, &c);
	for (size_t i = 0; i < n + AHEAD; i++) {
		struct loaded *x = &ring[i % AHEAD];

		if (i >= AHEAD && crowd)
			add_to_crowd(l, x);
		else if (i >= AHEAD)
			add_to_table(l, x);
		if (i >= n || columns_bad(l, &c)) {
			n = i < n ? i : n;
			continue;
		}
		read_cell(l, &c, x);
		if (crowd)
			crowd_fetch(&l->t->crowd,
			    intern_of(&l->t->texts, x->cell.k1));
	}
	l->in.bad = columns_bad(l, &c);
}

static void
load_texts(struct loader *l)
{
	l->n_texts = unpack_count(&l->in);
	l->texts = mem_alloc((l->n_texts + 1) * sizeof(*l->texts));
	l->ids = mem_zalloc((l->n_texts + 1) * sizeof(*l->ids));
	for (int i = 0; i < 3; i++)
		l->named[i] = mem_zalloc((l->n_texts + 1) * sizeof(uint32_t));
	for (size_t i = 0; i < l->n_texts; i++) {
		l->texts[i] = unpack_str(&l->in);
		l->in.bad |= l->texts[i].p == NULL;
	}
	for (int i = 0; i < FOLD_PLACES && l->fold; i++)
		l->folded[i] = mem_zalloc((l->n_texts + 1) *
		    sizeof(uint32_t));
	if (!l->in.bad && l->fold == NULL)
		intern_add_many(&l->t->texts, l->texts, l->n_texts, l->ids);
}

int
tally_load(struct tally *t, enum dim_id dim, struct str saved)
{
	return tally_load_folded(t, dim, saved, NULL);
}

int
tally_load_folded(struct tally *t, enum dim_id dim, struct str saved,
    const struct tally_fold *fold)
{
	struct loader l = { .t = t, .dim = dim, .fold = fold,
		.in = unpack_begin(saved) };

	if (unpack_u64(&l.in) != VERSION)
		return -1;
	if (dims[dim].measures & DIM_ACCOUNT) {
		tally_load_accounts(t, dim, &l.in, fold);
		return l.in.bad || l.in.at != l.in.end ? -1 : 0;
	}
	later_drain(t);
	load_texts(&l);
	if (!l.in.bad)
		load_cells(&l);
	if (!l.in.bad && fold_keeps_list(fold))
		tally_load_list(t, dim, &l.in);
	else
		l.in.at = l.in.end;
	free(l.texts);
	free(l.ids);
	for (int i = 0; i < 3; i++)
		free(l.named[i]);
	for (int i = 0; i < FOLD_PLACES; i++)
		free(l.folded[i]);
	buf_clear(&l.scratch);
	return l.in.bad || l.in.at != l.in.end ? -1 : 0;
}
