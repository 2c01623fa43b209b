/*
 * country.h - the country of an address, from a file in MaxMind's format.
 */
#ifndef BASE_COUNTRY_H
#define BASE_COUNTRY_H

#include "base/str.h"

struct country_file;
struct err;

int country_open(struct country_file **c, const char *path, struct err *err);
void country_close(struct country_file **c);

/*
 * The ISO 3166-1 code of the country of an address in text form; "(private)"
 * for one that is not routed, "(unknown)" for one that is not in the file or is no
 * address.  Valid as long as c.  May be called by several threads.
 */
struct str country_find(const struct country_file *c, struct str ip);

#endif
