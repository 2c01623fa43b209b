/*
 * fuzz_stamp.c - any bytes as time stamps: in front of log lines, and as
 * people write them on a command line.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/when.h"
#include "format/stamp.h"

static struct zone *zone;

/* A slice of line: inside it, if it is there at all. */
static void
assert_inside(struct str part, struct str line)
{
	if (part.p == NULL)
		return;
	assert(part.p >= line.p && part.p + part.n <= line.p + line.n);
}

static void
parse_lines(struct str text)
{
	struct stamp_clock clock;
	struct stamp st;
	struct str line;

	stamp_clock_init(&clock, zone, 2026);
	while (str_cut(&text, '\n', &line)) {
		if (!stamp_parse(line, &clock, &st)) {
			assert(st.kind == STAMP_NONE);
			continue;
		}
		assert(st.kind != STAMP_NONE && st.n <= line.n);
		assert(stamp_begins(line));
		assert_inside(st.host, line);
		assert_inside(st.program, line);
		assert_inside(st.pid, line);
	}
}

/* What was read and printed reads as the same instant. */
static void
parse_time(struct str text)
{
	struct buf b = { 0 };
	int64_t time_ns, again_ns;

	if (when_parse(text, INT64_C(1773100800000000000), zone, &time_ns,
	    NULL) == 0) {
		when_format(&b, time_ns, WHEN_LOCAL_ZONE, zone);
		buf_reset(&b);
		when_format(&b, time_ns, WHEN_TAI64N, NULL);
		if (time_ns > 0) {
			assert(when_parse_tai64n(buf_str(&b), &again_ns));
			assert(again_ns == time_ns);
		}
	}
	buf_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	struct str copy = fuzz_copy(text);
	struct years y;

	if (zone == NULL && zone_open(&zone, "Europe/Berlin", NULL) < 0)
		abort();
	parse_lines(copy);
	parse_time(copy);
	years_init(&y);
	years_block(&y, copy);
	if (y.any)
		years_first(&y, INT64_C(1773100800000000000), zone);
	fuzz_free(copy);
	return 0;
}
