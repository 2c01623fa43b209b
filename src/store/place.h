/*
 * place.h - where the standard store is.
 */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include <stdbool.h>

struct err;

/*
 * The file that "default" means, to be freed: the one of the system if it, or
 * its directory, can be used by us, else that of the user.  make: its
 * directory is made.  NULL with *err if there is no place for it.
 */
char *store_default_place(bool make, struct err *err);

#endif
