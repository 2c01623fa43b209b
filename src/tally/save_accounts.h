/*
 * save_accounts.h - the accounts of a tally (accounts.h) as bytes: for save.c
 * only.
 */
#ifndef TALLY_SAVE_ACCOUNTS_H
#define TALLY_SAVE_ACCOUNTS_H

#include <stdbool.h>

#include "tally/tally.h"

struct buf;
struct tally_fold;
struct unpack;

/* What is counted for a dimension that measures DIM_ACCOUNT, of a settled
 * tally.  False, and nothing, if there is nothing. */
bool tally_save_accounts(const struct tally *t, enum dim_id dim,
    struct buf *b);
/* Adds it, folded unless that is NULL.  Sets in->bad where it makes no sense. */
void tally_load_accounts(struct tally *t, enum dim_id dim, struct unpack *in,
    const struct tally_fold *fold);

#endif
