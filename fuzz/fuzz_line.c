/*
 * fuzz_line.c - any bytes as a log of each format.
 *
 * Promise 2: every line is used, ignored or not understood.  Promise 3: cut
 * in two at a line end and joined again, the log gives the same counts.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/when.h"

static struct zone *zone;

static void
count_event(void *ctx, const struct event *ev)
{
	uint64_t *events = ctx;

	assert(ev->kind < EVENT_KINDS);
	events[ev->kind]++;
}

/* What a log came to. */
struct sums {
	struct scan_counts counts;
	uint64_t events[EVENT_KINDS];
};

static struct scan *
scan_piece(const struct format *format, struct str piece, uint64_t choice,
    bool first, uint64_t *events)
{
	const struct scan_options o = {
		.wants = EVENT_ALL, .start_ns = INT64_MIN, .end_ns = INT64_MAX,
		.first = first, .all_checks = choice & 1, .join = choice & 2,
		.stream = STR("fuzz"), .zone = zone, .year = 2026,
	};
	struct scan *s = format->scan_new(&o, count_event, events);
	struct str block = fuzz_copy(piece);

	if (block.n > 0)
		format->scan_block(s, block, 0);
	fuzz_free(block);
	return s;
}

static void
finish(struct scan **s, struct sums *sums)
{
	const struct format *format = (*s)->format;
	const struct scan_counts *c;
	uint64_t accounted;
	size_t n;

	format->scan_finish(*s);
	c = format->scan_counts(*s);
	accounted = c->used + c->not_understood;
	for (int i = 0; i < IGNORE_REASONS; i++)
		accounted += c->ignored[i];
	assert(accounted == c->lines);
	assert(c->n_samples <= SCAN_SAMPLES);
	sums->counts = *c;
	format->scan_gaps(*s, &n);
	assert(n <= SCAN_GAPS);
	format->scan_days(*s, &n);
	format->scan_free(s);
	assert(*s == NULL);
}

static uint64_t
lines_of(struct str log)
{
	uint64_t lines = log.n > 0 && log.p[log.n - 1] != '\n';

	for (size_t i = 0; i < log.n; i++)
		lines += log.p[i] == '\n';
	return lines;
}

/*
 * Where to cut: behind a line end at or after a place chosen, or 0.  What
 * ends in "\r\n" is not cut from what follows (blocks.h).
 */
static size_t
cut_of(struct str log, uint64_t choice)
{
	if (log.n == 0)
		return 0;
	for (size_t at = 1 + (size_t)(choice >> 8) % log.n; at < log.n; at++)
		if (log.p[at - 1] == '\n' && (at < 2 || log.p[at - 2] != '\r'))
			return at;
	return 0;
}

static void
assert_same(const struct sums *a, const struct sums *b)
{
	assert(a->counts.bytes == b->counts.bytes);
	assert(a->counts.lines == b->counts.lines);
	assert(a->counts.used == b->counts.used);
	assert(a->counts.not_understood == b->counts.not_understood);
	for (int i = 0; i < IGNORE_REASONS; i++)
		assert(a->counts.ignored[i] == b->counts.ignored[i]);
	assert(a->counts.first_ns == b->counts.first_ns);
	assert(a->counts.last_ns == b->counts.last_ns);
	assert(a->counts.out_of_order == b->counts.out_of_order);
	assert(a->counts.jumps == b->counts.jumps);
	assert(a->events[EVENT_TRANSACTION] == b->events[EVENT_TRANSACTION]);
	assert(a->events[EVENT_ACCEPTED] == b->events[EVENT_ACCEPTED]);
}

static void
scan_log(const struct format *format, struct str log, uint64_t choice)
{
	struct sums whole = { 0 }, joined = { 0 };
	struct scan *s = scan_piece(format, log, choice, true, whole.events);
	struct scan *later;
	size_t cut = cut_of(log, choice);

	finish(&s, &whole);
	assert(whole.counts.lines == lines_of(log));
	assert(whole.counts.bytes == log.n);
	/* The year of the second piece is not known here. */
	if (cut == 0 || whole.counts.guessed_years > 0)
		return;
	s = scan_piece(format, str_head(log, cut), choice, false, joined.events);
	later = scan_piece(format, str_skip(log, cut), choice, false,
	    joined.events);
	format->scan_settle(s);
	format->scan_join(s, &later, choice & 4);
	assert(later == NULL);
	finish(&s, &joined);
	assert_same(&whole, &joined);
}

static void
explain_lines(const struct format *format, struct str log)
{
	struct buf b = { 0 };
	struct str line;

	while (str_cut(&log, '\n', &line)) {
		struct str copy = fuzz_copy(line);

		format->explain(copy, zone, &b);
		fuzz_free(copy);
	}
	buf_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str log = str_make((const char *)data, size);
	uint64_t choice = fuzz_choice(data, size);
	struct str block;

	if (zone == NULL && zone_open(&zone, "Europe/Berlin", NULL) < 0)
		abort();
	block = fuzz_copy(log);
	format_detect(block);
	fuzz_free(block);
	for (size_t i = 0; formats[i] != NULL; i++) {
		scan_log(formats[i], log, choice);
		explain_lines(formats[i], log);
	}
	return 0;
}
