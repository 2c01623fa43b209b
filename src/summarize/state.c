#include "summarize/state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"

#define EPOCH "LOGFILE_EPOCH"
#define MARK "# mailtally: "

/* FNV-1a. */
#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)

static uint64_t
hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static uint64_t
hash_row(uint64_t hash, const char *key, int64_t first_ns, uint64_t count)
{
	hash = hash_bytes(hash, key, strlen(key) + 1);
	hash = hash_bytes(hash, &first_ns, sizeof(first_ns));
	return hash_bytes(hash, &count, sizeof(count));
}

void
state_init(struct state *s)
{
	*s = (struct state){ .epoch_ns = WHEN_NONE, .newest_ns = WHEN_NONE,
		.halved_ns = WHEN_NONE, .rows_hash = HASH_BEGIN };
	sums_init(&s->sums);
}

void
state_clear(struct state *s)
{
	sums_clear(&s->sums);
	buf_clear(&s->open);
}

bool
state_is_empty(const struct state *s)
{
	return s->sums.n == 0;
}

static int64_t
earlier(int64_t a_ns, int64_t b_ns)
{
	if (a_ns == WHEN_NONE || b_ns == WHEN_NONE)
		return a_ns == WHEN_NONE ? b_ns : a_ns;
	return a_ns < b_ns ? a_ns : b_ns;
}

void
state_add(struct state *s, const struct sums *sums, int64_t first_ns,
    int64_t last_ns)
{
	sums_merge(&s->sums, sums);
	s->epoch_ns = earlier(s->epoch_ns, first_ns);
	if (last_ns > s->newest_ns) /* WHEN_NONE is less than any time */
		s->newest_ns = last_ns;
}

bool
state_has_included(const struct state *s, struct log_id id)
{
	for (size_t i = 0; i < s->n_included; i++)
		if (log_id_eq(s->included[i], id))
			return true;
	return false;
}

void
state_include(struct state *s, struct log_id id)
{
	if (id.bytes == 0 || state_has_included(s, id))
		return;
	if (s->n_included == STATE_MAX_INCLUDED) {
		s->n_included--;
		memmove(s->included, s->included + 1,
		    s->n_included * sizeof(*s->included));
	}
	s->included[s->n_included++] = id;
}

/* ---- reading ---- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* Takes the last word off *rest. */
static struct str
last_word(struct str *rest)
{
	size_t end = rest->n, begin;

	while (end > 0 && is_blank(rest->p[end - 1]))
		end--;
	begin = end;
	while (begin > 0 && !is_blank(rest->p[begin - 1]))
		begin--;
	rest->n = begin;
	return str_make(rest->p + begin, end - begin);
}

static struct str
first_word(struct str s)
{
	size_t n = 0;

	s = str_trim(s);
	while (n < s.n && !is_blank(s.p[n]))
		n++;
	return str_head(s, n);
}

/* Nobody counted mail before 1970. */
static bool
read_label(struct str label, int64_t *time_ns)
{
	if (when_parse_tai64n(label, time_ns) && *time_ns >= 0)
		return true;
	*time_ns = WHEN_NONE;
	return false;
}

/*
 *	queued                         @4000000069c83b370c0bcf14          496
 *	check_goodrcptto extn          @400000005cfd56fd0ecb3d34           12
 *	check_goodrcptto               extn            2
 *
 * The second is how the old tool writes a name with a blank, the third how it
 * wrote that again after having read it: what it took for the stamp is a part
 * of the name that it lost.
 */
static bool
read_row(struct state *s, struct str line)
{
	struct str rest = line, count_text, stamp, name;
	int64_t first_ns;
	uint64_t count;

	count_text = last_word(&rest);
	stamp = last_word(&rest);
	if (!num_u64(count_text, &count) || stamp.n == 0)
		return false;
	if (read_label(stamp, &first_ns)) {
		name = str_trim(rest);
	} else {
		name = first_word(rest);
		s->without_time++;
	}
	if (name.n == 0)
		return false;
	if (!str_eq(name, STR(EPOCH))) {
		sums_add(&s->sums, name, first_ns, count);
		s->rows_hash = hash_row(s->rows_hash,
		    sums_find(&s->sums, name)->key, first_ns, count);
	}
	s->epoch_ns = earlier(s->epoch_ns, first_ns);
	return true;
}

static bool
read_hex(struct str text, uint64_t *value)
{
	*value = 0;
	if (text.n == 0 || text.n > 16)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		int digit = c >= '0' && c <= '9' ? c - '0' :
		    c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;

		if (digit < 0)
			return false;
		*value = *value << 4 | (unsigned)digit;
	}
	return true;
}

/* "99213 8a7b6c5d4e3f2a1b" */
static bool
read_id(struct str text, struct log_id *id)
{
	struct str bytes;

	return str_cut(&text, ' ', &bytes) && num_u64(bytes, &id->bytes) &&
	    read_hex(text, &id->hash);
}

static void
read_open(struct state *s, struct str hex)
{
	uint64_t byte;

	buf_reset(&s->open);
	if (hex.n % 2 != 0 || hex.n / 2 > STATE_MAX_OPEN)
		return;
	for (size_t i = 0; i < hex.n; i += 2) {
		if (!read_hex(str_make(hex.p + i, 2), &byte)) {
			buf_reset(&s->open);
			return;
		}
		buf_add_char(&s->open, (char)byte);
	}
}

