/*
 * save.h - the dimensions of a tally as bytes, for keeping and for adding up
 * later.
 *
 * Each dimension by itself, so that a report reads only what its sections
 * need.  In columns, because equal things stand together then and pack well.
 * Texts and numbered keys are in it by name (key_names.h), times and numbers
 * as they are: nothing depends on the order of an enum or the machine.
 *
 * The bounded lists beside the cells (the slowest connections, odd texts,
 * results, a queue's log) go with the dimension that asks for them.
 */
#ifndef TALLY_SAVE_H
#define TALLY_SAVE_H

#include <stdbool.h>

#include "base/str.h"
#include "tally/tally.h"

struct buf;

/* Appends dimension dim, of a tally that is settled.  False, and nothing, if
 * there is nothing in it. */
bool tally_save(struct tally *t, enum dim_id dim, struct buf *b);

/*
 * Adds what was saved of a dimension, which t has, to it.  -1: it is damaged,
 * or from a newer version of the program; t may have some of it then.
 */
int tally_load(struct tally *t, enum dim_id dim, struct str saved);

/* DIMS if there is none of that name. */
enum dim_id dim_find(struct str name);

#endif
