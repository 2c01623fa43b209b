/*
 * save_list.h - the bounded lists of a tally as bytes: for save.c only.
 */
#ifndef TALLY_SAVE_LIST_H
#define TALLY_SAVE_LIST_H

#include "tally/tally.h"

struct buf;
struct unpack;

/* The list that goes with a dimension; nothing, if it has none. */
void tally_save_list(struct tally *t, enum dim_id dim, struct buf *b);
/* Sets in->bad where it makes no sense. */
void tally_load_list(struct tally *t, enum dim_id dim, struct unpack *in);

#endif
