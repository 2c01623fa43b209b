/*
 * place.h - where the standard store is.
 */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include <stdbool.h>
#include <stdint.h>

struct err;

/*
 * The file that "default" means, to be freed: the one of the system if it, or
 * its directory, can be used by us, else that of the user.  make: its
 * directory is made.  NULL with *err if there is no place for it.
 */
char *store_default_place(bool make, struct err *err);

/*
 * store_stamp() of a store that is a file and, as long as a commit stands
 * only there, a log beside it ("-wal").
 */
uint64_t store_place_stamp(const char *where);

#endif
