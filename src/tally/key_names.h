/*
 * key_names.h - numbered keys by name.
 *
 * Some dimensions have an enum for a key or a verdict: that is fast to count,
 * but what is stored must be understood by other versions of the program,
 * whose enums have other numbers.
 */
#ifndef TALLY_KEY_NAMES_H
#define TALLY_KEY_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "tally/tally.h"

struct classes;

enum key_place { KEY_1, KEY_2, KEY_VERDICT };

/* Is the key one of an enum?  Else it is a text, a plain number or none. */
bool key_is_named(enum dim_id dim, enum key_place place);
/* Its name; c has the names of further categories, and may be NULL if there
 * are none.  Valid as long as c. */
struct str key_name(enum dim_id dim, enum key_place place, uint32_t value,
    const struct classes *c);
/* False if there is no such name. */
bool key_of_name(enum dim_id dim, enum key_place place, struct str name,
    const struct classes *c, uint32_t *value);

#endif
