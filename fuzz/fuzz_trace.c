/*
 * fuzz_trace.c - any bytes as a log that is traced: its stories are the same
 * however the log is cut into blocks, and what is shown of them is clean.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/zone.h"
#include "trace/hits.h"
#include "trace/show.h"
#include "trace/story.h"
#include "trace/what.h"

static struct zone *utc;

static void
give(void *lane, struct str block, uint64_t offset)
{
	struct str copy = fuzz_copy(block);

	if (copy.n > 0)
		hits_block(lane, &format_qpsmtpd, copy, offset);
	fuzz_free(copy);
}

/* The log in two blocks, cut at from; what was found in it. */
static struct hits *
trace(const struct what *w, struct str log, size_t from)
{
	const struct hits_options o = { .what = w, .zone = utc,
		.period = { INT64_MIN, INT64_MAX } };
	struct hits *h = hits_new(&o);
	void *lane = hits_lane(h, "fuzz", 2026);

	give(lane, str_head(log, from), 0);
	give(lane, str_skip(log, from), from);
	hits_lane_end(h, lane);
	return h;
}

static void
assert_clean(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		assert((c >= 0x20 && c != 0x7f) || c == '\n');
	}
}

/* All that is shown of the stories. */
static struct buf
shown(struct hits *h)
{
	struct show_options o = { .zone = utc, .utf8 = true };
	const struct story *const *stories;
	struct buf b = { 0 };
	size_t n;

	stories = hits_sorted(h, &n);
	for (size_t i = 0; i < n; i++) {
		show_story(&b, stories[i], &o);
		show_row(&b, stories[i], &o);
		show_json(&b, stories[i], &o);
		show_events(&b, stories[i]);
	}
	assert_clean(buf_str(&b));
	return b;
}

/* After a line's end; there, what follows is a line of its own. */
static size_t
place_to_cut(struct str log, uint64_t choice)
{
	size_t at = log.n ? (size_t)(choice % log.n) : 0;

	while (at > 0 && log.p[at - 1] != '\n')
		at--;
	return at;
}

static void
check(struct str log, const char *what, uint64_t choice)
{
	struct what w;
	struct hits *whole, *cut;
	struct buf a, b;

	if (what_parse(&w, what, NULL, 0, utc, NULL) < 0)
		abort();
	whole = trace(&w, log, 0);
	cut = trace(&w, log, place_to_cut(log, choice));
	a = shown(whole);
	b = shown(cut);
	assert(str_eq(buf_str(&a), buf_str(&b)));
	buf_clear(&a);
	buf_clear(&b);
	hits_free(&whole);
	hits_free(&cut);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str log = str_make((const char *)data, size);
	uint64_t choice = fuzz_choice(data, size);

	if (utc == NULL && zone_open(&utc, "UTC", NULL) < 0)
		abort();
	check(log, "0.0.0.0/0", choice);
	check(log, "*@*", choice);
	return 0;
}
