#include "summarize/sums.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"

void
sums_init(struct sums *s)
{
	*s = (struct sums){ 0 };
	intern_init(&s->keys);
}

void
sums_clear(struct sums *s)
{
	intern_clear(&s->keys);
	free(s->rows);
	*s = (struct sums){ 0 };
}

static bool
is_visible(char c)
{
	return c > ' ' && c <= '~';
}

/* What would be a comment, or the line that tells the beginning. */
static bool
means_something_else(struct str key)
{
	return str_starts(key, STR("#")) || str_eq(key, STR("LOGFILE_EPOCH"));
}

/* Writes key and name of row; both are at most SUMS_NAME long. */
static void
set_names(struct sums_row *row, struct str name)
{
	size_t n;

	name = str_head(str_trim(name), SUMS_NAME);
	if (name.n == 0)
		name = STR("(none)");
	n = name.n;
	for (size_t i = 0; i < n; i++) {
		row->key[i] = is_visible(name.p[i]) ? name.p[i] : '_';
		row->name[i] = name.p[i] == ' ' ? ' ' : row->key[i];
	}
	row->key[n] = row->name[n] = '\0';
	if (means_something_else(str_make(row->key, n)))
		row->key[0] = row->name[0] = '_';
}

static void
widen(struct sums_row *row, int64_t first_ns)
{
	if (first_ns >= 0 &&
	    (row->first_ns == WHEN_NONE || first_ns < row->first_ns))
		row->first_ns = first_ns;
}

static struct sums_row *
new_row(struct sums *s, const struct sums_row *names)
{
	intern_add(&s->keys, str_from(names->key));
	ARRAY_PUSH(s->rows, s->n, s->cap) = *names;
	return &s->rows[s->n - 1];
}

static struct sums_row *
row_of(struct sums *s, const struct sums_row *names)
{
	uint32_t id = intern_find(&s->keys, str_from(names->key));

	return id == UINT32_MAX ? NULL : &s->rows[id - 1];
}

void
sums_add(struct sums *s, struct str name, int64_t first_ns, uint64_t count)
{
	struct sums_row names = { .first_ns = WHEN_NONE }, *row;

	set_names(&names, name);
	row = row_of(s, &names);
	/* The place of SUMS_OTHERS is kept free. */
	if (row == NULL && s->n >= SUMS_MAX - 1 &&
	    strcmp(names.key, SUMS_OTHERS) != 0) {
		s->cut = num_add(s->cut, count);
		set_names(&names, STR(SUMS_OTHERS));
		row = row_of(s, &names);
	}
	if (row == NULL)
		row = new_row(s, &names);
	/* A state file has no blanks in names, a log has. */
	if (strchr(names.name, ' ') != NULL)
		memcpy(row->name, names.name, sizeof(row->name));
	row->count = num_add(row->count, count);
	widen(row, first_ns);
}

void
sums_merge(struct sums *s, const struct sums *other)
{
	for (size_t i = 0; i < other->n; i++)
		sums_add(s, str_from(other->rows[i].name),
		    other->rows[i].first_ns, other->rows[i].count);
	s->cut = num_add(s->cut, other->cut);
}

const struct sums_row *
sums_find(const struct sums *s, struct str name)
{
	struct sums_row names;
	uint32_t id;

	set_names(&names, name);
	id = intern_find(&s->keys, str_from(names.key));
	return id == UINT32_MAX ? NULL : &s->rows[id - 1];
}

uint64_t
sums_total(const struct sums *s)
{
	uint64_t total = 0;

	for (size_t i = 0; i < s->n; i++)
		total = num_add(total, s->rows[i].count);
	return total;
}