static void
print_check(struct buf *b, const struct state *s, uint64_t rows_hash)
{
	buf_printf(b, "rows=%zu total=%" PRIu64 " sum=%016" PRIx64, s->sums.n,
	    sums_total(&s->sums), rows_hash);
}

/* "rows=2 total=610 sum=...": does it agree with what was read? */
static bool
agrees(const struct state *s, struct str text)
{
	struct buf should = { 0 };
	bool same;

	print_check(&should, s, s->rows_hash);
	same = str_eq(text, buf_str(&should));
	buf_clear(&should);
	return same;
}

/* What follows "# mailtally: ". */
static void
read_mark(struct state *s, struct str text)
{
	struct log_id id;
	struct str word;

	str_cut(&text, ' ', &word);
	if (text.p == NULL)
		return;
	if (str_eq(word, STR("state"))) {
		s->marked = true;
		s->whole &= agrees(s, text);
	} else if (str_eq(word, STR("newest"))) {
		read_label(text, &s->newest_ns);
	} else if (str_eq(word, STR("halved"))) {
		read_label(text, &s->halved_ns);
	} else if (str_eq(word, STR("last")) && read_id(text, &id)) {
		s->last = id;
	} else if (str_eq(word, STR("included")) && read_id(text, &id)) {
		state_include(s, id);
	} else if (str_eq(word, STR("open"))) {
		read_open(s, text);
	}
}

/* A row that was cut would be a wrong number. */
static bool
may_be_cut(struct str line, bool has_end)
{
	return !has_end && line.n < SUMS_NAME + 1 + 25 + 1 + 12;
}

void
state_read(struct state *s, struct str text)
{
	struct str line;

	s->whole = text.n <= STATE_MAX_BYTES;
	text = str_head(text, STATE_MAX_BYTES);
	while (text.n > 0) {
		bool has_end = str_index(text, '\n') < text.n;

		str_cut(&text, '\n', &line);
		if (str_trim(line).n == 0)
			continue;
		if (str_starts(line, STR(MARK)))
			read_mark(s, str_trim(str_skip(line, sizeof(MARK) - 1)));
		else if (line.p[0] == '#')
			continue;
		else if (may_be_cut(line, has_end) || !read_row(s, line))
			s->not_understood++;
	}
	s->whole &= s->not_understood == 0;
}

/* ---- writing ---- */

static void
write_row(struct buf *b, const char *key, int64_t first_ns, uint64_t count)
{
	struct buf label = { 0 };

	when_format(&label, first_ns, WHEN_TAI64N, NULL);
	buf_printf(b, "%-30.30s %s %12" PRIu64 "\n", key, label.p, count);
	buf_clear(&label);
}

static int
by_key(const void *a, const void *b)
{
	const struct sums_row *const *x = a, *const *y = b;

	return strcmp((*x)->key, (*y)->key);
}

/*
 * In byte order, so that the same counts are the same text.  The old tool
 * divides by the time since a row's stamp and needs one: the oldest there is.
 * Returns the hash of the rows.
 */
static uint64_t
write_rows(struct buf *b, const struct state *s)
{
	const struct sums_row **rows = mem_alloc(
	    (s->sums.n + 1) * sizeof(const struct sums_row *));
	int64_t epoch_ns = s->epoch_ns == WHEN_NONE ? 0 : s->epoch_ns;
	uint64_t hash = HASH_BEGIN;

	for (size_t i = 0; i < s->sums.n; i++)
		rows[i] = &s->sums.rows[i];
	qsort(rows, s->sums.n, sizeof(const struct sums_row *), by_key);
	if (s->sums.n > 0 || s->epoch_ns != WHEN_NONE)
		write_row(b, EPOCH, epoch_ns, 0);
	for (size_t i = 0; i < s->sums.n; i++) {
		int64_t first_ns = rows[i]->first_ns == WHEN_NONE ? epoch_ns
		    : rows[i]->first_ns;

		write_row(b, rows[i]->key, first_ns, rows[i]->count);
		hash = hash_row(hash, rows[i]->key, first_ns, rows[i]->count);
	}
	free(rows);
	return hash;
}

static void
write_time(struct buf *b, const char *word, int64_t time_ns)
{
	if (time_ns == WHEN_NONE)
		return;
	buf_printf(b, MARK "%s ", word);
	when_format(b, time_ns, WHEN_TAI64N, NULL);
	buf_add_char(b, '\n');
}

static void
write_id(struct buf *b, const char *word, struct log_id id)
{
	if (id.bytes > 0)
		buf_printf(b, MARK "%s %" PRIu64 " %016" PRIx64 "\n", word,
		    id.bytes, id.hash);
}

static void
write_open(struct buf *b, struct str open)
{
	static const char digits[] = "0123456789abcdef";

	if (open.n == 0)
		return;
	buf_add_str(b, STR(MARK "open "));
	for (size_t i = 0; i < open.n; i++) {
		unsigned byte = (unsigned char)open.p[i];

		buf_add_char(b, digits[byte >> 4]);
		buf_add_char(b, digits[byte & 15]);
	}
	buf_add_char(b, '\n');
}

void
state_write(struct buf *b, const struct state *s)
{
	uint64_t hash = write_rows(b, s);

	buf_add_str(b, STR(MARK "state "));
	print_check(b, s, hash);
	buf_add_char(b, '\n');
	write_time(b, "newest", s->newest_ns);
	write_time(b, "halved", s->halved_ns);
	write_id(b, "last", s->last);
	for (size_t i = 0; i < s->n_included; i++)
		write_id(b, "included", s->included[i]);
	write_open(b, buf_str(&s->open));
}
