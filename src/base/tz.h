/*
 * tz.h - which time zone is meant: from a name to what libc takes in TZ.
 *
 * libc takes anything for TZ and counts in UTC when it does not know it.
 * Here a zone is looked for first: a file of the tz data base below
 * /usr/share/zoneinfo (or the environment's TZDIR, as in libc), or rules in
 * POSIX form.  Used by zone.c.
 */
#ifndef BASE_TZ_H
#define BASE_TZ_H

#include <stdbool.h>

struct err;

struct tz {
	char *name;  /* for people: "Europe/Berlin" */
	char *value; /* for libc; NULL: TZ must not be set */
};

/*
 * The zone called name, or the system's if that is NULL: the environment's TZ
 * if set, else tz_find_system() of /etc.  TZ may also be an absolute path, as
 * in libc; name may not, nor may it lead out of the data base with "..".
 * UTC and the POSIX forms need no data base.  On success *tz is to be cleared.
 */
int tz_find(struct tz *tz, const char *name, struct err *err);
void tz_clear(struct tz *tz);

/*
 * The zone that etc/localtime says.  Its name is that of the file it links
 * to, else what is in etc/timezone, else "local".  Without etc/localtime it
 * is UTC; a link to a file that is not there is an error.
 */
int tz_find_system(struct tz *tz, const char *etc, struct err *err);

/*
 * Is s a TZ value in POSIX form (tzset(3), "std offset dst offset, rule")?
 * A name for summer time must come with its rule: libc would use New York's.
 */
bool tz_is_posix(const char *s);

#endif
