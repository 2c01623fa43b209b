/*
 * fuzz_state.c - any bytes as a state file of qplogsumm.
 *
 * What was read and written reads as the same and is whole; a log added to it
 * adds exactly its own counts; the old tool could read every row.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/num.h"
#include "base/when.h"
#include "summarize/numbers.h"
#include "summarize/state.h"

/* name, label, count and nothing else, as split at blanks. */
static void
assert_row(struct str line)
{
	int64_t time_ns;

	assert(line.n >= SUMS_NAME + 1 + 25 + 1 + 12);
	assert(memchr(line.p, ' ', line.n) > (const void *)line.p);
	assert(when_parse_tai64n(str_make(line.p + SUMS_NAME + 1, 25),
	    &time_ns));
	for (size_t i = 0; i < SUMS_NAME; i++) {
		assert(line.p[i] >= ' ' && line.p[i] <= '~');
		if (i > 0 && line.p[i - 1] == ' ')
			assert(line.p[i] == ' ');
	}
}

static void
assert_text(struct str text)
{
	struct str line;

	while (text.n > 0) {
		assert(text.p[text.n - 1] == '\n');
		str_cut(&text, '\n', &line);
		if (line.n > 0 && line.p[0] != '#')
			assert_row(line);
	}
}

static void
table(const struct state *s, const struct sums *recent)
{
	struct numbers n;
	struct buf b = { 0 };

	numbers_init(&n, recent, 0, 10 * WHEN_SECOND, s);
	numbers_table(&b, &n, "# ");
	numbers_clear(&n);
	buf_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str copy = fuzz_copy(str_make((const char *)data, size));
	struct buf first = { 0 }, second = { 0 };
	struct state s, again;
	struct sums log;
	uint64_t total;

	state_init(&s);
	state_init(&again);
	sums_init(&log);
	state_read(&s, copy);
	assert(s.sums.n <= SUMS_MAX);
	state_write(&first, &s);
	assert_text(buf_str(&first));
	state_read(&again, buf_str(&first));
	assert(again.whole && again.marked);
	state_write(&second, &again);
	assert(str_eq(buf_str(&first), buf_str(&second)));

	total = sums_total(&again.sums);
	sums_add(&log, copy, 0, 3);
	sums_add(&log, STR("queued"), WHEN_SECOND, 4);
	state_add(&again, &log, 0, WHEN_SECOND);
	assert(sums_total(&again.sums) == num_add(total, 7));
	table(&again, &log);

	sums_clear(&log);
	state_clear(&s);
	state_clear(&again);
	buf_clear(&first);
	buf_clear(&second);
	fuzz_free(copy);
	return 0;
}
