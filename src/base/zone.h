/*
 * zone.h - time zones: from UTC to the clock on the wall and back.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

struct err;

/* Read once and immutable after that, so that threads can share it. */
struct zone;

/*
 * name is one of the tz data base ("Europe/Berlin"), "UTC", rules in POSIX
 * form ("CET-1CEST,M3.5.0,M10.5.0/3"), or NULL for the system's zone (TZ,
 * else /etc/localtime); base/tz.h says more.  An unknown name is an error, not
 * silently UTC as in libc.
 *
 * The rules come from libc's localtime_r, tabled here at the opening (1970 to
 * 2110; outside, the nearest known offset holds).  For that TZ is changed and
 * put back, so no other thread may use the environment or libc's local time
 * meanwhile: open zones before starting threads.
 */
int zone_open(struct zone **z, const char *name, struct err *err);
void zone_close(struct zone **z);
/* Its name as the report head prints it; valid until zone_close. */
const char *zone_name(const struct zone *z);
/* Seconds east of UTC at the instant unix_s.  Cheap: about 10 ns. */
int32_t zone_offset_s(const struct zone *z, int64_t unix_s);
/*
 * The instant (Unix seconds) of local civil seconds.  In the hour that a
 * clock set back repeats there are two: the first one that is not before
 * not_before_s (INT64_MIN: the first); the second if both are before it.  In
 * the hour that a clock set forward leaves out: as if the clock had not been
 * changed yet.
 */
int64_t zone_from_local(const struct zone *z, int64_t local_s,
    int64_t not_before_s);
/* Do all hours begin on a UTC hour in [from_s, until_s)? (A.2: else quarters) */
bool zone_whole_hours(const struct zone *z, int64_t from_s, int64_t until_s);

#endif
