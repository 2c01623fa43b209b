/*
 * when.h - time: instants, how people write them and how we print them.
 *
 * Inside the program an instant is int64_t nanoseconds since 1970 UTC (the
 * range is 1677 to 2262; everything here saturates at its ends).  Local time
 * exists only here and at the edges.  The calendar is in base/civil.h, the
 * zones are in base/zone.h; whoever includes this has both.
 */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/civil.h"
#include "base/str.h"
#include "base/zone.h"

struct buf;
struct err;

#define WHEN_SECOND INT64_C(1000000000)
#define WHEN_HOUR_S INT64_C(3600)
#define WHEN_DAY_S INT64_C(86400)
/* No time known.  Not a valid instant. */
#define WHEN_NONE INT64_MIN

/*
 * From and to Unix seconds.  The first saturates, and not at WHEN_NONE; the
 * second rounds down, before 1970 too, and takes WHEN_NONE for the first
 * instant.
 */
int64_t when_from_s(int64_t unix_s);
int64_t when_to_s(int64_t time_ns);

/* The printed forms; each appends to b. */
enum when_form {
	WHEN_RFC3339,	 /* 2026-03-10T00:05:00Z, fraction (ms) only if not 0 */
	WHEN_LOCAL,	 /* 2026-03-10 01:05:00 */
	WHEN_LOCAL_ZONE, /* 2026-03-10 01:05:00 +0100 */
	WHEN_HOUR,	 /* 2026-03-10, 01 */
	WHEN_DAY,	 /* 2026-03-10 */
	WHEN_MONTH,	 /* 2026-03 */
	WHEN_TAI64N	 /* @4000000069af603600000000 */
};
/* RFC 3339 and TAI64N ignore z, which may then be NULL.  WHEN_NONE is "-". */
void when_format(struct buf *b, int64_t time_ns, enum when_form form,
    const struct zone *z);
/*
 * A duration as A.3 prints it, rounded: 0.313s 12.3s 4m05s 2h10m 3d04h.  One
 * below zero (clocks do jump) has a minus before it.
 */
void when_format_duration(struct buf *b, int64_t duration_ns);

/*
 * A time as people give it on a command line: "2026-03-10",
 * "2026-03-10 14:05[:06[.5]]" (also with T, with Z or an offset), "@1767225600"
 * or ten digits or more (Unix seconds, perhaps with a fraction), a TAI64N
 * label, "now", or relative to now_ns: "-2h", "-90m", "-3d", "-1w", "+30s",
 * where a day has 24 hours.  Local where it names no zone.  On failure the
 * error says what forms there are.
 */
int when_parse(struct str s, int64_t now_ns, const struct zone *z,
    int64_t *time_ns, struct err *err);

/*
 * A TAI64N label as multilog writes it: "@", 16 hex digits, 8 hex digits.
 * Seconds are 10 apart from Unix', without a table of leap seconds, as in
 * tai64nlocal (https://cr.yp.to/libtai/tai64.html has the format).
 */
bool when_parse_tai64n(struct str label, int64_t *time_ns);

/* The present, for cmd/ and the event loop only. */
int64_t when_now_ns(void);

#endif
